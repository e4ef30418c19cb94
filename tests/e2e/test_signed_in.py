"""The browser's own fixtures: a signed-in person reaches a page, a stranger the sign-in."""

import pytest

pytestmark = pytest.mark.e2e


def test_a_signed_in_person_stays_and_a_stranger_is_asked_to_sign_in(page_for, world, live_site):
    stranger = page_for(None)
    assert stranger.goto("/accounts/password/change/").url.startswith(f"{live_site.url}/accounts/login/")
    person = page_for(world.rep, 390)
    assert person.goto("/accounts/password/change/").url == f"{live_site.url}/accounts/password/change/"
    assert person.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_worker_starts(worker):
    """Its fixture waits until it takes tasks."""
