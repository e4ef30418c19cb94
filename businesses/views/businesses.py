"""The list of businesses, the page of one, adding and changing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from bizworks.core.errors import StaleVersionError
from bizworks.directory.selectors import labels
from bizworks.tenancy.policy import Permission
from businesses import selectors
from businesses.filters import BusinessFilter
from businesses.forms import BusinessForm
from businesses.models import Business
from businesses.services.businesses import business_create, business_update


@require_safe
def business_index(request: HttpRequest) -> HttpResponse:
    """The directory: search, filters, a count, and a page by position. Queries: at most 8."""
    everything = selectors.business_list(actor=request.actor)
    options, words = selectors.list_options(), labels()
    found = BusinessFilter(request.GET, everything, actor=request.actor, options=options, labels=words)
    page = selectors.business_page(found.qs, cursor=request.GET.get("cursor", ""))
    count, more = selectors.business_count_capped(found.qs)
    context = {"filter": found, "page": page, "count": count, "more": more, "labels": words}
    return render(request, "businesses/list.html#results" if request.htmx else "businesses/list.html", context)


@require_safe
def business_suggest(request: HttpRequest) -> JsonResponse:
    """Matches for a typeahead: `[{id, label, hint}]`. Queries: 1."""
    found = selectors.business_search(actor=request.actor, text=request.GET.get("q", ""))
    return JsonResponse([{"id": b.pk, "label": b.name, "hint": b.hint} for b in found], safe=False)


@require_safe
def naics_suggest(request: HttpRequest) -> JsonResponse:
    """Industry codes for a typeahead: `[{id, label, hint}]`. Queries: 1."""
    found = selectors.naics_search(request.GET.get("q", ""))
    return JsonResponse([{"id": code, "label": f"{code} {title}", "hint": ""} for code, title in found], safe=False)


@require_safe
def business_detail(request: HttpRequest, business_id: int) -> HttpResponse:
    """Who, what, where, and everything every agency did; `?older=` continues the timeline."""
    business = selectors.business_get_for(actor=request.actor, business_id=business_id)
    older = request.GET.get("older", "")
    timeline = selectors.timeline_for(actor=request.actor, business_id=business.pk, cursor=older)
    context: dict[str, Any] = {"business": business, "timeline": timeline, "is_older": bool(older)}
    if request.htmx and older:
        return render(request, "businesses/detail.html#timeline", context)
    context |= {
        "contacts": selectors.contact_list(business=business),
        "facts": selectors.business_facts(actor=request.actor, business=business),
        "locations": selectors.employer_locations(business=business),
        "panels": selectors.business_panels(actor=request.actor, business=business),
    }
    return render(request, "businesses/detail.html", context)


def _form(request: HttpRequest, business: Business | None = None) -> BusinessForm:
    """The form: empty, of a business, or with what was sent (whose mistakes wait while an industry is looked up)."""
    request.actor.require(Permission.EDIT_BUSINESSES)
    data = request.POST if request.method == "POST" else None
    form = BusinessForm(data, actor=request.actor, business=business, area_word=labels()["area"])
    if "_find" in request.POST:
        form.errors.clear()
    return form


@require_http_methods(["GET", "HEAD", "POST"])
def business_new(request: HttpRequest) -> HttpResponse:
    """Add a business; similar ones are shown first and need a tick (BR-12)."""
    form = _form(request)
    if "_find" not in request.POST:
        business = form.save(lambda: business_create(actor=request.actor, data=form.to_data()))
        if business is not None:
            messages.success(request, f"{business.name} is added.", extra_tags="clears:business")
            return redirect(business)
    return render(request, "businesses/form.html", {"form": form}, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def business_edit(request: HttpRequest, business_id: int) -> HttpResponse:
    """Change a business, unless someone else did meanwhile: then what was typed stays, beside what is new."""
    business = selectors.business_get_for(actor=request.actor, business_id=business_id)
    form = _form(request, business)
    keys = {"actor": request.actor, "business_id": business.pk, "version": form.version}
    context = {"form": form, "business": business, "version": form.version or business.version}
    try:
        if "_find" not in request.POST and form.save(lambda: business_update(**keys, data=form.to_data())):
            messages.success(request, f"{form.cleaned_data['name']} is saved.")
            return redirect(business)
    except StaleVersionError:
        context |= {"version": business.version, "changes": form.differences()}
        return render(request, "businesses/form.html", context, status=409)
    return render(request, "businesses/form.html", context, status=form.status)
