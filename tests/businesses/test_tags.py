"""Tags: made and kept in order, put on one business and on many, undone."""

import pytest
from django.urls import reverse

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import AuditEvent
from businesses.models import BulkChange, BusinessTag, Lead, Tag
from businesses.selectors import tag_list
from businesses.services import bulk as bulk_services
from businesses.services.bulk import Choice, bulk_cancel, bulk_change, bulk_run, bulk_sweep, bulk_undo
from businesses.services.tags import (
    business_tag_add,
    business_tag_remove,
    tag_change,
    tag_create,
    tag_merge,
    tag_retire,
)
from tests.factories import make_business


def tagged(tag) -> set[int]:
    return set(BusinessTag.objects.filter(tag=tag).values_list("business_id", flat=True))


def some(world, number: int) -> list[int]:
    return [make_business(world, f"B {n:03}").pk for n in range(number)]


# --- tags themselves


def test_a_tag_of_the_same_name_is_the_same_tag(in_north):
    tag = tag_create(actor=in_north.rep, name="  Job   fair ")
    assert tag.name == "Job fair"
    assert tag_create(actor=in_north.other_rep, name="JOB FAIR").pk == tag.pk
    for name in ("", "x" * 41, "900-12-3456", "a\x00b"):
        with pytest.raises(BusinessRuleError):
            tag_create(actor=in_north.rep, name=name)
    with pytest.raises(NotAllowedError):
        tag_create(actor=in_north.partner, name="Mine")


def test_only_who_manages_lists_keeps_tags_in_order(in_north):
    tag, other = (tag_create(actor=in_north.rep, name=name) for name in ("One", "Two"))
    for act in (
        lambda actor: tag_change(actor=actor, tag_id=tag.pk, name="New", look="star"),
        lambda actor: tag_merge(actor=actor, tag_id=tag.pk, into_id=other.pk),
        lambda actor: tag_retire(actor=actor, tag_id=tag.pk, retired=True),
    ):
        with pytest.raises(NotAllowedError):
            act(in_north.rep)
    assert tag_change(actor=in_north.manager, tag_id=tag.pk, name="New", look="star").sign == "★"
    with pytest.raises(BusinessRuleError):
        tag_change(actor=in_north.manager, tag_id=tag.pk, name="two", look="star")


def test_a_merge_moves_each_business_once(in_north):
    one, two = (tag_create(actor=in_north.rep, name=name) for name in ("One", "Two"))
    a, b, c = some(in_north, 3)
    for pk, tag in ((a, one), (b, one), (b, two), (c, two)):
        business_tag_add(actor=in_north.rep, business_id=pk, tag_id=tag.pk)
    tag_merge(actor=in_north.manager, tag_id=one.pk, into_id=two.pk)
    assert tagged(two) == {a, b, c}
    assert list(tag_list(actor=in_north.rep).values_list("name", "number")) == [("Two", 3)]
    with pytest.raises(BusinessRuleError):
        tag_merge(actor=in_north.manager, tag_id=two.pk, into_id=two.pk)


def test_a_retired_tag_stays_and_is_put_on_nothing(in_north):
    tag = tag_create(actor=in_north.rep, name="Old")
    a, b = some(in_north, 2)
    business_tag_add(actor=in_north.rep, business_id=a, tag_id=tag.pk)
    tag_retire(actor=in_north.manager, tag_id=tag.pk, retired=True)
    for choice in ({"tag_id": tag.pk}, {"name": "OLD"}):
        with pytest.raises(BusinessRuleError):
            business_tag_add(actor=in_north.rep, business_id=b, **choice)
    assert tagged(tag) == {a}
    business_tag_remove(actor=in_north.rep, business_id=a, tag_id=tag.pk)
    assert tagged(tag) == set()


def test_tags_of_a_business_by_its_page(north, south, client_for):
    with tenant_context(north.tenant.pk):
        business = make_business(north)
    with tenant_context(south.tenant.pk):
        theirs = Tag.objects.create(name="Zzcanary")
    client, path = client_for(north.rep), reverse("businesses:business_tags", args=[business.pk])
    assert client.post(path, {"name": "Job fair"}).status_code == 302
    assert client.post(path, {"name": ""}).status_code == 302
    assert client.post(path, {"tag": theirs.pk}).status_code == 404
    assert client_for(north.partner).post(path, {"name": "x"}).status_code == 403
    with tenant_context(north.tenant.pk):
        tag = Tag.objects.get()
        assert tagged(tag) == {business.pk}
    client.post(path, {"remove": tag.pk})
    with tenant_context(north.tenant.pk):
        assert tagged(tag) == set()


