"""The pages: refusals first; everything typed survives; a double submit is one contact; without JavaScript too."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bizworks.directory.models import Slate
from bizworks.tenancy.context import tenant_context
from businesses.models import Contact
from interactions.constants import Mode, Visibility
from interactions.models import FollowUp, Interaction, Note, OrientationJudgement, ServiceDelivered
from interactions.services import FollowUpData, NoteData, ServiceData, follow_up_add, service_record
from tests.factories import make_business, make_contact
from tests.interactions.helpers import day, log, orientation_fields

LOG = "/interactions/log/"


@pytest.fixture
def acme(in_north):
    return make_business(in_north, "Acme Precision")


@pytest.fixture
def rep(in_north, client_for):
    return client_for(in_north.rep)


def typed(*businesses, **fields) -> dict:
    return {
        "form_key": str(uuid4()),
        "businesses": [b.pk for b in businesses],
        "occurred_on": "today",
        "mode": Mode.PHONE,
        "note": "",
    } | fields


def body(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("who", ["partner", "admin"])
def test_who_may_not_log_is_told_so(in_north, client_for, who):
    client = client_for(getattr(in_north, who))
    for response in (client.get(LOG), client.post(LOG, {}), client.post("/interactions/check/", {})):
        assert response.status_code == 403


def test_a_stranger_is_asked_to_sign_in(client, db):
    assert client.get(LOG).url.startswith("/accounts/login/")


def test_an_empty_form_names_what_is_missing_and_saves_nothing(rep):
    response = rep.post(LOG, {"form_key": str(uuid4())})
    assert response.status_code == 422
    for words in ("Choose at least one business.", "Choose how the contact happened.", "Give the day of the contact."):
        assert words in body(response)
    assert not Interaction.objects.exists()


@pytest.mark.parametrize(
    "junk",
    [
        {"businesses": ["x", "-1", "9" * 40]},
        {"businesses": ["999999"]},
        {"contacts": ["1e9"]},
        {"services": ["٣", "9" * 18]},
        {"occurred_on": "some day"},
        {"occurred_on": "x" * 500},
        {"mode": "pigeon"},
        {"duration_minutes": "1e9"},
        {"duration_minutes": "99999"},
        {"note": "a\x00b"},
        {"note": "x" * 20_001},
        {"note": "SSN 123-45-6789"},
        {"note": "x", "note_visibility": "world"},
        {"follow_up": "Call", "follow_up_due_on": ""},
        {"follow_up": "Call", "follow_up_due_on": "yesterday"},
        {"follow_up_due_on": "tomorrow"},
        {"follow_up_assignee": "0"},
        {"form_key": "nope"},
        {"staff": ["7"]},
        {"visibility": "world"},
        {"slate_lines": ["999"], "services": "ORIENTATION"},
    ],
)
def test_bad_input_comes_back_with_422_and_everything_typed(in_north, acme, rep, junk):
    if junk.get("services") == "ORIENTATION":
        junk = junk | {"services": [in_north.items.orientation.pk]}
    response = rep.post(LOG, typed(acme, follow_up_assignee="", subject="") | {"note": "Two machinists"} | junk)
    assert response.status_code == 422
    assert "Nothing is saved yet" in body(response)
    assert not Interaction.objects.exists()
    if "note" not in junk:
        assert "Two machinists" in body(response)
    if "businesses" not in junk:
        assert "Acme Precision" in body(response)


def test_ticks_and_new_people_survive_a_refusal(in_north, acme, rep):
    ruiz = make_contact(acme, "J. Ruiz")
    response = rep.post(
        LOG,
        typed(
            acme,
            mode="",
            contacts=[ruiz.pk],
            services=[in_north.items.training.pk],
            **{
                f"new{acme.pk}-name": "Ana Sol",
                f"new{acme.pk}-role": "hr",
                f"service{in_north.items.training.pk}-status": "in_progress",
                f"service{in_north.items.training.pk}-started_on": "11/3/2025",
            },
        ),
    )
    page = body(response)
    assert f'id="contact-{ruiz.pk}" data-live checked' in page
    assert 'value="Ana Sol"' in page
    assert '<option value="hr" selected>' in page
    assert 'value="11/3/2025"' in page
    assert '<option value="in_progress" selected>' in page
    assert not Contact.objects.filter(name="Ana Sol").exists()


def test_a_whole_contact_is_saved_and_confirmed(in_north, acme, rep):
    ruiz, training = make_contact(acme, "J. Ruiz"), in_north.items.training
    response = rep.post(
        LOG,
        typed(
            acme,
            occurred_on="yesterday",
            duration_minutes="30",
            contacts=[ruiz.pk],
            services=[in_north.items.lmi.pk, training.pk],
            note="Two machinists wanted.",
            note_visibility="agency",
            follow_up="Send resumes",
            follow_up_due_on="tomorrow",
            **{
                f"new{acme.pk}-name": "Ana Sol",
                f"new{acme.pk}-role": "owner",
                f"service{training.pk}-status": "in_progress",
                f"service{training.pk}-started_on": day(-30).isoformat(),
                f"service{training.pk}-agency": in_north.other_agency.pk,
                f"service{training.pk}-program": "Title I",
            },
        ),
        follow=True,
    )
    interaction = Interaction.objects.get()
    assert response.redirect_chain == [(f"/interactions/{interaction.pk}/?logged=1", 302)]
    page = body(response)
    for words in ("The contact is saved.", "2 services counted", "Log another", "Go to Acme Precision", "clears:log"):
        assert words in page
    assert (interaction.occurred_on, interaction.duration_minutes) == (day(-1), 30)
    assert set(interaction.contact_rows.values_list("contact__name", "was_key_representative")) == {
        ("J. Ruiz", True),
        ("Ana Sol", True),
    }
    ongoing = ServiceDelivered.objects.get(item=training)
    assert (ongoing.ended_on, ongoing.started_on, ongoing.agency, ongoing.program) == (
        None,
        day(-30),
        in_north.other_agency,
        "Title I",
    )
    assert Note.objects.get().visibility == Visibility.AGENCY
    assert FollowUp.objects.get().due_on == day(1)


def test_a_double_submit_leads_to_the_same_contact(acme, rep):
    data = typed(acme)
    first, second = rep.post(LOG, data), rep.post(LOG, data, follow=True)
    assert second.redirect_chain[0][0] == first.url
    assert "This form was saved before; nothing was added or changed." in body(second)
    assert Interaction.objects.count() == 1


def test_the_form_begins_with_the_business_one_comes_from(in_north, acme, rep):
    make_contact(acme, "J. Ruiz")
    page = body(rep.get(f"{LOG}?business={acme.pk}"))
    assert "Who was met at Acme Precision" in page
    assert "J. Ruiz" in page
    assert f'data-draft="log-{acme.pk}"' in page


@pytest.mark.parametrize("query", ["business=x", "business=999999", "business=" + "9" * 40, "business=-1", "business="])
def test_a_business_that_is_none_begins_a_blank_form(rep, query):
    assert rep.get(f"{LOG}?{query}").status_code == 200


def test_without_javascript_find_shows_matches_and_keeps_what_is_typed(in_north, acme, rep):
    response = rep.post(LOG, typed(businesses_search="acme", _find="businesses", note="Typed before", mode=""))
    assert response.status_code == 200
    page = body(response)
    assert f'<option value="{acme.pk}">' in page
    assert "Typed before" in page
    assert "data-form-errors" not in page


def test_recent_businesses_and_usual_services_come_first(in_north, acme, rep):
    log(in_north.rep, acme, items=(in_north.items.job_order,))
    page = body(rep.get(LOG))
    assert f'href="?business={acme.pk}"' in page
    assert page.index("Job order taken") < page.index("All services") < page.index("Labor market information")


def test_the_log_screen_costs_the_same_for_many_contacts_and_businesses(in_north, rep):
    counts = []
    for number in (1, 8):
        businesses = [make_business(in_north) for _ in range(number)]
        for business in businesses:
            make_contact(business)
        with CaptureQueriesContext(connection) as queries:
            rep.get(LOG + "?" + "&".join(f"business={b.pk}" for b in businesses))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# the orientation, live


def orientation(in_north, *businesses, lines=4, **fields) -> dict:
    return typed(
        *businesses,
        mode=Mode.GROUP,
        duration_minutes="45",
        services=[in_north.items.orientation.pk],
        slate_lines=[line.pk for line in in_north.slate.lines.all()[:lines]],
        **fields,
    )


@pytest.fixture
def two(in_north):
    acme, bay = make_business(in_north, "Acme"), make_business(in_north, "Bay Biotech")
    return acme, bay, [make_contact(acme).pk, make_contact(bay, is_key=False).pk]


def test_story_3_the_rule_is_shown_while_typing(in_north, rep, two):
    acme, bay, people = two
    page = body(rep.post("/interactions/check/", orientation(in_north, acme, bay, contacts=people)))
    assert "<strong>Acme</strong>: qualifies as an orientation" in page
    assert "<strong>Bay Biotech</strong>: no key representative attended" in page
    assert "Partial overview" in page
    page = body(rep.post("/interactions/check/", orientation(in_north, acme, bay, lines=3, contacts=people)))
    assert page.count("3 of 7: need 4") == 2
    assert not Interaction.objects.exists()


def test_the_check_takes_a_half_filled_form_and_junk(in_north, rep):
    for data in ({}, {"businesses": ["x"]}, {"services": [in_north.items.orientation.pk], "occurred_on": "?"}):
        assert rep.post("/interactions/check/", data).status_code == 200
    assert rep.get("/interactions/check/").status_code == 405


def test_story_3_a_failed_orientation_is_refused_then_saved_as_chosen(in_north, rep, two):
    acme, bay, people = two
    data = orientation(in_north, acme, bay, contacts=people)
    response = rep.post(LOG, data)
    assert response.status_code == 422
    assert "Bay Biotech: no key representative attended. Not an orientation" in body(response)
    response = rep.post(LOG, data | {"orientation_fallback": "partial"}, follow=True)
    assert "1 service counted" in body(response)
    assert dict(OrientationJudgement.objects.values_list("business__name", "outcome")) == {
        "Acme": "qualifying",
        "Bay Biotech": "partial",
    }


def test_the_page_of_an_orientation_shows_facts_and_slate_version(in_north, acme, rep):
    result = log(in_north.rep, acme, **orientation_fields(in_north, [acme]))
    page = body(rep.get(f"/interactions/{result.interaction_id}/"))
    for words in (
        "Qualifying orientation",
        "4 of 7 lines of the slate; 4 needed",
        "in force since Mar 22, 2017",
        "Line 4",
    ):
        assert words in page


def test_a_tenant_without_slate_is_not_offered_the_orientation(in_north, rep):
    Slate.objects.update(retired_on="2018-01-01")
    page = body(rep.get(LOG))
    assert "log-slate" not in page
    assert 'data-kind="orientation"' not in page


# one contact


def test_the_page_costs_the_same_for_one_business_and_many(in_north, rep):
    counts = []
    for number in (1, 6):
        result = log(in_north.rep, *[make_business(in_north) for _ in range(number)], items=(in_north.items.lmi,))
        with CaptureQueriesContext(connection) as queries:
            rep.get(f"/interactions/{result.interaction_id}/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_another_tenants_contact_is_as_unknown_as_none(north, south, client_for):
    with tenant_context(south.tenant.pk, user_id=south.rep.user_id):
        acme = make_business(south)
        fields = {"note": NoteData("x"), "follow_up": FollowUpData("y", day(1)), "items": (south.items.lmi,)}
        theirs = log(south.rep, acme, **fields)
        note, step = Note.objects.get(), FollowUp.objects.get()
    client = client_for(north.rep)
    names = {
        "detail": theirs.interaction_id,
        "void": theirs.interaction_id,
        "visibility": theirs.interaction_id,
        "note_add": theirs.interaction_id,
        "follow_up_add": theirs.interaction_id,
        "note_correct": note.pk,
        "note_visibility": note.pk,
        "service_edit": theirs.service_ids[0],
        "service_void": theirs.service_ids[0],
        "follow_up_done": step.pk,
        "follow_up_reopen": step.pk,
    }
    for name, pk in names.items():
        for key in (pk, 10**30):
            url = reverse(f"interactions:{name}", args=[key])
            assert client.post(url, {"reason": "Because", "visibility": "team"}).status_code in (404, 405), url
            if not name.startswith("follow_up_"):
                assert client.get(url).status_code == 404, url
    with tenant_context(south.tenant.pk):
        assert not Interaction.objects.exclude(voided_at=None).exists()


def test_voiding_asks_for_a_reason_then_says_so_on_the_page(in_north, acme, rep):
    url = f"/interactions/{log(in_north.rep, acme, items=(in_north.items.lmi,)).interaction_id}/"
    assert "cannot be undone" in body(rep.get(f"{url}void/"))
    assert rep.post(f"{url}void/", {"reason": ""}).status_code == 422
    page = body(rep.post(f"{url}void/", {"reason": "Logged twice"}, follow=True))
    assert "Logged twice" in page
    assert "It no longer counts" in page
    assert "Add a note" not in page


def test_correcting_a_service_on_the_page(in_north, acme, rep):
    result = log(in_north.rep, acme, items=(in_north.items.lmi,))
    url = f"/interactions/services/{result.service_ids[0]}/"
    data = {
        "version": 1,
        "item": in_north.items.job_order.pk,
        "agency": in_north.agency.pk,
        "status": "completed",
        "started_on": "yesterday",
        "ended_on": "",
        "assisted": "staff",
    }
    assert rep.post(url, data | {"started_on": "tomorrow?"}).status_code == 422
    assert rep.post(url, data | {"status": "in_progress", "ended_on": "2001-01-01"}).status_code == 422
    assert rep.post(url, data).url == f"/interactions/{result.interaction_id}/"
    row = ServiceDelivered.objects.get()
    assert (row.item, row.started_on, row.ended_on) == (in_north.items.job_order, day(-1), day(-1))
    stale = rep.post(url, data)
    assert stale.status_code == 409
    assert "Someone else changed this record" in body(stale)


def test_a_service_without_a_meeting_is_recorded_on_its_own_page(in_north, acme, rep):
    url = "/interactions/services/record/"
    assert "Acme Precision" in body(rep.get(f"{url}?business={acme.pk}"))
    for junk in ("x", "9" * 40, "-1", ""):
        assert rep.get(f"{url}?business={junk}").status_code == 200
    data = {
        "business": acme.pk,
        "item": in_north.items.training.pk,
        "status": "in_progress",
        "started_on": "3 days ago",
        "agency": in_north.agency.pk,
        "assisted": "staff",
        "visibility": "shared",
    }
    found = rep.post(url, {"business_search": "acme", "_find": "business"})
    assert (found.status_code, f'<option value="{acme.pk}">' in body(found)) == (200, True)
    for wrong in (
        {"business": 999_999},
        {"business": "9" * 40},
        {"item": ""},
        {"started_on": "tomorrow"},
        {"business": ""},
    ):
        assert rep.post(url, data | wrong).status_code == 422
    assert not ServiceDelivered.objects.exists()
    assert rep.post(url, data).url == acme.get_absolute_url()
    row = ServiceDelivered.objects.get()
    assert (row.started_on, row.ended_on, row.interaction_id) == (day(-3), None, None)


def test_a_reader_may_open_but_not_change(in_north, acme, client_for):
    result = log(in_north.rep, acme, items=(in_north.items.lmi,))
    partner, other = client_for(in_north.partner), client_for(in_north.other_rep)
    url = f"/interactions/{result.interaction_id}/"
    for client in (partner, other):
        assert "Void this contact" not in body(client.get(url))
        assert client.post(f"{url}void/", {"reason": "Because"}).status_code == 403
        assert client.post(f"/interactions/services/{result.service_ids[0]}/void/", {"reason": "No"}).status_code == 403
    assert "Add a note" not in body(partner.get(url))
    assert (
        partner.post(
            f"{url}notes/add/", {"note": "x", "note_visibility": "shared", "note_obtained_on": "today"}
        ).status_code
        == 403
    )


def test_notes_are_added_and_corrected_on_pages(in_north, acme, rep):
    url = f"/interactions/{log(in_north.rep, acme).interaction_id}/"
    note = {"note": "First.", "note_visibility": "agency", "note_obtained_on": "yesterday"}
    assert rep.post(f"{url}notes/add/", note | {"note_obtained_on": "tomorrow"}).status_code == 422
    assert rep.post(f"{url}notes/add/", note).url == url
    row = Note.objects.get()
    assert (row.obtained_on, row.visibility) == (day(-1), "agency")
    assert "First." in body(rep.get(f"/interactions/notes/{row.pk}/"))
    rep.post(f"/interactions/notes/{row.pk}/", {"number": 1, "note": "Second."})
    page = body(rep.get(url))
    assert "Second." in page
    assert "earlier wordings" in page
    rep.post(f"/interactions/notes/{row.pk}/visibility/", {"visibility": "team"})
    rep.post(f"{url}visibility/", {"visibility": "restricted"})
    row.refresh_from_db()
    assert row.visibility == "restricted"


def test_next_steps_on_pages(in_north, acme, rep):
    url = f"/interactions/{log(in_north.rep, acme).interaction_id}/"
    step = {"follow_up": "Send resumes", "follow_up_due_on": "tomorrow"}
    assert rep.post(f"{url}next-step/", step | {"follow_up_due_on": "whenever"}).status_code == 422
    assert rep.post(f"{url}next-step/", step).url == url
    row = FollowUp.objects.get()
    assert "Send resumes" in body(rep.get("/interactions/follow-ups/"))
    done = reverse("interactions:follow_up_done", args=[row.pk])
    assert rep.post(done, {"next": url}).url == url
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", ""):
        assert rep.post(done, {"next": elsewhere}).url == "/interactions/follow-ups/"
    assert "Done lately" in body(rep.get("/interactions/follow-ups/"))
    reopen = reverse("interactions:follow_up_reopen", args=[row.pk])
    assert rep.post(reopen).status_code == 302
    assert "still open" in body(rep.post(reopen, follow=True))


def test_an_empty_list_of_next_steps_says_what_will_be_there(rep):
    assert "Nothing to do" in body(rep.get("/interactions/follow-ups/"))


def test_the_business_page_shows_timeline_and_open_work(in_north, acme, rep):
    log(in_north.rep, acme, items=(in_north.items.lmi,), note=NoteData("Two machinists wanted."))
    training = ServiceData(in_north.items.training.pk, is_ongoing=True, started_on=day(-9))
    service_record(actor=in_north.rep, business_id=acme.pk, service=training)
    follow_up_add(actor=in_north.rep, business_id=acme.pk, follow_up=FollowUpData("Send resumes", day(2)))
    page = body(rep.get(acme.get_absolute_url()))
    for words in (
        "Two machinists wanted.",
        "Labor market information",
        "Still open",
        "Send resumes",
        "Services going on",
    ):
        assert words in page
