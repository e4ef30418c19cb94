"""Duplicates in a real browser: searched by a real worker, decided by keyboard, flagged with one tap."""

import re

import pytest
from playwright.sync_api import expect

from bizworks.tenancy.context import tenant_context
from businesses.models import Business
from tests.factories import make_business

pytestmark = pytest.mark.e2e


def no_sideways_scroll(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def searched(page) -> None:
    """Ask for a search, unless the worker began one by itself, and wait for what it finds."""
    button = page.get_by_role("button", name="Search now")
    if button.count():
        button.click()
    expect(page.get_by_text("3 new pairs")).to_be_visible(timeout=90_000)
    page.get_by_role("link", name="Refresh").click()


@pytest.fixture
def twins(world):
    """Three businesses, each recorded twice at one address."""
    with tenant_context(world.tenant.pk):
        for number, name in enumerate(("Kestrel Optics", "Larkspur Foundry", "Umbria Looms")):
            for ending in ("Inc.", "LLC"):
                business = make_business(world, f"{name} {ending}")
                Business.objects.filter(pk=business.pk).update(
                    address=f"{number + 4} Elm Street", phone=f"413-555-010{number}"
                )


@pytest.mark.parametrize("width", [1280, 390])
def test_pairs_are_found_and_decided(page_for, world, worker, twins, assert_accessible, width):
    page = page_for(world.manager, width)
    page.goto("/businesses/")
    page.get_by_role("link", name="Duplicates").first.click()
    searched(page)
    expect(page.locator(".biz-pairs").get_by_text("Likely", exact=True)).to_have_count(3)
    assert_accessible(page)
    no_sideways_scroll(page)
    page.get_by_role("link", name="Compare").first.click()
    assert_accessible(page)
    no_sideways_scroll(page)
    first = page.locator("thead a").first.inner_text()
    if width == 390:
        page.get_by_role("button", name="Not the same").click()
    else:
        page.keyboard.press("n")
    expect(page.locator(".biz-done")).to_contain_text("not the same")
    assert page.locator("thead a").first.inner_text() != first
    assert_accessible(page)
    if width == 390:
        page.get_by_role("button", name="Undo").click()
    else:
        page.keyboard.press("u")
    expect(page.get_by_text("Undone: the pair waits again.")).to_be_visible()
    assert page.locator("thead a").first.inner_text() == first


def test_keys_move_decide_and_can_be_turned_off(page_for, world, worker, twins):
    page = page_for(world.manager, 1280)
    page.goto("/businesses/duplicates/")
    searched(page)
    page.get_by_role("link", name="Compare").first.click()
    page.wait_for_url(re.compile(r"/duplicates/\d+/"))  # until loaded: then the keys are heard
    here = page.url
    page.keyboard.press("j")
    page.wait_for_url(lambda url: url != here)
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(here)
    page.get_by_label("Decide with the keys").uncheck()
    page.keyboard.press("n")
    page.reload()
    assert page.url == here
    expect(page.get_by_label("Decide with the keys")).not_to_be_checked()
    page.get_by_label("Decide with the keys").check()
    page.keyboard.press("l")
    expect(page.locator(".biz-done")).to_contain_text("locations of one employer")
    page.keyboard.press("m")
    page.wait_for_url("**/merge/**")


def test_a_representative_flags_with_one_tap(page_for, world, live_site, assert_accessible):
    page = page_for(world.rep, 390)
    with tenant_context(world.tenant.pk):  # the search takes them for father and son
        business, _ = [make_business(world, f"John Barrow {which}. Looms") for which in ("Sr", "Jr")]
    page.goto(business.get_absolute_url())
    page.get_by_role("link", name="Recorded twice?").click()
    assert_accessible(page)
    no_sideways_scroll(page)
    page.get_by_role("button", name=re.compile("Looks like a duplicate.*Jr. Looms")).click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
