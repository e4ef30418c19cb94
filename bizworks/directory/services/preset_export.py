"""A tenant's map as a file in the format of the presets, to be kept or loaded into another tenant."""

from itertools import groupby
from typing import Any

import yaml

from bizworks.directory.models import (
    BEGINNING,
    Agency,
    Area,
    AreaTerritory,
    Center,
    CodedModel,
    DatedModel,
    Region,
    Sector,
    ServiceItem,
    Slate,
    TenantProfile,
)
from bizworks.directory.services.profile import CALENDAR, OPTIONS, WORDS
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission


def preset_dump(*, actor: Actor, name: str) -> dict[str, Any]:
    """Read the tenant's whole map, retired rows and history too, as one preset.

    A preset names the towns of one state. Towns of others, and postal cities, have no name that is
    certain there; they are listed under `remarks`. No person is in it. Errors: NotAllowedError.
    Queries: 14.
    """
    actor.require(Permission.MANAGE_DIRECTORY)
    profile = TenantProfile.objects.get()
    state = profile.state_codes[0]
    remarks: list[str] = []
    return {
        "name": name,
        "state": state,
        "sources": [f"The map of {name} as its administrators keep it."],
        "remarks": remarks,
        "profile": {column: getattr(profile, column) for column in (*CALENDAR, *WORDS, *OPTIONS)},
        "regions": [_coded(row) for row in Region.objects.all()],
        "areas": _areas(state, remarks),
        "centers": [_coded(row, area=row.area.code) for row in Center.objects.select_related("area")],
        "agencies": [_coded(row, kind=row.kind, phone=row.phone, email=row.email) for row in Agency.objects.all()],
        "slates": [
            _coded(row, lines=[line.name for line in row.lines.all()])
            for row in Slate.objects.prefetch_related("lines")
        ],
        "catalogue": [{"items": [_item(row) for row in ServiceItem.objects.all()]}],
        "sectors": [_sector(row) for row in Sector.objects.prefetch_related("prefixes")],
    }


def preset_text(preset: dict[str, Any]) -> str:
    """Write a preset as YAML. Queries: 0."""
    return yaml.safe_dump(preset, sort_keys=False, allow_unicode=True, width=110)


def _dates(row: DatedModel) -> dict[str, Any]:
    found: dict[str, Any] = {} if row.starts_on == BEGINNING else {"starts_on": row.starts_on}
    return found | ({"retired_on": row.retired_on} if row.retired_on else {})


def _coded(row: CodedModel, **more: Any) -> dict[str, Any]:
    plain = {"code": row.code, "name": row.name} | {key: value for key, value in more.items() if value}
    return plain | _dates(row) | ({"note": row.note} if row.note else {})


def _areas(state: str, remarks: list[str]) -> list[dict[str, Any]]:
    rows = Area.objects.prefetch_related("memberships__region", "territories__municipality", "territories__county")
    return [
        _coded(
            area,
            regions=[{"region": row.region.code} | _dates(row) for row in area.memberships.all()],
            territory=_territory(area, state, remarks),
        )
        for area in rows
    ]


def _territory(area: Area, state: str, remarks: list[str]) -> list[dict[str, Any]]:
    """Group an area's places by their dates."""
    rows = []
    for row in area.territories.all():
        place = row.municipality or row.county
        if place.state_id != state or (row.municipality and row.municipality.kind != "town"):
            remarks.append(f"Not in this file: {place.name}, {place.state_id}, belongs to {area.name}.")
        else:
            rows.append((row, place.name))
    rows.sort(key=lambda pair: (pair[0].starts_on, str(pair[0].retired_on), pair[1]))
    groups = [list(same) for _, same in groupby(rows, key=lambda pair: (pair[0].starts_on, pair[0].retired_on))]
    return [_dates(group[0][0]) | {key: names for key, names in _names(group).items() if names} for group in groups]


def _names(rows: list[tuple[AreaTerritory, str]]) -> dict[str, list[str]]:
    return {
        "towns": [name for row, name in rows if row.municipality_id],
        "counties": [name for row, name in rows if row.county_id],
    }


def _item(row: ServiceItem) -> dict[str, Any]:
    return _coded(
        row,
        kind=row.kind,
        state_category=row.state_category,
        federal_category=row.federal_category_id,
        minimum_menu=row.is_minimum_menu,
        description=row.description,
        synonyms=row.synonyms,
    ) | {"counted": row.is_counted}


def _sector(row: Sector) -> dict[str, Any]:
    prefixes = list(row.prefixes.all())
    return _coded(
        row,
        priority=row.is_priority,
        include=[p.prefix for p in prefixes if not p.is_excluded],
        exclude=[p.prefix for p in prefixes if p.is_excluded],
    )
