"""Voiding and correcting; notes; next steps: refusals first (BR-5, BR-11, BR-14, BR-18, BR-26, BR-37)."""

from dataclasses import replace

import pytest
from django.http import Http404

from bizworks.core.errors import BusinessRuleError, NotAllowedError, StaleVersionError
from bizworks.directory.models import Area, AreaRegion, AreaTerritory
from businesses.constants import Status
from businesses.models import Business
from interactions.constants import Visibility
from interactions.models import FollowUp, Interaction, Note, ServiceDelivered
from interactions.selectors import follow_up_list, follow_ups_due, recent_businesses, recent_interactions
from interactions.services import (
    FollowUpData,
    NoteData,
    ServiceChange,
    ServiceData,
    follow_up_add,
    follow_up_done,
    follow_up_reopen,
    interaction_void,
    note_add,
    note_correct,
    service_record,
    service_update,
    service_void,
)
from tests.factories import make_business, make_staff
from tests.interactions.helpers import day, log, orientation_fields


@pytest.fixture
def acme(in_north):
    return make_business(in_north, "Acme")


@pytest.fixture
def visit(in_north, acme) -> Interaction:
    result = log(in_north.rep, acme, items=(in_north.items.lmi, in_north.items.job_order), note=NoteData("First."))
    return Interaction.objects.get(pk=result.interaction_id)


@pytest.fixture
def service(visit) -> ServiceDelivered:
    return ServiceDelivered.objects.filter(interaction=visit).order_by("pk").first()


def change_of(service: ServiceDelivered, **change) -> ServiceChange:
    names = ("version", "item_id", "agency_id", "status", "started_on", "ended_on", "assisted", "program")
    same = {name: getattr(service, name) for name in names}
    return replace(ServiceChange(**same, is_ongoing=False), **change)


# who may


def test_partner_and_stranger_agency_may_not_change(in_north, visit, service):
    for actor in (in_north.partner, in_north.other_rep):
        for act in (
            lambda a=actor: interaction_void(actor=a, interaction_id=visit.pk, reason="Because"),
            lambda a=actor: service_void(actor=a, service_id=service.pk, reason="Because"),
            lambda a=actor: service_update(actor=a, service_id=service.pk, change=change_of(service)),
        ):
            with pytest.raises(NotAllowedError):
                act()
    assert not Interaction.objects.exclude(voided_at=None).exists()


def test_a_manager_changes_only_within_their_regions(in_north, visit, service):
    other = in_north.other_agency
    far, near = (
        make_staff(name=n, role="manager", agency=other, tenant=in_north.tenant, regions=(r,))
        for n, r in (("Far", in_north.other_region), ("Near", in_north.region))
    )
    with pytest.raises(NotAllowedError):
        service_void(actor=far, service_id=service.pk, reason="Because")
    assert service_void(actor=near, service_id=service.pk, reason="Because").is_void
    with pytest.raises(NotAllowedError):
        interaction_void(actor=far, interaction_id=visit.pk, reason="Because")


def test_a_colleague_of_the_agency_may_void(in_north, visit):
    colleague = make_staff(name="Colleague", role="representative", agency=in_north.agency, tenant=in_north.tenant)
    assert interaction_void(actor=colleague, interaction_id=visit.pk, reason="Duplicate").is_void


def test_what_cannot_be_read_does_not_exist_for_changes_either(in_north, acme):
    result = log(in_north.rep, acme, items=(in_north.items.lmi,), visibility=Visibility.RESTRICTED)
    for actor in (in_north.manager, in_north.other_rep):
        with pytest.raises(Http404):
            interaction_void(actor=actor, interaction_id=result.interaction_id, reason="Because")
        with pytest.raises(Http404):
            service_void(actor=actor, service_id=result.service_ids[0], reason="Because")
        with pytest.raises(Http404):
            note_add(actor=actor, interaction_id=result.interaction_id, note=NoteData("Spy"))


# voiding


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301, "SSN 123-45-6789"])
def test_voiding_needs_a_reason(in_north, visit, reason):
    with pytest.raises(BusinessRuleError) as error:
        interaction_void(actor=in_north.rep, interaction_id=visit.pk, reason=reason)
    assert "reason" in error.value.errors


