"""Published numbers: read from the cells, opened from the facts. Both agree by construction (ADR 0003).

How to read a number: make a `Period` with `calendar()`, name a `Scope`, ask `cell`, `cells_by` or
`trend`; the businesses behind the same number are `served_business_ids` of the same arguments.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from bizworks.directory.selectors import profile, tenant_today
from interactions.models import ServiceDelivered
from reporting.constants import ALL, NONE, Measure, Standing
from reporting.models import CountMark, CountState, ServedCell, ServedFact
from reporting.selectors.periods import Calendar, Period, calendar

__all__ = [
    "Calendar",
    "Figures",
    "Freshness",
    "Overlap",
    "Period",
    "RepeatRate",
    "Scope",
    "agencies_overlap",
    "businesses_by_agency_count",
    "businesses_of_one_agency",
    "calendar",
    "cell",
    "cells_by",
    "freshness",
    "is_published",
    "overlap_of",
    "repeat_rate",
    "served_business_ids",
    "services_overlapping",
    "standings",
    "trend",
]

DIMENSIONS = ("region_id", "area_id", "agency_id", "category", "sector_id")
"""What a cell can be cut by; NONE (-1) is a value of its own: no region, no sector, no federal category."""

PUBLISHED_CUTS = frozenset(
    {
        frozenset(),
        frozenset({"region_id"}),
        frozenset({"area_id"}),
        frozenset({"agency_id"}),
        frozenset({"category"}),
        frozenset({"sector_id"}),
        frozenset({"region_id", "agency_id"}),
        frozenset({"region_id", "category"}),
        frozenset({"region_id", "sector_id"}),
        frozenset({"area_id", "agency_id"}),
        frozenset({"area_id", "category"}),
        frozenset({"agency_id", "category"}),
    }
)
"""The combinations of dimensions that are published; any other is refused by `cell` and `cells_by`."""


@dataclass(frozen=True)
class Scope:
    """The part of the whole that is looked at; ALL (0) = not cut by. `category` is the federal position."""

    region_id: int = ALL
    area_id: int = ALL
    agency_id: int = ALL
    category: int = ALL
    sector_id: int = ALL

    @property
    def dimensions(self) -> frozenset[str]:
        """The dimensions it is cut by."""
        return frozenset(f.name for f in fields(self) if getattr(self, f.name) != ALL)

    def conditions(self) -> dict[str, int]:
        """The same as filter arguments on facts: only what is cut by."""
        return {name: getattr(self, name) for name in self.dimensions}


@dataclass(frozen=True)
class Figures:
    """One cell.

    `businesses` distinct establishments (BR-30), `employers` distinct legal entities among them
    (BR-31), `records` services that *started* in the period (qualifying orientations for the
    measure ORIENTED; 0 for a standing).
    """

    businesses: int = 0
    employers: int = 0
    records: int = 0


@dataclass(frozen=True)
class Overlap:
    """Why parts do not add up (BR-32): the parts' sum, the distinct whole, and what is counted in several."""

    total: int
    distinct: int

    @property
    def overlap(self) -> int:
        """Sum of the parts less the whole."""
        return self.total - self.distinct


@dataclass(frozen=True)
class RepeatRate:
    """Two rates that must never share a name (BR-34)."""

    returning: int
    """Served in the period and in the look-back."""
    lookback: int
    """Served in the look-back: denominator of the federal repeat rate."""
    served: int
    """Served in the period: denominator of the returning share."""

    @property
    def federal(self) -> float | None:
        """Repeat rate in the federal form, 0 to 1; None without anybody in the look-back."""
        return self.returning / self.lookback if self.lookback else None

    @property
    def returning_share(self) -> float | None:
        """Returning share, 0 to 1; None when nobody was served."""
        return self.returning / self.served if self.served else None


@dataclass(frozen=True)
class Freshness:
    """How current the published numbers are. `backlog` counts changes that wait to be counted."""

    drained_at: datetime | None
    counted_through: date | None
    backlog: int
    waiting_since: datetime | None

    @property
    def is_current(self) -> bool:
        """Whether nothing waits."""
        return self.backlog == 0


