"""API tokens: who issues them, what is kept of them, when they stop."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bizworks.accounts.models import ApiToken
from bizworks.accounts.selectors import token_claim, token_digest
from bizworks.accounts.services import token_issue, token_revoke
from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.selectors import actor_for_token, tenant_today
from bizworks.directory.services.people import staff_end
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.policy import Permission

pytestmark = pytest.mark.django_db
SOON = timedelta(days=30)


def issue(world, *, actor=None, **values):
    values = {"name": "Bridge", "scopes": ["read"], "expires_at": datetime.now(UTC) + SOON} | values
    return token_issue(actor=actor or world.admin, **values)


@pytest.mark.parametrize("role", ["rep", "manager", "state", "partner"])
def test_only_administrators_issue_and_revoke(role, in_north):
    token, _ = issue(in_north)
    with pytest.raises(NotAllowedError):
        issue(in_north, actor=getattr(in_north, role))
    with pytest.raises(NotAllowedError):
        token_revoke(actor=getattr(in_north, role), token_id=token.pk)
    assert ApiToken.objects.usable().count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["read", "everything"]}, "scopes"),
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "expires_at"),
        ({"expires_at": datetime.now(UTC) + timedelta(days=367)}, "expires_at"),
        ({"user_id": 987_654_321}, "user"),
    ],
)
def test_what_a_token_cannot_be(values, field, in_north):
    with pytest.raises(BusinessRuleError) as caught:
        issue(in_north, **values)
    assert set(caught.value.errors) == {field}
    assert not ApiToken.objects.exists()


def test_a_token_acts_as_nobody_of_another_tenant(south, in_north):
    with pytest.raises(BusinessRuleError):
        issue(in_north, user_id=south.state.user_id)


def test_only_the_fingerprint_is_kept(in_north):
    token, plain = issue(in_north, name=" Bridge ")
    assert re.fullmatch(rf"bw_{in_north.tenant.pk}_[A-Za-z0-9_-]{{43}}", plain)
    kept = str(ApiToken.objects.filter(pk=token.pk).values().get())
    assert plain not in kept
    assert plain.split("_", 2)[2] not in kept
    assert (token.digest, token.last_four, token.name) == (token_digest(plain), plain[-4:], "Bridge")
    claim = token_claim(f"Bearer {plain}")
    assert (claim.tenant_id, claim.digest) == (in_north.tenant.pk, token.digest)


def test_a_token_does_what_its_person_and_its_scopes_both_allow(in_north):
    _, plain = issue(in_north, scopes=["write", "counts"], user_id=in_north.rep.user_id)
    actor = actor_for_token(token_digest(plain))
    assert actor.permissions == {Permission.EDIT_BUSINESSES, Permission.LOG_INTERACTION, Permission.VIEW_DASHBOARD}
    assert actor.user_id == in_north.rep.user_id


def test_a_token_stops_when_revoked_expired_or_its_person_leaves(in_north):
    tokens = [issue(in_north, user_id=in_north.rep.user_id) for _ in range(2)]
    token_revoke(actor=in_north.admin, token_id=tokens[0][0].pk)
    token_revoke(actor=in_north.admin, token_id=tokens[0][0].pk)
    assert actor_for_token(token_digest(tokens[0][1])) is None
    assert actor_for_token(token_digest(tokens[1][1])) is not None
    with time_machine.travel(datetime.now(UTC) + SOON + timedelta(minutes=1)):
        assert actor_for_token(token_digest(tokens[1][1])) is None
    staff_end(actor=in_north.admin, staff_id=in_north.rep.staff_id, ended_on=tenant_today())
    assert actor_for_token(token_digest(tokens[1][1])) is None


def test_the_page_shows_a_token_once(north, client_for):
    client, url = client_for(north.admin), reverse("directory:token_add")
    with tenant_context(north.tenant.pk):
        last_day = tenant_today() + timedelta(days=365)
    data = {
        "name": "Bridge",
        "acts_as": north.rep.staff_id,
        "scopes": ["read", "write"],
        "valid_until": (last_day + timedelta(days=1)).isoformat(),
    }
    assert client.post(url, data).status_code == 422
    for wrong in ({"valid_until": "9999-12-31"}, {"valid_until": "0001-01-01"}, {"acts_as": "0"}, {"scopes": "all"}):
        assert client.post(url, data | wrong).status_code == 422
    page = client.post(url, data | {"valid_until": (last_day - timedelta(days=1)).isoformat()})
    plain = re.search(r"bw_\d+_[A-Za-z0-9_-]{43}", page.content.decode())[0]
    assert page["Cache-Control"] == "no-store, private"
    listed = client.get(reverse("directory:token_list")).content.decode()
    assert plain not in listed
    assert f"…{plain[-4:]}" in listed
    with tenant_context(north.tenant.pk):
        token = ApiToken.objects.get()
        assert actor_for_token(token_digest(plain)).user_id == north.rep.user_id
    assert client.post(reverse("directory:token_revoke", args=[token.pk])).status_code == 302
    answer = Client().get("/api/v1/", headers={"Authorization": f"Bearer {plain}"})
    assert answer.status_code == 401


def test_people_of_another_tenant_are_no_choice(north, south, client_for):
    client = client_for(north.admin)
    page = client.get(reverse("directory:token_add")).content.decode()
    assert south.rep.email not in page
    with tenant_context(north.tenant.pk):
        day = (tenant_today() + timedelta(days=5)).isoformat()
    data = {"name": "B", "acts_as": south.rep.staff_id, "scopes": ["read"], "valid_until": day}
    assert client.post(reverse("directory:token_add"), data).status_code == 422
