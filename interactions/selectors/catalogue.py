"""What can be logged: the catalogue, the slate of a date, the tenant's local day."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

from bizworks.directory.models import Agency, ServiceItem, Slate, SlateLine, StaffMember, TenantProfile
from bizworks.directory.selectors import staff_active
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import ROLE_PERMISSIONS, Permission
from interactions.models import ServiceDelivered


def local_day(profile: TenantProfile) -> date:
    """Today where the tenant is. Queries: 0."""
    return timezone.now().astimezone(ZoneInfo(profile.time_zone)).date()


@dataclass(frozen=True)
class SlateVersion:
    """The slate in force on a date, with its lines in order."""

    slate: Slate
    lines: tuple[SlateLine, ...]


def slate_in_force(on: date) -> SlateVersion | None:
    """The slate an orientation of that date is judged by (BR-24): the newest begun; None = none. Queries: 1."""
    newest = Slate.objects.in_force(on).order_by("-starts_on", "-pk").values("pk")[:1]
    lines = tuple(SlateLine.objects.filter(slate__in=newest).select_related("slate").order_by("position"))
    return SlateVersion(lines[0].slate, lines) if lines else None


def catalogue(on: date) -> list[ServiceItem]:
    """Every item that can be delivered on a date, by state category and name. Queries: 1."""
    items = ServiceItem.objects.in_force(on).select_related("federal_category")
    return list(items.order_by("state_category", "name"))


def usual_item_ids(actor: Actor, *, limit: int = 8, sample: int = 200) -> list[int]:
    """The items this person recorded most lately, then those of the agency, then everybody's.

    Looks at the newest `sample` services of each, so that it costs the same after years. Queries: at most 3.
    """
    found: list[int] = []
    for scope in ({"recorded_by": actor.staff_id}, {"agency": actor.agency_id}, {}):
        if len(found) >= limit or None in scope.values():
            continue
        newest = ServiceDelivered.objects.standing().filter(**scope).order_by("-pk").values_list("item", flat=True)
        found += [item for item, _ in Counter(newest[:sample]).most_common() if item not in found]
    return found[:limit]


def agencies(on: date) -> list[Agency]:
    """Agencies that can be credited with a service on a date. Queries: 1."""
    return list(Agency.objects.in_force(on).order_by("name"))


def colleagues() -> list[StaffMember]:
    """People who log contacts, and so can take part or be given a next step. Queries: 1."""
    roles = [role for role, allowed in ROLE_PERMISSIONS.items() if Permission.LOG_INTERACTION in allowed]
    return list(StaffMember.objects.filter(staff_active(), role__in=roles).order_by("name"))
