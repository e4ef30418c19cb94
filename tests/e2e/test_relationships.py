"""Who holds the relationship, in a real browser: story 7 and the hand-over, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.context import tenant_context
from businesses.models import Lead, Outreach
from businesses.services.leads import lead_take
from interactions.services import FollowUpData
from tests.factories import make_business, make_contact
from tests.interactions.helpers import day, log

pytestmark = pytest.mark.e2e


def inside(world, actor=None):
    return tenant_context(world.tenant.pk, user_id=(actor or world.rep).user_id)


def no_sideways_scroll(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.fixture
def bay(world):
    """Led by the representative, who met them three days ago and looks for operators."""
    with inside(world):
        business = make_business(world, "Bay Biotech")
        make_contact(business, "Noor Santoro")
        lead_take(actor=world.rep, business_id=business.pk)
        step = FollowUpData("Find CNC operators", day(4))
        log(world.rep, business, occurred_on=day(-3), follow_up=step)
    return business


def plan_a_call(page, world, reason=""):
    page.get_by_role("radio", name="Phone").check()
    page.get_by_label("Next step").fill("Call about the grant")
    page.get_by_role("textbox", name="Due").fill("tomorrow")
    if reason:
        page.get_by_label("Why you go on").fill(reason)
    page.get_by_role("button", name="Save the contact").click()


@pytest.mark.parametrize("width", [1280, 390])
def test_story_7_the_lead_is_named_before_saving_and_told_after(page_for, world, bay, assert_accessible, width):
    page = page_for(world.other_rep, width)
    page.goto(f"/interactions/log/?business={bay.pk}")
    warning = page.locator("#log-lead")
    expect(warning).to_contain_text(f"{world.rep.name} (North Career Center) is the lead")
    expect(warning).to_contain_text("last contact 3 days ago")
    expect(warning).to_contain_text("Find CNC operators")
    assert_accessible(page)
    no_sideways_scroll(page)
    plan_a_call(page, world)
    expect(page.get_by_text("Say why you go on, or write to the lead first").first).to_be_visible()
    expect(page.get_by_label("Next step")).to_have_value("Call about the grant")
    assert_accessible(page)
    plan_a_call(page, world, reason="They called us.")
    expect(page.get_by_text("The contact is saved.")).to_be_visible()
    with inside(world):
        assert list(Outreach.objects.values_list("kind", "reason")) == [("step", "They called us.")]
    lead = page_for(world.rep, width)
    lead.goto("/")
    lead.get_by_role("link", name="Notices 1 new").click()
    expect(lead.get_by_text("They called us.")).to_be_visible()
    assert_accessible(lead)
    no_sideways_scroll(lead)
    lead.get_by_role("button", name="plans a next step").click()
    lead.wait_for_url("**/interactions/**")
    expect(lead.get_by_role("link", name="Notices", exact=True)).to_be_visible()


def test_story_7_the_warning_comes_while_the_business_is_chosen_and_a_message_goes_out(page_for, world, bay):
    page = page_for(world.other_rep)
    page.goto("/interactions/log/")
    page.get_by_role("combobox", name="Business").fill("bay bio")
    page.get_by_role("option", name="Bay Biotech").click()
    expect(page.locator("#log-lead")).to_contain_text("is the lead")
    with page.expect_popup() as popup:
        page.get_by_role("link", name=f"Message {world.rep.name}").click()
    other = popup.value
    other.get_by_label("Message").fill("May I call them about a grant?")
    other.get_by_role("button", name="Send the message").click()
    expect(other.get_by_text("Your message is sent.")).to_be_visible()
    other.close()
    plan_a_call(page, world)
    expect(page.get_by_text("The contact is saved.")).to_be_visible()
    with inside(world):
        assert set(Outreach.objects.values_list("kind", flat=True)) == {"message", "step"}


@pytest.mark.parametrize("width", [1280, 390])
def test_story_7_a_handover_needs_acceptance(page_for, world, bay, assert_accessible, width):
    page = page_for(world.rep, width)
    page.goto(f"/businesses/{bay.pk}/")
    page.get_by_role("link", name="Hand over").click()
    page.get_by_label("Who should be the lead").select_option(label=f"{world.other_rep.name}, North Development")
    page.get_by_label("Message").fill("You know the owner.")
    assert_accessible(page)
    no_sideways_scroll(page)
    page.get_by_role("button", name="Send the offer").click()
    expect(page.get_by_text("The offer is sent.")).to_be_visible()
    assert_accessible(page)
    with inside(world):
        assert Lead.objects.get(business=bay, ended_on=None).staff_id == world.rep.staff_id
    receiver = page_for(world.other_rep, width)
    receiver.goto("/")
    expect(receiver.get_by_role("heading", name="Leads that wait for your decision")).to_be_visible()
    assert_accessible(receiver)
    no_sideways_scroll(receiver)
    receiver.get_by_role("button", name="Accept Bay Biotech").click()
    expect(receiver.get_by_text(f"{world.other_rep.name} is now the lead of Bay Biotech.")).to_be_visible()
    with inside(world):
        assert Lead.objects.get(business=bay, ended_on=None).staff_id == world.other_rep.staff_id


@pytest.mark.parametrize("width", [1280, 390])
def test_a_lead_is_taken_the_team_is_named_and_the_business_is_watched(page_for, world, assert_accessible, width):
    with inside(world):
        business = make_business(world, "Cape Seafood")
        make_contact(business, "Hugo Tavares")
    page = page_for(world.rep, width)
    page.goto(f"/businesses/{business.pk}/")
    expect(page.get_by_text("No lead", exact=True)).to_be_visible()
    page.get_by_role("button", name="Be the lead").click()
    expect(page.get_by_text("You are the lead of Cape Seafood.")).to_be_visible()
    page.get_by_role("button", name="Watch", exact=True).click()
    expect(page.get_by_role("button", name="Stop watching")).to_be_visible()
    page.get_by_role("link", name="Team and history").click()
    page.get_by_role("link", name="Add a colleague").click()
    page.get_by_label("Colleague").select_option(label=f"{world.other_rep.name}, North Development")
    page.get_by_label("What they do for this business").fill("Training grants")
    assert_accessible(page)
    page.get_by_role("button", name="Add to the team").click()
    expect(page.get_by_text("Training grants")).to_be_visible()
    page.get_by_text("Say whom you know").click()
    page.get_by_role("link", name="Hugo Tavares").click()
    page.get_by_label("How you know each other").fill("Harbor council")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Harbor council")).to_be_visible()
    assert_accessible(page)
    no_sideways_scroll(page)
    with inside(world, world.other_rep):
        log(world.other_rep, business)
    page.goto("/")
    expect(page.get_by_role("heading", name="At businesses you watch or lead")).to_be_visible()
    expect(page.get_by_role("link", name="Cape Seafood").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="I have seen these").click()
    expect(page.get_by_text("Nothing new since you last looked.")).to_be_visible()


def test_a_manager_gives_away_what_a_leaver_led_without_javascript(page_for, world, bay):
    from bizworks.directory.models import StaffMember

    with inside(world):
        StaffMember.objects.filter(pk=world.rep.staff_id).update(ended_on=tenant_today())
    page = page_for(world.manager, javascript=False)
    page.goto("/businesses/leads/?show=left")
    page.locator("label", has_text="Bay Biotech").click()
    page.get_by_label("New lead of what is ticked").select_option(label=f"{world.other_rep.name}, North Development")
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("The leads are assigned.")).to_be_visible()
    expect(page.get_by_role("heading", name="Every lead is here")).to_be_visible()
