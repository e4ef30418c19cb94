"""The kinds of entry an administrator keeps, and what is particular to each: one row instead of one copy."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.models import (
    Agency,
    Area,
    AreaRegion,
    AreaTerritory,
    Center,
    CodedModel,
    Region,
    Sector,
    SectorPrefix,
    ServiceItem,
    Slate,
    SlateLine,
    StaffMember,
)
from bizworks.directory.services.map_changes import CATALOGUE, SECTORS
from bizworks.directory.services.words import many
from bizworks.reference.models import NaicsCode

UNCOUNTED = {ServiceItem.Kind.OUTREACH, ServiceItem.Kind.PARTIAL}


def _nothing(entry: CodedModel, values: dict[str, Any]) -> bool:
    return False


def _free(entry: CodedModel, on: date) -> list[str]:
    return []


@dataclass(frozen=True)
class Kind:
    """What the general services need to know about one kind of entry.

    `columns` are written as given; `rest` names further values, which `details` saves (it says
    whether anything changed); `blockers` says in words what stands against retiring on a date;
    `changes` goes to the listeners of the map; `check` refuses impossible entries; `frozen` columns
    no longer change once a record names the entry.
    """

    key: str
    model: type[CodedModel]
    columns: tuple[str, ...] = ("code", "name", "note", "starts_on")
    rest: tuple[str, ...] = ()
    changes: frozenset[str] = frozenset()
    details: Callable[[Any, dict[str, Any]], bool] = _nothing
    blockers: Callable[[Any, date], list[str]] = _free
    check: Callable[[Any], None] | None = None
    frozen: tuple[str, ...] = ()


def _beyond(on: date) -> Q:
    """Rows that reach to the date or beyond it."""
    return Q(retired_on=None) | Q(retired_on__gt=on)


def _said(rows: QuerySet, one: str, several: str, cure: str) -> list[str]:
    number = rows.count()
    return [f"{many(number, one, several)} {cure}"] if number else []


def _region_blockers(region: Region, on: date) -> list[str]:
    areas = Area.objects.filter(_beyond(on), pk__in=region.memberships.filter(_beyond(on)).values("area"))
    return _said(areas, "area lies in it.", "areas lie in it.", "Move them to another first.")


def _area_blockers(area: Area, on: date) -> list[str]:
    places = area.territories.filter(_beyond(on))
    centers = area.centers.filter(_beyond(on))
    return _said(
        places, "town or county belongs to it.", "towns or counties belong to it.", "Move them to another area first."
    ) + _said(centers, "center stands in it.", "centers stand in it.", "Retire them or change their area first.")


def _agency_blockers(agency: Agency, on: date) -> list[str]:
    people = StaffMember.objects.filter(Q(ended_on=None) | Q(ended_on__gt=on), agency=agency)
    return _said(people, "person works there.", "people work there.", "Change their agency or end their access first.")


def _item_blockers(item: ServiceItem, on: date) -> list[str]:
    others = ServiceItem.objects.exclude(pk=item.pk).filter(_beyond(on))
    if item.kind != ServiceItem.Kind.PARTIAL or others.filter(kind=ServiceItem.Kind.PARTIAL).exists():
        return []
    orientations = others.filter(kind=ServiceItem.Kind.ORIENTATION)
    return _said(orientations, "orientation", "orientations", "would have nothing to become when it does not qualify.")


def _area_details(area: Area, values: dict[str, Any]) -> bool:
    """Put a new area into its region; later moves are `area_move`, with a date."""
    if area.memberships.exists():
        return False
    region = values.get("region")
    if region is None:
        raise BusinessRuleError({"region": ["Choose the region the area lies in."]})
    if not region.is_in_force(area.starts_on):
        raise BusinessRuleError({"region": [f"{region.name} is not in force on the area's first day."]})
    AreaRegion.objects.create(area=area, region=region, starts_on=area.starts_on)
    return True


def _area_check(area: Area) -> None:
    if area.pk is None:
        return
    early = [model.objects.filter(area=area, starts_on__lt=area.starts_on) for model in (AreaTerritory, AreaRegion)]
    if any(rows.exists() for rows in early):
        raise BusinessRuleError({"starts_on": ["Places belong to this area from an earlier day already."]})


def _item_check(item: ServiceItem) -> None:
    if item.kind in UNCOUNTED and item.is_counted:
        raise BusinessRuleError({"is_counted": ["Outreach and partial overviews are never counted (BR-18)."]})


def _sector_details(sector: Sector, values: dict[str, Any]) -> bool:
    """Save the prefixes a sector includes and excludes; both are collections of two to six digits."""
    if "includes" not in values:
        return False
    wanted = {prefix: False for prefix in values["includes"]} | {prefix: True for prefix in values["excludes"]}
    if not values["includes"]:
        raise BusinessRuleError({"includes": ["A sector includes at least one NAICS prefix."]})
    if both := set(values["includes"]) & set(values["excludes"]):
        raise BusinessRuleError({"excludes": [f"Both included and excluded: {', '.join(sorted(both))}."]})
    outside = [e for e in values["excludes"] if not e.startswith(tuple(values["includes"]))]
    if outside:
        raise BusinessRuleError({"excludes": [f"Takes nothing out: {', '.join(sorted(outside))} is not included."]})
    _refuse_unknown(wanted)
    present = {row.prefix: row.is_excluded for row in sector.prefixes.all()}
    if present == wanted:
        return False
    sector.prefixes.exclude(prefix__in=wanted).delete()
    for prefix, is_excluded in wanted.items():
        if present.get(prefix) is not is_excluded:
            SectorPrefix.objects.update_or_create(sector=sector, prefix=prefix, defaults={"is_excluded": is_excluded})
    return True


def _refuse_unknown(prefixes: dict[str, bool]) -> None:
    for prefix, is_excluded in prefixes.items():
        if not NaicsCode.objects.filter(code__startswith=prefix).exists():
            field = "excludes" if is_excluded else "includes"
            raise BusinessRuleError({field: [f"No industry code begins with {prefix}."]})


def _slate_details(slate: Slate, values: dict[str, Any]) -> bool:
    """Save the lines of a slate, in order."""
    if "lines" not in values:
        return False
    lines = values["lines"]
    if not lines:
        raise BusinessRuleError({"lines": ["A slate has at least one line."]})
    if len(set(lines)) < len(lines):
        raise BusinessRuleError({"lines": ["The same line stands there twice."]})
    if list(slate.lines.values_list("name", flat=True)) == lines:
        return False
    slate.lines.all().delete()
    for position, name in enumerate(lines, 1):
        SlateLine.objects.create(slate=slate, position=position, name=name)
    return True


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("region", Region, blockers=_region_blockers),
        Kind("area", Area, rest=("region",), details=_area_details, blockers=_area_blockers, check=_area_check),
        Kind("center", Center, columns=("code", "name", "note", "starts_on", "area")),
        Kind(
            "agency",
            Agency,
            columns=("code", "name", "note", "starts_on", "kind", "phone", "email"),
            blockers=_agency_blockers,
        ),
        Kind(
            "item",
            ServiceItem,
            columns=(
                *("code", "name", "note", "starts_on", "kind", "state_category", "federal_category"),
                *("is_counted", "is_minimum_menu", "description", "synonyms"),
            ),
            changes=frozenset({CATALOGUE}),
            blockers=_item_blockers,
            check=_item_check,
            frozen=("kind",),
        ),
        Kind("slate", Slate, rest=("lines",), details=_slate_details),
        Kind(
            "sector",
            Sector,
            columns=("code", "name", "note", "starts_on", "is_priority"),
            rest=("includes", "excludes"),
            changes=frozenset({SECTORS}),
            details=_sector_details,
        ),
    )
}
