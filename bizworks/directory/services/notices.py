"""Telling people something, and noting that they read it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils import timezone

from bizworks.core.errors import NotAllowedError
from bizworks.directory.models import Notice
from bizworks.tenancy.actor import Actor


@dataclass(frozen=True)
class NoticeData:
    """What one person is told; the caller sees to it that the person may know it (BR-3)."""

    recipient_id: int
    text: str
    body: str = ""
    url: str = ""
    sender_id: int | None = None


def notices_send(notices: Sequence[NoticeData]) -> None:
    """Put lines into people's inboxes; a person is told nothing of their own acts. Queries: 1, none for none."""
    Notice.objects.bulk_create(
        Notice(
            recipient_id=told.recipient_id,
            sender_id=told.sender_id,
            text=told.text[:300],
            body=told.body[:1000],
            url=told.url,
        )
        for told in notices
        if told.recipient_id != told.sender_id
    )


def notices_withdraw(*, recipient_ids: Collection[int], urls: Collection[str]) -> None:
    """Take lines back that lead to something the people may no longer know. Queries: 1, none for nobody."""
    if recipient_ids:
        Notice.objects.filter(recipient__in=recipient_ids, url__in=urls).delete()


def notice_open(*, actor: Actor, notice_id: int) -> Notice:
    """Note that a line was read, and give it. Errors: DoesNotExist for somebody else's. Queries: 1-2."""
    notice = Notice.objects.get(pk=notice_id, recipient=_reader(actor))
    if notice.read_at is None:
        notice.read_at = timezone.now()
        notice.save(update_fields=["read_at"])
    return notice


def notices_read_all(*, actor: Actor) -> int:
    """Note that everything in the actor's inbox was read; gives how many lines were new. Queries: 1."""
    return Notice.objects.filter(recipient=_reader(actor), read_at=None).update(read_at=timezone.now())


def _reader(actor: Actor) -> int:
    if actor.staff_id is None:
        raise NotAllowedError("Only a member of staff has an inbox.")
    return actor.staff_id
