"""Merging two records: choose the other, compare and merge; the history, and undoing."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from bizworks.core.errors import BusinessRuleError, StaleVersionError
from bizworks.tenancy.policy import Permission
from businesses import selectors
from businesses.forms import MergeForm, MergeWithForm
from businesses.selectors.merges import merge_get_for, merge_later, merge_page
from businesses.services.merge_preview import MergePreview, merge_preview
from businesses.services.merges import business_merge, business_unmerge

CHANGED = "Someone else changed one of the two meanwhile. What you see is as it is now: look again, then merge."


def _next(request: HttpRequest) -> str:
    """Where to return to afterwards: an address of this site, or nothing."""
    address = request.POST.get("next") or request.GET.get("next", "")
    fits = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    return address if fits else ""


@require_safe
def merge_choose(request: HttpRequest, business_id: int) -> HttpResponse:
    """Choose the record that is the same business."""
    request.actor.require(Permission.MERGE_BUSINESSES)
    business = selectors.business_get_for(actor=request.actor, business_id=business_id)
    asked = {"other", "_find"} & request.GET.keys()
    form = MergeWithForm(request.GET if asked else None, actor=request.actor, business=business)
    if form.is_bound and "_find" not in request.GET and form.is_valid():
        return redirect("businesses:merge_pair", business.pk, form.cleaned_data["other"])
    if "_find" in request.GET:
        form.full_clean()
        form.errors.clear()
    return render(request, "businesses/merge_choose.html", {"form": form, "business": business}, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def merge_pair(request: HttpRequest, business_id: int, other_id: int) -> HttpResponse:
    """Compare two records, choose what stays, merge; `?next=` is where to go afterwards."""
    request.actor.require(Permission.MERGE_BUSINESSES)
    for pk in (business_id, other_id):
        selectors.business_get_for(actor=request.actor, business_id=pk)
    try:
        preview = merge_preview(actor=request.actor, survivor_id=business_id, absorbed_id=other_id)
    except BusinessRuleError as error:
        survivor = selectors.business_get_for(actor=request.actor, business_id=business_id)
        return render(
            request, "businesses/merge_refused.html", {"problem": str(error), "business": survivor}, status=422
        )
    form = MergeForm(request.POST if request.method == "POST" else None, preview=preview)
    back, status = _next(request), form.status
    try:
        if merge := form.save(lambda: business_merge(actor=request.actor, data=form.to_data())):
            messages.success(request, f"{merge.absorbed.name} is now part of {merge.survivor.name}.")
            return redirect(back or merge.survivor)
        status = form.status
    except StaleVersionError:
        form, status = MergeForm(None, preview=preview), 409
        messages.warning(request, CHANGED)
    return render(request, "businesses/merge.html", _context(preview, form, back), status=status)


def _context(preview: MergePreview, form: MergeForm, back: str) -> dict[str, object]:
    return {"preview": preview, "form": form, "next": back}


@require_safe
def merge_index(request: HttpRequest) -> HttpResponse:
    """Every merge, newest first; each can be undone."""
    before = request.GET.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        raise Http404
    page = merge_page(actor=request.actor, before=int(before or 0))
    return render(request, "businesses/merges.html", {"page": page, "is_older": bool(before)})


@require_http_methods(["GET", "HEAD", "POST"])
def merge_undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Say what undoing a merge does, and do it."""
    merge = merge_get_for(actor=request.actor, merge_id=merge_id)
    problem, status = "", 200
    if request.method == "POST":
        try:
            undone = business_unmerge(actor=request.actor, merge_id=merge.pk)
            words = f"{merge.absorbed.name} and {merge.survivor.name} are two records again."
            if undone.stayed:
                words += f" What had been entered twice since stays with {merge.survivor.name}."
            messages.success(request, words)
            return redirect(merge.absorbed)
        except BusinessRuleError as error:
            problem, status = str(error), 422
    context = {"merge": merge, "later": merge_later(merge=merge), "problem": problem}
    return render(request, "businesses/merge_undo.html", context, status=status)
