"""Who may read and change what: pure functions of the actor and a record's facts (BR-3, BR-4, BR-5).

`querysets.readable_condition` says the same to the database; a test walks both through every case.
"""

from collections.abc import Set as AbstractSet
from enum import Enum

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from interactions.constants import Visibility


class Sight(Enum):
    """What an actor sees of a record."""

    CONTENT = "content"
    STUB = "stub"
    """Agency and date only."""
    NOTHING = "nothing"
    """As if it were not there; it still counts."""


def sight(actor: Actor, *, visibility: str, agency_id: int | None, people: AbstractSet[int | None]) -> Sight:
    """Judge what the actor sees of a record of an agency; `people` recorded it or took part (staff ids)."""
    if not actor.may(Permission.VIEW_BUSINESSES):
        return Sight.NOTHING
    if visibility == Visibility.SHARED or (actor.staff_id is not None and actor.staff_id in people):
        return Sight.CONTENT
    if visibility == Visibility.RESTRICTED:
        return Sight.CONTENT if actor.may(Permission.READ_RESTRICTED) else Sight.NOTHING
    same_agency = actor.agency_id is not None and actor.agency_id == agency_id
    leads = visibility == Visibility.AGENCY or actor.may(Permission.EDIT_ANY_INTERACTION)
    return Sight.CONTENT if same_agency and leads else Sight.STUB


def may_change(
    actor: Actor, *, agency_id: int | None, people: AbstractSet[int | None], region_ids: AbstractSet[int | None]
) -> bool:
    """Tell whether the actor may correct or void a record it can read.

    Who recorded it or took part, and colleagues of the same agency, may; so may managers within
    their regions (a manager without regions: everywhere).
    """
    if not actor.may(Permission.LOG_INTERACTION):
        return False
    if (actor.staff_id is not None and actor.staff_id in people) or actor.agency_id == agency_id:
        return True
    if not actor.may(Permission.EDIT_ANY_INTERACTION):
        return False
    return not actor.region_ids or bool(actor.region_ids & region_ids)


def may_reclassify(
    actor: Actor, *, author_ids: AbstractSet[int | None], agency_id: int | None, region_ids: AbstractSet[int | None]
) -> bool:
    """Tell whether the actor may change a visibility class: its author or a manager in charge (BR-5)."""
    if actor.staff_id is not None and actor.staff_id in author_ids:
        return actor.may(Permission.LOG_INTERACTION)
    return actor.may(Permission.EDIT_ANY_INTERACTION) and may_change(
        actor, agency_id=agency_id, people=frozenset(), region_ids=region_ids
    )
