"""Whether a row of a list is a business that is known from elsewhere (BR-12): one question for a whole chunk."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from bizworks.tenancy.context import current_tenant_id
from businesses.selectors.matches import name_key
from businesses.services.import_rows import TakenRow

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_UNIT = re.compile(r" (?:suite|ste|unit|apt|room|rm|floor|fl)\b.*$")
_WORDS = {
    "street": "st", "str": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "lane": "ln",
    "boulevard": "blvd", "highway": "hwy", "place": "pl", "square": "sq", "court": "ct", "parkway": "pkwy",
    "north": "n", "south": "s", "east": "e", "west": "w",
}  # fmt: skip
_ROWS = "SELECT b.id, b.name, b.address, b.town, b.state, b.municipality_id, b.name_key, b.employer_id FROM businesses_business b"
_BY_NAME = f"""{_ROWS} WHERE b.tenant_id = %s AND b.status <> 'merged' AND b.municipality_id IS NOT NULL
AND b.name_key = ANY(string_to_array(%s, chr(31))) ORDER BY b.id"""
_BY_EMPLOYER = f"""{_ROWS} WHERE b.tenant_id = %s AND b.status <> 'merged'
AND b.employer_id = ANY(string_to_array(%s, chr(31))::bigint[]) ORDER BY b.id"""
_FEINS = """SELECT e.id, e.fein FROM businesses_employer e WHERE e.tenant_id = %s AND e.fein_source <> 'uc' AND e.fein <> ''
AND (e.fein = ANY(string_to_array(%s, chr(31))) OR e.id = ANY(string_to_array(%s, chr(31))::bigint[]))"""
_OF_LIST = """SELECT i.business_id FROM businesses_businessidentifier i WHERE i.tenant_id = %s AND i.scheme = 'list'
AND i.business_id = ANY(string_to_array(%s, chr(31))::bigint[]) AND starts_with(i.value, %s)"""
"""Each asks for a whole chunk at once, by a constant array. So it costs at most one pass over the tenant, also while the
planner knows nothing of a tenant that grows and takes an index that is too broad; one look for each row would not."""
SAME_FEIN = "the same FEIN at the same address"
SAME_NAME = "the same name at the same address"
NO_ADDRESS = "the same name in the same town; one of them has no address"
DOUBT = "A business of this name is known in this town; this one was added, and is put up for review."


class Match(NamedTuple):
    """A known business a row is, or (`is_sure` false) resembles; `why` completes "it has …"."""

    business_id: int
    name: str
    place: str
    why: str
    is_sure: bool


@dataclass(slots=True)
class _Candidate:
    business_id: int
    name: str
    address: str
    town: str
    state: str
    municipality_id: int
    name_key: str
    employer_id: int
    fein: str = ""

    @property
    def place(self) -> str:
        return f"{self.town}, {self.state}"


def _asked(statement: str, *arguments: set | str) -> list[tuple]:
    """Rows of one of the statements; sets go as one text, which the planner makes a constant array. Queries: 1, or 0."""
    if not any(argument for argument in arguments if isinstance(argument, set)):
        return []
    texts = ["\x1f".join(map(str, sorted(a))) if isinstance(a, set) else a for a in arguments]
    with connection.cursor() as cursor:
        cursor.execute(statement, [current_tenant_id(), *texts])
        return cursor.fetchall()


def address_key(text: str) -> str:
    """A street address as compared: no marks, common words short, no suite ("12 Main Street, Ste. 4" is "12 main st")."""
    plain = _UNIT.sub("", _NOT_WORD.sub(" ", text.lower()).strip())
    return " ".join([_WORDS.get(word, word) for word in plain.split()])


class Matcher:
    """Finds known businesses for rows of one list. One business is at most one row of a list: the first that fits.

    FEINs of the unemployment agency take no part: a list could be made to ask for them (BR-6).
    """

    def __init__(self, source_name: str) -> None:
        """Begin with no business taken."""
        self._list = f"{source_name}:"
        self._claimed: set[int] = set()

    def find(self, rows: Sequence[TakenRow]) -> dict[int, Match]:
        """Matches by row number, rows without one left out; rows in their order. Queries: 4, none without rows."""
        if not rows:
            return {}
        keys = {taken.row.number: name_key(taken.values["name"]) for taken in rows}
        wanted = {taken.values["fein"] for taken in rows} - {""}
        named: dict[tuple[str, int], list[_Candidate]] = {}
        held: dict[tuple[str, int | None], list[_Candidate]] = {}
        by_name = [_Candidate(*line) for line in _asked(_BY_NAME, set(keys.values()) - {""})]
        towns = {(keys[taken.row.number], taken.values["municipality_id"]) for taken in rows}
        by_name = [c for c in by_name if (c.name_key, c.municipality_id) in towns]
        feins = dict(_asked(_FEINS, wanted, {c.employer_id for c in by_name}))
        by_fein = [
            _Candidate(*line) for line in _asked(_BY_EMPLOYER, {e for e, fein in feins.items() if fein in wanted})
        ]
        listed = {pk for (pk,) in _asked(_OF_LIST, {c.business_id for c in (*by_name, *by_fein)}, self._list)}
        for candidate in by_name:
            if candidate.business_id not in listed:
                candidate.fein = feins.get(candidate.employer_id, "")
                named.setdefault((candidate.name_key, candidate.municipality_id), []).append(candidate)
        for candidate in by_fein:
            if candidate.business_id not in listed:
                held.setdefault((feins[candidate.employer_id], candidate.municipality_id), []).append(candidate)
        matches = {}
        for taken in rows:
            town, fein = taken.values["municipality_id"], taken.values["fein"]
            alike = [
                c for c in named.get((keys[taken.row.number], town), []) if not (fein and c.fein) or c.fein == fein
            ]
            same = held.get((fein, town), []) if fein else []
            if (alike or same) and (match := self._choose(taken.values["address"], same, alike)):
                matches[taken.row.number] = match
        return matches

    def _choose(self, address: str, same: list["_Candidate"], named: list["_Candidate"]) -> Match | None:
        """The one with the FEIN at the address, else with the name there, else the only one of the name without address."""
        ours = address_key(address)
        for candidates, why in ((same, SAME_FEIN), (named, SAME_NAME)):
            for candidate in candidates:
                if ours and candidate.business_id not in self._claimed and address_key(candidate.address) == ours:
                    return self._sure(candidate, why)
        free = len(named) == 1 and named[0].business_id not in self._claimed
        if free and not (ours and address_key(named[0].address)):
            return self._sure(named[0], NO_ADDRESS)
        return (
            Match(named[0].business_id, named[0].name, named[0].place, "the same name", is_sure=False)
            if named
            else None
        )

    def _sure(self, candidate: _Candidate, why: str) -> Match:
        self._claimed.add(candidate.business_id)
        return Match(candidate.business_id, candidate.name, candidate.place, why, is_sure=True)
