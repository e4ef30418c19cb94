"""Reads of next steps."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from interactions.models import FollowUp, Interaction


def readable_follow_ups(actor: Actor) -> QuerySet[FollowUp]:
    """Next steps of contacts the actor may read, of no contact, and the actor's own (BR-3). Queries: 0."""
    if not actor.may(Permission.VIEW_BUSINESSES):
        return FollowUp.objects.none()
    return FollowUp.objects.filter(
        Q(interaction=None)
        | Q(assignee=actor.staff_id)
        | Q(interaction__in=Interaction.objects.readable_by(actor).values("pk"))
    )


def businesses_with_open_step(*, actor: Actor) -> Exists:
    """Condition on Business: a next step is open that the actor may read (BR-3). Queries: 0."""
    return Exists(readable_follow_ups(actor).filter(business=OuterRef("pk"), done_at=None))


@dataclass(frozen=True)
class FollowUpList:
    """A person's next steps as a working list."""

    today: date
    overdue: list[FollowUp] = field(default_factory=list)
    due_today: list[FollowUp] = field(default_factory=list)
    later: list[FollowUp] = field(default_factory=list)
    done: list[FollowUp] = field(default_factory=list)

    @property
    def open_count(self) -> int:
        """How many are still to do."""
        return len(self.overdue) + len(self.due_today) + len(self.later)


def follow_up_list(actor: Actor, *, limit: int = 200) -> FollowUpList:
    """The actor's next steps: overdue, today, later, and the ten done last. Queries: 3."""
    today = tenant_today()
    mine = FollowUp.objects.filter(assignee=actor.staff_id).select_related("business")
    rows = list(mine.filter(done_at=None).order_by("due_on", "pk")[:limit])
    return FollowUpList(
        today=today,
        overdue=[row for row in rows if row.due_on < today],
        due_today=[row for row in rows if row.due_on == today],
        later=[row for row in rows if row.due_on > today],
        done=list(mine.exclude(done_at=None).order_by("-done_at")[:10]),
    )


def follow_ups_due(actor: Actor, *, limit: int = 5) -> list[FollowUp]:
    """The actor's open next steps, the most urgent first, for the home page. Queries: 1."""
    mine = FollowUp.objects.filter(assignee=actor.staff_id, done_at=None).select_related("business")
    return list(mine.order_by("due_on", "pk")[:limit])
