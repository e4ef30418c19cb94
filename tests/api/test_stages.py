"""Life-cycle stages over the API."""

from bizworks.tenancy.context import tenant_context
from tests.factories import make_business

STAGE = {"stage": "at_risk", "began_on": "2026-01-05", "source": "Told by the owner"}


def test_the_api_sets_lists_and_voids(api, north):
    with tenant_context(north.tenant.pk):
        acme = make_business(north, "Acme")
    path, body = f"/businesses/{acme.pk}/stages/", STAGE
    assert api(north, north.partner, "POST", path, body)[0] == 403
    assert api(north, north.rep, "POST", path, body | {"stage": "x"})[0] == 400
    assert api(north, north.rep, "POST", path, body | {"began_on": "2999-01-01"})[0] == 422
    status, stage = api(north, north.rep, "POST", path, body | {"visibility": "restricted"})
    assert (status, stage["stage"]) == (201, "at_risk")
    assert api(north, north.other_rep, "GET", path) == (200, [])
    assert [row["id"] for row in api(north, north.state, "GET", path)[1]] == [stage["id"]]
    assert api(north, north.other_rep, "POST", f"/stages/{stage['id']}/void/", {"reason": "x"})[0] == 404
    assert api(north, north.rep, "POST", f"/stages/{stage['id']}/void/", {"reason": "x"})[1]["void_reason"] == "x"
