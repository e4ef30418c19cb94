"""Handing a lead over, and asking for one; nothing changes until it is accepted (BR-15)."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.models import StaffMember, StaffRegion
from bizworks.directory.selectors import staff_active
from bizworks.directory.services.notices import NoticeData, notices_send
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Role
from businesses.constants import PROPOSAL_DAYS, LeadEnd, LeadStart, ProposalKind, ProposalState
from businesses.models import Lead, LeadProposal
from businesses.permissions import may_manage_leads
from businesses.services.checks import Problems
from businesses.services.lead_slots import Slot, candidate_get, slot_fill, slot_open
from businesses.services.leads import require_leader


@transaction.atomic
def lead_propose(
    *, actor: Actor, business_id: int, staff_id: int | None, region_id: int | None = None, message: str = ""
) -> LeadProposal:
    """Offer the lead of a business to a colleague, or (oneself) ask for it.

    The lead, a manager of the region, or where nobody leads anyone who could, may offer. An offer
    waits for the colleague, a request for the lead or, where there is none, for a manager; both for
    a manager too. It waits `PROPOSAL_DAYS` days. Who decides is told.
    Errors: NotAllowedError, DoesNotExist, BusinessRuleError by input name. Locks: as `slot_open`.
    Queries: at most 10.
    """
    require_leader(actor)
    slot = slot_open(business_id=business_id, region_id=region_id)
    staff = candidate_get(staff_id)
    problems = Problems()
    clean = problems.texts(LeadProposal, {"message": message})
    problems.raise_if_any()
    _check_proposal(actor, slot, staff)
    is_request = staff.pk == actor.staff_id
    _close_expired(slot)
    proposal = LeadProposal.objects.create(
        business=slot.business,
        region_id=slot.region_id,
        kind=ProposalKind.REQUEST if is_request else ProposalKind.OFFER,
        proposed=staff,
        proposed_by_id=actor.staff_id,
        message=clean["message"],
        expires_on=slot.today + timedelta(days=PROPOSAL_DAYS),
    )
    words = (
        f"{actor.name} ({actor.agency_name}) asks to become the lead of {slot.business.name}."
        if is_request
        else f"{actor.name} offers you the lead of {slot.business.name}."
    )
    deciders = _deciders(slot) if is_request else [staff.pk]
    _tell(actor, slot, deciders, words, clean["message"])
    return proposal


def _check_proposal(actor: Actor, slot: Slot, staff: StaffMember) -> None:
    if slot.holder_id == staff.pk:
        words = "You are the lead already." if staff.pk == actor.staff_id else f"{staff.name} is the lead already."
        raise BusinessRuleError({"staff": [words]})
    own = slot.holder_id in (None, actor.staff_id) or may_manage_leads(actor, region_id=slot.region_id)
    if staff.pk != actor.staff_id and not own:
        raise NotAllowedError("Only the lead or a manager of the region can offer this lead to somebody.")


def _close_expired(slot: Slot) -> None:
    """Make room for a new proposal, unless one still waits."""
    rows = LeadProposal.objects.filter(business=slot.business, region=slot.region_id, state=ProposalState.OPEN)
    rows.filter(expires_on__lte=slot.today).update(state=ProposalState.EXPIRED)
    waiting = rows.select_related("proposed").first()
    if waiting is not None:
        what = "A request by" if waiting.kind == ProposalKind.REQUEST else "A hand-over to"
        raise BusinessRuleError(f"{what} {waiting.proposed.name} is waiting already. It is decided or withdrawn first.")


def _deciders(slot: Slot, limit: int = 20) -> list[int]:
    """The lead; where there is none who can act, the managers of the region, or of the whole system. Queries: 0-2."""
    if slot.holder_id:
        return [slot.holder_id]
    people = StaffMember.objects.filter(staff_active())
    regions = StaffRegion.objects.filter(staff=OuterRef("pk"))
    managers = people.filter(role=Role.MANAGER)
    near = managers.filter(Exists(regions.filter(region=slot.region_id)) | ~Exists(regions))
    found = list(near.order_by("pk").values_list("pk", flat=True)[:limit])
    return found or list(people.filter(role=Role.STATE).order_by("pk").values_list("pk", flat=True)[:limit])


def _tell(actor: Actor, slot: Slot, staff_ids: Iterable[int | None], words: str, body: str = "") -> None:
    url = slot.business.get_absolute_url()
    people = dict.fromkeys(pk for pk in staff_ids if pk is not None)
    notices_send([NoticeData(pk, words, body, url, actor.staff_id) for pk in people])


def _opened(actor: Actor, proposal_id: int) -> tuple[LeadProposal, Slot]:
    """A proposal that still waits, with its place locked. Errors: DoesNotExist, BusinessRuleError. Queries: 5-6."""
    require_leader(actor)
    place = LeadProposal.objects.values_list("business_id", "region_id").get(pk=proposal_id)
    slot = slot_open(business_id=place[0], region_id=place[1])
    proposal = LeadProposal.objects.select_for_update(of=("self",)).select_related("proposed").get(pk=proposal_id)
    if proposal.state != ProposalState.OPEN:
        raise BusinessRuleError(f"This is no longer waiting: {proposal.get_state_display().lower()}.")
    if proposal.expires_on <= slot.today:
        raise BusinessRuleError("This has expired. It can be proposed again.")
    return proposal, slot


def may_decide(actor: Actor, *, proposal: LeadProposal, holder_id: int | None) -> bool:
    """Whether the actor may accept or decline: whom it is offered to, the lead who is asked, a manager (BR-15)."""
    asked = proposal.proposed_id if proposal.kind == ProposalKind.OFFER else holder_id
    is_asked = asked is not None and asked == actor.staff_id
    return is_asked or may_manage_leads(actor, region_id=proposal.region_id)


def _require_decider(actor: Actor, proposal: LeadProposal, slot: Slot) -> None:
    if not may_decide(actor, proposal=proposal, holder_id=slot.holder_id):
        raise NotAllowedError("Only the person asked, or a manager of the region, decides this.")


def _close(actor: Actor, proposal: LeadProposal, state: ProposalState, reason: str = "") -> None:
    proposal.state, proposal.reason = state, reason
    proposal.decided_by_id, proposal.decided_at = actor.staff_id, timezone.now()
    proposal.save(update_fields=["state", "reason", "decided_by", "decided_at"])


@transaction.atomic
def lead_accept(*, actor: Actor, proposal_id: int) -> Lead:
    """Accept a hand-over or a request: from now on the proposed person leads, and nobody else (BR-15).

    Errors: NotAllowedError, DoesNotExist, BusinessRuleError (decided, expired, or the person has
    left). Locks: the business and the proposal: of two who accept at once, one is told that it is
    decided. Queries: at most 12.
    """
    proposal, slot = _opened(actor, proposal_id)
    _require_decider(actor, proposal, slot)
    staff = candidate_get(proposal.proposed_id)
    _close(actor, proposal, ProposalState.ACCEPTED)
    lead = slot_fill(slot, actor=actor, staff=staff, how=LeadStart.HANDED, end=LeadEnd.HANDED)
    assert lead is not None
    words = f"{staff.name} is now the lead of {slot.business.name}; {actor.name} accepted."
    _tell(actor, slot, [proposal.proposed_by_id, staff.pk, slot.holder_id], words)
    return lead


@transaction.atomic
def lead_decline(*, actor: Actor, proposal_id: int, reason: str) -> LeadProposal:
    """Decline with a reason, which the proposer is told. Errors and locks: as `lead_accept`. Queries: at most 9."""
    proposal, slot = _opened(actor, proposal_id)
    _require_decider(actor, proposal, slot)
    problems = Problems()
    clean = problems.texts(LeadProposal, {"reason": reason})
    problems.required(clean, {"reason": "Say why, so that the other side knows."})
    problems.raise_if_any()
    _close(actor, proposal, ProposalState.DECLINED, clean["reason"])
    what = "the lead" if proposal.kind == ProposalKind.OFFER else "your request for the lead"
    words = f"{actor.name} declined {what} of {slot.business.name}."
    _tell(actor, slot, [proposal.proposed_by_id], words, clean["reason"])
    return proposal


@transaction.atomic
def lead_withdraw(*, actor: Actor, proposal_id: int) -> LeadProposal:
    """Take back what one proposed. Errors: NotAllowedError (somebody else's), as `lead_accept`. Queries: at most 8."""
    proposal, slot = _opened(actor, proposal_id)
    if proposal.proposed_by_id != actor.staff_id:
        raise NotAllowedError("Only the person who proposed this can take it back.")
    _close(actor, proposal, ProposalState.WITHDRAWN)
    deciders = _deciders(slot) if proposal.kind == ProposalKind.REQUEST else [proposal.proposed_id]
    _tell(actor, slot, deciders, f"{actor.name} took back what was proposed about the lead of {slot.business.name}.")
    return proposal
