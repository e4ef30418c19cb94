"""What happened at the businesses a person watches or leads, since they last looked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.models import AuditEvent
from bizworks.tenancy.policy import Permission
from businesses.constants import Status
from businesses.models import Business, Lead, NewsSeen, Watch
from businesses.selectors.relationship_hooks import NewsEntry, news_at

FIRST_LOOK_DAYS = 14
FOLLOWED_MAX = 500
NEWS_MAX = 12
_BUSINESS_TABLE = Business._meta.db_table


@dataclass(frozen=True)
class NewsItem:
    """An entry with its business."""

    entry: NewsEntry
    business: Business


@dataclass(frozen=True)
class News:
    """The news of one person; `follows` = how many businesses they watch or lead (counted up to a limit)."""

    follows: int = 0
    items: list[NewsItem] = field(default_factory=list)
    has_more: bool = False


def news_for(*, actor: Actor) -> News:
    """What others did there since the actor last looked, at most four weeks back, as far as they may read (BR-3).

    Queries: at most 6, and those of the sources.
    """
    if actor.staff_id is None or not actor.may(Permission.VIEW_BUSINESSES):
        return News()
    ids = followed_ids(actor)
    if not ids:
        return News()
    now = timezone.now()
    seen_at = NewsSeen.objects.filter(staff=actor.staff_id).values_list("seen_at", flat=True).first()
    since = max(seen_at or now - timedelta(days=FIRST_LOOK_DAYS), now - timedelta(days=28))
    asked = {"actor": actor, "business_ids": ids, "since": since, "limit": NEWS_MAX + 1}
    entries = [*news_at(**asked), *_statuses(**asked), *_leads(**asked)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    shown = entries[:NEWS_MAX]
    businesses = Business.objects.in_bulk({entry.business_id for entry in shown}) if shown else {}
    items = [NewsItem(entry, businesses[entry.business_id]) for entry in shown if entry.business_id in businesses]
    return News(len(ids), items, len(entries) > NEWS_MAX)


def followed_ids(actor: Actor) -> list[int]:
    """Businesses the actor watches, then those they lead or back up, newest first. Queries: 2."""
    watched = Watch.objects.filter(staff=actor.staff_id).order_by("-pk").values_list("business_id", flat=True)
    leads = Lead.objects.filter(ended_on=None)
    led = (
        leads.filter(staff=actor.staff_id)
        .union(leads.filter(backup=actor.staff_id))
        .values_list("business_id", flat=True)
    )
    return list(dict.fromkeys([*watched[:FOLLOWED_MAX], *led[:FOLLOWED_MAX]]))[:FOLLOWED_MAX]


def _statuses(*, actor: Actor, business_ids: Sequence[int], since: datetime, limit: int) -> list[NewsEntry]:
    """Changes of status, from the audit trail: nothing else of it is read."""
    rows = AuditEvent.objects.filter(
        table_name=_BUSINESS_TABLE, row_id__in=business_ids, operation="update", at__gt=since, changes__has_key="status"
    ).exclude(user_id=actor.user_id)
    found = rows.order_by("-pk").values_list("at", "row_id", "changes__status")[:limit]
    return [
        NewsEntry(
            at, "status", row_id, f"Now {Status(change[1]).label.lower()}, before {Status(change[0]).label.lower()}"
        )
        for at, row_id, change in found
        if change[0] in Status.values and change[1] in Status.values
    ]


def _leads(*, actor: Actor, business_ids: Sequence[int], since: datetime, limit: int) -> list[NewsEntry]:
    rows = Lead.objects.filter(business__in=business_ids, created_at__gt=since).exclude(decided_by=actor.staff_id)
    return [
        NewsEntry(row.created_at, "lead", row.business_id, f"{row.staff.name} is the lead", row.agency.name)
        for row in rows.select_related("staff", "agency").order_by("-pk")[:limit]
    ]
