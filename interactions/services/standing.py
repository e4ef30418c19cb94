"""Finding the record an act is about, as far as the actor may see and change it."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from bizworks.core.errors import BusinessRuleError, NotAllowedError, StaleVersionError
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from interactions.models import Interaction, ServiceDelivered
from interactions.permissions import may_change, may_reclassify

NOT_YOURS = "Only who recorded it, colleagues of the same agency and the region's managers may change this record."
STALE = "Someone else changed this record meanwhile. Look at it again, then repeat your change."


def require_worker(actor: Actor) -> None:
    """Errors: NotAllowedError for who may not log, and for a program without a person."""
    actor.require(Permission.LOG_INTERACTION)
    if actor.staff_id is None:
        raise NotAllowedError("Only a member of staff can do this.")


def interaction_for_change(actor: Actor, interaction_id: int) -> Interaction:
    """The interaction, locked, if the actor may read it (else Http404) and change it (else NotAllowedError).

    Locks: the row, until the transaction ends. Queries: 3.
    """
    require_worker(actor)
    interaction = _one(Interaction.objects.readable_by(actor), interaction_id)
    people = set(interaction.staff_rows.values_list("staff", flat=True)) | {interaction.recorded_by_id}
    regions = set(interaction.businesses.values_list("region", flat=True))
    if not may_change(actor, agency_id=interaction.agency_id, people=people, region_ids=regions):
        raise NotAllowedError(NOT_YOURS)
    return interaction


def interaction_for_addition(actor: Actor, interaction_id: int) -> Interaction:
    """A standing interaction the actor may read and so add to. Errors: NotAllowedError, Http404. Queries: 1."""
    require_worker(actor)
    return _one(Interaction.objects.standing().readable_by(actor), interaction_id)


def service_for_change(actor: Actor, service_id: int) -> ServiceDelivered:
    """The service, locked, if the actor may read it (else Http404) and change it (else NotAllowedError).

    Locks: the row, until the transaction ends. Queries: 1, and 1 if it belongs to a contact.
    """
    require_worker(actor)
    service = _one(ServiceDelivered.objects.readable_by(actor).select_related("item", "business"), service_id)
    people = {service.recorded_by_id, service.staff_id}
    if service.interaction_id:
        people |= set(service.interaction.staff_rows.values_list("staff", flat=True))
    if not may_change(actor, agency_id=service.agency_id, people=people, region_ids={service.region_id}):
        raise NotAllowedError(NOT_YOURS)
    return service


def require_reclassifier(
    actor: Actor, *, author_ids: set[int | None], agency_id: int | None, region_ids: set[int | None]
) -> None:
    """Errors: NotAllowedError unless the actor is the author or a manager in charge (BR-5)."""
    if not may_reclassify(actor, author_ids=author_ids, agency_id=agency_id, region_ids=region_ids):
        raise NotAllowedError("Only the author or a manager may change who can read this.")


def require_standing(record: Interaction | ServiceDelivered) -> None:
    """Errors: BusinessRuleError for what was voided."""
    if record.is_void:
        raise BusinessRuleError("This record was voided; it cannot be changed any more.")


def require_version(record: Interaction | ServiceDelivered, version: int) -> None:
    """Errors: StaleVersionError if someone changed it since it was read."""
    if record.version != version:
        raise StaleVersionError(STALE)


def _one(rows: QuerySet, pk: int) -> Any:
    record = rows.filter(pk=pk).select_for_update(of=("self",)).first()
    if record is None:
        raise Http404
    return record
