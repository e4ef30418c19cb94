"""Who must hear when the tenant's map changes, and who can say how many businesses a change touches.

Upper apps register from their `AppConfig.ready()`; the directory tells and asks without knowing whom.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

TERRITORY = "territory"
MEMBERSHIP = "membership"
SECTORS = "sectors"
CATALOGUE = "catalogue"
PROFILE = "profile"
CHANGES = frozenset({TERRITORY, MEMBERSHIP, SECTORS, CATALOGUE, PROFILE})


@dataclass(frozen=True)
class MapScope:
    """The businesses a change would touch: those of places, or those of industries.

    A business is in scope if its town is one of `municipality_ids`, or its county one of
    `county_ids` and its town none of `except_municipality_ids`, or its NAICS code begins with one
    of `naics_included` and with none of `naics_excluded`.
    """

    municipality_ids: frozenset[int] = frozenset()
    county_ids: frozenset[str] = frozenset()
    except_municipality_ids: frozenset[int] = frozenset()
    naics_included: frozenset[str] = frozenset()
    naics_excluded: frozenset[str] = frozenset()


@dataclass(frozen=True)
class MapMove:
    """A town, a county or an area that belongs elsewhere from a day on (BR-11)."""

    subject: str
    """`municipality`, `county` (both belong to areas) or `area` (belongs to a region)."""
    subject_id: int | str
    from_ids: frozenset[int | None]
    """Who had it in that time; None = nobody."""
    to_id: int
    since: date
    until: date | None
    """First day it belongs to `to_id` no longer, by a move planned already; None = open."""


MapListener = Callable[[frozenset[str]], None]
MoveListener = Callable[[MapMove], None]
ImpactCounter = Callable[[MapScope], int]
_listeners: list[MapListener] = []
_move_listeners: list[MoveListener] = []
_counters: list[ImpactCounter] = []


def register_map_listener(listener: MapListener) -> None:
    """Let an upper app hear of changes; called once from its `AppConfig.ready()`.

    The listener gets the kinds of change: `TERRITORY` (a town or county changed its area),
    `MEMBERSHIP` (an area changed its region), `SECTORS` (a sector or its prefixes), `CATALOGUE`
    (what counts, or its federal category), `PROFILE` (a counting option). It runs in the tenant's
    transaction, so it should only mark what is stale or enqueue a task.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def map_changed(changed: frozenset[str]) -> None:
    """Tell every listener, in the order registered; unknown kinds are refused (ValueError). Queries: the listeners'."""
    if unknown := changed - CHANGES:
        raise ValueError(f"Unknown map changes: {', '.join(sorted(unknown))}.")
    for listener in _listeners:
        listener(changed)


def register_move_listener(listener: MoveListener) -> None:
    """Let the app that keeps dated records hear of each move, so that those dated since are placed again (BR-11).

    Called once from its `AppConfig.ready()`; runs in the tenant's transaction, after the move is written.
    """
    if listener not in _move_listeners:
        _move_listeners.append(listener)


def map_moved(move: MapMove) -> None:
    """Tell every listener of one move. Queries: the listeners'."""
    for listener in _move_listeners:
        listener(move)


def register_impact_counter(counter: ImpactCounter) -> None:
    """Let the app that owns businesses say how many lie in a scope; called once from its `AppConfig.ready()`."""
    if counter not in _counters:
        _counters.append(counter)


def businesses_in(scope: MapScope) -> int | None:
    """Count the businesses of a scope; None if no app counts businesses. Queries: the counter's, usually 1."""
    return sum(counter(scope) for counter in _counters) if _counters else None
