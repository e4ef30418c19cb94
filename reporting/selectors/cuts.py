"""The address of a published number: which businesses, in which period, cut how, and the words for it."""

from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.urls import reverse

from bizworks.directory.models import Agency, Area, AreaRegion, Region, Sector, ServiceItem
from bizworks.directory.selectors import labels
from bizworks.reference.models import FederalCategory
from reporting.constants import ALL, NONE, Grain, Measure, Standing
from reporting.selectors.counts import Period, Scope

GRAIN_WORDS = {Grain.YEAR: "year", Grain.QUARTER: "quarter", Grain.MONTH: "month"}
MEASURE_WORDS = {Measure.SERVED: "served", Measure.ORIENTED: "oriented"}
STANDING_WORDS = {Standing.NEW: "new", Standing.RETURNING: "returning", Standing.REACTIVATED: "reactivated"}
STANDING_SENTENCES = {
    Standing.NEW: "for the first time ever",
    Standing.RETURNING: "and also in the look-back before it",
    Standing.REACTIVATED: "again, after longer than the look-back",
}
DIMENSION_WORDS = {
    "region": "region_id",
    "area": "area_id",
    "agency": "agency_id",
    "category": "category",
    "sector": "sector_id",
}
OVERLAPS = {
    "agency": "by two or more agencies",
    "category": "with services of two or more federal categories",
    "region": "in two or more {regions}",
    "area": "in two or more {areas}",
    "quarter": "in two or more quarters",
    "month": "in two or more months",
}
"""Businesses that are in two or more parts, and so make the parts add up to more than the whole (BR-32)."""


@dataclass(frozen=True)
class Cut:
    """Everything that decides a number: its period, measure, scope and standing.

    `overlap` names a division; then only the businesses in two or more of its parts are meant.
    """

    period: Period
    scope: Scope = field(default_factory=Scope)
    measure: int = Measure.SERVED
    standing: int = ALL
    overlap: str = ""

    def by(self, **dimensions: int) -> "Cut":
        """The same cut, cut further."""
        return replace(self, scope=replace(self.scope, **dimensions))

    def but(self, **changes: int | str | Period | Scope) -> "Cut":
        """The same cut with something changed."""
        return replace(self, **changes)

    @property
    def parameters(self) -> dict[str, str]:
        """The query string that names this number: words, and ids; "none" for a dimension without a value."""
        query = {"grain": GRAIN_WORDS[Grain(self.period.grain)], "start": self.period.start.isoformat()}
        for word, name in DIMENSION_WORDS.items():
            value = getattr(self.scope, name)
            query |= {} if value == ALL else {word: "none" if value == NONE else str(value)}
        query |= {} if self.standing == ALL else {"standing": STANDING_WORDS[Standing(self.standing)]}
        query |= {} if self.measure == Measure.SERVED else {"measure": MEASURE_WORDS[Measure(self.measure)]}
        return query | ({"overlap": self.overlap} if self.overlap else {})

    @property
    def url(self) -> str:
        """Where the businesses behind this number are listed."""
        return f"{reverse('reporting:served')}?{urlencode(self.parameters)}"


@dataclass(frozen=True)
class Names:
    """What ids are called, retired rows too: old numbers keep their names."""

    system: str
    words: dict[str, str]
    regions: dict[int, str] = field(default_factory=dict)
    areas: dict[int, str] = field(default_factory=dict)
    agencies: dict[int, str] = field(default_factory=dict)
    sectors: dict[int, str] = field(default_factory=dict)
    priority_sectors: frozenset[int] = frozenset()
    categories: dict[int, str] = field(default_factory=dict)
    memberships: tuple[AreaRegion, ...] = ()
    has_orientations: bool = False

    def areas_of(self, region_id: int, period: Period) -> list[tuple[int, str]]:
        """The areas that lay in a region at any time of a period, by name."""
        inside = {
            row.area_id
            for row in self.memberships
            if row.region_id == region_id
            and row.starts_on <= period.end
            and (row.retired_on is None or row.retired_on > period.start)
        }
        return [(pk, name) for pk, name in self.areas.items() if pk in inside]

    def of(self, dimension: str, value: int) -> str:
        """What one value of a dimension is called."""
        if value == NONE:
            return self.without[dimension]
        return self.known[dimension][value]

    @property
    def known(self) -> dict[str, dict[int, str]]:
        """The names of every dimension."""
        return {
            "region_id": self.regions,
            "area_id": self.areas,
            "agency_id": self.agencies,
            "category": self.categories,
            "sector_id": self.sectors,
        }

    @property
    def without(self) -> dict[str, str]:
        """What it is called to have no value of a dimension."""
        return {
            "region_id": f"No {inside(self.words['region'])}",
            "area_id": f"No {inside(self.words['area'])}",
            "agency_id": "No agency",
            "category": "Other services (no federal category)",
            "sector_id": "No sector",
        }

    def place(self, scope: Scope) -> str:
        """The place of a scope: area, region or the whole system."""
        if scope.area_id != ALL:
            return self.of("area_id", scope.area_id)
        return self.system if scope.region_id == ALL else self.of("region_id", scope.region_id)


def inside(word: str) -> str:
    """A word as it stands inside a sentence: lower case, unless it is an abbreviation (EDR, LWIAs)."""
    return word if word[1:2].isupper() else word[:1].lower() + word[1:]


def names_read(system: str) -> Names:
    """Read every name that numbers can carry; `system` is the tenant's. Queries: 8."""
    sectors = list(Sector.objects.all())
    return Names(
        system=system,
        words=labels(),
        regions=dict(Region.objects.values_list("id", "name")),
        areas=dict(Area.objects.values_list("id", "name")),
        agencies=dict(Agency.objects.values_list("id", "name")),
        sectors={row.pk: row.name for row in sectors},
        priority_sectors=frozenset(row.pk for row in sectors if row.is_priority),
        categories=dict(FederalCategory.objects.values_list("position", "name")),
        memberships=tuple(AreaRegion.objects.all()),
        has_orientations=ServiceItem.objects.filter(kind=ServiceItem.Kind.ORIENTATION).exists(),
    )


def cut_sentence(cut: Cut, names: Names) -> str:
    """Say in words which businesses a number counts, without its period."""
    scope = cut.scope
    parts = ["given a qualifying orientation" if cut.measure == Measure.ORIENTED else "served"]
    if scope.agency_id != ALL:
        parts.append(f"by {names.of('agency_id', scope.agency_id)}")
    if scope.category != ALL:
        parts.append(f"with {names.of('category', scope.category)}")
    if scope.sector_id == NONE:
        parts.append("without a sector")
    elif scope.sector_id != ALL:
        parts.append(f"in the sector {names.sectors[scope.sector_id]}")
    parts.append(f"in {names.place(scope)}")
    if cut.overlap:
        parts.append(OVERLAPS[cut.overlap].format(**{word: inside(names.words[word]) for word in ("regions", "areas")}))
    if cut.standing != ALL:
        parts.append(STANDING_SENTENCES[Standing(cut.standing)])
    return " ".join(parts)
