"""Every page that a route can show, on a phone, with axe: a new page is tested the day it gets its route."""

import pytest

from tests.architecture.access_table import ACCESS, ANONYMOUS
from tests.architecture.objects import make_objects
from tests.architecture.test_access import ROLES, arguments
from tests.architecture.walker import routes

pytestmark = pytest.mark.e2e

NOT_PAGES = {"api:schema", "businesses:search", "businesses:naics", "healthz", "interactions:check"}
"""Routes that answer programs or fill a part of a page."""


def _pages() -> list[tuple[str, object]]:
    """A role that may open each page, and the page's route; the administration has a walk of its own."""
    found = []
    for route in sorted(routes(), key=lambda r: r.name):
        answers = dict(zip(ROLES, ACCESS[route.name].split(), strict=True))
        role = next((r for r in ("rep", "state", "admin") if answers[r] == "200"), None)
        is_api = route.name.startswith("api:") and route.name != "api:docs"
        parts = route.name.endswith(("_progress", "_rows", "_download", "_suggest"))
        if role and not (is_api or parts or route.name in NOT_PAGES or route.name.startswith("directory:")):
            found.append((role, route))
    return found


def test_axe_finds_nothing_and_no_page_is_wider_than_a_phone(page_for, world, assert_accessible):
    objects = make_objects(world, "axe")
    opened = {role: page_for(getattr(world, role), 390) for role in ("rep", "state", "admin")}
    opened["anonymous"] = page_for(None, 390)
    count = 0
    for role, route in _pages():
        page = opened["anonymous" if route.name in ANONYMOUS else role]
        path = route.url(arguments(route, objects))
        page.goto(path)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        count += 1
    assert count >= 30
