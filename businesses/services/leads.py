"""Who leads a business: taking it, assigning it, ending it, the back-up (BR-15)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.models import StaffMember
from bizworks.directory.selectors import tenant_today
from bizworks.directory.services.notices import NoticeData, notices_send
from bizworks.tenancy.actor import Actor
from businesses.constants import MAX_LEADS_ASSIGNED, LeadEnd, LeadStart, ProposalState
from businesses.models import Business, Lead, LeadProposal
from businesses.permissions import may_lead, may_manage_leads, works_in
from businesses.services.lead_slots import Slot, candidate_get, slot_fill, slot_open

ONLY_MANAGERS = "Only managers of the region decide this."


def require_leader(actor: Actor) -> None:
    """Errors: NotAllowedError for who cannot hold a relationship."""
    if not may_lead(actor):
        raise NotAllowedError("Your role does not hold relationships with businesses.")


def _require_manager(actor: Actor, slot: Slot) -> None:
    if not may_manage_leads(actor, region_id=slot.region_id):
        raise NotAllowedError(ONLY_MANAGERS)


@transaction.atomic
def lead_take(*, actor: Actor, business_id: int, region_id: int | None = None) -> Lead:
    """Become the lead of a business that nobody leads; taking what one has changes nothing.

    `region_id` None = where the business lies today. On somebody else's ground it is asked for
    instead (`lead_propose`). The back-up may step in for a lead who has left.
    Errors: NotAllowedError, DoesNotExist, BusinessRuleError (somebody leads it). Locks: as
    `slot_open`. Queries: at most 7.
    """
    require_leader(actor)
    slot = slot_open(business_id=business_id, region_id=region_id)
    if slot.lead and slot.lead.staff_id == actor.staff_id:
        return slot.lead
    steps_in = slot.is_left and slot.lead.backup_id == actor.staff_id
    if slot.lead and not steps_in:
        raise BusinessRuleError(f"{slot.lead.staff.name} is the lead. Ask for a hand-over.")
    if not steps_in and not works_in(actor, region_id=slot.region_id):
        raise BusinessRuleError("This business lies outside your regions. Ask for the lead; a manager there decides.")
    me = StaffMember(pk=actor.staff_id, name=actor.name, agency_id=actor.agency_id)
    lead = slot_fill(slot, actor=actor, staff=me, how=LeadStart.TAKEN, end=LeadEnd.HANDED)
    assert lead is not None
    return lead


@transaction.atomic
def lead_assign(*, actor: Actor, business_id: int, staff_id: int | None, region_id: int | None = None) -> Lead:
    """Make somebody the lead, as a manager of the region (BR-15); both sides are told.

    Errors: NotAllowedError, DoesNotExist, BusinessRuleError. Locks: as `slot_open`. Queries: at most 9.
    """
    slot = slot_open(business_id=business_id, region_id=region_id)
    _require_manager(actor, slot)
    staff = candidate_get(staff_id)
    if slot.lead and slot.lead.staff_id == staff.pk:
        return slot.lead
    lead = slot_fill(slot, actor=actor, staff=staff, how=LeadStart.ASSIGNED, end=LeadEnd.ASSIGNED)
    assert lead is not None
    name, url = slot.business.name, slot.business.get_absolute_url()
    told = [NoticeData(staff.pk, f"{actor.name} made you the lead of {name}.", url=url, sender_id=actor.staff_id)]
    if slot.holder_id:
        words = f"{staff.name} is now the lead of {name}; {actor.name} decided so."
        told.append(NoticeData(slot.holder_id, words, url=url, sender_id=actor.staff_id))
    notices_send(told)
    return lead


@transaction.atomic
def lead_end(*, actor: Actor, business_id: int, region_id: int | None = None) -> None:
    """Leave a business without lead, as a manager of the region; the former lead is told.

    Errors: NotAllowedError, DoesNotExist, BusinessRuleError (there is none). Queries: at most 7.
    """
    slot = slot_open(business_id=business_id, region_id=region_id)
    _require_manager(actor, slot)
    if slot.lead is None:
        raise BusinessRuleError("Nobody leads this business.")
    slot_fill(slot, actor=actor, staff=None, how=LeadStart.ASSIGNED, end=LeadEnd.ENDED)
    if slot.holder_id:
        words = f"You no longer lead {slot.business.name}; {actor.name} decided so."
        url = slot.business.get_absolute_url()
        notices_send([NoticeData(slot.holder_id, words, url=url, sender_id=actor.staff_id)])


@transaction.atomic
def lead_backup(*, actor: Actor, business_id: int, staff_id: int | None, region_id: int | None = None) -> Lead:
    """Say who stands in for the lead (None = nobody): the lead or a manager of the region decides.

    Errors: NotAllowedError, DoesNotExist, BusinessRuleError. Queries: at most 6.
    """
    slot = slot_open(business_id=business_id, region_id=region_id)
    if slot.lead is None:
        raise BusinessRuleError("Nobody leads this business; there is nobody to stand in for.")
    if slot.lead.staff_id != actor.staff_id:
        _require_manager(actor, slot)
    backup = candidate_get(staff_id, name="backup") if staff_id is not None else None
    if backup and backup.pk == slot.lead.staff_id:
        raise BusinessRuleError({"backup": ["The lead cannot be the back-up too."]})
    slot.lead.backup = backup
    slot.lead.save(update_fields=["backup"])
    if backup:
        words = f"{actor.name} named you the back-up for {slot.business.name}."
        url = slot.business.get_absolute_url()
        notices_send([NoticeData(backup.pk, words, url=url, sender_id=actor.staff_id)])
    return slot.lead


@dataclass(frozen=True)
class LeadsAssigned:
    """What a bulk assignment did, in numbers of businesses."""

    assigned: int
    unchanged: int
    refused: int
    """Outside the manager's regions, merged, or not there."""


