"""Chainable reads of interactions and services, and the condition that makes a service count."""

from datetime import date

from django.db.models import Q, QuerySet

from interactions.constants import COUNTED_STATUSES, Assisted


class InteractionQuerySet(QuerySet):
    """Reads of interactions."""

    def standing(self) -> "InteractionQuerySet":
        """Interactions that were not voided."""
        return self.filter(voided_at=None)


class ServiceQuerySet(QuerySet):
    """Reads of services delivered."""

    def standing(self) -> "ServiceQuerySet":
        """Services that were not voided."""
        return self.filter(voided_at=None)

    def counted(self, *, today: date, counts_self_service: bool) -> "ServiceQuerySet":
        """Services that make a business served (BR-18, BR-37)."""
        condition = Q(voided_at=None, item__is_counted=True, status__in=COUNTED_STATUSES, started_on__lte=today)
        if not counts_self_service:
            condition &= Q(assisted=Assisted.STAFF)
        return self.filter(condition)

    def overlapping(self, start: date, end: date, *, today: date) -> "ServiceQuerySet":
        """Services that overlap [start, end]; an open one runs until today (BR-19)."""
        ongoing = Q(ended_on=None) if start <= today else Q(pk__in=[])
        return self.filter(Q(ended_on__gte=start) | ongoing, started_on__lte=min(end, today))
