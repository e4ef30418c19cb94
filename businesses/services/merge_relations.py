"""What of this app follows when two records of one business are merged (BR-13, BR-15)."""

from typing import Any

from django.db.models import Q
from django.utils import timezone

from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.actor import Actor
from businesses import models
from businesses.constants import LeadEnd, ProposalState, StageVisibility
from businesses.selectors.stages import readable_stages
from businesses.services.merge_registry import Policy, register_merge_relation


def register_own_relations() -> None:
    """List the foreign keys of this app (called in `apps.py`)."""
    register = register_merge_relation
    register(models.Business, "employer", Policy.CHOSEN)
    register(models.Business, "merged_into", Policy.MOVE, label="records merged before")
    register(models.BusinessIdentifier, "business", Policy.MOVE_OR_SET_ASIDE, label="numbers and list rows")
    register(models.Contact, "business", Policy.MOVE, label="people")
    register(models.Acquaintance, "contact", Policy.MOVE_OR_SET_ASIDE)
    register(models.Lead, "business", Policy.MOVE_OR_CLOSE, label="leads", closing=_lead_ends)
    register(models.LeadProposal, "business", Policy.MOVE_OR_CLOSE, closing=_proposal_ends)
    register(models.TeamMember, "business", Policy.MOVE_OR_SET_ASIDE, label="team members")
    register(models.Outreach, "business", Policy.MOVE)
    register(models.Watch, "business", Policy.MOVE_OR_SET_ASIDE, label="people watching")
    register(models.BusinessTag, "business", Policy.MOVE_OR_SET_ASIDE, label="tags")
    register(models.BusinessStage, "business", Policy.MOVE, label="life-cycle stages", known=_stages_known)
    for field in ("business", "other"):
        register(models.ConfirmedMatch, field, Policy.STAY)
    for field in ("left", "right"):  # that the two were merged is told by the businesses
        register(models.DuplicatePair, field, Policy.STAY)
    for field in ("survivor", "absorbed"):
        register(models.BusinessMerge, field, Policy.STAY)
    register(models.BusinessActivity, "business", Policy.DERIVED)


def _stages_known(actor: Actor) -> Q:
    return ~Q(visibility=StageVisibility.RESTRICTED) | Q(pk__in=readable_stages(actor).values("pk"))


def _lead_ends(actor: Actor) -> dict[str, Any]:
    """One lead for each business and region: the survivor's goes on, the other becomes history (BR-15)."""
    return {"ended_on": tenant_today(), "end": LeadEnd.MERGED, "decided_by_id": actor.staff_id}


def _proposal_ends(actor: Actor) -> dict[str, Any]:
    return {"state": ProposalState.OVERTAKEN, "decided_by_id": actor.staff_id, "decided_at": timezone.now()}
