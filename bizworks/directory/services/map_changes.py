"""Who must hear when the tenant's map changes: upper apps register, the directory tells."""

from collections.abc import Callable

TERRITORY = "territory"
MEMBERSHIP = "membership"
SECTORS = "sectors"
CATALOGUE = "catalogue"
PROFILE = "profile"
CHANGES = frozenset({TERRITORY, MEMBERSHIP, SECTORS, CATALOGUE, PROFILE})

MapListener = Callable[[frozenset[str]], None]
_listeners: list[MapListener] = []


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
