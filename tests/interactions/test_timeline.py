"""The filters of a business's history: exact, bounded, and silent about what one may not read (BR-3)."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.models import StaffMember
from bizworks.tenancy.context import tenant_context
from businesses.models import Business
from businesses.selectors import Bounds, timeline_for
from businesses.services.businesses import BusinessData, business_update
from businesses.services.stages import StageData, stage_set
from interactions.constants import Mode
from interactions.models import FollowUp, Interaction, InteractionBusiness, InteractionStaff, Note
from interactions.selectors import last_contact_panel, late_steps
from interactions.services import FollowUpData, NoteData, ServiceData, follow_up_add, note_add, service_record
from tests.factories import make_business
from tests.interactions.helpers import day, log, orientation_fields


@pytest.fixture
def acme(in_north) -> Business:
    return make_business(in_north, "Acme")


def seen(actor, business, **bounds) -> list[tuple[str, str]]:
    entries = timeline_for(actor=actor, business_id=business.pk, bounds=Bounds(**bounds), limit=50).entries
    return sorted(("stub" if entry.is_stub else entry.kind, entry.title) for entry in entries)


def only(kind: str) -> dict:
    return {"kinds": frozenset({kind})}


@pytest.fixture
def full(in_north, acme) -> Business:
    """One of each: a plain visit, one with a service, an orientation, a lone service, a lone note, changes."""
    rep, other = in_north.rep, in_north.other_rep
    log(rep, acme, mode=Mode.PHONE, subject="Welding wages", occurred_on=day(-9))
    log(other, acme, items=(in_north.items.lmi,), subject="Plant tour", occurred_on=day(-8))
    log(rep, acme, occurred_on=day(-7), **orientation_fields(in_north, [acme]))
    log(rep, acme, subject="Talk", occurred_on=day(-6), note=NoteData("Wants robots soon"))
    service_record(actor=rep, business_id=acme.pk, service=ServiceData(in_north.items.job_order.pk))
    note_add(actor=rep, business_id=acme.pk, note=NoteData("Robots are here"))
    stage_set(actor=rep, business_id=acme.pk, data=StageData("growth", day(-5), "Told by the owner"))
    return acme


@pytest.mark.parametrize(
    ("bounds", "titles"),
    [
        (only("interaction"), {"Phone call: Welding wages", "In person at the business: Plant tour", "In person at the business", "In person at the business: Talk"}),
        (only("service"), {"In person at the business: Plant tour", "In person at the business", "Job order taken"}),
        (only("orientation"), {"In person at the business"}),
        (only("note"), {"In person at the business: Talk", "Note"}),
        (only("change"), {"Life-cycle stage: Growth"}),
        ({"text": "ROBOTS"}, {"In person at the business: Talk", "Note"}),
        ({"text": "phone"}, {"Phone call: Welding wages"}),
        ({"text": "labor market"}, {"In person at the business: Plant tour"}),
        ({"text": "growth"}, {"Life-cycle stage: Growth"}),
        ({"text": "nothing like it"}, set()),
        ({"text": "%"}, set()),
        ({"since": 6, "until": 5}, {"In person at the business: Talk", "Life-cycle stage: Growth"}),
    ],
)  # fmt: skip
def test_each_filter_gives_what_it_says(in_north, full, bounds, titles):
    bounds = {k: day(-v) if k in ("since", "until") else v for k, v in bounds.items()}
    assert {title for _, title in seen(in_north.rep, full, **bounds)} == titles


def test_an_agency_is_told_apart(in_north, full):
    found = seen(in_north.rep, full, agency_id=in_north.other_agency.pk)
    assert found == [("interaction", "In person at the business: Plant tour")]
    assert len(seen(in_north.rep, full, agency_id=in_north.agency.pk)) == 6


def test_a_stub_shows_by_agency_and_day_and_no_filter_tells_what_it_hides(in_north, acme):
    log(
        in_north.rep,
        acme,
        subject="Secret merger",
        visibility="agency",
        items=(in_north.items.lmi,),
        note=NoteData("Hush"),
    )
    note_add(actor=in_north.rep, business_id=acme.pk, note=NoteData("Hush again", "agency"))
    service_record(actor=in_north.rep, business_id=acme.pk, service=ServiceData(in_north.items.job_order.pk), visibility="agency")  # fmt: skip
    log(in_north.rep, acme, subject="Hush", visibility="restricted", note=NoteData("Hush"))
    other, same = in_north.other_rep, {"agency_id": in_north.agency.pk, "since": day(0), "until": day(0)}
    assert [kind for kind, _ in seen(other, acme)] == [kind for kind, _ in seen(other, acme, **same)] == ["stub"] * 3
    for bounds in (
        *map(only, ("interaction", "service", "orientation", "note", "change")),
        {"text": "hush"},
        {"text": "secret"},
    ):
        assert seen(other, acme, **bounds) == []
    assert len(seen(in_north.manager, acme, text="hush")) == 2
    assert len(seen(in_north.state, acme, text="hush")) == 2
    assert "Restricted contact" in {title for _, title in seen(in_north.state, acme)}


def test_changes_of_the_record_are_told_with_who_made_them_and_no_confidential_value(in_north):
    from tests.businesses.conftest import add

    business = add(in_north.state, employees=77, source="uc")
    business_update(
        actor=in_north.state, business_id=business.pk, version=1,
        data=BusinessData(name="Acme Precision", town="Springfield", state="MA", naics="311811", employees=99,
                          status="inactive", phone="413 555-0100", source="uc"),
    )  # fmt: skip
    (entry,) = timeline_for(actor=in_north.other_rep, business_id=business.pk).entries
    assert entry.body == "Status: Active → Inactive\nTelephone: nothing → 413 555-0100"
    assert seen(in_north.rep, business, text="inactive") == seen(in_north.rep, business, **only("change")) != []
    assert seen(in_north.rep, business, text="311811") == seen(in_north.rep, business, text="99") == []


@pytest.mark.parametrize("htmx", [False, True])
def test_the_page_costs_the_same_at_ten_and_at_a_thousand_entries(north, client_for, htmx):
    client, headers = client_for(north.rep), {"HX-Request": "true"} if htmx else {}
    with tenant_context(north.tenant.pk):
        acme, older = make_business(north, "Acme"), f"{day(-3)}.2"
    spent = []
    for number in (10, 990):
        with tenant_context(north.tenant.pk):
            fill(north, acme, number)
        for query in ({}, {"t-text": "visit", "t-kind": ["interaction", "note"]}, {"older": older}):
            with CaptureQueriesContext(connection) as captured:
                response = client.get(acme.get_absolute_url(), query, headers=headers)
            assert response.status_code == 200
            spent.append(len(captured))
    assert spent[:3] == spent[3:]


def fill(world, business, number: int) -> None:
    """Many contacts, written directly."""
    me = StaffMember.objects.get(pk=world.rep.staff_id)
    rows = Interaction.objects.bulk_create(
        Interaction(
            occurred_on=day(0) - timedelta(days=n // 2), mode="phone", subject=f"Visit {n}", agency=world.agency,
            recorded_by=me, visibility="agency" if n % 3 else "shared",
        )
        for n in range(number)
    )  # fmt: skip
    InteractionBusiness.objects.bulk_create(InteractionBusiness(interaction=row, business=business) for row in rows)
    InteractionStaff.objects.bulk_create(InteractionStaff(interaction=r, staff=me, agency=world.agency) for r in rows)


def test_the_pages_of_a_crowded_history_have_no_gap_and_no_repeat(in_north, acme):
    fill(in_north, acme, 100)
    seen_titles, cursor, months = [], "", 0
    while True:
        page = timeline_for(actor=in_north.rep, business_id=acme.pk, cursor=cursor)
        seen_titles += [entry.title for entry in page.entries]
        assert sum(len(month.entries) for month in page.months) == len(page.entries)
        months += sum(not month.is_continued for month in page.months)
        if not (cursor := page.older):
            break
    assert len(seen_titles) == len(set(seen_titles)) == 100
    assert months == len({(day(0) - timedelta(days=n)).replace(day=1) for n in range(50)})


@pytest.mark.parametrize(
    "query",
    [
        {"t-kind": "x"}, {"t-agency": "9" * 40}, {"t-agency": "x"}, {"t-since": "2026-13-01"}, {"t-until": "0000-00-00"},
        {"t-text": "x" * 500}, {"t-text": "%_\\'"}, {"older": "2026-01-01." + "9" * 80}, {"t-since": "9999-12-31"},
    ],
)  # fmt: skip
def test_filters_nobody_offered_do_no_harm(north, client_for, query):
    with tenant_context(north.tenant.pk):
        acme = make_business(north, "Acme")
    assert client_for(north.rep).get(acme.get_absolute_url(), query).status_code == 200


# --- the top of the page


def test_the_last_contact_is_the_newest_one_may_read_and_names_a_newer_agency(in_north, acme):
    log(in_north.other_rep, acme, subject="Tour", occurred_on=day(-5))
    log(in_north.rep, acme, subject="Secret", visibility="agency", occurred_on=day(-1))
    panel = last_contact_panel(actor=in_north.other_rep, business=acme)
    assert (panel.entry.title, panel.newer.agency_name) == ("In person at the business: Tour", in_north.agency.name)
    panel = last_contact_panel(actor=in_north.rep, business=acme)
    assert (panel.entry.title, panel.newer) == ("In person at the business: Secret", None)


def test_late_steps_are_an_alert_for_who_may_read_them(in_north, acme):
    assert late_steps(actor=in_north.rep, business=acme) == []
    step = follow_up_add(actor=in_north.rep, business_id=acme.pk, follow_up=FollowUpData("Call", day(1)))
    FollowUp.objects.filter(pk=step.pk).update(due_on=day(-1))
    assert late_steps(actor=in_north.rep, business=acme)[0].text == "One next step is late."


# --- sent twice, saved once


def test_notes_and_next_steps_sent_twice_are_saved_once(in_north, acme):
    key, other = uuid.uuid4(), uuid.uuid4()
    for _ in range(2):
        note_add(actor=in_north.rep, business_id=acme.pk, note=NoteData("Text"), form_key=key)
        follow_up_add(actor=in_north.rep, business_id=acme.pk, follow_up=FollowUpData("Call", day(1)), form_key=other)
    assert (Note.objects.count(), FollowUp.objects.count()) == (1, 1)
    with pytest.raises(BusinessRuleError):
        note_add(actor=in_north.rep, business_id=acme.pk, note=NoteData("Text"), form_key=other)
    with pytest.raises(BusinessRuleError):
        note_add(actor=in_north.other_rep, business_id=acme.pk, note=NoteData("Text"), form_key=key)
