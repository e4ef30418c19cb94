"""Duplicates: the queue, two records side by side, deciding, flagging, and the search."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bizworks.core.errors import BusinessRuleError, StaleVersionError
from bizworks.directory.selectors import labels
from bizworks.tenancy.policy import Permission
from businesses import selectors
from businesses.filters.duplicates import FlagForm, QueueForm
from businesses.selectors import matching
from businesses.services.matching import pair_decide, pair_flag, pair_reopen
from businesses.services.matching_run import match_cancel, match_start

_KEPT = ("state", "strength", "region", "source", "order")


def _form(request: HttpRequest) -> QueueForm:
    request.actor.require(Permission.MERGE_BUSINESSES)
    return QueueForm(request.GET, options=matching.queue_options(), region_word=labels()["region"])


def _query(request: HttpRequest, **more: object) -> str:
    """The filters in force as a query string, with more beside them."""
    kept = {name: request.GET[name] for name in _KEPT if request.GET.get(name)}
    return f"?{urlencode(kept | more)}" if kept or more else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@require_safe
def duplicate_index(request: HttpRequest) -> HttpResponse:
    """The queue of pairs. Queries: 6, and 1 behind the first page."""
    form = _form(request)
    page = matching.pair_page(actor=request.actor, chosen=form.chosen, after=_number(request.GET.get("after", "")))
    context = {
        "form": form,
        "rows": [(pair, matching.shown_reasons(pair)) for pair in page.rows],
        "query": _query(request),
        "next": _query(request, after=page.next) if page.next else "",
        "is_first": not request.GET.get("after"),
        "run": matching.match_run_last(actor=request.actor),
    }
    return render(request, "businesses/duplicates.html", context)


@require_safe
def duplicate_detail(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Two records side by side; `?done=` names the pair that was decided just before. Queries: at most 15."""
    pair = matching.pair_get_for(actor=request.actor, pair_id=pair_id)
    form = _form(request)
    before, behind = matching.pair_neighbours(actor=request.actor, pair=pair, chosen=form.chosen)
    done = _number(request.GET.get("done", ""))
    context = {
        "comparison": matching.pair_comparison(actor=request.actor, pair=pair),
        "pair": pair,
        "shown": matching.shown_reasons(pair),
        "query": _query(request),
        "previous": _address(request, before),
        "next": _address(request, behind),
        "done": matching.pair_get_for(actor=request.actor, pair_id=done) if done else None,
        "here": request.path + _query(request),
        "queue": reverse("businesses:duplicates") + _query(request),
    }
    return render(request, "businesses/duplicates_pair.html", context)


def _address(request: HttpRequest, pair_id: int) -> str:
    return reverse("businesses:duplicate", args=[pair_id]) + _query(request) if pair_id else ""


@require_POST
def duplicate_decide(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Decide about a pair and go on to the next, or take a decision back and look at the pair again."""
    pair = matching.pair_get_for(actor=request.actor, pair_id=pair_id)
    chosen = _form(request).chosen
    _, behind = matching.pair_neighbours(actor=request.actor, pair=pair, chosen=chosen)
    keys = {"actor": request.actor, "pair_id": pair.pk, "version": _number(request.POST.get("version", "")) or None}
    decision = request.POST.get("decision", "")
    try:
        if decision == "reopen":
            pair_reopen(**keys)
            messages.success(request, "Undone: the pair waits again.")
            return redirect(_address(request, pair.pk))
        pair_decide(**keys, decision=decision)
    except (BusinessRuleError, StaleVersionError) as error:
        messages.error(request, str(error))
        return redirect(_address(request, pair.pk))
    if behind:
        return redirect(reverse("businesses:duplicate", args=[behind]) + _query(request, done=pair.pk))
    messages.success(request, f"Noted: {pair.left.name} and {pair.right.name}. That was the last pair here.")
    return redirect(reverse("businesses:duplicates") + _query(request))


@require_POST
def duplicate_search(request: HttpRequest) -> HttpResponse:
    """Ask for a search among all businesses now."""
    try:
        match_start(actor=request.actor)
    except BusinessRuleError as error:
        messages.error(request, str(error))
    return redirect("businesses:duplicates")


@require_POST
def duplicate_stop(request: HttpRequest, run_id: int) -> HttpResponse:
    """Stop a search."""
    run = matching.match_run_get_for(actor=request.actor, run_id=run_id)
    try:
        match_cancel(actor=request.actor, run_id=run.pk)
    except BusinessRuleError as error:
        messages.error(request, str(error))
    return redirect("businesses:duplicates")


@require_safe
def duplicate_progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """The part of the queue that changes while a search runs."""
    run = matching.match_run_get_for(actor=request.actor, run_id=run_id)
    return render(request, "businesses/duplicates.html#run", {"run": run})


@require_http_methods(["GET", "HEAD", "POST"])
def business_duplicates(request: HttpRequest, business_id: int) -> HttpResponse:
    """Say that a business is recorded twice: one tap on what looks like it, or any other record."""
    request.actor.require(Permission.EDIT_BUSINESSES)
    business = selectors.business_get_for(actor=request.actor, business_id=business_id)
    is_sent = request.method == "POST"
    form = FlagForm(request.POST if is_sent else None, actor=request.actor, business=business)
    keys = {"actor": request.actor, "business_id": business.pk}
    if "_find" in request.POST:
        form.full_clean()
        form.errors.clear()
    elif form.save(lambda: pair_flag(**keys, other_id=form.cleaned_data["other"], note=form.cleaned_data["note"])):
        messages.success(request, "Thank you. Whoever looks after duplicates will see it.")
        return redirect(business)
    context = {
        "form": form,
        "business": business,
        "pairs": [
            (pair, matching.other_of(pair, business))
            for pair in matching.business_pairs(actor=request.actor, business=business)
        ],
        "matches": matching.similar_businesses(actor=request.actor, business=business),
    }
    return render(request, "businesses/duplicates_flag.html", context, status=form.status)
