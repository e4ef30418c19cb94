"""Moves keep the partition on every date, tell the map's listeners, and show what follows before it is done."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.admin_selectors import coverage, places_suggest, scope_of_area, scope_of_places
from bizworks.directory.models import BEGINNING, Area, AreaRegion, AreaTerritory
from bizworks.directory.selectors import PlacementMap
from bizworks.directory.services import map_changes
from bizworks.directory.services.entries import entry_retire, entry_save
from bizworks.directory.services.territory import Span, area_move, spans_after_move, territory_move
from bizworks.reference.models import County, Municipality
from tests.factories import make_business

DAY = timedelta(days=1)
START = date(2020, 1, 1)
days = st.integers(0, 40).map(lambda number: START + number * DAY)


def holder_on(spans: list[Span], on: date) -> list[int]:
    return [s.holder_id for s in spans if s.since <= on and (s.until is None or s.until > on)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), days), max_size=12))
def test_no_sequence_of_moves_makes_a_gap_or_a_double_membership(moves):
    spans: list[Span] = []
    for holder_id, on in moves:
        before = list(spans)
        try:
            spans = spans_after_move(spans, holder_id, on)
        except BusinessRuleError:
            assert holder_on(before, on) == [holder_id]
            continue
        assert holder_on(spans, on) == [holder_id]
        for offset in range(-1, 45):
            day = START + offset * DAY
            now, earlier = holder_on(spans, day), holder_on(before, day)
            assert len(now) <= 1
            assert len(now) >= len(earlier), "what belonged somewhere fell out"
            if day < on:
                assert now == earlier, "the past moved"
        assert all(a.until == b.since for a, b in pairwise(spans))
        assert all(s.until is None or s.since < s.until for s in spans)


@pytest.fixture
def heard(monkeypatch):
    told: list[frozenset[str]] = []
    monkeypatch.setattr(map_changes, "_listeners", [told.append])
    return told


@pytest.fixture
def springfield() -> Municipality:
    return Municipality.objects.get(state="MA", name="Springfield")


def move(world, area, on, *, towns=(), counties=(), actor=None):
    return territory_move(
        actor=actor or world.admin, area_id=area.pk, effective_on=on, municipality_ids=towns, county_ids=counties
    )


def area_of(place: Municipality, on: date) -> int | None:
    return PlacementMap().place(municipality_id=place.pk, county_id=place.county_id, on=on).area_id


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["rep", "manager", "state", "partner"])
def test_only_who_keeps_the_map_moves_places(role, in_north, springfield):
    actor = getattr(in_north, role)
    with pytest.raises(NotAllowedError):
        move(in_north, in_north.other_area, START, towns=[springfield.pk], actor=actor)
    with pytest.raises(NotAllowedError):
        area_move(actor=actor, area_id=in_north.area.pk, region_id=in_north.other_region.pk, effective_on=START)
    assert move(in_north, in_north.other_area, START, towns=[springfield.pk]) == 1


@pytest.mark.django_db
def test_a_move_closes_the_old_row_and_opens_the_new_one(in_north, springfield, heard):
    move(in_north, in_north.other_area, START, towns=[springfield.pk])
    assert area_of(springfield, START - DAY) == in_north.area.pk
    assert area_of(springfield, START) == in_north.other_area.pk
    rows = AreaTerritory.objects.filter(municipality=springfield).order_by("starts_on")
    assert [(r.area_id, r.starts_on, r.retired_on) for r in rows] == [
        (in_north.area.pk, BEGINNING, START),
        (in_north.other_area.pk, START, None),
    ]
    assert heard == [frozenset({"territory"})]


@pytest.mark.django_db
def test_moves_in_any_order_keep_the_partition_in_the_database(in_north, springfield):
    areas = [
        in_north.area,
        in_north.other_area,
        entry_save(actor=in_north.admin, kind="area", values={"code": "x", "name": "Third", "region": in_north.region}),
    ]
    plan = [(1, 30), (2, 10), (0, 20), (1, 10), (2, 30), (2, 5), (1, 40)]
    spans = [Span(in_north.area.pk, BEGINNING, None)]
    for index, offset in plan:
        on = START + offset * DAY
        spans = spans_after_move(spans, areas[index].pk, on)
        move(in_north, areas[index], on, towns=[springfield.pk])
    rows = AreaTerritory.objects.filter(municipality=springfield).order_by("starts_on")
    assert [Span(r.area_id, r.starts_on, r.retired_on) for r in rows] == spans


@pytest.mark.django_db
def test_a_refused_move_changes_nothing_and_says_which_place(in_north, springfield, heard):
    boston = Municipality.objects.get(state="MA", name="Boston")
    with pytest.raises(BusinessRuleError) as caught:
        move(in_north, in_north.other_area, START, towns=[springfield.pk, boston.pk])
    assert "Boston" in caught.value.errors["effective_on"][0]
    assert area_of(springfield, START) == in_north.area.pk
    for towns in ([], [987_654_321], [springfield.pk, 987_654_321]):
        with pytest.raises(BusinessRuleError):
            move(in_north, in_north.other_area, START, towns=towns)
    assert heard == []


@pytest.mark.django_db
def test_nothing_moves_to_where_nothing_is_yet_or_any_more(in_north, springfield):
    late = entry_save(
        actor=in_north.admin,
        kind="area",
        values={"code": "late", "name": "Late", "starts_on": START, "region": in_north.region},
    )
    with pytest.raises(BusinessRuleError, match="Late begins on Jan 1, 2020"):
        move(in_north, late, START - DAY, towns=[springfield.pk])
    entry_retire(actor=in_north.admin, kind="area", entry_id=late.pk, retired_on=START + 9 * DAY)
    with pytest.raises(BusinessRuleError, match="Late ends on Jan 10, 2020"):
        move(in_north, late, START, towns=[springfield.pk])


@pytest.mark.django_db
def test_a_town_of_its_own_wins_over_its_county(in_north, springfield):
    westfield = Municipality.objects.get(state="MA", name="Westfield")
    assert westfield.county_id == springfield.county_id
    move(in_north, in_north.other_area, START, counties=[springfield.county_id])
    assert area_of(westfield, START) == in_north.other_area.pk
    assert area_of(springfield, START) == in_north.area.pk
    scope = scope_of_places([f"c{springfield.county_id}"], START)
    assert springfield.pk in scope.except_municipality_ids


@pytest.mark.django_db
def test_an_area_moves_to_another_region_from_a_day_on(in_north, heard):
    admin, area = in_north.admin, in_north.area
    area_move(actor=admin, area_id=area.pk, region_id=in_north.other_region.pk, effective_on=START)
    places = PlacementMap()
    assert places.region_of_area(area.pk, START - DAY) == in_north.region.pk
    assert places.region_of_area(area.pk, START) == in_north.other_region.pk
    assert heard == [frozenset({"membership"})]
    with pytest.raises(BusinessRuleError):
        area_move(actor=admin, area_id=area.pk, region_id=in_north.other_region.pk, effective_on=START + DAY)
    with pytest.raises(BusinessRuleError):
        area_move(actor=admin, area_id=area.pk, region_id=987_654_321, effective_on=START)


@pytest.mark.django_db
def test_another_tenants_area_is_no_target(north, south, springfield):
    from bizworks.tenancy.context import tenant_context

    with tenant_context(north.tenant.pk), pytest.raises(BusinessRuleError):
        move(north, south.area, START, towns=[springfield.pk])


@pytest.mark.django_db
def test_coverage_names_the_towns_left_out(in_north):
    found = coverage(START)
    assert (found.towns_in, found.missing) == (2, found.towns_all - 2)
    everything = County.objects.filter(state="MA").values_list("pk", flat=True)
    move(in_north, in_north.area, START, counties=list(everything))
    assert coverage(START).missing == 0
    assert coverage(START).summary.startswith("All ")
    AreaRegion.objects.filter(area=in_north.area).update(retired_on=START)
    assert coverage(START).areas_without_region == [in_north.area]


@pytest.mark.django_db
def test_places_are_suggested_from_the_tenants_states_only(in_north):
    found = {key: label for key, label, _ in places_suggest("spring")}
    assert all(label.endswith((", MA", "MA (whole county)")) for label in found.values())
    assert any(key.startswith("t") for key in found)
    assert places_suggest("  ") == places_suggest("zzzz") == []


@pytest.mark.django_db
def test_the_page_shows_what_follows_and_then_moves(north, client_for, springfield):
    from bizworks.tenancy.context import tenant_context

    with tenant_context(north.tenant.pk):
        make_business(north, "Affected")
        assert map_changes.businesses_in(scope_of_area(north.area, START)) == 1
    client, url = client_for(north.admin), reverse("directory:territory_move")
    data = {"area": north.other_area.pk, "places": f"t{springfield.pk}", "effective_on": "2020-01-01"}
    assert client.post(url, data | {"places": "t999999999"}).status_code == 422
    assert client.post(url, data | {"effective_on": "2020-13-01"}).status_code == 422
    preview = client.post(url, data)
    text = " ".join(preview.content.decode().split())
    assert preview.status_code == 200
    assert "<strong>1</strong> business lies there today" in text
    assert "lies in the past" in text
    assert f"{north.area.name} until" in text
    with tenant_context(north.tenant.pk):
        assert area_of(springfield, START) == north.area.pk, "the preview must not move"
    done = client.post(url, data | {"confirm": "1"})
    assert done["Location"] == reverse("directory:area_edit", args=[north.other_area.pk])
    assert client.post(url, data | {"confirm": "1"}).status_code == 422
    with tenant_context(north.tenant.pk):
        assert area_of(springfield, START) == north.other_area.pk


@pytest.mark.django_db
def test_the_page_moves_an_area_to_a_region(north, client_for):
    client, url = client_for(north.admin), reverse("directory:area_move", args=[north.area.pk])
    data = {"region": north.other_region.pk, "effective_on": "2020-01-01"}
    assert b"until" in client.post(url, data).content
    assert client.post(url, data | {"confirm": "1"}).status_code == 302
    assert client.post(url, data | {"confirm": "1"}).status_code == 422
    page = client.get(reverse("directory:area_edit", args=[north.area.pk]))
    assert [str(row.region) for row in page.context["territory"].regions] == [
        north.other_region.name,
        north.region.name,
    ]


@pytest.mark.django_db
def test_coverage_leads_to_the_move_with_the_towns_chosen(north, client_for, springfield):
    client = client_for(north.admin)
    assert b"Westfield" in client.get(reverse("directory:coverage")).content
    page = client.get(reverse("directory:territory_move"), {"places": f"t{springfield.pk}", "area": north.area.pk})
    assert b"Springfield" in page.content


@pytest.mark.django_db(transaction=False)
def test_two_administrators_cannot_move_the_same_town_at_once(in_north, springfield):
    """The second waits for the first: the tenant's profile row is the lock."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as queries:
        move(in_north, in_north.other_area, START, towns=[springfield.pk])
    first = next(q["sql"] for q in queries if q["sql"].startswith("SELECT") and "directory_" in q["sql"])
    assert "tenantprofile" in first
    assert "FOR UPDATE" in first
    assert Area.objects.count() == 2