def test_the_page_of_tags(north, client_for):
    with tenant_context(north.tenant.pk):
        tag = tag_create(actor=north.rep, name="Job fair")
        other = tag_create(actor=north.rep, name="Summit")
    client = client_for(north.manager)
    page = client.get(reverse("businesses:tags")).content.decode()
    assert "Job fair" in page
    assert client.post(reverse("businesses:tags"), {"name": "", "look": "star"}).status_code == 422
    assert (
        client.post(reverse("businesses:tag_edit", args=[tag.pk]), {"name": "Fair", "look": "flag"}).status_code == 302
    )
    assert client.post(reverse("businesses:tag_retire", args=[tag.pk])).status_code == 302
    assert client.post(reverse("businesses:tag_merge", args=[tag.pk]), {"into": other.pk}).status_code == 302
    assert client.post(reverse("businesses:tag_merge", args=[other.pk]), {"into": other.pk}).status_code == 422
    assert b"Edit<" not in client_for(north.rep).get(reverse("businesses:tags")).content


# --- many at once


def test_ticked_businesses_are_tagged_told_and_undone_exactly(in_north):
    ids = some(in_north, 4)
    tag = tag_create(actor=in_north.rep, name="Job fair")
    business_tag_add(actor=in_north.rep, business_id=ids[0], tag_id=tag.pk)
    change = bulk_change(actor=in_north.rep, action="tag_add", choice=Choice(ids=ids[:3]), tag_id=tag.pk)
    assert (change.state, change.selected, change.changed) == ("done", 3, 2)
    assert tagged(tag) == set(ids[:3])
    undo = bulk_undo(actor=in_north.rep, change_id=change.pk)
    assert (undo.changed, tagged(tag)) == (2, {ids[0]})
    with pytest.raises(BusinessRuleError):
        bulk_undo(actor=in_north.rep, change_id=change.pk)


def test_removing_a_tag_is_undone_where_it_was(in_north):
    ids = some(in_north, 3)
    tag = tag_create(actor=in_north.rep, name="Job fair")
    bulk_change(actor=in_north.rep, action="tag_add", choice=Choice(ids=ids[:2]), tag_id=tag.pk)
    change = bulk_change(actor=in_north.rep, action="tag_remove", choice=Choice(ids=ids), tag_id=tag.pk)
    assert (change.changed, tagged(tag)) == (2, set())
    bulk_undo(actor=in_north.rep, change_id=change.pk)
    assert tagged(tag) == set(ids[:2])


def test_all_that_match_are_changed_by_the_worker_and_each_is_audited(in_north, monkeypatch):
    monkeypatch.setattr(bulk_services, "BULK_AT_ONCE", 2)
    monkeypatch.setattr(bulk_services, "BULK_CHUNK", 2)
    ids = some(in_north, 5)
    make_business(in_north, "Elsewhere", town="Boston")
    choice = Choice(parameters={"region": [str(in_north.region.pk)]})
    change = bulk_change(actor=in_north.rep, action="tag_add", choice=choice, tag_name="New tag")
    assert (change.state, change.total, change.changed) == ("queued", 5, 0)
    make_business(in_north, "Too late")
    bulk_run(tenant_id=in_north.tenant.pk, job_id=change.pk)
    change.refresh_from_db()
    assert (change.state, change.progress, change.changed) == ("done", 5, 5)
    assert tagged(change.tag) == set(ids)
    assert AuditEvent.objects.filter(table_name="businesses_businesstag", operation="insert").count() == 5
    bulk_run(tenant_id=in_north.tenant.pk, job_id=change.pk)
    assert BusinessTag.objects.count() == 5


