"""The orientation rule as a pure function: facts in, judgement out (BR-17, BR-20, BR-22, BR-24)."""

from collections.abc import Iterable
from dataclasses import dataclass

from interactions.constants import ORIENTATION_MODES


@dataclass(frozen=True)
class OrientationFacts:
    """What happened, as far as the rule asks; `lines_total` is the slate of the date, 0 if none was in force."""

    mode: str
    lines_covered: int
    lines_total: int
    minimum_minutes: int
    duration_minutes: int | None = None
    is_attested: bool = False


@dataclass(frozen=True)
class Judgement:
    """Whether an orientation qualifies for one business, and in words why not."""

    business_id: int
    lines_covered: int
    lines_needed: int
    lines_total: int
    has_direct_contact: bool
    has_key_representative: bool
    is_substantial: bool
    failures: tuple[str, ...]

    @property
    def qualifies(self) -> bool:
        """Whether every test of BR-20 is passed."""
        return not self.failures


def majority_of(lines: int) -> int:
    """The smallest majority: floor(n/2)+1, so 4 of 7 (BR-20c); 0 of an empty slate."""
    return lines // 2 + 1 if lines else 0


def orientation_judge(
    facts: OrientationFacts, *, business_ids: Iterable[int], with_key_representative: Iterable[int]
) -> list[Judgement]:
    """Judge one presentation for each business by itself (BR-20e).

    `with_key_representative` are the businesses of which a key representative was met.
    """
    keyed = frozenset(with_key_representative)
    needed = majority_of(facts.lines_total)
    direct = facts.mode in ORIENTATION_MODES
    substantial = facts.is_attested or (facts.duration_minutes or 0) >= facts.minimum_minutes
    common = _common_failures(facts, needed=needed, direct=direct, substantial=substantial)
    return [
        Judgement(
            business_id=business_id,
            lines_covered=facts.lines_covered,
            lines_needed=needed,
            lines_total=facts.lines_total,
            has_direct_contact=direct,
            has_key_representative=business_id in keyed,
            is_substantial=substantial,
            failures=(*common, *(() if business_id in keyed else ("no key representative attended",))),
        )
        for business_id in business_ids
    ]


def _common_failures(facts: OrientationFacts, *, needed: int, direct: bool, substantial: bool) -> tuple[str, ...]:
    """The tests that are the same for every business: mode, slate, length."""
    failures = []
    if not direct:
        failures.append("not direct contact")
    if not facts.lines_total:
        failures.append("no slate was in force on that date")
    elif facts.lines_covered < needed:
        failures.append(f"{facts.lines_covered} of {facts.lines_total}: need {needed}")
    if not substantial:
        length = f"shorter than {facts.minimum_minutes} minutes" if facts.duration_minutes else "no length given"
        failures.append(f"{length} and not attested as substantial")
    return tuple(failures)
