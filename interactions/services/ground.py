"""What an act of logging stands on: every row it names, read once, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Subquery

from bizworks.directory.models import Agency, ServiceItem, StaffMember, TenantProfile
from bizworks.tenancy.actor import Actor
from businesses.models import Business, Contact
from businesses.selectors.outreach import PassedLead, passed_leads_expression, passed_leads_from
from interactions.models import Interaction
from interactions.selectors.catalogue import SlateVersion, local_day, slate_in_force
from interactions.services.data import InteractionData, ServiceData
from interactions.services.rules import resolved

FALLBACK_KINDS = {"partial": ServiceItem.Kind.PARTIAL, "outreach": ServiceItem.Kind.OUTREACH}


@dataclass(frozen=True)
class Ground:
    """The tenant's rows behind one act of logging, by id; a missing id is simply not there."""

    profile: TenantProfile
    today: date
    me: int
    center_id: int | None
    businesses: dict[int, Business]
    contacts: dict[int, Contact]
    items: dict[int, ServiceItem]
    agencies: dict[int | None, Agency]
    staff: dict[int, StaffMember]
    services: tuple[ServiceData, ...]
    orientation: ServiceData | None
    slate: SlateVersion | None
    fallback_item: ServiceItem | None
    leads: tuple[PassedLead, ...]


def profile_and_first(actor: Actor, data: InteractionData) -> TenantProfile:
    """The tenant's options, with `first_id` (the interaction this form made before), `center_id`, and `leads` of
    others at the businesses. Queries: 1.
    """
    mine = StaffMember.objects.filter(pk=actor.staff_id).values("center")[:1]
    first = Interaction.objects.filter(form_key=data.form_key).values("pk")[:1]
    leads = passed_leads_expression(actor, data.business_ids, assignee_id=_assignee_id(data))
    return TenantProfile.objects.annotate(center_id=Subquery(mine), first_id=Subquery(first), leads=leads).get()


def _assignee_id(data: InteractionData) -> int | None:
    return data.follow_up.assignee_id if data.follow_up else None


def survey(actor: Actor, data: InteractionData, profile: TenantProfile) -> Ground:
    """Read what the data names. Queries: 1 to 6, never more for more businesses or services.

    One each for businesses and items; one each, if any is named, for contacts, agencies, staff and
    the slate of the date.
    """
    today = local_day(profile)
    on = data.occurred_on or today
    items = _items(data)
    services = tuple(resolved(s, occurred_on=on, agency_id=actor.agency_id) for s in data.services)
    contacts = Contact.objects.select_related("business").in_bulk(data.contact_ids) if data.contact_ids else {}
    orientation = next((s for s in services if _kind(items, s) == ServiceItem.Kind.ORIENTATION), None)
    return Ground(
        profile=profile,
        today=today,
        me=actor.staff_id,
        center_id=profile.center_id,
        businesses=_businesses(data, contacts),
        contacts=contacts,
        items=items,
        agencies=_agencies(actor, services),
        staff=_staff(actor, data),
        services=tuple(s for s in services if s is not orientation),
        orientation=orientation,
        slate=slate_in_force(on) if orientation or data.slate_line_ids else None,
        fallback_item=_fallback_item(items, data, on),
        leads=passed_leads_from(profile.leads, assignee_id=_assignee_id(data)),
    )


def _businesses(data: InteractionData, contacts: dict[int, Contact]) -> dict[int, Business]:
    """Businesses come with their contacts; only those of which nobody was met are read by themselves."""
    wanted = set(data.business_ids)
    found = {c.business_id: c.business for c in contacts.values() if c.business_id in wanted}
    missing = wanted - found.keys()
    return found | (Business.objects.in_bulk(missing) if missing else {})


def _items(data: InteractionData) -> dict[int, ServiceItem]:
    if not data.services:
        return {}
    named = Q(pk__in=[service.item_id for service in data.services])
    rows = ServiceItem.objects.filter(named | Q(kind__in=FALLBACK_KINDS.values()))
    return {item.pk: item for item in rows.order_by("pk")}


def _kind(items: dict[int, ServiceItem], service: ServiceData) -> str:
    return items[service.item_id].kind if service.item_id in items else ""


def _fallback_item(items: dict[int, ServiceItem], data: InteractionData, on: date) -> ServiceItem | None:
    kind = FALLBACK_KINDS.get(data.orientation_fallback)
    return next((item for item in items.values() if item.kind == kind and item.is_in_force(on)), None)


def _agencies(actor: Actor, services: tuple[ServiceData, ...]) -> dict[int | None, Agency]:
    """One's own agency needs no look: it was read with the actor."""
    own = Agency(pk=actor.agency_id, name=actor.agency_name)
    others = {service.agency_id for service in services} - {actor.agency_id, None}
    return {actor.agency_id: own} | (Agency.objects.in_bulk(others) if others else {})


def _staff(actor: Actor, data: InteractionData) -> dict[int, StaffMember]:
    wanted = {*data.staff_ids, data.follow_up.assignee_id if data.follow_up else None} - {actor.staff_id, None}
    own = StaffMember(pk=actor.staff_id, name=actor.name, agency_id=actor.agency_id)
    return {actor.staff_id: own} | (StaffMember.objects.in_bulk(wanted) if wanted else {})
