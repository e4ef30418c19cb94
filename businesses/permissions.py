"""Rules about one object: what of a business this actor may read."""

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import Source


def may_see_fein(actor: Actor, *, source: str, recorded_by_agency_id: int | None) -> bool:
    """Whether a FEIN is shown in full: to state staff, and to the agency that recorded it (domain defaults, 5).

    One that came from the unemployment agency needs the permission for its values as well (BR-6).
    """
    if source == Source.UC and not actor.may(Permission.SEE_UC_VALUES):
        return False
    recorded_it = recorded_by_agency_id is not None and recorded_by_agency_id == actor.agency_id
    return actor.may(Permission.SEE_FEIN) or recorded_it


def may_see_value(actor: Actor, *, source: str) -> bool:
    """Whether a value with this source is shown; UC-sourced ones are restricted (BR-4)."""
    return source != Source.UC or actor.may(Permission.SEE_UC_VALUES)
