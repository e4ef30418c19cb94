"""The businesses behind a number, page by page, as far as the actor may know them (R1, BR-3, BR-30)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, QuerySet, Value, When

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


def _overlapping(cut: Cut, calendar: Calendar) -> QuerySet:
    rows = ServedFact.objects.filter(
        measure=cut.measure, month__gte=cut.period.start, month__lte=cut.period.end, **cut.scope.conditions()
    )
    part = {"agency": "agency_id", "category": "category", "region": "region_id", "area": "area_id", "month": "month"}
    if cut.overlap == "quarter":
        quarters = calendar.within(cut.period, Grain.QUARTER)
        cases = [When(month__in=quarter.months, then=Value(n)) for n, quarter in enumerate(quarters)]
        rows = rows.annotate(part=Case(*cases, output_field=IntegerField()))
    counted = rows.order_by().values("business_id")
    counted = counted.annotate(parts=Count(part.get(cut.overlap, "part"), distinct=True))
    return counted.filter(parts__gte=2)


def served_page(*, actor: Actor, cut: Cut, calendar: Calendar, cursor: str = "", size: int = 50) -> ServedPage:
    """One page of the businesses behind a number, by name.

    A business that is in the number only by records kept from the actor (BR-3, BR-4) is counted and
    not named. Errors: NotAllowedError. Queries: at most 9, whatever the number.
    """
    actor.require(Permission.VIEW_DASHBOARD)
    everyone = Business.objects.filter(pk__in=served_ids(cut, calendar))
    numbers = everyone.order_by().aggregate(total=Count("pk"), employers=Count("employer", distinct=True))
    services = _services(ServiceDelivered.objects.known_to(actor), cut, calendar)
    known = _known(actor, everyone, cut, calendar)
    page = business_page(known.select_related("employer", "region"), cursor=cursor, size=size)
    visible = numbers["total"] if known is everyone else known.order_by().count()
    ids = [business.pk for business in page.rows]
    return ServedPage(
        rows=tuple(_rows(page.rows, services.filter(business__in=ids), _parts(cut, calendar, ids))),
        total=numbers["total"],
        employers=numbers["employers"],
        withheld=numbers["total"] - visible,
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


def _known(actor: Actor, everyone: QuerySet[Business], cut: Cut, calendar: Calendar) -> QuerySet[Business]:
    """Those whose place in the number tells nothing that is kept from the actor (BR-3, BR-4).

    To be served, one service that the actor may know of suffices; to be in several parts, none may be hidden.
    """
    if actor.may(Permission.READ_RESTRICTED):
        return everyone
    rows = ServiceDelivered.objects.known_to(actor)
    if cut.overlap:
        restricted = ServiceDelivered.objects.filter(visibility=Visibility.RESTRICTED)
        rows = restricted.exclude(pk__in=restricted.readable_by(actor).values("pk"))
    mine = Exists(_services(rows, cut, calendar).filter(business=OuterRef("pk")))
    return everyone.exclude(mine) if cut.overlap else everyone.filter(mine)


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
