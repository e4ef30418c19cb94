"""Notes: append-only, dated, authored (BR-26)."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.http import Http404

from bizworks.core.errors import BusinessRuleError, StaleVersionError
from bizworks.directory.models import TenantProfile
from bizworks.tenancy.actor import Actor
from businesses.models import Business
from businesses.services.checks import Problems
from businesses.services.sent_forms import save_once
from interactions.models import Interaction, Note, NoteVersion
from interactions.selectors.catalogue import local_day
from interactions.selectors.notes import readable_notes
from interactions.services.checks import check_note
from interactions.services.corrections import note_class
from interactions.services.data import NoteData
from interactions.services.standing import STALE, interaction_for_addition, require_reclassifier, require_worker


def note_add(
    *,
    actor: Actor,
    note: NoteData,
    interaction_id: int | None = None,
    business_id: int | None = None,
    form_key: UUID | None = None,
) -> Note:
    """Add a note to a contact one may read, or to a business; never wider than the contact (BR-3, BR-26).

    The same `form_key` again returns the first one.
    Errors: NotAllowedError, Http404, BusinessRuleError by input name. Queries: at most 4.
    """
    require_worker(actor)
    if (interaction_id is None) == (business_id is None):
        raise BusinessRuleError("A note belongs to one contact or to one business.")

    def save() -> Note:
        return _add(actor, note, interaction_id, business_id)

    return save_once(actor=actor, form_key=form_key, model=Note, save=save)


def _add(actor: Actor, note: NoteData, interaction_id: int | None, business_id: int | None) -> Note:
    today = local_day(TenantProfile.objects.get())
    interaction = interaction_for_addition(actor, interaction_id) if interaction_id is not None else None
    if business_id is not None and not Business.objects.filter(pk=business_id).exists():
        raise Http404
    _check(note, today)
    row = Note.objects.create(
        interaction=interaction,
        business_id=business_id,
        author_id=actor.staff_id,
        agency_id=actor.agency_id,
        obtained_on=note.obtained_on or today,
        visibility=note_class(interaction=interaction, wanted=note.visibility),
    )
    NoteVersion.objects.create(note=row, number=1, body=note.body.strip(), author_id=actor.staff_id)
    return row


def note_correct(*, actor: Actor, note_id: int, number: int, body: str) -> NoteVersion:
    """Append a wording to a note; `number` is the version that was read. Author and managers only (BR-26).

    Errors: Http404 (not readable), NotAllowedError, StaleVersionError, BusinessRuleError.
    Locks: the note. Queries: at most 6.
    """
    with transaction.atomic():
        note = _note_for_change(actor, note_id)
        newest = note.versions.order_by("-number").first()
        if newest.number != number:
            raise StaleVersionError(STALE)
        _check(NoteData(body=body, visibility=note.visibility), local_day(TenantProfile.objects.get()))
        if body.strip() == newest.body:
            raise BusinessRuleError({"note": ["The text is the same as before."]})
        return NoteVersion.objects.create(note=note, number=number + 1, body=body.strip(), author_id=actor.staff_id)


def note_reclassify(*, actor: Actor, note_id: int, visibility: str) -> Note:
    """Change who may read a note: its author, or a manager in charge (BR-5).

    Errors: Http404, NotAllowedError, BusinessRuleError. Locks: the note. Queries: at most 5.
    """
    with transaction.atomic():
        note = _note_for_change(actor, note_id)
        note.visibility = note_class(interaction=note.interaction, wanted=visibility)
        note.save(update_fields=["visibility"])
    return note


def _note_for_change(actor: Actor, note_id: int) -> Note:
    require_worker(actor)
    rows = readable_notes(actor).filter(pk=note_id).select_related("interaction", "business")
    note = rows.select_for_update(of=("self",)).first()
    if note is None:
        raise Http404
    regions = {note.business.region_id} if note.business else _regions(note.interaction)
    require_reclassifier(actor, author_ids={note.author_id}, agency_id=note.agency_id, region_ids=regions)
    return note


def _regions(interaction: Interaction) -> set[int | None]:
    return set(interaction.businesses.values_list("region", flat=True))


def _check(note: NoteData, today: date) -> None:
    problems = Problems()
    check_note(note, today=today, problems=problems)
    problems.raise_if_any()
