"""Logging in a real browser: stories 1, 3 and 10."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import AuditEvent
from businesses.models import Business
from interactions.models import Interaction
from tests.factories import World, make_business, make_contact, make_world

pytestmark = pytest.mark.e2e


@pytest.fixture
def acme(world) -> Business:
    with tenant_context(world.tenant.pk):
        business = make_business(world, "Acme Precision")
        make_contact(business, "J. Ruiz")
        return business


def served_this_quarter(page: Page) -> int:
    """The manager's number, once the counting has come to rest."""
    page.goto("/dashboard/?grain=quarter")
    return int(page.locator(".biz-headline__number").inner_text().split()[-1].replace(",", ""))


def wait_for_number(page: Page, wanted: int) -> None:
    """Within five seconds of a change the dashboard shows it."""
    deadline = time.monotonic() + 5
    while (number := served_this_quarter(page)) != wanted:
        assert time.monotonic() < deadline, f"The dashboard still says {number}, not {wanted}."
        time.sleep(0.3)


def pick(page: Page, words: str) -> None:
    """Type into the search for businesses and take the first match."""
    page.get_by_role("combobox", name="Business").fill(words)
    page.locator(".biz-typeahead__list [data-index]").first.click()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save the contact").click()


def tick(page: Page, words: str) -> None:
    """Tick a box as a person does: on its label."""
    page.get_by_text(words, exact=True).click()


def log_a_visit(page: Page) -> None:
    """Story 1, from the tap on Log to the confirmation."""
    page.get_by_role("link", name="Log a contact").locator("visible=true").click()
    pick(page, "acme")
    page.get_by_label("In person at business").check()
    page.get_by_label("J. Ruiz").check()
    for words, name in (("lmi", "Labor market information"), ("job or", "Job order taken")):
        page.get_by_label("Filter the services").fill(words)
        page.get_by_role("checkbox", name=name).check()
    page.get_by_label("Note", exact=True).fill("Two machinists wanted by May.")
    page.get_by_label("Next step").fill("send resumes")
    page.get_by_label("Due", exact=True).fill("next tuesday")
    save(page)
    expect(page.get_by_role("heading", name="2 services counted")).to_be_visible()


def test_story_1_a_visit_is_logged_on_a_phone_in_under_90_seconds(
    page_for, world: World, acme: Business, worker, assert_accessible
):
    manager, page = page_for(world.manager), page_for(world.rep, 390)
    assert served_this_quarter(manager) == 0
    page.goto("/businesses/")
    started = time.monotonic()
    log_a_visit(page)
    assert time.monotonic() - started < 90
    assert_accessible(page)
    wait_for_number(manager, 1)

    page.get_by_role("link", name="Go to Acme Precision").click()
    entry = page.locator(".biz-timeline__item")
    expect(entry).to_have_count(1)
    for words in ("In person at the business", "Labor market information", "Job order taken", "Two machinists"):
        expect(entry).to_contain_text(words)
    assert_accessible(page)
    page.goto("/interactions/follow-ups/")
    expect(page.get_by_text("send resumes", exact=True)).to_be_visible()
    assert_accessible(page)

    page.goto("/businesses/")
    log_a_visit(page)
    time.sleep(1)
    wait_for_number(manager, 1)  # the same business again: unduplicated


def test_the_log_screen_fits_a_phone_and_is_accessible_in_every_state(
    page_for, world: World, acme: Business, assert_accessible
):
    for width in (320, 390, 1280):
        page = page_for(world.rep, width)
        page.goto("/interactions/log/")
        assert_accessible(page)
        page.get_by_text("Privacy and colleagues").click()
        pick(page, "acme")
        page.get_by_role("checkbox", name="Orientation").check()
        page.get_by_role("checkbox", name="On-the-job training").check()
        page.locator("#log-details summary").click()
        page.get_by_text("Someone else").click()
        expect(page.locator("#log-verdict")).to_contain_text("0 of 7: need 4")
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        save(page)
        expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_can_be_done_by_keyboard_alone(page_for, world: World, acme: Business):
    page = page_for(world.rep)
    page.goto("/interactions/log/")
    page.get_by_role("combobox", name="Business").focus()
    page.keyboard.type("acme", delay=30)
    expect(page.locator(".biz-typeahead__list [data-index]").first).to_contain_text("Acme")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("J. Ruiz")).to_be_visible()
    page.get_by_label("J. Ruiz").focus()
    page.keyboard.press("Space")
    page.get_by_label("In person at business").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Phone", exact=True)).to_be_checked()
    page.get_by_label("Next step").focus()
    page.keyboard.type("call again")
    page.get_by_label("Due", exact=True).focus()
    page.keyboard.type("tomorrow")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Saved; nothing in it is counted")).to_be_visible()
    with tenant_context(world.tenant.pk):
        assert Interaction.objects.get().contact_rows.count() == 1


