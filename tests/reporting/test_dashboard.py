"""The dashboard: who may open it, what it says of the golden set, and where each number leads (R1, R7, R8, R27)."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from bizworks.accounts.models import User
from bizworks.directory.models import Agency, AreaRegion, Region, StaffRegion, TenantProfile
from bizworks.tenancy.context import tenant_context
from interactions.models import ServiceDelivered
from interactions.services import ServiceData, service_record
from reporting.models import ServedCell
from tests.factories import make_business
from tests.reporting.golden import make_golden
from tests.reporting.pages import drain, heading_total, last_number, listed, query, served_links, words

DASHBOARD, SERVED = reverse("reporting:dashboard"), reverse("reporting:served")
ROLES = ("rep", "manager", "state", "admin", "partner")
PY2024 = {"grain": "year", "start": "2024-07-01"}


@pytest.fixture
def golden(in_north):
    TenantProfile.objects.update(year_naming="fiscal_end")
    found = make_golden(in_north)
    drain()
    return found


def text_of(client, **parameters) -> str:
    response = client.get(DASHBOARD, parameters)
    assert response.status_code == 200
    return words(response.content.decode())


# --- refusals


def test_nobody_signed_out_sees_a_number(north):
    for address in (DASHBOARD, SERVED):
        response = Client().get(address)
        assert (response.status_code, response["Location"].split("?")[0]) == (302, "/accounts/login/")


def test_an_operator_of_the_platform_sees_no_number(north, client_for):
    operator = User.objects.create_user("op@platform.example", "correct horse battery", name="Op")
    client = Client()
    client.force_login(operator)
    assert [client.get(address).status_code for address in (DASHBOARD, SERVED)] == [403, 403]
    assert client_for(north.partner).get(DASHBOARD).status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_open_dashboard_and_list(north, client_for, role):
    client = client_for(getattr(north, role))
    assert [client.get(address).status_code for address in (DASHBOARD, SERVED)] == [200, 200]


def test_another_tenants_region_is_as_unknown_as_none(north, south, client_for):
    client = client_for(north.manager)
    for word, row in (
        ("region", south.region),
        ("area", south.area),
        ("agency", south.agency),
        ("sector", south.sector),
    ):
        theirs, none = (client.get(SERVED, {**PY2024, word: pk}) for pk in (row.pk, 987654321))
        assert theirs.status_code == none.status_code == 404
    page = text_of(client, **PY2024, region=south.region.pk)
    assert "The address named a region that is not known here, so it was left out." in page
    assert "South" not in page


def test_numbers_of_another_tenant_do_not_show(north, south, client_for):
    with tenant_context(north.tenant.pk, user_id=north.state.user_id):
        make_golden(north)
        drain()
    page = text_of(client_for(south.state), **PY2024, region="all")
    assert "Nothing is counted here yet" in page
    assert "Pioneer Valley" not in page
    assert "Businesses served: 6" in text_of(client_for(north.state), **PY2024, region="all")


BAD = [
    {"grain": "decade"},
    {"start": "yesterday"},
    {"start": "0001-01-01"},
    {"start": "9999-12-31"},
    {"region": "x"},
    {"region": "-5"},
    {"region": "99999999999999999999"},
    {"region": "²"},
    {"area": "none"},
    {"area": "7e3"},
]


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_address_gives_a_dashboard_that_says_so(north, client_for, bad):
    response = client_for(north.manager).get(DASHBOARD, bad)
    assert response.status_code == 200
    if bad != {"area": "none"}:
        assert "not known here" in response.content.decode()


@pytest.mark.parametrize(
    "bad",
    [*BAD[:8], {"category": "EIS"}, {"standing": "old"}, {"measure": "all"}, {"overlap": "sector"}, {"agency": "0x1"}],
)
def test_a_number_that_does_not_exist_is_not_found(north, client_for, bad):
    client = client_for(north.manager)
    assert client.get(SERVED, PY2024).status_code == 200
    assert client.get(SERVED, {**PY2024, **bad}).status_code == 404


def test_any_cursor_is_survived(golden, in_north, client_for):
    client = client_for(in_north.manager)
    for cursor in ("a1", "b999999999999999999", "zz", "a" + "9" * 19, "%00"):
        assert client.get(SERVED, {**PY2024, "cursor": cursor}).status_code in (200, 404)


# --- the golden set (story 8)


def test_pioneer_valley_in_the_program_year(golden, in_north, client_for):
    page = text_of(client_for(in_north.manager), **PY2024, region=golden.regions["Pioneer Valley"])
    assert "PY2024 = FY2025 (Jul 1, 2024 to Jun 30, 2025)" in page
    assert "Businesses served: 3" in page
    assert "Employers: 2" in page
    assert "Served by two or more agencies: 2" in page
    assert "By agency (businesses) MDCS 3 CommCorp 1 DUA 1" in page
    assert "Sum 5, overlap 2, distinct 3." in page
    assert "Hampden 2 Franklin Hampshire 1" in page
    assert "New 2 67 % Returning 1 33 % Reactivated 0 0 %" in page
    assert "3 of the 6 businesses served in North were served here: 50 %." in page
    assert "The year is not the sum of its quarters." in page


def test_the_whole_system_in_the_program_year(golden, in_north, client_for):
    page = text_of(client_for(in_north.state), **PY2024, region="all")
    assert "Businesses served: 6" in page
    assert "Employers: 5" in page
    assert "Served by two or more agencies: 3 50 % of businesses served" in page
    assert "Orientations held: 1" in page
    assert "Businesses oriented: 1" in page
    assert "Agencies 9 6 3" in page
    assert "Federal categories 10 6 4" in page
    assert "Regions 6 6 0" in page
    assert "Quarters of PY2024 = FY2025 9 6 3" in page
    assert "By region (businesses) Pioneer Valley 3 Greater Boston 2 Central 1" in page


def test_a_quarter_is_named_with_its_dates(golden, in_north, client_for):
    page = text_of(client_for(in_north.state), grain="quarter", start="2025-02-14", region="all")
    assert "Businesses served in PY2024 Q3 (Jan 1, 2025 to Mar 31, 2025)" in page
    assert "Businesses served: 3" in page


def test_an_area_has_its_own_dashboard(golden, in_north, client_for):
    client = client_for(in_north.state)
    html = client.get(DASHBOARD, {**PY2024, "region": golden.regions["Pioneer Valley"]}).content.decode()
    address = next(url for url, text in served_links(html) if text.startswith("Hampden"))
    page = text_of(client, **PY2024, area=query(address)["area"])
    assert page.startswith("Hampden, PY2024")
    assert "Businesses served: 2" in page
    assert "By agency (businesses) MDCS 2 CommCorp 1" in page


def test_an_area_of_another_region_is_left_out(golden, in_north, client_for):
    client = client_for(in_north.state)
    html = client.get(DASHBOARD, {**PY2024, "region": golden.regions["Pioneer Valley"]}).content.decode()
    area = query(next(url for url, text in served_links(html) if text.startswith("Hampden")))["area"]
    page = text_of(client, **PY2024, region=golden.regions["Central"], area=area)
    assert page.startswith("Central, PY2024")


def test_a_manager_begins_with_the_own_region_and_state_staff_with_the_system(golden, in_north, client_for):
    StaffRegion.objects.create(staff_id=in_north.manager.staff_id, region_id=golden.regions["Central"])
    assert text_of(client_for(in_north.manager), **PY2024).startswith("Central, ")
    html = client_for(in_north.manager).get(DASHBOARD, PY2024).content.decode()
    regions = re.findall(
        r"<option value=\"[^\"]+\"[^>]*>([^<]+)<", html.split('name="region"')[1].split("</select>")[0]
    )
    assert regions[:2] == ["All of North", "Central"]
    assert text_of(client_for(in_north.state), **PY2024).startswith("North, ")
    assert text_of(client_for(in_north.manager), **PY2024, region="all").startswith("North, ")


def test_an_empty_period_leads_to_the_last_one_with_numbers(golden, in_north, client_for):
    response = client_for(in_north.state).get(DASHBOARD, {"grain": "year", "start": "2010-07-01", "region": "all"})
    html = response.content.decode()
    assert "Nobody was served in this period" in html
    assert "grain=year&amp;start=2025-07-01&amp;region=all" in html


def test_htmx_gets_the_part_and_everybody_else_the_page(golden, in_north, client_for):
    client = client_for(in_north.state)
    part = client.get(DASHBOARD, PY2024, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert part.content.decode().strip().startswith("<title>North, PY2024 = FY2025 · bizworks</title>")
    assert "HX-Request" in part["Vary"]
    again = client.get(DASHBOARD, PY2024, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in again.content.decode()


def test_freshness_says_what_waits(golden, in_north, client_for):
    client = client_for(in_north.state)
    assert "no changes waiting" in text_of(client, **PY2024)
    make_served(in_north, "Late Arrival", date(2025, 6, 1))
    assert re.search(r"\d+ changes? waiting", text_of(client, **PY2024))
    drain()
    page = text_of(client, **PY2024, region="all")
    assert "no changes waiting" in page
    assert "Businesses served: 7" in page


# --- every number opens into exactly its businesses


def make_served(world, name: str, day: date, *, agency=None, business=None):
    """A business that got one service on a day."""
    business = business or make_business(world, name)
    service_record(
        actor=world.state,
        business_id=business.pk,
        service=ServiceData(
            item_id=world.items.lmi.pk,
            agency_id=(agency or world.agency).pk,
            started_on=day,
            ended_on=day,
        ),
    )
    return business


def restrict(business) -> None:
    """Make the business's last service restricted."""
    last = ServiceDelivered.objects.filter(business=business).order_by("pk").last()
    ServiceDelivered.objects.filter(pk=last.pk).update(visibility="restricted")


