"""The rows of the system-wide extract (R26), read in pieces."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from bizworks.directory.selectors import profile, tenant_today
from businesses.constants import Source
from interactions.constants import Assisted, Mode, OrientationOutcome, ServiceStatus, Visibility
from interactions.models import OrientationJudgement, ServiceDelivered

_FIELDS = {
    "business_name": "business__name",
    "employer": "business__employer_id",
    "employer_name": "business__employer__name",
    "fein": "business__employer__fein",
    "fein_source": "business__employer__fein_source",
    "naics": "business__naics_id",
    "naics_source": "business__naics_source",
    "sector_name": "business__sector__name",
    "town": "business__town",
    "state": "business__state",
    "zip": "business__zip_code",
    "county_name": "business__county__name",
    "area_name": "area__name",
    "region_name": "region__name",
    "agency_code": "agency__code",
    "agency_name": "agency__name",
    "item_code": "item__code",
    "item_name": "item__name",
    "state_category": "item__state_category",
    "federal_name": "item__federal_category__name",
    "mode": "interaction__mode",
}


@dataclass(frozen=True)
class ExtractFilter:
    """What the extract holds: services overlapping [start, end] (BR-19), perhaps of one region, agency or category.

    `shows_fein` and `includes_restricted` are what the person who asked may see.
    """

    start: date
    end: date
    region_id: int | None = None
    agency_id: int | None = None
    category: str = ""
    shows_fein: bool = False
    includes_restricted: bool = False


def extract_services(wanted: ExtractFilter) -> QuerySet[ServiceDelivered]:
    """The services of an extract: none voided, each once. Queries: none of its own."""
    rows = ServiceDelivered.objects.standing().overlapping(wanted.start, wanted.end, today=tenant_today())
    cuts = {
        "region_id": wanted.region_id,
        "agency_id": wanted.agency_id,
        "item__federal_category_id": wanted.category or None,
    }
    rows = rows.filter(**{name: value for name, value in cuts.items() if value is not None})
    return rows if wanted.includes_restricted else rows.exclude(visibility=Visibility.RESTRICTED)


def extract_piece(wanted: ExtractFilter, *, after: int, through: int, size: int) -> tuple[int, list[list[Any]]]:
    """The next rows in order of their number: (last number, rows of `extract_files.COLUMNS`); empty at the end.

    Queries: 4, whatever the size (profile, date, services with judgements).
    """
    judged = OrientationJudgement.objects.filter(service=OuterRef("pk"))
    rows = (
        extract_services(wanted)
        .filter(id__gt=after, id__lte=through)
        .order_by("id")
        .with_counted(today=tenant_today(), counts_self_service=profile().counts_self_service)
        .annotate(outcome=Subquery(judged.values("outcome")[:1]))
        .annotate(**{f"x_{k}": F(v) for k, v in _FIELDS.items()})
        .values()[:size]
    )
    found = list(rows)
    cells = [_cells(row, wanted.shows_fein) for row in found]
    return (found[-1]["id"] if found else after), cells


def _cells(row: dict[str, Any], shows_fein: bool) -> list[Any]:
    fein = row["x_fein"] if shows_fein and row["x_fein_source"] != Source.UC else ""
    if row["x_naics_source"] == Source.UC:  # no export carries a value of the unemployment agency (BR-6)
        row["x_naics"] = row["x_sector_name"] = None
    return list(_in_order(row, fein))


def _in_order(row: dict[str, Any], fein: str) -> Iterator[Any]:
    yield from (row["id"], row["business_id"], row["x_business_name"], row["x_employer"], row["x_employer_name"], fein)
    yield from (row[f"x_{name}"] for name in ("naics", "sector_name", "town", "state", "zip", "county_name"))
    yield from (row[f"x_{name}"] for name in ("area_name", "region_name", "agency_code", "agency_name"))
    yield from (row[f"x_{name}"] for name in ("item_code", "item_name", "state_category", "federal_name"))
    yield from (row["started_on"], row["ended_on"], ServiceStatus(row["status"]).label, Assisted(row["assisted"]).label)
    yield row["is_counted_today"]
    yield OrientationOutcome(row["outcome"]).label if row["outcome"] else ""
    yield from (row["program"], row["interaction_id"], Mode(row["x_mode"]).label if row["x_mode"] else "")
    yield row["created_at"]
