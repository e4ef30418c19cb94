"""The dashboard: published cells of one period and place, each with the address of its businesses.

Figures are read from ServedCell; nothing is counted here (BR-30..BR-33), but for one: businesses of
several agencies. Parts are shown with their sum, the distinct number and the overlap (BR-32, R27).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Min, Q

from reporting.constants import ALL, NONE, Grain, Measure, Standing
from reporting.models import ServedCell
from reporting.selectors.counts import (
    Calendar,
    Figures,
    Freshness,
    Period,
    Scope,
    businesses_by_agency_count,
    freshness,
)
from reporting.selectors.cuts import Cut, Names, inside
from reporting.selectors.words import BECAUSE, DEFINITIONS, terms

MULTIPLE_UP_TO = 20_000
"""Businesses of several agencies are counted on the page itself up to so many served; beyond, on demand."""

Key = tuple[int, int, int, int, int, int, int]


@dataclass(frozen=True)
class Part:
    """One figure with its name and the address of its businesses; `whole` and `before` place it in a bar."""

    label: str
    value: int
    url: str = ""
    note: str = ""
    key: str = ""
    whole: int = 0
    before: int = 0

    @property
    def percent(self) -> int:
        """Share of the whole, rounded."""
        return percent(self.value, self.whole)

    @property
    def width(self) -> str:
        """Share of the whole, for drawing."""
        return f"{100 * self.value / (self.whole or 1):.3f}%"

    @property
    def left(self) -> str:
        """Share of the parts before this one, for drawing."""
        return f"{100 * self.before / (self.whole or 1):.3f}%"


@dataclass(frozen=True)
class Breakdown:
    """A number in its parts, which may overlap (BR-32)."""

    key: str
    name: str
    title: str
    head: str
    rows: tuple[Part, ...]
    distinct: int
    dates: str
    overlap_url: str = ""

    @property
    def total(self) -> int:
        """The parts added up."""
        return sum(row.value for row in self.rows)

    @property
    def overlap(self) -> int:
        """How much the parts add up to more than the businesses counted once."""
        return self.total - self.distinct

    @property
    def because(self) -> str:
        """Why the parts do, or do not, add up."""
        return BECAUSE[self.key]


@dataclass(frozen=True)
class Tile:
    """A figure of its own with its definition; `value` None = to be counted on demand."""

    label: str
    value: int | None
    url: str
    definition: str
    note: str = ""


@dataclass(frozen=True)
class Comparison:
    """A place against the whole system: shares in percent, and its share period by period."""

    rows: tuple[dict, ...]
    periods: tuple[dict, ...]
    part: Part
    whole: Part


@dataclass(frozen=True)
class Dashboard:
    """Everything the page shows."""

    cut: Cut
    names: Names
    served: Part
    before: Part
    standing: tuple[Part, ...]
    tiles: tuple[Tile, ...]
    breakdowns: tuple[Breakdown, ...]
    trends: tuple[Breakdown, ...]
    points: tuple[tuple[dict, ...], ...]
    comparison: Comparison | None
    freshness: Freshness
    is_running: bool
    latest: Period | None = None
    terms: tuple[tuple[str, str], ...] = field(default_factory=tuple)

    @property
    def period(self) -> Period:
        """The period shown."""
        return self.cut.period

    @property
    def place(self) -> str:
        """The place shown."""
        return self.names.place(self.cut.scope)

    @property
    def definitions(self) -> dict[str, str]:
        """What each figure counts."""
        return DEFINITIONS

    @property
    def columns(self) -> list[list[Breakdown]]:
        """The breakdowns in two columns, each next one under the shorter."""
        columns: list[list[Breakdown]] = [[], []]
        heights = [0, 0]
        for part in self.breakdowns:
            shorter = heights.index(min(heights))
            columns[shorter].append(part)
            heights[shorter] += len(part.rows) + 4
        return columns

    @property
    def charts(self) -> list[tuple[Breakdown, tuple[dict, ...]]]:
        """The trends, each with its points."""
        return list(zip(self.trends, self.points, strict=True))

    @property
    def has_trend(self) -> bool:
        """Whether anybody was served in the program year or the one before."""
        return any(point["value"] or point["compare"] for points in self.points for point in points)

    @property
    def divisions(self) -> tuple[Breakdown, ...]:
        """Every division of the number, for the explanation of sums."""
        return (*self.breakdowns, *self.trends)


def percent(part: int, whole: int) -> int:
    """A share in whole percent; a share of nothing is 0."""
    return round(100 * part / whole) if whole else 0


def first_year(calendar: Calendar) -> date:
    """Start of the first program year that has numbers; the current one if none has. Queries: 1."""
    found = ServedCell.objects.filter(measure=Measure.SERVED, grain=Grain.YEAR).aggregate(start=Min("start"))["start"]
    return calendar.year_start(found or calendar.today)


def dashboard_read(cut: Cut, names: Names, calendar: Calendar) -> Dashboard:
    """Read the dashboard of a period and a place (R1, R2, R7, R8, R10, R27).

    `cut` is served, cut by region or by area or by neither. Queries: 5, one more when nobody was
    served; none grows with the data.
    """
    cells = _Cells(cut, names)
    trend = _Trend(cut, calendar)
    served = _part("Businesses served", cells.figures(cut), cut)
    last = calendar.shifted(cut.period, -12 // len(cut.period.months))
    return Dashboard(
        cut=cut,
        names=names,
        served=served,
        before=_part(last.label, trend.figures(cut.but(period=last)), cut.but(period=last)),
        standing=_standing(cut, cells),
        tiles=_tiles(cut, cells, names, served.value),
        breakdowns=tuple(_breakdowns(cut, cells, names)) if served.value else (),
        trends=tuple(trend.breakdown(grain) for grain in (Grain.QUARTER, Grain.MONTH)),
        points=tuple(trend.points(grain) for grain in (Grain.QUARTER, Grain.MONTH)),
        comparison=_comparison(cut, cells, trend, names) if served.value and cut.scope != Scope() else None,
        freshness=freshness(),
        is_running=cut.period.contains(calendar.today),
        latest=None if served.value else _latest(cut, calendar),
        terms=terms(names, calendar),
    )


def _key(cut: Cut) -> Key:
    s = cut.scope
    return (cut.measure, s.region_id, s.area_id, s.agency_id, s.category, s.sector_id, cut.standing)


_FIELDS = ("measure", "region_id", "area_id", "agency_id", "category", "sector_id", "standing")


class _Cells:
    """The cells of one period: of the place in every cut, of the system for comparison, of the places beside."""

    def __init__(self, cut: Cut, names: Names) -> None:
        scope = cut.scope
        bare = Q(agency_id=ALL, category=ALL, sector_id=ALL, standing=ALL)
        wanted = Q(region_id=scope.region_id, area_id=scope.area_id)
        wanted |= Q(region_id=ALL, area_id=ALL, agency_id=ALL, sector_id=ALL)
        if scope.area_id == ALL and scope.region_id == ALL:
            wanted |= bare & (Q(area_id=ALL) | Q(region_id=ALL))
        elif scope.area_id == ALL:
            areas = [pk for pk, _ in names.areas_of(scope.region_id, cut.period)]
            wanted |= bare & Q(region_id=ALL, area_id__in=areas)
        one_way = Q(agency_id=ALL) | Q(category=ALL)
        rows = ServedCell.objects.filter(
            wanted & one_way, measure__in=Measure.values, grain=cut.period.grain, start=cut.period.start
        )
        self._found: dict[Key, Figures] = {
            row[:7]: Figures(*row[7:]) for row in rows.values_list(*_FIELDS, "businesses", "employers", "records")
        }

    def figures(self, cut: Cut) -> Figures:
        """The figures of a cut of the period; zeros where nobody was served."""
        return self._found.get(_key(cut), Figures())

    def values(self, cut: Cut, dimension: str) -> list[int]:
        """The values of a dimension that have figures in a cut."""
        index = _FIELDS.index(dimension)
        base = _key(cut)
        same = [key for key in self._found if key[:index] == base[:index] and key[index + 1 :] == base[index + 1 :]]
        return [key[index] for key in same if key[index] != ALL]


class _Trend:
    """The place's and the system's months, quarters and years, of the program year shown and the one before."""

    def __init__(self, cut: Cut, calendar: Calendar) -> None:
        self.cut, self.calendar = cut, calendar
        self.year = calendar.period(Grain.YEAR, cut.period.start)
        months = (*calendar.shifted(self.year, -1).months, *self.year.months)
        # Every column of the key is named, so that each cell is one look-up however many there are.
        rows = ServedCell.objects.filter(
            measure=Measure.SERVED,
            grain__in=Grain.values,
            start__in=months,
            region_id__in={ALL, cut.scope.region_id},
            area_id__in={ALL, cut.scope.area_id},
            **dict.fromkeys(("agency_id", "category", "sector_id", "standing"), ALL),
        )
        fields = ("grain", "start", "region_id", "area_id", "businesses", "employers", "records")
        self._found = {row[:4]: Figures(*row[4:]) for row in rows.values_list(*fields)}

    def figures(self, cut: Cut) -> Figures:
        """The figures of a cut of the place or the system in one of the periods."""
        key = (cut.period.grain, cut.period.start, cut.scope.region_id, cut.scope.area_id)
        return self._found.get(key, Figures())

    def cuts(self, grain: Grain) -> list[Cut]:
        """The place's cuts of the year's periods that have begun."""
        periods = self.calendar.within(self.year, grain)
        return [self.cut.but(period=p) for p in periods if p.start <= self.calendar.today]

    def breakdown(self, grain: Grain) -> Breakdown:
        """The year in its quarters or months, which overlap."""
        whole = self.cut.but(period=self.year)
        name = Grain(grain).label
        return Breakdown(
            key=name.lower(),
            name=f"{name}s of {self.year.label}",
            title=f"{self.year.label} by {name.lower()}",
            head=name,
            rows=tuple(_part(cut.period.label, self.figures(cut), cut) for cut in self.cuts(grain)),
            distinct=self.figures(whole).businesses,
            dates=self.year.dates,
            overlap_url=whole.but(overlap=name.lower()).url,
        )

    def points(self, grain: Grain) -> tuple[dict, ...]:
        """The columns of a chart, each with the same period a year before; periods to come are empty."""
        return tuple(self._point(period) for period in self.calendar.within(self.year, grain))

    def _point(self, period: Period) -> dict:
        last = self.calendar.shifted(period, -12 // len(period.months))
        cut = self.cut.but(period=period)
        value = self.figures(cut).businesses if period.start <= self.calendar.today else None
        month = period.grain == Grain.MONTH
        return {
            "label": f"{period.start:%b}" if month else period.label.split()[-1],
            "full": period.label if month else f"{period.label} ({period.dates})",
            "value": value,
            "url": cut.url if value else "",
            "compare": self.figures(self.cut.but(period=last)).businesses,
        }


def _part(label: str, figures: Figures, cut: Cut, **more: str | int) -> Part:
    return Part(label, figures.businesses, cut.url if figures.businesses else "", **more)


def _standing(cut: Cut, cells: _Cells) -> tuple[Part, ...]:
    whole, before, parts = cells.figures(cut).businesses, 0, []
    for standing in Standing:
        of = cut.but(standing=standing)
        parts.append(
            _part(
                standing.label,
                cells.figures(of),
                of,
                key=standing.name.lower(),
                whole=whole,
                before=before,
            )
        )
        before += parts[-1].value
    return tuple(parts)


def _tiles(cut: Cut, cells: _Cells, names: Names, served: int) -> tuple[Tile, ...]:
    employers, oriented = cells.figures(cut).employers, cut.but(measure=Measure.ORIENTED)
    found, several = cells.figures(oriented), cut.but(overlap="agency")
    tiles = [Tile("Employers", employers, cut.url, DEFINITIONS["employers"])]
    number = businesses_of_several_agencies(cut) if served <= MULTIPLE_UP_TO else None
    note = "" if not number else f"{percent(number, served)} % of businesses served"
    tiles.append(Tile("Served by two or more agencies", number, several.url, DEFINITIONS["several"], note))
    if names.has_orientations or found.records:
        tiles += [
            Tile("Orientations held", found.records, oriented.url, DEFINITIONS["orientations"]),
            Tile("Businesses oriented", found.businesses, oriented.url, DEFINITIONS["oriented"]),
        ]
    return tuple(tiles)


def businesses_of_several_agencies(cut: Cut) -> int:
    """Businesses that two or more agencies served in the period and place (R10). Queries: 1, over facts."""
    return businesses_by_agency_count(cut.period, cut.scope).count()


def _breakdowns(cut: Cut, cells: _Cells, names: Names) -> Iterable[Breakdown]:
    yield _breakdown(cut, cells, names, "agency_id", "Agency", "Agencies")
    yield _breakdown(cut, cells, names, "category", "Federal category", "Federal categories", tuple(names.categories))
    if cut.scope.area_id == ALL:
        yield _breakdown(cut, cells, names, "sector_id", "Sector", "Sectors")
    if cut.scope == Scope() and len(names.regions) > 1:
        yield _breakdown(cut, cells, names, "region_id", names.words["region"], names.words["regions"])
    elif cut.scope.area_id == ALL and cut.scope.region_id != NONE:
        yield _areas(cut, cells, names)


def _breakdown(
    cut: Cut, cells: _Cells, names: Names, dimension: str, head: str, plural: str, always: tuple[int, ...] = ()
) -> Breakdown:
    """Cut by a dimension: the values that are always shown, in their order, or those with figures, largest first."""
    rows = []
    for value in (*always, *(value for value in cells.values(cut, dimension) if value not in always)):
        of = cut.by(**{dimension: value})
        note = "Priority sector" if dimension == "sector_id" and value in names.priority_sectors else ""
        rows.append(_part(names.of(dimension, value), cells.figures(of), of, note=note, key=str(value)))
    if not always:
        rows.sort(key=lambda row: (row.key == str(NONE), -row.value, row.label))
    return _divided(cut, cells, dimension.removesuffix("_id"), head, plural, rows)


def _areas(cut: Cut, cells: _Cells, names: Names) -> Breakdown:
    """The areas of the region, or of a system that is one; an area's own dashboard says the same."""
    rows = []
    for pk, name in names.areas_of(cut.scope.region_id or next(iter(names.regions), NONE), cut.period):
        of = cut.but(scope=Scope(area_id=pk))
        rows.append(_part(name, cells.figures(of), of))
    rows.sort(key=lambda row: (-row.value, row.label))
    return _divided(cut, cells, "area", names.words["area"], names.words["areas"], rows)


