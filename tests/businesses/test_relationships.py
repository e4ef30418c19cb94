"""Who leads a business (BR-15): refusals first, then taking, handing over, assigning, and only ever one."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.models import Notice, StaffMember, StaffRegion
from bizworks.directory.selectors import actor_for_user, tenant_today
from bizworks.tenancy.actor import system_actor
from bizworks.tenancy.policy import Role
from businesses.constants import LeadEnd, LeadStart, ProposalState, Status
from businesses.models import Business, Lead, LeadProposal
from businesses.selectors.lead_lists import leads_left, leads_mine, proposals_sent, proposals_waiting
from businesses.selectors.relationships import (
    OWN_ACCOUNTS_SQL,
    lead_condition,
    relationship_for,
    relationship_history,
)
from businesses.services.account_team import team_add
from businesses.services.lead_proposals import lead_accept, lead_decline, lead_propose, lead_withdraw
from businesses.services.leads import lead_assign, lead_backup, lead_end, lead_take, leads_assign
from tests.factories import make_business, make_staff


@pytest.fixture
def acme(in_north):
    return make_business(in_north, "Acme Precision")


def only_in(world, actor, region):
    """The same person, now of one region."""
    StaffRegion.objects.create(staff_id=actor.staff_id, region=region)
    return actor_for_user(StaffMember.objects.get(pk=actor.staff_id).user)


def leave(actor):
    StaffMember.objects.filter(pk=actor.staff_id).update(ended_on=tenant_today())


def led_by(business) -> list[int]:
    return list(Lead.objects.filter(business=business, ended_on=None).values_list("staff_id", flat=True))


def told(actor) -> list[str]:
    return list(Notice.objects.filter(recipient=actor.staff_id).order_by("pk").values_list("text", flat=True))


# --- taking


def test_who_logs_no_contacts_cannot_lead(in_north, acme):
    for actor in (in_north.partner, in_north.admin, system_actor(in_north.tenant.pk)):
        with pytest.raises(NotAllowedError):
            lead_take(actor=actor, business_id=acme.pk)


def test_br15_a_business_without_lead_is_taken_once(in_north, acme):
    first = lead_take(actor=in_north.rep, business_id=acme.pk)
    assert (first.staff_id, first.region_id, first.how) == (in_north.rep.staff_id, acme.region_id, LeadStart.TAKEN)
    assert first.agency_id == in_north.agency.pk
    assert lead_take(actor=in_north.rep, business_id=acme.pk).pk == first.pk
    with pytest.raises(BusinessRuleError, match="North Business service representative is the lead"):
        lead_take(actor=in_north.other_rep, business_id=acme.pk)
    assert led_by(acme) == [in_north.rep.staff_id]


def test_br15_the_database_refuses_a_second_active_lead(in_north, acme):
    lead = lead_take(actor=in_north.rep, business_id=acme.pk)
    fields = {"business": acme, "staff_id": in_north.other_rep.staff_id, "agency": in_north.other_agency}
    with pytest.raises(IntegrityError, match="lead_one_active"), transaction.atomic():
        Lead.objects.create(region=acme.region, started_on=lead.started_on, how="taken", **fields)
    Lead.objects.create(region=in_north.other_region, started_on=lead.started_on, how="taken", **fields)


def test_a_business_outside_every_region_has_one_lead_too(in_north, acme):
    Business.objects.filter(pk=acme.pk).update(region=None, area=None)
    lead_take(actor=in_north.rep, business_id=acme.pk)
    with pytest.raises(IntegrityError, match="lead_one_active"), transaction.atomic():
        Lead.objects.create(
            business=acme,
            region=None,
            staff_id=in_north.other_rep.staff_id,
            agency=in_north.other_agency,
            started_on=tenant_today(),
            how="taken",
        )


def test_on_somebody_elses_ground_the_lead_is_asked_for_and_a_manager_decides(in_north, acme):
    rep = only_in(in_north, in_north.rep, in_north.other_region)
    with pytest.raises(BusinessRuleError, match="outside your regions"):
        lead_take(actor=rep, business_id=acme.pk)
    proposal = lead_propose(actor=rep, business_id=acme.pk, staff_id=rep.staff_id, message="I know the owner.")
    assert told(in_north.manager) == [f"{rep.name} (North Career Center) asks to become the lead of Acme Precision."]
    with pytest.raises(NotAllowedError):
        lead_accept(actor=rep, proposal_id=proposal.pk)
    lead_accept(actor=in_north.manager, proposal_id=proposal.pk)
    assert led_by(acme) == [rep.staff_id]


def test_a_merged_business_takes_no_lead(in_north, acme):
    Business.objects.filter(pk=acme.pk).update(status=Status.MERGED)
    with pytest.raises(BusinessRuleError, match="merged"):
        lead_take(actor=in_north.rep, business_id=acme.pk)


# --- handing over


@pytest.fixture
def led(in_north, acme):
    """Led by the representative."""
    lead_take(actor=in_north.rep, business_id=acme.pk)
    return acme


def offer(world, business, **fields):
    given = {"actor": world.rep, "business_id": business.pk, "staff_id": world.other_rep.staff_id} | fields
    return lead_propose(**given)


def test_br15_a_handover_changes_nothing_until_it_is_accepted(in_north, led):
    proposal = offer(in_north, led, message="You see them weekly.")
    assert led_by(led) == [in_north.rep.staff_id]
    assert told(in_north.other_rep) == [f"{in_north.rep.name} offers you the lead of Acme Precision."]
    assert [row.pk for row in proposals_waiting(actor=in_north.other_rep)] == [proposal.pk]
    assert [row.pk for row in proposals_sent(actor=in_north.rep)] == [proposal.pk]
    with pytest.raises(NotAllowedError):
        lead_accept(actor=in_north.rep, proposal_id=proposal.pk)
    lead_accept(actor=in_north.other_rep, proposal_id=proposal.pk)
    assert led_by(led) == [in_north.other_rep.staff_id]
    before, now = Lead.objects.filter(business=led).order_by("pk")
    assert (before.end, now.how, now.agency_id) == (LeadEnd.HANDED, LeadStart.HANDED, in_north.other_agency.pk)
    assert told(in_north.rep)[-1].startswith(f"{in_north.other_rep.name} is now the lead")
    with pytest.raises(BusinessRuleError, match="accepted"):
        lead_accept(actor=in_north.other_rep, proposal_id=proposal.pk)


def test_a_manager_may_accept_in_the_regions_they_manage_only(in_north, led):
    proposal = offer(in_north, led)
    elsewhere = only_in(in_north, in_north.manager, in_north.other_region)
    with pytest.raises(NotAllowedError):
        lead_accept(actor=elsewhere, proposal_id=proposal.pk)
    lead_accept(actor=in_north.state, proposal_id=proposal.pk)
    assert led_by(led) == [in_north.other_rep.staff_id]


def test_declining_needs_a_reason_and_the_proposer_reads_it(in_north, led):
    proposal = offer(in_north, led)
    with pytest.raises(BusinessRuleError) as error:
        lead_decline(actor=in_north.other_rep, proposal_id=proposal.pk, reason=" ")
    assert "reason" in error.value.errors
    lead_decline(actor=in_north.other_rep, proposal_id=proposal.pk, reason="I am away until March.")
    assert led_by(led) == [in_north.rep.staff_id]
    notice = Notice.objects.get(recipient=in_north.rep.staff_id)
    assert (notice.text, notice.body) == (
        f"{in_north.other_rep.name} declined the lead of Acme Precision.",
        "I am away until March.",
    )


def test_a_request_is_decided_by_the_lead(in_north, led):
    proposal = lead_propose(actor=in_north.other_rep, business_id=led.pk, staff_id=in_north.other_rep.staff_id)
    assert [row.pk for row in proposals_waiting(actor=in_north.rep)] == [proposal.pk]
    assert proposals_waiting(actor=in_north.other_rep) == []
    lead_accept(actor=in_north.rep, proposal_id=proposal.pk)
    assert led_by(led) == [in_north.other_rep.staff_id]


def test_nobody_gives_away_what_somebody_else_leads(in_north, led):
    with pytest.raises(NotAllowedError, match="Only the lead or a manager"):
        offer(in_north, led, actor=in_north.other_rep, staff_id=in_north.manager.staff_id)
    with pytest.raises(BusinessRuleError, match="You are the lead already"):
        offer(in_north, led, staff_id=in_north.rep.staff_id)


@pytest.mark.parametrize("staff_id", [None, 999_999, 2**70])
def test_a_proposal_names_a_colleague_who_works_here(in_north, led, staff_id):
    with pytest.raises((BusinessRuleError, OverflowError)):
        offer(in_north, led, staff_id=staff_id)
    for actor in (in_north.partner, in_north.admin):
        with pytest.raises(BusinessRuleError, match="logs contacts"):
            offer(in_north, led, staff_id=actor.staff_id)


def test_one_proposal_waits_at_a_time_and_an_expired_one_makes_room(in_north, led):
    first = offer(in_north, led)
    with pytest.raises(BusinessRuleError, match="waiting already"):
        offer(in_north, led, staff_id=in_north.manager.staff_id)
    LeadProposal.objects.update(expires_on=tenant_today())
    with pytest.raises(BusinessRuleError, match="expired"):
        lead_accept(actor=in_north.other_rep, proposal_id=first.pk)
    assert relationship_for(actor=in_north.rep, business=led).proposal is None
    second = offer(in_north, led, staff_id=in_north.manager.staff_id)
    first.refresh_from_db()
    assert (first.state, second.state) == (ProposalState.EXPIRED, ProposalState.OPEN)


def test_only_the_proposer_takes_a_proposal_back(in_north, led):
    proposal = offer(in_north, led)
    with pytest.raises(NotAllowedError):
        lead_withdraw(actor=in_north.other_rep, proposal_id=proposal.pk)
    lead_withdraw(actor=in_north.rep, proposal_id=proposal.pk)
    with pytest.raises(BusinessRuleError, match="withdrawn"):
        lead_accept(actor=in_north.other_rep, proposal_id=proposal.pk)


def test_a_person_who_left_meanwhile_does_not_become_the_lead(in_north, led):
    proposal = offer(in_north, led)
    leave(in_north.other_rep)
    with pytest.raises(BusinessRuleError, match="works here"):
        lead_accept(actor=in_north.manager, proposal_id=proposal.pk)
    assert led_by(led) == [in_north.rep.staff_id]


@pytest.mark.parametrize("text", ["SSN 123-45-6789", "a\x00b", "x" * 501])
def test_no_text_is_stored_that_may_not_be(in_north, led, text):
    with pytest.raises(BusinessRuleError) as error:
        offer(in_north, led, message=text)
    assert "message" in error.value.errors


# --- managers


def test_a_manager_assigns_and_both_sides_are_told(in_north, led):
    proposal = offer(in_north, led)
    with pytest.raises(NotAllowedError):
        lead_assign(actor=in_north.other_rep, business_id=led.pk, staff_id=in_north.other_rep.staff_id)
    lead_assign(actor=in_north.manager, business_id=led.pk, staff_id=in_north.other_rep.staff_id)
    assert led_by(led) == [in_north.other_rep.staff_id]
    assert told(in_north.other_rep)[-1] == f"{in_north.manager.name} made you the lead of Acme Precision."
    assert f"{in_north.other_rep.name} is now the lead" in told(in_north.rep)[-1]
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.OVERTAKEN


def test_a_manager_ends_a_lead_and_the_business_has_none(in_north, led):
    with pytest.raises(NotAllowedError):
        lead_end(actor=in_north.rep, business_id=led.pk)
    lead_end(actor=in_north.manager, business_id=led.pk)
    assert led_by(led) == []
    with pytest.raises(BusinessRuleError, match="Nobody leads"):
        lead_end(actor=in_north.manager, business_id=led.pk)


def test_many_are_assigned_at_once_within_the_managers_regions(in_north, led):
    free, far = make_business(in_north), make_business(in_north, town="Boston")
    manager = only_in(in_north, in_north.manager, in_north.region)
    ids = [led.pk, free.pk, far.pk, 999_999]
    done = leads_assign(actor=manager, business_ids=ids, staff_id=in_north.other_rep.staff_id)
    assert (done.assigned, done.unchanged, done.refused) == (2, 0, 2)
    assert led_by(led) == led_by(free) == [in_north.other_rep.staff_id]
    assert led_by(far) == []
    assert told(in_north.other_rep) == [f"{manager.name} made you the lead of 2 businesses."]
    assert "1 business you led" in told(in_north.rep)[-1]
    again = leads_assign(actor=manager, business_ids=ids, staff_id=in_north.other_rep.staff_id)
    assert (again.assigned, again.unchanged, again.refused) == (0, 2, 2)
    with pytest.raises(NotAllowedError):
        leads_assign(actor=in_north.rep, business_ids=ids, staff_id=in_north.rep.staff_id)


def test_bulk_assignment_costs_the_same_for_many(in_north):
    counts = []
    for number in (2, 40):
        ids = [make_business(in_north).pk for _ in range(number)]
        leads_assign(actor=in_north.manager, business_ids=ids, staff_id=in_north.rep.staff_id)
        with CaptureQueriesContext(connection) as queries:
            leads_assign(actor=in_north.manager, business_ids=ids, staff_id=in_north.other_rep.staff_id)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


# --- the back-up, and who has left


def test_the_backup_is_named_by_the_lead_and_is_somebody_else(in_north, led):
    with pytest.raises(NotAllowedError):
        lead_backup(actor=in_north.other_rep, business_id=led.pk, staff_id=in_north.other_rep.staff_id)
    with pytest.raises(BusinessRuleError, match="cannot be the back-up"):
        lead_backup(actor=in_north.rep, business_id=led.pk, staff_id=in_north.rep.staff_id)
    lead_backup(actor=in_north.rep, business_id=led.pk, staff_id=in_north.other_rep.staff_id)
    assert [row.business_id for row in leads_mine(actor=in_north.other_rep).rows] == [led.pk]
    proposal = offer(in_north, led)
    lead_accept(actor=in_north.other_rep, proposal_id=proposal.pk)
    assert Lead.objects.get(business=led, ended_on=None).backup_id is None


def test_a_lead_who_left_shows_goes_to_the_manager_and_the_backup_may_step_in(in_north, led):
    lead_backup(actor=in_north.rep, business_id=led.pk, staff_id=in_north.other_rep.staff_id)
    leave(in_north.rep)
    shown = relationship_for(actor=in_north.manager, business=led)
    assert (shown.has_left, shown.lead.staff_id) == (True, in_north.rep.staff_id)
    assert [row.business_id for row in leads_left(actor=in_north.manager).rows] == [led.pk]
    assert leads_left(actor=in_north.other_rep).rows == []
    elsewhere = only_in(in_north, in_north.manager, in_north.other_region)
    assert leads_left(actor=elsewhere).rows == []
    stranger = make_staff(
        name="Lee Third", role=Role.REPRESENTATIVE, agency=in_north.other_agency, tenant=in_north.tenant
    )
    with pytest.raises(BusinessRuleError, match="hand-over"):
        lead_take(actor=stranger, business_id=led.pk)
    lead_take(actor=in_north.other_rep, business_id=led.pk)
    assert led_by(led) == [in_north.other_rep.staff_id]


# --- what the page, the lists and search ask


def test_what_each_role_may_do_is_shown_as_the_services_decide(in_north, acme):
    flags = ("may_take", "may_ask", "may_offer", "may_manage", "may_write")

    def seen(actor):
        shown = relationship_for(actor=actor, business=acme)
        return "".join("x" if getattr(shown, flag) else "." for flag in flags)

    assert [seen(a) for a in (in_north.rep, in_north.manager, in_north.partner, in_north.admin)] == [
        "x.x..",
        "x.xx.",
        ".....",
        ".....",
    ]
    lead_take(actor=in_north.rep, business_id=acme.pk)
    assert [seen(a) for a in (in_north.rep, in_north.other_rep, in_north.manager, in_north.partner)] == [
        "..x..",
        ".x..x",
        ".xxxx",
        ".....",
    ]


def test_the_history_names_every_lead(in_north, led):
    lead_assign(actor=in_north.manager, business_id=led.pk, staff_id=in_north.other_rep.staff_id)
    history = relationship_history(actor=in_north.partner, business=led)
    assert [(row.staff_id, row.ended_on is None) for row in history.leads] == [
        (in_north.other_rep.staff_id, True),
        (in_north.rep.staff_id, False),
    ]


def test_lists_filter_by_lead(in_north, led):
    free = make_business(in_north)
    backed = make_business(in_north)
    lead_take(actor=in_north.other_rep, business_id=backed.pk)
    team_add(actor=in_north.other_rep, business_id=backed.pk, staff_id=in_north.rep.staff_id, part="Training")

    def found(who, actor=in_north.rep):
        return set(Business.objects.filter(lead_condition(actor=actor, who=who)).values_list("pk", flat=True))

    assert found("me") == {led.pk}
    assert found("nobody") == {free.pk}
    assert found("team") == {backed.pk}
    assert found(str(in_north.other_rep.staff_id)) == {backed.pk}
    assert found("left") == found("watched") == found("") == found("x") == found("²") == found("9" * 30) == set()
    leave(in_north.other_rep)
    assert found("left") == {backed.pk}


def test_search_ranks_by_the_same_accounts(in_north, led):
    backed = make_business(in_north)
    lead_take(actor=in_north.other_rep, business_id=backed.pk)
    team_add(actor=in_north.other_rep, business_id=backed.pk, staff_id=in_north.rep.staff_id, part="Training")
    with connection.cursor() as cursor:
        cursor.execute(OWN_ACCOUNTS_SQL, {"tenant": in_north.tenant.pk, "staff": in_north.rep.staff_id})
        raw = {row[0] for row in cursor.fetchall()}
    assert raw == {led.pk, backed.pk}


def test_my_leads_are_paged_by_position(in_north):
    ids = [make_business(in_north).pk for _ in range(60)]
    leads_assign(actor=in_north.manager, business_ids=ids, staff_id=in_north.rep.staff_id)
    first = leads_mine(actor=in_north.rep)
    second = leads_mine(actor=in_north.rep, cursor=first.older)
    assert (len(first.rows), len(second.rows), second.older) == (50, 10, "")
    assert {row.business_id for row in (*first.rows, *second.rows)} == set(ids)
    assert len(leads_mine(actor=in_north.rep, cursor="junk").rows) == 50


def test_a_days_work_ends_and_begins_on_the_same_day(in_north, led):
    Lead.objects.update(started_on=tenant_today() - timedelta(days=400))
    lead_assign(actor=in_north.manager, business_id=led.pk, staff_id=in_north.other_rep.staff_id)
    lead_assign(actor=in_north.manager, business_id=led.pk, staff_id=in_north.rep.staff_id)
    assert Lead.objects.filter(business=led).count() == 3
