"""Who sees what: content, a stub, or nothing; and it still counts (BR-3, BR-4, BR-5)."""

import itertools

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.tenancy.models import AuditEvent
from businesses.models import Business
from businesses.selectors import Bounds, served_condition, timeline_for
from interactions.constants import Visibility, narrower
from interactions.models import Interaction, Note, ServiceDelivered
from interactions.permissions import Sight, sight
from interactions.selectors import (
    interaction_get_for,
    interaction_page,
    note_get_for,
    open_work_panel,
    readable_follow_ups,
    service_get_for,
    timeline_source,
)
from interactions.services import (
    FollowUpData,
    NoteData,
    ServiceData,
    interaction_reclassify,
    note_add,
    note_reclassify,
    record_reading,
    service_record,
)
from tests.factories import make_business, make_staff
from tests.interactions.helpers import day, log

CONTENT, STUB, NOTHING = Sight.CONTENT, Sight.STUB, Sight.NOTHING
EXPECTED = {
    # who: (shared, agency, team, restricted) of a record of the first agency by its representative
    "rep": (CONTENT, CONTENT, CONTENT, CONTENT),
    "colleague": (CONTENT, CONTENT, STUB, NOTHING),
    "manager": (CONTENT, CONTENT, CONTENT, NOTHING),
    "state": (CONTENT, CONTENT, CONTENT, CONTENT),
    "other_rep": (CONTENT, STUB, STUB, NOTHING),
    "other_state": (CONTENT, STUB, STUB, CONTENT),
    "partner": (CONTENT, CONTENT, STUB, NOTHING),
}


@pytest.fixture
def cast(in_north):
    world = in_north
    common = {"tenant": world.tenant}
    return {
        "rep": world.rep,
        "colleague": make_staff(name="Colleague", role="representative", agency=world.agency, **common),
        "manager": world.manager,
        "state": world.state,
        "other_rep": world.other_rep,
        "other_state": make_staff(name="Other State", role="state", agency=world.other_agency, **common),
        "partner": world.partner,
    }


@pytest.fixture
def acme(in_north):
    return make_business(in_north, "Acme")


def whole_contact(world, acme, visibility) -> Interaction:
    result = log(
        world.rep,
        acme,
        items=(world.items.lmi,),
        visibility=visibility,
        note=NoteData("They plan a layoff."),
        follow_up=FollowUpData("Call back", day(3)),
    )
    return Interaction.objects.get(pk=result.interaction_id)


@pytest.mark.parametrize(("place", "visibility"), enumerate(Visibility.values))
def test_br3_the_matrix_holds_in_rule_timeline_page_and_database(in_north, cast, acme, place, visibility):
    interaction = whole_contact(in_north, acme, visibility)
    note, service = Note.objects.get(), ServiceDelivered.objects.get()
    for who, actor in cast.items():
        expected = EXPECTED[who][place]
        people = {in_north.rep.staff_id}
        assert sight(actor, visibility=visibility, agency_id=in_north.agency.pk, people=people) is expected, who
        readable = Interaction.objects.readable_by(actor).filter(pk=interaction.pk).exists()
        known = Interaction.objects.known_to(actor).filter(pk=interaction.pk).exists()
        assert (readable, known) == (expected is CONTENT, expected is not NOTHING), who
        assert ServiceDelivered.objects.readable_by(actor).exists() is (expected is CONTENT), who
        assert ServiceDelivered.objects.known_to(actor).exists() is (expected is not NOTHING), who
        assert readable_follow_ups(actor).exists() is (expected is CONTENT), who
        entries = timeline_source(actor=actor, business_id=acme.pk, bounds=Bounds(), limit=9)
        assert [e.is_stub for e in entries] == {CONTENT: [False], STUB: [True], NOTHING: []}[expected], who
        for get, key, row in (
            (interaction_get_for, "interaction_id", interaction),
            (note_get_for, "note_id", note),
            (service_get_for, "service_id", service),
        ):
            if expected is CONTENT:
                assert get(actor=actor, **{key: row.pk}) == row
            else:
                with pytest.raises(Http404):
                    get(actor=actor, **{key: row.pk})


def test_a_stub_tells_agency_and_date_and_nothing_else(in_north, acme):
    whole_contact(in_north, acme, Visibility.AGENCY)
    (entry,) = timeline_source(actor=in_north.other_rep, business_id=acme.pk, bounds=Bounds(), limit=9)
    assert (entry.occurred_on, entry.agency_name) == (day(0), in_north.agency.name)
    assert (entry.staff_names, entry.services, entry.body, entry.url, entry.badges) == ((), (), "", "", ())


