"""Packaged presets: a tenant's map as one file, added to a tenant by code, never over an edit (ADR 0007)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import models

from bizworks.directory.models import (
    BEGINNING,
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
    TenantProfile,
)
from bizworks.directory.services.map_changes import CATALOGUE, MEMBERSHIP, PROFILE, SECTORS, TERRITORY, map_changed
from bizworks.reference.models import County, FederalCategory, Municipality
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant

PRESETS_DIRECTORY = Path(__file__).parent.parent / "presets"

_DATED = {"starts_on", "retired_on"}
_CODED = {"code", "name", "note"} | _DATED
_ITEM = _CODED | {"description", "synonyms"}
_ITEM_SHARED = {"kind", "state_category", "federal_category", "counted", "minimum_menu", "note"}
ALLOWED_KEYS: dict[str, set[str]] = {
    "regions": _CODED,
    "areas": _CODED | {"regions", "territory"},
    "centers": _CODED | {"area"},
    "agencies": _CODED | {"kind", "phone", "email"},
    "slates": _CODED | {"lines"},
    "catalogue": _ITEM_SHARED | {"items"},
    "sectors": _CODED | {"priority", "include", "exclude"},
}
LABELS: dict[type[models.Model], str] = {
    TenantProfile: "profile",
    Region: "regions",
    Area: "areas",
    AreaRegion: "areas in regions",
    AreaTerritory: "towns and counties in areas",
    Center: "centers",
    Agency: "agencies",
    Slate: "slates",
    SlateLine: "slate lines",
    ServiceItem: "catalog items",
    Sector: "sectors",
    SectorPrefix: "sector prefixes",
}
_TOP_KEYS = set(ALLOWED_KEYS) | {"name", "state", "sources", "remarks", "profile"}


class PresetError(Exception):
    """A preset file is wrong; the message says what and where."""


@dataclass(frozen=True)
class Preset:
    """A preset as read from its file: lists of rows by section."""

    slug: str
    name: str
    state: str
    profile: dict[str, Any]
    sections: dict[str, list[dict[str, Any]]]


@dataclass
class PresetReport:
    """How many rows of each kind were added, and how many were there before and left as they are."""

    added: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)

    @property
    def changed(self) -> bool:
        """Whether anything was added."""
        return self.added.total() > 0


def preset_slugs() -> list[str]:
    """Names of the packaged presets."""
    return sorted(path.stem for path in PRESETS_DIRECTORY.glob("*.yaml"))


def preset_read(slug: str, *, directory: Path = PRESETS_DIRECTORY) -> Preset:
    """Read a preset and hold its keys against what is known. Errors: PresetError."""
    path = directory / f"{slug}.yaml"
    if path.parent != directory or not path.is_file():
        raise PresetError(f"There is no preset “{slug}”; there are: {', '.join(preset_slugs())}.")
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise PresetError(f"{path.name} is not readable: {error}") from error
    if not isinstance(data, dict):
        raise PresetError(f"{path.name}: sections are wanted.")
    _refuse_unknown(data, _TOP_KEYS, path.name)
    sections = {section: data.get(section) or [] for section in ALLOWED_KEYS}
    for section, allowed in ALLOWED_KEYS.items():
        for row in sections[section]:
            _refuse_unknown(row, allowed, f"{path.name}, {section}")
    sections["catalogue"] = list(_catalogue_rows(sections["catalogue"], path.name))
    for section, rows in sections.items():
        doubled = [code for code, times in Counter(row.get("code") for row in rows).items() if times > 1 or not code]
        if doubled:
            raise PresetError(f"{path.name}, {section}: code missing or used twice: {doubled[0]}.")
    try:
        return Preset(slug, data["name"], data["state"], data["profile"], sections)
    except KeyError as error:
        raise PresetError(f"{path.name}: {error.args[0]} is missing.") from error


def _refuse_unknown(row: Any, allowed: set[str], where: str) -> None:
    if not isinstance(row, dict):
        raise PresetError(f"{where}: “{row}” is not a row with names.")
    if unknown := set(row) - allowed:
        raise PresetError(f"{where}: “{min(unknown)}” is not known.")


def _catalogue_rows(groups: list[dict[str, Any]], where: str) -> Iterable[dict[str, Any]]:
    """Give every catalogue item what its group says for all; the item's own word wins."""
    for group in groups:
        shared = {key: value for key, value in group.items() if key != "items"}
        for item in group.get("items") or []:
            _refuse_unknown(item, _ITEM | _ITEM_SHARED, f"{where}, catalogue")
            yield shared | item


def preset_apply(*, tenant: Tenant, preset: Preset) -> PresetReport:
    """Add to a tenant what a preset has and the tenant has not; one transaction.

    Rows are matched by code. A row that exists is never changed, retired or removed, nor are the
    lines, prefixes and territory under it: they are the administrator's. A town or county that
    already belongs somewhere stays there. A second run therefore adds nothing. Listeners of the
    map are told what changed. Opens the tenant's context. Errors: PresetError. Queries: 16 when
    nothing is missing.
    """
    report = PresetReport()
    with tenant_context(tenant.pk):
        _add_profile(preset, report)
        regions = _add_coded(Region, [_coded(Region, row) for row in preset.sections["regions"]], report)
        areas = _add_areas(preset, regions, report)
        centers = preset.sections["centers"]
        _add_coded(Center, [_coded(Center, r, area_id=_known(areas, r.get("area"), "area")) for r in centers], report)
        _add_coded(Agency, [_coded(Agency, row) for row in preset.sections["agencies"]], report)
        _add_slates(preset, report)
        _add_catalogue(preset, report)
        _add_sectors(preset, report)
        kinds = {
            PROFILE: TenantProfile,
            MEMBERSHIP: AreaRegion,
            TERRITORY: AreaTerritory,
            CATALOGUE: ServiceItem,
            SECTORS: Sector,
        }
        if changed := {kind for kind, model in kinds.items() if report.added[LABELS[model]]}:
            map_changed(frozenset(changed))
    return report


