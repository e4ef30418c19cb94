"""Two records made one and two again in a real browser; on a phone and on a desk (BR-13)."""

import pytest
from playwright.sync_api import expect

from bizworks.tenancy.context import tenant_context
from businesses.models import Business, Employer
from tests.businesses.merging import meet, serve
from tests.factories import make_business, make_contact

pytestmark = pytest.mark.e2e


def no_sideways_scroll(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.parametrize("width", [1280, 390])
def test_two_records_are_found_compared_merged_and_parted(page_for, world, assert_accessible, width):
    with tenant_context(world.tenant.pk):
        ours = make_business(world, "Bramblecote Metalwork")
        theirs = make_business(world, "Bramblecote Metal Works LLC")
        Business.objects.filter(pk=theirs.pk).update(phone="413-555-0101", website="https://bramblecote.example")
        Employer.objects.filter(pk=ours.employer_id).update(fein="041111111")
        Employer.objects.filter(pk=theirs.employer_id).update(fein="042222222")
        make_contact(ours, "Kim Lee")
        make_contact(theirs, "Kim Lee")
        for business in (ours, theirs):
            serve(world, business, interaction=meet(world, business))
    page = page_for(world.manager, width)
    page.goto(ours.get_absolute_url())
    page.get_by_role("link", name="Merge with another record").click()
    assert_accessible(page)
    page.get_by_role("combobox", name="The other record of this business").fill("bramblecote metal works")
    page.get_by_role("option", name="Bramblecote Metal Works LLC").click()
    page.get_by_role("button", name="Compare the two").click()
    expect(page.get_by_role("heading", name="Make two records one")).to_be_visible()
    expect(page.get_by_text("different FEINs")).to_be_visible()
    expect(page.get_by_text("2 businesses served become 1")).to_be_visible()
    expect(page.get_by_label("Kim Lee and Kim Lee: same name")).to_be_checked()
    assert_accessible(page)
    no_sideways_scroll(page)
    page.get_by_role("group", name="Name", exact=True).get_by_text("Bramblecote Metal Works LLC").click()
    page.get_by_label("Note").fill("The same shop")
    page.get_by_role("button", name="Merge into Bramblecote Metalwork").click()
    expect(page.get_by_role("heading", name="Bramblecote Metal Works LLC", level=1)).to_be_visible()
    expect(page.get_by_role("heading", name="Merged records")).to_be_visible()
    assert_accessible(page)
    no_sideways_scroll(page)
    page.goto(theirs.get_absolute_url())
    expect(page.get_by_text("This record was merged into")).to_be_visible()
    page.get_by_role("link", name="All merges").click()
    expect(page.get_by_text("The same shop")).to_be_visible()
    assert_accessible(page)
    no_sideways_scroll(page)
    page.get_by_role("link", name="Undo the merge").click()
    assert_accessible(page)
    page.get_by_role("button", name="Undo the merge").click()
    expect(page.get_by_text("are two records again")).to_be_visible()
    page.goto(ours.get_absolute_url())
    expect(page.get_by_role("heading", name="Bramblecote Metalwork", level=1)).to_be_visible()


def test_without_script_the_two_are_found_and_merged(page_for, world):
    with tenant_context(world.tenant.pk):
        ours, theirs = make_business(world, "Plain One"), make_business(world, "Plain Two")
    page = page_for(world.state, javascript=False)
    page.goto(f"{ours.get_absolute_url()}merge/")
    page.get_by_label("The other record of this business").first.fill("plain two")
    page.get_by_role("button", name="Find").click()
    page.locator("select[name=other]").select_option(str(theirs.pk))
    page.get_by_role("button", name="Compare the two").click()
    page.get_by_role("button", name="Merge into Plain One").click()
    expect(page.get_by_text("Plain Two is now part of Plain One.")).to_be_visible()