def test_a_double_tap_and_going_back_save_once(page_for, world: World, acme: Business):
    page = page_for(world.rep, 390)
    page.goto(f"/interactions/log/?business={acme.pk}")
    page.get_by_label("Phone", exact=True).check()
    page.get_by_role("button", name="Save the contact").dblclick()
    expect(page.get_by_text("The contact is saved.")).to_be_visible()
    page.go_back()
    save(page)
    expect(page.get_by_text("Saved; nothing in it is counted")).to_be_visible()
    with tenant_context(world.tenant.pk):
        assert Interaction.objects.count() == 1


def test_what_was_typed_survives_a_closed_tab(page_for, world: World, acme: Business):
    page = page_for(world.rep, 390)
    page.goto("/interactions/log/")
    pick(page, "acme")
    page.get_by_label("J. Ruiz").check()
    page.get_by_label("Note", exact=True).fill("Half a thought")
    page.get_by_label("Next step").fill("call")
    page.wait_for_timeout(1200)
    page.goto("/businesses/")
    page.goto("/interactions/log/")
    expect(page.get_by_label("Note", exact=True)).to_have_value("Half a thought")
    expect(page.get_by_label("J. Ruiz")).to_be_checked()
    page.get_by_label("Phone", exact=True).check()
    page.get_by_label("Due", exact=True).fill("tomorrow")
    save(page)
    expect(page.get_by_text("The contact is saved.")).to_be_visible()
    page.goto("/interactions/log/")
    expect(page.get_by_label("Note", exact=True)).to_have_value("")


def test_without_javascript_a_contact_is_logged_too(page_for, world: World, acme: Business):
    page = page_for(world.rep, 390, javascript=False)
    page.goto("/interactions/log/")
    page.get_by_role("searchbox", name="Business").fill("acme")
    page.get_by_role("button", name="Find").click()
    page.locator("select[name=businesses]").select_option(str(acme.pk))
    page.get_by_role("button", name="Show who works there").click()
    page.get_by_label("J. Ruiz").check()
    page.get_by_label("Phone", exact=True).check()
    save(page)
    expect(page.get_by_role("heading", name="Saved; nothing in it is counted")).to_be_visible()


def test_story_3_an_orientation_is_judged_while_it_is_typed(page_for, world: World, assert_accessible):
    with tenant_context(world.tenant.pk):
        three = [make_business(world, name) for name in ("Acme", "Bay Biotech", "Cape Seafood")]
        for business, key in zip(three, (True, True, False), strict=True):
            make_contact(business, f"Guest of {business.name}", is_key=key)
    page = page_for(world.rep, 390)
    page.goto("/interactions/log/?" + "&".join(f"business={b.pk}" for b in three))
    page.get_by_label("Group or event").check()
    for business in three:
        page.get_by_label(f"Guest of {business.name}").check()
    page.get_by_label("Minutes").fill("45")
    page.get_by_role("checkbox", name="Orientation").check()
    for number in (1, 2, 3):
        tick(page, f"Line {number}")
    verdict = page.locator("#log-verdict")
    expect(page.get_by_text("3 of 7: need 4", exact=True)).to_be_visible()
    expect(verdict.get_by_text(re.compile("3 of 7: need 4"))).to_have_count(3)
    tick(page, "Line 4")
    expect(verdict.get_by_text("qualifies as an orientation")).to_have_count(2)
    expect(verdict).to_contain_text("Cape Seafood: no key representative attended")
    page.get_by_label("Mail or mailing").check()
    expect(verdict.get_by_text(re.compile("not direct contact"))).to_have_count(3)
    page.get_by_label("Group or event").check()
    expect(verdict.get_by_text("qualifies as an orientation")).to_have_count(2)
    assert_accessible(page)

    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Cape Seafood: no key representative attended")
    expect(page.locator("#log-verdict").get_by_text("qualifies as an orientation")).to_have_count(2)
    page.get_by_label("Partial overview").check()
    save(page)
    expect(page.get_by_role("heading", name="2 services counted")).to_be_visible()
    expect(page.get_by_text("Qualifying orientation")).to_have_count(2)
    expect(page.get_by_text("in force since Mar 22, 2017")).to_be_visible()
    assert_accessible(page)


