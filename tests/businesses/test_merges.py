"""Two records become one and two again, exactly (BR-13, BR-37)."""

import threading
from datetime import date

import pytest
from django.db import connection, connections

from bizworks.core.errors import BusinessRuleError, NotAllowedError, StaleVersionError
from bizworks.tenancy.context import tenant_context
from businesses import tasks
from businesses.models import (
    Business,
    BusinessIdentifier,
    BusinessMerge,
    BusinessTag,
    Contact,
    Employer,
    Lead,
    MergePart,
    Tag,
)
from businesses.services import merges
from businesses.services.import_run import import_run
from businesses.services.imports import import_start
from businesses.services.merges import MergeData, business_merge, business_unmerge, merges_collect
from interactions.models import (
    FollowUp,
    Interaction,
    InteractionBusiness,
    InteractionContact,
    Note,
    OrientationJudgement,
    ServiceDelivered,
)
from reporting.models import ServedCell
from reporting.services.drain import counts_drain
from reporting.services.recount import counts_recount
from tests.businesses.conftest import upload
from tests.businesses.merging import everything, meet, serve
from tests.factories import make_business, make_contact, make_world


@pytest.fixture
def two(in_north):
    """Acme Tool, and the same shop under another name."""
    ours = make_business(in_north, "Acme Tool")
    theirs = make_business(in_north, "Acme Tool & Die")
    return ours, theirs


def merged(world, survivor, absorbed, **more):
    return business_merge(actor=world.manager, data=MergeData(survivor.pk, absorbed.pk, **more))


def undone(world, merge):
    return business_unmerge(actor=world.manager, merge_id=merge.pk)


def refused(world, survivor, absorbed, **more):
    with pytest.raises(BusinessRuleError) as caught:
        merged(world, survivor, absorbed, **more)
    return caught.value.errors


def test_everything_follows_and_an_undo_leaves_no_trace(in_north, two):
    ours, theirs = two
    make_contact(theirs, "Kim Lee")
    held = meet(in_north, ours, theirs)
    serve(in_north, theirs, interaction=held)
    Note.objects.create(
        business=theirs, author_id=in_north.rep.staff_id, agency=in_north.agency, obtained_on=date(2026, 1, 1)
    )
    FollowUp.objects.create(business=theirs, assignee_id=in_north.rep.staff_id, text="Call", due_on=date(2026, 1, 9))
    BusinessIdentifier.objects.create(business=theirs, scheme="list", value="Chamber:7", source="public")
    before = everything()
    merge = merged(in_north, ours, theirs, note="Same shop")
    theirs.refresh_from_db()
    assert (theirs.status, theirs.merged_into_id) == ("merged", ours.pk)
    for model in (Contact, ServiceDelivered, Note, FollowUp, BusinessIdentifier, InteractionBusiness):
        assert not model.objects.filter(business=theirs).exists(), model
    assert undone(in_north, merge).stayed == 0
    assert everything() == before


def test_undo_keeps_what_was_done_since(in_north, two):
    ours, theirs = two
    Business.objects.filter(pk=theirs.pk).update(phone="413-555-0101", website="https://die.example")
    old, gone, voided = serve(in_north, theirs), serve(in_north, theirs), serve(in_north, theirs)
    merge = merged(in_north, ours, theirs)
    ours.refresh_from_db()
    assert (ours.phone, ours.website, ours.alias) == ("413-555-0101", "https://die.example", "Acme Tool & Die")
    fresh = serve(in_north, ours)
    ServiceDelivered.objects.filter(pk=old.pk).update(program="WOTC")
    ServiceDelivered.objects.filter(pk=voided.pk).update(void_reason="twice")
    gone.delete()
    Business.objects.filter(pk=ours.pk).update(phone="413-555-0199")
    undone(in_north, merge)
    ours.refresh_from_db()
    assert (ours.phone, ours.website, ours.alias) == ("413-555-0199", "", "")
    assert dict(ServiceDelivered.objects.values_list("pk", "business")) == {
        old.pk: theirs.pk,
        voided.pk: theirs.pk,
        fresh.pk: ours.pk,
    }
    old.refresh_from_db()
    assert old.program == "WOTC"


def test_an_orientation_of_both_counts_once_and_the_better_judgement_stands(in_north, two):
    ours, theirs = two
    held = meet(in_north, ours, theirs)
    for business, outcome in ((ours, "partial"), (theirs, "qualifying")):
        service = serve(in_north, business, item=in_north.items.orientation, interaction=held)
        OrientationJudgement.objects.create(
            interaction=held, business=business, service=service, slate=in_north.slate, outcome=outcome,
            lines_covered=4, lines_needed=4, lines_total=7, has_direct_contact=True,
            has_key_representative=outcome == "qualifying", is_substantial=True,
        )  # fmt: skip
    before = everything()
    merge = merged(in_north, ours, theirs)
    judgement = OrientationJudgement.objects.get()
    assert (judgement.business_id, judgement.outcome) == (ours.pk, "qualifying")
    assert counts_recount().differences == ()
    assert set(ServedCell.objects.filter(measure=2).values_list("businesses", flat=True)) == {1}
    undone(in_north, merge)
    assert everything() == before
    assert counts_recount().differences == ()


