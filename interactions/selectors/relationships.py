"""What contacts and services say about relationships: who met whom, what is new, what stands at a lead's business."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Max

from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.actor import Actor
from businesses.models import Business, BusinessActivity
from businesses.selectors.outreach import PassedLead, passed_leads
from businesses.selectors.relationship_hooks import (
    Meeting,
    NewsEntry,
    register_meetings_source,
    register_news_source,
)
from interactions.constants import Visibility
from interactions.models import FollowUp, Interaction, InteractionBusiness, InteractionContact, ServiceDelivered
from interactions.permissions import Sight, sight
from interactions.selectors.follow_ups import readable_follow_ups


def who_met_whom(*, actor: Actor, business_id: int, limit: int) -> list[Meeting]:
    """Staff and the contacts they met at a business, the most often first.

    Only contacts the actor may read are counted, and restricted ones for nobody: opening those is
    recorded (BR-3, BR-4). Queries: 1.
    """
    met = Interaction.objects.standing().readable_by(actor).exclude(visibility=Visibility.RESTRICTED)
    rows = InteractionContact.objects.filter(business=business_id, interaction__in=met.values("pk"))
    pairs = rows.values(
        "contact_id",
        contact_name=F("contact__name"),
        staff_id=F("interaction__staff_rows__staff"),
        staff_name=F("interaction__staff_rows__staff__name"),
        agency_name=F("interaction__staff_rows__staff__agency__name"),
    )
    counted = pairs.annotate(times=Count("interaction_id"), last_on=Max("interaction__occurred_on"))
    found = counted.filter(staff_id__isnull=False).order_by("-times", "-last_on", "staff_id", "contact_id")
    return [Meeting(**row) for row in found[:limit]]


def news_of_contacts(*, actor: Actor, business_ids: Sequence[int], since: datetime, limit: int) -> list[NewsEntry]:
    """Contacts and lone services others entered since a moment; kept ones as agency and day, restricted ones never.

    Queries: 2.
    """
    return [*_contacts(actor, business_ids, since, limit), *_services(actor, business_ids, since, limit)]


def _contacts(actor: Actor, business_ids: Sequence[int], since: datetime, limit: int) -> Iterable[NewsEntry]:
    rows = InteractionBusiness.objects.filter(
        business__in=business_ids,
        interaction__voided_at=None,
        interaction__created_at__gt=since,
        interaction__occurred_on__gt=since.date() - timedelta(days=60),
    ).exclude(interaction__recorded_by=actor.staff_id)
    rows = rows.exclude(interaction__visibility=Visibility.RESTRICTED)
    rows = rows.select_related("interaction__agency", "interaction__recorded_by")
    for row in rows.order_by("-interaction__created_at", "-pk")[:limit]:
        contact = row.interaction
        seen = sight(actor, visibility=contact.visibility, agency_id=contact.agency_id, people={contact.recorded_by_id})
        is_readable = seen is Sight.CONTENT
        yield NewsEntry(
            contact.created_at,
            "contact",
            row.business_id,
            contact.get_mode_display() if is_readable else "A contact, kept within the agency",
            f"{contact.recorded_by.name}, {contact.agency.name}" if is_readable else contact.agency.name,
            contact.get_absolute_url() if is_readable else "",
        )


def _services(actor: Actor, business_ids: Sequence[int], since: datetime, limit: int) -> Iterable[NewsEntry]:
    rows = ServiceDelivered.objects.standing().filter(
        business__in=business_ids,
        interaction=None,
        created_at__gt=since,
        started_on__gt=since.date() - timedelta(days=60),
    )
    rows = rows.exclude(recorded_by=actor.staff_id).exclude(visibility=Visibility.RESTRICTED)
    for row in rows.select_related("item", "agency").order_by("-created_at", "-pk")[:limit]:
        people = {row.recorded_by_id, row.staff_id}
        seen = sight(actor, visibility=row.visibility, agency_id=row.agency_id, people=people)
        words = row.item.name if seen is Sight.CONTENT else "A service, kept within the agency"
        yield NewsEntry(row.created_at, "service", row.business_id, words, row.agency.name)


@dataclass(frozen=True)
class LeadWarning:
    """What to know before reaching out to a business somebody else leads (BR-15)."""

    lead: PassedLead
    last_contact_on: date | None
    today: date
    step: FollowUp | None

    @property
    def last_words(self) -> str:
        """When the last contact was, in words."""
        if self.last_contact_on is None:
            return "no contact yet"
        days = (self.today - self.last_contact_on).days
        ago = {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
        return f"last contact {ago}"


def lead_warnings(*, actor: Actor, businesses: Sequence[Business]) -> list[LeadWarning]:
    """The leads whom the actor would pass by, with the last contact and the next step there. Queries: 1, at most 4."""
    leads = passed_leads(actor=actor, business_ids=[b.pk for b in businesses]) if businesses else ()
    if not leads:
        return []
    ids = [lead.business_id for lead in leads]
    last = dict(BusinessActivity.objects.filter(business__in=ids).values_list("business_id", "last_contact_on"))
    steps = readable_follow_ups(actor).filter(business__in=ids, done_at=None)
    steps = steps.exclude(interaction__visibility=Visibility.RESTRICTED).order_by("business_id", "due_on", "pk")
    first = {step.business_id: step for step in steps.distinct("business_id")}
    today = tenant_today()
    return [LeadWarning(lead, last.get(lead.business_id), today, first.get(lead.business_id)) for lead in leads]


def lead_warnings_after(*, actor: Actor, interaction: Interaction) -> list[LeadWarning]:
    """The same for a next step after a contact: for the first of its businesses; none after a restricted one.

    Queries: 2, at most 5.
    """
    if interaction.visibility == Visibility.RESTRICTED:
        return []
    rows = Business.objects.filter(participations__interaction=interaction).order_by("participations__pk")
    return lead_warnings(actor=actor, businesses=list(rows[:1]))


def register_relationship_sources() -> None:
    """Tell the app below what this one knows; called from `apps.py`."""
    register_meetings_source(who_met_whom)
    register_news_source(news_of_contacts)
