"""The rules of one service, shared by every way a service is written (BR-14, BR-18)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from bizworks.directory.models import Agency, ServiceItem
from bizworks.directory.selectors import PlacementMap
from businesses.constants import Status
from businesses.models import Business
from businesses.services.checks import problem_with_text
from interactions.constants import CLOSED_BUSINESS_MONTHS, EARLIEST_YEAR, LAYOFF_CATEGORIES, Assisted, ServiceStatus
from interactions.services.data import ServiceData


def show(day: date) -> str:
    """A date inside a sentence."""
    return f"{day:%b} {day.day}, {day.year}"


def a_year_after(day: date) -> date:
    """The same day twelve months later; Feb 28 after a Feb 29 (BR-14)."""
    months = day.month - 1 + CLOSED_BUSINESS_MONTHS
    year, month = day.year + months // 12, months % 12 + 1
    try:
        return day.replace(year=year, month=month)
    except ValueError:
        return date(year, month, 28)


def date_problem(day: date | None, *, today: date, what: str) -> str:
    """Why a day cannot be when something happened; empty if it can (BR-16)."""
    if day is None:
        return f"Give the date of {what}."
    if day > today:
        return f"{show(day)} is in the future; today is {show(today)}."
    return "" if day.year >= EARLIEST_YEAR else f"Check the year: {day.year}."


def resolved(service: ServiceData, *, occurred_on: date, agency_id: int | None) -> ServiceData:
    """Fill in what a service left out: the day, the end, the status, the agency (BR-18)."""
    started = service.started_on or occurred_on
    status = service.status or (ServiceStatus.IN_PROGRESS if service.is_ongoing else ServiceStatus.COMPLETED)
    ended = None if service.is_ongoing or status == ServiceStatus.PLANNED else started
    return replace(
        service,
        started_on=started,
        ended_on=service.ended_on if service.ended_on and not service.is_ongoing else ended,
        status=status,
        agency_id=service.agency_id or agency_id,
    )


def service_problems(
    service: ServiceData, *, item: ServiceItem | None, agency: Agency | None, today: date
) -> Iterable[str]:
    """What is wrong with a resolved service by itself, in sentences (BR-18). Queries: 0."""
    if item is None:
        yield "A chosen service is not in the catalog."
        return
    if service.started_on is None or service.started_on.year < EARLIEST_YEAR:
        yield f"{item.name}: check the start date."
        return
    if not item.is_in_force(service.started_on):
        yield f"{item.name} was not in the catalog on {show(service.started_on)}."
    if agency is None:
        yield f"{item.name}: choose the agency that delivered it."
    elif not agency.is_in_force(service.started_on):
        yield f"{item.name}: {agency.name} was not an agency on {show(service.started_on)}."
    if service.status not in ServiceStatus.values or service.assisted not in Assisted.values:
        yield f"{item.name}: choose a status and who did the work from the lists."
    if len(service.program) > 60 or problem_with_text(service.program):
        yield f"{item.name}: the funding program has at most 60 characters, all printable."
    yield from _date_problems(service, service.started_on, item.name, today)


def _date_problems(service: ServiceData, started: date, name: str, today: date) -> Iterable[str]:
    """Start, end and status must tell the same story."""
    ended = service.ended_on
    if ended is not None and ended < started:
        yield f"{name} cannot end on {show(ended)}, before it starts on {show(started)}."
    elif started > today and service.status not in (ServiceStatus.PLANNED, ServiceStatus.CANCELLED):
        yield f"{name} starts on {show(started)}, in the future: its status can only be planned."
    elif service.status == ServiceStatus.COMPLETED and (ended is None or ended > today):
        yield f"{name} is completed: give an end that is not in the future, or mark it in progress."
    elif service.status == ServiceStatus.IN_PROGRESS and ended is not None and ended < today:
        yield f"{name} ended on {show(ended)}: mark it completed, or leave its end empty."


def business_problem(business: Business, item: ServiceItem, started_on: date) -> str:
    """Why this business cannot receive this service then; empty if it can (BR-14)."""
    if business.status == Status.MERGED:
        return f"{business.name} was merged into another record; choose that one."
    if business.status != Status.CLOSED or (business.closed_on and started_on <= business.closed_on):
        return ""
    if item.federal_category_id not in LAYOFF_CATEGORIES:
        when = f" on {show(business.closed_on)}" if business.closed_on else ""
        return (
            f"{business.name} closed{when}: {item.name} cannot be recorded afterwards."
            " Only rapid response and layoff planning can, within 12 months."
        )
    if business.closed_on and started_on > a_year_after(business.closed_on):
        return f"{business.name} closed on {show(business.closed_on)}, more than 12 months before {show(started_on)}."
    return ""


def place(business: Business, places: PlacementMap, on: date) -> dict[str, int | None]:
    """Area and region for a service that starts on a date; a business's own override wins (BR-11). Queries: 0."""
    if business.area_override_id:
        area = business.area_override_id
        return {"area_id": area, "region_id": places.region_of_area(area, on)}
    spot = places.place(municipality_id=business.municipality_id, county_id=business.county_id, on=on)
    return {"area_id": spot.area_id, "region_id": spot.region_id}