def test_br37_voiding_a_contact_voids_its_services_with_the_reason(in_north, visit):
    interaction_void(actor=in_north.rep, interaction_id=visit.pk, reason="  Logged   twice ")
    services = ServiceDelivered.objects.filter(interaction=visit)
    assert {(s.void_reason, s.voided_by_id, s.version) for s in services} == {
        ("Logged twice", in_north.rep.staff_id, 2)
    }
    assert not ServiceDelivered.objects.counted(today=day(0), counts_self_service=True).exists()
    with pytest.raises(BusinessRuleError, match="voided"):
        interaction_void(actor=in_north.rep, interaction_id=visit.pk, reason="Again")


def test_a_service_voided_before_keeps_its_own_reason(in_north, visit, service):
    service_void(actor=in_north.rep, service_id=service.pk, reason="Wrong item")
    interaction_void(actor=in_north.rep, interaction_id=visit.pk, reason="Logged twice")
    assert ServiceDelivered.objects.get(pk=service.pk).void_reason == "Wrong item"


def test_what_is_voided_takes_no_more_notes_steps_or_corrections(in_north, visit, service):
    interaction_void(actor=in_north.rep, interaction_id=visit.pk, reason="Logged twice")
    with pytest.raises(Http404):
        note_add(actor=in_north.rep, interaction_id=visit.pk, note=NoteData("More"))
    with pytest.raises(Http404):
        follow_up_add(actor=in_north.rep, interaction_id=visit.pk, follow_up=FollowUpData("Call", day(1)))
    service.refresh_from_db()
    with pytest.raises(BusinessRuleError, match="voided"):
        service_update(actor=in_north.rep, service_id=service.pk, change=change_of(service))


# correcting a service


def test_a_change_made_meanwhile_is_not_overwritten(in_north, service):
    service_update(actor=in_north.rep, service_id=service.pk, change=change_of(service, program="Title I"))
    with pytest.raises(StaleVersionError):
        service_update(actor=in_north.rep, service_id=service.pk, change=change_of(service, program="Title III"))
    assert ServiceDelivered.objects.get(pk=service.pk).program == "Title I"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"item_id": 999_999}, "not in the catalog"),
        ({"agency_id": 999_999}, "choose the agency"),
        ({"started_on": None}, "started"),
        ({"started_on": 3, "ended_on": 4}, "planned"),
        ({"ended_on": -1}, "before it starts"),
        ({"status": "done"}, "from the lists"),
    ],
)
def test_br18_a_correction_obeys_the_same_rules(in_north, service, change, words):
    change = {k: day(v) if k.endswith("_on") and v is not None else v for k, v in change.items()}
    with pytest.raises(BusinessRuleError, match=words):
        service_update(actor=in_north.rep, service_id=service.pk, change=change_of(service, **change))


def test_br14_a_correction_cannot_move_a_service_past_the_closing(in_north, acme, service):
    Business.objects.filter(pk=acme.pk).update(status=Status.CLOSED, closed_on=day(-5))
    with pytest.raises(BusinessRuleError, match="closed"):
        service_update(actor=in_north.rep, service_id=service.pk, change=change_of(service, program="x"))


def test_br11_a_new_start_takes_the_area_of_that_day_an_old_one_keeps_its_own(in_north, acme, service):
    area = Area.objects.create(code="third", name="Third")
    AreaRegion.objects.create(area=area, region=in_north.other_region)
    territory = AreaTerritory.objects.get(area=in_north.area)
    AreaTerritory.objects.filter(pk=territory.pk).update(area=area)
    for change, expected in (({"program": "Title I"}, in_north.area), ({"started_on": day(-1)}, area)):
        service.refresh_from_db()
        service_update(actor=in_north.rep, service_id=service.pk, change=change_of(service, **change))
        service.refresh_from_db()
        assert service.area_id == expected.pk


