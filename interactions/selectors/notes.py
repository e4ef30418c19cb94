"""Reads of notes."""

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.shortcuts import get_object_or_404

from bizworks.tenancy.actor import Actor
from interactions.models import Interaction, Note, NoteVersion
from interactions.querysets import readable_condition


def with_newest_wording(notes: QuerySet[Note]) -> QuerySet[Note]:
    """Annotate `body` and `number` of the newest version (BR-26). Queries: none of its own."""
    newest = NoteVersion.objects.filter(note=OuterRef("pk")).order_by("-number")
    return notes.annotate(body=Subquery(newest.values("body")[:1]), number=Subquery(newest.values("number")[:1]))


def readable_notes(actor: Actor) -> QuerySet[Note]:
    """Notes whose text the actor may read: by their own class and that of their contact (BR-3). Queries: 0."""
    contact = Q(interaction=None) | Q(interaction__in=Interaction.objects.readable_by(actor).values("pk"))
    return Note.objects.filter(contact, readable_condition(actor, people=("author",)))


def note_get_for(*, actor: Actor, note_id: int) -> Note:
    """One note with its newest wording. Errors: Http404, also when the actor may not read it. Queries: 1."""
    rows = with_newest_wording(readable_notes(actor)).select_related("interaction", "business")
    return get_object_or_404(rows, pk=note_id)
