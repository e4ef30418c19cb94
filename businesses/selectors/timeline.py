"""The timeline of a business: what every agency did, merged from the sources that the apps register in `apps.py`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Protocol

from django.db.models import Model, QuerySet

from bizworks.directory.models import Agency
from bizworks.tenancy.actor import Actor

KINDS = (
    ("interaction", "Contacts"),
    ("service", "Services"),
    ("orientation", "Orientations"),
    ("note", "Notes"),
    ("change", "Changes"),
)


@dataclass(frozen=True)
class TimelineEntry:
    """One thing an agency did with a business, as far as the actor may read it.

    `kind` is one of KINDS. `is_stub` = only agency and date may be shown (BR-3). `badges` are (words, kind)
    with the kinds of the `badge` tag. `url` is empty where there is nothing to open.
    """

    occurred_on: date
    kind: str
    title: str
    agency_name: str = ""
    staff_names: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    body: str = ""
    url: str = ""
    is_stub: bool = False
    badges: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Bounds:
    """What of a timeline is wanted; every source asks the database for no more.

    `kinds` empty = all. A kind or a text tells something of the content, so with either of them no
    source may give a stub, nor find by text what it would not show (BR-3). `through` is the day a
    cursor goes on from; like `since` and `until` it is inclusive.
    """

    kinds: frozenset[str] = frozenset()
    agency_id: int | None = None
    since: date | None = None
    until: date | None = None
    text: str = ""
    through: date | None = None

    def wants(self, *kinds: str) -> bool:
        """Whether entries of one of these kinds are wanted."""
        return not self.kinds or bool(self.kinds & set(kinds))

    @property
    def is_narrow(self) -> bool:
        """Whether stubs must stay out."""
        return bool(self.kinds or self.text)

    @property
    def is_set(self) -> bool:
        """Whether anything is filtered at all."""
        return replace(self, through=None) != Bounds()

    def within(self, rows: QuerySet, day: str) -> QuerySet:
        """The rows whose day (a column) lies within. Queries: 0."""
        limits = ((f"{day}__gte", self.since), (f"{day}__lte", self.until), (f"{day}__lte", self.through))
        for condition, limit in limits:
            if limit is not None:
                rows = rows.filter(**{condition: limit})
        return rows

    def choices_like(self, model: type[Model], field: str) -> list[str]:
        """The values of a column with choices whose words hold the text. Queries: 0."""
        pairs = model._meta.get_field(field).flatchoices
        return [value for value, label in pairs if self.text.lower() in str(label).lower()]


class TimelineSource(Protocol):
    """Answers the newest entries of one business, newest first; decides itself what the actor may read."""

    def __call__(self, *, actor: Actor, business_id: int, bounds: Bounds, limit: int) -> Sequence[TimelineEntry]:
        """Give at most `limit` entries within the bounds, with a number of queries that does not grow."""


@dataclass(frozen=True)
class TimelineMonth:
    """Entries of one month; `is_continued` = the page before ended within it."""

    first: date
    entries: tuple[TimelineEntry, ...]
    is_continued: bool = False


@dataclass(frozen=True)
class TimelinePage:
    """A page of the timeline; `older` is the cursor of the next page, empty at the end; `through` is its own."""

    entries: tuple[TimelineEntry, ...]
    older: str = ""
    through: date | None = None

    @property
    def months(self) -> list[TimelineMonth]:
        """The entries by month."""
        before = self.through.replace(day=1) if self.through else None
        groups = groupby(self.entries, key=lambda entry: entry.occurred_on.replace(day=1))
        return [TimelineMonth(first, tuple(entries), first == before) for first, entries in groups]


def timeline_agencies() -> list[tuple[int, str]]:
    """The agencies a timeline can be narrowed to, also those that have retired. Queries: 1."""
    return list(Agency.objects.values_list("id", "name"))


_sources: list[TimelineSource] = []


def register_timeline_source(source: TimelineSource) -> None:
    """Let an app add to the timelines of businesses."""
    if source not in _sources:
        _sources.append(source)


def timeline_for(
    *, actor: Actor, business_id: int, bounds: Bounds | None = None, cursor: str = "", limit: int = 20
) -> TimelinePage:
    """Merge what every source knows of a business, newest first; `cursor` continues an earlier page.

    The cursor is a date and how many entries of that date were shown; one that was tampered with
    begins anew. Queries: the sources'.
    """
    through, shown = _read_cursor(cursor)
    bounds = replace(bounds or Bounds(), through=through)
    wanted = limit + shown + 1
    entries: Iterable[TimelineEntry] = (
        entry
        for source in _sources
        for entry in source(actor=actor, business_id=business_id, bounds=bounds, limit=wanted)
    )
    merged = sorted(entries, key=lambda entry: entry.occurred_on, reverse=True)[shown:wanted]
    page = tuple(merged[:limit])
    if len(merged) <= limit:
        return TimelinePage(page, through=through)
    last = page[-1].occurred_on
    repeated = sum(entry.occurred_on == last for entry in page) + (shown if last == through else 0)
    return TimelinePage(page, f"{last.isoformat()}.{repeated}", through)


def _read_cursor(cursor: str) -> tuple[date | None, int]:
    day, _, shown = cursor.partition(".")
    try:
        return date.fromisoformat(day), min(int(shown), 10_000) if shown.isascii() and shown.isdigit() else 0
    except ValueError:
        return None, 0
