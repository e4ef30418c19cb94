"""Story 2 in the browser: search before create, no duplicate; and the page one reads before walking in."""

import re

import pytest
from playwright.sync_api import expect

from bizworks.tenancy.context import tenant_context
from businesses.models import Business, ConfirmedMatch
from businesses.services.businesses import BusinessData, business_create
from businesses.services.stages import StageData, stage_set
from interactions.services import FollowUpData, NoteData, note_add
from tests.factories import make_contact
from tests.interactions.helpers import day, log

pytestmark = pytest.mark.e2e


@pytest.fixture
def acme(world) -> Business:
    with tenant_context(world.tenant.pk, user_id=world.rep.user_id):
        data = BusinessData(
            name="Acme Precision - Springfield", legal_name="Acme Precision, Inc.", address="12 Mill Street",
            town="Springfield", state="MA", zip_code="01103", naics="332710", fein="04-1111111", employees=140,
        )  # fmt: skip
        return business_create(actor=world.rep, data=data)


def no_sideways_scroll(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def choose_industry(page) -> None:
    page.get_by_role("combobox", name="Industry (NAICS)").fill("machine shop")
    page.get_by_role("option", name="332710 Machine Shops").click()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_location_is_added_and_a_duplicate_stopped(page_for, world, acme, assert_accessible, width):
    page = page_for(world.rep, width)
    page.goto("/businesses/new/")
    matches = page.get_by_role("complementary", name="Likely matches")
    expect(matches.get_by_role("heading", name="Is it known already?")).to_be_visible()
    page.get_by_role("textbox", name="Name *").press_sequentially("ACME Precision Inc")
    page.get_by_role("textbox", name="FEIN").fill("04-1111111")
    page.get_by_role("textbox", name="Town *").fill("Westfield")
    expect(matches.get_by_role("heading", name="Same employer, another location?")).to_be_visible()
    expect(matches.get_by_role("link", name=re.compile("^Acme Precision - Springfield"))).to_be_visible()
    assert_accessible(page)
    no_sideways_scroll(page)
    choose_industry(page)
    matches.get_by_role("button", name=re.compile("^Add location")).press("Enter")
    expect(page.get_by_role("heading", name="ACME Precision Inc", level=1)).to_be_visible()
    with tenant_context(world.tenant.pk):
        second = Business.objects.get(name="ACME Precision Inc")
        assert second.employer_id == acme.employer_id
    page.goto("/businesses/new/")
    page.get_by_role("textbox", name="Name *").fill("Acme Precison")
    page.get_by_label("Street address").fill("12 Mill St.")
    page.get_by_role("textbox", name="Town *").fill("Springfield")
    expect(matches.get_by_role("heading", name="This looks like a duplicate")).to_be_visible()
    choose_industry(page)
    page.get_by_role("button", name="Add the business").click()
    expect(page.get_by_text("Please check this form")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Why it is another business").fill("A tenant in the same building")
    page.get_by_role("button", name="Add the business").dblclick()
    expect(page.get_by_role("heading", name="Acme Precison", level=1)).to_be_visible()
    expect(page.get_by_text("A tenant in the same building")).to_be_visible()
    with tenant_context(world.tenant.pk):
        assert Business.objects.filter(name="Acme Precison").count() == 1
        assert ConfirmedMatch.objects.get(business__name="Acme Precison").other_id == acme.pk
    no_sideways_scroll(page)


def test_an_unfinished_form_keeps_what_was_typed_when_a_location_is_chosen(page_for, world, acme):
    page = page_for(world.rep)
    page.goto("/businesses/new/")
    page.get_by_role("textbox", name="Name *").fill("Acme Precision Annex")
    page.get_by_role("textbox", name="FEIN").fill("041111111")
    page.get_by_role("button", name=re.compile("^Add location")).click()
    expect(page.get_by_text("Another location of Acme Precision, Inc.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Name *")).to_have_value("Acme Precision Annex")
    expect(page.get_by_text("Please check this form")).to_have_count(0)
    page.get_by_role("button", name="Not a location of it").click()
    expect(page.get_by_text("Another location of Acme Precision, Inc.")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Name *")).to_have_value("Acme Precision Annex")


def test_without_javascript_the_directory_is_looked_through_on_request(page_for, world, acme):
    page = page_for(world.rep, javascript=False)
    page.goto("/businesses/new/")
    page.get_by_role("textbox", name="Name *").fill("Acme Precision")
    page.get_by_role("textbox", name="Town *").fill("Westfield")
    page.get_by_role("button", name="Look for it in the directory").click()
    expect(page.get_by_role("heading", name="Same employer, another location?")).to_be_visible()
    page.get_by_role("textbox", name="Town *").fill("Springfield")
    page.get_by_role("button", name="Look for it in the directory").click()
    expect(page.get_by_role("heading", name="This looks like a duplicate")).to_be_visible()
    expect(page.get_by_role("textbox", name="Name *")).to_have_value("Acme Precision")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_tells_what_one_needs_and_its_history_is_filtered(page_for, world, acme, assert_accessible, width):
    with tenant_context(world.tenant.pk, user_id=world.rep.user_id):
        make_contact(acme, "J. Ruiz")
        log(
            world.rep,
            acme,
            subject="Plant tour",
            items=(world.items.lmi,),
            follow_up=FollowUpData("Send resumes", day(3)),
        )
        note_add(actor=world.rep, business_id=acme.pk, note=NoteData("Robots arrive in May"))
        stage_set(actor=world.rep, business_id=acme.pk, data=StageData("at_risk", day(-5), "Told by the owner"))
    page = page_for(world.other_rep, width)
    page.goto(f"/businesses/{acme.pk}/")
    expect(page.get_by_text("At risk since").first).to_be_visible()
    expect(page.get_by_role("link", name="12 Mill Street, Springfield, MA 01103")).to_have_attribute(
        "href", re.compile("^geo:")
    )
    for words in ("Last contact", "Still open", "Send resumes"):
        expect(page.get_by_text(words).first).to_be_visible()
    assert_accessible(page)
    no_sideways_scroll(page)
    history = page.locator("#timeline")
    expect(history.get_by_role("heading", name="In person at the business: Plant tour")).to_be_visible()
    page.get_by_role("checkbox", name="Changes").check()
    expect(history.get_by_role("heading", name="Life-cycle stage: At risk")).to_be_visible()
    expect(history.get_by_text("Plant tour")).to_have_count(0)
    expect(page).to_have_url(re.compile("t-kind=change"))
    page.get_by_role("checkbox", name="Changes").uncheck()
    page.get_by_text("Agency, period, words").click()
    page.get_by_label("Words in it").fill("robots")
    expect(history.get_by_text("Robots arrive in May")).to_be_visible()
    expect(history.get_by_text("Plant tour")).to_have_count(0)
    assert_accessible(page)
    page.get_by_role("link", name="At risk", exact=True).click()
    expect(page.get_by_role("heading", name="Life-cycle stage", level=1)).to_be_visible()
    assert_accessible(page)
    no_sideways_scroll(page)
