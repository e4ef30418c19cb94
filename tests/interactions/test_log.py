"""Logging a contact: refusals first, then what is saved, how fast, and only once."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.models import Area, AreaRegion, AreaTerritory, ServiceItem
from bizworks.tenancy.actor import system_actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import AuditEvent
from businesses.constants import Status
from businesses.models import Business, Contact
from interactions.constants import MAX_NOTE_CHARACTERS, Mode, Visibility
from interactions.models import FollowUp, Interaction, Note, OrientationJudgement, ServiceDelivered
from interactions.services import FollowUpData, NewContactData, NoteData, ServiceData, interaction_log
from tests.factories import make_business, make_contact
from tests.interactions.helpers import contact_with, day, log, orientation_fields


def refused(actor, data) -> dict[str, list[str]]:
    with pytest.raises(BusinessRuleError) as error:
        interaction_log(actor=actor, data=data)
    assert not Interaction.objects.exists()
    assert not ServiceDelivered.objects.exists()
    return error.value.errors


@pytest.fixture
def acme(in_north):
    return make_business(in_north, "Acme Precision")


def test_a_read_only_partner_and_an_administrator_are_refused(in_north, acme):
    for actor in (in_north.partner, in_north.admin):
        with pytest.raises(NotAllowedError, match="log contacts"):
            log(actor, acme)


def test_a_program_without_a_person_is_refused(in_north, acme):
    with pytest.raises(NotAllowedError, match="member of staff"):
        log(system_actor(in_north.tenant.pk), acme)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"business_ids": ()}, "businesses", "at least one"),
        ({"business_ids": (999_999,)}, "businesses", "not in the directory"),
        ({"occurred_on": None}, "occurred_on", "Give the date"),
        ({"occurred_on": date(1926, 1, 5)}, "occurred_on", "Check the year"),
        ({"mode": "pigeon"}, "mode", "how the contact happened"),
        ({"mode": ""}, "mode", "how the contact happened"),
        ({"visibility": "public"}, "visibility", "from the list"),
        ({"duration_minutes": 0}, "duration_minutes", "between 1 and"),
        ({"subject": "x" * 121}, "subject", "120"),
        ({"contact_ids": (999_999,)}, "contacts", "not a contact"),
        ({"staff_ids": (999_999,)}, "staff", "staff list"),
        ({"services": (ServiceData(999_999),)}, "services", "not in the catalog"),
        ({"slate_line_ids": (999_999,)}, "slate_lines", "other lines"),
        ({"note": NoteData("  ")}, "note", "Write the note"),
        ({"note": NoteData("SSN 123-45-6789")}, "note", "Social Security"),
        ({"note": NoteData("a\x00b")}, "note", "cannot be printed"),
        ({"note": NoteData("x" * (MAX_NOTE_CHARACTERS + 1))}, "note", "at most"),
        ({"note": NoteData("x", visibility="world")}, "note_visibility", "from the list"),
        ({"follow_up": FollowUpData("", date(2099, 1, 1))}, "follow_up", "what the next step is"),
        ({"follow_up": FollowUpData("Call", None)}, "follow_up_due_on", "Give the day"),
        ({"follow_up": FollowUpData("Call", date(2001, 1, 1))}, "follow_up_due_on", "before"),
        ({"follow_up": FollowUpData("Call", date(2199, 1, 1))}, "follow_up_due_on", "Check the year"),
        ({"orientation_fallback": "anyway"}, "orientation_fallback", "from the list"),
    ],
)
def test_br16_each_mistake_is_named_by_its_input(in_north, acme, change, field, words):
    errors = refused(in_north.rep, replace(contact_with(acme), **change))
    assert words in errors[field][0]


def test_br16_a_date_in_the_future_is_refused(in_north, acme):
    assert "future" in refused(in_north.rep, contact_with(acme, occurred_on=day(1)))["occurred_on"][0]


def test_every_mistake_is_named_at_once(in_north, acme):
    errors = refused(
        in_north.rep, contact_with(acme, occurred_on=day(1), mode="", note=NoteData(""), contact_ids=(999_999,))
    )
    assert set(errors) == {"occurred_on", "mode", "note", "contacts"}


def test_a_contact_of_another_business_is_refused(in_north, acme):
    stranger = make_contact(make_business(in_north))
    assert "does not belong" in refused(in_north.rep, contact_with(acme, contact_ids=(stranger.pk,)))["contacts"][0]


def test_a_contact_who_had_left_is_refused_but_not_for_a_day_before(in_north, acme):
    gone = make_contact(acme, "Lee Gone")
    Contact.objects.filter(pk=gone.pk).update(left_on=day(-3))
    assert "left the business" in refused(in_north.rep, contact_with(acme, contact_ids=(gone.pk,)))["contacts"][0]
    assert log(in_north.rep, acme, occurred_on=day(-4), contact_ids=(gone.pk,)).is_new


def test_another_tenants_business_contact_item_and_staff_do_not_exist(north, south):
    with tenant_context(south.tenant.pk):
        theirs = make_business(south)
        person = make_contact(theirs)
    with tenant_context(north.tenant.pk), pytest.raises(BusinessRuleError) as error:
        fields = {"staff_ids": (south.rep.staff_id,), "contact_ids": (person.pk,)}
        log(north.rep, theirs, items=(south.items.lmi,), **fields)
    assert set(error.value.errors) == {"businesses", "services", "staff", "contacts"}


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ({"started_on": 1}, "only be planned"),
        ({"started_on": -1, "ended_on": -2}, "before it starts"),
        ({"ended_on": 5}, "not in the future"),
        ({"started_on": -9, "ended_on": -2, "status": "in_progress"}, "mark it completed"),
        ({"status": "done"}, "from the lists"),
        ({"assisted": "robot"}, "from the lists"),
        ({"agency_id": 999_999}, "choose the agency"),
        ({"program": "x" * 61}, "at most 60"),
    ],
)
def test_br18_a_service_that_contradicts_itself_is_refused(in_north, acme, service, words):
    fields = {k: day(v) if k.endswith("_on") else v for k, v in service.items()}
    data = contact_with(acme, services=(ServiceData(in_north.items.lmi.pk, **fields),))
    assert words in refused(in_north.rep, data)["services"][0]


def test_a_service_not_in_the_catalogue_of_the_day_is_refused(in_north, acme):
    ServiceItem.objects.filter(pk=in_north.items.lmi.pk).update(starts_on=day(-1))
    data = contact_with(acme, items=(in_north.items.lmi,), occurred_on=day(-2))
    assert "was not in the catalog" in refused(in_north.rep, data)["services"][0]


def test_the_same_service_twice_is_refused(in_north, acme):
    lmi = in_north.items.lmi
    assert "chosen twice" in refused(in_north.rep, contact_with(acme, items=(lmi, lmi)))["services"][0]


@pytest.mark.parametrize(
    ("days_after_closing", "item", "taken"),
    [(0, "lmi", True), (1, "lmi", False), (1, "training", False), (300, "layoff", True), (400, "layoff", False)],
)
def test_br14_a_closed_business_takes_only_layoff_services_within_a_year(
    in_north, acme, days_after_closing, item, taken
):
    in_north.items.layoff = ServiceItem.objects.create(code="rr", name="Rapid response", federal_category_id="RRD")
    Business.objects.filter(pk=acme.pk).update(status=Status.CLOSED, closed_on=day(-days_after_closing))
    data = contact_with(acme, items=(getattr(in_north.items, item),))
    if taken:
        assert interaction_log(actor=in_north.rep, data=data).service_ids
    else:
        assert "closed" in refused(in_north.rep, data)["services"][0]


def test_br13_a_merged_business_points_to_its_survivor(in_north, acme):
    Business.objects.filter(pk=acme.pk).update(status=Status.MERGED, merged_into=make_business(in_north))
    assert "merged" in refused(in_north.rep, contact_with(acme))["businesses"][0]


def test_story_1_a_visit_with_two_services_note_and_next_step(in_north, acme):
    ruiz = make_contact(acme, "J. Ruiz")
    result = log(
        in_north.rep,
        acme,
        items=(in_north.items.lmi, in_north.items.job_order),
        contact_ids=(ruiz.pk,),
        duration_minutes=30,
        note=NoteData("  Two machinists wanted.  "),
        follow_up=FollowUpData("Send resumes", day(6)),
    )
    interaction = Interaction.objects.get(pk=result.interaction_id)
    assert result.is_new
    assert (interaction.agency_id, interaction.recorded_by_id) == (in_north.agency.pk, in_north.rep.staff_id)
    assert [row.staff_id for row in interaction.staff_rows.all()] == [in_north.rep.staff_id]
    assert interaction.contact_rows.get().was_key_representative
    services = ServiceDelivered.objects.filter(pk__in=result.service_ids)
    assert {s.item_id for s in services} == {in_north.items.lmi.pk, in_north.items.job_order.pk}
    for service in services:
        assert (service.started_on, service.ended_on, service.status) == (day(0), day(0), "completed")
        assert (service.area_id, service.region_id) == (in_north.area.pk, in_north.region.pk)
        assert (service.agency_id, service.staff_id) == (in_north.agency.pk, in_north.rep.staff_id)
    note = Note.objects.get()
    assert (note.versions.get().body, note.obtained_on) == ("Two machinists wanted.", day(0))
    assert FollowUp.objects.get().assignee_id == in_north.rep.staff_id


def test_no_more_than_fifteen_queries_for_a_whole_visit_and_every_row_is_audited(in_north, acme):
    data = contact_with(
        acme,
        items=(in_north.items.lmi, in_north.items.job_order),
        contact_ids=(make_contact(acme).pk,),
        note=NoteData("Two machinists wanted."),
        follow_up=FollowUpData("Send resumes", day(6)),
    )
    before = AuditEvent.objects.count()
    with CaptureQueriesContext(connection) as queries:
        interaction_log(actor=in_north.rep, data=data)
    assert len(queries) <= 15, "\n".join(q["sql"][:120] for q in queries)
    assert AuditEvent.objects.count() - before == 9


def test_queries_do_not_grow_with_businesses_and_services(in_north):
    counts = []
    for number in (1, 12):
        businesses = [make_business(in_north) for _ in range(number)]
        fields = orientation_fields(in_north, businesses) | {"mode": Mode.GROUP}
        fields["items"] += (in_north.items.lmi,)
        data = contact_with(*businesses, **fields)
        with CaptureQueriesContext(connection) as queries:
            interaction_log(actor=in_north.rep, data=data)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 18


def test_a_new_person_becomes_a_contact_in_the_same_act(in_north, acme):
    log(in_north.rep, acme, new_contacts=(NewContactData(acme.pk, " Ana  Sol ", role="hr"),))
    contact = Contact.objects.get(business=acme)
    assert (contact.name, contact.is_key_representative) == ("Ana Sol", True)


def test_a_new_person_is_not_saved_when_the_contact_is_refused(in_north, acme):
    refused(in_north.rep, contact_with(acme, mode="", new_contacts=(NewContactData(acme.pk, "Ana Sol"),)))
    assert not Contact.objects.exists()


@pytest.mark.parametrize("person", [{"name": ""}, {"name": "x" * 121}, {"name": "Ana", "role": "boss"}])
def test_a_new_person_needs_name_and_role_from_the_list(in_north, acme, person):
    assert "new_contacts" in refused(
        in_north.rep, contact_with(acme, new_contacts=(NewContactData(acme.pk, **person),))
    )


def test_br18_an_ongoing_service_has_no_end_and_is_in_progress(in_north, acme):
    training = ServiceData(in_north.items.training.pk, is_ongoing=True, started_on=day(-30), program="Title I")
    result = log(in_north.rep, acme, services=(training,))
    service = ServiceDelivered.objects.get(pk=result.service_ids[0])
    assert (service.started_on, service.ended_on, service.status) == (day(-30), None, "in_progress")
    assert service.program == "Title I"


def test_a_service_delivered_by_another_agency_is_credited_to_it(in_north, acme):
    service = ServiceData(in_north.items.lmi.pk, agency_id=in_north.other_agency.pk)
    row = ServiceDelivered.objects.get(pk=log(in_north.rep, acme, services=(service,)).service_ids[0])
    assert (row.agency_id, row.staff_id, row.recorded_by_id) == (
        in_north.other_agency.pk,
        None,
        in_north.rep.staff_id,
    )


def test_a_service_can_be_for_some_of_the_businesses_only(in_north, acme):
    other = make_business(in_north)
    service = ServiceData(in_north.items.lmi.pk, business_ids=(other.pk,))
    result = log(in_north.rep, acme, other, services=(service,))
    assert ServiceDelivered.objects.get(pk=result.service_ids[0]).business == other


def test_br11_area_and_region_are_those_of_the_day_it_started(in_north, acme):
    territory = AreaTerritory.objects.get(area=in_north.area)
    AreaTerritory.objects.filter(pk=territory.pk).update(retired_on=day(-10))
    AreaTerritory.objects.create(
        area=in_north.other_area, municipality_id=territory.municipality_id, starts_on=day(-10)
    )
    placed = []
    for offset in (-11, -10):
        result = log(in_north.rep, acme, items=(in_north.items.lmi,), occurred_on=day(offset))
        service = ServiceDelivered.objects.get(pk=result.service_ids[0])
        placed.append((service.area_id, service.region_id))
    assert placed == [
        (in_north.area.pk, in_north.region.pk),
        (in_north.other_area.pk, in_north.other_region.pk),
    ]


def test_br11_a_businesss_own_area_wins(in_north, acme):
    third = Area.objects.create(code="third", name="Third")
    AreaRegion.objects.create(area=third, region=in_north.other_region)
    Business.objects.filter(pk=acme.pk).update(area_override=third, area_override_reason="Agreed by both boards")
    service = ServiceDelivered.objects.get(pk=log(in_north.rep, acme, items=(in_north.items.lmi,)).service_ids[0])
    assert (service.area_id, service.region_id) == (third.pk, in_north.other_region.pk)


def test_services_carry_the_contacts_class_and_a_note_is_never_wider(in_north, acme):
    log(in_north.rep, acme, items=(in_north.items.lmi,), visibility=Visibility.TEAM, note=NoteData("Quiet."))
    assert ServiceDelivered.objects.get().visibility == Visibility.TEAM
    assert Note.objects.get().visibility == Visibility.TEAM


def test_br25_an_entry_later_than_the_tenant_allows_says_how_late(in_north, acme):
    assert log(in_north.rep, acme, occurred_on=day(-7)).days_late == 0
    assert log(in_north.rep, acme, occurred_on=day(-8)).days_late == 8


def test_br15_outreach_is_recorded_and_not_counted(in_north, acme):
    log(in_north.rep, acme, mode=Mode.VOICEMAIL, items=(in_north.items.outreach,))
    assert not ServiceDelivered.objects.counted(today=day(0), counts_self_service=True).exists()


def test_the_same_form_sent_twice_is_saved_once_and_answers_the_same(in_north, acme):
    data = contact_with(acme, **orientation_fields(in_north, [acme]), note=NoteData("Once."))
    first, second = (interaction_log(actor=in_north.rep, data=data) for _ in range(2))
    assert (first.is_new, second.is_new) == (True, False)
    assert first.interaction_id == second.interaction_id
    assert (first.service_ids, first.judgements) == (second.service_ids, second.judgements)
    assert (Interaction.objects.count(), Note.objects.count(), OrientationJudgement.objects.count()) == (1, 1, 1)


def test_somebody_elses_form_key_tells_nothing(in_north, acme):
    key = uuid4()
    log(in_north.rep, acme, form_key=key)
    with pytest.raises(BusinessRuleError, match="Open a new one"):
        log(in_north.other_rep, acme, form_key=key)


def test_the_same_form_key_in_another_tenant_is_another_form(north, south):
    key = uuid4()
    for world in (north, south):
        with tenant_context(world.tenant.pk, user_id=world.rep.user_id):
            assert log(world.rep, make_business(world), form_key=key).is_new
