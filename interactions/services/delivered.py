"""Services without a contact, recorded one by one."""

from datetime import date

from django.db import transaction

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.models import Agency, ServiceItem, StaffMember, TenantProfile
from bizworks.directory.selectors import PlacementMap
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.tasks import hint_counts_changed
from businesses.constants import OutreachKind
from businesses.models import Business
from businesses.selectors.outreach import passed_leads
from businesses.services.outreach import Plan, outreach_problems, outreach_tell
from interactions.constants import ServiceStatus, Visibility
from interactions.models import ServiceDelivered
from interactions.selectors.catalogue import local_day
from interactions.services.corrections import JUDGED_KINDS
from interactions.services.data import ServiceData
from interactions.services.rules import business_problem, place, resolved, service_problems
from interactions.services.standing import require_worker


def service_record(
    *,
    actor: Actor,
    business_id: int,
    service: ServiceData,
    visibility: str = Visibility.SHARED,
    outreach_reason: str = "",
) -> ServiceDelivered:
    """Record a service that was delivered without a meeting (BR-3, BR-11, BR-14, BR-18).

    One that is planned at a business somebody else leads needs a reason, and the lead is told (BR-15).
    Errors: NotAllowedError, BusinessRuleError by input name. Queries: at most 8; 3 more for a planned one.
    """
    require_worker(actor)
    today = local_day(TenantProfile.objects.get())
    data = resolved(service, occurred_on=service.started_on or today, agency_id=actor.agency_id)
    with transaction.atomic():
        business = Business.objects.filter(pk=business_id).first()
        item = ServiceItem.objects.filter(pk=data.item_id).first()
        agency = Agency.objects.filter(pk=data.agency_id).first()
        reasons = _reasons(data, business=business, item=item, agency=agency, today=today)
        if visibility not in Visibility.values:
            reasons.append("Choose who may see this from the list.")
        if reasons:
            raise BusinessRuleError({"services": reasons})
        if data.status == ServiceStatus.PLANNED and visibility != Visibility.RESTRICTED:
            leads = passed_leads(actor=actor, business_ids=[business_id])
            plans = {lead.business_id: Plan(OutreachKind.SERVICE, data.started_on) for lead in leads}
            outreach_problems(leads, plans, outreach_reason).raise_if_any()
            outreach_tell(actor=actor, leads=leads, plans=plans, reason=outreach_reason)
        staff = StaffMember(pk=actor.staff_id) if data.agency_id == actor.agency_id else None
        row = service_row(
            data, business, PlacementMap(), visibility=visibility, staff=staff, recorded_by_id=actor.staff_id
        )
        row.save(force_insert=True)
    hint_counts_changed()
    return row


def _reasons(
    data: ServiceData, *, business: Business | None, item: ServiceItem | None, agency: Agency | None, today: date
) -> list[str]:
    """Everything that speaks against one service; an orientation needs its meeting (BR-20)."""
    reasons = list(service_problems(data, item=item, agency=agency, today=today))
    if business is None:
        reasons.append("The business is not in the directory.")
    elif item is not None and (problem := business_problem(business, item, data.started_on)):
        reasons.append(problem)
    if item is not None and item.kind in JUDGED_KINDS:
        reasons.append(f"{item.name} is logged with the contact it was given in.")
    return reasons


def service_row(
    data: ServiceData,
    business: Business,
    places: PlacementMap,
    *,
    visibility: str,
    staff: StaffMember | None,
    recorded_by_id: int | None,
    source_key: str = "",
) -> ServiceDelivered:
    """The unsaved row of a resolved service, placed on the map of the day it starts (BR-11). Queries: 0."""
    return ServiceDelivered(
        business=business,
        item_id=data.item_id,
        agency_id=data.agency_id,
        staff=staff,
        started_on=data.started_on,
        ended_on=data.ended_on,
        status=data.status,
        assisted=data.assisted,
        program=data.program,
        visibility=visibility,
        recorded_by_id=recorded_by_id,
        source_key=source_key,
        **place(business, places, data.started_on),
    )