def test_an_ongoing_service_is_ended(in_north, acme):
    open_one = ServiceData(in_north.items.training.pk, is_ongoing=True, started_on=day(-60))
    row = service_record(actor=in_north.rep, business_id=acme.pk, service=open_one)
    assert (row.ended_on, row.status) == (None, "in_progress")
    change = change_of(row, status="completed", ended_on=day(-1))
    done = service_update(actor=in_north.rep, service_id=row.pk, change=change)
    assert (done.ended_on, done.status, done.version) == (day(-1), "completed", 2)


def test_br20_an_orientation_is_not_corrected_but_voided(in_north, acme):
    result = log(in_north.rep, acme, **orientation_fields(in_north, [acme]))
    row = ServiceDelivered.objects.get(pk=result.service_ids[0])
    with pytest.raises(BusinessRuleError, match="judged on its own day"):
        service_update(actor=in_north.rep, service_id=row.pk, change=change_of(row))
    assert service_void(actor=in_north.rep, service_id=row.pk, reason="Not held").is_void


def test_a_service_does_not_become_an_orientation_by_correction(in_north, service):
    change = change_of(service, item_id=in_north.items.orientation.pk)
    with pytest.raises(BusinessRuleError, match="logged with the contact"):
        service_update(actor=in_north.rep, service_id=service.pk, change=change)


# a service without a meeting


def test_a_service_without_a_meeting(in_north, acme):
    row = service_record(actor=in_north.rep, business_id=acme.pk, service=ServiceData(in_north.items.job_order.pk))
    assert (row.interaction_id, row.started_on, row.area_id) == (None, day(0), in_north.area.pk)


def test_an_orientation_without_a_meeting_is_refused(in_north, acme):
    for item in (in_north.items.orientation, in_north.items.partial):
        with pytest.raises(BusinessRuleError, match="contact it was given in"):
            service_record(actor=in_north.rep, business_id=acme.pk, service=ServiceData(item.pk))


def test_a_service_for_nobody_by_nobody_is_refused(in_north, acme):
    with pytest.raises(BusinessRuleError, match="not in the directory"):
        service_record(actor=in_north.rep, business_id=999_999, service=ServiceData(in_north.items.lmi.pk))
    with pytest.raises(NotAllowedError):
        service_record(actor=in_north.partner, business_id=acme.pk, service=ServiceData(in_north.items.lmi.pk))


# notes


def test_br26_a_correction_adds_a_wording_and_keeps_the_first(in_north, visit):
    note = Note.objects.get()
    note_correct(actor=in_north.rep, note_id=note.pk, number=1, body="Second.")
    assert list(note.versions.values_list("number", "body")) == [(1, "First."), (2, "Second.")]


@pytest.mark.parametrize(("number", "body", "error"), [(2, "x", StaleVersionError), (1, " ", BusinessRuleError)])
def test_a_note_is_not_corrected_blindly_or_to_nothing(in_north, visit, number, body, error):
    with pytest.raises(error):
        note_correct(actor=in_north.rep, note_id=Note.objects.get().pk, number=number, body=body)


def test_the_same_words_are_no_correction(in_north, visit):
    with pytest.raises(BusinessRuleError, match="same as before"):
        note_correct(actor=in_north.rep, note_id=Note.objects.get().pk, number=1, body="First. ")


def test_only_author_and_managers_correct_a_note(in_north, visit):
    note = Note.objects.get()
    with pytest.raises(NotAllowedError):
        note_correct(actor=in_north.other_rep, note_id=note.pk, number=1, body="Spin.")
    assert note_correct(actor=in_north.manager, note_id=note.pk, number=1, body="Better.").author_id == (
        in_north.manager.staff_id
    )


def test_another_agency_adds_its_own_note_to_a_shared_contact(in_north, visit):
    note = note_add(actor=in_north.other_rep, interaction_id=visit.pk, note=NoteData("From us."))
    assert (note.agency_id, note.obtained_on) == (in_north.other_agency.pk, day(0))


def test_br26_a_note_cannot_have_been_learned_tomorrow(in_north, visit):
    with pytest.raises(BusinessRuleError, match="future"):
        note_add(actor=in_north.rep, interaction_id=visit.pk, note=NoteData("x", obtained_on=day(1)))


