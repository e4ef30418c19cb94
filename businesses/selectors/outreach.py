"""Whose lead somebody would pass by at a business (BR-15)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from bizworks.tenancy.actor import Actor
from businesses.constants import MESSAGE_DAYS, OutreachKind
from businesses.models import Lead, Outreach, TeamMember


@dataclass(frozen=True)
class PassedLead:
    """The lead of a business who is not the actor; `was_asked` = the actor wrote to the lead lately.

    `knows_assignee` = the person a next step is for is the lead, the back-up or of the team.
    """

    lead_id: int
    business_id: int
    business: str
    staff_id: int
    name: str
    agency: str
    was_asked: bool
    knows_assignee: bool

    @property
    def who(self) -> str:
        """The lead with the agency, as in "Wei Metro (MDCS)"."""
        return f"{self.name} ({self.agency})"


def staff_has_access(path: str = "staff") -> Q:
    """Condition for rows whose staff member still has access."""
    ended = f"{path}__ended_on"
    return Q(**{ended: None}) | Q(**{f"{ended}__gt": timezone.now().date()})


def passed_leads_rows(actor: Actor, business_ids: Iterable[int], *, assignee_id: int | None = None) -> QuerySet:
    """Active leads of businesses where the actor is neither lead, back-up nor of the team. Queries: 0 until read."""
    here = {"business": OuterRef("business"), "ended_on": None}
    mine = Lead.objects.filter(Q(staff=actor.staff_id) | Q(backup=actor.staff_id), **here)
    ours = TeamMember.objects.filter(staff=actor.staff_id, **here)
    assignee = TeamMember.objects.filter(staff=assignee_id, **here)
    asked = Outreach.objects.filter(
        business=OuterRef("business"),
        staff=actor.staff_id,
        kind=OutreachKind.MESSAGE,
        created_at__gte=timezone.now() - timedelta(days=MESSAGE_DAYS),
    )
    rows = Lead.objects.filter(staff_has_access(), ~Exists(mine), ~Exists(ours), ended_on=None)
    return rows.filter(business__in=list(business_ids)).values(
        row=JSONObject(
            lead_id="pk",
            business_id="business_id",
            business="business__name",
            staff_id="staff_id",
            backup_id="backup_id",
            name="staff__name",
            agency=F("agency__name"),
            was_asked=Exists(asked),
            knows_assignee=Exists(assignee),
        )
    )


def passed_leads_expression(
    actor: Actor, business_ids: Iterable[int], *, assignee_id: int | None = None
) -> ArraySubquery:
    """The same as a column of another query; give its value to `passed_leads_from`. Queries: 0."""
    return ArraySubquery(passed_leads_rows(actor, business_ids, assignee_id=assignee_id))


def passed_leads_from(
    rows: Iterable[dict[str, Any]] | None, *, assignee_id: int | None = None
) -> tuple[PassedLead, ...]:
    """Read what `passed_leads_expression` answered."""
    found = []
    for row in rows or ():
        backup_id = row.pop("backup_id")
        knows = row.pop("knows_assignee") or (assignee_id is not None and assignee_id in (row["staff_id"], backup_id))
        found.append(PassedLead(knows_assignee=knows, **row))
    return tuple(sorted(found, key=lambda lead: lead.lead_id))


def passed_leads(
    *, actor: Actor, business_ids: Iterable[int], assignee_id: int | None = None
) -> tuple[PassedLead, ...]:
    """Leads whom the actor would pass by at these businesses; those who left are not among them. Queries: 1."""
    rows = passed_leads_rows(actor, business_ids, assignee_id=assignee_id)
    return passed_leads_from(rows.values_list("row", flat=True), assignee_id=assignee_id)
