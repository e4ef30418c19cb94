"""What of interactions follows when two records of one business are merged (BR-13, BR-37)."""

from django.db.models import Exists, OuterRef, Q

from bizworks.tenancy.actor import Actor
from businesses.services.merge_registry import Policy, register_merge_relation
from interactions.constants import OrientationOutcome, Visibility
from interactions.models import (
    FollowUp,
    Interaction,
    InteractionBusiness,
    InteractionContact,
    Note,
    OrientationJudgement,
    ServiceDelivered,
)
from interactions.querysets import readable_condition
from interactions.selectors.follow_ups import readable_follow_ups


def register_relations() -> None:
    """List our foreign keys to businesses and contacts (called in `apps.py`).

    A contact with both records becomes one with the survivor: of two judgements the better stands,
    of two mentions of one person the one as key representative; the others wait in the merge log.
    """
    register_merge_relation(
        InteractionBusiness, "business", Policy.MOVE_OR_SET_ASIDE, label="contacts logged", known=_contacts_known
    )
    register_merge_relation(ServiceDelivered, "business", Policy.MOVE, label="services", known=_services_known)
    register_merge_relation(
        OrientationJudgement,
        "business",
        Policy.MOVE_OR_SET_ASIDE,
        better=Q(outcome=OrientationOutcome.QUALIFYING),
    )
    register_merge_relation(Note, "business", Policy.MOVE, label="notes", known=_notes_known)
    register_merge_relation(FollowUp, "business", Policy.MOVE, label="next steps", known=_steps_known)
    register_merge_relation(InteractionContact, "business", Policy.MOVE)
    register_merge_relation(
        InteractionContact, "contact", Policy.MOVE_OR_SET_ASIDE, better=Q(was_key_representative=True)
    )


def _contacts_known(actor: Actor) -> Q:
    return Q(Exists(Interaction.objects.known_to(actor).filter(pk=OuterRef("interaction"))))


def _services_known(actor: Actor) -> Q:
    return Q(pk__in=ServiceDelivered.objects.known_to(actor).values("pk"))


def _notes_known(actor: Actor) -> Q:
    return ~Q(visibility=Visibility.RESTRICTED) | readable_condition(actor, people=("author",))


def _steps_known(actor: Actor) -> Q:
    return Q(pk__in=readable_follow_ups(actor).values("pk"))
