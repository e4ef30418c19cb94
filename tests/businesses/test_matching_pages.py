"""The queue of duplicates and the pages around it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bizworks.tenancy.context import tenant_context
from businesses.constants import PairState, Source
from businesses.models import Business, BusinessIdentifier, DuplicatePair, Employer, ImportMapping, MatchRun
from tests.factories import make_business

pytestmark = pytest.mark.django_db
QUEUE = reverse("businesses:duplicates")


def make_pair(world, name="Larkspur Foundry", **values):
    """Two records and the pair of them, in the tenant in force."""
    left, right = (make_business(world, f"{name} {ending}") for ending in ("Inc.", "Fuondry"))
    values = {"probability": 0.9, "reasons": ["name:letter", "place:address", "phone:different"]} | values
    return DuplicatePair.objects.create(left=left, right=right, **values)


@pytest.fixture
def pair(north):
    with tenant_context(north.tenant.pk, user_id=north.manager.user_id):
        return make_pair(north)


@pytest.fixture
def manager(north, client_for):
    return client_for(north.manager)


def page(pair):
    return reverse("businesses:duplicate", args=[pair.pk])


def decide(client, pair, decision, **more):
    address = reverse("businesses:duplicate_decide", args=[pair.pk])
    return client.post(address, {"decision": decision, "version": pair.version} | more)


def reread(world, pair):
    with tenant_context(world.tenant.pk):
        pair.refresh_from_db()
    return pair


def test_the_queue_shows_both_names_and_why(manager, pair):
    html = manager.get(QUEUE).content.decode()
    assert "Larkspur Foundry Inc." in html
    assert "Larkspur Foundry Fuondry" in html
    assert "Names differ by one or two letters; same address" in html


def test_an_empty_queue_says_what_will_come(manager):
    assert "No duplicates wait" in manager.get(QUEUE).content.decode()
    assert "Nothing here" in manager.get(QUEUE, {"strength": "flagged"}).content.decode()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"strength": "likely"}, True),
        ({"strength": "possible"}, False),
        ({"strength": "flagged"}, False),
        ({"state": "distinct"}, False),
        ({"order": "activity"}, True),
        ({"source": "Licences"}, True),
        ({"source": "Purchased"}, False),
        ({"state": "x", "region": "99999999999999999999", "strength": "%00", "after": "-1"}, True),
    ],
)
def test_filters(manager, north, pair, query, shown):
    with tenant_context(north.tenant.pk):
        for name in ("Licences", "Purchased"):
            ImportMapping.objects.create(source_name=name)
        BusinessIdentifier.objects.create(business=pair.left, scheme="list", value="Licences:7", source=Source.PUBLIC)
    assert ("Larkspur Foundry Inc." in manager.get(QUEUE, query).content.decode()) is shown


def test_filter_by_region(manager, north, pair):
    assert b"Larkspur" in manager.get(QUEUE, {"region": north.region.pk}).content
    assert b"Larkspur" not in manager.get(QUEUE, {"region": north.other_region.pk}).content


@pytest.mark.parametrize("order", ["strength", "activity"])
def test_pages_follow_each_other_without_gaps(manager, north, order):
    with tenant_context(north.tenant.pk):
        made = [make_pair(north, f"Firm {n}", probability=round(0.5 + (n % 7) / 20, 2)) for n in range(60)]
    seen, address = [], f"{QUEUE}?order={order}"
    while address:
        answer = manager.get(address)
        seen += [pair.pk for pair, _ in answer.context["rows"]]
        address = answer.context["next"] and QUEUE + answer.context["next"]
    assert sorted(seen) == sorted(pair.pk for pair in made)
    assert len(seen) == len(set(seen)) == 60


def test_two_records_side_by_side_with_differences_marked(manager, north, pair):
    with tenant_context(north.tenant.pk):
        Business.objects.filter(pk=pair.left_id).update(phone="413-555-0101", website="https://larkspur.example")
        Business.objects.filter(pk=pair.right_id).update(phone="413-555-0199", website="https://larkspur.example")
    rows = {row.label: row for row in manager.get(page(pair)).context["comparison"].fields}
    assert rows["Telephone"].differs
    assert rows["Website"].same
    assert rows["Lead"].left == "Nobody"
    assert not rows["Lead"].same


def test_values_of_the_unemployment_agency_stay_hidden(manager, north, pair, client_for):
    """BR-6: neither shown nor compared for those who may not see them."""
    with tenant_context(north.tenant.pk):
        for side, number in ((pair.left, "001234567"), (pair.right, "009994567")):
            Employer.objects.filter(pk=side.employer_id).update(fein=number, fein_source=Source.UC)
            Business.objects.filter(pk=side.pk).update(employees=44, employees_source=Source.UC)
    answer = manager.get(page(pair))
    assert b"1234567" not in answer.content
    assert b">44" not in answer.content
    rows = {row.label: row for row in answer.context["comparison"].fields}
    assert not rows["FEIN"].differs
    assert b"00-1234567" in client_for(north.state).get(page(pair)).content


@pytest.mark.parametrize(
    ("decision", "state"),
    [("distinct", PairState.DISTINCT), ("location", PairState.LOCATION), ("undecided", PairState.UNDECIDED)],
)
def test_deciding_goes_on_to_the_next_pair_which_offers_undo(manager, north, pair, decision, state):
    with tenant_context(north.tenant.pk):
        following = make_pair(north, "Kestrel Optics", probability=0.8)
    answer = decide(manager, pair, decision)
    assert answer.url == f"{page(following)}?done={pair.pk}"
    assert reread(north, pair).state == state
    html = manager.get(answer.url).content.decode()
    assert 'value="reopen"' in html
    decide(manager, pair, "reopen")
    assert reread(north, pair).state == PairState.WAITING


def test_the_last_decision_leads_back_to_the_queue(manager, pair):
    assert decide(manager, pair, "distinct").url == QUEUE


def test_filters_are_kept_from_pair_to_pair(manager, north, pair):
    with tenant_context(north.tenant.pk):
        following = make_pair(north, "Kestrel Optics", probability=0.8)
    address = reverse("businesses:duplicate_decide", args=[pair.pk]) + "?strength=likely&order=activity"
    answer = manager.post(address, {"decision": "distinct", "version": pair.version})
    assert answer.url == f"{page(following)}?strength=likely&order=activity&done={pair.pk}"


def test_who_comes_second_is_told(manager, north, pair, client_for):
    decide(client_for(north.state), pair, "distinct")
    answer = manager.post(
        reverse("businesses:duplicate_decide", args=[pair.pk]), {"decision": "location", "version": 1}, follow=True
    )
    assert "has decided already: not the same" in answer.content.decode()
    assert reread(north, pair).state == PairState.DISTINCT


@pytest.mark.parametrize("post", [{}, {"decision": "\x00"}, {"decision": "merged", "version": "9" * 30}])
def test_nonsense_changes_nothing(manager, north, pair, post):
    address = reverse("businesses:duplicate_decide", args=[pair.pk])
    assert manager.post(address, post).status_code == 302
    assert reread(north, pair).state == PairState.WAITING


def test_a_merged_pair_leaves_the_queue_and_returns_with_the_undoing(manager, north, pair):
    with tenant_context(north.tenant.pk, user_id=north.manager.user_id):
        from businesses.services.merges import MergeData, business_merge, business_unmerge

        merge = business_merge(actor=north.manager, data=MergeData(survivor_id=pair.left_id, absorbed_id=pair.right_id))
    assert b"Larkspur" not in manager.get(QUEUE).content
    assert "nothing left to decide" in manager.get(page(pair)).content.decode()
    with tenant_context(north.tenant.pk, user_id=north.manager.user_id):
        business_unmerge(actor=north.manager, merge_id=merge.pk)
    assert b"Larkspur" in manager.get(QUEUE).content


def test_a_representative_flags_with_one_tap_and_cannot_decide(north, pair, client_for):
    client = client_for(north.rep)
    with tenant_context(north.tenant.pk):
        twin = make_business(north, "Umbria Looms Inc")
        other = make_business(north, "Umbria Looms")
    address = reverse("businesses:business_duplicates", args=[twin.pk])
    assert "Umbria Looms</a>" in client.get(address).content.decode()
    assert client.post(address, {"other": other.pk}).url == twin.get_absolute_url()
    with tenant_context(north.tenant.pk):
        flagged = DuplicatePair.objects.get(left=twin, right=other)
        assert flagged.flagged_by_id == north.rep.staff_id
    assert "Waits for a decision" in client.get(address).content.decode()
    assert client.get(QUEUE).status_code == 403
    assert decide(client, flagged, "distinct").status_code == 403


@pytest.mark.parametrize("other", ["", "x", "0", str(2**62), str(2**80), "\x00"])
def test_a_flag_on_nothing_is_answered_with_the_form(north, client_for, other):
    with tenant_context(north.tenant.pk):
        business = make_business(north, "Umbria Looms")
    address = reverse("businesses:business_duplicates", args=[business.pk])
    assert client_for(north.rep).post(address, {"other": other, "note": "kept text"}).status_code == 422


def test_strangers_pairs_do_not_exist(north, south, pair, client_for):
    client = client_for(south.manager)
    assert client.get(page(pair)).status_code == 404
    assert decide(client, pair, "distinct").status_code == 404
    assert client.get(reverse("businesses:business_duplicates", args=[pair.left_id])).status_code == 404
    assert b"Larkspur" not in client.get(QUEUE).content


def test_a_search_is_asked_for_watched_and_stopped(manager, north):
    assert manager.post(reverse("businesses:duplicate_search")).url == QUEUE
    with tenant_context(north.tenant.pk):
        run = MatchRun.objects.get()
    assert "Waiting for the worker" in manager.get(QUEUE).content.decode()
    part = manager.get(reverse("businesses:duplicate_progress", args=[run.pk])).content.decode()
    assert "<html" not in part
    assert "already" in manager.post(reverse("businesses:duplicate_search"), follow=True).content.decode()
    manager.post(reverse("businesses:duplicate_cancel", args=[run.pk]))
    assert "was cancelled" in manager.get(QUEUE).content.decode()


@pytest.mark.parametrize("number", [10, 1_000])
def test_the_queue_costs_the_same_however_long_it_is(manager, north, number):
    with tenant_context(north.tenant.pk):
        hub = make_business(north, "Hub")
        employer = Employer.objects.create(name="Many")
        made = Business.objects.bulk_create(
            Business(name=f"Firm {n}", employer=employer, town="Springfield", state="MA", search_text=f"firm {n}")
            for n in range(number)
        )
        DuplicatePair.objects.bulk_create(
            DuplicatePair(left=hub, right=business, probability=0.7, reasons=["name:letter"]) for business in made
        )
        first = DuplicatePair.objects.order_by("id").first()
    manager.get(QUEUE)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        manager.get(QUEUE)
    assert len(queries) <= 18, [q["sql"][:90] for q in queries]
    with CaptureQueriesContext(connection) as queries:
        manager.get(page(first))
    assert len(queries) <= 28, [q["sql"][:90] for q in queries]