@pytest.mark.parametrize(
    ("place", "grain", "start"),
    [
        ("all", "year", "2024-07-01"),
        ("Pioneer Valley", "year", "2024-07-01"),
        ("all", "quarter", "2024-10-01"),
        ("Greater Boston", "quarter", "2025-01-01"),
        ("Pioneer Valley", "month", "2025-03-01"),
    ],
)
def test_every_number_on_the_page_opens_into_exactly_that_many(golden, in_north, client_for, place, grain, start):
    client = client_for(in_north.state)
    region = golden.regions.get(place, "all")
    html = client.get(DASHBOARD, {"grain": grain, "start": start, "region": region}).content.decode()
    opened = 0
    for address, text in served_links(html):
        number = last_number(text)
        if number is None:
            continue
        found = client.get(address).content.decode()
        names = listed(client, address)
        asked = query(address)
        if "Employers" in text:
            assert f"They belong to {number} employer" in words(found), (text, address)
        elif "Orientations held" in text:
            assert asked["measure"] == "oriented"
        elif asked.get("overlap") and "agencies" not in text:
            assert f"add up to {number} more than the whole" in words(found), (text, address)
        else:
            assert heading_total(found) == number, (text, address)
        assert heading_total(found) == len(names) == len(set(names)), (text, address)
        opened += 1
    assert opened >= 5


