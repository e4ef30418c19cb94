"""What the tests of interactions share: a contact told with the fewest words."""

from dataclasses import replace
from datetime import timedelta

from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.actor import Actor
from interactions.constants import Mode
from interactions.services import InteractionData, InteractionResult, ServiceData, interaction_log


def contact_with(*businesses, items=(), **fields) -> InteractionData:
    """A visit of today to these businesses with these catalogue items."""
    data = InteractionData(
        business_ids=tuple(b.pk for b in businesses),
        occurred_on=tenant_today(),
        mode=Mode.IN_PERSON_BUSINESS,
        services=tuple(ServiceData(item.pk) for item in items),
    )
    return replace(data, **fields)


def log(actor: Actor, *businesses, items=(), **fields) -> InteractionResult:
    """Log such a visit."""
    return interaction_log(actor=actor, data=contact_with(*businesses, items=items, **fields))


def orientation_fields(world, businesses, *, lines=4, key=True, minutes=45) -> dict:
    """What makes a contact a qualifying orientation, unless told otherwise."""
    from tests.factories import make_contact

    return {
        "items": (world.items.orientation,),
        "slate_line_ids": tuple(line.pk for line in world.slate.lines.all()[:lines]),
        "contact_ids": tuple(make_contact(b, is_key=key).pk for b in businesses),
        "duration_minutes": minutes,
    }


def day(offset: int):
    """A day counted from today where the tenant is."""
    return tenant_today() + timedelta(days=offset)