def is_published(scope: Scope, *dimensions: str) -> bool:
    """Tell whether cells exist for a scope, further divided by `dimensions`."""
    return scope.dimensions | set(dimensions) in PUBLISHED_CUTS


def _cells(starts: Iterable[date], grain: str, scope: Scope, measure: int, *dimensions: str) -> QuerySet:
    if not is_published(scope, *dimensions):
        raise ValueError(f"No cells are published by {sorted(scope.dimensions | set(dimensions))}.")
    conditions = {name: getattr(scope, name) for name in DIMENSIONS if name not in dimensions}
    rows = ServedCell.objects.filter(measure=measure, grain=grain, start__in=list(starts), **conditions)
    return rows.exclude(**dict.fromkeys(dimensions, ALL)) if dimensions else rows


def _figures(row: ServedCell) -> Figures:
    return Figures(row.businesses, row.employers, row.records)


def cell(period: Period, scope: Scope | None = None, *, measure: int = Measure.SERVED, standing: int = ALL) -> Figures:
    """One published number; zeros where nobody was served.

    Source: BR-30, BR-31. Errors: ValueError for a scope without cells. Queries: 1.
    """
    rows = _cells([period.start], period.grain, scope or Scope(), measure).filter(standing=standing)
    row = rows.first()
    return _figures(row) if row else Figures()


def cells_by(
    dimension: str,
    period: Period,
    scope: Scope | None = None,
    *,
    measure: int = Measure.SERVED,
    standing: int = ALL,
) -> dict[int, Figures]:
    """The numbers of every value of a dimension in which somebody was served, by the value's id.

    `dimension` is one of DIMENSIONS; the key NONE (-1) is "has none". Parts need not add up to the
    whole (BR-32): see `overlap_of`. Errors: ValueError for a scope without cells. Queries: 1.
    """
    rows = _cells([period.start], period.grain, scope or Scope(), measure, dimension).filter(standing=standing)
    return {getattr(row, dimension): _figures(row) for row in rows}


def standings(period: Period, scope: Scope | None = None) -> dict[int, Figures]:
    """New, returning and reactivated businesses served (BR-33), keyed by Standing; they add up to the whole.

    The standing looks at the business's whole history with everybody, whatever the scope. Queries: 1.
    """
    rows = _cells([period.start], period.grain, scope or Scope(), Measure.SERVED).exclude(standing=ALL)
    found = {row.standing: _figures(row) for row in rows}
    return {standing: found.get(standing, Figures()) for standing in Standing}


def trend(
    periods: Iterable[Period], scope: Scope | None = None, *, measure: int = Measure.SERVED, standing: int = ALL
) -> list[Figures]:
    """The numbers of several periods of one grain, in their order. Queries: 1."""
    periods = list(periods)
    if not periods:
        return []
    starts = [period.start for period in periods]
    rows = _cells(starts, periods[0].grain, scope or Scope(), measure).filter(standing=standing)
    found = {row.start: _figures(row) for row in rows}
    return [found.get(start, Figures()) for start in starts]


def overlap_of(parts: dict[int, Figures], whole: Figures) -> Overlap:
    """The overlap line under a division into parts (BR-32). Queries: none."""
    return Overlap(sum(part.businesses for part in parts.values()), whole.businesses)


def agencies_overlap(period: Period, scope: Scope | None = None) -> Overlap:
    """The overlap line of the division by agency. Queries: 2."""
    return overlap_of(cells_by("agency_id", period, scope), cell(period, scope))


def _facts(start: date, end: date, scope: Scope, measure: int = Measure.SERVED) -> QuerySet:
    return ServedFact.objects.filter(measure=measure, month__gte=start, month__lte=end, **scope.conditions())


def _history(before: date, since: date | None = None) -> QuerySet:
    rows = ServedFact.objects.filter(measure=Measure.SERVED, month__lt=before)
    return (rows.filter(month__gte=since) if since else rows).values("business_id")


