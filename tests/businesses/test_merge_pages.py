"""The pages of merging: compare, choose, merge, undo; who may, and what they tell whom (BR-3, BR-6, BR-13)."""

from datetime import date

import pytest
from django.urls import reverse

from bizworks.tenancy.context import tenant_context
from businesses.models import Business, BusinessMerge, BusinessStage, Contact, Employer
from businesses.selectors import business_search
from businesses.services.merge_fields import FIELD_GROUPS
from businesses.services.merge_preview import merge_preview
from businesses.services.merges import MergeData, business_merge
from tests.businesses.merging import meet, serve
from tests.factories import make_business, make_contact


def url(name: str, *args: object) -> str:
    return reverse(f"businesses:{name}", args=args)


@pytest.fixture
def two(north):
    with tenant_context(north.tenant.pk):
        ours = make_business(north, "Acme Tool")
        theirs = make_business(north, "Birch & <Die>")
        Business.objects.filter(pk=theirs.pk).update(phone="413-555-0101")
    return ours, theirs


def pair(two) -> str:
    return url("merge_pair", two[0].pk, two[1].pk)


def form_of(two, **more) -> dict[str, object]:
    ours, theirs = two
    kept = {f"keep_{g.key}": "survivor" for g in FIELD_GROUPS if g.key in ("name", "employer")}
    return (
        {"survivor_version": ours.version, "absorbed_version": theirs.version, "note": "Same shop"}
        | {"keep_alias": "both", "keep_phone": "absorbed"}
        | kept
        | more
    )


def test_two_records_are_compared_merged_and_parted_again(north, two, client_for):
    ours, theirs = two
    client = client_for(north.manager)
    found = client.get(url("merge", ours.pk), {"other": theirs.pk})
    assert found.url == pair(two)
    page = client.get(pair(two)).content.decode()
    assert "Birch &amp; &lt;Die&gt;" in page
    assert "413-555-0101" in page
    assert url("merge_pair", theirs.pk, ours.pk) in page
    assert client.post(pair(two), form_of(two)).url == ours.get_absolute_url()
    page = client.get(ours.get_absolute_url()).content.decode()
    assert "went into this record" in page
    assert "413-555-0101" in page
    page = client.get(theirs.get_absolute_url()).content.decode()
    assert ours.get_absolute_url() in page
    with tenant_context(north.tenant.pk):
        merge = BusinessMerge.objects.get()
    assert "Same shop" in client.get(url("merges")).content.decode()
    assert client.get(url("merge_undo", merge.pk)).status_code == 200
    assert client.post(url("merge_undo", merge.pk)).url == theirs.get_absolute_url()
    assert client.post(url("merge_undo", merge.pk)).status_code == 422
    with tenant_context(north.tenant.pk):
        ours.refresh_from_db()
        assert (ours.phone, ours.alias) == ("", "")
    assert "went into" not in client.get(ours.get_absolute_url()).content.decode()


def test_a_merge_leads_back_to_where_one_came_from(north, two, client_for):
    client = client_for(north.manager)
    back = "/businesses/?region=1&page=2"
    page = client.get(pair(two), {"next": back}).content.decode()
    assert 'name="next" value="/businesses/?region=1&amp;page=2"' in page
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert "evil" not in client.get(pair(two), {"next": elsewhere}).content.decode()
    assert client.post(pair(two), form_of(two, next=back)).url == back


def test_mistakes_keep_what_was_typed_and_a_change_meanwhile_shows(north, two, client_for):
    client = client_for(north.manager)
    answer = client.post(pair(two), form_of(two, note="SSN 123-45-6789", keep_phone="survivor"))
    assert answer.status_code == 422
    assert "SSN 123-45-6789" in answer.content.decode()
    assert client.post(pair(two), form_of(two, keep_name="both")).status_code == 422
    assert client.post(pair(two), {}).status_code == 422
    assert client.post(pair(two), form_of(two, survivor_version=99)).status_code == 409
    with tenant_context(north.tenant.pk):
        assert not BusinessMerge.objects.exists()


def test_what_cannot_be_merged_is_said(north, south, two, client_for):
    ours, theirs = two
    client = client_for(north.manager)
    assert client.get(url("merge_pair", ours.pk, ours.pk)).status_code == 422
    assert client.get(url("merge", ours.pk), {"other": ours.pk}).status_code == 422
    assert client.get(url("merge", ours.pk), {"other": "x"}).status_code == 422
    with tenant_context(south.tenant.pk):
        foreign = make_business(south)
    assert client.get(url("merge_pair", ours.pk, foreign.pk)).status_code == 404
    assert client.get(url("merges"), {"before": "x"}).status_code == 404
    assert client.post(pair(two), form_of(two)).status_code == 302
    answer = client.get(url("merge_pair", theirs.pk, ours.pk))
    assert (answer.status_code, "already merged into Acme Tool" in answer.content.decode()) == (422, True)
    for actor in (north.rep, north.partner):
        assert client_for(actor).post(pair(two), form_of(two)).status_code == 403


def test_the_other_record_is_found_without_script(north, two, client_for):
    page = client_for(north.manager).get(url("merge", two[0].pk), {"other_search": "Birch", "_find": "other"})
    assert "Birch &amp; &lt;Die&gt;" in page.content.decode()


def test_the_history_is_paged(north, two, client_for):
    with tenant_context(north.tenant.pk):
        BusinessMerge.objects.bulk_create(
            BusinessMerge(
                survivor=two[0], absorbed=two[1], status_before="active", undone_at="2026-01-01T00:00Z", note=f"n{n}"
            )
            for n in range(60)
        )
        oldest = BusinessMerge.objects.order_by("pk").first().pk
    client = client_for(north.state)
    page = client.get(url("merges")).content.decode()
    assert page.count("Undone") == 50
    page = client.get(url("merges"), {"before": oldest + 10}).content.decode()
    assert page.count("Undone") == 10