def test_two_businesses_served_become_one_in_every_published_number(in_north, two):
    ours, theirs = two
    serve(in_north, ours)
    serve(in_north, theirs)
    counts_drain()
    everyone = {"region_id": 0, "area_id": 0, "agency_id": 0, "category": 0, "sector_id": 0, "standing": 0}
    assert set(ServedCell.objects.filter(**everyone).values_list("businesses", flat=True)) == {2}
    merge = merged(in_north, ours, theirs)
    counts_drain()
    assert set(ServedCell.objects.filter(**everyone).values_list("businesses", "employers", "records")) >= {(1, 1, 2)}
    assert set(ServedCell.objects.values_list("businesses", flat=True)) == {1}
    undone(in_north, merge)
    assert counts_recount().differences == ()
    assert set(ServedCell.objects.filter(**everyone).values_list("businesses", flat=True)) == {2}


def test_people_with_one_address_become_one_person(in_north, two):
    ours, theirs = two
    kept = make_contact(ours, "Kim Lee")
    Contact.objects.filter(pk=kept.pk).update(email="kim@acme.example", phone="", is_key_representative=False)
    other = make_contact(theirs, "K. Lee")
    Contact.objects.filter(pk=other.pk).update(
        email="Kim@Acme.example", phone="413-555-0100", is_key_representative=True, do_not_contact=True
    )
    alone = make_contact(theirs, "Robin Hill")
    both, one = meet(in_north, ours, theirs), meet(in_north, theirs)
    for held, contact, key in ((both, kept, False), (both, other, True), (one, other, True)):
        InteractionContact.objects.create(
            interaction=held, contact=contact, business_id=contact.business_id, was_key_representative=key
        )
    before = everything()
    merge = merged(in_north, ours, theirs)
    kept.refresh_from_db()
    assert (kept.phone, kept.do_not_contact, kept.is_key_representative) == ("413-555-0100", True, True)
    met = InteractionContact.objects.values_list("interaction", "contact", "business", "was_key_representative")
    assert set(met) == {(both.pk, kept.pk, ours.pk, True), (one.pk, kept.pk, ours.pk, True)}
    assert set(Contact.objects.filter(business=ours).values_list("pk", flat=True)) == {kept.pk, alone.pk}
    undone(in_north, merge)
    assert everything() == before


def test_people_are_united_only_if_wanted(in_north, two):
    ours, theirs = two
    make_contact(ours, "Kim Lee")
    other = make_contact(theirs, "kim  lee")
    stranger = make_contact(theirs, "Someone Else")
    assert "united" in refused(in_north, ours, theirs, united=[stranger.pk])
    merged(in_north, ours, theirs, united=())
    assert Contact.objects.get(pk=other.pk).business_id == ours.pk


def test_one_lead_stays_and_the_other_becomes_history(in_north, two):
    ours, theirs = two
    common = {"region": in_north.region, "agency": in_north.agency, "how": "taken", "started_on": date(2026, 1, 1)}
    Lead.objects.create(business=ours, staff_id=in_north.rep.staff_id, **common)
    second = Lead.objects.create(business=theirs, staff_id=in_north.other_rep.staff_id, **common)
    nowhere = Lead.objects.create(business=theirs, staff_id=in_north.other_rep.staff_id, **common | {"region": None})
    tag = Tag.objects.create(name="Expo 2026")
    for business in two:
        BusinessTag.objects.create(business=business, tag=tag)
    before = everything()
    merge = merged(in_north, ours, theirs)
    second.refresh_from_db()
    assert (second.business_id, second.end, second.ended_on is None) == (ours.pk, "merged", False)
    assert Lead.objects.filter(business=ours, ended_on=None).count() == 2
    assert BusinessTag.objects.get().business_id == ours.pk
    nowhere.refresh_from_db()
    assert nowhere.ended_on is None
    undone(in_north, merge)
    assert everything() == before


def test_chosen_values_are_written_together_and_derived_anew(in_north, two):
    ours, theirs = two
    boston = make_business(in_north, "Acme Boston", town="Boston")
    merge = merged(in_north, ours, boston, choices={"address": "absorbed", "name": "absorbed", "alias": "survivor"})
    ours.refresh_from_db()
    assert (ours.name, ours.town, ours.region_id) == ("Acme Boston", "Boston", in_north.other_region.pk)
    assert ours.alias == ""
    undone(in_north, merge)
    ours.refresh_from_db()
    assert (ours.name, ours.town, ours.region_id) == ("Acme Tool", "Springfield", in_north.region.pk)
    assert "color" in refused(in_north, ours, theirs, choices={"color": "absorbed"})
    assert "name" in refused(in_north, ours, theirs, choices={"name": "both"})


