"""The log screen."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bizworks.tenancy.policy import Permission
from interactions.forms import LogForm
from interactions.selectors import recent_businesses
from interactions.selectors.relationships import lead_warnings
from interactions.services import interaction_judge, interaction_log, majority_of
from interactions.views.acts import require_form, save


@require_form
def log(request: HttpRequest) -> HttpResponse:
    """Log a contact. The same form sent twice is saved once; a refused one comes back as typed, with 422."""
    request.actor.require(Permission.LOG_INTERACTION)
    if request.method != "POST":
        chosen = [v for v in request.GET.getlist("business")[:500] if v.isascii() and v.isdigit() and len(v) <= 18]
        return _page(request, LogForm(actor=request.actor, business_ids=tuple(map(int, chosen))))
    form = LogForm(request.POST, actor=request.actor)
    if "_find" in request.POST:
        return _page(request, form.as_typed())
    result = save(form, lambda: interaction_log(actor=request.actor, data=form.told()))
    if result is None:
        return _page(request, form, status=422)
    words = "The contact is saved." if result.is_new else "This form was saved before; nothing was added or changed."
    messages.success(request, words, extra_tags=f"clears:{form.draft_key}")
    return redirect(f"{reverse('interactions:detail', args=[result.interaction_id])}?logged=1")


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Answer the parts of the log screen that follow from what is chosen, the judgement among them."""
    request.actor.require(Permission.LOG_INTERACTION)
    form = LogForm(request.POST, actor=request.actor).as_typed()
    return render(request, "interactions/log_live.html", _context(request, form))


def _page(request: HttpRequest, form: LogForm, status: int = 200) -> HttpResponse:
    return render(request, "interactions/log.html", _context(request, form), status=status)


def _context(request: HttpRequest, form: LogForm) -> dict[str, Any]:
    found = []
    if form.is_bound and form.has_orientation:
        names = {business.pk: business.name for business in form.chosen_businesses}
        judged = interaction_judge(actor=request.actor, data=form.told())
        found = [(names[j.business_id], j) for j in judged if j.business_id in names]
    return {
        "form": form,
        "recent": [] if form.chosen_businesses else recent_businesses(request.actor, limit=4),
        "judgements": found,
        "warnings": lead_warnings(actor=request.actor, businesses=form.chosen_businesses),
        "some_fail": any(not judgement.qualifies for _, judgement in found),
        "need": majority_of(len(form.slate.lines)) if form.slate else 0,
    }