def _coded(model: type[CodedModel], row: dict[str, Any], **fields: Any) -> CodedModel:
    """Make a row of a dated, coded table from its line in the file; what the table does not know is left out."""
    plain = {f.name for f in model._meta.local_fields if not f.is_relation}
    return model(**{key: value for key, value in row.items() if key in plain} | fields)


def _checked(row: models.Model) -> models.Model:
    """Hold a row's own values against its model, foreign keys aside. Errors: PresetError."""
    try:
        row.clean_fields(exclude=[f.name for f in row._meta.local_fields if f.is_relation or f.auto_created])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        label = getattr(row, "code", row._meta.verbose_name)
        raise PresetError(f"{label}: {name}: {messages[0]}") from error
    return row


def _create(model: type[models.Model], rows: list[Any], report: PresetReport) -> None:
    if rows:
        model._default_manager.bulk_create([_checked(row) for row in rows])
        report.added[LABELS[model]] += len(rows)


def _add_coded(model: type[CodedModel], rows: list[CodedModel], report: PresetReport) -> dict[str, int]:
    """Add the rows whose code the tenant has not; return the id of every code. Queries: 1, or 3 if any is missing."""
    known = dict(model.objects.values_list("code", "pk"))
    missing = [row for row in rows if row.code not in known]
    if len(rows) > len(missing):
        report.kept[LABELS[model]] += len(rows) - len(missing)
    _create(model, missing, report)
    return known | {row.code: row.pk for row in missing}


def _known(ids: dict[str, int], code: Any, what: str) -> int:
    if code not in ids:
        raise PresetError(f"There is no {what} “{code}”.")
    return ids[code]


def _add_profile(preset: Preset, report: PresetReport) -> None:
    if TenantProfile.objects.exists():
        report.kept[LABELS[TenantProfile]] += 1
        return
    try:
        _create(TenantProfile, [TenantProfile(**preset.profile)], report)
    except TypeError as error:
        raise PresetError(f"profile: {error}") from error


def _dates(row: dict[str, Any]) -> dict[str, Any]:
    return {"starts_on": row.get("starts_on", BEGINNING), "retired_on": row.get("retired_on")}


def _add_areas(preset: Preset, regions: dict[str, int], report: PresetReport) -> dict[str, int]:
    """Add areas, and for the new ones their regions and the towns or counties that belong nowhere yet."""
    rows = preset.sections["areas"]
    before = set(Area.objects.values_list("code", flat=True))
    areas = _add_coded(Area, [_coded(Area, row) for row in rows], report)
    new = [row for row in rows if row["code"] not in before]
    memberships = [
        AreaRegion(area_id=areas[row["code"]], region_id=_known(regions, m.get("region"), "region"), **_dates(m))
        for row in new
        for m in row.get("regions", [])
    ]
    _create(AreaRegion, memberships, report)
    towns = dict(Municipality.objects.filter(state=preset.state, kind="town").values_list("name", "pk"))
    counties = dict(County.objects.filter(state=preset.state).values_list("name", "pk"))
    territory = [
        AreaTerritory(area_id=areas[row["code"]], municipality_id=town, county_id=county, **_dates(part))
        for row in new
        for part in row.get("territory", [])
        for town, county in [
            *((_known(towns, name, f"town in {preset.state}"), None) for name in part.get("towns", [])),
            *((None, _known(counties, name, f"county in {preset.state}")) for name in part.get("counties", [])),
        ]
    ]
    placed = set(AreaTerritory.objects.values_list("municipality", "county"))
    free = [row for row in territory if (row.municipality_id, row.county_id) not in placed]
    if len(territory) > len(free):
        report.kept[LABELS[AreaTerritory]] += len(territory) - len(free)
    _create(AreaTerritory, free, report)
    return areas


def _add_slates(preset: Preset, report: PresetReport) -> None:
    rows = preset.sections["slates"]
    before = set(Slate.objects.values_list("code", flat=True))
    slates = _add_coded(Slate, [_coded(Slate, row) for row in rows], report)
    lines = [
        SlateLine(slate_id=slates[row["code"]], position=position, name=name)
        for row in rows
        if row["code"] not in before
        for position, name in enumerate(row.get("lines", []), 1)
    ]
    _create(SlateLine, lines, report)


def _add_catalogue(preset: Preset, report: PresetReport) -> None:
    categories = dict.fromkeys(FederalCategory.objects.values_list("code", flat=True), 0)
    items = []
    for row in preset.sections["catalogue"]:
        category = row.get("federal_category")
        if category is not None:
            _known(categories, category, "federal category")
        items.append(
            _coded(
                ServiceItem,
                row,
                federal_category_id=category,
                is_counted=row.get("counted", True),
                is_minimum_menu=row.get("minimum_menu", False),
            )
        )
    _add_coded(ServiceItem, items, report)


def _add_sectors(preset: Preset, report: PresetReport) -> None:
    rows = preset.sections["sectors"]
    before = set(Sector.objects.values_list("code", flat=True))
    sectors = _add_coded(Sector, [_coded(Sector, r, is_priority=r.get("priority", False)) for r in rows], report)
    prefixes = [
        SectorPrefix(sector_id=sectors[row["code"]], prefix=prefix, is_excluded=excluded)
        for row in rows
        if row["code"] not in before
        for key, excluded in (("include", False), ("exclude", True))
        for prefix in row.get(key, [])
    ]
    _create(SectorPrefix, prefixes, report)