def test_numbers_tell_nobody_of_restricted_records(north, two):
    ours, theirs = two
    with tenant_context(north.tenant.pk):
        serve(north, ours)
        serve(north, theirs, visibility="restricted")
        meet(north, theirs, visibility="restricted")
        BusinessStage.objects.create(
            business=theirs, stage="at_risk", began_on=date(2026, 1, 1), source="Told", visibility="restricted",
            agency=north.agency, recorded_by_id=north.rep.staff_id,
        )  # fmt: skip
        told = {
            actor.role: merge_preview(actor=actor, survivor_id=ours.pk, absorbed_id=theirs.pk)
            for actor in (north.manager, north.state)
        }
        labels = {role: {kind.label: kind.number for kind in preview.moving} for role, preview in told.items()}
    assert labels == {"manager": {}, "state": {"contacts logged": 1, "services": 1, "life-cycle stages": 1}}
    assert told["manager"].effects == ()
    assert "2 businesses served become 1" in told["state"].effects[0]


def test_values_of_the_unemployment_agency_are_chosen_unseen(north, two):
    ours, theirs = two
    with tenant_context(north.tenant.pk):
        Business.objects.filter(pk=theirs.pk).update(employees=4711, employees_source="uc")
        Employer.objects.filter(pk=theirs.employer_id).update(fein="041234567")
        words = {
            actor.role: str(merge_preview(actor=actor, survivor_id=ours.pk, absorbed_id=theirs.pk).fields)
            for actor in (north.manager, north.state)
        }
    assert "4,711" in words["state"]
    assert "04-1234567" in words["state"]
    assert "4,711" not in words["manager"]
    assert "041234567" not in words["manager"].replace("-", "")
    assert "4567" in words["manager"]


def test_the_preview_says_what_speaks_against_it(north, two):
    ours, theirs = two
    with tenant_context(north.tenant.pk):
        Employer.objects.filter(pk=ours.employer_id).update(fein="041111111")
        Employer.objects.filter(pk=theirs.employer_id).update(fein="042222222")
        boston = make_business(north, "Birch Boston", town="Boston", employer=theirs.employer)
        serve(north, theirs)
        make_contact(ours, "Kim Lee")
        make_contact(theirs, "Kim Lee")
        preview = merge_preview(actor=north.manager, survivor_id=ours.pk, absorbed_id=theirs.pk)
        assert any("different FEINs" in sentence for sentence in preview.warnings)
        assert any("other locations" in sentence for sentence in preview.warnings)
        assert [pair.reason for pair in preview.people] == ["Same name"]
        assert preview.other_has_more
        preview = merge_preview(actor=north.manager, survivor_id=ours.pk, absorbed_id=boston.pk)
        assert any("different towns" in sentence for sentence in preview.warnings)


def test_the_preview_costs_the_same_for_many_rows(north, two, django_assert_max_num_queries):
    ours, theirs = two
    counted = []
    with tenant_context(north.tenant.pk):
        for number in (2, 60):
            for _ in range(number):
                serve(north, theirs, interaction=meet(north, ours, theirs))
            with django_assert_max_num_queries(45) as queries:
                merge_preview(actor=north.manager, survivor_id=ours.pk, absorbed_id=theirs.pk)
            counted.append(len(queries))
    assert counted[0] == counted[1]


def test_search_finds_the_survivor_by_the_old_name(north, two):
    ours, theirs = two
    with tenant_context(north.tenant.pk):
        business_merge(actor=north.manager, data=MergeData(ours.pk, theirs.pk))
        assert [row.pk for row in business_search(actor=north.rep, text="birch")] == [ours.pk]


def test_the_api_merges_leads_on_and_undoes(north, two, client_for):
    ours, theirs = two
    with tenant_context(north.tenant.pk):
        person = make_contact(theirs, "Kim Lee")
    client = client_for(north.manager)
    body = {"survivor_id": ours.pk, "absorbed_id": theirs.pk, "choices": {"name": "absorbed"}, "united": None}
    answer = client.post(reverse("api:merges"), body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    moved = client.get(reverse("api:business", args=[theirs.pk]))
    assert (moved.status_code, moved.json()["merged_into"]) == (301, ours.pk)
    assert moved["Location"] == reverse("api:business", args=[ours.pk])
    assert client.get(moved["Location"]).json()["name"] == "Birch & <Die>"
    assert client.get(reverse("api:merges"), {"absorbed": theirs.pk}).json()["results"][0]["survivor"] == ours.pk
    assert client.post(reverse("api:merges"), body, content_type="application/json").status_code == 422
    undone = client.post(reverse("api:merge-undo", args=[answer.json()["id"]]))
    assert undone.json()["undone_at"]
    with tenant_context(north.tenant.pk):
        assert Contact.objects.get(pk=person.pk).business_id == theirs.pk
    for bad in ({"survivor_id": "x"}, body | {"choices": {"name": "neither"}}, body | {"survivor_id": 2**70}):
        answer = client.post(reverse("api:merges"), bad, content_type="application/json")
        assert answer.status_code == 400, answer.content


def test_a_date_of_closing_is_part_of_the_status(north, two):
    ours, theirs = two
    with tenant_context(north.tenant.pk):
        Business.objects.filter(pk=theirs.pk).update(status="closed", closed_on=date(2026, 3, 1))
        words = dict(
            next(
                field.options
                for field in merge_preview(actor=north.manager, survivor_id=ours.pk, absorbed_id=theirs.pk).fields
                if field.key == "status"
            )
        )
        assert words["absorbed"] == "Closed on March 1, 2026"
