"""Search as you type in a browser: by keyboard, from every page, with slow, late and refused answers."""

import pytest
from playwright.sync_api import Route, expect

from bizworks.tenancy.context import tenant_context
from businesses.models import Business
from tests.factories import make_business, make_contact

pytestmark = pytest.mark.e2e

LIST = ".biz-quick-find .biz-typeahead__list"
OPTION = f"{LIST} [data-index]"


@pytest.fixture
def rows(world) -> list[Business]:
    with tenant_context(world.tenant.pk):
        found = [make_business(world, name) for name in ("Harbor Café Inc.", "Harbor Bread", "Zenith Tools")]
        make_contact(found[2], "Quinn Harborough")
    return found


def test_a_business_is_opened_by_keyboard_alone(world, rows, page_for, assert_accessible):
    page = page_for(world.rep)
    page.goto("/")
    page.keyboard.press("/")
    box = page.locator("[data-slash]")
    expect(box).to_be_focused()
    page.keyboard.type("harbor cafe")
    expect(page.locator(OPTION).first).to_contain_text("Harbor Café Inc.")
    expect(page.locator(f"{OPTION} mark")).to_have_text(["Harbor", "Café"])
    assert_accessible(page)
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == page.locator(OPTION).first.get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{rows[0].get_absolute_url()}")


def test_enter_without_a_choice_lists_all_matches(world, rows, page_for):
    page = page_for(world.rep)
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("harbor")
    expect(page.locator(OPTION).nth(2)).to_contain_text("Quinn Harborough works here")
    page.keyboard.press("Escape")
    expect(page.locator(LIST)).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url("**/businesses/?q=harbor*")
    expect(page.get_by_role("link", name="Zenith Tools")).to_be_visible()


def test_the_slash_is_typed_where_people_write(world, rows, page_for):
    page = page_for(world.rep)
    page.goto("/businesses/")
    page.locator("#id_q").focus()
    page.keyboard.press("/")
    expect(page.locator("#id_q")).to_have_value("/")


def test_what_is_missing_can_be_added(world, rows, page_for):
    page = page_for(world.rep)
    page.goto("/")
    page.locator("[data-slash]").press_sequentially("Quarrytop")
    expect(page.locator(LIST)).to_contain_text("No match")
    with page.expect_navigation():
        page.locator(OPTION, has_text="Add “Quarrytop”").click()
    expect(page.locator("#id_name")).to_have_value("Quarrytop")


def test_an_old_answer_never_replaces_a_newer_one(world, rows, page_for):
    page = page_for(world.rep)
    page.goto("/")
    held: list[Route] = []

    def answer(route: Route) -> None:
        if route.request.url.endswith("q=harbor"):
            held.append(route)
        else:
            route.continue_()

    page.route("**/businesses/search/**", answer)
    box = page.locator("[data-slash]")
    box.fill("harbor")
    expect(page.locator(LIST)).to_contain_text("Searching")
    box.fill("zenith")
    expect(page.locator(OPTION).first).to_contain_text("Zenith Tools")
    for route in held:
        route.abort()
    page.wait_for_timeout(100)
    expect(page.locator(OPTION).first).to_contain_text("Zenith Tools")


def test_a_refusal_and_a_silent_server_are_said_in_words(world, rows, page_for):
    page = page_for(world.rep)
    page.goto("/")
    box = page.locator("[data-slash]")
    page.route("**/businesses/search/**", lambda route: route.fulfill(status=429, json={"detail": "Wait a minute."}))
    box.fill("harbor")
    expect(page.locator(LIST)).to_contain_text("Wait a minute.")
    page.unroute("**/businesses/search/**")
    page.route("**/businesses/search/**", lambda route: route.fulfill(status=404, body="gone"))
    box.fill("harbor b")
    expect(page.locator(LIST)).to_contain_text("Matches cannot be fetched now")


def test_a_phone_finds_it_in_the_menu_and_without_a_script(world, rows, page_for, assert_accessible):
    phone = page_for(world.rep, width=390)
    phone.goto("/")
    phone.get_by_role("button", name="Menu").click()
    phone.locator("[data-slash]").fill("harbor")
    expect(phone.locator(OPTION).first).to_be_visible()
    assert_accessible(phone)
    plain = page_for(world.rep, javascript=False)
    plain.goto("/")
    plain.locator("[data-slash]").fill("harbor bread")
    plain.locator("[data-slash]").press("Enter")
    expect(plain.get_by_role("link", name="Harbor Bread", exact=True)).to_be_visible()
