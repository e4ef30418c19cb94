"""What upper apps add to the directory: cards, alerts, and who was served. They register in `apps.py`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Q

from bizworks.tenancy.actor import Actor
from businesses.models import Business


@dataclass(frozen=True)
class BusinessPanel:
    """A card on the business page: a template and what it is rendered with (as `panel`)."""

    template: str
    context: Any
    is_brief: bool = False


@dataclass(frozen=True)
class BusinessAlert:
    """What to know before walking in, as one sentence; `kind` is bad, warn or info."""

    kind: str
    text: str
    url: str = ""
    link: str = ""


PanelProvider = Callable[..., Any]
AlertSource = Callable[..., Iterable[BusinessAlert]]
ServedCondition = Callable[..., Exists | Q]
ListCondition = Callable[..., Exists | Q]

_panels: list[tuple[str, PanelProvider, bool]] = []
_alerts: list[AlertSource] = []
_served: list[ServedCondition] = []
_list_conditions: dict[str, ListCondition] = {}


def register_business_panel(template: str, provider: PanelProvider, *, is_brief: bool = False) -> None:
    """Let an upper app add a card to the business page; a brief one stands at the top.

    `provider(actor=..., business=...)` returns what the template gets as `panel`, or None for no card.
    """
    if (template, provider, is_brief) not in _panels:
        _panels.append((template, provider, is_brief))


def register_alert_source(source: AlertSource) -> None:
    """Let an app say what to know before walking in: `source(actor=..., business=...)` gives alerts, the gravest first."""
    if source not in _alerts:
        _alerts.append(source)


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


def register_list_condition(name: str, condition: ListCondition) -> None:
    """Let an upper app say which businesses a filter of the list shows.

    `condition(actor=...)` returns a condition on Business that tells the actor nothing they may not
    know (BR-3). Known names: `open_step` (a next step is open).
    """
    _list_conditions[name] = condition


def list_condition(name: str, *, actor: Actor) -> Exists | Q:
    """The condition of that name; no business meets one that no app knows. Queries: 0."""
    condition = _list_conditions.get(name)
    return condition(actor=actor) if condition else Q(pk__in=[])


def business_panels(*, actor: Actor, business: Business) -> list[BusinessPanel]:
    """The cards of upper apps for one business. Queries: the providers'."""
    shown = ((template, provider(actor=actor, business=business), brief) for template, provider, brief in _panels)
    return [BusinessPanel(template, context, brief) for template, context, brief in shown if context is not None]


_GRAVITY = {"bad": 0, "warn": 1, "info": 2}


def business_alerts(*, actor: Actor, business: Business) -> list[BusinessAlert]:
    """What to know before walking in, the gravest first. Queries: the sources'."""
    found = [alert for source in _alerts for alert in source(actor=actor, business=business)]
    return sorted(found, key=lambda alert: _GRAVITY[alert.kind])