def test_the_employer_with_a_fein_is_proposed_and_the_other_stays(in_north, two):
    ours, theirs = two
    Employer.objects.filter(pk=theirs.employer_id).update(fein="041234567")
    lone = ours.employer_id
    merged(in_north, ours, theirs)
    ours.refresh_from_db()
    assert ours.employer_id == theirs.employer_id
    assert Employer.objects.filter(pk=lone).exists()


def test_an_employer_that_is_gone_does_not_hold_up_the_undo(in_north, two):
    ours, theirs = two
    merge = merged(in_north, ours, theirs, choices={"employer": "absorbed"})
    Employer.objects.filter(pk=ours.employer_id).delete()
    undone(in_north, merge)
    ours.refresh_from_db()
    assert ours.employer_id == theirs.employer_id


def test_chains_lead_to_the_last_and_are_undone_from_the_end(in_north, two):
    ours, theirs = two
    third = make_business(in_north, "Acme Holdings")
    serve(in_north, theirs)
    before = everything()
    first = merged(in_north, ours, theirs)
    between = everything()
    second = merged(in_north, third, ours)
    assert set(Business.objects.filter(status="merged").values_list("merged_into", flat=True)) == {third.pk}
    with pytest.raises(BusinessRuleError, match="Acme Tool was merged into Acme Holdings later"):
        undone(in_north, first)
    assert "already merged into Acme Holdings" in refused(in_north, theirs, third)["survivor_id"][0]
    assert "absorbed_id" in refused(in_north, third, theirs)
    undone(in_north, second)
    assert everything() == between
    undone(in_north, first)
    assert everything() == before
    with pytest.raises(BusinessRuleError, match="undone already"):
        undone(in_north, first)
    undone(in_north, merged(in_north, theirs, ours))
    assert everything() == before


def test_a_merge_asks_for_two_living_records_as_they_were_read(in_north, two):
    ours, theirs = two
    assert "itself" in refused(in_north, ours, ours)["absorbed_id"][0]
    with pytest.raises(BusinessRuleError, match="no such business"):
        business_merge(actor=in_north.manager, data=MergeData(ours.pk, 2**62))
    with pytest.raises(StaleVersionError):
        merged(in_north, ours, theirs, versions=(ours.version, theirs.version + 1))
    for actor in (in_north.rep, in_north.partner):
        with pytest.raises(NotAllowedError):
            business_merge(actor=actor, data=MergeData(ours.pk, theirs.pk))
    assert "note" in refused(in_north, ours, theirs, note="123-45-6789")
    assert not BusinessMerge.objects.exists()


def test_a_relation_nobody_listed_refuses_the_merge(in_north, two, monkeypatch):
    from businesses.services import merge_registry

    known = {n: r for n, r in merge_registry._relations.items() if n != "interactions.Note.business"}
    monkeypatch.setattr(merge_registry, "_relations", known)
    assert "interactions.Note.business" in refused(in_north, *two)[""][0]


def test_what_was_being_written_during_the_merge_follows(in_north, two):
    ours, theirs = two
    merge = merged(in_north, ours, theirs)
    late = serve(in_north, theirs)
    assert merges_collect(tenant_id=in_north.tenant.pk) == 1
    late.refresh_from_db()
    assert late.business_id == ours.pk
    assert merges_collect(tenant_id=in_north.tenant.pk) == 0
    undone(in_north, merge)
    late.refresh_from_db()
    assert late.business_id == theirs.pk


def test_rows_that_follow_at_the_moment_of_undoing_go_back_too(in_north, two, monkeypatch):
    ours, theirs = two
    merge = merged(in_north, ours, theirs)
    late, lock = serve(in_north, theirs), merges._locked

    def sweep_first(condition):
        merges_collect(tenant_id=in_north.tenant.pk)
        return lock(condition)

    monkeypatch.setattr(merges, "_locked", sweep_first)
    undone(in_north, merge)
    late.refresh_from_db()
    assert late.business_id == theirs.pk


def test_the_sweep_lets_late_rows_follow(north):
    with tenant_context(north.tenant.pk):
        ours, theirs = make_business(north), make_business(north)
        merged(north, ours, theirs)
        late = serve(north, theirs)
    tasks.collect_merges()
    with tenant_context(north.tenant.pk):
        assert ServiceDelivered.objects.get(pk=late.pk).business_id == ours.pk


