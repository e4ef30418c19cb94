"""Reads for the administration's pages: the lists, what stands behind an entry, what the map leaves out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Length
from django.shortcuts import get_object_or_404

from bizworks.directory.models import (
    Area,
    AreaRegion,
    AreaTerritory,
    CodedModel,
    Invitation,
    Region,
    Sector,
    ServiceItem,
    Slate,
    SlateLine,
    StaffMember,
)
from bizworks.directory.selectors import profile
from bizworks.directory.services.kinds import KINDS
from bizworks.directory.services.map_changes import MapScope
from bizworks.directory.services.territory import Span, spans_after_move, spans_of
from bizworks.directory.services.words import many
from bizworks.reference.models import County, FederalCategory, Municipality, NaicsCode

SUGGESTIONS = 20
SUGGESTION_TEXT_MAX = 60


def entry_get_for(kind: str, entry_id: int) -> CodedModel:
    """One entry of the tenant, or 404. Queries: 1."""
    return get_object_or_404(KINDS[kind].model, pk=entry_id)


def entries(kind: str, *, on: date, text: str = "", with_retired: bool = False) -> QuerySet:
    """The entries of a kind, with the numbers its list shows; by default those not retired on a date.

    Planned entries are among them. `text` looks into code and name, for catalogue items also into
    their synonyms and category. Queries: 1, prefetches aside (at most 2).
    """
    rows = KINDS[kind].model.objects.all()
    if not with_retired:
        rows = rows.filter(Q(retired_on=None) | Q(retired_on__gt=on))
    for word in text.split()[:5]:
        match = Q(code__icontains=word) | Q(name__icontains=word)
        if kind == "item":
            match |= Q(synonyms__icontains=word) | Q(state_category__icontains=word)
        rows = rows.filter(match)
    return _with_numbers(kind, rows, on)


def _number(rows: QuerySet, column: str) -> Coalesce:
    """Count rows of another table by a column that names the entry (the key is composite: no join and GROUP BY)."""
    counted = rows.filter(**{column: OuterRef("pk")}).order_by().values(column).annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


def _with_numbers(kind: str, rows: QuerySet, on: date) -> QuerySet:
    """Add what a kind's list shows."""
    memberships = AreaRegion.objects.in_force(on)
    if kind == "region":
        return rows.annotate(areas=_number(memberships, "region"))
    if kind == "area":
        region = memberships.filter(area=OuterRef("pk")).values("region__name")[:1]
        places = _number(AreaTerritory.objects.in_force(on), "area")
        return rows.annotate(region_name=Subquery(region), places=places)
    if kind == "agency":
        return rows.annotate(people=_number(staff_all(with_former=False, on=on), "agency"))
    if kind == "slate":
        return rows.annotate(line_count=_number(SlateLine.objects.all(), "slate"))
    if kind == "item":
        return rows.select_related("federal_category").order_by("state_category", "name", "pk")
    return rows.select_related("area") if kind == "center" else rows.prefetch_related("prefixes")


def entry_counts(on: date) -> dict[str, int]:
    """How many entries of each kind are in force on a date. Queries: 7."""
    return {key: kind.model.objects.in_force(on).count() for key, kind in KINDS.items()}


def in_force_or(kind: str, on: date, chosen_id: int | None = None) -> QuerySet:
    """What a form offers: entries in force on a date, and the one already chosen. Queries: 0 until read."""
    return KINDS[kind].model.objects.filter(
        Q(pk=chosen_id) | (Q(starts_on__lte=on) & (Q(retired_on=None) | Q(retired_on__gt=on)))
    )


def federal_categories() -> QuerySet[FederalCategory]:
    """The eight categories in the report's order. Queries: 0 until read."""
    return FederalCategory.objects.all()


def state_categories() -> list[str]:
    """State categories in use, for suggestion. Queries: 1."""
    used = ServiceItem.objects.exclude(state_category="").order_by("state_category")
    return list(used.values_list("state_category", flat=True).distinct())


@dataclass(frozen=True)
class AreaPage:
    """What an area's page shows beside its form."""

    regions: list[AreaRegion]
    towns: list[AreaTerritory]
    counties: list[AreaTerritory]
    planned: list[AreaTerritory]
    former: list[AreaTerritory]


def area_page(area: Area, on: date) -> AreaPage:
    """The regions and the territory of an area: now, planned and former. Queries: 2."""
    rows = list(area.territories.select_related("municipality__county", "county").order_by("starts_on"))
    rows.sort(key=lambda row: (row.starts_on, str(row.municipality or row.county)))
    now = [row for row in rows if row.is_in_force(on)]
    return AreaPage(
        regions=list(area.memberships.select_related("region").order_by("-starts_on")),
        towns=sorted((r for r in now if r.municipality_id), key=lambda r: r.municipality.name),
        counties=[r for r in now if r.county_id],
        planned=[r for r in rows if r.starts_on > on],
        former=[r for r in rows if r.retired_on is not None and r.retired_on <= on],
    )