def test_story_10_restricted_is_nowhere_for_others_and_still_counts(in_north, acme):
    whole_contact(in_north, acme, Visibility.RESTRICTED)
    other = in_north.other_rep
    assert timeline_for(actor=other, business_id=acme.pk).entries == ()
    assert open_work_panel(actor=other, business=acme) is None
    assert not Business.objects.filter(served_condition(actor=other, agency_id=None)).exists()
    assert Business.objects.filter(served_condition(actor=in_north.state, agency_id=None)).exists()
    assert ServiceDelivered.objects.counted(today=day(0), counts_self_service=False).count() == 1


def test_what_is_restricted_shows_no_content_in_a_timeline_of_who_may_read_it(in_north, acme):
    whole_contact(in_north, acme, Visibility.RESTRICTED)
    (entry,) = timeline_source(actor=in_north.state, business_id=acme.pk, bounds=Bounds(), limit=9)
    assert (entry.title, entry.body, entry.services) == ("Restricted contact", "", ())
    assert entry.url


def test_br4_reading_what_is_restricted_is_in_the_audit_trail(in_north, acme, client_for):
    interaction = whole_contact(in_north, acme, Visibility.RESTRICTED)
    assert client_for(in_north.state).get(interaction.get_absolute_url()).status_code == 200
    reads = AuditEvent.objects.filter(operation="read").order_by("id")
    assert {(r.table_name, r.row_id, r.user_id) for r in reads} == {
        ("interactions_interaction", interaction.pk, in_north.state.user_id),
        ("interactions_note", Note.objects.get().pk, in_north.state.user_id),
    }
    assert client_for(in_north.other_rep).get(interaction.get_absolute_url()).status_code == 404


def test_the_audit_trail_tells_the_reading_but_no_content(in_north, acme, client_for):
    interaction = whole_contact(in_north, acme, Visibility.RESTRICTED)
    client_for(in_north.state).get(interaction.get_absolute_url())
    for actor, sees_agency in ((in_north.state, True), (in_north.admin, False)):
        page = client_for(actor).get(reverse("directory:audit")).content.decode()
        assert "Interaction read" in page
        assert "layoff" not in page
        row = client_for(actor).get(reverse("directory:audit"), {"table": "interactions_interaction"}).content.decode()
        assert (f"{interaction.occurred_on:%Y}" in row.split("Occurred on")[1][:200]) is sees_agency


def test_br4_reading_over_the_api_is_recorded_too(in_north, acme, client_for):
    interaction = whole_contact(in_north, acme, Visibility.RESTRICTED)
    service = ServiceDelivered.objects.get()
    state, stranger = client_for(in_north.state), client_for(in_north.other_rep)
    paths = {
        "/api/v1/interactions/": interaction.pk,
        f"/api/v1/interactions/{interaction.pk}/": interaction.pk,
        "/api/v1/services/": service.pk,
        f"/api/v1/services/{service.pk}/": service.pk,
    }
    for number, (path, row_id) in enumerate(paths.items(), 1):
        assert state.get(path).status_code == 200
        reads = AuditEvent.objects.filter(operation="read", user_id=in_north.state.user_id).order_by("id")
        assert (reads.count(), reads.last().row_id) == (number, row_id)
        answer = stranger.get(path)
        assert answer.status_code == 404 or answer.json()["results"] == []
    assert not AuditEvent.objects.filter(operation="read", user_id=in_north.other_rep.user_id).exists()


def test_reading_what_everybody_may_read_leaves_no_trace(in_north, acme):
    assert record_reading(actor=in_north.rep, records=[whole_contact(in_north, acme, Visibility.SHARED)]) == 0


def test_a_note_kept_within_an_agency_is_named_to_others_without_its_text(in_north, acme):
    log(in_north.rep, acme, items=(in_north.items.lmi,), note=NoteData("Secret.", Visibility.AGENCY))
    interaction = Interaction.objects.get()
    (entry,) = timeline_source(actor=in_north.other_rep, business_id=acme.pk, bounds=Bounds(), limit=9)
    assert entry.body == ""
    assert entry.badges == ((f"Note kept within {in_north.agency.name}", "quiet"),)
    page = interaction_page(actor=in_north.other_rep, interaction=interaction)
    assert (page.notes, [note.agency for note in page.hidden_notes]) == ([], [in_north.agency])
    (own,) = timeline_source(actor=in_north.manager, business_id=acme.pk, bounds=Bounds(), limit=9)
    assert own.body == "Secret."


