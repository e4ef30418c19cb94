"""The place of a lead at a business in a region: locked, read and filled; every change of a lead goes through here."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.models import Region, StaffMember
from bizworks.directory.selectors import staff_active, tenant_today
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import ROLE_PERMISSIONS, Permission
from businesses.constants import LeadStart, ProposalState, Status
from businesses.models import Business, Lead, LeadProposal

LEADING_ROLES = [role for role, allowed in ROLE_PERMISSIONS.items() if Permission.LOG_INTERACTION in allowed]


@dataclass(frozen=True)
class Slot:
    """The place at one business in one region, with who holds it; `lead.staff` is loaded."""

    business: Business
    region_id: int | None
    lead: Lead | None
    today: date

    @property
    def is_left(self) -> bool:
        """Whether the lead has no access any more."""
        ended = self.lead.staff.ended_on if self.lead else None
        return ended is not None and ended <= self.today

    @property
    def holder_id(self) -> int | None:
        """The lead who can still act."""
        return self.lead.staff_id if self.lead and not self.is_left else None


def slot_open(*, business_id: int, region_id: int | None = None) -> Slot:
    """Lock the place; `region_id` None = the region the business lies in today.

    Locks: the business's row (not its keys), so that changes of leads at one business follow each
    other while contacts can be logged. Errors: DoesNotExist, BusinessRuleError. Queries: 3-4.
    """
    business = Business.objects.select_for_update(no_key=True).get(pk=business_id)
    if business.status == Status.MERGED:
        raise BusinessRuleError("This business was merged into another; go on there.")
    if region_id is None:
        region_id = business.region_id
    elif region_id != business.region_id and not Region.objects.filter(pk=region_id).exists():
        raise BusinessRuleError({"region": ["There is no such region."]})
    held = Lead.objects.filter(Q(region=region_id) | Q(region=None), business=business, ended_on=None)
    lead = held.select_related("staff").order_by("region").first()
    return Slot(business, region_id, lead, tenant_today())


def candidate_get(staff_id: int | None, *, name: str = "staff") -> StaffMember:
    """Somebody who can hold a relationship: has access, and logs contacts. Errors: BusinessRuleError. Queries: 1."""
    rows = StaffMember.objects.filter(staff_active(), role__in=LEADING_ROLES, pk=staff_id)
    found = rows.select_related("agency").first()
    if found is None:
        raise BusinessRuleError({name: ["Choose a colleague who works here and logs contacts."]})
    return found


def slot_fill(slot: Slot, *, actor: Actor, staff: StaffMember | None, how: LeadStart, end: str) -> Lead | None:
    """End who holds the place, put somebody in (None = nobody), keep the back-up, close what is still proposed.

    Queries: 3-4. The database refuses a second active lead whatever happens here.
    """
    backup_id = slot.lead.backup_id if slot.lead else None
    if slot.lead is not None:
        slot.lead.ended_on, slot.lead.end = slot.today, end
        slot.lead.save(update_fields=["ended_on", "end"])
    still_open = LeadProposal.objects.filter(business=slot.business, region=slot.region_id, state=ProposalState.OPEN)
    still_open.update(state=ProposalState.OVERTAKEN)
    if staff is None:
        return None
    return Lead.objects.create(
        business=slot.business,
        region_id=slot.region_id,
        staff=staff,
        agency_id=staff.agency_id,
        backup_id=backup_id if backup_id != staff.pk else None,
        started_on=slot.today,
        how=how,
        decided_by_id=actor.staff_id,
    )
