"""Chainable reads of interactions and services, and the condition that makes a service count."""

from datetime import date

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from interactions.constants import COUNTED_STATUSES, Assisted, Visibility


def readable_condition(actor: Actor, *, people: tuple[str, ...], agency: tuple[str, ...] = ("agency",)) -> Q:
    """The rows whose content the actor may read: `permissions.sight` in the database's words (BR-3, BR-4).

    `people` and `agency` are the paths to the staff who recorded it or took part, and to its agency.
    """
    if not actor.may(Permission.VIEW_BUSINESSES):
        return Q(pk__in=[])
    condition = Q(visibility=Visibility.SHARED)
    if actor.staff_id is not None:
        for path in people:
            condition |= Q(**{path: actor.staff_id})
    if actor.agency_id is not None:
        classes = [Visibility.AGENCY]
        if actor.may(Permission.EDIT_ANY_INTERACTION):
            classes.append(Visibility.TEAM)
        for path in agency:
            condition |= Q(**{path: actor.agency_id}, visibility__in=classes)
    if actor.may(Permission.READ_RESTRICTED):
        condition |= Q(visibility=Visibility.RESTRICTED)
    return condition


def counted_condition(*, today: date, counts_self_service: bool | Exists) -> Q:
    """The services that make a business served today: the one condition of pages, lists and exports (BR-18, BR-37).

    `counts_self_service` is the tenant's option, or a condition that lets the database read it. Published cells have its twin in the database, `reporting_fact_source`; `recount` compares the two.
    """
    condition = Q(voided_at=None, item__is_counted=True, status__in=COUNTED_STATUSES, started_on__lte=today)
    if counts_self_service is True:
        return condition
    by_staff = Q(assisted=Assisted.STAFF)
    return condition & (by_staff | counts_self_service if counts_self_service else by_staff)


class InteractionQuerySet(QuerySet):
    """Reads of interactions."""

    def standing(self) -> "InteractionQuerySet":
        """Interactions that were not voided."""
        return self.filter(voided_at=None)

    def readable_by(self, actor: Actor) -> "InteractionQuerySet":
        """Interactions whose content the actor may read (BR-3, BR-4). Queries: none of its own."""
        return self.filter(readable_condition(actor, people=("recorded_by",)) | self._took_part(actor))

    def known_to(self, actor: Actor) -> "InteractionQuerySet":
        """Interactions the actor may read, and those it sees as a stub: all but others' restricted ones (BR-3)."""
        if not actor.may(Permission.VIEW_BUSINESSES):
            return self.none()
        return self.filter(
            ~Q(visibility=Visibility.RESTRICTED)
            | readable_condition(actor, people=("recorded_by",))
            | self._took_part(actor)
        )

    def _took_part(self, actor: Actor) -> Q:
        if not actor.may(Permission.VIEW_BUSINESSES):
            return Q(pk__in=[])
        rows = self.model.staff.through.objects
        return Q(Exists(rows.filter(interaction=OuterRef("pk"), staff=actor.staff_id)))


class ServiceQuerySet(QuerySet):
    """Reads of services delivered."""

    def standing(self) -> "ServiceQuerySet":
        """Services that were not voided."""
        return self.filter(voided_at=None)

    def readable_by(self, actor: Actor) -> "ServiceQuerySet":
        """Services whose content the actor may read (BR-3, BR-4). Queries: none of its own."""
        if not actor.may(Permission.VIEW_BUSINESSES):
            return self.none()
        rows = self.model.interaction.field.related_model.staff.through.objects
        took_part = Exists(rows.filter(interaction=OuterRef("interaction"), staff=actor.staff_id))
        people = ("recorded_by", "staff")
        return self.filter(
            readable_condition(actor, people=people, agency=("agency", "interaction__agency")) | Q(took_part)
        )

    def known_to(self, actor: Actor) -> "ServiceQuerySet":
        """Services the actor may read or sees as a stub: all but others' restricted ones (BR-3)."""
        if not actor.may(Permission.VIEW_BUSINESSES):
            return self.none()
        if actor.may(Permission.READ_RESTRICTED):
            return self.all()
        return self.filter(~Q(visibility=Visibility.RESTRICTED) | Q(pk__in=self.model.objects.readable_by(actor)))

    def counted(self, *, today: date, counts_self_service: bool) -> "ServiceQuerySet":
        """Services that make a business served (BR-18, BR-37)."""
        return self.filter(counted_condition(today=today, counts_self_service=counts_self_service))

    def with_counted(self, *, today: date, counts_self_service: bool) -> "ServiceQuerySet":
        """Add `is_counted_today` to each service: whether it makes its business served (BR-18, BR-37)."""
        condition = counted_condition(today=today, counts_self_service=counts_self_service)
        return self.annotate(is_counted_today=ExpressionWrapper(condition, output_field=BooleanField()))

    def overlapping(self, start: date, end: date, *, today: date) -> "ServiceQuerySet":
        """Services that overlap [start, end]; an open one runs until today (BR-19)."""
        ongoing = Q(ended_on=None) if start <= today else Q(pk__in=[])
        return self.filter(Q(ended_on__gte=start) | ongoing, started_on__lte=min(end, today))
