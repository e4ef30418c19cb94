"""Whether a contact may be saved as it is told: every rule of it, each in a sentence (BR-14, BR-16, BR-18, BR-26)."""

from datetime import date

from bizworks.directory.models import ServiceItem
from businesses.constants import ContactRole, OutreachKind, Status
from businesses.services.checks import Problems, problem_with_text
from businesses.services.outreach import Plan, outreach_problems
from interactions.constants import (
    FOLLOW_UP_HORIZON_YEARS,
    MAX_BUSINESSES_PER_INTERACTION,
    MAX_DURATION_MINUTES,
    MAX_NOTE_CHARACTERS,
    MAX_SERVICES_PER_INTERACTION,
    Mode,
    ServiceStatus,
    Visibility,
)
from interactions.services.data import FollowUpData, InteractionData, NewContactData, NoteData, ServiceData
from interactions.services.ground import FALLBACK_KINDS, Ground
from interactions.services.rules import business_problem, date_problem, service_problems, show


def check(data: InteractionData, ground: Ground) -> None:
    """Name everything that is wrong at once. Errors: BusinessRuleError. Queries: 0."""
    problems = Problems()
    _check_contact(data, ground, problems)
    _check_businesses(data, ground, problems)
    _check_people(data, ground, problems)
    _check_services(data, ground, problems)
    _check_slate(data, ground, problems)
    if data.note is not None:
        check_note(data.note, today=ground.today, problems=problems)
    if data.follow_up is not None:
        _check_assignee(data.follow_up, ground, problems)
        check_follow_up(data.follow_up, since=data.occurred_on or ground.today, problems=problems)
    problems.errors.update(outreach_problems(ground.leads, plans_of(data, ground), data.outreach_reason).errors)
    problems.raise_if_any()


def plans_of(data: InteractionData, ground: Ground) -> dict[int, Plan]:
    """What is planned at businesses whose lead is passed; restricted records are nobody else's to know (BR-4).

    A next step for the lead, the back-up or the team passes nobody. Queries: 0.
    """
    if data.visibility == Visibility.RESTRICTED:
        return {}
    plans = {
        pk: Plan(OutreachKind.SERVICE, service.started_on)
        for service in ground.services
        if service.status == ServiceStatus.PLANNED
        for pk in service.business_ids or data.business_ids
    }
    for lead in ground.leads:
        is_first = lead.business_id in data.business_ids[:1]
        if data.follow_up is not None and is_first and not lead.knows_assignee:
            plans[lead.business_id] = Plan(OutreachKind.STEP, data.follow_up.due_on)
    return plans


def _check_contact(data: InteractionData, ground: Ground, problems: Problems) -> None:
    if problem := date_problem(data.occurred_on, today=ground.today, what="the contact"):
        problems.add("occurred_on", problem)
    if data.mode not in Mode.values:
        problems.add("mode", "Choose how the contact happened.")
    if data.visibility not in Visibility.values:
        problems.add("visibility", "Choose who may see this from the list.")
    if data.duration_minutes is not None and not 1 <= data.duration_minutes <= MAX_DURATION_MINUTES:
        problems.add("duration_minutes", f"Give between 1 and {MAX_DURATION_MINUTES:,} minutes.")
    if len(data.subject) > 120:
        problems.add("subject", "The subject has at most 120 characters.")
    if problem := problem_with_text(data.subject):
        problems.add("subject", problem)


def _check_businesses(data: InteractionData, ground: Ground, problems: Problems) -> None:
    if not data.business_ids:
        problems.add("businesses", "Choose at least one business.")
    if len(data.business_ids) > MAX_BUSINESSES_PER_INTERACTION:
        problems.add("businesses", f"One contact takes at most {MAX_BUSINESSES_PER_INTERACTION} businesses.")
    if set(data.business_ids) - ground.businesses.keys():
        problems.add("businesses", "A chosen business is not in the directory.")
    for business in ground.businesses.values():
        if business.status == Status.MERGED:
            problems.add("businesses", f"{business.name} was merged into another record; choose that one.")


def _check_people(data: InteractionData, ground: Ground, problems: Problems) -> None:
    if set(data.contact_ids) - ground.contacts.keys():
        problems.add("contacts", "A chosen person is not a contact here.")
    for contact in ground.contacts.values():
        if contact.business_id not in data.business_ids:
            problems.add("contacts", f"{contact.name} does not belong to a business of this contact.")
        if contact.left_on and data.occurred_on and contact.left_on <= data.occurred_on:
            problems.add("contacts", f"{contact.name} left the business on {show(contact.left_on)}.")
    for person in data.new_contacts:
        _check_new_contact(person, data, problems)
    if set(data.staff_ids) - ground.staff.keys():
        problems.add("staff", "A chosen colleague is not on the staff list.")


