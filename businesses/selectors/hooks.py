"""What upper apps add to the directory: timelines, cards, and who was served. They register in `apps.py`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.db.models import Exists, Q

from bizworks.tenancy.actor import Actor
from businesses.models import Business


@dataclass(frozen=True)
class TimelineEntry:
    """One thing an agency did with a business, as far as the actor may read it.

    `is_stub` = only agency and date may be shown (BR-3). `badges` are (words, kind) with the kinds
    of the `badge` tag. `url` is empty where there is nothing to open.
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


class TimelineSource(Protocol):
    """Answers the newest entries of one business, newest first; decides itself what the actor may read."""

    def __call__(self, *, actor: Actor, business_id: int, through: date | None, limit: int) -> Sequence[TimelineEntry]:
        """Give at most `limit` entries that occurred on or before `through` (None = no bound)."""


@dataclass(frozen=True)
class TimelinePage:
    """A page of the timeline; `older` is the cursor of the next page, empty at the end."""

    entries: tuple[TimelineEntry, ...]
    older: str = ""


@dataclass(frozen=True)
class BusinessPanel:
    """A card on the business page: a template and what it is rendered with (as `panel`)."""

    template: str
    context: Any


PanelProvider = Callable[..., Any]
ServedCondition = Callable[..., Exists | Q]

_timeline_sources: list[TimelineSource] = []
_panels: list[tuple[str, PanelProvider]] = []
_served: list[ServedCondition] = []


def register_timeline_source(source: TimelineSource) -> None:
    """Let an upper app add to the timelines of businesses."""
    if source not in _timeline_sources:
        _timeline_sources.append(source)


def register_business_panel(template: str, provider: PanelProvider) -> None:
    """Let an upper app add a card to the business page.

    `provider(actor=..., business=...)` returns what the template gets as `panel`, or None for no card.
    """
    if (template, provider) not in _panels:
        _panels.append((template, provider))


def register_served_condition(condition: ServedCondition) -> None:
    """Let the app that knows services say which businesses were served.

    `condition(actor=..., agency_id=...)` returns a condition on Business: served by that agency, or
    by any when None; never by a service whose existence the actor may not know (BR-3).
    """
    if condition not in _served:
        _served.append(condition)


def served_condition(*, actor: Actor, agency_id: int | None) -> Exists | Q:
    """The condition for businesses served (by an agency); nobody is, while no app knows services. Queries: 0."""
    combined: Exists | Q = Q(pk__in=[])
    for condition in _served:
        combined = condition(actor=actor, agency_id=agency_id) | combined
    return combined


def business_panels(*, actor: Actor, business: Business) -> list[BusinessPanel]:
    """The cards of upper apps for one business. Queries: the providers'."""
    shown = ((template, provider(actor=actor, business=business)) for template, provider in _panels)
    return [BusinessPanel(template, context) for template, context in shown if context is not None]


def timeline_for(*, actor: Actor, business_id: int, cursor: str = "", limit: int = 20) -> TimelinePage:
    """Merge what every source knows of a business, newest first; `cursor` continues an earlier page.

    The cursor is a date and how many entries of that date were shown; one that was tampered with
    begins anew. Queries: the sources'.
    """
    through, shown = _read_cursor(cursor)
    wanted = limit + shown + 1
    entries: Iterable[TimelineEntry] = (
        entry
        for source in _timeline_sources
        for entry in source(actor=actor, business_id=business_id, through=through, limit=wanted)
    )
    merged = sorted(entries, key=lambda entry: entry.occurred_on, reverse=True)[shown:wanted]
    page = tuple(merged[:limit])
    if len(merged) <= limit:
        return TimelinePage(page)
    last = page[-1].occurred_on
    repeated = sum(entry.occurred_on == last for entry in page) + (shown if last == through else 0)
    return TimelinePage(page, f"{last.isoformat()}.{repeated}")


def _read_cursor(cursor: str) -> tuple[date | None, int]:
    day, _, shown = cursor.partition(".")
    try:
        return date.fromisoformat(day), min(int(shown), 10_000) if shown.isascii() and shown.isdigit() else 0
    except ValueError:
        return None, 0