def test_a_change_is_stopped_between_pieces_and_its_part_undone(in_north, monkeypatch):
    monkeypatch.setattr(bulk_services, "BULK_AT_ONCE", 1)
    monkeypatch.setattr(bulk_services, "BULK_CHUNK", 2)
    ids = some(in_north, 5)
    change = bulk_change(actor=in_north.rep, action="tag_add", choice=Choice(ids=ids), tag_name="New tag")
    apply = bulk_services._apply

    def stop_after_the_first(actor, job, piece):
        bulk_cancel(actor=in_north.rep, change_id=change.pk)
        return apply(actor, job, piece)

    monkeypatch.setattr(bulk_services, "_apply", stop_after_the_first)
    bulk_run(tenant_id=in_north.tenant.pk, job_id=change.pk)
    change.refresh_from_db()
    assert (change.state, change.changed) == ("cancelled", 2)
    monkeypatch.setattr(bulk_services, "_apply", apply)
    monkeypatch.setattr(bulk_services, "BULK_AT_ONCE", 500)
    bulk_undo(actor=in_north.rep, change_id=change.pk)
    assert BusinessTag.objects.count() == 0


def test_the_sweep_runs_what_was_forgotten_and_refuses_who_has_left(in_north, monkeypatch):
    from datetime import timedelta

    from django.utils import timezone

    from bizworks.directory.models import StaffMember

    monkeypatch.setattr(bulk_services, "BULK_AT_ONCE", 0)
    ids = some(in_north, 2)
    change = bulk_change(actor=in_north.rep, action="tag_add", choice=Choice(ids=ids), tag_name="New tag")
    BulkChange.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    StaffMember.objects.filter(pk=in_north.rep.staff_id).update(ended_on=timezone.now().date())
    assert bulk_sweep() == 1
    change.refresh_from_db()
    assert (change.state, BusinessTag.objects.count()) == ("failed", 0)
    assert "no access" in change.problem


def test_too_many_none_and_unknown_ones_are_refused(in_north, monkeypatch):
    monkeypatch.setattr(bulk_services, "BULK_CAP", 2)
    ids = some(in_north, 3)
    for choice in (Choice(ids=ids), Choice(parameters={}), Choice(ids=[]), Choice(ids=[10**17])):
        with pytest.raises(BusinessRuleError):
            bulk_change(actor=in_north.rep, action="tag_add", choice=choice, tag_name="New tag")
    with pytest.raises(NotAllowedError):
        bulk_change(actor=in_north.partner, action="tag_add", choice=Choice(ids=ids[:1]), tag_name="New tag")
    with pytest.raises(BusinessRuleError):
        bulk_change(actor=in_north.rep, action="nonsense", choice=Choice(ids=ids[:1]))


def test_leads_are_assigned_by_managers_only(in_north):
    ids = some(in_north, 2)
    with pytest.raises(NotAllowedError):
        bulk_change(actor=in_north.rep, action="lead", choice=Choice(ids=ids), staff_id=in_north.other_rep.staff_id)
    change = bulk_change(actor=in_north.manager, action="lead", choice=Choice(ids=ids), staff_id=in_north.rep.staff_id)
    assert change.changed == 2
    assert set(Lead.objects.filter(ended_on=None).values_list("business_id", flat=True)) == set(ids)
    with pytest.raises(BusinessRuleError):
        bulk_undo(actor=in_north.manager, change_id=change.pk)


def test_the_pages_of_a_change(north, client_for):
    with tenant_context(north.tenant.pk, user_id=north.rep.user_id):
        ids = some(north, 3)
    client, path = client_for(north.rep), reverse("businesses:bulk")
    assert client.post(path, {"action": "tag_add", "query": "town=x"}).url == "/businesses/?town=x"
    page = client.post(path, {"action": "tag_add", "ids": ids[:2], "query": "town=x"})
    assert "2 businesses are chosen" in page.content.decode()
    assert client.post(path, {"action": "tag_add", "ids": ids, "go": "1"}).status_code == 422
    done = client.post(path, {"action": "tag_add", "all": "1", "query": "", "name": "Job fair", "go": "1"})
    page = client.get(done.url).content.decode()
    assert "3 of 3 businesses changed" in page
    undone = client.post(done.url + "undo/")
    assert "3 of 3 businesses changed" in client.get(undone.url).content.decode()
    assert client.get(reverse("businesses:changes")).status_code == 200
    assert client_for(north.other_rep).get(done.url).status_code == 404
    assert client_for(north.manager).get(done.url).status_code == 200
