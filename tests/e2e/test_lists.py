"""The list in a real browser: filters, columns, views, the map, many at once, a file; on a desk and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from bizworks.tenancy.context import tenant_context
from businesses.models import BusinessTag, Tag
from tests.factories import make_business

pytestmark = pytest.mark.e2e


def no_sideways_scroll(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.fixture
def filled(world):
    """Sixty businesses in the west, two in the east, some tagged."""
    with tenant_context(world.tenant.pk, user_id=world.rep.user_id):
        tag = Tag.objects.create(name="Job fair", look="star")
        for n in range(60):
            business = make_business(world, f"Plain {n:02}")
            if n % 20 == 0:
                BusinessTag.objects.create(business=business, tag=tag)
        for n in range(2):
            make_business(world, f"Eastern {n}", town="Boston")
    return world


@pytest.mark.parametrize("width", [1280, 390])
def test_filters_chips_columns_and_the_map(page_for, filled, assert_accessible, width):
    page = page_for(filled.rep, width)
    page.goto("/businesses/")
    expect(page.get_by_text("62 businesses")).to_be_visible()
    assert_accessible(page)
    no_sideways_scroll(page)
    page.locator(".biz-filter > summary").click()
    page.locator("[data-pick] summary", has_text="Region").click()
    page.get_by_text(filled.other_region.name, exact=True).click()
    expect(page.get_by_text("2 businesses")).to_be_visible()
    expect(page.locator("[data-pick-count]").first).to_have_text("1 chosen")
    page.wait_for_timeout(800)  # what was dimmed while it loaded is itself again
    assert_accessible(page)
    no_sideways_scroll(page)
    page.get_by_role("link", name=re.compile("Remove Region")).click()
    expect(page.get_by_text("62 businesses")).to_be_visible()
    page.locator(".biz-menu > summary", has_text="Columns").click()
    assert_accessible(page)
    page.get_by_text("ZIP", exact=True).click()
    page.get_by_role("button", name="Show these").click()
    expect(page).to_have_url(re.compile("cols=zip"))
    page.get_by_role("link", name="Map", exact=True).click()
    expect(page.get_by_role("heading", name="By workforce area")).to_be_visible()
    assert_accessible(page)
    no_sideways_scroll(page)
    shape = page.get_by_role("link", name=re.compile(f"{filled.other_area.name}: 2"))
    shape.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 businesses")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_view_is_saved_shared_and_opened_by_a_colleague(page_for, filled, assert_accessible, width):
    page = page_for(filled.rep, width)
    page.goto("/businesses/?town=boston")
    page.get_by_role("link", name="Save as a view").click()
    assert_accessible(page)
    page.get_by_role("textbox", name="Name").fill("The east")
    page.get_by_text("My agency").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="The east", level=1)).to_be_visible()
    page.get_by_role("link", name="Manage views").click()
    assert_accessible(page)
    no_sideways_scroll(page)
    page.get_by_role("button", name="Open first").click()
    page.goto("/businesses/")
    expect(page.get_by_text("2 businesses")).to_be_visible()
    colleague = page_for(filled.manager, width)
    colleague.goto("/businesses/")
    colleague.get_by_role("link", name="The east").click()
    expect(colleague.get_by_text(f"A view of {filled.rep.name}")).to_be_visible()
    assert_accessible(colleague)
    no_sideways_scroll(colleague)


@pytest.mark.parametrize("width", [1280, 390])
def test_ticked_rows_are_tagged_and_it_is_undone(page_for, filled, assert_accessible, width):
    page = page_for(filled.rep, width)
    page.goto("/businesses/?town=boston")
    for name in ("Eastern 0", "Eastern 1"):
        page.get_by_text(f"Choose {name}").locator("..").click()
    if width > 640:
        expect(page.get_by_text("2 ticked")).to_be_visible()
    page.get_by_role("button", name="Add a tag").click()
    expect(page.get_by_text("2 businesses are chosen")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Tag", exact=True).select_option(label="Job fair")
    page.get_by_role("button", name="Add a tag").click()
    expect(page.get_by_text("2 of 2 businesses changed")).to_be_visible()
    assert_accessible(page)
    no_sideways_scroll(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("2 of 2 businesses changed")).to_be_visible()
    page.goto("/businesses/tags/")
    expect(page.get_by_role("link", name="3 businesses tagged Job fair")).to_be_visible()
    assert_accessible(page)
    no_sideways_scroll(page)


def test_a_list_is_made_into_a_file_by_the_worker(page_for, filled, worker, assert_accessible):
    page = page_for(filled.rep)
    page.goto("/businesses/?town=boston")
    page.get_by_role("link", name="Export").click()
    page.get_by_text("CSV", exact=True).click()
    page.get_by_role("button", name="Make the file").click()
    link = page.get_by_role("link", name=re.compile("^Download"))
    expect(link).to_be_visible(timeout=30_000)
    assert_accessible(page)
    with page.expect_download() as got:
        link.click()
    assert got.value.suggested_filename.endswith(".zip")