def test_a_note_belongs_to_one_thing(in_north, visit, acme):
    for target in ({}, {"interaction_id": visit.pk, "business_id": acme.pk}):
        with pytest.raises(BusinessRuleError, match="one contact or to one business"):
            note_add(actor=in_north.rep, note=NoteData("x"), **target)
    with pytest.raises(Http404):
        note_add(actor=in_north.rep, note=NoteData("x"), business_id=999_999)


# next steps


@pytest.mark.parametrize(
    ("follow_up", "field"),
    [
        (FollowUpData("", None), "follow_up"),
        (FollowUpData("x" * 201, None), "follow_up"),
        (FollowUpData("Call", None, 999_999), "follow_up_assignee"),
    ],
)
def test_a_next_step_is_refused_by_input(in_north, acme, follow_up, field):
    with pytest.raises(BusinessRuleError) as error:
        follow_up_add(actor=in_north.rep, business_id=acme.pk, follow_up=replace(follow_up, due_on=day(1)))
    assert field in error.value.errors


def test_a_next_step_is_done_once_and_can_be_reopened(in_north, acme):
    row = follow_up_add(actor=in_north.rep, business_id=acme.pk, follow_up=FollowUpData("Call", day(1)))
    first = follow_up_done(actor=in_north.rep, follow_up_id=row.pk).done_at
    assert follow_up_done(actor=in_north.rep, follow_up_id=row.pk).done_at == first
    assert follow_up_reopen(actor=in_north.rep, follow_up_id=row.pk).done_at is None
    with pytest.raises(BusinessRuleError, match="still open"):
        follow_up_reopen(actor=in_north.rep, follow_up_id=row.pk)


def test_others_do_not_tick_my_steps_but_managers_may(in_north, acme):
    row = follow_up_add(actor=in_north.rep, business_id=acme.pk, follow_up=FollowUpData("Call", day(1)))
    with pytest.raises(NotAllowedError):
        follow_up_done(actor=in_north.other_rep, follow_up_id=row.pk)
    with pytest.raises(NotAllowedError):
        follow_up_done(actor=in_north.partner, follow_up_id=row.pk)
    assert follow_up_done(actor=in_north.manager, follow_up_id=row.pk).done_at


def test_a_step_given_to_a_colleague_is_on_their_list_only(in_north, acme):
    step = FollowUpData("Visit", day(2), in_north.other_rep.staff_id)
    row = follow_up_add(actor=in_north.rep, business_id=acme.pk, follow_up=step)
    assert follow_ups_due(in_north.other_rep) == [row]
    assert follow_ups_due(in_north.rep) == []


def test_the_list_sorts_overdue_today_later_done(in_north, acme):
    for offset in (2, 0, 1):
        follow_up_add(actor=in_north.rep, business_id=acme.pk, follow_up=FollowUpData(f"in {offset}", day(offset)))
    late = follow_up_add(actor=in_north.rep, business_id=acme.pk, follow_up=FollowUpData("late", day(1)))
    FollowUp.objects.filter(pk=late.pk).update(due_on=day(-1))
    done = follow_up_add(actor=in_north.rep, business_id=acme.pk, follow_up=FollowUpData("done", day(1)))
    follow_up_done(actor=in_north.rep, follow_up_id=done.pk)
    steps = follow_up_list(in_north.rep)
    assert [[s.text for s in group] for group in (steps.overdue, steps.due_today, steps.later, steps.done)] == [
        ["late"],
        ["in 0"],
        ["in 1", "in 2"],
        ["done"],
    ]
    assert steps.open_count == 4


def test_home_shows_what_one_logged_last(in_north, acme):
    other = make_business(in_north, "Bay")
    log(in_north.rep, acme)
    log(in_north.rep, other, acme)
    log(in_north.other_rep, make_business(in_north))
    assert [len(i.businesses.all()) for i in recent_interactions(in_north.rep)] == [2, 1]
    assert set(recent_businesses(in_north.rep)) == {acme, other}
    newest = recent_interactions(in_north.rep)[0]
    interaction_void(actor=in_north.rep, interaction_id=newest.pk, reason="twice")
    assert recent_interactions(in_north.rep)[0].is_void  # still to be found by who logged it
