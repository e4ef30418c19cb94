"""Finding duplicates and deciding about them: what is proposed, what is remembered, who may decide."""

from datetime import UTC, datetime, timedelta

import pytest

from bizworks.core.errors import BusinessRuleError, NotAllowedError, StaleVersionError
from bizworks.tenancy.context import tenant_context
from businesses.constants import PairState, Source, Status
from businesses.models import Business, ConfirmedMatch, DuplicatePair, Employer, ImportBatch, MatchRun
from businesses.services import matching
from businesses.services.matching import pair_decide, pair_flag, pair_reopen
from businesses.services.matching_run import match_cancel, match_run, match_start, matching_due, matching_plan
from businesses.services.merges import MergeData, business_merge
from tests.factories import make_business

pytestmark = pytest.mark.django_db


def known(world, name, *, address="12 Elm Street", fein="", **values):
    """A business that is compared: at an address, of an employer of its own."""
    employer = Employer.objects.create(name=name, fein=fein, fein_source=Source.STAFF if fein else "")
    business = make_business(world, name, employer=employer)
    Business.objects.filter(pk=business.pk).update(address=address, zip_code="01103", **values)
    business.refresh_from_db()
    return business


def search(world, since=None):
    """Run a search in the tenant in force, as the worker does."""
    run = match_start(actor=world.manager, changed_since=since)
    match_run(tenant_id=world.tenant.pk, run_id=run.pk)
    run.refresh_from_db()
    assert run.state == MatchRun.State.DONE, run.problem
    return run


def pairs():
    return {(p.left.name, p.right.name) for p in DuplicatePair.objects.select_related("left", "right")}


@pytest.fixture
def twins(in_north):
    """Two records of one business, and one that is none of it."""
    left = known(in_north, "Larkspur Foundry Inc.")
    right = known(in_north, "Larkspur Fuondry", address="12 ELM ST")
    known(in_north, "Tamarack Looms", address="12 Elm Street")
    return left, right


@pytest.fixture
def pair(in_north, twins):
    """The pair the search proposes of them."""
    search(in_north)
    return DuplicatePair.objects.get()


def test_a_search_proposes_what_is_one_business_with_its_reasons(in_north, twins):
    run = search(in_north)
    pair = DuplicatePair.objects.get()
    assert (pair.left, pair.right) == twins
    assert pair.probability > 0.6
    assert pair.reasons[:2] == ["name:letter", "place:address"]
    assert (run.progress, run.pairs_found, run.pairs_new) == (3, 1, 1)


def test_a_second_search_finds_nothing_new(in_north, pair):
    run = search(in_north)
    assert (run.pairs_found, run.pairs_new) == (1, 0)
    assert DuplicatePair.objects.count() == 1


@pytest.mark.parametrize("number", [0, 1, 2])
def test_small_tenants_are_searched_like_large_ones(in_north, number):
    for _ in range(number):
        known(in_north, "Quarrystone Rope")
    search(in_north)
    assert DuplicatePair.objects.count() == max(0, number - 1)


def test_same_employer_at_another_address_is_a_location(in_north):
    first = known(in_north, "Winslow Forge", fein="001234567")
    for address in ("99 Bridge Road", "12 Elm St"):
        other = make_business(in_north, "Winslow Forge", employer=first.employer)
        Business.objects.filter(pk=other.pk).update(address=address, zip_code="01103")
    search(in_north)
    found = DuplicatePair.objects.get()
    assert {found.left.address, found.right.address} == {"12 Elm Street", "12 Elm St"}


def test_values_of_the_unemployment_agency_take_no_part(in_north):
    """BR-6: neither as a reason nor in the probability."""
    for name, number in (("Kestrel Optics", "001111111"), ("Kestrel Optical Works", "002222222")):
        business = known(in_north, name, naics_id="333310", naics_source=Source.UC)
        Employer.objects.filter(pk=business.employer_id).update(fein=number, fein_source=Source.UC)
    search(in_north)
    told = [reason for pair in DuplicatePair.objects.all() for reason in pair.reasons]
    assert told
    assert not [reason for reason in told if reason.startswith(("fein", "naics"))]


def test_odd_names_stop_no_search(in_north):
    for name in ("株式会社", "---", "!", "A" * 200, "Æthel & Søn", "'; drop table", "🍕🍕"):
        known(in_north, name, website="http://[bad", phone="x" * 30)
    search(in_north)


def test_another_tenant_sees_nothing(north, south):
    with tenant_context(north.tenant.pk):
        known(north, "Larkspur Foundry")
        known(north, "Larkspur Foundry")
        search(north)
    with tenant_context(south.tenant.pk):
        known(south, "Larkspur Foundry")
        search(south)
        assert not DuplicatePair.objects.exists()


# --- what is decided is remembered


def test_not_the_same_is_remembered(in_north, pair):
    pair_decide(actor=in_north.manager, pair_id=pair.pk, decision=PairState.DISTINCT, version=pair.version)
    assert search(in_north).pairs_new == 0
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by_id) == (PairState.DISTINCT, in_north.manager.staff_id)