def test_the_list_names_who_served_and_when(golden, in_north, client_for):
    client = client_for(in_north.manager)
    html = client.get(SERVED, {**PY2024, "region": golden.regions["Pioneer Valley"]}).content.decode()
    assert listed(client, f"{SERVED}?grain=year&start=2024-07-01&region={golden.regions['Pioneer Valley']}") == [
        "Acme Precision - Springfield",
        "Acme Precision - Westfield",
        "Franklin Mills",
    ]
    page = words(html)
    assert "3 businesses served in Pioneer Valley" in page
    assert "They belong to 2 employers." in page
    assert "Acme Precision - Springfield Springfield, MA CommCorp, MDCS 2 Sep 1, 2024" in page
    assert golden.businesses["E1"].get_absolute_url() in html


def test_a_long_list_is_paged_and_complete(in_north, client_for):
    for number in range(120):
        make_served(in_north, f"Paged {number:03}", date(2025, 5, 5))
    drain()
    names = listed(client_for(in_north.state), f"{SERVED}?grain=month&start=2025-05-01")
    assert names == [f"Paged {number:03}" for number in range(120)]


def test_restricted_records_count_and_are_not_named_to_others(in_north, client_for):
    make_served(in_north, "Plain Bakery", date(2025, 5, 5))
    restrict(make_served(in_north, "Quiet Works", date(2025, 5, 6)))
    drain()
    address = f"{SERVED}?grain=month&start=2025-05-01"
    told = client_for(in_north.partner).get(address).content.decode()
    assert heading_total(told) == 2
    assert listed(client_for(in_north.partner), address) == ["Plain Bakery"]
    assert "1 of the 2 is counted and not named" in words(told)
    assert "Quiet" not in told
    assert listed(client_for(in_north.state), address) == ["Plain Bakery", "Quiet Works"]


