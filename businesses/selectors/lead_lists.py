"""Lists of leads: one's own, those of people who have left, and what waits for a decision."""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import ProposalKind, ProposalState, Status
from businesses.models import Lead, LeadProposal
from businesses.permissions import may_lead, may_manage_leads

PAGE = 50


@dataclass(frozen=True)
class LeadPage:
    """A page of leads, newest first; `older` is the cursor of the next page, empty at the end."""

    rows: list[Lead] = field(default_factory=list)
    older: str = ""


def leads_all(*, actor: Actor) -> QuerySet[Lead]:
    """Every active lead of the tenant (BR-2: all staff see who leads). Errors: NotAllowedError. Queries: 1 when read."""
    actor.require(Permission.VIEW_BUSINESSES)
    rows = Lead.objects.filter(ended_on=None).exclude(business__status=Status.MERGED)
    return rows.select_related("business", "staff", "agency", "backup", "region")


def leads_mine(*, actor: Actor, cursor: str = "") -> LeadPage:
    """What the actor leads or backs up. Queries: 1."""
    own = Q(staff=actor.staff_id) | Q(backup=actor.staff_id)
    return _page(leads_all(actor=actor).filter(own), cursor)


def leads_left(*, actor: Actor, cursor: str = "") -> LeadPage:
    """Leads whose person has no access any more, in the regions the actor manages. Queries: 1, none for others."""
    if not manages_leads(actor):
        return LeadPage()
    rows = leads_all(actor=actor).filter(staff__ended_on__lte=timezone.now().date())
    if actor.region_ids:
        rows = rows.filter(region__in=actor.region_ids)
    return _page(rows, cursor)


def manages_leads(actor: Actor) -> bool:
    """Whether the actor decides about leads anywhere."""
    return may_manage_leads(actor, region_id=next(iter(actor.region_ids), None))


def _page(rows: QuerySet[Lead], cursor: str) -> LeadPage:
    if cursor.isascii() and cursor.isdigit() and len(cursor) <= 18:
        rows = rows.filter(pk__lt=int(cursor))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return LeadPage(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def proposals_waiting(*, actor: Actor, limit: int = 50) -> list[LeadProposal]:
    """Proposals that wait for the actor, the next to expire first: what is offered to them, what is asked of them as
    the lead, and every request in the regions they manage. Queries: 2, none for who leads nothing.
    """
    if not may_lead(actor):
        return []
    held = Lead.objects.filter(staff=actor.staff_id, ended_on=None, business=OuterRef("business"))
    asked = Q(Exists(held.filter(Q(region=OuterRef("region")) | Q(region=None))))
    if manages_leads(actor):
        asked |= Q(region__in=actor.region_ids) if actor.region_ids else Q(pk__isnull=False)
    condition = Q(kind=ProposalKind.OFFER, proposed=actor.staff_id) | (Q(kind=ProposalKind.REQUEST) & asked)
    rows = _open_proposals().filter(condition).exclude(proposed_by=actor.staff_id)
    return list(rows.order_by("expires_on", "pk")[:limit])


def proposals_sent(*, actor: Actor, limit: int = 50) -> list[LeadProposal]:
    """What the actor proposed and is not decided yet. Queries: 1."""
    return list(_open_proposals().filter(proposed_by=actor.staff_id).order_by("expires_on", "pk")[:limit])


def _open_proposals() -> QuerySet[LeadProposal]:
    rows = LeadProposal.objects.filter(state=ProposalState.OPEN, expires_on__gt=tenant_today())
    return rows.select_related("business", "region", "proposed__agency", "proposed_by__agency")


def proposal_get_for(*, actor: Actor, proposal_id: int) -> LeadProposal:
    """A proposal with its business. Errors: NotAllowedError, Http404. Queries: 1."""
    actor.require(Permission.VIEW_BUSINESSES)
    rows = LeadProposal.objects.select_related("business", "proposed", "proposed_by", "region")
    return get_object_or_404(rows, pk=proposal_id)


def lead_get_for(*, actor: Actor, lead_id: int) -> Lead:
    """One lead, ended ones too. Errors: NotAllowedError, Http404. Queries: 1."""
    actor.require(Permission.VIEW_BUSINESSES)
    return get_object_or_404(Lead.objects.select_related("business", "staff", "agency", "backup", "region"), pk=lead_id)