def test_it_waits_again_when_much_more_agrees(in_north, pair, twins):
    pair_decide(actor=in_north.manager, pair_id=pair.pk, decision=PairState.DISTINCT)
    Business.objects.filter(pk__in=[b.pk for b in twins]).update(phone="413-555-0134")
    assert search(in_north).pairs_new == 1
    pair.refresh_from_db()
    assert (pair.state, pair.changed) == (PairState.WAITING, ["phone:same"])


def test_what_was_said_of_a_merged_record_holds_for_the_survivor(in_north, pair, twins):
    left, right = twins
    pair_decide(actor=in_north.manager, pair_id=pair.pk, decision=PairState.DISTINCT)
    third = known(in_north, "Larkspur Foundry", address="12 Elm")
    business_merge(actor=in_north.manager, data=MergeData(survivor_id=third.pk, absorbed_id=left.pk))
    search(in_north)
    assert not DuplicatePair.objects.filter(left=right, right=third).exists()


def test_what_was_confirmed_when_a_business_was_added_is_remembered(in_north, twins):
    left, right = twins
    ConfirmedMatch.objects.create(business=right, other=left, rule="name", reason="Two brothers")
    search(in_north)
    assert not DuplicatePair.objects.exists()


def test_a_proposal_that_no_longer_holds_goes(in_north, pair, twins):
    Business.objects.filter(pk=twins[1].pk).update(name="Zephyr Saddlery", address="800 Canal Street")
    search(in_north)
    assert not DuplicatePair.objects.exists()


def test_a_flag_of_a_person_stays_though_the_search_disagrees(in_north, twins):
    other = Business.objects.get(name="Tamarack Looms")
    pair_flag(actor=in_north.rep, business_id=twins[0].pk, other_id=other.pk, note="Same owner")
    search(in_north)
    assert DuplicatePair.objects.filter(flagged_by=in_north.rep.staff_id, note="Same owner").exists()


def test_only_pairs_of_what_changed_are_compared_after_an_import(in_north, pair, twins):
    pair.delete()
    later = datetime.now(UTC) + timedelta(seconds=1)
    assert search(in_north, since=later).pairs_found == 0
    Business.objects.filter(pk=twins[1].pk).update(updated_at=later + timedelta(seconds=1))
    assert search(in_north, since=later).pairs_found == 1


# --- deciding


def test_a_record_merged_at_the_moment_of_joining_is_joined_to_nobody(in_north, twins, monkeypatch):
    one, other = twins
    pair = pair_flag(actor=in_north.rep, business_id=one.pk, other_id=other.pk)
    lock = matching._lock

    def merge_after(*args):
        locked = lock(*args)
        Business.objects.filter(pk=other.pk).update(status="merged", merged_into=one.pk)
        return locked

    monkeypatch.setattr(matching, "_lock", merge_after)
    with pytest.raises(BusinessRuleError, match="merged meanwhile"):
        pair_decide(actor=in_north.manager, pair_id=pair.pk, decision=PairState.LOCATION)


def test_locations_of_one_employer_are_joined_and_parted(in_north, twins):
    left, right = twins
    pair = pair_flag(actor=in_north.rep, business_id=left.pk, other_id=right.pk)
    Employer.objects.filter(pk=right.employer_id).update(fein="003333333")
    third = make_business(in_north, "Larkspur Third", employer=left.employer)
    pair_decide(actor=in_north.manager, pair_id=pair.pk, decision=PairState.LOCATION)
    for business in (left, right, third):
        business.refresh_from_db()
    assert left.employer_id == third.employer_id == right.employer_id
    assert left.employer.fein == "003333333"
    pair_reopen(actor=in_north.manager, pair_id=pair.pk)
    third.refresh_from_db()
    left.refresh_from_db()
    assert third.employer_id == left.employer_id != right.employer_id


def test_two_feins_are_two_employers(in_north, twins):
    for number, business in enumerate(twins):
        Employer.objects.filter(pk=business.employer_id).update(fein=f"00444444{number}")
    pair = pair_flag(actor=in_north.rep, business_id=twins[0].pk, other_id=twins[1].pk)
    with pytest.raises(BusinessRuleError, match="different FEINs"):
        pair_decide(actor=in_north.manager, pair_id=pair.pk, decision=PairState.LOCATION)


def test_the_second_of_two_who_decide_is_told_what_the_first_said(in_north, pair):
    read = pair.version
    pair_decide(actor=in_north.manager, pair_id=pair.pk, decision=PairState.DISTINCT, version=read)
    with pytest.raises(StaleVersionError, match="North Regional manager has decided already: not the same"):
        pair_decide(actor=in_north.state, pair_id=pair.pk, decision=PairState.LOCATION, version=read)


