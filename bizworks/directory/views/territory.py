"""Pages that move towns, counties and areas, showing what follows before it is done; and what the map leaves out."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from bizworks.directory import admin_selectors as reads
from bizworks.directory.forms.territory import AreaMoveForm, TerritoryMoveForm
from bizworks.directory.selectors import tenant_today
from bizworks.directory.services import territory as services
from bizworks.directory.services.map_changes import businesses_in
from bizworks.directory.services.words import day, many
from bizworks.directory.views.common import attempt, needs, setting, status_of
from bizworks.tenancy.policy import Permission


@needs(Permission.MANAGE_DIRECTORY)
@require_safe
def places_suggest(request: HttpRequest) -> JsonResponse:
    """Answer towns and counties whose name begins with `q`."""
    found = reads.places_suggest(request.GET.get("q", ""))
    return JsonResponse([{"id": key, "label": label, "hint": hint} for key, label, hint in found], safe=False)


@needs(Permission.MANAGE_DIRECTORY)
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """Say which towns belong to no area."""
    today = tenant_today()
    context = {"coverage": reads.coverage(today), "today": today}
    return render(request, "directory/coverage.html", context)


@needs(Permission.MANAGE_DIRECTORY)
@require_http_methods(["GET", "HEAD", "POST"])
def territory_move(request: HttpRequest) -> HttpResponse:
    """Choose towns and counties, an area and a day; see what follows; move them."""
    known = setting()
    given = {name: request.GET.get(name) for name in ("area",)} | {"places": request.GET.getlist("places")}
    form = TerritoryMoveForm(request.POST or None, initial=given, **known)
    step = _territory_move if "confirm" in request.POST else _territory_preview
    done = attempt(form, lambda f: step(request, f)) if request.method == "POST" else None
    if done and "confirm" in request.POST:
        messages.success(request, done)
        return redirect("directory:area_edit", form.cleaned_data["area"].pk)
    context = {"form": form, "preview": done, "several": known["labels"]["areas"]}
    return render(request, "directory/territory_move.html", context, status=status_of(form))


def _territory_preview(request: HttpRequest, form: TerritoryMoveForm) -> dict[str, Any]:
    data, today = form.cleaned_data, tenant_today()
    moves = reads.territory_preview(area=data["area"], place_ids=data["places"], effective_on=data["effective_on"])
    return {
        "moves": moves,
        "target": data["area"].name,
        "since": data["effective_on"],
        "is_past": data["effective_on"] < today,
        "businesses": businesses_in(reads.scope_of_places(data["places"], today)),
    }


def _territory_move(request: HttpRequest, form: TerritoryMoveForm) -> str:
    data = form.cleaned_data
    towns, counties = reads.places_split(data["places"])
    number = services.territory_move(
        actor=request.actor,
        area_id=data["area"].pk,
        effective_on=data["effective_on"],
        municipality_ids=towns,
        county_ids=counties,
    )
    moved = many(number, "place belongs", "places belong")
    return f"{moved} to {data['area'].name} from {day(data['effective_on'])}."


@needs(Permission.MANAGE_DIRECTORY)
@require_http_methods(["GET", "HEAD", "POST"])
def area_move(request: HttpRequest, area_id: int) -> HttpResponse:
    """Choose a region and a day for an area; see what follows; move it."""
    area, known = reads.entry_get_for("area", area_id), setting()
    form = AreaMoveForm(request.POST or None, **known)
    step = _area_move if "confirm" in request.POST else _area_preview
    done = attempt(form, lambda f: step(request, area, f.cleaned_data)) if request.method == "POST" else None
    if done and "confirm" in request.POST:
        messages.success(request, done)
        return redirect("directory:area_edit", area.pk)
    context = {"form": form, "preview": done, "entry": area, "several": known["labels"]["areas"]}
    context["edit_url"] = reverse("directory:area_edit", args=[area.pk])
    return render(request, "directory/area_move.html", context, status=status_of(form))


def _area_move(request: HttpRequest, area: Any, data: dict[str, Any]) -> str:
    ids = {"area_id": area.pk, "region_id": data["region"].pk}
    services.area_move(actor=request.actor, effective_on=data["effective_on"], **ids)
    return f"{area.name} lies in {data['region'].name} from {day(data['effective_on'])}."


def _area_preview(request: HttpRequest, area: Any, data: dict[str, Any]) -> dict[str, Any]:
    today = tenant_today()
    return {
        "moves": [reads.region_preview(area=area, region=data["region"], effective_on=data["effective_on"])],
        "target": data["region"].name,
        "since": data["effective_on"],
        "is_past": data["effective_on"] < today,
        "businesses": businesses_in(reads.scope_of_area(area, today)),
    }
