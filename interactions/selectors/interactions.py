"""Reads of contacts: one with everything about it, one's own recent ones, who was served."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from bizworks.directory.models import TenantProfile
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import Status
from businesses.models import Business, Contact
from interactions.constants import OrientationOutcome, Visibility
from interactions.models import (
    FollowUp,
    Interaction,
    InteractionBusiness,
    InteractionContact,
    InteractionStaff,
    Note,
    NoteVersion,
    OrientationJudgement,
    ServiceDelivered,
    SlateCoverage,
)
from interactions.permissions import may_change, may_reclassify
from interactions.querysets import counted_condition
from interactions.selectors.notes import readable_notes


@dataclass(frozen=True)
class AtBusiness:
    """What a contact was for one of its businesses."""

    business: Business
    people: list[InteractionContact]
    services: list[ServiceDelivered]
    judgement: OrientationJudgement | None


@dataclass(frozen=True)
class InteractionPage:
    """A contact with everything the actor may read of it.

    `days_late` is 0 unless it was entered later than the tenant allows (BR-25);
    `hidden_notes` are notes by other agencies kept from the actor, without their text (BR-3).
    """

    interaction: Interaction
    businesses: list[AtBusiness]
    notes: list[Note]
    hidden_notes: list[Note]
    follow_ups: list[FollowUp]
    lines: list[SlateCoverage]
    crew: list[InteractionStaff]
    days_late: int
    may_change: bool
    may_reclassify: bool

    @property
    def counted(self) -> int:
        """How many of its services count today (BR-18)."""
        return sum(service.is_counted_today for at in self.businesses for service in at.services)

    @property
    def late_words(self) -> str:
        """How late it was entered."""
        return f"{self.days_late} days late"

    @property
    def visibility_words(self) -> str:
        """Who may see it, seen from anywhere in the system."""
        agency = self.interaction.agency.name
        return {
            Visibility.SHARED: "Everyone in the system",
            Visibility.AGENCY: f"Only {agency}",
            Visibility.TEAM: f"Who took part, and managers of {agency}",
            Visibility.RESTRICTED: "Only who took part, and staff cleared for restricted records; each reading is recorded",
        }[Visibility(self.interaction.visibility)]

    @property
    def qualifying(self) -> int:
        """For how many businesses an orientation qualified (BR-20)."""
        found = [at.judgement for at in self.businesses if at.judgement]
        return sum(judgement.outcome == OrientationOutcome.QUALIFYING for judgement in found)


def interaction_get_for(*, actor: Actor, interaction_id: int) -> Interaction:
    """A contact the actor may read, voided ones too. Errors: Http404, also when it may not. Queries: 1."""
    rows = Interaction.objects.readable_by(actor).select_related("agency", "recorded_by", "voided_by", "slate")
    return get_object_or_404(rows, pk=interaction_id)


def interaction_page(*, actor: Actor, interaction: Interaction) -> InteractionPage:
    """Everything about a contact that was read for this actor. Queries: 10, whatever its size."""
    profile = TenantProfile.objects.get()
    lag = (interaction.created_at.astimezone(ZoneInfo(profile.time_zone)).date() - interaction.occurred_on).days
    crew = list(interaction.staff_rows.select_related("staff", "agency").order_by("pk"))
    staff_ids = {row.staff_id for row in crew} | {interaction.recorded_by_id}
    at = _by_business(actor, interaction, profile)
    regions = {row.business.region_id for row in at}
    versions = Prefetch("versions", NoteVersion.objects.select_related("author").order_by("-number"))
    written = Note.objects.filter(interaction=interaction).select_related("author", "agency")
    notes = list(written.filter(pk__in=readable_notes(actor).values("pk")).prefetch_related(versions))
    hidden = written.exclude(pk__in=[n.pk for n in notes]).exclude(visibility="restricted")
    return InteractionPage(
        interaction=interaction,
        businesses=at,
        notes=notes,
        hidden_notes=list(hidden),
        follow_ups=list(FollowUp.objects.filter(interaction=interaction).select_related("assignee", "business")),
        lines=list(
            SlateCoverage.objects.filter(interaction=interaction).select_related("line").order_by("line__position")
        ),
        crew=crew,
        days_late=lag if lag > profile.late_entry_days else 0,
        may_change=may_change(actor, agency_id=interaction.agency_id, people=staff_ids, region_ids=regions),
        may_reclassify=may_reclassify(
            actor,
            author_ids={interaction.recorded_by_id},
            agency_id=interaction.agency_id,
            region_ids=regions,
        ),
    )


def _by_business(actor: Actor, interaction: Interaction, profile: TenantProfile) -> list[AtBusiness]:
    people = InteractionContact.objects.filter(interaction=interaction).select_related("contact")
    services = ServiceDelivered.objects.filter(interaction=interaction).readable_by(actor)
    today = timezone.now().astimezone(ZoneInfo(profile.time_zone)).date()
    services = services.with_counted(today=today, counts_self_service=profile.counts_self_service)
    services = services.select_related("item", "item__federal_category", "agency").order_by("started_on", "pk")
    judgements = OrientationJudgement.objects.filter(interaction=interaction)
    found = Business.objects.filter(participations__interaction=interaction).select_related("region").order_by("name")
    met, given, judged = _grouped(people), _grouped(services), _grouped(judgements)
    return [
        AtBusiness(b, met.get(b.pk, []), given.get(b.pk, []), next(iter(judged.get(b.pk, [])), None)) for b in found
    ]


def _grouped(rows: Iterable) -> dict[int, list]:
    groups: dict[int, list] = {}
    for row in rows:
        groups.setdefault(row.business_id, []).append(row)
    return groups


def service_get_for(*, actor: Actor, service_id: int) -> ServiceDelivered:
    """A service the actor may read. Errors: Http404, also when it may not. Queries: 1."""
    rows = ServiceDelivered.objects.readable_by(actor).select_related("item", "agency", "business", "interaction")
    return get_object_or_404(rows, pk=service_id)


def follow_up_get_for(*, actor: Actor, follow_up_id: int) -> FollowUp:
    """A next step with its business. Errors: Http404. Queries: 1."""
    from interactions.selectors.follow_ups import readable_follow_ups

    return get_object_or_404(readable_follow_ups(actor).select_related("business", "assignee"), pk=follow_up_id)


def recent_interactions(actor: Actor, *, limit: int = 5) -> list[Interaction]:
    """What the actor logged last, voided contacts too, with its businesses, for the home page. Queries: 2."""
    mine = Interaction.objects.filter(recorded_by=actor.staff_id)
    return list(mine.order_by("-created_at").prefetch_related("businesses")[:limit])


def recent_businesses(actor: Actor, *, limit: int = 6) -> list[Business]:
    """The businesses the actor had contact with last. Queries: 1."""
    if actor.staff_id is None or not actor.may(Permission.VIEW_BUSINESSES):
        return []
    mine = InteractionBusiness.objects.filter(
        interaction__recorded_by=actor.staff_id, interaction__voided_at=None
    ).exclude(business__status=Status.MERGED)
    rows = mine.select_related("business").order_by("-interaction__created_at", "pk")[: limit * 5]
    return list({row.business_id: row.business for row in rows}.values())[:limit]


def businesses_for_log(actor: Actor, ids: Iterable[int]) -> list[Business]:
    """The businesses of a log form, in the order chosen. Queries: 1, none for none."""
    wanted = list(dict.fromkeys(ids))
    if not wanted or not actor.may(Permission.VIEW_BUSINESSES):
        return []
    found = Business.objects.in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]


def contacts_for_log(business_ids: Iterable[int]) -> dict[int, list[Contact]]:
    """The people one can have met at each business, key representatives first. Queries: 1, none for none."""
    wanted = list(business_ids)
    if not wanted:
        return {}
    people = Contact.objects.current().filter(business__in=wanted)
    return _grouped(people.order_by("-is_key_representative", "name"))


def served_businesses(*, actor: Actor, agency_id: int | None) -> Exists:
    """Condition on Business: served (BR-18, BR-30) by an agency or by any, as far as the actor may know (BR-3).

    Queries: 0; the tenant's option on self-service is read by the database.
    """
    option = Exists(TenantProfile.objects.filter(counts_self_service=True))
    counted = counted_condition(today=timezone.now().date(), counts_self_service=option)
    services = ServiceDelivered.objects.known_to(actor).filter(counted, business=OuterRef("pk"))
    return Exists(services.filter(agency=agency_id) if agency_id is not None else services)


def open_services(*, actor: Actor, business_id: int) -> QuerySet[ServiceDelivered]:
    """Services of a business that are planned or still going on, as far as the actor may read. Queries: 1 when read."""
    rows = ServiceDelivered.objects.standing().readable_by(actor).filter(business=business_id, ended_on=None)
    return rows.exclude(status="cancelled").select_related("item", "agency").order_by("-started_on", "pk")
