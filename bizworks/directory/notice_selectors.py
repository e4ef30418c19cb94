"""Reads of a person's inbox."""

from dataclasses import dataclass

from django.shortcuts import get_object_or_404

from bizworks.directory.models import Notice
from bizworks.tenancy.actor import Actor

PAGE = 25
UNREAD_SHOWN_MAX = 99


def notices_unread(actor: Actor) -> int:
    """How many lines of the actor's inbox are new, counted up to one more than is shown. Queries: 1."""
    if actor.staff_id is None:
        return 0
    return Notice.objects.filter(recipient=actor.staff_id, read_at=None)[: UNREAD_SHOWN_MAX + 1].count()


@dataclass(frozen=True)
class NoticePage:
    """A page of an inbox, newest first; `older` is the cursor of the next page, empty at the end."""

    rows: list[Notice]
    older: str = ""


def notice_page(*, actor: Actor, cursor: str = "") -> NoticePage:
    """One page by position: the first and the last cost the same; a cursor that is none begins anew. Queries: 1."""
    rows = Notice.objects.filter(recipient=actor.staff_id).select_related("sender__agency")
    if cursor.isascii() and cursor.isdigit() and len(cursor) <= 18:
        rows = rows.filter(pk__lt=int(cursor))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return NoticePage(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def notice_get_for(*, actor: Actor, notice_id: int) -> Notice:
    """One line of the actor's own inbox. Errors: Http404, also for somebody else's. Queries: 1."""
    return get_object_or_404(Notice, pk=notice_id, recipient=actor.staff_id)
