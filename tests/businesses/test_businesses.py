"""Adding and changing a business: what is refused, what is derived, whose employer it is (BR-10..BR-12)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from bizworks.core.errors import BusinessRuleError, NotAllowedError, StaleVersionError
from bizworks.reference.models import Municipality
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import AuditEvent
from businesses.models import Business, Employer
from businesses.services.businesses import PossibleDuplicateError, business_create, business_update
from businesses.services.derivation import businesses_replace
from tests.businesses.conftest import add, data
from tests.factories import make_business, make_world


def update(actor, business, **changes):
    return business_update(actor=actor, business_id=business.pk, version=business.version, data=data(**changes))


def refused(actor, **changes) -> dict[str, list[str]]:
    with pytest.raises(BusinessRuleError) as caught:
        add(actor, **changes)
    return caught.value.errors


# --- refusals first


def test_a_partner_may_not_add_or_change(in_north):
    with pytest.raises(NotAllowedError):
        add(in_north.partner)
    business = add(in_north.rep)
    with pytest.raises(NotAllowedError):
        update(in_north.partner, business)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"town": ""}, "town"),
        ({"state": ""}, "state"),
        ({"town": "Atlantis"}, "town"),
        ({"naics": ""}, "naics"),
        ({"naics": "machine"}, "naics"),
        ({"naics": "999999"}, "naics"),
        ({"fein": "12345"}, "fein"),
        ({"fein": "000000000"}, "fein"),
        ({"zip_code": "12"}, "zip_code"),
        ({"employees": -1}, "employees"),
        ({"employees": 10**9}, "employees"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"status": "merged"}, "status"),
        ({"status": "gone"}, "status"),
        ({"status": "closed"}, "closed_on"),
        ({"source": "rumour"}, "source"),
        ({"area_override_id": 987654321}, "area_override"),
        ({"address": "1 Main\x00 Street"}, "address"),
        ({"legal_name": "x" * 201}, "legal_name"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_name(in_north, changes, field):
    assert list(refused(in_north.rep, **changes)) == [field]
    assert not Business.objects.exists()


@pytest.mark.parametrize(
    "field", ["name", "alias", "legal_name", "address", "town", "fein", "phone", "website", "area_override_reason"]
)
def test_a_social_security_number_is_refused_in_every_field(in_north, field):
    errors = refused(in_north.rep, **{field: "900-12-3456"})
    assert "Social Security number" in errors[field][0]


def test_all_problems_are_said_at_once(in_north):
    assert set(refused(in_north.rep, name="", town="", naics="", employees=-5)) == {
        "name",
        "town",
        "naics",
        "employees",
    }


def test_an_area_set_by_hand_needs_a_reason_and_an_area_of_this_tenant(south, in_north):
    errors = refused(in_north.rep, area_override_id=in_north.other_area.pk)
    assert list(errors) == ["area_override_reason"]
    assert list(refused(in_north.rep, area_override_id=south.area.pk, area_override_reason="x")) == ["area_override"]


def test_another_tenants_business_cannot_be_changed(north, south):
    with tenant_context(south.tenant.pk):
        theirs = make_business(south)
    with tenant_context(north.tenant.pk), pytest.raises(Business.DoesNotExist):
        update(north.rep, theirs)


# --- what is derived


def test_everything_that_follows_is_derived(in_north):
    business = add(
        in_north.rep, alias="AP", employees=48, zip_code="1103", website="www.example.org", phone="413 555-0100"
    )
    assert business.municipality == Municipality.objects.get(state="MA", name="Springfield")
    assert (business.area, business.region, business.sector) == (in_north.area, in_north.region, in_north.sector)
    assert (business.zip_code, business.size_band, business.website) == ("01103", "20-49", "https://www.example.org")
    assert business.search_text == "acme precision ap springfield"
    assert (business.naics_source, business.employees_source) == ("staff", "staff")
    assert business.recorded_by_id == in_north.rep.staff_id
    assert business.employer.name == "Acme Precision"


def test_a_town_on_no_map_gives_no_area(in_north):
    business = add(in_north.rep, town="Pittsfield")
    assert business.municipality.name == "Pittsfield"
    assert (business.area, business.region) == (None, None)


def test_an_area_set_by_hand_wins_and_excuses_an_unknown_town(in_north):
    business = add(
        in_north.rep, town="Atlantis", area_override_id=in_north.other_area.pk, area_override_reason="On the line"
    )
    assert (business.area, business.region) == (in_north.other_area, in_north.other_region)
    update(in_north.rep, business, town="Springfield", area_override_reason="forgotten")
    business.refresh_from_db()
    assert (business.area, business.area_override_reason) == (in_north.area, "")


def test_a_changed_map_moves_businesses_in_two_statements(in_north, django_assert_max_num_queries):
    from bizworks.directory.models import AreaTerritory, Sector, SectorPrefix

    rows = [add(in_north.rep, name=f"Business {n}", confirmed_reason="Another one") for n in range(3)]
    by_hand = add(
        in_north.rep,
        name="By hand",
        area_override_id=in_north.area.pk,
        area_override_reason="x",
        confirmed_reason="Another one",
    )
    AreaTerritory.objects.filter(area=in_north.area).update(area=in_north.other_area)
    metal = Sector.objects.create(code="metal", name="Metal")
    SectorPrefix.objects.create(sector=metal, prefix="3327")
    with django_assert_max_num_queries(10):
        assert businesses_replace() == 3 + 4
    for business in (*rows, by_hand):
        business.refresh_from_db()
    assert {b.area_id for b in rows} == {in_north.other_area.pk}
    assert {b.region_id for b in rows} == {in_north.other_region.pk}
    assert by_hand.area == in_north.area
    assert {b.sector_id for b in (*rows, by_hand)} == {metal.pk}
    before = AuditEvent.objects.count()
    assert businesses_replace() == 0
    assert AuditEvent.objects.count() == before


# --- employers


def test_the_same_fein_is_the_same_employer_at_another_location(in_north):
    first = add(in_north.rep, fein="04-1111111", legal_name="Acme Holding")
    second = add(in_north.other_rep, name="Acme West", town="Boston", fein="041111111", confirmed_reason="Another one")
    assert first.employer == second.employer
    assert Employer.objects.get() == first.employer
    assert (first.employer.fein, first.employer.fein_source) == ("041111111", "staff")


def test_no_fein_is_an_employer_of_its_own(in_north):
    assert add(in_north.rep).employer != add(in_north.rep, confirmed_reason="Another one").employer


def test_two_tenants_may_know_the_same_fein(north, south):
    for world in (north, south):
        with tenant_context(world.tenant.pk):
            add(world.rep, fein="041111111")
            assert Employer.objects.count() == 1


def test_a_location_can_be_added_to_a_known_employer(in_north):
    first = add(in_north.rep)
    second = add(in_north.rep, name="Acme East", town="Boston", employer_id=first.employer_id)
    assert second.employer_id == first.employer_id


def test_a_fein_can_be_added_changed_moved_and_kept(in_north):
    other = add(in_north.rep, name="Zenith Mills", fein="04-2222222")
    business = add(in_north.rep, name="Bay Biotech", town="Boston")
    own = business.employer_id
    business = update(in_north.rep, business, name="Bay Biotech", town="Boston", fein="04-1111111")
    assert (business.employer_id, business.employer.fein) == (own, "041111111")
    business = update(in_north.rep, business, name="Bay Biotech", town="Boston", fein=None)
    assert Employer.objects.get(pk=own).fein == "041111111"
    business = update(in_north.rep, business, name="Bay Biotech", town="Boston", fein="04-2222222")
    assert business.employer_id == other.employer_id


def test_a_corrected_fein_does_not_rename_the_other_locations_employer(in_north):
    first = add(in_north.rep, fein="04-1111111")
    second = add(in_north.rep, name="Other", town="Boston", fein="04-1111111", confirmed_reason="Another one")
    second = update(in_north.rep, second, name="Other", town="Boston", fein="04-3333333")
    first.refresh_from_db()
    assert first.employer.fein == "041111111"
    assert second.employer.fein == "043333333"


# --- search before create


@pytest.mark.parametrize(
    "name", ["ACME PRECISION INC.", "Acme Precison", "The Acme Precision, LLC", "Acme Precision - Springfield"]
)
def test_a_similar_name_in_the_same_town_needs_a_reason(in_north, name):
    known = add(in_north.rep)
    with pytest.raises(PossibleDuplicateError) as caught:
        add(in_north.rep, name=name)
    assert [match.business for match in caught.value.matches] == [known]
    assert list(caught.value.errors) == ["confirmed_reason"]
    assert add(in_north.rep, name=name, confirmed_reason="Another one").pk


def test_a_name_with_its_town_is_known_without_it(in_north):
    known = add(in_north.rep, name="Acme Precision - Springfield")
    with pytest.raises(PossibleDuplicateError) as caught:
        add(in_north.rep, name="Acme Precison")
    assert caught.value.matches[0].business == known


def test_a_similar_name_in_another_town_or_another_name_is_no_match(in_north):
    add(in_north.rep)
    assert add(in_north.rep, town="Boston").pk
    assert add(in_north.rep, name="Zenith Bakery").pk


def test_another_tenants_business_is_no_match(north, south):
    with tenant_context(south.tenant.pk):
        add(south.rep, fein="04-1111111")
    with tenant_context(north.tenant.pk):
        assert add(north.rep, fein="04-1111111").pk


# --- changing


def test_a_change_over_a_change_is_refused_and_loses_nothing(in_north):
    business = add(in_north.rep)
    update(in_north.rep, business, phone="413 555-0100")
    with pytest.raises(StaleVersionError):
        update(in_north.other_rep, business, phone="413 555-0199")
    business.refresh_from_db()
    assert (business.phone, business.version) == ("413 555-0100", 2)


def test_the_source_stays_with_a_value_that_did_not_change(in_north):
    business = business_create(actor=in_north.state, data=replace(data(employees=10), source="public"))
    business = update(in_north.rep, business, employees=12, source="self")
    assert (business.naics_source, business.employees_source) == ("public", "self")


def test_closing_and_opening_again(in_north):
    business = add(in_north.rep)
    business = update(in_north.rep, business, status="closed", closed_on=date(2026, 1, 31))
    assert business.closed_on == date(2026, 1, 31)
    business = update(in_north.rep, business, closed_on=date(2026, 1, 31))
    assert (business.status, business.closed_on) == ("active", None)


def test_an_imported_business_without_industry_may_be_changed_without_one(in_north):
    business = make_business(in_north)
    assert update(in_north.rep, business, naics="", phone="1").phone == "1"


def test_every_change_is_audited_with_who(in_north):
    business = add(in_north.rep)
    update(in_north.rep, business, phone="413 555-0100")
    last = AuditEvent.objects.filter(table_name="businesses_business", row_id=business.pk).latest("id")
    assert last.changes["phone"] == ["", "413 555-0100"]
    assert last.user_id == in_north.rep.user_id


# --- what a program may send, and twice at once


def test_an_employer_that_is_not_here_is_refused_and_nothing_is_saved(north, south):
    with tenant_context(south.tenant.pk):
        strange = add(south.rep).employer_id
    with tenant_context(north.tenant.pk):
        for employer_id in (strange, 0, 10**9, 2**70):
            assert "employer_id" in refused(north.rep, employer_id=employer_id)
        assert Business.objects.count() == 0


def test_only_who_may_see_unemployment_agency_values_may_record_them(in_north):
    assert "source" in refused(in_north.rep, source="uc")
    business = add(in_north.rep, employees=5)
    with pytest.raises(BusinessRuleError, match="unemployment agency"):
        update(in_north.rep, business, employees=6, source="uc")
    assert add(in_north.state, name="Zenith Mills", source="uc").naics_source == "uc"


def test_one_form_sent_at_once_from_several_tabs_adds_one_business(committed):
    world, barrier = make_world("twice"), Barrier(4)

    def send(_number: int) -> str:
        try:
            with tenant_context(world.tenant.pk, user_id=world.rep.user_id):
                barrier.wait(10)
                return str(add(world.rep).pk)
        except PossibleDuplicateError:
            return "known"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert answers.count("known") == 3
    with tenant_context(world.tenant.pk):
        assert Business.objects.count() == 1
