"""Life-cycle stages: set, shown, kept from who may not know, voided (BR-3, BR-4, BR-37)."""

import uuid
from datetime import date, timedelta

import pytest
from django.http import Http404
from django.urls import reverse

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.actor import system_actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import AuditEvent
from businesses import selectors
from businesses.models import Business, BusinessStage
from businesses.selectors.stages import stage_timeline
from businesses.selectors.timeline import Bounds
from businesses.services.stages import StageData, stage_set, stage_void
from tests.factories import make_business

FORM = {"stage": "at_risk", "began_on": "2026-01-05", "source": "Told by the owner", "visibility": "shared"}


def set_stage(actor, business, **changes) -> BusinessStage:
    values = {"stage": "stable", "began_on": date(2026, 1, 5), "source": "Told by the owner"} | changes
    return stage_set(actor=actor, business_id=business.pk, data=StageData(**values))


def refused(actor, business, **changes) -> set[str]:
    with pytest.raises(BusinessRuleError) as caught:
        set_stage(actor, business, **changes)
    return set(caught.value.errors)


@pytest.fixture
def acme(in_north) -> Business:
    return make_business(in_north, "Acme")


def seen(actor, business) -> str:
    stage = selectors.stage_of(actor=actor, business=business)
    return stage.stage if stage else ""


def told(actor, business, **bounds) -> list[str]:
    entries = stage_timeline(actor=actor, business_id=business.pk, bounds=Bounds(**bounds), limit=9)
    return [entry.title for entry in entries]


# --- setting


def test_who_may_not_change_businesses_sets_none(in_north, acme):
    for actor in (in_north.partner, system_actor(in_north.tenant.pk)):
        with pytest.raises(NotAllowedError):
            set_stage(actor, acme)


def test_mistakes_are_named_by_field(in_north, acme):
    tomorrow = tenant_today() + timedelta(1)
    for field, value in (
        ("stage", "thriving"), ("visibility", "team"), ("began_on", None), ("began_on", tomorrow),
        ("began_on", date(1800, 1, 1)), ("source", " "), ("source", "900-12-3456"), ("note", "900-12-3456"),
        ("note", "x" * 501), ("source", "a\x00"),
    ):  # fmt: skip
        assert refused(in_north.rep, acme, **{field: value}) == {field}
    with pytest.raises(Http404):
        stage_set(actor=in_north.rep, business_id=987_654, data=StageData("stable", date(2026, 1, 5), "x"))
    Business.objects.update(status="merged")
    assert refused(in_north.rep, acme) == {""}


def test_the_newest_day_is_todays_stage_and_the_history_stays(in_north, acme):
    set_stage(in_north.rep, acme, stage="at_risk", began_on=date(2026, 3, 1))
    set_stage(in_north.rep, acme, stage="growth", began_on=date(2025, 3, 1))
    assert seen(in_north.partner, acme) == "at_risk"
    history = selectors.stage_history(actor=in_north.partner, business=acme)
    assert [row.stage.stage for row in history] == ["at_risk", "growth"]
    assert not any(row.may_void for row in history)


def test_the_same_form_twice_sets_it_once(in_north, acme):
    key = uuid.uuid4()
    assert set_stage(in_north.rep, acme, form_key=key) == set_stage(in_north.rep, acme, form_key=key)
    assert BusinessStage.objects.count() == 1


# --- who may know


def test_a_restricted_stage_is_neither_shown_nor_hinted_to_others(in_north, acme):
    set_stage(in_north.rep, acme, stage="stable", began_on=date(2025, 1, 1))
    set_stage(in_north.rep, acme, stage="closing", visibility="restricted")
    for actor in (in_north.other_rep, in_north.manager, in_north.partner, in_north.admin):
        assert seen(actor, acme) == "stable"
        assert told(actor, acme) == ["Life-cycle stage: Stable"]
        assert told(actor, acme, text="owner") == ["Life-cycle stage: Stable"]
        assert len(selectors.stage_history(actor=actor, business=acme)) == 1
        assert selectors.business_alerts(actor=actor, business=acme) == []
    for actor in (in_north.rep, in_north.state):
        assert seen(actor, acme) == "closing"
        assert told(actor, acme)[0] == "Restricted life-cycle stage"
        assert told(actor, acme, text="closing") == []
        (alert,) = selectors.business_alerts(actor=actor, business=acme)
        assert "closing" not in alert.text.lower()