def _check_new_contact(person: NewContactData, data: InteractionData, problems: Problems) -> None:
    if person.business_id not in data.business_ids:
        problems.add("new_contacts", f"Choose which business {person.name or 'the new person'} belongs to.")
    if not 1 <= len(person.name.strip()) <= 120:
        problems.add("new_contacts", "Give the new person a name of at most 120 characters.")
    if problem := problem_with_text(person.name):
        problems.add("new_contacts", problem)
    if person.role not in ContactRole.values:
        problems.add("new_contacts", f"Choose the role of {person.name} from the list.")


def _check_services(data: InteractionData, ground: Ground, problems: Problems) -> None:
    if len(data.services) > MAX_SERVICES_PER_INTERACTION:
        problems.add("services", f"One contact takes at most {MAX_SERVICES_PER_INTERACTION} services.")
    seen: set[tuple] = set()
    for service in (*ground.services, *filter(None, [ground.orientation])):
        item = ground.items.get(service.item_id)
        agency = ground.agencies.get(service.agency_id) if service.agency_id else None
        found = list(service_problems(service, item=item, agency=agency, today=ground.today))
        if not found and item is not None:
            found = _business_problems(service, item, data, ground)
            again = item.kind == ServiceItem.Kind.ORIENTATION and service is not ground.orientation
            key = (service.item_id, service.agency_id, service.started_on, service.business_ids)
            if key in seen or again:
                found.append(f"{item.name} is chosen twice.")
            seen.add(key)
        for sentence in dict.fromkeys(found):
            problems.add("services", sentence)


def _business_problems(service: ServiceData, item: ServiceItem, data: InteractionData, ground: Ground) -> list[str]:
    """What speaks against this service at each of its businesses (BR-14)."""
    if set(service.business_ids) - set(data.business_ids):
        return ["A service names a business that is not part of this contact."]
    rows = (ground.businesses.get(pk) for pk in service.business_ids or data.business_ids)
    return [problem for row in rows if row and (problem := business_problem(row, item, service.started_on))]


def _check_slate(data: InteractionData, ground: Ground, problems: Problems) -> None:
    if data.orientation_fallback and data.orientation_fallback not in FALLBACK_KINDS:
        problems.add("orientation_fallback", "Choose from the list what to save instead.")
    if not data.slate_line_ids:
        return
    lines = {line.pk for line in ground.slate.lines} if ground.slate else set()
    if set(data.slate_line_ids) - lines:
        problems.add("slate_lines", "The slate in force on that date has other lines; tick them again.")


def check_note(note: NoteData, *, today: date, problems: Problems) -> None:
    """A note has text, a class, and a day on which the facts were learned (BR-26)."""
    if not note.body.strip():
        problems.add("note", "Write the note.")
    if problem := problem_with_text(note.body):
        problems.add("note", problem)
    if len(note.body) > MAX_NOTE_CHARACTERS:
        problems.add("note", f"A note has at most {MAX_NOTE_CHARACTERS:,} characters; this one has {len(note.body):,}.")
    if note.visibility not in Visibility.values:
        problems.add("note_visibility", "Choose who may read the note from the list.")
    if note.obtained_on and (problem := date_problem(note.obtained_on, today=today, what="the note")):
        problems.add("note_obtained_on", problem)


def check_follow_up(follow_up: FollowUpData, *, since: date, problems: Problems) -> None:
    """A next step has words and a day that is neither past nor absurdly far."""
    if not follow_up.text.strip():
        problems.add("follow_up", "Say what the next step is.")
    if problem := problem_with_text(follow_up.text):
        problems.add("follow_up", problem)
    if len(follow_up.text) > 200:
        problems.add("follow_up", "The next step has at most 200 characters.")
    if follow_up.due_on is None:
        problems.add("follow_up_due_on", "Give the day the next step is due.")
    elif follow_up.due_on < since:
        problems.add("follow_up_due_on", f"The next step cannot be due before {show(since)}.")
    elif follow_up.due_on.year > since.year + FOLLOW_UP_HORIZON_YEARS:
        problems.add("follow_up_due_on", f"Check the year: {follow_up.due_on.year}.")


def _check_assignee(follow_up: FollowUpData, ground: Ground, problems: Problems) -> None:
    assignee = ground.staff.get(follow_up.assignee_id) if follow_up.assignee_id else None
    if follow_up.assignee_id and (assignee is None or (assignee.ended_on and assignee.ended_on <= ground.today)):
        problems.add("follow_up_assignee", "Choose a colleague who works here.")
