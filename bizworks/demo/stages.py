"""Fictitious life-cycle stages with their history, for the businesses of the stories and every sixth other one."""

import random
from datetime import date, timedelta

from bizworks.directory.models import StaffMember
from businesses.constants import Stage, StageVisibility
from businesses.models import Business, BusinessStage

_COURSES = (
    ((Stage.STARTUP, Stage.GROWTH), 30),
    ((Stage.GROWTH, Stage.STABLE), 40),
    ((Stage.STABLE, Stage.AT_RISK), 12),
    ((Stage.STABLE, Stage.AT_RISK, Stage.STABLE), 8),
    ((Stage.AT_RISK, Stage.CLOSING), 3),
    ((Stage.STABLE, Stage.RELOCATING), 4),
)
_SAID: dict[str, tuple[str, ...]] = {
    Stage.STARTUP: ("New license", "Told by the owner"),
    Stage.GROWTH: ("Told by the owner", "Hiring notice in the paper"),
    Stage.STABLE: ("Seen at the visit", "Told by the HR manager"),
    Stage.AT_RISK: ("Orders fell, says the plant manager", "Hours were cut"),
    Stage.CLOSING: ("Announced to the employees",),
    Stage.RELOCATING: ("Looking for a larger site",),
}
_NAMED: dict[str, tuple[tuple[Stage, int, str, str, str], ...]] = {
    "Acme Precision - Springfield": (
        (Stage.GROWTH, 900, "Second shift was opened", "", StageVisibility.SHARED),
        (Stage.STABLE, 200, "Told by J. Ruiz", "Steady orders through spring.", StageVisibility.SHARED),
    ),
    "Franklin Mills": (
        (Stage.STABLE, 1100, "Seen at the visit", "", StageVisibility.SHARED),
        (
            Stage.AT_RISK,
            60,
            "Orders fell, says the finance chief",
            "Work sharing was explained.",
            StageVisibility.SHARED,
        ),
    ),
    "Gateway Logistics": (
        (Stage.STABLE, 800, "Seen at the visit", "", StageVisibility.SHARED),
        (Stage.CLOSING, 20, "Told in confidence", "Not announced yet.", StageVisibility.RESTRICTED),
    ),
}
_EVERY = 6


def make_stages(businesses: list[Business], *, seed: int, today: date) -> int:
    """Give businesses of the tenant in force their stages, in bulk; returns how many stages. Queries: 2."""
    rng = random.Random(seed)  # noqa: S311  invented data, not secrets
    staff = list(StaffMember.objects.exclude(agency=None).order_by("id"))
    rows = [
        _row(rng, staff, business, stage, today - timedelta(days), source, note, visibility)
        for business in businesses
        for stage, days, source, note, visibility in _NAMED.get(business.name, ())
    ]
    for business in businesses[len(_NAMED) :: _EVERY]:
        if business.name in _NAMED or business.status == "closed":
            continue
        course = rng.choices([c for c, _ in _COURSES], [weight for _, weight in _COURSES])[0]
        days = rng.randint(40, 300)
        for stage in reversed(course):
            source = rng.choice(_SAID[stage])
            rows.append(_row(rng, staff, business, stage, today - timedelta(days), source))
            days += rng.randint(120, 500)
    return len(BusinessStage.objects.bulk_create(rows))


def _row(
    rng: random.Random,
    staff: list[StaffMember],
    business: Business,
    stage: Stage,
    began_on: date,
    source: str,
    note: str = "",
    visibility: str = StageVisibility.SHARED,
) -> BusinessStage:
    person = rng.choice(staff)
    return BusinessStage(
        business=business,
        stage=stage,
        began_on=began_on,
        source=source,
        note=note,
        visibility=visibility,
        agency_id=person.agency_id,
        recorded_by=person,
    )
