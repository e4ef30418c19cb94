"""Every component in every state, in a real browser: axe, widths, keyboard, scripts, and without scripts."""

import threading
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test import override_settings
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

PAGES = ["/", "/gallery/charts/", "/gallery/form/"]
ACCOUNT = [
    "login/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/x-y/",
    "password/reset/key/done/",
    "inactive/",
]
ERRORS = [
    "/error/400/",
    "/error/403/?in=1",
    "/error/403_csrf/",
    "/error/404/?in=1",
    "/error/404/",
    "/error/500/",
    "/error/503/",
]


OPTION = "ul:not([hidden]) > [role=option]"


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """The gallery on a port of its own, without a database."""
    with override_settings(ROOT_URLCONF="tests.core.gallery.urls"):
        server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
        server.daemon_threads = True
        server.set_app(WSGIHandler())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


@pytest.fixture
def tab(browser, gallery) -> Iterator:
    """Open a tab: `tab(width=390)`; fails afterwards for script errors and refused content."""
    contexts, troubles = [], []

    def open_tab(width: int = 1280, *, javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=gallery,
            viewport={"width": width, "height": 844},
            java_script_enabled=javascript,
            has_touch=width < 640,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda m: troubles.append(m.text) if m.type == "error" and "422" not in m.text else None)
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert troubles == []


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("path", PAGES + ERRORS)
def test_a_page_is_accessible_and_fits(tab, assert_accessible, path, width):
    page = tab(width)
    page.goto(path)
    expect(page.locator("h1")).to_have_count(1)
    assert (
        page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(244, 246, 248)"
    )  # the stylesheet came
    assert fits(page)
    assert_accessible(page)


@pytest.mark.parametrize("path", ACCOUNT)
def test_account_pages_are_accessible_and_fit(page_for, assert_accessible, path):
    page = page_for(None, 390)
    page.goto(f"/accounts/{path}")
    expect(page.locator("h1")).to_have_count(1)
    assert fits(page)
    assert_accessible(page)


def test_a_signed_in_person_changes_the_password_within_the_product(page_for, world, assert_accessible):
    page = page_for(world.rep, 390)
    page.goto("/accounts/password/change/")
    page.fill("#id_oldpassword", "wrong")
    page.fill("#id_password1", "short")
    page.fill("#id_password2", "other")
    page.get_by_role("button", name="Change password").click()
    expect(page.locator("[data-form-errors]")).to_be_focused()
    expect(page.locator(".biz-header")).to_be_visible()
    assert_accessible(page)
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_open_states_are_accessible(tab, assert_accessible, width):
    page = tab(width)
    page.goto("/gallery/charts/")
    for summary in page.locator(".biz-twin summary").all():
        summary.click()
    assert_accessible(page)
    if width < 640:
        page.get_by_role("button", name="Menu", exact=True).click()
    page.locator(".biz-user summary").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert_accessible(page)
    assert fits(page)


def test_targets_are_large_on_a_phone(tab):
    page = tab(390)
    page.goto("/gallery/form/")
    for selector in (
        ".biz-chip__label",
        ".usa-input:visible",
        ".usa-select:visible",
        ".biz-actions .usa-button",
        ".usa-menu-btn",
    ):
        for box in [each.bounding_box() for each in page.locator(selector).all()]:
            assert box["height"] >= 38, selector


def test_the_phone_button_is_always_at_hand(tab):
    page = tab(390)
    page.goto("/")
    button = page.locator(".biz-log")
    box = button.bounding_box()
    assert box["y"] + box["height"] == pytest.approx(844, abs=1)
    page.goto("/gallery/form/")
    expect(button).to_have_count(0)


def test_a_refused_form_keeps_everything_and_leads_to_the_field(tab, assert_accessible):
    page = tab()
    page.goto("/gallery/form/")
    page.fill("#id_note", "Wants twelve bakers")
    page.locator("label[for=id_services_0_1]").click()
    with page.expect_response("**/gallery/form/") as waiting:
        page.get_by_role("button", name="Save").click()
    answer = waiting.value
    assert answer.status == 422
    expect(page.locator("[data-form-errors]")).to_be_focused()
    expect(page.locator("#id_note")).to_have_value("Wants twelve bakers")
    expect(page.locator("#id_services_0_1")).to_be_checked()
    expect(page.locator(".biz-draft")).to_have_count(0)
    assert_accessible(page)
    page.get_by_role("link", name="Business: Choose a business.").click()
    expect(page.locator("#id_business")).to_be_focused()


def test_the_typeahead_works_by_keyboard_alone(tab, assert_accessible):
    page = tab()
    page.goto("/gallery/form/")
    box = page.get_by_role("combobox", name="Business", exact=False).first
    box.press_sequentially("wo")
    expect(page.locator(OPTION)).to_have_count(1)
    assert_accessible(page)
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == page.locator(OPTION).get_attribute("id")
    box.press("Enter")
    expect(box).to_have_value("Harbor Bread Works (fictitious)")
    assert page.eval_on_selector("select[name=business]", "s => s.value") == "2"
    box.press("Backspace")
    assert page.eval_on_selector("select[name=business]", "s => s.value") == ""
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.fill("zzzz")
    expect(page.get_by_text("No match. Check the spelling").first).to_be_visible()


