"""Everything of a kind the actor may read, for programs that page through it."""

from django.db.models import QuerySet

from bizworks.tenancy.actor import Actor
from interactions.models import Interaction, ServiceDelivered


def interaction_list(*, actor: Actor) -> QuerySet[Interaction]:
    """Interactions the actor may read, voided ones too, with their businesses and staff. Queries: 3 when read."""
    return Interaction.objects.readable_by(actor).prefetch_related("businesses", "staff")


def service_list(*, actor: Actor) -> QuerySet[ServiceDelivered]:
    """Services the actor may read, voided ones too. Queries: 1 when read."""
    return ServiceDelivered.objects.readable_by(actor)
