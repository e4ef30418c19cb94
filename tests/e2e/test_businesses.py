"""Businesses in a real browser: import with a real worker, search, add, edit; on a phone and on a desk."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bizworks.tenancy.context import tenant_context
from businesses.models import Business
from tests.factories import make_business, make_contact

pytestmark = pytest.mark.e2e
SAMPLE = Path(__file__).resolve().parents[2] / "static" / "samples" / "sample-businesses.csv"


def no_sideways_scroll(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_list_is_imported_from_upload_to_report(page_for, world, worker, assert_accessible, tmp_path, width):
    page = page_for(world.manager, width)
    page.goto("/businesses/")
    expect(page.get_by_role("heading", name="No businesses yet")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Import a list").first.click()
    with page.expect_download() as sample:
        page.get_by_role("link", name="Try it with this sample").click()
    path = tmp_path / "sample.csv"
    sample.value.save_as(path)
    assert path.read_bytes() == SAMPLE.read_bytes()
    page.get_by_label("The list, as a CSV file").set_input_files(path)
    page.get_by_label("What the list is").fill("Sample")
    assert_accessible(page)
    no_sideways_scroll(page)
    page.get_by_role("button", name="Upload and look at the columns").click()
    expect(page.get_by_role("heading", name="Which column is what?")).to_be_visible()
    expect(page.get_by_label("Number of employees")).to_have_value("Jobs")
    assert_accessible(page)
    no_sideways_scroll(page)
    page.get_by_role("button", name="Check every row").click()
    expect(page.get_by_role("heading", name="Start the import")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("The row has no name.").first).to_be_visible()
    assert_accessible(page)
    no_sideways_scroll(page)
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_role("heading", name="6 rows not taken")).to_be_visible(timeout=30_000)
    assert_accessible(page)
    no_sideways_scroll(page)
    with page.expect_download() as refused:
        page.get_by_role("link", name="Download these rows").first.click()
    lines = refused.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].endswith(",Phone,problem")
    assert len(lines) == 7
    page.get_by_role("link", name="See the businesses").click()
    expect(page.get_by_text("115 businesses")).to_be_visible()
    assert_accessible(page)
    no_sideways_scroll(page)


def test_the_list_answers_while_one_types_and_keeps_its_address(page_for, world, live_site):
    with tenant_context(world.tenant.pk):
        for n in range(60):
            make_business(world, f"Plain {n:02}")
        make_business(world, "Bramblecote Metalwork", town="Boston")
    page = page_for(world.partner)
    page.goto("/businesses/")
    expect(page.get_by_text("61 businesses")).to_be_visible()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("link", name="Plain 59")).to_be_visible()
    page.get_by_role("link", name="Previous").click()
    expect(page.get_by_role("link", name="Bramblecote Metalwork")).to_be_visible()
    page.get_by_label("Search by name").fill("boston bramble")
    expect(page.get_by_text("1 business", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("q=boston"))
    page.reload()
    expect(page.get_by_text("1 business", exact=True)).to_be_visible()
    page.locator(".biz-filter > summary").click()
    page.locator("[data-pick] summary", has_text="Region").click()
    page.get_by_text(world.region.name, exact=True).click()
    expect(page.get_by_role("heading", name="No business matches")).to_be_visible()


def test_without_javascript_the_list_is_searched_too(page_for, world):
    with tenant_context(world.tenant.pk):
        make_business(world, "Bramblecote Metalwork")
        make_business(world, "Plain")
    page = page_for(world.partner, javascript=False)
    page.goto("/businesses/")
    page.get_by_label("Search by name").fill("metal")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("1 business", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_business_is_added_found_similar_and_given_a_person(page_for, world, assert_accessible, width):
    with tenant_context(world.tenant.pk):
        make_contact(make_business(world, "Bramblecote Metalwork"))
    page = page_for(world.rep, width)
    page.goto("/businesses/new/")
    assert_accessible(page)
    no_sideways_scroll(page)
    page.get_by_role("textbox", name="Name *").fill("Bramblecote Metal Work Inc")
    page.get_by_role("textbox", name="Town *").fill("Springfield")
    page.get_by_role("combobox", name="Industry (NAICS)").fill("machine shop")
    page.get_by_role("option", name="332710 Machine Shops").click()
    expect(page.get_by_role("heading", name="This looks like a duplicate")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Why it is another business").fill("A sister company")
    page.get_by_role("button", name="Add the business").click()
    expect(page.get_by_role("heading", name="Bramblecote Metal Work Inc", level=1)).to_be_visible()
    page.get_by_role("link", name="Add a person").click()
    page.get_by_role("textbox", name="Name *").fill("Jo Invented")
    page.get_by_label("What the person does").select_option("owner")
    assert_accessible(page)
    page.get_by_role("button", name="Add the person").click()
    expect(page.get_by_text("Key representative", exact=True)).to_be_visible()
    assert_accessible(page)
    no_sideways_scroll(page)
    with tenant_context(world.tenant.pk):
        business = Business.objects.get(name="Bramblecote Metal Work Inc")
    assert (business.area_id, business.naics_id) == (world.area.pk, "332710")


def test_what_was_typed_stays_when_someone_else_was_faster(page_for, world, assert_accessible):
    with tenant_context(world.tenant.pk):
        business = make_business(world, "Bramblecote Metalwork")
    mine, theirs = page_for(world.rep), page_for(world.other_rep)
    for page in (mine, theirs):
        page.goto(f"/businesses/{business.pk}/edit/")
    for page, number in ((theirs, "413 555-0177"), (mine, "413 555-0166")):
        page.get_by_label("Telephone").fill(number)
        page.get_by_role("button", name="Save").click()
    expect(mine.get_by_text("Someone else changed this business")).to_be_visible()
    expect(mine.get_by_label("Telephone")).to_have_value("413 555-0166")
    assert_accessible(mine)
    mine.get_by_role("button", name="Save").click()
    expect(mine.get_by_role("link", name="413 555-0166")).to_be_visible()
