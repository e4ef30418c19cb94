"""Every route, every role, both tenants: who may, who may not, and that strangers' rows do not exist.

A new route fails here until `access_table.py` says who may open it and, if it takes an argument this
file does not know, of what kind the argument is.
"""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils.module_loading import import_string

from bizworks.accounts.models import User
from bizworks.tenancy.context import tenant_context
from tests.architecture.access_table import ACCESS, ANONYMOUS, ARGUMENT_KINDS
from tests.architecture.objects import make_objects
from tests.architecture.test_catalog import tenant_tables
from tests.architecture.walker import CANARY, NONEXISTENT, Route, comparable, probe, routes
from tests.factories import World, make_world

ROLES = ("rep", "manager", "state", "admin", "partner")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
ALL_ROUTES = sorted(routes(), key=lambda route: route.name)


def arguments(route: Route, objects: dict[str, int]) -> dict[str, object]:
    """The objects a route's arguments name; unknown ones are an error of the test."""
    found = {}
    for name in route.converters:
        kind = ARGUMENT_KINDS.get((route.name, name)) or ARGUMENT_KINDS.get((route.name.split(":")[0], name))
        kind = kind or ARGUMENT_KINDS.get(("", name))
        assert kind, f"Say in access_table.ARGUMENT_KINDS of what kind {name!r} of the route {route.name} is."
        found[name] = import_string(kind[1:])() if kind.startswith("@") else objects.get(kind, kind)
    return found


class Cast:
    """Two tenants, an object of every kind in each, a signed-in client per role of the first."""

    def __init__(self) -> None:
        self.north, self.south = make_world("north"), make_world("south")
        self.mine = make_objects(self.north, "northern")
        self.theirs = make_objects(self.south, CANARY)
        self.clients = {role: self._client(self.north, role) for role in ROLES}
        self.clients["anonymous"] = Client()

    @staticmethod
    def _client(world: World, role: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=getattr(world, role).user_id))
        return client


@pytest.fixture
def cast(db) -> Cast:
    return Cast()


def undone(client: Client, method: str, url: str):
    """Probe and undo whatever it changed."""
    with transaction.atomic():
        response = probe(client, method, url)
        transaction.set_rollback(True)
    return response


def fingerprint(world: World) -> str:
    """A hash over every row of a tenant."""
    tables = " UNION ALL ".join(
        f"SELECT '{t}', md5(coalesce(string_agg(r::text, '' ORDER BY r::text), '')) FROM {t} r" for t in tenant_tables()
    )
    with tenant_context(world.tenant.pk), connection.cursor() as cursor:
        cursor.execute(tables)
        return str(sorted(cursor.fetchall()))


def test_every_route_is_in_the_access_table():
    names = {route.name for route in ALL_ROUTES}
    assert names - set(ACCESS) == set(), "Add these routes to access_table.ACCESS."
    assert set(ACCESS) - names == set(), "These routes are gone."


def test_the_observed_access_is_the_agreed_access(cast):
    observed = {}
    for route in ALL_ROUTES:
        if route.name in ACCESS:
            url = route.url(arguments(route, cast.mine))
            observed[route.name] = " ".join(str(undone(cast.clients[role], "GET", url).status_code) for role in ROLES)
    assert observed == {name: ACCESS[name] for name in observed}


def test_nobody_signed_out_gets_in(cast):
    for route in ALL_ROUTES:
        url = route.url(arguments(route, cast.mine))
        for method in METHODS:
            response = undone(cast.clients["anonymous"], method, url)
            if route.name in ANONYMOUS:
                assert response.status_code < 500, (method, url)
            elif url.startswith("/api/v1/") and route.name != "api:docs":
                assert response.status_code in (401, 403, 405), (method, url, response.status_code)
            else:
                assert response.status_code == 302, (method, url, response.status_code)
                assert response["Location"].startswith("/accounts/login/"), (method, url)


def _probes(cast: Cast) -> Iterator[tuple[Route, str, str, dict, dict]]:
    nothing = dict.fromkeys(cast.theirs, NONEXISTENT)
    for route in ALL_ROUTES:
        theirs, none = arguments(route, cast.theirs), arguments(route, nothing)
        if theirs != none:
            for role in ROLES:
                methods = METHODS if role == "state" else ("GET", "POST")
                for method in methods:
                    yield route, method, role, theirs, none


def test_another_tenants_row_is_exactly_as_absent_as_no_row(cast):
    before, count, differing = fingerprint(cast.south), 0, []
    for route, method, role, theirs, none in _probes(cast):
        client, name = cast.clients[role], (route.name, method, role)
        answer, reference = undone(client, method, route.url(theirs)), undone(client, method, route.url(none))
        assert answer.status_code < 500, name
        if comparable(answer, route.url(theirs)) != comparable(reference, route.url(none)):
            differing.append(name)
        if method in ("GET", "POST"):
            assert answer.status_code in (403, 404, 405), (*name, answer.status_code)
        count += 2
    assert differing == []
    assert count > 500
    assert fingerprint(cast.south) == before


def test_no_page_shows_a_word_of_another_tenant(cast):
    asked = CANARY[:-1]  # begins every word of the other tenant; what a page repeats of the question is no canary yet
    for route in ALL_ROUTES:
        url = route.url(arguments(route, cast.mine))
        for role in ROLES:
            response = undone(cast.clients[role], "GET", f"{url}?q={asked}")
            body = b"".join(response.streaming_content) if response.streaming else response.content
            assert CANARY.encode() not in body, (url, role)


def test_no_method_on_any_route_ends_in_a_server_error(cast):
    for route in ALL_ROUTES:
        url = route.url(arguments(route, cast.mine))
        for method in METHODS:
            for role in ("state", "admin", "partner"):
                assert undone(cast.clients[role], method, url).status_code < 500, (method, url, role)


def test_every_answer_carries_the_privacy_headers(cast):
    for route in ALL_ROUTES:
        response = undone(cast.clients["state"], "GET", route.url(arguments(route, cast.mine)))
        assert "unsafe" not in response["Content-Security-Policy"], route.name
        assert "default-src 'none'" in response["Content-Security-Policy"], route.name
        assert response["X-Content-Type-Options"] == "nosniff", route.name
        assert response["X-Frame-Options"] == "DENY", route.name
        assert response["X-Request-ID"], route.name
        if route.name not in ANONYMOUS:
            assert "no-store" in response["Cache-Control"], route.name


def test_reading_changes_nothing(cast):
    before = fingerprint(cast.north)
    for route in ALL_ROUTES:
        if route.name not in ANONYMOUS:
            probe(cast.clients["state"], "GET", route.url(arguments(route, cast.mine)))
    assert fingerprint(cast.north) == before
