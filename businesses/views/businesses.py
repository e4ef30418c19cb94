"""The page of a business, adding and changing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bizworks.core.errors import StaleVersionError
from bizworks.directory.selectors import labels
from bizworks.tenancy.policy import Permission
from businesses import selectors
from businesses.forms import BusinessForm, TimelineForm
from businesses.models import Business
from businesses.services.businesses import business_create, business_update


@require_safe
def naics_suggest(request: HttpRequest) -> JsonResponse:
    """Industry codes for a typeahead: `[{id, label, hint}]`. Queries: 1."""
    found = selectors.naics_search(request.GET.get("q", ""))
    return JsonResponse([{"id": code, "label": f"{code} {title}", "hint": ""} for code, title in found], safe=False)


@require_safe
def business_detail(request: HttpRequest, business_id: int) -> HttpResponse:
    """What one needs to know before walking in, then everything every agency did; `?older=` continues the timeline."""
    actor = request.actor
    business = selectors.business_get_for(actor=actor, business_id=business_id)
    older, wanted = request.GET.get("older", ""), request.GET.copy()
    wanted.pop("older", None)
    form = TimelineForm(request.GET, agencies=selectors.timeline_agencies())
    bounds = form.bounds()
    timeline = selectors.timeline_for(actor=actor, business_id=business.pk, bounds=bounds, cursor=older)
    context: dict[str, Any] = {
        "business": business,
        "timeline": timeline,
        "timeline_form": form,
        "bounds": bounds,
        "query": wanted.urlencode(),
        "is_older": bool(older),
    }
    if request.htmx:
        return render(request, f"businesses/_timeline.html#{'months' if older else 'results'}", context)
    panels = selectors.business_panels(actor=actor, business=business)
    context |= {
        "alerts": selectors.business_alerts(actor=actor, business=business),
        "briefs": [panel for panel in panels if panel.is_brief],
        "panels": [panel for panel in panels if not panel.is_brief],
        "tags": selectors.tag_panel(actor=actor, business_id=business.pk),
        "stage": selectors.stage_of(actor=actor, business=business),
        "contacts": selectors.contact_list(business=business),
        "facts": selectors.business_facts(actor=actor, business=business),
        "locations": selectors.employer_locations(business=business),
        "confirmed": selectors.confirmed_matches(business=business),
    }
    return render(request, "businesses/detail.html", context)


def _form(request: HttpRequest, business: Business | None = None) -> BusinessForm:
    """The form: empty, of a business, or with what was sent (whose mistakes wait while something is looked up)."""
    request.actor.require(Permission.EDIT_BUSINESSES)
    data, initial = None, {}
    if request.method == "POST":
        data = request.POST.copy()
        if "_location" in data:
            data["employer_id"] = "" if data["_location"] == "0" else data["_location"]
    elif business is None:
        initial = {"employer_id": request.GET.get("employer", "")[:18], "name": request.GET.get("name", "")[:200]}
    form = BusinessForm(data, actor=request.actor, business=business, area_word=labels()["area"], initial=initial)
    if "_location" in request.POST and not form.is_valid():
        form.errors.clear()
    if _only_looks(request):
        form.errors.clear()
    return form


def _only_looks(request: HttpRequest) -> bool:
    """Whether what was sent asks for something to be looked up, and nothing to be saved yet."""
    return bool({"_find", "_check"} & request.POST.keys()) or request.POST.get("_location") == "0"


def _matches(request: HttpRequest, form: BusinessForm) -> dict[str, Any]:
    """What the panel of likely matches shows."""
    typed = form.typed()
    found = selectors.likely_matches(actor=request.actor, typed=typed) if typed.name or typed.fein else []
    return {
        "form": form,
        "typed": typed,
        "employer": selectors.employer_for_location(actor=request.actor, employer_id=typed.employer_id),
        "strong": [match for match in found if match.is_strong],
        "locations": [match for match in found if not match.is_strong],
    }


@require_POST
def business_matches(request: HttpRequest) -> HttpResponse:
    """The likely matches of a business that is being typed (BR-12)."""
    request.actor.require(Permission.EDIT_BUSINESSES)
    return render(request, "businesses/_matches.html", _matches(request, _form(request)))


@require_http_methods(["GET", "HEAD", "POST"])
def business_new(request: HttpRequest) -> HttpResponse:
    """Add a business; likely matches show while it is typed, and saving past a strong one needs a reason (BR-12)."""
    form = _form(request)
    if not _only_looks(request) and (business := _added(request, form)):
        messages.success(request, f"{business.name} is added.", extra_tags="clears:business")
        return redirect(business)
    return render(request, "businesses/form.html", _matches(request, form), status=form.status)


def _added(request: HttpRequest, form: BusinessForm) -> Business | None:
    """The business, if it could be saved. A tap on "add location" of an unfinished form only chooses the employer."""
    if "_location" in request.POST and not form.cleaned_data.keys() >= form.fields.keys():
        return None
    return form.save(lambda: business_create(actor=request.actor, data=form.to_data()))


@require_http_methods(["GET", "HEAD", "POST"])
def business_edit(request: HttpRequest, business_id: int) -> HttpResponse:
    """Change a business, unless someone else did meanwhile: then what was typed stays, beside what is new."""
    business = selectors.business_get_for(actor=request.actor, business_id=business_id)
    form = _form(request, business)
    keys = {"actor": request.actor, "business_id": business.pk, "version": form.version}
    context = {"form": form, "business": business, "version": form.version or business.version}
    try:
        if not _only_looks(request) and form.save(lambda: business_update(**keys, data=form.to_data())):
            messages.success(request, f"{form.cleaned_data['name']} is saved.")
            return redirect(business)
    except StaleVersionError:
        context |= {"version": business.version, "changes": form.differences()}
        return render(request, "businesses/form.html", context, status=409)
    return render(request, "businesses/form.html", context, status=form.status)
