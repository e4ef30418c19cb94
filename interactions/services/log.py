"""Logging a contact: the one function behind page, API and import."""

from django.db import IntegrityError, transaction

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.selectors import PlacementMap
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.tasks import hint_counts_changed
from businesses.services.contacts import ContactData, contact_create
from businesses.services.outreach import outreach_tell
from interactions.constants import Assisted, OrientationOutcome, ServiceStatus, Visibility, narrower
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
from interactions.services.checks import check, plans_of
from interactions.services.data import InteractionData, InteractionResult, ServiceData
from interactions.services.ground import Ground, profile_and_first, survey
from interactions.services.orientation import Judgement, OrientationFacts, orientation_judge
from interactions.services.rules import place
from interactions.services.standing import require_worker

FORM_KEY_CONSTRAINT = "interaction_form_key"


def interaction_log(*, actor: Actor, data: InteractionData) -> InteractionResult:
    """Save a contact with everything that belongs to it, or nothing (BR-3, BR-11, BR-14, BR-16..BR-26).

    The same `form_key` again, also at the same moment from another tab, returns the first result.
    An orientation that does not qualify for a business is saved there as `orientation_fallback`
    says, never counted; without it the whole act is refused (BR-20).
    Errors: NotAllowedError (permission; no person), BusinessRuleError by input name.
    Locks: none; the unique form key decides a race. Queries: at most 15 for one business with two
    services, note and next step, and 2 more where somebody else leads it and is told (BR-15); no more
    for more businesses or services.
    """
    require_worker(actor)
    try:
        with transaction.atomic():
            profile = profile_and_first(actor, data)
            if profile.first_id is not None:
                return _first_result(actor, data)
            ground = survey(actor, data, profile)
            check(data, ground)
            result = _write(actor, data, ground)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != FORM_KEY_CONSTRAINT:
            raise
        return _first_result(actor, data)
    hint_counts_changed()
    return result


def interaction_judge(*, actor: Actor, data: InteractionData) -> list[Judgement]:
    """Judge an orientation while it is being typed, without saving; [] if none is chosen.

    Tolerates what is not filled in yet. Errors: NotAllowedError. Queries: at most 7.
    """
    require_worker(actor)
    return _judge(data, survey(actor, data, profile_and_first(actor, data)))


def _first_result(actor: Actor, data: InteractionData) -> InteractionResult:
    """What this form saved before. A key that someone else used is refused without telling more."""
    first = Interaction.objects.get(form_key=data.form_key)
    if first.recorded_by_id != actor.staff_id:
        raise BusinessRuleError("This form was sent before. Open a new one.")
    services = ServiceDelivered.objects.filter(interaction=first).order_by("pk").values_list("pk", flat=True)
    rows = OrientationJudgement.objects.filter(interaction=first).order_by("pk")
    judgements = tuple(
        Judgement(
            business_id=row.business_id,
            lines_covered=row.lines_covered,
            lines_needed=row.lines_needed,
            lines_total=row.lines_total,
            has_direct_contact=row.has_direct_contact,
            has_key_representative=row.has_key_representative,
            is_substantial=row.is_substantial,
            failures=tuple(row.failures),
        )
        for row in rows
    )
    return InteractionResult(first.pk, is_new=False, service_ids=tuple(services), judgements=judgements)


def _judge(data: InteractionData, ground: Ground) -> list[Judgement]:
    if ground.orientation is None:
        return []
    facts = OrientationFacts(
        mode=data.mode,
        lines_covered=len({line.pk for line in ground.slate.lines} & set(data.slate_line_ids)) if ground.slate else 0,
        lines_total=len(ground.slate.lines) if ground.slate else 0,
        minimum_minutes=ground.profile.orientation_min_minutes,
        duration_minutes=data.duration_minutes,
        is_attested=data.is_substantial,
    )
    keyed = [c.business_id for c in ground.contacts.values() if c.is_key_representative]
    keyed += [c.business_id for c in data.new_contacts if c.is_key]
    businesses = ground.orientation.business_ids or data.business_ids
    return orientation_judge(facts, business_ids=dict.fromkeys(businesses), with_key_representative=keyed)


def _require_qualifying(data: InteractionData, ground: Ground, judgements: list[Judgement]) -> None:
    """Refuse what does not qualify unless the person said what to save instead (BR-20)."""
    failing = [j for j in judgements if not j.qualifies]
    if failing and not data.orientation_fallback:
        raise BusinessRuleError(
            {
                "orientation_fallback": [
                    f"{ground.businesses[j.business_id].name}: {', '.join(j.failures)}. Not an orientation;"
                    " save it as a partial overview or as general outreach."
                    for j in failing
                ]
            }
        )