def test_undoing_puts_the_pair_back(in_north, pair):
    pair_decide(actor=in_north.manager, pair_id=pair.pk, decision=PairState.UNDECIDED)
    assert pair_reopen(actor=in_north.manager, pair_id=pair.pk).state == PairState.WAITING
    with pytest.raises(BusinessRuleError, match="Nothing was decided"):
        pair_reopen(actor=in_north.manager, pair_id=pair.pk)


@pytest.mark.parametrize(("who", "may"), [("rep", False), ("partner", False), ("manager", True), ("admin", True)])
def test_who_may_decide(in_north, pair, who, may):
    def act():
        return pair_decide(actor=getattr(in_north, who), pair_id=pair.pk, decision=PairState.DISTINCT)

    if may:
        assert act().state == PairState.DISTINCT
    else:
        with pytest.raises(NotAllowedError):
            act()


def test_nonsense_is_refused(in_north, pair, twins):
    with pytest.raises(BusinessRuleError):
        pair_decide(actor=in_north.manager, pair_id=pair.pk, decision="waiting")
    with pytest.raises(BusinessRuleError, match="same record"):
        pair_flag(actor=in_north.rep, business_id=twins[0].pk, other_id=twins[0].pk)
    with pytest.raises(BusinessRuleError, match="no such business"):
        pair_flag(actor=in_north.rep, business_id=twins[0].pk, other_id=2**62)
    with pytest.raises(NotAllowedError):
        pair_flag(actor=in_north.partner, business_id=twins[0].pk, other_id=twins[1].pk)
    Business.objects.filter(pk=twins[0].pk).update(status=Status.MERGED)
    with pytest.raises(BusinessRuleError, match="merged meanwhile"):
        pair_decide(actor=in_north.manager, pair_id=pair.pk, decision=PairState.DISTINCT)


def test_a_flag_on_a_decided_pair_tells_the_decision(in_north, pair, twins):
    pair_decide(actor=in_north.manager, pair_id=pair.pk, decision=PairState.DISTINCT)
    with pytest.raises(BusinessRuleError, match="decided already"):
        pair_flag(actor=in_north.rep, business_id=twins[1].pk, other_id=twins[0].pk)


# --- the job


def test_searches_start_by_themselves(in_north):
    night = datetime(2026, 1, 6, 7, 30, tzinfo=UTC)  # half past two in Boston
    assert matching_plan(night) is None, "no businesses, no search"
    known(in_north, "Kestrel Optics")
    first = matching_plan(night)
    assert first.changed_since is None
    assert matching_plan(night) is None, "one at a time"
    match_run(tenant_id=in_north.tenant.pk, run_id=first.pk)
    assert matching_plan(datetime.now(UTC)) is None
    ImportBatch.objects.create(
        source_name="L", file_name="l.csv", file_path="l", sha256="0" * 64, rows_new=1, state="done",
        finished_at=datetime.now(UTC) + timedelta(minutes=1),
    )  # fmt: skip
    after = matching_plan(datetime.now(UTC))
    assert after.changed_since is not None
    match_run(tenant_id=in_north.tenant.pk, run_id=after.pk)
    ImportBatch.objects.update(finished_at=datetime(2025, 1, 1, tzinfo=UTC))
    noon = datetime.now(UTC).replace(hour=17) + timedelta(days=2)
    assert matching_plan(noon) is None
    assert matching_plan(noon.replace(hour=7)).changed_since is None


def test_a_search_can_be_cancelled(in_north, twins):
    waiting = match_start(actor=in_north.manager)
    assert match_cancel(actor=in_north.manager, run_id=waiting.pk).state == MatchRun.State.CANCELLED
    running = match_start(actor=in_north.manager)
    with pytest.raises(BusinessRuleError, match="under way"):
        match_start(actor=in_north.state)
    MatchRun.objects.filter(pk=running.pk).update(cancel_requested=True)
    match_run(tenant_id=in_north.tenant.pk, run_id=running.pk)
    running.refresh_from_db()
    assert running.state == MatchRun.State.CANCELLED
    assert not DuplicatePair.objects.exists()


def test_a_search_whose_worker_died_is_taken_up_three_times(in_north, twins):
    run = match_start(actor=in_north.manager)
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    MatchRun.objects.filter(pk=run.pk).update(state="running", heartbeat_at=long_ago, attempts=3)
    assert matching_due() == [run.pk]
    match_run(tenant_id=in_north.tenant.pk, run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, bool(run.problem)) == ("failed", True)


def test_a_fault_is_told_in_words(in_north, twins, monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError("boom")

    monkeypatch.setattr("businesses.services.matching_run.pairs_find", fail)
    run = match_start(actor=in_north.manager)
    match_run(tenant_id=in_north.tenant.pk, run_id=run.pk)
    run.refresh_from_db()
    assert "fault in the program (ValueError)" in run.problem


def test_the_log_of_changes_tells_decisions_not_scores(in_north, pair):
    from businesses.permissions import AUDIT_COLUMNS

    shown, _ = AUDIT_COLUMNS["businesses_duplicatepair"]
    assert {"state", "decided_by"} <= set(shown.split())
