"""What can be logged: the catalogue, the slate of a date, the tenant's local day."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils import timezone

from bizworks.directory.models import Agency, ServiceItem, Slate, SlateLine, StaffMember, TenantProfile
from bizworks.directory.selectors import staff_active
from bizworks.tenancy.actor import Actor
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


def usual_item_ids(actor: Actor, *, limit: int = 8, days: int = 180) -> list[int]:
    """The items this person records most, then those of the agency, then everybody's. Queries: at most 3."""
    recent = ServiceDelivered.objects.standing().filter(created_at__gte=timezone.now() - timedelta(days=days))
    found: list[int] = []
    for scope in ({"recorded_by": actor.staff_id}, {"agency": actor.agency_id}, {}):
        if len(found) >= limit or None in scope.values():
            continue
        rows = recent.filter(**scope).exclude(item__in=found).values("item").annotate(times=Count("pk"))
        found += [row["item"] for row in rows.order_by("-times", "item")[: limit - len(found)]]
    return found


def agencies(on: date) -> list[Agency]:
    """Agencies that can be credited with a service on a date. Queries: 1."""
    return list(Agency.objects.in_force(on).order_by("name"))


def colleagues() -> list[StaffMember]:
    """People who can be given a next step. Queries: 1."""
    return list(StaffMember.objects.filter(staff_active()).order_by("name"))
