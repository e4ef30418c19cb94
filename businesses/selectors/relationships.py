"""Reads about relationships: who leads a business, the team, who knows whom, and conditions for lists and search."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from bizworks.directory.models import StaffMember
from bizworks.directory.selectors import staff_active, tenant_today
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import ROLE_PERMISSIONS, Permission
from businesses.constants import ProposalKind, ProposalState, Status
from businesses.models import Acquaintance, Business, Contact, Lead, LeadProposal, TeamMember, Watch
from businesses.permissions import may_lead, may_manage_leads, works_in
from businesses.selectors.hooks import register_business_panel
from businesses.selectors.relationship_hooks import Meeting, meetings_at

KNOWN_SHOWN_MAX = 20


@dataclass(frozen=True)
class Known:
    """A staff member who knows a contact: by contacts that were logged, by their own word, or both."""

    staff_name: str
    agency_name: str
    contact_name: str
    times: int = 0
    last_on: date | None = None
    how: str = ""


@dataclass(frozen=True)
class Relationship:
    """Who holds the relationship with a business, and what the actor may do about it.

    `lead` is that of the region the business lies in today; `others` lead it in other regions.
    """

    business: Business
    lead: Lead | None
    others: list[Lead]
    has_left: bool
    proposal: LeadProposal | None
    team: list[TeamMember]
    known: list[Known]
    is_watching: bool
    is_lead: bool = False
    is_open: bool = True
    may_take: bool = False
    may_ask: bool = False
    may_offer: bool = False
    may_manage: bool = False
    may_decide: bool = False
    may_withdraw: bool = False
    may_shape_team: bool = False
    may_write: bool = False

    @property
    def may_name_backup(self) -> bool:
        """Whether the actor says who stands in."""
        return self.lead is not None and (self.is_lead or self.may_manage)


def relationship_for(*, actor: Actor, business: Business, known_limit: int = 2) -> Relationship:
    """The relationship with one business as its page shows it. Queries: 6, and those of the meetings."""
    today = tenant_today()
    leads = list(_active_leads(business.pk))
    here = [lead for lead in leads if lead.region_id in (None, business.region_id)]
    lead = here[0] if here else None
    has_left = lead is not None and _has_left(lead.staff, today)
    holder_id = lead.staff_id if lead and not has_left else None
    proposal = _waiting(business, today)
    is_open = business.status != Status.MERGED
    may_act = is_open and may_lead(actor)
    may_manage = is_open and may_manage_leads(actor, region_id=business.region_id)
    steps_in = lead is not None and has_left and lead.backup_id == actor.staff_id
    may_take = may_act and (steps_in or (lead is None and works_in(actor, region_id=business.region_id)))
    is_lead = may_act and holder_id == actor.staff_id
    shapes = not any(not _has_left(other.staff, today) for other in leads) or any(
        actor.staff_id in (other.staff_id, other.backup_id) for other in leads
    )
    return Relationship(
        business=business,
        lead=lead,
        others=[other for other in leads if other not in here],
        has_left=has_left,
        proposal=proposal,
        team=list(_team(business.pk).filter(ended_on=None)),
        known=known_at(actor=actor, business_id=business.pk, limit=known_limit),
        is_watching=Watch.objects.filter(business=business, staff=actor.staff_id).exists(),
        is_lead=is_lead,
        is_open=is_open,
        may_take=may_take,
        may_ask=may_act and not may_take and not is_lead and proposal is None,
        may_offer=may_act and proposal is None and (is_lead or lead is None or may_manage),
        may_manage=may_manage,
        may_decide=may_act and proposal is not None and _is_asked(actor, proposal, holder_id, may_manage),
        may_withdraw=may_act and proposal is not None and proposal.proposed_by_id == actor.staff_id,
        may_shape_team=may_act and (shapes or may_manage),
        may_write=may_act
        and any(other.staff_id != actor.staff_id and not _has_left(other.staff, today) for other in leads),
    )


def _active_leads(business_id: int) -> Iterable[Lead]:
    rows = Lead.objects.filter(business=business_id, ended_on=None)
    return rows.select_related("staff__user", "agency", "backup", "region").order_by("region", "pk")


def _has_left(staff: StaffMember, today: date) -> bool:
    return staff.ended_on is not None and staff.ended_on <= today


def _waiting(business: Business, today: date) -> LeadProposal | None:
    rows = LeadProposal.objects.filter(Q(region=business.region_id) | Q(region=None), business=business)
    rows = rows.filter(state=ProposalState.OPEN, expires_on__gt=today)
    return rows.select_related("proposed", "proposed_by").first()


def _is_asked(actor: Actor, proposal: LeadProposal, holder_id: int | None, may_manage: bool) -> bool:
    asked = proposal.proposed_id if proposal.kind == ProposalKind.OFFER else holder_id
    return may_manage or (asked is not None and asked == actor.staff_id)


def _team(business_id: int) -> QuerySet[TeamMember]:
    return TeamMember.objects.filter(business=business_id).select_related("staff", "agency").order_by("pk")


def known_at(*, actor: Actor, business_id: int, limit: int = KNOWN_SHOWN_MAX) -> list[Known]:
    """Who knows whom at a business: those who met the most often first, then those who say so.

    Contacts that the actor may not read are not counted (BR-3). Queries: 1, and those of the meetings.
    """
    said = Acquaintance.objects.filter(contact__business=business_id).select_related("contact", "staff__agency")
    words = {(row.staff_id, row.contact_id): row for row in said.order_by("pk")[:100]}
    found = []
    for met in meetings_at(actor=actor, business_id=business_id, limit=limit):
        row = words.pop((met.staff_id, met.contact_id), None)
        found.append(_known(met, row.how if row else ""))
    found += [Known(row.staff.name, row.staff.agency.name, row.contact.name, how=row.how) for row in words.values()]
    return found[:limit]


def _known(met: Meeting, how: str) -> Known:
    return Known(met.staff_name, met.agency_name, met.contact_name, met.times, met.last_on, how)


@dataclass(frozen=True)
class RelationshipHistory:
    """What was before: leads and team members who ended, and proposals that were decided; newest first."""

    leads: list[Lead] = field(default_factory=list)
    team: list[TeamMember] = field(default_factory=list)
    proposals: list[LeadProposal] = field(default_factory=list)
    mine: dict[int, str] = field(default_factory=dict)
    """How the actor says to know contacts, by contact."""


def relationship_history(*, actor: Actor, business: Business, limit: int = 50) -> RelationshipHistory:
    """The history of a relationship. Queries: 4."""
    leads = Lead.objects.filter(business=business).select_related("staff", "agency", "region", "decided_by")
    proposals = LeadProposal.objects.filter(business=business).exclude(
        state=ProposalState.OPEN, expires_on__gt=tenant_today()
    )
    mine = Acquaintance.objects.filter(contact__business=business, staff=actor.staff_id)
    return RelationshipHistory(
        leads=list(leads.order_by("-started_on", "-pk")[:limit]),
        team=list(_team(business.pk).exclude(ended_on=None).order_by("-ended_on", "-pk")[:limit]),
        proposals=list(proposals.select_related("proposed", "proposed_by", "decided_by").order_by("-pk")[:limit]),
        mine=dict(mine.values_list("contact_id", "how")),
    )


def lead_candidates() -> list[tuple[int, str]]:
    """Who can hold a relationship, as pairs (id, "name, agency"). Queries: 1."""
    roles = [role for role, allowed in ROLE_PERMISSIONS.items() if Permission.LOG_INTERACTION in allowed]
    people = StaffMember.objects.filter(staff_active(), role__in=roles).order_by("name", "pk")
    return [(pk, f"{name}, {agency}") for pk, name, agency in people.values_list("pk", "name", "agency__name")]


def current_contacts(business: Business) -> list[Contact]:
    """The people one can know at a business. Queries: 1."""
    return list(Contact.objects.current().filter(business=business).in_order()[:50])


def team_business_for(*, actor: Actor, member_id: int) -> Business:
    """The business of a row of a team. Errors: NotAllowedError, Http404. Queries: 1."""
    actor.require(Permission.VIEW_BUSINESSES)
    return get_object_or_404(Business, team=member_id)


def register_relationship_card() -> None:
    """Put the card on the business page; called from `apps.py`."""
    register_business_panel("businesses/_relationship.html", relationship_for, is_brief=True)


def lead_condition(*, actor: Actor, who: str) -> Exists | Q:
    """The condition on Business for a lead: "me", "team" (I am on it), "watched", "nobody", "left", or a person's id.

    "nobody" = nobody leads it in the region it lies in today; "left" = its lead has no access any
    more. Anything else finds nothing. Queries: 0; each reads an index by person or by business.
    """
    leads = Lead.objects.filter(business=OuterRef("pk"), ended_on=None)
    team = TeamMember.objects.filter(staff=actor.staff_id, ended_on=None)
    conditions: dict[str, Any] = {
        "nobody": ~Exists(leads.filter(Q(region=OuterRef("region")) | Q(region=None))),
        "left": Exists(leads.filter(staff__ended_on__lte=timezone.now().date())),
        "me": Q(pk__in=_led_by(actor.staff_id)),
        "team": Q(pk__in=team.values("business")),
        "watched": Q(pk__in=Watch.objects.filter(staff=actor.staff_id).values("business")),
    }
    if who.isascii() and who.isdigit() and len(who) <= 18:
        return Q(pk__in=_led_by(int(who)))
    return conditions.get(who, Q(pk__in=[]))


def _led_by(staff_id: int | None) -> QuerySet:
    return Lead.objects.filter(staff=staff_id, ended_on=None).values("business")


OWN_ACCOUNTS_SQL = """
    SELECT business_id FROM businesses_lead WHERE tenant_id = %(tenant)s AND staff_id = %(staff)s AND ended_on IS NULL
    UNION ALL
    SELECT business_id FROM businesses_lead WHERE tenant_id = %(tenant)s AND backup_id = %(staff)s AND ended_on IS NULL
    UNION ALL
    SELECT business_id FROM businesses_teammember
    WHERE tenant_id = %(tenant)s AND staff_id = %(staff)s AND ended_on IS NULL
"""
"""The ids of businesses a person leads, backs up or works for on the team, for raw search; each arm is one index."""