def test_an_agencys_stage_is_a_stub_for_others(in_north, acme):
    set_stage(in_north.rep, acme, stage="closing", visibility="agency")
    assert (seen(in_north.manager, acme), seen(in_north.other_rep, acme)) == ("closing", "")
    (entry,) = stage_timeline(actor=in_north.other_rep, business_id=acme.pk, bounds=Bounds(), limit=9)
    assert (entry.is_stub, entry.agency_name, entry.body, entry.staff_names) == (True, in_north.agency.name, "", ())
    for bounds in ({"kinds": frozenset({"change"})}, {"text": "owner"}):
        assert told(in_north.other_rep, acme, **bounds) == []
        assert told(in_north.manager, acme, **bounds) == ["Life-cycle stage: Closing"]


def test_reading_a_restricted_stage_is_recorded_and_pages_give_nothing_away(north, client_for):
    with tenant_context(north.tenant.pk, user_id=north.rep.user_id):
        acme = make_business(north, "Acme")
        stage = set_stage(north.rep, acme, stage="closing", note="Plant shuts in May", visibility="restricted")
    history = reverse("businesses:stages", args=[acme.pk])
    for path in (history, acme.get_absolute_url()):
        page = client_for(north.other_rep).get(path).content.decode()
        assert "Plant shuts" not in page
        assert "estricted life-cycle" not in page
    assert client_for(north.other_rep).get(reverse("businesses:stage_void", args=[stage.pk])).status_code == 404
    with tenant_context(north.tenant.pk):
        reads = AuditEvent.objects.filter(operation="read", table_name="businesses_businessstage", row_id=stage.pk)
        assert reads.count() == 0
        page = client_for(north.state).get(acme.get_absolute_url()).content.decode()
        assert "Plant shuts" not in page
        assert reads.count() == 0
        assert "Plant shuts" in client_for(north.state).get(history).content.decode()
        assert [read.user_id for read in reads] == [north.state.user_id]


# --- voiding


def test_a_stage_set_by_mistake_is_voided_with_a_reason_and_shown_no_more(in_north, acme):
    stage = set_stage(in_north.rep, acme, stage="closing")
    with pytest.raises(NotAllowedError):
        stage_void(actor=in_north.other_rep, stage_id=stage.pk, reason="No")
    with pytest.raises(BusinessRuleError):
        stage_void(actor=in_north.rep, stage_id=stage.pk, reason=" ")
    stage_void(actor=in_north.rep, stage_id=stage.pk, reason="Another business")
    assert (seen(in_north.rep, acme), told(in_north.rep, acme)) == ("", [])
    (row,) = selectors.stage_history(actor=in_north.rep, business=acme)
    assert (row.stage.void_reason, row.may_void) == ("Another business", False)
    with pytest.raises(BusinessRuleError):
        stage_void(actor=in_north.rep, stage_id=stage.pk, reason="Again")


# --- pages


def test_the_page_sets_shows_and_voids(north, client_for):
    with tenant_context(north.tenant.pk):
        acme = make_business(north, "Acme")
    client, path = client_for(north.rep), reverse("businesses:stages", args=[acme.pk])
    assert client_for(north.partner).post(path, FORM).status_code == 403
    response = client.post(path, FORM | {"source": "", "note": "Orders <fell>"})
    assert response.status_code == 422
    assert "Orders &lt;fell&gt;" in response.content.decode()
    assert client.post(path, FORM).url == acme.get_absolute_url()
    page = client.get(acme.get_absolute_url()).content.decode()
    assert "At risk since Jan 5, 2026. Told by the owner." in page
    with tenant_context(north.tenant.pk):
        stage = BusinessStage.objects.get()
    void = reverse("businesses:stage_void", args=[stage.pk])
    assert client.post(void, {"reason": "900-12-3456"}).status_code == 422
    assert client.post(void, {"reason": "Wrong one"}).status_code == 302
    assert "Wrong one" in client.get(path).content.decode()
    assert client.post(void, {"reason": "Again"}).status_code == 422
