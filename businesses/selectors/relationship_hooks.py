"""What upper apps know about relationships: who met whom, and what happened lately. They register in `apps.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bizworks.tenancy.actor import Actor


@dataclass(frozen=True)
class Meeting:
    """How often a staff member met a contact of a business, and when last, as far as the actor may know."""

    staff_id: int
    staff_name: str
    agency_name: str
    contact_id: int
    contact_name: str
    times: int
    last_on: date


class MeetingsSource(Protocol):
    """Answers who met whom at a business, the most often first; decides itself what the actor may know (BR-3)."""

    def __call__(self, *, actor: Actor, business_id: int, limit: int) -> Sequence[Meeting]:
        """Give at most `limit` pairs."""


@dataclass(frozen=True)
class NewsEntry:
    """One thing that happened at a business; `kind` is contact, service, status or lead."""

    at: datetime
    kind: str
    business_id: int
    text: str
    who: str = ""
    url: str = ""


class NewsSource(Protocol):
    """Answers what others did at businesses since a moment, newest first, as far as the actor may read it."""

    def __call__(
        self, *, actor: Actor, business_ids: Sequence[int], since: datetime, limit: int
    ) -> Sequence[NewsEntry]:
        """Give at most `limit` entries."""


_meetings: list[MeetingsSource] = []
_news: list[NewsSource] = []


def register_meetings_source(source: MeetingsSource) -> None:
    """Let an upper app say who met whom."""
    if source not in _meetings:
        _meetings.append(source)


def register_news_source(source: NewsSource) -> None:
    """Let an upper app say what happened."""
    if source not in _news:
        _news.append(source)


def meetings_at(*, actor: Actor, business_id: int, limit: int) -> list[Meeting]:
    """Who met whom at a business, the most often first. Queries: the sources'."""
    found = [row for source in _meetings for row in source(actor=actor, business_id=business_id, limit=limit)]
    return sorted(found, key=lambda row: (-row.times, -row.last_on.toordinal()))[:limit]


def news_at(*, actor: Actor, business_ids: Sequence[int], since: datetime, limit: int) -> list[NewsEntry]:
    """What happened at businesses, newest first. Queries: the sources'."""
    if not business_ids:
        return []
    asked = {"actor": actor, "business_ids": business_ids, "since": since, "limit": limit}
    found = [row for source in _news for row in source(**asked)]
    return sorted(found, key=lambda row: row.at, reverse=True)[:limit]
