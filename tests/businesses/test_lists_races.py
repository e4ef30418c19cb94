"""Two at once at tags and views: nobody meets an error, nothing is there twice."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection
from django.http import Http404

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.jobs import State, job_cancel
from businesses.models import BulkChange, BusinessTag, SavedView, Tag
from businesses.services.bulk import Choice, bulk_change, bulk_undo
from businesses.services.lists import view_delete, view_pin, view_save
from businesses.services.tags import business_tag_add, tag_change, tag_create, tag_merge
from tests.factories import make_business, make_world

TIMES = 5


@pytest.fixture
def world(committed):
    return make_world("listraces")


def inside(world):
    return tenant_context(world.tenant.pk, user_id=world.rep.user_id)


def together(world, *acts):
    """Run acts at the same moment, each in its own thread and transaction; answers or refusals, in order."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            with inside(world):
                barrier.wait(10)
                return act()
        except (BusinessRuleError, Http404) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_a_tag_that_several_make_at_once_is_one(world):
    with inside(world):
        business = make_business(world)
    for number in range(TIMES):
        names = [f"Race {number}", f"RACE {number}"] * 2
        acts = [partial(business_tag_add, actor=world.rep, business_id=business.pk, name=name) for name in names]
        made = together(world, *acts)
        assert len({tag.pk for tag in made}) == 1
    with inside(world):
        assert Tag.objects.count() == BusinessTag.objects.count() == TIMES


def test_a_name_that_two_tags_are_given_at_once_goes_to_one(world):
    with inside(world):
        tags = [tag_create(actor=world.manager, name=name) for name in ("One", "Two")]
    results = together(
        world,
        *[lambda pk=tag.pk: tag_change(actor=world.manager, tag_id=pk, name="Three", look="circle") for tag in tags],
    )
    assert sorted(isinstance(result, BusinessRuleError) for result in results) == [False, True]


def test_a_tag_merged_away_while_it_is_put_on_a_business(world):
    for number in range(TIMES):
        with inside(world):
            business = make_business(world)
            tag, into = (tag_create(actor=world.manager, name=f"{name} {number}") for name in ("Old", "New"))
        keys = {"actor": world.rep, "business_id": business.pk}
        added, merged = together(
            world,
            lambda keys=keys, pk=tag.pk: business_tag_add(**keys, tag_id=pk),
            lambda pk=tag.pk, to=into.pk: tag_merge(actor=world.manager, tag_id=pk, into_id=to),
        )
        assert merged == into
        with inside(world):
            tagged = BusinessTag.objects.filter(business=business.pk, tag=into.pk).exists()
            assert tagged is not isinstance(added, Http404)


def test_a_view_of_one_name_saved_twice_at_once_is_there_once(world):
    def save(name):
        return view_save(actor=world.rep, name=name, sharing="private", parameters={}, sort="name", columns=[])

    for number in range(TIMES):
        results = together(world, *[lambda n=number: save(f"Mine {n}")] * 3)
        assert sum(isinstance(result, SavedView) for result in results) == 1


def test_a_view_is_pinned_or_deleted(world):
    for number in range(TIMES):
        with inside(world):
            keys = {"actor": world.rep, "name": f"Pin {number}", "sharing": "private"}
            view = view_save(**keys, parameters={}, sort="name", columns=[])
        together(
            world,
            lambda pk=view.pk: view_pin(actor=world.rep, view_id=pk),
            lambda pk=view.pk: view_delete(actor=world.rep, view_id=pk),
        )
        with inside(world):
            assert not SavedView.objects.filter(pk=view.pk).exists()


def test_a_change_is_undone_once(world):
    with inside(world):
        business = make_business(world)
        change = bulk_change(actor=world.rep, action="tag_add", choice=Choice(ids=[business.pk]), tag_name="Fair")
    results = together(world, *[lambda: bulk_undo(actor=world.rep, change_id=change.pk)] * 3)
    assert sum(isinstance(result, BusinessRuleError) for result in results) == 2


def test_a_job_that_ended_meanwhile_stays_ended(world):
    with inside(world):
        job = BulkChange.objects.create(action="tag_add", state=State.RUNNING, requested_by_id=world.rep.staff_id)
        BulkChange.objects.filter(pk=job.pk).update(state=State.DONE)
        job_cancel(job)
        assert (job.state, job.cancel_requested) == (State.DONE, False)
