"""What merging two records would do to the published numbers (BR-30, BR-37)."""

from collections.abc import Iterator
from datetime import date

from django.db.models.functions import TruncMonth

from bizworks.directory.selectors import profile
from bizworks.tenancy.actor import Actor
from interactions.models import ServiceDelivered
from reporting.constants import Grain
from reporting.selectors.periods import Calendar, Period, calendar

_NAMED = 4


def merge_effect(*, actor: Actor, survivor_id: int, absorbed_id: int) -> list[str]:
    """Say in which quarters two businesses served become one, by services the actor may know of (BR-3).

    Registered in `apps.py`. Queries: 4; it reads one row for each pair of months, however many services there are.
    """
    time = calendar()
    quarters = _served_quarters(actor, (survivor_id, absorbed_id), time)
    both = sorted(quarters[survivor_id] & quarters[absorbed_id], key=lambda quarter: quarter.start, reverse=True)
    sentences = [f"{quarter.label} ({quarter.dates}): 2 businesses served become 1." for quarter in both[:_NAMED]]
    if more := len(both) - _NAMED:
        sentences += [f"The same in {more} earlier quarter{'s' if more > 1 else ''}."] if more > 0 else []
    if not both and quarters[absorbed_id]:
        sentences.append("No number of businesses served by quarter changes: they were served at different times.")
    return sentences


def _served_quarters(actor: Actor, ids: tuple[int, int], time: Calendar) -> dict[int, set[Period]]:
    options = profile()
    counted = ServiceDelivered.objects.known_to(actor).counted(
        today=time.today, counts_self_service=options.counts_self_service
    )
    rows = (
        counted.filter(business__in=ids)
        .order_by()
        .annotate(first=TruncMonth("started_on"), last=TruncMonth("ended_on"))
    )
    found: dict[int, set[Period]] = {pk: set() for pk in ids}
    for business_id, first, last in rows.values_list("business_id", "first", "last").distinct():
        found[business_id].update(_quarters(first, min(last or time.today, time.today), time))
    return found


def _quarters(first: date, last: date, time: Calendar) -> Iterator[Period]:
    quarter = time.period(Grain.QUARTER, first)
    while quarter.start <= last:
        yield quarter
        quarter = time.shifted(quarter, 1)
