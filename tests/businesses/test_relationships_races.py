"""Two at once: whatever the order, a business has exactly one lead (BR-15)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.context import tenant_context
from businesses.models import Lead, LeadProposal
from businesses.services.lead_proposals import lead_accept, lead_propose
from businesses.services.leads import lead_assign, lead_take, leads_assign
from tests.factories import make_business, make_world


@pytest.fixture
def world(committed):
    return make_world("race")


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
        except BusinessRuleError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def active(world, business):
    with inside(world):
        return list(Lead.objects.filter(business=business, ended_on=None))


def test_of_several_who_take_it_at_once_one_has_it_and_the_others_are_told(world):
    with inside(world):
        business = make_business(world)
    people = (world.rep, world.other_rep, world.manager, world.state)
    results = together(world, *[lambda a=actor: lead_take(actor=a, business_id=business.pk) for actor in people])
    assert sum(isinstance(result, BusinessRuleError) for result in results) == 3
    assert len(active(world, business)) == 1


def test_of_two_who_accept_at_once_one_decides(world):
    with inside(world):
        business = make_business(world)
        lead_take(actor=world.rep, business_id=business.pk)
        proposal = lead_propose(actor=world.rep, business_id=business.pk, staff_id=world.other_rep.staff_id)
    acts = [lambda a=actor: lead_accept(actor=a, proposal_id=proposal.pk) for actor in (world.other_rep, world.manager)]
    results = together(world, *acts)
    assert sum(isinstance(result, BusinessRuleError) for result in results) == 1
    assert [lead.staff_id for lead in active(world, business)] == [world.other_rep.staff_id]
    with inside(world):
        assert Lead.objects.filter(business=business).count() == 2


def test_accepting_while_a_manager_assigns_leaves_one_lead(world):
    with inside(world):
        business = make_business(world)
        lead_take(actor=world.rep, business_id=business.pk)
        proposal = lead_propose(actor=world.rep, business_id=business.pk, staff_id=world.other_rep.staff_id)
    results = together(
        world,
        lambda: lead_accept(actor=world.other_rep, proposal_id=proposal.pk),
        lambda: lead_assign(actor=world.state, business_id=business.pk, staff_id=world.manager.staff_id),
        lambda: leads_assign(actor=world.manager, business_ids=[business.pk], staff_id=world.manager.staff_id),
    )
    assert not [r for r in results[1:] if isinstance(r, Exception)]
    assert [lead.staff_id for lead in active(world, business)] == [world.manager.staff_id]
    with inside(world):
        assert not LeadProposal.objects.filter(state="open").exists()


def test_two_proposals_at_once_are_one(world):
    with inside(world):
        business = make_business(world)
        lead_take(actor=world.rep, business_id=business.pk)
    acts = [
        lambda: lead_propose(actor=world.rep, business_id=business.pk, staff_id=world.manager.staff_id),
        lambda: lead_propose(actor=world.other_rep, business_id=business.pk, staff_id=world.other_rep.staff_id),
    ]
    results = together(world, *acts)
    assert sum(isinstance(result, BusinessRuleError) for result in results) == 1