def places_suggest(text: str) -> list[tuple[str, str, str]]:
    """Towns and whole counties of the tenant's states whose name begins with the text.

    Gives (id, label, hint); ids are `t<town>` and `c<fips>`. Queries: 3.
    """
    text = text.strip()[:SUGGESTION_TEXT_MAX]
    if not text:
        return []
    states = profile().state_codes
    towns = Municipality.objects.filter(state__in=states, name__istartswith=text).select_related("county")
    counties = County.objects.filter(state__in=states, name__istartswith=text)
    return [_place(row) for row in (*counties[:5], *towns[:SUGGESTIONS])]


def _place(row: Municipality | County) -> tuple[str, str, str]:
    if isinstance(row, County):
        return f"c{row.fips}", f"{row.name} County, {row.state_id} (whole county)", "county"
    county = f"{row.county.name} County" if row.county else ""
    return f"t{row.pk}", f"{row.name}, {row.state_id}", county


def places_split(ids: Iterable[str]) -> tuple[list[int], list[str]]:
    """Part ids of `places_suggest` into town ids and county codes; what is neither is left out. Queries: 0."""
    towns = [int(i[1:]) for i in ids if i[:1] == "t" and i[1:].isascii() and i[1:].isdigit() and len(i) < 10]
    counties = [i[1:] for i in ids if i[:1] == "c" and i[1:].isascii() and i[1:].isdigit() and len(i) == 6]
    return towns, counties


def places_named(ids: Iterable[str]) -> list[tuple[str, str]]:
    """Name places by their ids, unknown ones left out. Queries: 2."""
    towns, counties = places_split(ids)
    rows = (
        *County.objects.filter(pk__in=counties),
        *Municipality.objects.filter(pk__in=towns).select_related("county"),
    )
    return [_place(row)[:2] for row in rows]


@dataclass(frozen=True)
class PlannedMove:
    """What a move would do to one place: who has it when."""

    name: str
    spans: list[tuple[str, date, date | None]]
    before: str
    """Name of the area (or region) that has it on the day before; empty if none."""


def territory_preview(*, area: Area, place_ids: Iterable[str], effective_on: date) -> list[PlannedMove]:
    """Show each place's areas after a move, without doing it. Errors: as `territory_move`. Queries: 3 + 1 per place."""
    towns, counties = places_split(place_ids)
    names = dict(Area.objects.values_list("pk", "name"))
    rows: list[Municipality | County] = [*County.objects.filter(pk__in=counties)]
    rows += Municipality.objects.filter(pk__in=towns)
    return [
        _planned(str(row), _territory_spans(row), area.pk, effective_on, names)
        for row in sorted(rows, key=lambda row: row.name)
    ]


def _territory_spans(place: Municipality | County) -> list[Span]:
    column = "municipality" if isinstance(place, Municipality) else "county"
    return spans_of(AreaTerritory.objects.filter(**{column: place}), "area")


def region_preview(*, area: Area, region: Region, effective_on: date) -> PlannedMove:
    """Show an area's regions after a move, without doing it. Errors: as `area_move`. Queries: 2."""
    names = dict(Region.objects.values_list("pk", "name"))
    spans = spans_of(AreaRegion.objects.filter(area=area), "region")
    return _planned(area.name, spans, region.pk, effective_on, names)


def _planned(name: str, spans: list[Span], holder_id: int, on: date, names: dict[int, str]) -> PlannedMove:
    before = next((s.holder_id for s in spans if s.since < on and (s.until is None or s.until >= on)), None)
    after = [(names[s.holder_id], s.since, s.until) for s in spans_after_move(spans, holder_id, on)]
    return PlannedMove(name, after, names.get(before, "") if before else "")


def scope_of_places(place_ids: Iterable[str], on: date) -> MapScope:
    """The businesses of places: a county without the towns that have an area of their own. Queries: 1."""
    towns, counties = places_split(place_ids)
    own = AreaTerritory.objects.in_force(on).filter(municipality__county__in=counties)
    return MapScope(
        municipality_ids=frozenset(towns),
        county_ids=frozenset(counties),
        except_municipality_ids=frozenset(own.values_list("municipality", flat=True)) - set(towns),
    )


def scope_of_area(area: Area, on: date) -> MapScope:
    """The businesses of an area's territory on a date. Queries: 3."""
    rows = AreaTerritory.objects.in_force(on).filter(area=area)
    ids = [f"t{pk}" for pk in rows.exclude(municipality=None).values_list("municipality", flat=True)]
    ids += [f"c{fips}" for fips in rows.exclude(county=None).values_list("county", flat=True)]
    return scope_of_places(ids, on)


@dataclass
class CountyCoverage:
    """How much of a county the tenant's areas cover on a date."""

    name: str
    missing: list[Municipality] = field(default_factory=list)
    covered: int = 0


