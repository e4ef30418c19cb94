"""What this app adds to the page of a business: the timeline and a card of what is open (BR-3, BR-4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q
from django.urls import reverse

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.models import Business
from businesses.selectors import TimelineEntry
from interactions.constants import OrientationOutcome, ServiceStatus, Visibility
from interactions.models import FollowUp, Interaction, InteractionStaff, Note, OrientationJudgement, ServiceDelivered
from interactions.permissions import Sight, may_change, sight
from interactions.querysets import readable_condition
from interactions.selectors.follow_ups import readable_follow_ups
from interactions.selectors.interactions import open_services
from interactions.selectors.notes import with_newest_wording

KEPT = "Details are kept within the agency"
_CLASS_BADGES: dict[str, tuple[str, str]] = {
    Visibility.AGENCY: ("Agency only", "info"),
    Visibility.TEAM: ("Team only", "info"),
    Visibility.RESTRICTED: ("Restricted", "warn"),
}
_OUTCOME_KINDS: dict[str, str] = {
    OrientationOutcome.QUALIFYING: "good",
    OrientationOutcome.PARTIAL: "warn",
    OrientationOutcome.OUTREACH: "quiet",
}
_STATUS_KINDS: dict[str, str] = {
    ServiceStatus.PLANNED: "quiet",
    ServiceStatus.IN_PROGRESS: "info",
    ServiceStatus.CANCELLED: "quiet",
}


def timeline_source(*, actor: Actor, business_id: int, through: date | None, limit: int) -> list[TimelineEntry]:
    """Contacts, services without a contact and notes of one business, newest first (BR-3).

    What may not be read is a stub of agency and date; what is restricted to others is not there;
    what is restricted and may be read shows no content here: opening it is recorded. A note that a
    contact of the same day already shows is not told twice. Queries: 7.
    """
    contacts = list(_contacts(actor, business_id, through, limit))
    told = {(entry.occurred_on, entry.body) for entry in contacts if entry.body}
    notes = _lone_notes(actor, business_id, through, limit)
    entries = [
        *contacts,
        *_lone_services(actor, business_id, through, limit),
        *(note for note in notes if (note.occurred_on, note.body) not in told),
    ]
    return sorted(entries, key=lambda entry: entry.occurred_on, reverse=True)[:limit]


def _contacts(actor: Actor, business_id: int, through: date | None, limit: int) -> Iterable[TimelineEntry]:
    rows = Interaction.objects.standing().known_to(actor).filter(participations__business=business_id)
    if through:
        rows = rows.filter(occurred_on__lte=through)
    services = ServiceDelivered.objects.standing().filter(business=business_id).select_related("item")
    rows = rows.select_related("agency").prefetch_related(
        Prefetch("staff_rows", InteractionStaff.objects.select_related("staff").order_by("pk"), "crew"),
        Prefetch("services", services.order_by("pk"), "given"),
        Prefetch("judgements", OrientationJudgement.objects.filter(business=business_id), "judged"),
        Prefetch("notes", with_newest_wording(Note.objects.select_related("agency")), "written"),
    )
    return [_contact(actor, row) for row in rows.order_by("-occurred_on", "-pk")[:limit]]


def _contact(actor: Actor, row: Interaction) -> TimelineEntry:
    people = {crew.staff_id for crew in row.crew} | {row.recorded_by_id}
    if sight(actor, visibility=row.visibility, agency_id=row.agency_id, people=people) is not Sight.CONTENT:
        return TimelineEntry(row.occurred_on, "interaction", KEPT, agency_name=row.agency.name, is_stub=True)
    url = row.get_absolute_url()
    badges = [_CLASS_BADGES[row.visibility]] if row.visibility in _CLASS_BADGES else []
    if row.visibility == Visibility.RESTRICTED:
        return TimelineEntry(
            row.occurred_on, "interaction", "Restricted contact", row.agency.name, url=url, badges=tuple(badges)
        )
    judged = [(j.get_outcome_display(), _OUTCOME_KINDS[j.outcome]) for j in row.judged]
    body, hidden = _note_text(actor, row.written)
    return TimelineEntry(
        row.occurred_on,
        "interaction",
        f"{row.get_mode_display()}: {row.subject}" if row.subject else row.get_mode_display(),
        agency_name=row.agency.name,
        staff_names=tuple(crew.staff.name for crew in row.crew),
        services=tuple(service.item.name for service in row.given),
        body=body,
        url=url,
        badges=(*judged, *badges, *hidden),
    )


def _note_text(actor: Actor, notes: list[Note]) -> tuple[str, list[tuple[str, str]]]:
    """The newest note the actor may read, and for each agency that keeps one, a badge that says so (BR-3)."""
    text, hidden = "", []
    for note in notes:
        seen = sight(actor, visibility=note.visibility, agency_id=note.agency_id, people={note.author_id})
        if seen is Sight.CONTENT and note.visibility != Visibility.RESTRICTED:
            text = text or note.body
        elif seen is Sight.STUB:
            hidden.append((f"Note kept within {note.agency.name}", "quiet"))
        elif seen is Sight.CONTENT:
            hidden.append(("Restricted note", "warn"))
    return text if len(text) <= 600 else f"{text[:600].rsplit(' ', 1)[0]} …", list(dict.fromkeys(hidden))


def _lone_services(actor: Actor, business_id: int, through: date | None, limit: int) -> Iterable[TimelineEntry]:
    rows = ServiceDelivered.objects.standing().known_to(actor).filter(business=business_id, interaction=None)
    if through:
        rows = rows.filter(started_on__lte=through)
    rows = rows.select_related("item", "agency", "staff").order_by("-started_on", "-pk")
    return [_lone_service(actor, row) for row in rows[:limit]]


def _lone_service(actor: Actor, row: ServiceDelivered) -> TimelineEntry:
    people = {row.recorded_by_id, row.staff_id}
    if sight(actor, visibility=row.visibility, agency_id=row.agency_id, people=people) is not Sight.CONTENT:
        return TimelineEntry(row.started_on, "service", KEPT, agency_name=row.agency.name, is_stub=True)
    changeable = may_change(actor, agency_id=row.agency_id, people=people, region_ids={row.region_id})
    badges = [(row.get_status_display(), _STATUS_KINDS[row.status])] if row.status in _STATUS_KINDS else []
    if row.visibility in _CLASS_BADGES:
        badges.append(_CLASS_BADGES[row.visibility])
    restricted = row.visibility == Visibility.RESTRICTED
    return TimelineEntry(
        row.started_on,
        "service",
        "Restricted service" if restricted else row.item.name,
        agency_name=row.agency.name,
        staff_names=(row.staff.name,) if row.staff and not restricted else (),
        url=reverse("interactions:service_edit", args=[row.pk]) if changeable else "",
        badges=tuple(badges),
    )


def _lone_notes(actor: Actor, business_id: int, through: date | None, limit: int) -> Iterable[TimelineEntry]:
    rows = Note.objects.filter(business=business_id)
    rows = rows.filter(~Q(visibility=Visibility.RESTRICTED) | readable_condition(actor, people=("author",)))
    if through:
        rows = rows.filter(obtained_on__lte=through)
    rows = with_newest_wording(rows).select_related("agency", "author").order_by("-obtained_on", "-pk")
    return [_lone_note(actor, row) for row in rows[:limit]]


def _lone_note(actor: Actor, row: Note) -> TimelineEntry:
    seen = sight(actor, visibility=row.visibility, agency_id=row.agency_id, people={row.author_id})
    if seen is not Sight.CONTENT:
        return TimelineEntry(row.obtained_on, "note", KEPT, agency_name=row.agency.name, is_stub=True)
    restricted = row.visibility == Visibility.RESTRICTED
    return TimelineEntry(
        row.obtained_on,
        "note",
        "Restricted note" if restricted else "Note",
        agency_name=row.agency.name,
        staff_names=() if restricted else (row.author.name,),
        body="" if restricted else row.body,
        url=reverse("interactions:note_correct", args=[row.pk]) if actor.may(Permission.LOG_INTERACTION) else "",
        badges=(_CLASS_BADGES[row.visibility],) if row.visibility in _CLASS_BADGES else (),
    )


@dataclass(frozen=True)
class OpenWork:
    """What is still open at a business."""

    business: Business
    follow_ups: list[FollowUp]
    services: list[ServiceDelivered]


def open_work_panel(*, actor: Actor, business: Business) -> OpenWork | None:
    """Next steps and running services of a business, as far as the actor may read; None when there is nothing.

    Restricted services are left out: their content is opened one by one, and recorded. Queries: 2.
    """
    follow_ups = readable_follow_ups(actor).filter(business=business, done_at=None).select_related("assignee")
    services = open_services(actor=actor, business_id=business.pk).exclude(visibility=Visibility.RESTRICTED)
    work = OpenWork(business, list(follow_ups.order_by("due_on", "pk")[:10]), list(services[:10]))
    return work if work.follow_ups or work.services else None