def test_several_are_chosen_and_taken_away_again(tab):
    page = tab()
    page.goto("/gallery/form/")
    box = page.locator("#id_others")
    for letters in ("bay", "hill"):
        box.press_sequentially(letters)
        page.locator(OPTION).first.click()
    values = "s => [...s.selectedOptions].map(o => o.value)"
    assert page.eval_on_selector("select[name=others]", values) == ["1", "3"]
    page.get_by_role("button", name="Remove Bay Biotech (fictitious)").click()
    assert page.eval_on_selector("select[name=others]", values) == ["3"]
    expect(box).to_be_focused()


def test_without_scripts_the_server_finds_and_the_form_is_taken(tab):
    page = tab(javascript=False)
    page.goto("/gallery/form/")
    page.fill("#id_business", "bread")
    page.locator("button[name=_find][value=business]").click()
    page.select_option("select[name=business]", label="Harbor Bread Works (fictitious)")
    page.fill("#id_day", "2026-09-14")
    page.check("#id_mode_1")
    page.locator("label[for=id_services_0_0]").click()
    page.select_option("#id_kind", "new")
    page.fill("#id_people", "2")
    page.locator("label[for=id_agree]").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#taken")).to_contain_text("'business': '2'")


def test_a_draft_survives_and_is_cleared_by_the_server_or_by_signing_out(tab):
    page = tab()
    kept = "() => Object.keys(localStorage).filter(k => k.startsWith('bizworks:draft:'))"
    page.goto("/gallery/form/")
    page.fill("#id_note", "Half a thought")
    page.fill("#id_password", "never kept")
    page.locator("#id_business").press_sequentially("bay")
    page.locator(OPTION).first.click()
    page.wait_for_timeout(600)
    assert page.evaluate(kept) == ["bizworks:draft:7:gallery"]
    assert "never kept" not in page.evaluate("localStorage.getItem('bizworks:draft:7:gallery')")
    page.goto("/gallery/form/")
    expect(page.locator(".biz-draft")).to_contain_text("It is not saved yet")
    expect(page.locator("#id_note")).to_have_value("Half a thought")
    expect(page.locator("#id_business")).to_have_value("Bay Biotech (fictitious)")
    assert page.eval_on_selector("select[name=business]", "s => s.value") == "1"
    page.goto("/")  # its flash message says "clears:gallery"
    assert page.evaluate(kept) == []


def test_a_form_is_sent_once(tab):
    page = tab()
    page.goto("/gallery/form/")
    sent = page.evaluate(
        """() => {
          const form = document.querySelector("form[data-guard]:not([data-sign-out])"); let n = 0;
          form.addEventListener("submit", (event) => { n += 1; event.preventDefault(); });
          form.requestSubmit(); form.requestSubmit(); return n;
        }"""
    )
    assert sent == 1


def test_a_checklist_counts_while_it_is_filled_in(tab):
    page = tab()
    page.goto("/gallery/form/")
    output = page.locator("[data-checklist-output]")
    expect(output).to_have_text("0 of 3: need 2")
    page.locator("label[for=c1]").click()
    page.locator("label[for=c3]").click()
    expect(output).to_have_text("2 of 3: enough")


def test_progress_is_asked_for_until_it_ends(tab):
    page = tab()
    page.goto("/")
    expect(page.locator("#job")).to_contain_text("500 of 500 rows")
    assert page.locator("#job").get_attribute("hx-get") is None
    expect(page.locator("#job").get_by_role("button", name="Cancel")).to_have_count(0)


def test_an_ended_session_leads_to_sign_in_and_back_to_the_page(tab, gallery):
    page = tab()
    page.context.add_cookies([{"name": "ended", "value": "1", "url": gallery}])
    page.goto("/?tab=2")
    page.wait_for_url("**/accounts/login/?next=%2F%3Ftab%3D2")


def test_a_silent_server_is_said_in_words(browser, gallery):
    context = browser.new_context(base_url=gallery)  # not `tab`: the browser itself logs the failed request
    page = context.new_page()
    page.route("**/progress/", lambda route: route.abort())
    page.goto("/")
    expect(page.locator("#messages [role=alert]")).to_contain_text("The server did not answer")
    expect(page.locator("#job")).to_contain_text("120 of 500 rows")
    context.close()


def test_the_user_menu_closes_with_escape_and_gives_the_focus_back(tab):
    page = tab()
    page.goto("/")
    summary = page.locator(".biz-user summary")
    summary.click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_first_tab_stop_skips_to_the_page(tab):
    page = tab()
    page.goto("/gallery/charts/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_header_is_slim_and_its_list_has_no_bullets(tab, width):
    page = tab(width)
    page.goto("/")
    assert page.locator(".biz-header").bounding_box()["height"] <= 70
    for item in page.locator(".biz-header .usa-nav__primary-item, .biz-footer li").all():
        assert item.evaluate("e => getComputedStyle(e).listStyleType") == "none"


def test_print_leaves_the_page_alone(tab):
    page = tab()
    page.goto("/")
    page.emulate_media(media="print")
    expect(page.locator(".biz-header")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()


def test_the_policy_forbids_everything_inline(gallery, tab):
    policy = tab().goto("/").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["script-src"]