def served_business_ids(
    period: Period, scope: Scope | None = None, *, measure: int = Measure.SERVED, standing: int = ALL
) -> QuerySet:
    """The ids of exactly the businesses behind the same arguments' `cell`; also for cuts without cells.

    A queryset of `business_id`, distinct, to be used as `Business.objects.filter(pk__in=...)`.
    Queries: none until used; with a standing 1 at once, for the look-back.
    """
    rows = _facts(period.start, period.end, scope or Scope(), measure)
    if standing != ALL:
        first, _ = calendar().lookback(period)
        recent, ever = _history(period.start, first), _history(period.start)
        condition = {
            Standing.NEW: ~Q(business_id__in=ever),
            Standing.RETURNING: Q(business_id__in=recent),
            Standing.REACTIVATED: Q(business_id__in=ever) & ~Q(business_id__in=recent),
        }
        rows = rows.filter(condition[Standing(standing)])
    return rows.values_list("business_id", flat=True).distinct()


def businesses_by_agency_count(period: Period, scope: Scope | None = None, *, at_least: int = 2) -> QuerySet:
    """The ids of businesses that several agencies served in the period (R10). Queries: none until used."""
    rows = _facts(period.start, period.end, scope or Scope()).order_by()
    counted = rows.values("business_id").annotate(agencies=Count("agency_id", distinct=True))
    return counted.filter(agencies__gte=at_least).values_list("business_id", flat=True)


def businesses_of_one_agency(period: Period, scope: Scope | None = None) -> dict[int, list[int]]:
    """Businesses that exactly one agency served, by agency id (R11, exclusive). Queries: 1."""
    rows = _facts(period.start, period.end, scope or Scope()).order_by()
    found: dict[int, list[int]] = {}
    for business_id, first, last in rows.values_list("business_id").annotate(Min("agency_id"), Max("agency_id")):
        if first == last:
            found.setdefault(first, []).append(business_id)
    return {agency: sorted(ids) for agency, ids in found.items()}


def repeat_rate(period: Period, scope: Scope | None = None) -> RepeatRate:
    """Both repeat figures of a period, period and look-back in the same scope (BR-34, R5, R6). Queries: 4."""
    scope = scope or Scope()
    first, last = calendar().lookback(period)
    before = _facts(first, last, scope).order_by().values("business_id")
    served = _facts(period.start, period.end, scope).order_by()
    count = Count("business_id", distinct=True)
    return RepeatRate(
        returning=served.filter(business_id__in=before).aggregate(n=count)["n"],
        lookback=_facts(first, last, scope).aggregate(n=count)["n"],
        served=served.aggregate(n=count)["n"],
    )


_SERVICE_PATHS = {
    "region_id": "region",
    "area_id": "area",
    "agency_id": "agency",
    "category": "item__federal_category__position",
    "sector_id": "business__sector",
}


def services_overlapping(period: Period, scope: Scope | None = None) -> int:
    """Counted services delivered or still going on in the period (R2); those *started* are `Figures.records`.

    Read from the services themselves, not from cells (BR-18, BR-19). Queries: 3.
    """
    options = profile()
    today = tenant_today()
    rows = ServiceDelivered.objects.counted(today=today, counts_self_service=options.counts_self_service)
    rows = rows.overlapping(period.start, period.end, today=today)
    for name, value in (scope or Scope()).conditions().items():
        path = _SERVICE_PATHS[name]
        rows = rows.filter(**({f"{path}__isnull": True} if value == NONE else {path: value}))
    return rows.count()


def freshness() -> Freshness:
    """How current the numbers are (R: every dashboard shows it). Queries: 2."""
    state = CountState.objects.first() or CountState()
    waiting = CountMark.objects.aggregate(backlog=Count("id"), since=Min("marked_at"))
    return Freshness(state.drained_at, state.advanced_through, waiting["backlog"], waiting["since"])