def test_a_restricted_note_on_a_shared_contact_is_nowhere_for_others(in_north, acme):
    log(in_north.rep, acme, note=NoteData("Layoff in May.", Visibility.RESTRICTED))
    interaction = Interaction.objects.get()
    for actor, notes in ((in_north.other_rep, 0), (in_north.state, 1)):
        page = interaction_page(actor=actor, interaction=interaction)
        assert (len(page.notes), page.hidden_notes) == (notes, [])
        (entry,) = timeline_source(actor=actor, business_id=acme.pk, bounds=Bounds(), limit=9)
        assert "Layoff" not in entry.body


def test_lone_services_and_notes_follow_the_same_rule(in_north, acme):
    for visibility in Visibility.values:
        service = ServiceData(in_north.items.lmi.pk)
        service_record(actor=in_north.rep, business_id=acme.pk, service=service, visibility=visibility)
        note_add(actor=in_north.rep, business_id=acme.pk, note=NoteData("Text", visibility))
    for actor, entries, stubs in ((in_north.other_rep, 6, 4), (in_north.manager, 6, 0), (in_north.state, 8, 0)):
        found = timeline_source(actor=actor, business_id=acme.pk, bounds=Bounds(), limit=20)
        assert (len(found), sum(e.is_stub for e in found)) == (entries, stubs), actor.name


def test_the_timeline_costs_the_same_for_one_entry_and_for_many(in_north, acme):
    counts = []
    for number in (1, 9):
        for _ in range(number):
            whole_contact(in_north, acme, Visibility.SHARED)
        with CaptureQueriesContext(connection) as queries:
            timeline_source(actor=in_north.other_rep, business_id=acme.pk, bounds=Bounds(), limit=20)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 7


def test_the_timeline_pages_back_in_time(in_north, acme):
    for offset in range(5):
        log(in_north.rep, acme, occurred_on=day(-offset))
    entries = timeline_source(actor=in_north.rep, business_id=acme.pk, bounds=Bounds(through=day(-2)), limit=2)
    assert [entry.occurred_on for entry in entries] == [day(-2), day(-3)]


def test_a_voided_contact_leaves_the_timeline(in_north, acme):
    from interactions.services import interaction_void

    interaction = whole_contact(in_north, acme, Visibility.SHARED)
    interaction_void(actor=in_north.rep, interaction_id=interaction.pk, reason="Wrong business")
    assert timeline_source(actor=in_north.rep, business_id=acme.pk, bounds=Bounds(), limit=9) == []


@pytest.mark.parametrize(("first", "second"), itertools.combinations(Visibility.values, 2))
def test_narrower_is_the_later_class(first, second):
    assert narrower(first, second) == narrower(second, first) == second


def test_br5_only_author_and_manager_change_a_class_and_everything_below_follows(in_north, cast, acme):
    interaction = whole_contact(in_north, acme, Visibility.SHARED)
    for who in ("colleague", "other_rep", "partner"):
        with pytest.raises(NotAllowedError):
            interaction_reclassify(actor=cast[who], interaction_id=interaction.pk, visibility=Visibility.TEAM)
    interaction_reclassify(actor=in_north.rep, interaction_id=interaction.pk, visibility=Visibility.AGENCY)
    assert {ServiceDelivered.objects.get().visibility, Note.objects.get().visibility} == {Visibility.AGENCY}
    interaction_reclassify(actor=in_north.manager, interaction_id=interaction.pk, visibility=Visibility.SHARED)
    assert Interaction.objects.get().visibility == Visibility.SHARED
    assert Note.objects.get().visibility == Visibility.AGENCY, "a note does not widen with its contact"
    with pytest.raises(BusinessRuleError):
        interaction_reclassify(actor=in_north.rep, interaction_id=interaction.pk, visibility="public")


def test_br5_a_notes_class_is_changed_by_author_or_manager_within_its_contacts(in_north, cast, acme):
    whole_contact(in_north, acme, Visibility.AGENCY)
    note = Note.objects.get()
    with pytest.raises(NotAllowedError):
        note_reclassify(actor=cast["colleague"], note_id=note.pk, visibility=Visibility.TEAM)
    note_reclassify(actor=in_north.rep, note_id=note.pk, visibility=Visibility.RESTRICTED)
    note_reclassify(actor=in_north.rep, note_id=note.pk, visibility=Visibility.SHARED)
    assert Note.objects.get().visibility == Visibility.AGENCY


def test_br5_a_change_of_class_is_audited(in_north, acme):
    interaction = whole_contact(in_north, acme, Visibility.SHARED)
    interaction_reclassify(actor=in_north.rep, interaction_id=interaction.pk, visibility=Visibility.TEAM)
    event = AuditEvent.objects.filter(table_name="interactions_interaction", operation="update").get()
    assert event.changes["visibility"] == ["shared", "team"]