def test_an_overlap_does_not_tell_of_a_restricted_record(in_north, client_for):
    business = make_served(in_north, "Plain Bakery", date(2025, 5, 5))
    restrict(make_served(in_north, "", date(2025, 5, 6), agency=in_north.other_agency, business=business))
    drain()
    address = f"{SERVED}?grain=month&start=2025-05-01&overlap=agency"
    assert heading_total(client_for(in_north.partner).get(address).content.decode()) == 1
    assert listed(client_for(in_north.partner), address) == []
    assert listed(client_for(in_north.state), address) == ["Plain Bakery"]
    plain = client_for(in_north.partner).get(f"{SERVED}?grain=month&start=2025-05-01").content.decode()
    assert "North Career Center 1" in words(plain)


# --- cost


def test_queries_do_not_grow_with_the_data(in_north, client_for):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = client_for(in_north.state), []
    parameters = {"grain": "year", "start": "2024-07-01", "region": in_north.region.pk}
    for total in (1, 10):
        for number in range(total):
            agency = Agency.objects.create(code=f"x{total}-{number}", name=f"Agency {total} {number}")
            make_served(in_north, f"Budget {total} {number}", date(2025, 3, 3), agency=agency)
        drain()
        for address, query_string in ((DASHBOARD, parameters), (SERVED, parameters)):
            client.get(address, query_string)
            with CaptureQueriesContext(connection) as captured:
                client.get(address, query_string)
            counts.append(len(captured))
    assert counts[:2] == counts[2:]
    assert counts[0] <= 30
    assert counts[1] <= 26


def test_the_page_reads_cells_and_not_services(golden, in_north, client_for):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        client_for(in_north.state).get(DASHBOARD, PY2024)
    statements = [entry["sql"] for entry in captured]
    assert not any("interactions_" in sql or "businesses_" in sql for sql in statements)
    assert sum("reporting_servedfact" in sql for sql in statements) == 1, "only businesses of several agencies"


def test_a_cell_that_is_gone_shows_as_zero(golden, in_north, client_for):
    ServedCell.objects.all().delete()
    assert "Nothing is counted here yet" in text_of(client_for(in_north.partner), **PY2024)


def test_a_system_of_one_region_is_divided_into_its_areas(in_north, client_for):
    AreaRegion.objects.filter(region=in_north.other_region).delete()
    Region.objects.filter(pk=in_north.other_region.pk).delete()
    make_served(in_north, "Only Works", date(2025, 3, 3))
    drain()
    page = text_of(client_for(in_north.state), **PY2024, region="all")
    assert "By workforce area (businesses) North Valley 1" in page
    assert "By region" not in page
