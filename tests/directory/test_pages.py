"""Who may open the administration's pages: refusals first, then that the right person sees them."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bizworks.accounts.models import ApiToken, User
from bizworks.directory.models import Center, Invitation, Region
from bizworks.directory.sections import SECTIONS
from bizworks.directory.urls import urlpatterns
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.policy import ROLE_PERMISSIONS, Permission, Role

pytestmark = pytest.mark.django_db
PEOPLE = {"staff_list", "invite", "staff_edit", "staff_end", "staff_restore", "invitation_renew", "invitation_withdraw"}
TOKENS = {"token_list", "token_add", "token_revoke"}
POSTS = {"staff_restore", "invitation_renew", "invitation_withdraw", "token_revoke"} | {
    f"{kind}_restore" for kind in SECTIONS
}
ROLE_ACTORS = {
    Role.REPRESENTATIVE: "rep",
    Role.MANAGER: "manager",
    Role.STATE: "state",
    Role.ADMIN: "admin",
    Role.PARTNER: "partner",
}


def needed(name: str) -> set[str]:
    if name == "administration":
        return {
            Permission.MANAGE_DIRECTORY,
            Permission.MANAGE_STAFF,
            Permission.MANAGE_TOKENS,
            Permission.VIEW_AUDIT,
        }
    if name in PEOPLE:
        return {Permission.MANAGE_STAFF}
    if name in TOKENS:
        return {Permission.MANAGE_TOKENS}
    return {Permission.VIEW_AUDIT} if name == "audit" else {Permission.MANAGE_DIRECTORY}


def objects(world) -> dict[str, int]:
    later = datetime.now(UTC) + timedelta(days=5)
    with tenant_context(world.tenant.pk):
        center = Center.objects.create(code="c1", name="A center", area=world.area)
        invitation = Invitation.objects.create(
            email="new@example.org", name="New", role=Role.STATE, agency=world.agency, expires_at=later
        )
        token = ApiToken.objects.create(
            user_id=world.admin.user_id,
            name="Bridge",
            digest=uuid.uuid4().hex * 2,
            last_four="abcd",
            scopes=["read"],
            expires_at=later,
        )
    return {
        "region_id": world.region.pk,
        "area_id": world.area.pk,
        "center_id": center.pk,
        "agency_id": world.agency.pk,
        "item_id": world.items.lmi.pk,
        "slate_id": world.slate.pk,
        "sector_id": world.sector.pk,
        "staff_id": world.rep.staff_id,
        "invitation_id": invitation.pk,
        "token_id": token.pk,
    }


def pages(ids: dict[str, int]):
    """Every page of the app but the public one: name, address, method."""
    for pattern in urlpatterns:
        if pattern.name == "invitation_accept" or pattern.name.startswith("notice"):  # for strangers; for everybody
            continue
        kwargs = {key: ids[key] for key in pattern.pattern.converters}
        yield (
            pattern.name,
            reverse(f"directory:{pattern.name}", kwargs=kwargs),
            ("post" if pattern.name in POSTS else "get"),
        )


def test_every_page_is_refused_to_every_role_that_lacks_the_permission_and_opens_to_the_others(north, client_for):
    ids = objects(north)
    opened = set()
    for role, attribute in ROLE_ACTORS.items():
        client = client_for(getattr(north, attribute))
        for name, url, method in pages(ids):
            may = bool(needed(name) & ROLE_PERMISSIONS[role])
            status = getattr(client, method)(url).status_code
            assert (status != 403) is may, (role, name, status)
            assert status in ((200, 302) if may else (403,)), (role, name, status)
            opened |= {name} if may else set()
    assert opened == {name for name, _, _ in pages(ids)}


def test_strangers_are_asked_to_sign_in_and_operators_are_refused(north):
    ids = objects(north)
    operator = Client()
    operator.force_login(User.objects.create_user("operator@example.org", "x", name="Operator"))
    for name, url, method in pages(ids):
        anonymous = getattr(Client(), method)(url)
        assert (anonymous.status_code, anonymous["Location"].split("?")[0]) == (302, reverse("account_login")), name
        assert getattr(operator, method)(url).status_code == 403, name


def test_ids_of_another_tenant_are_as_unknown_as_ids_of_none(north, south, client_for):
    ids, client = objects(south), client_for(north.admin)
    walked = 0
    for (name, theirs, method), (_, nobodys, _) in zip(pages(ids), pages(dict.fromkeys(ids, 987_654_321)), strict=True):
        if theirs != nobodys:
            for send in {method, "post"}:
                walked += 1
                assert [getattr(client, send)(url).status_code for url in (theirs, nobodys)] == [404, 404], name
    assert walked > 40
    assert client.get(f"/administration/regions/{10**30}/").status_code == 404


def test_acts_that_change_something_refuse_get(north, client_for):
    client = client_for(north.admin)
    refused = {name for name, url, _ in pages(objects(north)) if client.get(url).status_code == 405}
    assert refused == POSTS


@pytest.mark.parametrize("kind", SECTIONS)
def test_a_list_costs_the_same_with_one_row_and_with_many(kind, north, client_for):
    client, url = client_for(north.admin), reverse(f"directory:{kind}_list")
    ids = objects(north)
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert client.get(url).status_code == 200
    with tenant_context(north.tenant.pk):
        model = Region if kind == "region" else type_of(kind)
        first = model.objects.get(pk=ids[f"{kind}_id"])
        for number in range(10):
            first.pk, first.code = None, f"more-{number}"
            first._state.adding = True
            first.save()
    with CaptureQueriesContext(connection) as many:
        assert client.get(url).status_code == 200
    assert len(one) == len(many) <= 17, [q["sql"][:150] for q in many]


def type_of(kind: str):
    from bizworks.directory.services.kinds import KINDS

    return KINDS[kind].model


def test_state_staff_see_the_audit_trail_alone(north, client_for):
    page = client_for(north.state).get("/administration/").content.decode()
    assert "Audit trail" in page
    assert "API tokens" not in page
    assert reverse("directory:region_list") not in page


@pytest.mark.parametrize("value", ["%F0%9F", "'; --", "\U0001f600", "9" * 40, "-1", "zz", "1e9"])
def test_odd_query_strings_never_break_a_page(value, north, client_for):
    client = client_for(north.admin)
    for url in (
        "/administration/audit/",
        "/administration/catalogue/",
        "/administration/places/",
        "/administration/sectors/preview/",
        "/administration/territory/move/",
    ):
        names = ("q", "page", "person", "table", "since", "until", "row", "before", "includes", "excludes", "area")
        for name in (*names, "places"):
            assert client.get(url, {name: value}).status_code in (200, 422), (url, name)
