"""The home page of every role, and the one page of the platform's operators."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bizworks.accounts.models import User
from bizworks.directory.models import Invitation, StaffMember, StaffRegion
from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.models import Tenant
from businesses.models import Business, ImportBatch
from interactions.models import FollowUp, Interaction
from reporting.models import ExportJob
from reporting.selectors.counts import calendar
from tests.factories import make_business
from tests.interactions.helpers import log
from tests.reporting.pages import drain, links, words

HOME, PLATFORM = reverse("home"), reverse("platform")


def page_of(client: Client, address: str = HOME) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def operator(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("op@platform.example", "correct horse battery", name="Op"))
    return client


# --- who sees what


def test_nobody_signed_out_has_a_home():
    for address in (HOME, PLATFORM):
        response = Client().get(address)
        assert (response.status_code, response["Location"].split("?")[0]) == (302, "/accounts/login/")


def test_operators_see_which_tenants_there_are_and_nothing_in_them(in_north, operator):
    make_business(in_north, "Hidden Mill")
    Tenant.objects.create(slug="asleep", name="Asleep", suspended_on=date(2026, 1, 2))
    assert operator.get(HOME)["Location"] == PLATFORM
    page = words(page_of(operator, PLATFORM))
    assert f"North {in_north.tenant.slug}" in page
    assert "Suspended since Jan 2, 2026" in page
    assert "nothing inside them" in page
    assert "Hidden" not in page


@pytest.mark.parametrize("role", ["rep", "manager", "state", "admin", "partner"])
def test_nobody_of_a_tenant_sees_the_operators_page(north, operator, client_for, role):
    client = client_for(getattr(north, role))
    assert client.get(PLATFORM).status_code == 403
    assert client.get(HOME).status_code == 200
    assert operator.get(PLATFORM).status_code == 200


def test_every_link_of_every_home_leads_somewhere(in_north, client_for):
    for role in ("rep", "manager", "state", "admin", "partner"):
        client = client_for(getattr(in_north, role))
        for address in {href for href, _ in links(page_of(client)) if href.startswith("/")}:
            assert client.get(address).status_code == 200, (role, address)


# --- representative


def test_a_representative_sees_what_is_overdue_first(in_north, client_for):
    business = make_business(in_north, "Corner Bakery")
    staff, today = StaffMember.objects.get(pk=in_north.rep.staff_id), tenant_today()
    for text, days in (("send resumes", -3), ("call back", 0), ("visit", 9)):
        FollowUp.objects.create(business=business, assignee=staff, text=text, due_on=today + timedelta(days=days))
    other = StaffMember.objects.get(pk=in_north.manager.staff_id)
    FollowUp.objects.create(business=business, assignee=other, text="not mine", due_on=today)
    page = words(page_of(client_for(in_north.rep)))
    assert page.index("Overdue") < page.index("send resumes") < page.index("Today and next") < page.index("call back")
    assert "not mine" not in page


def test_a_representative_sees_own_contacts_and_businesses(in_north, client_for):
    log(in_north.rep, make_business(in_north, "Own Works"), items=(in_north.items.lmi,))
    log(in_north.other_rep, make_business(in_north, "Other Works"), items=(in_north.items.lmi,))
    page = words(page_of(client_for(in_north.rep)))
    assert "Own Works" in page.split("Contacts I logged")[1]
    assert "Own Works" in page.split("Recent businesses")[1]
    assert "Other Works" not in page


def test_logging_begins_with_the_business_with_and_without_script(in_north, client_for):
    business = make_business(in_north, "Corner Bakery")
    client = client_for(in_north.rep)
    answer = client.get(HOME, {"business": business.pk})
    assert answer["Location"] == f"{reverse('interactions:log')}?business={business.pk}"
    found = client.get(HOME, {"business_search": "corner", "_find": "business"}).content.decode()
    assert f'<option value="{business.pk}">Corner Bakery, Springfield, MA</option>' in found
    for bad in ("x", "-1", "9" * 30, "²"):
        assert client.get(HOME, {"business": bad}).status_code == 200


def test_a_new_representative_is_told_how_to_begin(north, client_for):
    page = words(page_of(client_for(north.rep)))
    assert "You have not logged a contact yet." in page
    assert "Nothing is due." in page


# --- manager


def test_a_manager_sees_the_region_against_a_year_ago(in_north, client_for):
    StaffRegion.objects.create(staff_id=in_north.manager.staff_id, region=in_north.region)
    tenant_calendar = calendar()
    last = tenant_calendar.shifted(tenant_calendar.current("q"), -4)
    for name, town in (("Now One", "Springfield"), ("Now Two", "Springfield"), ("Elsewhere", "Boston")):
        log(in_north.rep, make_business(in_north, name, town=town), items=(in_north.items.lmi,))
    log(in_north.rep, make_business(in_north, "Then"), items=(in_north.items.lmi,), occurred_on=last.start)
    drain()
    html = page_of(client_for(in_north.manager))
    page = words(html)
    assert "North West Businesses served in" in page
    assert "Businesses served: 2 1 more than" in page
    assert f"in the whole of {last.label}: 1" in page
    assert f"region={in_north.region.pk}" in html
    lately = page.split("Lately in North West")[1].split("Contacts I logged")[0]
    assert "Now One" in lately
    assert "Elsewhere" not in lately


def test_lately_keeps_what_the_manager_may_not_read(in_north, client_for):
    log(in_north.other_rep, make_business(in_north, "Open Works"), items=(in_north.items.lmi,))
    kept = log(in_north.other_rep, make_business(in_north, "Kept Works"), items=(in_north.items.lmi,))
    Interaction.objects.filter(pk=kept.interaction_id).update(visibility="restricted")
    page = words(page_of(client_for(in_north.manager)))
    assert "Open Works" in page
    assert "Kept Works" not in page


# --- state, administrator, partner


def test_state_staff_see_the_system_the_files_and_the_freshness(in_north, client_for):
    staff = StaffMember.objects.get(pk=in_north.state.staff_id)
    ExportJob.objects.create(format="csv", requested_by=staff, file_name="extract.csv", state="done")
    ImportBatch.objects.create(source_name="Chamber list", file_name="a.csv", file_path="a", sha256="0", state="failed")
    log(in_north.rep, make_business(in_north), items=(in_north.items.lmi,))
    page = words(page_of(client_for(in_north.state)))
    assert "extract.csv" in page
    assert "Failed Chamber list" in page
    assert "changes waiting" in page or "change waiting" in page
    drain()
    assert "Businesses served: 1" in words(page_of(client_for(in_north.state)))


def test_an_administrator_sees_what_is_still_to_set_up(in_north, client_for):
    Invitation.objects.create(
        email="new@example.org",
        name="New",
        role="partner",
        agency=in_north.agency,
        expires_at="2099-01-01T00:00:00Z",
    )
    page = words(page_of(client_for(in_north.admin)))
    assert "Setting up 5 of 6 done" in page
    assert "2 regions and 2 workforce areas, made of 2 towns or counties" in page
    assert "6 services that can be logged" in page
    assert "7 lines for orientations" in page
    assert "6 with access, 1 invited" in page
    assert page.count("To do") == 1
    make_business(in_north)
    assert "Setting up 6 of 6 done" in words(page_of(client_for(in_north.admin)))


def test_a_partner_is_led_to_directory_and_dashboard(north, client_for):
    addresses = [href for href, _ in links(page_of(client_for(north.partner)))]
    assert reverse("businesses:list") in addresses
    assert reverse("reporting:dashboard") in addresses
    assert reverse("interactions:log") not in addresses
    assert reverse("reporting:exports") not in addresses


# --- cost


@pytest.mark.parametrize("role", ["rep", "manager", "state", "admin", "partner"])
def test_queries_do_not_grow_with_the_data(in_north, client_for, role):
    client, counts = client_for(getattr(in_north, role)), []
    actor = getattr(in_north, role)
    for total in (1, 10):
        for _ in range(total):
            log(in_north.rep, make_business(in_north), items=(in_north.items.lmi,))
            staff = StaffMember.objects.get(pk=actor.staff_id)
            FollowUp.objects.create(
                business=Business.objects.first(), assignee=staff, text="do", due_on=tenant_today(), done_at=None
            )
            ExportJob.objects.create(format="csv", requested_by=staff)
        drain()
        client.get(HOME)
        with CaptureQueriesContext(connection) as captured:
            client.get(HOME)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[1] <= 30
