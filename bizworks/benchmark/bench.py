"""What measures are made with: tenants to act in, clocks, and the line that is printed."""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import tenant_context


@dataclass(frozen=True)
class BenchTenant:
    """A generated tenant: how much it holds, and who can act in it."""

    tenant_id: int
    name: str
    businesses: int
    services: int
    representative: Actor
    manager: Actor
    state: Actor


@dataclass(frozen=True)
class Result:
    """One printed line: a value, what bounds it, and whether the goal holds.

    Seconds, unless `what` says otherwise. Without a bound the value itself is held to the goal.
    `at_least` = the goal is a floor (shares found), not a ceiling. `more` = further readings.
    """

    id: str
    what: str
    size: int
    value: float
    bound_name: str = ""
    bound: float | None = None
    goal: float | None = None
    at_least: bool = False
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """Value over bound."""
        return self.value / self.bound if self.bound else None

    @property
    def holds(self) -> bool | None:
        """Whether the goal is met; None without a goal."""
        held = self.value if self.ratio is None else self.ratio
        if self.goal is None:
            return None
        return held >= self.goal if self.at_least else held <= self.goal

    def line(self) -> str:
        """Write it as one JSON object."""
        facts = {
            "id": self.id,
            "what": self.what,
            "size": self.size,
            "value_s": _short(self.value),
            "bound": self.bound_name or None,
            "bound_s": _short(self.bound),
            "ratio": _short(self.ratio),
            "goal": self.goal,
            "holds": self.holds,
        }
        return json.dumps(facts | self.more)


def _short(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")


class Bench:
    """The tenants by size ("full", "tenth", "hundredth") and ways to time things in them."""

    def __init__(self, *, size: str, tenants: dict[str, BenchTenant], say: Callable[[str], None]) -> None:
        """Take what was generated; `say` reports progress to whoever waits."""
        self.size, self.tenants, self.say = size, tenants, say

    @contextmanager
    def acting(self, actor: Actor) -> Iterator[Actor]:
        """Open the actor's tenant in one transaction, as a request does."""
        with tenant_context(actor.tenant_id, user_id=actor.user_id):
            yield actor

    @staticmethod
    def times(act: Callable[[], object], *, times: int) -> list[float]:
        """Every reading of an act, in seconds."""
        return [_clock(act) for _ in range(times)]

    @staticmethod
    def pair(act: Callable[[], object], bound: Callable[[], object], *, times: int) -> tuple[float, float]:
        """Medians of both in seconds, taken in turn so that other load falls on both; each is warmed once."""
        act(), bound()
        readings = [(_clock(act), _clock(bound)) for _ in range(times)]
        mine, theirs = zip(*readings, strict=True)
        return statistics.median(mine), statistics.median(theirs)


def _clock(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def percentile(readings: list[float], share: float) -> float:
    """The reading below which this share of all lies."""
    return sorted(readings)[min(len(readings) - 1, int(len(readings) * share))]
