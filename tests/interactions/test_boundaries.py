"""BR-11: services since a back-dated boundary are placed again, earlier ones never move."""

from datetime import date, timedelta

import pytest

from bizworks.directory.models import Area
from bizworks.directory.services.territory import area_move, territory_move
from bizworks.reference.models import Municipality
from interactions.models import ServiceDelivered
from tests.factories import make_business

pytestmark = pytest.mark.django_db
MOVE = date(2026, 7, 1)
DAY = timedelta(days=1)


def serve(world, business, on, *, area="own", region=None):
    area, region = (business.area, business.region) if area == "own" else (area, region)
    return ServiceDelivered.objects.create(
        business=business,
        item=world.items.lmi,
        agency=world.agency,
        started_on=on,
        ended_on=on,
        area=area,
        region=region,
        recorded_by_id=world.rep.staff_id,
    )


def placed(*services):
    found = {s.pk: (s.area_id, s.region_id) for s in ServiceDelivered.objects.all()}
    return [found[s.pk] for s in services]


def move_town(world, town="Springfield", area=None, on=MOVE):
    place = Municipality.objects.get(state="MA", name=town)
    territory_move(
        actor=world.admin, area_id=(area or world.other_area).pk, effective_on=on, municipality_ids=[place.pk]
    )
    return place


def test_services_since_the_move_follow_and_earlier_ones_stay(in_north):
    business, elsewhere = make_business(in_north), make_business(in_north, town="Boston")
    before, on, after = (serve(in_north, business, MOVE + n * DAY) for n in (-1, 0, 30))
    other = serve(in_north, elsewhere, MOVE)
    move_town(in_north)
    west, east = (in_north.area.pk, in_north.region.pk), (in_north.other_area.pk, in_north.other_region.pk)
    assert placed(before, on, after, other) == [west, east, east, east]
    move_town(in_north, area=in_north.area, on=MOVE + 30 * DAY)
    assert placed(before, on, after) == [west, east, west]


def test_a_service_of_the_time_when_the_business_was_elsewhere_stays(in_north):
    business = make_business(in_north)
    third = Area.objects.create(code="t", name="Third")
    moved_in = serve(in_north, business, MOVE, area=third, region=in_north.region)
    move_town(in_north)
    assert placed(moved_in) == [(third.pk, in_north.region.pk)]


def test_an_area_set_by_hand_is_not_moved_by_its_town(in_north):
    business = make_business(in_north)
    business.area_override = in_north.area
    business.area_override_reason = "Served from there"
    business.save()
    service = serve(in_north, business, MOVE)
    move_town(in_north)
    assert placed(service) == [(in_north.area.pk, in_north.region.pk)]


def test_services_follow_an_area_into_its_region(in_north):
    business = make_business(in_north)
    before, on = serve(in_north, business, MOVE - DAY), serve(in_north, business, MOVE)
    area_move(actor=in_north.admin, area_id=in_north.area.pk, region_id=in_north.other_region.pk, effective_on=MOVE)
    assert placed(before, on) == [
        (in_north.area.pk, in_north.region.pk),
        (in_north.area.pk, in_north.other_region.pk),
    ]


def test_the_region_is_that_of_the_new_area_on_the_day_of_the_service(in_north):
    business = make_business(in_north)
    early, late = serve(in_north, business, MOVE), serve(in_north, business, MOVE + 60 * DAY)
    area_move(
        actor=in_north.admin,
        area_id=in_north.other_area.pk,
        region_id=in_north.region.pk,
        effective_on=MOVE + 30 * DAY,
    )
    move_town(in_north)
    assert placed(early, late) == [
        (in_north.other_area.pk, in_north.other_region.pk),
        (in_north.other_area.pk, in_north.region.pk),
    ]


def test_a_county_moves_its_towns_but_not_those_of_their_own(in_north):
    own, of_county = make_business(in_north), make_business(in_north)
    westfield = Municipality.objects.get(state="MA", name="Westfield")
    for business, town in ((own, own.municipality), (of_county, westfield)):
        business.municipality, business.county = town, westfield.county
        business.save()
    nowhere = serve(in_north, of_county, MOVE, area=None)
    stays = serve(in_north, own, MOVE)
    territory_move(
        actor=in_north.admin,
        area_id=in_north.other_area.pk,
        effective_on=MOVE,
        county_ids=[westfield.county_id],
    )
    east = (in_north.other_area.pk, in_north.other_region.pk)
    assert placed(nowhere, stays) == [east, (in_north.area.pk, in_north.region.pk)]
    move_town(in_north, "Westfield", in_north.area)
    assert placed(nowhere) == [(in_north.area.pk, in_north.region.pk)]


def test_another_tenants_services_never_follow(south, north):
    from bizworks.tenancy.context import tenant_context

    with tenant_context(south.tenant.pk):
        service = serve(south, make_business(south), MOVE)
    with tenant_context(north.tenant.pk):
        move_town(north)
    with tenant_context(south.tenant.pk):
        assert placed(service) == [(south.area.pk, south.region.pk)]
