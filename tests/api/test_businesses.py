"""Businesses and contacts over the API: refusals first, then what partners' systems do."""

import uuid

from bizworks.tenancy.context import tenant_context
from businesses.models import Business, ConfirmedMatch, Employer
from tests.businesses.conftest import add
from tests.factories import make_business, make_contact

ACME = {"name": "Acme Precision", "town": "Springfield", "state": "MA", "naics": "332710", "fein": "00-1111111"}


def test_partner_may_read_but_not_write(api, north):
    assert api(north, north.partner, "GET", "/businesses/")[0] == 200
    assert api(north, north.partner, "POST", "/businesses/", ACME)[0] == 403
    assert api(north, north.rep, "POST", "/businesses/", ACME)[0] == 201


def test_read_scope_does_not_write(api, north):
    assert api(north, north.rep, "POST", "/businesses/", ACME, scopes=("read",))[0] == 403


def test_another_tenants_business_is_as_absent_as_none(api, north, south):
    with tenant_context(south.tenant.pk):
        theirs = make_business(south).pk
    for path in (f"/businesses/{theirs}/", f"/businesses/{theirs}/contacts/"):
        assert api(north, north.rep, "GET", path) == api(north, north.rep, "GET", path.replace(str(theirs), "99999999"))
    assert api(north, north.rep, "PATCH", f"/businesses/{theirs}/", {"version": 1, "name": "Ours"})[0] == 404
    with tenant_context(south.tenant.pk):
        assert Business.objects.get(pk=theirs).name != "Ours"


def test_a_new_business_is_placed_and_its_fein_masked_for_others(api, north):
    status, business = api(north, north.rep, "POST", "/businesses/", ACME)
    assert (status, business["area"], business["region"]) == (201, north.area.pk, north.region.pk)
    assert business["employer"]["fein"] == "001111111"
    path = f"/businesses/{business['id']}/"
    assert api(north, north.other_rep, "GET", path)[1]["employer"]["fein"] == "*****1111"
    assert api(north, north.state, "GET", path)[1]["employer"]["fein"] == "001111111"


def test_a_likely_duplicate_is_named_and_needs_a_reason(api, north):
    known = api(north, north.rep, "POST", "/businesses/", ACME)[1]["id"]
    status, problem = api(north, north.rep, "POST", "/businesses/", ACME)
    assert (status, list(problem["errors"])) == (422, ["confirmed_reason"])
    assert [(match["id"], match["rule"]) for match in problem["matches"]] == [(known, "fein")]
    assert api(north, north.rep, "POST", "/businesses/", ACME | {"confirmed_reason": "900-12-3456"})[0] == 422
    assert api(north, north.rep, "POST", "/businesses/", ACME | {"confirmed_reason": "Second shop"})[0] == 201
    with tenant_context(north.tenant.pk):
        assert Employer.objects.count() == 1
        assert ConfirmedMatch.objects.get().other_id == known


def test_what_is_sent_twice_is_saved_once(api, north):
    key = {"form_key": str(uuid.uuid4())}
    first, again = (api(north, north.rep, "POST", "/businesses/", ACME | key) for _ in range(2))
    assert (first[0], again[0], first[1]["id"]) == (201, 201, again[1]["id"])
    assert api(north, north.other_rep, "POST", "/businesses/", ACME | key)[0] == 422
    path = f"/businesses/{first[1]['id']}/contacts/"
    person = {"name": "J. Ruiz", "form_key": str(uuid.uuid4())}
    assert len({api(north, north.rep, "POST", path, person)[1]["id"] for _ in range(2)}) == 1
    stage = {"stage": "growth", "began_on": "2026-01-05", "source": "Told", "form_key": str(uuid.uuid4())}
    path = f"/businesses/{first[1]['id']}/stages/"
    assert len({api(north, north.rep, "POST", path, stage)[1]["id"] for _ in range(2)}) == 1
    assert api(north, north.rep, "POST", path, stage | {"form_key": person["form_key"]})[0] == 422


def test_an_industry_that_is_held_back_is_not_found_by_its_code_either(north, client_for):
    with tenant_context(north.tenant.pk):
        add(north.state, naics="332710", source="uc")
    for actor, found in ((north.rep, 0), (north.partner, 0), (north.state, 1)):
        client = client_for(actor)
        assert len(client.get("/api/v1/businesses/?naics=3327").json()["results"]) == found
        assert client.get(f"/api/v1/businesses/?sector={north.sector.pk}").json()["results"] == []


def test_every_sensitive_value_carries_its_source(api, north):
    _, business = api(north, north.rep, "POST", "/businesses/", ACME | {"employees": 5, "source": "public"})
    assert (business["naics_source"], business["employees_source"]) == ("public", "public")
    assert business["employer"]["fein_source"] == "public"


def test_mistakes_are_named_by_field(api, north):
    for field, value in (("town", "Nowhereville"), ("naics", "99999"), ("fein", "123-45-6789"), ("zip_code", "12")):
        status, problem = api(north, north.rep, "POST", "/businesses/", ACME | {field: value})
        assert (status, list(problem["errors"])) == (422, [field])
    assert api(north, north.rep, "POST", "/businesses/", {"name": "x"})[0] == 400


def test_a_change_from_an_old_version_is_refused(api, north):
    _, business = api(north, north.rep, "POST", "/businesses/", ACME)
    path = f"/businesses/{business['id']}/"
    status, changed = api(north, north.rep, "PATCH", path, {"version": 1, "employees": 40})
    assert (status, changed["employees"], changed["version"], changed["name"]) == (200, 40, 2, "Acme Precision")
    assert api(north, north.rep, "PATCH", path, {"version": 1, "employees": 50})[0] == 412


def test_people_are_added_changed_and_part(api, north):
    with tenant_context(north.tenant.pk):
        business = make_business(north)
        make_contact(business, "Zoe Staff", is_key=False)
    path = f"/businesses/{business.pk}/contacts/"
    status, contact = api(north, north.rep, "POST", path, {"name": "J. Ruiz", "role": "hr"})
    assert (status, contact["is_key_representative"]) == (201, True)
    assert [c["name"] for c in api(north, north.rep, "GET", path)[1]] == ["J. Ruiz", "Zoe Staff"]
    changed = {"name": "Jo Ruiz", "role": "hr", "left_on": "2026-01-31"}
    assert api(north, north.rep, "PUT", f"/contacts/{contact['id']}/", changed)[1]["left_on"] == "2026-01-31"


def test_lists_filter_search_and_page(api, north):
    with tenant_context(north.tenant.pk):
        for number in range(5):
            make_business(north, f"Mill {number}")
        make_business(north, "Harbor Inn", town="Boston")
    _, page = api(north, north.rep, "GET", "/businesses/?q=mill&page_size=2")
    assert [b["name"] for b in page["results"]] == ["Mill 0", "Mill 1"]
    assert page["next"]
    assert len(api(north, north.rep, "GET", f"/businesses/?region={north.other_region.pk}")[1]["results"]) == 1
    assert api(north, north.rep, "GET", "/businesses/?region=x")[0] == 400
    assert api(north, north.rep, "GET", "/businesses/?cursor=nonsense")[0] == 404
