"""An export in a browser: asked for on the dashboard, made by the worker, fetched."""

import zipfile

import pytest
from playwright.sync_api import expect

from bizworks.directory.models import StaffMember
from bizworks.tenancy.context import tenant_context
from reporting.models import ExportJob
from tests.factories import make_business
from tests.interactions.helpers import log
from tests.reporting.pages import drain


def test_an_export_is_asked_for_watched_and_fetched(world, page_for, worker, assert_accessible):
    with tenant_context(world.tenant.pk, user_id=world.rep.user_id):
        log(world.rep, make_business(world, "Corner Bakery"), items=(world.items.lmi,))
        drain()
    page = page_for(world.state)
    page.goto("/dashboard/?grain=year&region=all")
    page.get_by_role("link", name="Export these rows").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Exports")
    page.get_by_label("CSV").check()
    page.get_by_role("button", name="Make the file").click()
    expect(page.get_by_text("Your file is being made.")).to_be_visible()
    download = page.get_by_role("link", name="Download")
    expect(download).to_be_visible(timeout=30_000)
    assert_accessible(page)
    with page.expect_download() as fetched:
        download.click()
    with zipfile.ZipFile(fetched.value.path()) as archive:
        assert "Corner Bakery" in archive.read("data.csv").decode()
    page.reload()
    expect(page.get_by_text("Fetched 1 time")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_every_state_of_an_export_is_accessible_and_fits(world, page_for, assert_accessible, width):
    page = page_for(world.state, width)
    page.goto("/exports/")
    assert_accessible(page)
    with tenant_context(world.tenant.pk, user_id=world.state.user_id):
        staff = StaffMember.objects.get(pk=world.state.staff_id)
        for state in ("running", "done", "failed", "cancelled"):
            ExportJob.objects.create(
                format="csv",
                requested_by=staff,
                state=state,
                file_name=f"{'long-' * 12}{state}.zip",
                total=9,
                progress=4,
            )
    page.goto("/exports/")
    page.get_by_label("From").fill("")
    page.get_by_role("button", name="Make the file").click()
    expect(page.get_by_role("heading", name="Please check this form")).to_be_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_refused_role_is_told_who_may(world, page_for, assert_accessible):
    page = page_for(world.manager, 390)
    page.goto("/exports/")
    expect(page.get_by_text("kept for state staff")).to_be_visible()
    assert_accessible(page)
