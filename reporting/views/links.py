"""Addresses of dashboards: the same place in another period."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from reporting.constants import Grain
from reporting.forms import DashboardForm
from reporting.selectors.counts import Calendar, Period
from reporting.selectors.cuts import GRAIN_WORDS


@dataclass(frozen=True)
class Link:
    """A link to a dashboard."""

    label: str
    url: str
    current: bool = False


def dashboard_url(asked: DashboardForm, period: Period) -> str:
    """The place that was asked for, in a period; complete, so that it means the same to everybody."""
    return f"{reverse('reporting:dashboard')}?{urlencode(asked.parameters(period))}"


def grain_links(asked: DashboardForm, calendar: Calendar) -> list[Link]:
    """The place in the year, the quarter and the month that lie nearest to the period shown."""
    shown = asked.period()
    return [
        Link(Grain(grain).label, dashboard_url(asked, _nearest(shown, grain, calendar)), grain == shown.grain)
        for grain in GRAIN_WORDS
    ]


def _nearest(shown: Period, grain: Grain, calendar: Calendar) -> Period:
    """A longer period holds the one shown; a shorter one is the last in it that has begun."""
    wider = calendar.period(grain, shown.start)
    if wider.end >= shown.end:
        return wider
    begun = [period for period in calendar.within(shown, grain) if period.start <= calendar.today]
    return begun[-1] if begun else wider


def neighbours(asked: DashboardForm, calendar: Calendar) -> dict[str, Link]:
    """The periods before and, unless it lies in the future, after the one shown."""
    shown = asked.period()
    found = {"previous": calendar.shifted(shown, -1), "next": calendar.shifted(shown, 1)}
    if found["next"].start > calendar.today:
        del found["next"]
    return {name: Link(period.label, dashboard_url(asked, period)) for name, period in found.items()}
