"""Last contact and last service of a business equal a brute-force look, whatever was written (BR-3, BR-37)."""

import random
from datetime import date, timedelta

import pytest
from django.db.models import Max
from django.utils import timezone

from bizworks.directory.models import StaffMember
from businesses.models import BusinessActivity
from interactions.models import Interaction, InteractionBusiness, ServiceDelivered
from tests.factories import make_business

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 1)


def known() -> dict[int, tuple]:
    rows = BusinessActivity.objects.values_list("business_id", "last_contact_on", "last_service_on")
    return {pk: (contact, service) for pk, contact, service in rows if contact or service}


def looked_at() -> dict[int, tuple]:
    contacts = dict(
        InteractionBusiness.objects.filter(interaction__voided_at=None)
        .exclude(interaction__visibility="restricted")
        .values_list("business")
        .annotate(day=Max("interaction__occurred_on"))
    )
    services = dict(
        ServiceDelivered.objects.filter(voided_at=None, status__in=["in_progress", "completed"])
        .exclude(visibility="restricted")
        .order_by()
        .values_list("business")
        .annotate(day=Max("started_on"))
    )
    return {pk: (contacts.get(pk), services.get(pk)) for pk in contacts.keys() | services.keys()}


@pytest.mark.parametrize("seed", range(6))
def test_any_sequence_of_writes_leaves_what_a_look_at_the_records_finds(in_north, seed):
    dice = random.Random(seed)
    staff = StaffMember.objects.get(pk=in_north.rep.staff_id)
    businesses = [make_business(in_north, f"Business {n}") for n in range(4)]

    def add() -> None:
        interaction = Interaction.objects.create(
            occurred_on=DAY + timedelta(days=dice.randrange(60)),
            mode="phone",
            agency=in_north.agency,
            recorded_by=staff,
            visibility=dice.choice(["shared", "agency", "restricted"]),
        )
        InteractionBusiness.objects.bulk_create(
            InteractionBusiness(interaction=interaction, business=b) for b in dice.sample(businesses, 2)
        )
        ServiceDelivered.objects.create(
            business=dice.choice(businesses),
            item=in_north.items.lmi,
            agency=in_north.agency,
            started_on=interaction.occurred_on,
            status=dice.choice(["planned", "in_progress", "completed", "cancelled"]),
            visibility=interaction.visibility,
            interaction=interaction,
        )

    def pick(model):
        rows = list(model.objects.all())
        return dice.choice(rows) if rows else None

    def change() -> None:
        if row := pick(Interaction):
            row.occurred_on += timedelta(days=dice.randrange(-9, 9))
            row.voided_at = dice.choice([None, timezone.now()])
            row.visibility = dice.choice(["shared", "restricted"])
            row.save()
        if row := pick(ServiceDelivered):
            row.business = dice.choice(businesses)
            row.voided_at = dice.choice([None, timezone.now()])
            row.save()

    def go() -> None:
        if row := pick(InteractionBusiness):
            row.delete()
        if row := pick(ServiceDelivered):
            row.delete()

    for act in dice.choices([add, add, change, go], k=40):
        act()
        assert known() == looked_at()
    assert known()


def test_a_restricted_contact_is_not_told_by_a_date(in_north):
    business = make_business(in_north, "Gateway")
    interaction = Interaction.objects.create(
        occurred_on=DAY,
        mode="phone",
        agency=in_north.agency,
        recorded_by_id=in_north.rep.staff_id,
        visibility="restricted",
    )
    InteractionBusiness.objects.create(interaction=interaction, business=business)
    assert known() == {}