def _divided(cut: Cut, cells: _Cells, key: str, head: str, plural: str, rows: list[Part]) -> Breakdown:
    return Breakdown(
        key=key,
        name=plural,
        title=f"By {inside(head)}",
        head=head,
        rows=tuple(rows),
        distinct=cells.figures(cut).businesses,
        dates=cut.period.dates,
        overlap_url="" if key == "sector" else cut.but(overlap=key).url,
    )


def _comparison(cut: Cut, cells: _Cells, trend: _Trend, names: Names) -> Comparison:
    system = cut.but(scope=Scope())
    here, there = cells.figures(cut).businesses, cells.figures(system).businesses
    rows = [
        {
            "label": label,
            "first": percent(cells.figures(a).businesses, here),
            "second": percent(cells.figures(b).businesses, there),
        }
        for label, a, b in _comparable(cut, system, names)
    ]
    periods = []
    for of in trend.cuts(Grain.QUARTER):
        beside = of.but(scope=Scope())
        first, second = _part("", trend.figures(of), of), _part("", trend.figures(beside), beside)
        periods.append(
            {"period": of.period, "first": first, "second": second, "share": percent(first.value, second.value)}
        )
    return Comparison(
        rows=tuple(row for row in rows if row["first"] or row["second"]),
        periods=tuple(periods),
        part=_part(names.place(cut.scope), cells.figures(cut), cut, whole=there),
        whole=_part(names.system, cells.figures(system), system),
    )


def _comparable(cut: Cut, system: Cut, names: Names) -> Iterable[tuple[str, Cut, Cut]]:
    for standing in Standing:
        yield standing.label, cut.but(standing=standing), system.but(standing=standing)
    for position, name in (*names.categories.items(), (NONE, names.without["category"])):
        yield name, cut.by(category=position), system.by(category=position)


def _latest(cut: Cut, calendar: Calendar) -> Period | None:
    rows = ServedCell.objects.filter(
        measure=Measure.SERVED,
        grain=cut.period.grain,
        region_id=cut.scope.region_id,
        area_id=cut.scope.area_id,
        **dict.fromkeys(("agency_id", "category", "sector_id", "standing"), ALL),
    )
    start = rows.order_by("-start").values_list("start", flat=True).first()
    return calendar.period(cut.period.grain, start) if start else None
