"""Outreach past a lead (BR-15, story 7): a reason for what is planned, a word to the lead about what is done."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.models import Notice, StaffMember
from bizworks.directory.selectors import tenant_today
from businesses.constants import OutreachKind
from businesses.models import Outreach
from businesses.services.account_team import team_add
from businesses.services.leads import lead_backup, lead_take, leads_assign
from businesses.services.outreach import lead_message
from interactions.constants import ServiceStatus, Visibility
from interactions.models import FollowUp, Interaction, ServiceDelivered
from interactions.selectors.relationships import lead_warnings
from interactions.services import (
    FollowUpData,
    NoteData,
    ServiceData,
    follow_up_add,
    interaction_log,
    interaction_reclassify,
    service_record,
)
from tests.factories import make_business, make_contact
from tests.interactions.helpers import contact_with, day, log


@pytest.fixture
def bay(in_north):
    """Led by the representative; everybody else reaches out past that."""
    business = make_business(in_north, "Bay Biotech")
    lead_take(actor=in_north.rep, business_id=business.pk)
    return business


def step(**fields) -> FollowUpData:
    return FollowUpData(**({"text": "Call about training", "due_on": day(5)} | fields))


def notices(actor) -> list[Notice]:
    return list(Notice.objects.filter(recipient=actor.staff_id).order_by("pk"))


# --- what is planned


def test_a_next_step_past_the_lead_needs_a_reason(in_north, bay):
    with pytest.raises(BusinessRuleError) as error:
        log(in_north.other_rep, bay, follow_up=step())
    sentence = (
        f"{in_north.rep.name} (North Career Center) is the lead of Bay Biotech."
        " Say why you go on, or write to the lead first; the lead is told."
    )
    assert error.value.errors["outreach_reason"] == [sentence]
    assert not Interaction.objects.exists()
    assert not notices(in_north.rep)


def test_story_7_with_a_reason_it_goes_on_and_the_lead_is_told(in_north, bay):
    log(in_north.other_rep, bay, follow_up=step(), outreach_reason="They called us about a grant.")
    (notice,) = notices(in_north.rep)
    assert notice.text.startswith(f"{in_north.other_rep.name} (North Development) had a contact with Bay Biotech on")
    assert "plans a next step for" in notice.text
    assert (notice.body, notice.sender_id) == ("They called us about a grant.", in_north.other_rep.staff_id)
    (row,) = Outreach.objects.all()
    assert (row.kind, row.reason, row.on) == (OutreachKind.STEP, "They called us about a grant.", day(5))
    assert (row.staff_id, row.agency_id) == (in_north.other_rep.staff_id, in_north.other_agency.pk)


def test_a_planned_service_needs_a_reason_too_wherever_it_is_saved(in_north, bay):
    planned = ServiceData(in_north.items.training.pk, status=ServiceStatus.PLANNED, started_on=day(0))
    with pytest.raises(BusinessRuleError, match="is the lead"):
        log(in_north.other_rep, bay, services=(planned,))
    with pytest.raises(BusinessRuleError, match="is the lead"):
        service_record(actor=in_north.other_rep, business_id=bay.pk, service=planned)
    assert not ServiceDelivered.objects.exists()
    service_record(actor=in_north.other_rep, business_id=bay.pk, service=planned, outreach_reason="Asked for.")
    assert [row.kind for row in Outreach.objects.all()] == [OutreachKind.SERVICE]
    service_record(actor=in_north.other_rep, business_id=bay.pk, service=ServiceData(in_north.items.lmi.pk))
    assert Outreach.objects.count() == 1


def test_a_next_step_after_a_contact_needs_a_reason_too(in_north, bay):
    result = log(in_north.other_rep, bay)
    Notice.objects.all().delete()
    keys = {"actor": in_north.other_rep, "interaction_id": result.interaction_id}
    with pytest.raises(BusinessRuleError, match="is the lead"):
        follow_up_add(**keys, follow_up=step())
    follow_up_add(**keys, follow_up=step(assignee_id=in_north.rep.staff_id))
    assert notices(in_north.rep) == []
    follow_up_add(**keys, follow_up=step(), outreach_reason="Promised.")
    assert f"plans a next step for {day(5):%b} {day(5).day} at Bay Biotech" in notices(in_north.rep)[0].text
    assert FollowUp.objects.count() == 2


def test_a_message_to_the_lead_stands_for_the_reason_for_two_weeks(in_north, bay):
    with pytest.raises(BusinessRuleError):
        lead_message(actor=in_north.other_rep, business_id=bay.pk, text="  ")
    lead_message(actor=in_north.other_rep, business_id=bay.pk, text="May I call them about the grant?")
    assert notices(in_north.rep)[0].body == "May I call them about the grant?"
    log(in_north.other_rep, bay, follow_up=step())
    Outreach.objects.update(created_at=timezone.now() - timedelta(days=15))
    with pytest.raises(BusinessRuleError, match="is the lead"):
        log(in_north.other_rep, bay, follow_up=step())
    with pytest.raises(NotAllowedError):
        lead_message(actor=in_north.partner, business_id=bay.pk, text="Hello")
    with pytest.raises(BusinessRuleError, match="nobody to write to"):
        lead_message(actor=in_north.rep, business_id=bay.pk, text="Hello")


@pytest.mark.parametrize("text", ["SSN 123-45-6789", "a\x00b", "x" * 501])
def test_a_reason_is_text_that_may_be_kept(in_north, bay, text):
    with pytest.raises(BusinessRuleError) as error:
        log(in_north.other_rep, bay, follow_up=step(), outreach_reason=text)
    assert "outreach_reason" in error.value.errors


def test_lead_backup_and_team_are_not_asked_and_nobody_is_told(in_north, bay):
    lead_backup(actor=in_north.rep, business_id=bay.pk, staff_id=in_north.manager.staff_id)
    team_add(actor=in_north.rep, business_id=bay.pk, staff_id=in_north.other_rep.staff_id, part="Grants")
    for actor in (in_north.rep, in_north.manager, in_north.other_rep):
        log(actor, bay, follow_up=step())
    assert notices(in_north.rep) == []
    assert not Outreach.objects.exists()


def test_nobody_is_asked_where_nobody_leads_or_the_lead_has_left(in_north, bay):
    log(in_north.other_rep, make_business(in_north), follow_up=step())
    StaffMember.objects.filter(pk=in_north.rep.staff_id).update(ended_on=tenant_today())
    log(in_north.other_rep, bay, follow_up=step())
    assert not Outreach.objects.exists()


# --- what has happened


def test_a_contact_that_happened_needs_no_reason_and_the_lead_is_told(in_north, bay):
    result = log(in_north.other_rep, bay)
    (notice,) = notices(in_north.rep)
    assert notice.url == f"/interactions/{result.interaction_id}/"
    assert [row.kind for row in Outreach.objects.all()] == [OutreachKind.CONTACT]


def test_br3_of_a_contact_kept_within_an_agency_only_agency_and_day_are_told(in_north, bay):
    result = log(in_north.other_rep, bay, visibility=Visibility.AGENCY, note=NoteData("Secret plan."))
    (notice,) = notices(in_north.rep)
    assert in_north.other_rep.name not in notice.text
    assert notice.text.startswith("North Development had a contact with Bay Biotech")
    assert (notice.sender_id, notice.url) == (None, f"{bay.get_absolute_url()}#interactions-{result.interaction_id}")


def test_br4_a_restricted_contact_is_told_to_nobody_and_leaves_no_row(in_north, bay):
    log(in_north.state, bay, visibility=Visibility.RESTRICTED, follow_up=step())
    planned = ServiceData(in_north.items.training.pk, status=ServiceStatus.PLANNED, started_on=day(0))
    service_record(actor=in_north.state, business_id=bay.pk, service=planned, visibility=Visibility.RESTRICTED)
    result = log(in_north.state, bay, visibility=Visibility.RESTRICTED)
    follow_up_add(actor=in_north.state, interaction_id=result.interaction_id, follow_up=step())
    assert notices(in_north.rep) == []
    assert not Outreach.objects.exists()


@pytest.mark.parametrize("first", [Visibility.SHARED, Visibility.AGENCY])
def test_br5_what_was_told_is_taken_back_when_the_contact_is_narrowed(in_north, bay, first):
    result = log(in_north.other_rep, bay, visibility=first)
    log(in_north.other_rep, bay)
    assert len(notices(in_north.rep)) == 2
    keys = {"actor": in_north.other_rep, "interaction_id": result.interaction_id}
    interaction_reclassify(**keys, visibility=Visibility.RESTRICTED)
    assert len(notices(in_north.rep)) == 1
    assert f"/{result.interaction_id}/" not in notices(in_north.rep)[0].url


def test_one_line_tells_of_many_businesses(in_north):
    many = [make_business(in_north) for _ in range(12)]
    leads_assign(actor=in_north.manager, business_ids=[b.pk for b in many], staff_id=in_north.rep.staff_id)
    Notice.objects.all().delete()
    log(in_north.other_rep, *many)
    (notice,) = notices(in_north.rep)
    assert "and 11 more you lead" in notice.text
    assert Outreach.objects.count() == 12


# --- the warning, and what it costs


def test_the_warning_says_who_leads_when_the_last_contact_was_and_what_is_open(in_north, bay):
    log(in_north.rep, bay, occurred_on=day(-3), follow_up=step(text="Find CNC operators"))
    (warning,) = lead_warnings(actor=in_north.other_rep, businesses=[bay])
    assert warning.lead.who == f"{in_north.rep.name} (North Career Center)"
    assert (warning.last_words, warning.step.text) == ("last contact 3 days ago", "Find CNC operators")
    assert lead_warnings(actor=in_north.rep, businesses=[bay]) == []
    assert lead_warnings(actor=in_north.other_rep, businesses=[]) == []


def test_the_warning_says_nothing_of_what_is_kept(in_north, bay):
    kept = {"follow_up": step(text="Hidden step"), "visibility": Visibility.AGENCY}
    log(in_north.rep, bay, **kept)
    log(in_north.state, bay, visibility=Visibility.RESTRICTED, follow_up=step(text="Restricted step"))
    for actor in (in_north.other_rep, in_north.state):
        (warning,) = lead_warnings(actor=actor, businesses=[bay])
        assert warning.step is None or warning.step.text == "Hidden step"
    assert lead_warnings(actor=in_north.other_rep, businesses=[bay])[0].step is None


def test_p3_the_lead_costs_logging_nothing_and_telling_two_queries(in_north, bay):
    free = make_business(in_north)
    for business, most in ((free, 15), (bay, 17)):
        data = contact_with(
            business,
            items=(in_north.items.lmi, in_north.items.job_order),
            contact_ids=(make_contact(business).pk,),
            note=NoteData("Two machinists wanted."),
            follow_up=step(),
            outreach_reason="Asked.",
        )
        with CaptureQueriesContext(connection) as queries:
            interaction_log(actor=in_north.other_rep, data=data)
        assert len(queries) <= most, "\n".join(q["sql"][:120] for q in queries)
