"""Many businesses at once: what is to be done is asked, done, told, and undone."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.selectors import labels
from bizworks.tenancy.policy import Permission
from businesses import selectors
from businesses.constants import BulkAction
from businesses.filters import BulkForm
from businesses.services.bulk import Choice, bulk_cancel, bulk_change, bulk_undo, businesses_chosen
from businesses.views.lists import list_form

SHOWN = 50


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """First which tag or lead (the businesses are chosen), then the change itself.

    `ids` are the ticked businesses; `all` means every business of the list whose address is `query`.
    """
    actor = request.actor
    actor.require(Permission.EDIT_BUSINESSES)
    query = QueryDict(request.POST.get("query", ""))
    back = f"{reverse('businesses:list')}?{query.urlencode()}"
    action = request.POST.get("action", "")
    choice = _choice(request, query)
    try:
        if action not in BulkAction.values:
            raise BusinessRuleError("Choose what is to be done.")
        number = len(businesses_chosen(actor=actor, choice=choice))
    except BusinessRuleError as error:
        messages.error(request, str(error))
        return redirect(back)
    choices = selectors.lead_candidates() if action == BulkAction.LEAD else selectors.tag_choices()
    form = BulkForm(request.POST if "go" in request.POST else None, action=action, choices=choices)
    if form.is_bound and (
        change := form.save(lambda: bulk_change(actor=actor, action=action, choice=choice, **form.to_arguments()))
    ):
        return redirect("businesses:change", change.pk)
    context: dict[str, Any] = {
        "form": form,
        "action": action,
        "heading": BulkAction(action).label,
        "number": number,
        "ids": choice.ids,
        "everything": choice.parameters is not None,
        "query": query.urlencode(),
        "back": back,
    }
    return render(request, "businesses/bulk.html", context, status=form.status)


def _choice(request: HttpRequest, query: QueryDict) -> Choice:
    if "all" in request.POST:
        return Choice(parameters=list_form(query, labels()).parameters)
    ids = request.POST.getlist("ids")
    return Choice(ids=[int(pk) for pk in ids if pk.isascii() and pk.isdigit() and len(pk) <= 18])


@require_safe
def change_index(request: HttpRequest) -> HttpResponse:
    """What was changed of many at once, newest first."""
    return render(request, "businesses/changes.html", {"changes": selectors.change_list(actor=request.actor)[:SHOWN]})


@require_safe
def change_detail(request: HttpRequest, change_id: int) -> HttpResponse:
    """What a change did, or how far it is."""
    change = selectors.change_get_for(actor=request.actor, change_id=change_id)
    template = "businesses/change.html#state" if request.htmx else "businesses/change.html"
    return render(request, template, {"change": change})


@require_POST
def change_cancel(request: HttpRequest, change_id: int) -> HttpResponse:
    """Stop a change; what is done stays."""
    bulk_cancel(actor=request.actor, change_id=change_id)
    return redirect("businesses:change", change_id)


@require_POST
def change_undo(request: HttpRequest, change_id: int) -> HttpResponse:
    """Take back a change of tags."""
    try:
        undo = bulk_undo(actor=request.actor, change_id=change_id)
    except BusinessRuleError as error:
        messages.error(request, str(error))
        return redirect("businesses:change", change_id)
    return redirect("businesses:change", undo.pk)
