"""What this app adds to the timeline of a business: contacts, services and notes (BR-3, BR-4)."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.selectors import Bounds, TimelineEntry
from interactions.constants import OrientationOutcome, ServiceStatus, Visibility
from interactions.models import Interaction, InteractionStaff, Note, OrientationJudgement, ServiceDelivered
from interactions.permissions import Sight, may_change, sight
from interactions.querysets import readable_condition
from interactions.selectors.notes import readable_notes, with_newest_wording

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


def timeline_source(*, actor: Actor, business_id: int, bounds: Bounds, limit: int) -> list[TimelineEntry]:
    """Contacts, services without a contact and notes of one business, newest first (BR-3).

    What may not be read is a stub of agency and date; what is restricted to others is not there;
    what is restricted and may be read shows no content here: opening it is recorded. A note that a
    contact of the same day already shows is not told twice. With a kind or a text only what may be
    read, and is not restricted, is looked at. Queries: at most 7.
    """
    contacts = list(contacts_of(actor=actor, business_id=business_id, bounds=bounds, limit=limit))
    told = {(entry.occurred_on, entry.body) for entry in contacts if entry.body}
    notes = _lone_notes(actor, business_id, bounds, limit)
    entries = [
        *contacts,
        *_lone_services(actor, business_id, bounds, limit),
        *(note for note in notes if (note.occurred_on, note.body) not in told),
    ]
    return sorted(entries, key=lambda entry: entry.occurred_on, reverse=True)[:limit]


def _bounded(rows: QuerySet, bounds: Bounds, day: str) -> QuerySet:
    """The rows of the wanted days and agency; without restricted ones where their content would decide."""
    rows = bounds.within(rows, day)
    if bounds.agency_id is not None:
        rows = rows.filter(agency=bounds.agency_id)
    return rows.exclude(visibility=Visibility.RESTRICTED) if bounds.is_narrow else rows


def contacts_of(*, actor: Actor, business_id: int, bounds: Bounds, limit: int) -> list[TimelineEntry]:
    """Contacts of one business, newest first, with services, judgement and note. Queries: 5, or none."""
    if not bounds.wants("interaction", "service", "orientation", "note"):
        return []
    rows = Interaction.objects.standing().filter(participations__business=business_id)
    rows = _bounded(rows.readable_by(actor) if bounds.is_narrow else rows.known_to(actor), bounds, "occurred_on")
    if bounds.kinds and not bounds.wants("interaction"):
        rows = rows.filter(_of_kinds(actor, business_id, bounds))
    if bounds.text:
        rows = rows.filter(_saying(actor, business_id, bounds))
    services = ServiceDelivered.objects.standing().filter(business=business_id).select_related("item")
    rows = rows.select_related("agency").prefetch_related(
        Prefetch("staff_rows", InteractionStaff.objects.select_related("staff").order_by("pk"), "crew"),
        Prefetch("services", services.order_by("pk"), "given"),
        Prefetch("judgements", OrientationJudgement.objects.filter(business=business_id), "judged"),
        Prefetch("notes", with_newest_wording(Note.objects.select_related("agency")), "written"),
    )
    return [_contact(actor, row) for row in rows.order_by("-occurred_on", "-pk")[:limit]]


def _services_in(business_id: int, **condition: Any) -> Exists:
    rows = ServiceDelivered.objects.standing().filter(interaction=OuterRef("pk"), business=business_id, **condition)
    return Exists(rows)


def _notes_in(actor: Actor, **condition: Any) -> Exists:
    """Notes of a contact that this actor may read here."""
    rows = with_newest_wording(readable_notes(actor)).filter(interaction=OuterRef("pk"), **condition)
    return Exists(rows.exclude(visibility=Visibility.RESTRICTED))


def _of_kinds(actor: Actor, business_id: int, bounds: Bounds) -> Q:
    """Contacts that have one of the wanted kinds in them."""
    condition = Q(pk__in=[])
    if bounds.wants("service"):
        condition |= Q(_services_in(business_id))
    if bounds.wants("orientation"):
        judged = OrientationJudgement.objects.filter(interaction=OuterRef("pk"), business=business_id)
        condition |= Q(Exists(judged))
    if bounds.wants("note"):
        condition |= Q(_notes_in(actor))
    return condition


def _saying(actor: Actor, business_id: int, bounds: Bounds) -> Q:
    """Contacts in which the text stands: subject, how, who, services, and notes the actor may read."""
    people = InteractionStaff.objects.filter(interaction=OuterRef("pk"), staff__name__icontains=bounds.text)
    return (
        Q(subject__icontains=bounds.text)
        | Q(mode__in=bounds.choices_like(Interaction, "mode"))
        | Q(Exists(people))
        | Q(_services_in(business_id, item__name__icontains=bounds.text))
        | Q(_notes_in(actor, body__icontains=bounds.text))
    )


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
        "orientation" if judged else "interaction",
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


def _lone_services(actor: Actor, business_id: int, bounds: Bounds, limit: int) -> Iterable[TimelineEntry]:
    if not bounds.wants("service"):
        return []
    rows = ServiceDelivered.objects.standing().filter(business=business_id, interaction=None)
    rows = _bounded(rows.readable_by(actor) if bounds.is_narrow else rows.known_to(actor), bounds, "started_on")
    if bounds.text:
        rows = rows.filter(Q(item__name__icontains=bounds.text) | Q(staff__name__icontains=bounds.text))
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


def _lone_notes(actor: Actor, business_id: int, bounds: Bounds, limit: int) -> Iterable[TimelineEntry]:
    if not bounds.wants("note"):
        return []
    rows = readable_notes(actor) if bounds.is_narrow else Note.objects.all()
    known = ~Q(visibility=Visibility.RESTRICTED) | readable_condition(actor, people=("author",))
    rows = with_newest_wording(_bounded(rows.filter(known, business=business_id), bounds, "obtained_on"))
    if bounds.text:
        rows = rows.filter(Q(body__icontains=bounds.text) | Q(author__name__icontains=bounds.text))
    rows = rows.select_related("agency", "author").order_by("-obtained_on", "-pk")
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
