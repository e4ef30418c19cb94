"""Two at once: one form is one contact, one change wins, nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from bizworks.core.errors import StaleVersionError
from bizworks.tenancy.context import tenant_context
from interactions.models import Interaction, NoteVersion, ServiceDelivered
from interactions.services import NewContactData, NoteData, ServiceChange, interaction_log, note_correct, service_update
from tests.factories import make_business, make_world
from tests.interactions.helpers import contact_with


@pytest.fixture
def world(committed):
    return make_world("race")


def together(world, *acts):
    """Run acts at the same moment, each in its own thread and transaction; answers or errors, in order."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            with tenant_context(world.tenant.pk, user_id=world.rep.user_id):
                barrier.wait(10)
                return act()
        except StaleVersionError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def inside(world):
    return tenant_context(world.tenant.pk, user_id=world.rep.user_id)


@pytest.mark.parametrize("threads", [2, 6])
def test_one_form_sent_at_once_from_several_tabs_is_one_contact(world, threads):
    with inside(world):
        acme = make_business(world)
        data = contact_with(
            acme,
            items=(world.items.lmi,),
            note=NoteData("Once."),
            new_contacts=(NewContactData(acme.pk, "Ana Sol"),),
        )
    results = together(world, *[lambda: interaction_log(actor=world.rep, data=data)] * threads)
    assert sorted(result.is_new for result in results) == [False] * (threads - 1) + [True]
    assert len({(result.interaction_id, result.service_ids) for result in results}) == 1
    with inside(world):
        assert (Interaction.objects.count(), ServiceDelivered.objects.count(), NoteVersion.objects.count()) == (1, 1, 1)
        assert acme.contacts.count() == 1


def test_of_two_corrections_of_a_service_one_wins_and_the_other_is_told(world):
    with inside(world):
        result = interaction_log(actor=world.rep, data=contact_with(make_business(world), items=(world.items.lmi,)))
        row = ServiceDelivered.objects.get(pk=result.service_ids[0])

    def change(program):
        told = ServiceChange(
            version=row.version,
            item_id=row.item_id,
            agency_id=row.agency_id,
            status=row.status,
            started_on=row.started_on,
            ended_on=row.ended_on,
            is_ongoing=False,
            assisted=row.assisted,
            program=program,
        )
        return lambda: service_update(actor=world.rep, service_id=row.pk, change=told)

    results = together(world, change("Title I"), change("Title III"))
    assert sum(isinstance(result, StaleVersionError) for result in results) == 1
    with inside(world):
        assert ServiceDelivered.objects.get(pk=row.pk).version == 2


def test_of_two_corrections_of_a_note_one_wins_and_the_other_is_told(world):
    with inside(world):
        result = interaction_log(actor=world.rep, data=contact_with(make_business(world), note=NoteData("First.")))
        note = Interaction.objects.get(pk=result.interaction_id).notes.get()
    acts = [lambda b=body: note_correct(actor=world.rep, note_id=note.pk, number=1, body=b) for body in ("A.", "B.")]
    results = together(world, *acts)
    assert sum(isinstance(result, StaleVersionError) for result in results) == 1
    with inside(world):
        assert note.versions.count() == 2
