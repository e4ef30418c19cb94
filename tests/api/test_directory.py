"""The tenant's map over the API."""

import pytest

from bizworks.tenancy.context import tenant_context
from tests.api.tokens import issue

KINDS = ["regions", "areas", "agencies", "centers", "sectors", "service-items", "slates"]


@pytest.mark.parametrize("kind", KINDS)
def test_anonymous_and_bad_tokens_are_refused_and_a_good_one_is_answered(kind, client, north, south):
    url = f"/api/v1/{kind}/"
    assert client.get(url).status_code == 401
    good = issue(north, north.rep, "read")
    wrong_tenant = {"Authorization": good["Authorization"].replace(f"_{north.tenant.pk}_", f"_{south.tenant.pk}_")}
    for header in ({"Authorization": "Bearer nonsense"}, wrong_tenant, issue(north, north.rep, "read", days=-1)):
        answer = client.get(url, headers=header)
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert client.get(url, headers=good).status_code == 200


def test_a_token_without_the_scope_is_refused(client, north):
    assert client.get("/api/v1/regions/", headers=issue(north, north.rep, "counts")).status_code == 403


def test_lists_show_this_tenants_rows_only(client, north, south):
    answer = client.get("/api/v1/regions/", headers=issue(north, north.rep, "read")).json()
    assert {row["name"] for row in answer["results"]} == {"North West", "North East"}


def test_retired_rows_can_be_left_out(client, north):
    with tenant_context(north.tenant.pk):
        north.other_region.retired_on = "2025-01-01"
        north.other_region.save()
    header = issue(north, north.rep, "read")
    rows = client.get("/api/v1/regions/?in_force_on=2025-06-30", headers=header).json()["results"]
    assert [row["name"] for row in rows] == ["North West"]
    assert client.get("/api/v1/regions/?in_force_on=soon", headers=header).status_code == 400


def test_the_reference_page_names_every_operation(client, north, client_for):
    page = client_for(north.rep).get("/api/v1/")
    assert page.status_code == 200
    for kind in KINDS:
        assert f"/api/v1/{kind}/" in page.content.decode()
