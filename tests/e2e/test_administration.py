"""The administration in a real browser: keyboard and pointer, phone and desk, with axe on every page."""

import re

import pytest

from bizworks.directory.models import AreaTerritory, Center
from bizworks.directory.services.invitations import invitation_create
from bizworks.reference.models import Municipality
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.policy import Role

pytestmark = pytest.mark.e2e
PASSWORD = "an honest long sentence"


def pages(world) -> list[str]:
    ids = {
        "regions": world.region.pk,
        "areas": world.area.pk,
        "agencies": world.agency.pk,
        "catalogue": world.items.lmi.pk,
        "slates": world.slate.pk,
        "sectors": world.sector.pk,
    }
    found = ["", "profile/", "coverage/", "territory/move/", "sectors/preview/", "people/", "people/invite/"]
    found += ["api-tokens/", "api-tokens/add/", "audit/", "centers/", "centers/add/"]
    found += [f"people/{world.rep.staff_id}/", f"people/{world.rep.staff_id}/end/", f"areas/{world.area.pk}/move/"]
    for slug, pk in ids.items():
        found += [f"{slug}/", f"{slug}/add/", f"{slug}/{pk}/", f"{slug}/{pk}/retire/"]
    return [f"/administration/{path}" for path in [*found, f"slates/{world.slate.pk}/version/"]]


@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(width, page_for, world, assert_accessible):
    page = page_for(world.admin, width)
    for path in pages(world):
        assert page.goto(path).status == 200, path
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_refused_forms_are_accessible_and_keep_what_was_typed(page_for, world, assert_accessible):
    page = page_for(world.admin, 390)
    page.goto("/administration/people/invite/")
    page.get_by_role("textbox", name="Name *").fill("Nia New")
    page.get_by_label("E-mail").fill(world.rep.email)
    page.locator("label", has_text="Read-only partner").click()
    page.get_by_label("Agency").select_option(label=world.agency.name)
    page.get_by_role("button", name="Invite").click()
    page.get_by_role("heading", name="Please check this form").wait_for()
    assert_accessible(page)
    assert page.get_by_role("textbox", name="Name *").input_value() == "Nia New"


def test_a_town_moves_by_typing_its_name(page_for, world):
    page = page_for(world.admin, 390)
    page.goto(f"/administration/territory/move/?area={world.other_area.pk}")
    page.get_by_role("combobox", name="Towns or whole counties").fill("springf")
    page.get_by_role("option", name="Springfield, MA").first.click()
    page.get_by_label("From").fill("2026-07-01")
    page.get_by_role("button", name="Show what follows").click()
    follows = page.get_by_role("region", name="What follows")
    assert "Springfield" in follows.inner_text()
    assert "Jul 1, 2026" in follows.inner_text()
    page.get_by_role("button", name=f"Move to {world.other_area.name}").click()
    page.get_by_role("heading", name=world.other_area.name).wait_for()
    with tenant_context(world.tenant.pk):
        town = Municipality.objects.get(state="MA", name="Springfield")
        rows = AreaTerritory.objects.filter(municipality=town).order_by("starts_on")
        assert [row.area_id for row in rows] == [world.area.pk, world.other_area.pk]


def test_a_town_moves_without_javascript(page_for, world):
    page = page_for(world.admin, 1280, javascript=False)
    page.goto(f"/administration/territory/move/?area={world.other_area.pk}")
    page.locator("input[name=places_search]").fill("springf")
    page.get_by_role("button", name="Find").click()
    page.locator("select[name=places]").select_option(label="Springfield, MA Hampden County")
    page.get_by_label("From").fill("2026-07-01")
    page.get_by_role("button", name="Show what follows").click()
    page.get_by_role("button", name=f"Move to {world.other_area.name}").click()
    assert "place belongs to" in page.inner_text("#messages")


def test_prefixes_are_explained_while_they_are_typed(page_for, world, assert_accessible):
    page = page_for(world.admin)
    page.goto(f"/administration/sectors/{world.sector.pk}/")
    page.get_by_label("Industries included").press_sequentially("722")
    page.get_by_label("Industries included").fill("7225")
    page.locator("#preview", has_text="722511").wait_for()
    page.get_by_label("Industries taken out again").fill("722511")
    page.locator("#preview", has_text="Taken out").wait_for()
    assert_accessible(page)


def test_an_invited_person_gets_in_and_a_token_is_shown_once(page_for, world, assert_accessible, live_site):
    with tenant_context(world.tenant.pk):
        email = f"nia@{world.tenant.slug}.example"
        _, link = invitation_create(
            actor=world.admin, email=email, name="Nia New", role=Role.ADMIN, agency=world.agency
        )
        Center.objects.create(code="c", name="A center", area=world.area)
    page = page_for(None, 390)
    page.goto(link.replace("http://127.0.0.1:8000", live_site.url))
    assert_accessible(page)
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    page.locator("#id_login").fill(email)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{live_site.url}/")
    page.goto("/administration/api-tokens/add/")
    page.get_by_label("What will use it").fill("Bridge")
    page.get_by_role("button", name="Issue").click()
    token = page.get_by_label("Token").input_value()
    assert re.fullmatch(r"bw_\d+_[A-Za-z0-9_-]{43}", token)
    assert_accessible(page)
    page.get_by_role("link", name="Done").click()
    assert token not in page.content()
    assert token[-4:] in page.content()
    page.goto(link.replace("http://127.0.0.1:8000", live_site.url))
    assert "signed in already" in page.content()
    stranger = page_for(None, 390)
    stranger.goto(link.replace("http://127.0.0.1:8000", live_site.url))
    assert "accepted already" in stranger.content()
    assert_accessible(stranger)