def test_a_row_whose_place_was_taken_stays(in_north, two):
    ours, theirs = two
    tag = Tag.objects.create(name="Expo 2026")
    row = BusinessTag.objects.create(business=theirs, tag=tag)
    merge = merged(in_north, ours, theirs)
    BusinessTag.objects.create(business=theirs, tag=tag)
    assert undone(in_north, merge).stayed == 1
    row.refresh_from_db()
    assert row.business_id == ours.pk


def test_queries_do_not_grow_with_rows(in_north, two, django_assert_max_num_queries):
    ours, theirs = two
    counted = []
    for number in (3, 60):
        for _ in range(number):
            serve(in_north, theirs, interaction=meet(in_north, theirs))
        with django_assert_max_num_queries(80) as queries:
            merge = merged(in_north, ours, theirs)
        with django_assert_max_num_queries(60) as back:
            undone(in_north, merge)
        counted.append((len(queries), len(back)))
    assert counted[0] == counted[1]


def test_the_log_names_rows_not_copies(in_north, two):
    ours, theirs = two
    service = serve(in_north, theirs)
    merge = merged(in_north, ours, theirs)
    part = MergePart.objects.get(merge=merge, relation="interactions.ServiceDelivered.business")
    assert (part.row_ids, part.moved_from, part.moved_to, part.set_aside) == ([service.pk], theirs.pk, ours.pk, [])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenancy_auditevent WHERE table_name = 'businesses_businessmerge'")
        assert cursor.fetchone() == (1,)
    assert Interaction.objects.count() == 0


def test_the_next_import_of_a_list_finds_the_survivor(in_north):
    header = "id,name,address,city,state,zip,phone\n"
    rows = ["1,Acme Tool,1 Main St,Springfield,MA,1103,413 555-0100\n", "2,Acme Tool Co,1 Main,Springfield,MA,1103,\n"]

    def take(text):
        batch = upload(in_north.manager, header + text)
        import_start(actor=in_north.manager, batch_id=batch.pk)
        import_run(tenant_id=in_north.tenant.pk, batch_id=batch.pk)
        batch.refresh_from_db()
        return batch.rows_new, batch.rows_changed, batch.rows_unchanged

    assert take("".join(rows)) == (2, 0, 0)
    ours, theirs = Business.objects.order_by("pk")
    merged(in_north, ours, theirs)
    assert take("".join(rows)) == (0, 0, 2)
    changed = rows[1].replace("1103,", "1103,413 555-0177")
    assert take(rows[0] + changed)[0] == 0
    assert Business.objects.count() == 2
    assert set(BusinessIdentifier.objects.values_list("business", flat=True)) == {ours.pk}


def _racing(world, acts):
    """Run acts at the same time, each in a transaction of its own; what each raised, None = nothing."""
    outcomes = [None] * len(acts)

    def run(number):
        try:
            with tenant_context(world.tenant.pk):
                acts[number]()
        except Exception as error:
            outcomes[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def test_merges_at_the_same_time_wait_for_each_other(committed):
    """The same pair both ways, a chain, and writers: one outcome, nothing lost, no deadlock."""
    world = make_world("merging")
    for _ in range(4):
        with tenant_context(world.tenant.pk):
            first, second, third = (make_business(world) for _ in range(3))
            services = [serve(world, business) for business in (first, second, third)]
        pairs = [(first, second), (second, first), (second, third), (third, first)]
        acts = [
            lambda pair=pair: business_merge(actor=world.manager, data=MergeData(pair[0].pk, pair[1].pk))
            for pair in pairs
        ]
        acts += [lambda business=business: serve(world, business) for business in (first, second, third)]
        outcomes = _racing(world, acts)
        assert all(isinstance(outcome, BusinessRuleError) for outcome in outcomes if outcome), outcomes
        assert outcomes[4:] == [None] * 3
        with tenant_context(world.tenant.pk):
            merges_collect(tenant_id=world.tenant.pk)
            living = Business.objects.exclude(status="merged").filter(pk__in=[first.pk, second.pk, third.pk])
            assert living.count() == 1
            assert set(
                ServiceDelivered.objects.values_list("business", flat=True).filter(pk__in=[s.pk for s in services])
            ) == {living.get().pk}
            assert counts_recount().differences == ()


def test_a_merge_is_undone_once_however_often_it_is_asked(committed):
    world = make_world("undoing")
    with tenant_context(world.tenant.pk):
        ours, theirs = make_business(world), make_business(world)
        service = serve(world, theirs)
        merge = business_merge(actor=world.manager, data=MergeData(ours.pk, theirs.pk))
    outcomes = _racing(world, [lambda: business_unmerge(actor=world.manager, merge_id=merge.pk)] * 3)
    assert sum(outcome is None for outcome in outcomes) == 1
    with tenant_context(world.tenant.pk):
        service.refresh_from_db()
        assert service.business_id == theirs.pk
