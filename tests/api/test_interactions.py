"""Logging over the API: the page's rules, the page's sentences."""

from uuid import uuid4

from bizworks.tenancy.context import tenant_context
from interactions.models import Interaction, ServiceDelivered
from tests.factories import make_business, make_contact


def body(world, business, **more):
    return {
        "business_ids": [business.pk],
        "occurred_on": "2026-01-05",
        "mode": "phone",
        "services": [{"item_id": world.items.lmi.pk}, {"item_id": world.items.job_order.pk}],
    } | more


def test_refusals(api, north, south):
    with tenant_context(north.tenant.pk):
        ours = make_business(north)
    with tenant_context(south.tenant.pk):
        theirs = make_business(south)
    post = lambda actor, data: api(north, actor, "POST", "/interactions/", data)  # noqa: E731
    assert post(north.partner, body(north, ours))[0] == 403
    assert post(north.rep, body(north, theirs))[0] == 422
    assert post(north.rep, body(north, ours, occurred_on="2999-01-01"))[0] == 422
    assert post(north.rep, body(north, ours, mode="telepathy"))[0] == 400
    assert post(north.rep, body(north, ours, services=[{"item_id": south.items.lmi.pk}]))[0] == 422
    assert post(north.rep, body(north, ours))[0] == 201


def test_the_same_form_key_is_saved_once(api, north):
    with tenant_context(north.tenant.pk):
        business = make_business(north)
    data = body(north, business, form_key=str(uuid4()))
    first, again = (api(north, north.rep, "POST", "/interactions/", data) for _ in range(2))
    assert (first[0], again[0]) == (201, 200)
    assert again[1]["interaction_id"] == first[1]["interaction_id"]
    with tenant_context(north.tenant.pk):
        assert Interaction.objects.count() == 1
        assert ServiceDelivered.objects.count() == 2


def test_an_orientation_is_judged_per_business(api, north):
    with tenant_context(north.tenant.pk):
        keyed, plain = make_business(north), make_business(north)
        contacts = [make_contact(keyed).pk, make_contact(plain, is_key=False).pk]
        lines = [line.pk for line in north.slate.lines.all()[:4]]
    data = body(
        north,
        keyed,
        business_ids=[keyed.pk, plain.pk],
        mode="group",
        contact_ids=contacts,
        duration_minutes=45,
        slate_line_ids=lines,
        services=[{"item_id": north.items.orientation.pk}],
    )
    assert api(north, north.rep, "POST", "/interactions/", data)[0] == 422
    status, result = api(north, north.rep, "POST", "/interactions/", data | {"orientation_fallback": "partial"})
    assert status == 201
    assert {j["business_id"]: j["qualifies"] for j in result["judgements"]} == {keyed.pk: True, plain.pk: False}


def test_void_keeps_the_record_and_its_reason(api, north):
    with tenant_context(north.tenant.pk):
        business = make_business(north)
    number = api(north, north.rep, "POST", "/interactions/", body(north, business))[1]["interaction_id"]
    path = f"/interactions/{number}/void/"
    assert api(north, north.partner, "POST", path, {"reason": "Wrong business"})[0] == 403
    assert api(north, north.rep, "POST", path, {"reason": ""})[0] == 400
    status, row = api(north, north.rep, "POST", path, {"reason": "Wrong business"})
    assert (status, row["void_reason"]) == (200, "Wrong business")


def test_restricted_work_is_not_found_by_others(api, north):
    with tenant_context(north.tenant.pk):
        business = make_business(north)
    data = body(north, business, visibility="restricted")
    number = api(north, north.state, "POST", "/interactions/", data)[1]["interaction_id"]
    path = f"/interactions/{number}/"
    assert api(north, north.other_rep, "GET", path)[0] == 404
    assert api(north, north.state, "GET", path)[0] == 200
    assert api(north, north.other_rep, "GET", "/services/")[1]["results"] == []
    assert len(api(north, north.state, "GET", "/services/")[1]["results"]) == 2


def test_lists_cost_the_same_for_one_and_for_ten(api, north, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    numbers = []
    for count in (1, 10):
        with tenant_context(north.tenant.pk):
            businesses = [make_business(north) for _ in range(count)]
        for business in businesses:
            api(north, north.rep, "POST", "/interactions/", body(north, business))
        api(north, north.rep, "GET", "/interactions/")
        with CaptureQueriesContext(connection) as queries:
            api(north, north.rep, "GET", "/interactions/")
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
