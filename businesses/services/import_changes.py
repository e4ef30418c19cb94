"""What a row changes of a business that is known; worked out before anything is written, so that a check can say it."""

from dataclasses import dataclass, field
from typing import Any

from businesses.constants import RowEffect
from businesses.models import Business, BusinessIdentifier
from businesses.services.import_match import Match
from businesses.services.import_rows import TakenRow

PLACE = ("address", "town", "state", "zip_code", "municipality_id", "county_id")
SINGLE = ("name", "alias", "phone", "website", "naics_id", "employees")
WORDS = {
    "naics_id": "NAICS code",
    "employees": "number of employees",
    "county_id": "address",
    "alias": "trading name",
    "zip_code": "ZIP code",
    "fein": "FEIN",
}
_HIDDEN = ("municipality_id", "county_id", "naics_source", "employees_source")


@dataclass(slots=True)
class Change:
    """A row beside the business it is about: what it would set, and what staff's word keeps as it is.

    `fein` and `employer_name` are new values of the employer; None = as it is.
    """

    taken: TakenRow
    business: Business
    identifier: BusinessIdentifier | None = None
    match: Match | None = None
    values: dict[str, Any] = field(default_factory=dict)
    fein: str | None = None
    employer_name: str | None = None
    kept: list[str] = field(default_factory=list)

    @property
    def is_any(self) -> bool:
        """Whether the business becomes another."""
        return bool(self.values) or self.fein is not None

    @property
    def effect(self) -> RowEffect:
        """Under what the row is counted."""
        if self.match is not None:
            return RowEffect.MATCHED
        return RowEffect.CHANGED if self.is_any else RowEffect.UNCHANGED

    @property
    def words(self) -> str:
        """What it sets, for people; values that roles may not see are not told."""
        named = [WORDS.get(name, name) for name in self.values if name not in _HIDDEN]
        return ", ".join(dict.fromkeys(named + (["FEIN"] if self.fein is not None else [])))

    @property
    def remarks(self) -> list[str]:
        """What is to be said about the row."""
        remarks = list(self.taken.remarks)
        return [*remarks, f"Kept as staff changed it: {', '.join(self.kept)}."] if self.kept else remarks


def change_by_list(taken: TakenRow, business: Business, identifier: BusinessIdentifier, *, source: str) -> Change:
    """Take over what the list changed since its last import, unless staff changed it meanwhile (then it is `kept`).

    An empty cell changes nothing.
    """
    change = Change(taken, business, identifier)
    before, now = identifier.listed or {}, taken.values
    for names in (PLACE, *((name,) for name in SINGLE)):
        news = [name for name in names if now[name] != before.get(name) and now[name] not in ("", None)]
        if not news:
            continue
        if all(getattr(business, name) == now[name] for name in news):
            continue
        if any(getattr(business, name) != before.get(name) for name in names):
            change.kept.append("trading name" if names[-1] == "alias" else WORDS.get(names[-1], names[-1]))
            continue
        change.values |= {name: now[name] for name in (names if names is PLACE else news)}
        if news == ["name"] and business.employer.name == before.get("name"):
            change.employer_name = now["name"]
    _say_source(change, source)
    if now["fein"] and now["fein"] not in (before.get("fein"), business.employer.fein):
        if business.employer.fein == before.get("fein", ""):
            change.fein = now["fein"]
        else:
            change.kept.append("FEIN")
    return change


def change_by_match(taken: TakenRow, business: Business, match: Match, *, source: str, fills: bool) -> Change:
    """Fill in what is empty at a business that is known from elsewhere, if that is wished."""
    change = Change(taken, business, match=match)
    if not fills:
        return change
    now = taken.values
    empty = [name for name in ("address", "zip_code", *SINGLE) if getattr(business, name) in ("", None)]
    if business.address or not now["address"]:
        empty = [name for name in empty if name != "address"]
    change.values = {name: now[name] for name in empty if now[name] not in ("", None)}
    _say_source(change, source)
    if now["fein"] and not business.employer.fein:
        change.fein = now["fein"]
    return change


def _say_source(change: Change, source: str) -> None:
    """Each value carries where it came from (BR-6)."""
    for name in ("naics", "employees"):
        if change.values.keys() & {name, f"{name}_id"}:
            change.values[f"{name}_source"] = source
