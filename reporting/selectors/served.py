"""The businesses behind a number, page by page, as far as the actor may know them (R1, BR-3, BR-30)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When

from bizworks.directory.selectors import profile
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.models import Business
from businesses.selectors import business_page
from interactions.constants import OrientationOutcome, Visibility
from interactions.models import ServiceDelivered
from reporting.constants import NONE, Grain, Measure
from reporting.models import ServedFact
from reporting.selectors.counts import Calendar, served_business_ids
from reporting.selectors.cuts import Cut

_PATHS = {
    "region_id": "region",
    "area_id": "area",
    "agency_id": "agency",
    "category": "item__federal_category__position",
    "sector_id": "business__sector",
}


@dataclass(frozen=True)
class ServedRow:
    """A business of the list: who served it in the period, how many services, when last."""

    business: Business
    agencies: tuple[str, ...] = ()
    services: int = 0
    last_on: date | None = None
    parts: int = 0
    """In how many parts of an overlapping division it is; 0 when the list is not about one."""


@dataclass(frozen=True)
class ServedPage:
    """A page of the list. `total` is the published number; `withheld` of them the actor may not see."""

    rows: tuple[ServedRow, ...]
    total: int
    employers: int
    withheld: int
    extra: int = 0
    """For an overlap: how much these businesses add to the sum of the parts beyond being counted once."""
    previous: str = ""
    next: str = ""


def served_ids(cut: Cut, calendar: Calendar) -> QuerySet:
    """Ids of exactly the businesses behind a number. Queries: none until used; with a standing 1 at once."""
    if not cut.overlap:
        return served_business_ids(cut.period, cut.scope, measure=cut.measure, standing=cut.standing)
    return _overlapping(cut, calendar).values_list("business_id", flat=True)


def _facts(cut: Cut) -> QuerySet:
    months = {"month__gte": cut.period.start, "month__lte": cut.period.end}
    return ServedFact.objects.filter(measure=cut.measure, **months, **cut.scope.conditions()).order_by()


def _overlapping(cut: Cut, calendar: Calendar) -> QuerySet:
    rows = _facts(cut)
    part = {"agency": "agency_id", "category": "category", "region": "region_id", "area": "area_id", "month": "month"}
    if cut.overlap == "quarter":
        quarters = calendar.within(cut.period, Grain.QUARTER)
        cases = [When(month__in=quarter.months, then=Value(n)) for n, quarter in enumerate(quarters)]
        rows = rows.annotate(part=Case(*cases, output_field=IntegerField()))
    counted = rows.values("business_id")
    counted = counted.annotate(parts=Count(part.get(cut.overlap, "part"), distinct=True))
    return counted.filter(parts__gte=2)


def served_page(*, actor: Actor, cut: Cut, calendar: Calendar, cursor: str = "", size: int = 50) -> ServedPage:
    """One page of the businesses behind a number, by name.

    A business that is in the number only by records kept from the actor (BR-3, BR-4) is counted and
    not named. Errors: NotAllowedError. Queries: at most 11, whatever the number.
    """
    actor.require(Permission.VIEW_DASHBOARD)
    ids, withheld = served_ids(cut, calendar), _withheld(actor, cut, calendar)
    named = Business.objects.filter(pk__in=ids).exclude(pk__in=withheld)
    page = business_page(named.select_related("employer", "region"), cursor=cursor, size=size)
    shown = [business.pk for business in page.rows]
    services = ServiceDelivered.objects.filter(business__in=shown).known_to(actor)
    rows = _rows(page.rows, _services(services, cut, calendar), _parts(cut, calendar, shown))
    numbers = _facts(cut).filter(business_id__in=ids) if cut.overlap or cut.standing else _facts(cut)
    return ServedPage(
        # While a change still waits to be counted, a business may be in the number by what is hidden by now.
        rows=tuple(row for row in rows if row.services or actor.may(Permission.READ_RESTRICTED)),
        **numbers.aggregate(total=Count("business_id", distinct=True), employers=Count("employer_id", distinct=True)),
        withheld=len(withheld),
        extra=_extra(cut, calendar),
        previous=page.previous,
        next=page.next,
    )


def _services(rows: QuerySet[ServiceDelivered], cut: Cut, calendar: Calendar) -> QuerySet[ServiceDelivered]:
    """Those of some services that make the number (BR-18, BR-19, BR-20)."""
    rows, period = _within(rows.standing(), cut), cut.period
    if cut.measure == Measure.ORIENTED:
        return rows.filter(
            judgements__outcome=OrientationOutcome.QUALIFYING,
            interaction__occurred_on__range=(period.start, period.end),
            interaction__voided_at=None,
        )
    rows = rows.counted(today=calendar.today, counts_self_service=profile().counts_self_service)
    return rows.overlapping(period.start, period.end, today=calendar.today)


def _within(services: QuerySet[ServiceDelivered], cut: Cut) -> QuerySet[ServiceDelivered]:
    for name, value in cut.scope.conditions().items():
        services = services.filter(**({f"{_PATHS[name]}__isnull": True} if value == NONE else {_PATHS[name]: value}))
    return services


def _withheld(actor: Actor, cut: Cut, calendar: Calendar) -> list[int]:
    """Ids of businesses whose place in the number would tell what is kept from the actor (BR-3, BR-4).

    To be served, one service that the actor may know of suffices; to be in several parts, none may be
    hidden. Begins with the restricted services, which are few.
    """
    if actor.may(Permission.READ_RESTRICTED):
        return []
    restricted = ServiceDelivered.objects.filter(visibility=Visibility.RESTRICTED)
    kept = restricted.exclude(pk__in=restricted.readable_by(actor).values("pk"))
    found = set(_services(kept, cut, calendar).values_list("business_id", flat=True))
    if found and not cut.overlap:
        known = ServiceDelivered.objects.filter(business__in=found).known_to(actor)
        found -= set(_services(known, cut, calendar).values_list("business_id", flat=True))
    return list(served_ids(cut, calendar).filter(business_id__in=found)) if found else []


def _parts(cut: Cut, calendar: Calendar, ids: list[int]) -> dict[int, int]:
    if not cut.overlap or not ids:
        return {}
    rows = _overlapping(cut, calendar).filter(business_id__in=ids)
    return dict(rows.values_list("business_id", "parts"))


def _extra(cut: Cut, calendar: Calendar) -> int:
    if not cut.overlap:
        return 0
    return sum(parts - 1 for parts in _overlapping(cut, calendar).values_list("parts", flat=True))


def _rows(
    businesses: Iterable[Business], services: QuerySet[ServiceDelivered], parts: dict[int, int]
) -> Iterable[ServedRow]:
    found: dict[int, list[tuple]] = {}
    for business_id, agency, day in services.values_list("business_id", "agency__name", "started_on"):
        found.setdefault(business_id, []).append((agency, day))
    for business in businesses:
        given = found.get(business.pk, [])
        yield ServedRow(
            business=business,
            agencies=tuple(sorted({agency for agency, _ in given})),
            services=len(given),
            last_on=max((day for _, day in given), default=None),
            parts=parts.get(business.pk, 0),
        )
