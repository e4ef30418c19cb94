"""The tenant's words and counting options."""

from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.models import TenantProfile
from bizworks.directory.services.map_changes import PROFILE, map_changed
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission

WORDS = tuple(
    f"{word}_label{plural}" for word in ("region", "area", "center", "representative") for plural in ("", "_plural")
)
OPTIONS = ("counts_self_service", "lookback_quarters", "orientation_min_minutes", "late_entry_days")
CALENDAR = ("time_zone", "program_year_start_month", "year_naming", "state_codes")
MOVES_COUNTS = ("counts_self_service", "lookback_quarters", "program_year_start_month")
"""Options that move published numbers; the others judge only what is entered from now on."""


@transaction.atomic
def profile_save(*, actor: Actor, values: dict[str, Any]) -> TenantProfile:
    """Change words, calendar and counting options; what is not named in `values` stays.

    If an option that moves published numbers changed, the listeners of the map are told. Locks:
    the profile. Errors: NotAllowedError, BusinessRuleError by column. Queries: 3.
    """
    actor.require(Permission.MANAGE_DIRECTORY)
    profile = TenantProfile.objects.select_for_update().get()
    before = [getattr(profile, name) for name in MOVES_COUNTS]
    for name in (*WORDS, *OPTIONS, *CALENDAR):
        if name in values:
            setattr(profile, name, values[name])
    if profile.time_zone not in available_timezones():
        raise BusinessRuleError({"time_zone": ["Choose a time zone from the list."]})
    try:
        profile.full_clean(validate_constraints=False, validate_unique=False)
    except ValidationError as error:
        raise BusinessRuleError(error.message_dict) from error
    profile.save()
    if before != [getattr(profile, name) for name in MOVES_COUNTS]:
        map_changed(frozenset({PROFILE}))
    return profile
