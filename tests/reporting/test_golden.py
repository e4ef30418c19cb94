"""Every figure of the golden data set, from the published cells and from the facts behind them."""

from datetime import date

import pytest

from bizworks.directory.models import TenantProfile
from reporting.constants import Grain, Measure, Standing
from reporting.selectors.counts import (
    Scope,
    agencies_overlap,
    businesses_by_agency_count,
    businesses_of_one_agency,
    calendar,
    cell,
    cells_by,
    overlap_of,
    repeat_rate,
    served_business_ids,
    services_overlapping,
    standings,
    trend,
)
from reporting.services.drain import counts_drain
from reporting.services.recount import counts_recount
from tests.reporting.golden import make_golden

CATEGORIES = ["EIS", "WRA", "SPE", "ULP", "TRN", "IWT", "RRD", "PLR"]


def drain() -> None:
    while counts_drain().marks:
        pass


@pytest.fixture
def golden(in_north):
    TenantProfile.objects.update(year_naming="fiscal_end")
    found = make_golden(in_north)
    drain()
    return found


@pytest.fixture
def year(golden):
    return calendar().period(Grain.YEAR, date(2025, 1, 1))


def businesses(figures: dict) -> dict:
    return {key: value.businesses for key, value in figures.items()}


def test_the_period_is_named_with_its_dates(year):
    assert (year.label, year.start, year.end) == ("PY2024 = FY2025", date(2024, 7, 1), date(2025, 6, 30))
    assert year.dates == "Jul 1, 2024 to Jun 30, 2025"


def test_served(golden, year):
    assert golden.names(served_business_ids(year)) == ["E1", "E2", "E3", "E5", "E6", "E7"]
    assert (cell(year).businesses, cell(year).employers) == (6, 5)


def test_regions_add_up(golden, year):
    parts = cells_by("region_id", year)
    assert golden.by_region(businesses(parts)) == {"Pioneer Valley": 3, "Greater Boston": 2, "Central": 1}
    assert overlap_of(parts, cell(year)).overlap == 0


def test_agencies_overlap(golden, year):
    parts = cells_by("agency_id", year)
    assert golden.by_agency(businesses(parts)) == {"MDCS": 5, "CommCorp": 1, "MOBD": 1, "DUA": 1, "ACLS": 1}
    overlap = agencies_overlap(year)
    assert (overlap.total, overlap.overlap) == (9, 3)
    assert golden.names(businesses_by_agency_count(year)) == ["E1", "E3", "E7"]
    assert {name: golden.names(ids) for name, ids in golden.by_agency(businesses_of_one_agency(year)).items()} == {
        "MDCS": ["E2", "E5"],
        "ACLS": ["E6"],
    }


def test_federal_categories(golden, year):
    parts = businesses(cells_by("category", year))
    assert {code: parts.get(position, 0) for position, code in enumerate(CATEGORIES, 1)} == {
        "EIS": 3,
        "WRA": 2,
        "SPE": 1,
        "ULP": 0,
        "TRN": 2,
        "IWT": 0,
        "RRD": 1,
        "PLR": 1,
    }
    assert sum(parts.values()) == 10


def test_transactions(golden, year):
    assert services_overlapping(year) == 10
    assert cell(year).records == 9


def test_new_returning_reactivated(golden, year):
    found = {Standing(key).name: value.businesses for key, value in standings(year).items()}
    assert found == {"NEW": 3, "RETURNING": 3, "REACTIVATED": 0}
    names = {s.name: golden.names(served_business_ids(year, standing=s)) for s in Standing}
    assert names == {"NEW": ["E2", "E5", "E7"], "RETURNING": ["E1", "E3", "E6"], "REACTIVATED": []}


def test_look_back_and_both_repeat_rates(golden, year):
    assert calendar().lookback(year) == (date(2021, 7, 1), date(2024, 6, 30))
    rate = repeat_rate(year)
    assert (rate.returning, rate.lookback, rate.served) == (3, 4, 6)
    assert (rate.federal, rate.returning_share) == (0.75, 0.5)


def test_quarters_do_not_add_up_to_the_year(golden, year):
    quarters = calendar().within(year, Grain.QUARTER)
    assert [quarter.start for quarter in quarters] == [
        date(2024, 7, 1),
        date(2024, 10, 1),
        date(2025, 1, 1),
        date(2025, 4, 1),
    ]
    assert [figures.businesses for figures in trend(quarters)] == [2, 3, 3, 1]
    assert quarters[2].label == "PY2024 Q3"


def test_pioneer_valley(golden, year):
    valley = Scope(region_id=golden.regions["Pioneer Valley"])
    assert (cell(year, valley).businesses, cell(year, valley).employers) == (3, 2)
    parts = cells_by("agency_id", year, valley)
    assert golden.by_agency(businesses(parts)) == {"MDCS": 3, "CommCorp": 1, "DUA": 1}
    overlap = agencies_overlap(year, valley)
    assert (overlap.total, overlap.overlap) == (5, 2)


def test_one_business_was_oriented(golden, year):
    oriented = cell(year, measure=Measure.ORIENTED)
    assert (oriented.businesses, oriented.records) == (1, 1)
    assert golden.names(served_business_ids(year, measure=Measure.ORIENTED)) == ["E1"]


def test_admitting_self_service_adds_one(golden, year):
    TenantProfile.objects.update(counts_self_service=True)
    drain()
    assert cell(year).businesses == 7
    assert businesses(cells_by("category", year))[2] == 3
    assert "E4" in golden.names(served_business_ids(year))


def test_the_recount_agrees(golden, year):
    result = counts_recount()
    assert (result.differences, result.waiting) == ((), 0)
    assert result.cells > 500