def log_private(page: Page, business: Business, *, whole: str = "", note: str = "", text: str) -> None:
    page.goto(f"/interactions/log/?business={business.pk}")
    page.get_by_label("In person at business").check()
    page.get_by_role("checkbox", name="Labor market information").check()
    page.get_by_label("Note", exact=True).fill(text)
    if note:
        page.get_by_label("Who may read the note").select_option(note)
    if whole:
        page.get_by_text("Privacy and colleagues").click()
        page.get_by_label("Who may see this contact").select_option(whole)
    save(page)
    expect(page.get_by_text("The contact is saved.")).to_be_visible()


def test_story_10_privacy_inside_the_state(page_for, world: World, worker, assert_accessible):
    with tenant_context(world.tenant.pk):
        gateway, bay = make_business(world, "Gateway Logistics"), make_business(world, "Bay Biotech")
    responder = page_for(world.other_rep)  # rapid response, of the second agency
    log_private(responder, gateway, whole="restricted", text="Unannounced layoff of 80 in May.")
    secret = responder.url.split("?")[0]

    rep = page_for(world.rep, 390)
    rep.goto(f"/businesses/{gateway.pk}/")
    expect(rep.get_by_role("heading", name="Gateway Logistics")).to_be_visible()
    assert "layoff" not in rep.content().lower()
    expect(rep.locator(".biz-timeline__item")).to_have_count(0)
    assert rep.goto(secret).status == 404
    rep.goto("/businesses/?q=layoff")
    assert "Gateway" not in rep.locator("main").inner_text()
    wait_for_number(page_for(world.manager), 1)

    state = page_for(world.state)
    state.goto(f"/businesses/{gateway.pk}/")
    assert "layoff" not in state.content().lower()  # only opening it shows it, and that is recorded
    state.locator("#timeline").get_by_role("link", name="Restricted contact").click()
    expect(state.get_by_text("Unannounced layoff of 80 in May.")).to_be_visible()
    assert_accessible(state)
    with tenant_context(world.tenant.pk):
        reads = AuditEvent.objects.filter(operation="read", table_name="interactions_interaction")
        assert {(r.user_id, r.row_id) for r in reads} >= {(world.state.user_id, int(secret.rstrip("/").split("/")[-1]))}

    log_private(page_for(world.rep), bay, whole="agency", text="They look at our competitor.")
    responder.goto(f"/businesses/{bay.pk}/")
    entry = responder.locator(".biz-timeline__item")
    expect(entry).to_have_count(1)
    expect(entry).to_contain_text(world.agency.name)
    assert "competitor" not in responder.content()
    expect(entry.get_by_role("link")).to_have_count(0)


def test_story_10_another_tenant_meets_nothing(page_for, world: World, acme: Business):
    rep = page_for(world.rep)
    log_private(rep, acme, text="Two machinists wanted.")
    stranger = page_for(make_world("south").rep)
    for path in (rep.url, f"/businesses/{acme.pk}/", f"{rep.url.split('?')[0]}void/"):
        assert stranger.goto(path).status == 404
    answer = stranger.request.get("/businesses/search/?q=acme")
    assert (answer.status, answer.json()) == (200, [])
    stranger.goto(f"/interactions/log/?business={acme.pk}")
    assert "Acme" not in stranger.locator("main").inner_text()