def _write(actor: Actor, data: InteractionData, ground: Ground) -> InteractionResult:
    judgements = _judge(data, ground)
    _require_qualifying(data, ground, judgements)
    interaction = Interaction.objects.create(
        form_key=data.form_key,
        occurred_on=data.occurred_on,
        mode=data.mode,
        subject=data.subject.strip(),
        duration_minutes=data.duration_minutes,
        is_substantial=data.is_substantial,
        visibility=data.visibility,
        agency_id=actor.agency_id,
        center_id=ground.center_id,
        slate=ground.slate.slate if ground.slate else None,
        recorded_by_id=actor.staff_id,
    )
    InteractionBusiness.objects.bulk_create(
        InteractionBusiness(interaction=interaction, business_id=pk) for pk in dict.fromkeys(data.business_ids)
    )
    InteractionStaff.objects.bulk_create(
        InteractionStaff(interaction=interaction, staff_id=pk, agency_id=ground.staff[pk].agency_id)
        for pk in dict.fromkeys((ground.me, *data.staff_ids))
    )
    _write_contacts(actor, data, ground, interaction)
    services = _write_services(actor, data, ground, interaction, judgements)
    SlateCoverage.objects.bulk_create(
        SlateCoverage(interaction=interaction, line_id=pk)
        for pk in dict.fromkeys(data.slate_line_ids if ground.orientation else ())
    )
    _write_note_and_next_step(actor, data, interaction)
    if data.visibility != Visibility.RESTRICTED:
        outreach_tell(
            actor=actor,
            leads=ground.leads,
            plans=plans_of(data, ground),
            reason=data.outreach_reason,
            contact_on=interaction.occurred_on,
            url=interaction.get_absolute_url(),
            is_shared=data.visibility == Visibility.SHARED,
        )
    lag = (ground.today - interaction.occurred_on).days
    late = lag if lag > ground.profile.late_entry_days else 0
    return InteractionResult(interaction.pk, True, tuple(s.pk for s in services), tuple(judgements), late)


def _write_contacts(actor: Actor, data: InteractionData, ground: Ground, interaction: Interaction) -> None:
    new = [
        contact_create(
            actor=actor,
            business_id=person.business_id,
            data=ContactData(person.name, person.role, is_key_representative=person.is_key),
        )
        for person in data.new_contacts
    ]
    InteractionContact.objects.bulk_create(
        InteractionContact(
            interaction=interaction,
            contact=contact,
            business_id=contact.business_id,
            was_key_representative=contact.is_key_representative,
        )
        for contact in (*ground.contacts.values(), *new)
    )


def _write_services(
    actor: Actor, data: InteractionData, ground: Ground, interaction: Interaction, judgements: list[Judgement]
) -> list[ServiceDelivered]:
    """One row for each service and business; an orientation's row carries its judgement (BR-20, BR-21)."""
    judged = []
    wanted = [(service, pk) for service in ground.services for pk in service.business_ids or data.business_ids]
    for judgement in judgements:
        item = ground.items[ground.orientation.item_id] if judgement.qualifies else ground.fallback_item
        if item is not None:
            same_day = ServiceData(
                item_id=item.pk,
                agency_id=ground.orientation.agency_id,
                status=ServiceStatus.COMPLETED,
                started_on=interaction.occurred_on,
                ended_on=interaction.occurred_on,
                assisted=Assisted.STAFF,
                program=ground.orientation.program,
            )
            wanted.append((same_day, judgement.business_id))
        judged.append((judgement, len(wanted) - 1 if item is not None else None))
    places = PlacementMap() if wanted else None
    rows = [
        ServiceDelivered(
            business_id=business_id,
            item_id=service.item_id,
            agency_id=service.agency_id,
            staff_id=actor.staff_id if service.agency_id == actor.agency_id else None,
            center_id=ground.center_id if service.agency_id == actor.agency_id else None,
            interaction=interaction,
            started_on=service.started_on,
            ended_on=service.ended_on,
            status=service.status,
            assisted=service.assisted,
            program=service.program,
            visibility=interaction.visibility,
            recorded_by_id=actor.staff_id,
            **place(ground.businesses[business_id], places, service.started_on),
        )
        for service, business_id in wanted
    ]
    ServiceDelivered.objects.bulk_create(rows)
    OrientationJudgement.objects.bulk_create(
        _judgement_row(data, ground, interaction, judgement, rows[at] if at is not None else None)
        for judgement, at in judged
    )
    return rows


def _judgement_row(
    data: InteractionData,
    ground: Ground,
    interaction: Interaction,
    judgement: Judgement,
    service: ServiceDelivered | None,
) -> OrientationJudgement:
    outcome = OrientationOutcome.QUALIFYING if judgement.qualifies else OrientationOutcome(data.orientation_fallback)
    return OrientationJudgement(
        interaction=interaction,
        business_id=judgement.business_id,
        service=service,
        slate=ground.slate.slate if ground.slate else None,
        outcome=outcome,
        lines_covered=judgement.lines_covered,
        lines_needed=judgement.lines_needed,
        lines_total=judgement.lines_total,
        has_direct_contact=judgement.has_direct_contact,
        has_key_representative=judgement.has_key_representative,
        is_substantial=judgement.is_substantial,
        failures=list(judgement.failures),
    )


def _write_note_and_next_step(actor: Actor, data: InteractionData, interaction: Interaction) -> None:
    if data.note is not None:
        note = Note.objects.create(
            interaction=interaction,
            author_id=actor.staff_id,
            agency_id=actor.agency_id,
            obtained_on=data.note.obtained_on or interaction.occurred_on,
            visibility=narrower(data.note.visibility, data.visibility),
        )
        NoteVersion.objects.create(note=note, number=1, body=data.note.body.strip(), author_id=actor.staff_id)
    if data.follow_up is not None:
        FollowUp.objects.bulk_create(
            FollowUp(
                business_id=business_id,
                interaction=interaction,
                assignee_id=data.follow_up.assignee_id or actor.staff_id,
                text=data.follow_up.text.strip(),
                due_on=data.follow_up.due_on,
            )
            for business_id in list(dict.fromkeys(data.business_ids))[:1]
        )