@dataclass(frozen=True)
class Coverage:
    """What the map leaves out on a date."""

    partly: list[CountyCoverage]
    """Counties of which some towns belong to an area and some to none."""
    outside: list[CountyCoverage]
    """Counties that lie wholly outside."""
    towns_in: int
    towns_all: int
    areas_without_region: list[Area]

    @property
    def missing(self) -> int:
        """Towns that belong to no area."""
        return self.towns_all - self.towns_in

    @property
    def summary(self) -> str:
        """The finding in one sentence."""
        if not self.missing:
            return f"All {many(self.towns_all, 'town', 'towns')} belong to an area."
        return f"{many(self.missing, 'town belongs', 'towns belong')} to no area."


def coverage(on: date) -> Coverage:
    """Hold the map against every town of the tenant's states. Queries: 5."""
    counties_in = set(AreaTerritory.objects.in_force(on).exclude(county=None).values_list("county", flat=True))
    towns_in = set(AreaTerritory.objects.in_force(on).exclude(municipality=None).values_list("municipality", flat=True))
    found: dict[str, CountyCoverage] = {}
    covered = total = 0
    for town in Municipality.objects.filter(state__in=profile().state_codes).select_related("county"):
        name = f"{town.county.name}, {town.state_id}" if town.county else town.state_id
        county = found.setdefault(name, CountyCoverage(name))
        total += 1
        if town.pk in towns_in or town.county_id in counties_in:
            covered += 1
            county.covered += 1
        else:
            county.missing.append(town)
    rows = [county for _, county in sorted(found.items()) if county.missing]
    lost = Area.objects.in_force(on).exclude(pk__in=AreaRegion.objects.in_force(on).values("area"))
    return Coverage(
        partly=[county for county in rows if county.covered],
        outside=[county for county in rows if not county.covered],
        towns_in=covered,
        towns_all=total,
        areas_without_region=list(lost),
    )


def scope_of_sector(includes: Iterable[str], excludes: Iterable[str]) -> MapScope:
    """The businesses whose industry a set of prefixes takes in. Queries: 0."""
    return MapScope(naics_included=frozenset(includes), naics_excluded=frozenset(excludes))


@dataclass(frozen=True)
class IndustryPreview:
    """What a set of NAICS prefixes means in words."""

    number: int
    examples: list[NaicsCode]
    taken_out: list[NaicsCode]


def industries(includes: Iterable[str], excludes: Iterable[str]) -> IndustryPreview:
    """Six-digit industries that prefixes take in, with examples of what is in and what is out. Queries: 3."""
    wanted, unwanted = _begins_with(includes), _begins_with(excludes)
    six = NaicsCode.objects.annotate(digits=Length("code")).filter(digits=6, edition=2022)
    inside = six.filter(wanted).exclude(unwanted) if wanted else six.none()
    spread = list(inside)
    step = max(1, len(spread) // 8)
    return IndustryPreview(len(spread), spread[::step][:8], list(six.filter(unwanted)[:5]) if unwanted else [])


def _begins_with(prefixes: Iterable[str]) -> Q:
    match = Q()
    for prefix in prefixes:
        match |= Q(code__startswith=prefix)
    return match


def sector_prefixes(sector: Sector) -> tuple[list[str], list[str]]:
    """The prefixes a sector includes, and those it takes out. Queries: 1."""
    rows = list(sector.prefixes.all())
    return [r.prefix for r in rows if not r.is_excluded], [r.prefix for r in rows if r.is_excluded]


def slate_lines(slate: Slate) -> list[str]:
    """The lines of a slate in order. Queries: 1."""
    return list(slate.lines.values_list("name", flat=True))


def staff_all(*, with_former: bool, on: date) -> QuerySet[StaffMember]:
    """The tenant's people with agency, regions and last sign-in. Queries: 2 (regions are prefetched)."""
    rows = StaffMember.objects.select_related("user", "agency", "center").prefetch_related("regions")
    return rows if with_former else rows.filter(Q(ended_on=None) | Q(ended_on__gt=on))


def staff_get_for(staff_id: int) -> StaffMember:
    """One person of the tenant, or 404. Queries: 1."""
    return get_object_or_404(StaffMember.objects.select_related("user", "agency", "center"), pk=staff_id)


def staff_regions(staff: StaffMember) -> QuerySet[Region]:
    """The regions someone works in. Queries: 1."""
    return Region.objects.filter(pk__in=staff.regions.values("pk"))


def invitations_open() -> QuerySet[Invitation]:
    """Invitations neither accepted nor withdrawn, the too old ones too. Queries: 1."""
    return Invitation.objects.filter(accepted_at=None, withdrawn_at=None).select_related("agency", "invited_by")


def invitation_get_for(invitation_id: int) -> Invitation:
    """One invitation of the tenant, or 404. Queries: 1."""
    return get_object_or_404(Invitation.objects.select_related("agency"), pk=invitation_id)


def token_users(on: date) -> QuerySet[StaffMember]:
    """People a token can act as: those with access on a date. Queries: 0 until read."""
    return staff_all(with_former=False, on=on).annotate(email=F("user__email"))