@transaction.atomic
def leads_assign(*, actor: Actor, business_ids: Iterable[int], staff_id: int | None) -> LeadsAssigned:
    """Make somebody the lead of many businesses, each in the region it lies in today (BR-15).

    Businesses outside the manager's regions are left as they are and counted as refused.
    Errors: NotAllowedError, BusinessRuleError (nobody; too many). Locks: the businesses, by id.
    Queries: at most 9, however many businesses.
    """
    wanted = sorted(set(business_ids))
    if not may_manage_leads(actor, region_id=next(iter(actor.region_ids), None)):
        raise NotAllowedError(ONLY_MANAGERS)
    if len(wanted) > MAX_LEADS_ASSIGNED:
        raise BusinessRuleError(f"At most {MAX_LEADS_ASSIGNED:,} businesses at a time.")
    staff = candidate_get(staff_id)
    rows = Business.objects.select_for_update(no_key=True).listed().filter(pk__in=wanted).order_by("pk")
    regions = dict(rows.values_list("pk", "region_id"))
    regions = {pk: region for pk, region in regions.items() if may_manage_leads(actor, region_id=region)}
    held = _held(regions)
    changing = {pk: region for pk, region in regions.items() if pk not in held or held[pk].staff_id != staff.pk}
    ending = [held[pk] for pk in changing if pk in held]
    today = tenant_today()
    Lead.objects.filter(pk__in=[lead.pk for lead in ending]).update(ended_on=today, end=LeadEnd.ASSIGNED)
    _overtake(changing)
    Lead.objects.bulk_create(
        _new_lead(actor, staff, pk, region, held.get(pk), today) for pk, region in changing.items()
    )
    _tell(actor, staff, len(changing), ending, today)
    return LeadsAssigned(len(changing), len(regions) - len(changing), len(wanted) - len(regions))


def _held(regions: dict[int, int | None]) -> dict[int, Lead]:
    rows = Lead.objects.filter(business__in=regions, ended_on=None).select_related("staff")
    return {row.business_id: row for row in rows if row.region_id in (None, regions[row.business_id])}


def _overtake(regions: dict[int, int | None]) -> None:
    still_open = LeadProposal.objects.filter(business__in=regions, state=ProposalState.OPEN)
    pairs = still_open.values_list("pk", "business_id", "region_id")
    overtaken = [pk for pk, business, region in pairs if region in (None, regions[business])]
    LeadProposal.objects.filter(pk__in=overtaken).update(state=ProposalState.OVERTAKEN)


def _new_lead(
    actor: Actor, staff: StaffMember, business_id: int, region_id: int | None, before: Lead | None, today: date
) -> Lead:
    backup_id = before.backup_id if before else None
    return Lead(
        business_id=business_id,
        region_id=region_id,
        staff=staff,
        agency_id=staff.agency_id,
        backup_id=backup_id if backup_id != staff.pk else None,
        started_on=today,
        how=LeadStart.ASSIGNED,
        decided_by_id=actor.staff_id,
    )


def _tell(actor: Actor, staff: StaffMember, number: int, ending: Sequence[Lead], today: date) -> None:
    """One line for the new lead, one for each former one; nothing when nothing changed."""
    if not number:
        return
    lost: dict[int, int] = {}
    for lead in ending:
        if lead.staff.ended_on is None or lead.staff.ended_on > today:
            lost[lead.staff_id] = lost.get(lead.staff_id, 0) + 1
    url = "/businesses/leads/"
    told = [NoticeData(staff.pk, f"{actor.name} made you the lead of {_some(number)}.", "", url, actor.staff_id)]
    for former, count in lost.items():
        words = f"{staff.name} is now the lead of {_some(count)} you led; {actor.name} decided so."
        told.append(NoticeData(former, words, "", url, actor.staff_id))
    notices_send(told)


def _some(number: int) -> str:
    return "1 business" if number == 1 else f"{number:,} businesses"
