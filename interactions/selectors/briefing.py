"""What this app adds to the top of a business's page: the last contact, what is open, and what is late (BR-3, BR-4)."""

from dataclasses import dataclass

from django.db.models import Q

from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.actor import Actor
from businesses.models import Business
from businesses.selectors import Bounds, BusinessAlert, TimelineEntry
from interactions.constants import ServiceStatus, Visibility
from interactions.models import FollowUp, ServiceDelivered
from interactions.selectors.follow_ups import readable_follow_ups
from interactions.selectors.interactions import open_services
from interactions.selectors.timeline import contacts_of

_LOOKED_AT = 5


@dataclass(frozen=True)
class LastContact:
    """Who met a business last and about what; `newer` is a newer contact of which only agency and date may be told."""

    entry: TimelineEntry
    newer: TimelineEntry | None = None


def last_contact_panel(*, actor: Actor, business: Business) -> LastContact | None:
    """The newest contact the actor may read among the last five, else the newest stub; None if there is none. Queries: 5."""
    found = list(contacts_of(actor=actor, business_id=business.pk, bounds=Bounds(), limit=_LOOKED_AT))
    if not found:
        return None
    told = next((entry for entry in found if not entry.is_stub), None)
    if told is None or told is found[0]:
        return LastContact(found[0])
    return LastContact(told, found[0])


@dataclass(frozen=True)
class OpenWork:
    """What is still open at a business."""

    business: Business
    follow_ups: list[FollowUp]
    running: list[ServiceDelivered]
    planned: list[ServiceDelivered]

    @property
    def groups(self) -> list[tuple[str, list[ServiceDelivered]]]:
        """Services under their headings."""
        groups = [("Services going on", self.running), ("Services planned", self.planned)]
        return [group for group in groups if group[1]]


def open_work_panel(*, actor: Actor, business: Business) -> OpenWork | None:
    """Next steps, running and planned services, as far as the actor may read; None when there is nothing.

    Restricted services are left out: their content is opened one by one, and recorded. Queries: 3.
    """
    follow_ups = readable_follow_ups(actor).filter(business=business, done_at=None).select_related("assignee")
    services = open_services(actor=actor, business_id=business.pk).exclude(visibility=Visibility.RESTRICTED)
    steps, found = list(follow_ups.order_by("due_on", "pk")[:10]), list(services[:20])
    if not steps and not found:
        return None
    today = tenant_today()
    for step in steps:
        step.is_late = step.due_on < today
    return OpenWork(
        business,
        steps,
        running=[service for service in found if service.status != ServiceStatus.PLANNED],
        planned=[service for service in found if service.status == ServiceStatus.PLANNED],
    )


def late_steps(*, actor: Actor, business: Business) -> list[BusinessAlert]:
    """One alert when next steps are overdue. Queries: 2."""
    late = readable_follow_ups(actor).filter(Q(business=business), done_at=None, due_on__lt=tenant_today()).count()
    if not late:
        return []
    return [BusinessAlert("warn", "One next step is late." if late == 1 else f"{late} next steps are late.", "#open")]
