"""Leads over the API: the page's rules, the page's sentences."""

import pytest

from bizworks.tenancy.context import tenant_context
from businesses.models import Lead
from businesses.services.leads import lead_take
from tests.factories import make_business


@pytest.fixture
def acme(north):
    with tenant_context(north.tenant.pk):
        return make_business(north, "Acme Precision")


def test_refusals(api, north, south, acme):
    with tenant_context(south.tenant.pk):
        theirs = make_business(south)
    take = f"/businesses/{acme.pk}/lead/take/"
    assert api(north, north.partner, "POST", take, {})[0] == 403
    assert api(north, north.rep, "POST", take, {}, scopes=("read",))[0] == 403
    assert api(north, north.rep, "POST", f"/businesses/{theirs.pk}/lead/take/", {})[0] == 404
    assert api(north, north.rep, "POST", take, {"region_id": south.region.pk})[0] == 422
    assert api(north, north.rep, "POST", take, {"region_id": 2**70})[0] == 400
    assert api(north, north.rep, "POST", take, {"region_id": "x"})[0] == 400
    propose = f"/businesses/{acme.pk}/lead/propose/"
    assert api(north, north.rep, "POST", propose, {"staff_id": south.rep.staff_id})[0] == 422
    assert api(north, north.rep, "POST", propose, {})[0] == 400
    assert api(north, north.rep, "POST", "/lead-proposals/987654321/accept/")[0] == 404


def test_a_lead_is_taken_offered_declined_offered_again_and_accepted(api, north, acme):
    code, lead = api(north, north.rep, "POST", f"/businesses/{acme.pk}/lead/take/", {})
    assert (code, lead["staff"], lead["region"]) == (201, north.rep.staff_id, acme.region_id)
    code, refused = api(north, north.other_rep, "POST", f"/businesses/{acme.pk}/lead/take/", {})
    assert (code, list(refused["errors"])) == (422, [""])
    offer = {"staff_id": north.other_rep.staff_id, "message": "Yours?"}
    for end in ("decline", "accept"):
        code, proposal = api(north, north.rep, "POST", f"/businesses/{acme.pk}/lead/propose/", offer)
        assert (code, proposal["kind"], proposal["state"]) == (201, "offer", "open")
        code, waiting = api(north, north.other_rep, "GET", "/lead-proposals/")
        assert (code, [row["id"] for row in waiting]) == (200, [proposal["id"]])
        body = {"reason": "Not now"} if end == "decline" else {}
        path = f"/lead-proposals/{proposal['id']}/{end}/"
        assert api(north, north.rep, "POST", path, body)[0] == 403
        assert api(north, north.other_rep, "POST", path, body)[0] == 200
    code, listed = api(north, north.partner, "GET", f"/leads/?business={acme.pk}", scopes=("read",))
    assert (code, [row["staff"] for row in listed["results"]]) == (200, [north.other_rep.staff_id])


def test_what_is_planned_past_a_lead_needs_a_reason_here_too(api, north, acme):
    with tenant_context(north.tenant.pk, user_id=north.rep.user_id):
        lead_take(actor=north.rep, business_id=acme.pk)
    body = {
        "business_ids": [acme.pk],
        "occurred_on": "2026-01-05",
        "mode": "phone",
        "follow_up": {"text": "Call back", "due_on": "2027-01-05"},
    }
    code, refused = api(north, north.other_rep, "POST", "/interactions/", body)
    assert (code, list(refused["errors"])) == (422, ["outreach_reason"])
    assert api(north, north.other_rep, "POST", "/interactions/", body | {"outreach_reason": "Asked."})[0] == 201


def test_another_tenants_leads_are_not_listed(api, north, south, acme):
    with tenant_context(north.tenant.pk, user_id=north.rep.user_id):
        lead_take(actor=north.rep, business_id=acme.pk)
        assert Lead.objects.count() == 1
    assert api(south, south.state, "GET", "/leads/")[1]["results"] == []
