"""Whether a row of a list is a business that is known from elsewhere (BR-12): one question for a whole chunk."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from bizworks.tenancy.context import current_tenant_id
from businesses.services.import_rows import TakenRow

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_UNIT = re.compile(r" (?:suite|ste|unit|apt|room|rm|floor|fl)\b.*$")
_WORDS = {
    "street": "st", "str": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "lane": "ln",
    "boulevard": "blvd", "highway": "hwy", "place": "pl", "square": "sq", "court": "ct", "parkway": "pkwy",
    "north": "n", "south": "s", "east": "e", "west": "w",
}  # fmt: skip
_AT_ONCE = 200
_FIND = f"""
WITH r AS MATERIALIZED (
  SELECT number, fein, town_id, businesses_name_key(name) AS name_key
  FROM json_to_recordset(%(rows)s::json) AS r (number int, name text, fein text, town_id int)
), found AS MATERIALIZED (
  SELECT r.number, r.fein, b.*, true AS by_fein
  FROM r CROSS JOIN LATERAL (SELECT e.id FROM businesses_employer e
    WHERE e.tenant_id = %(tenant)s AND e.fein = r.fein AND e.fein <> '' AND e.fein_source <> 'uc' LIMIT 1) e
  CROSS JOIN LATERAL (SELECT b.id, b.name, b.address, b.town, b.state, b.employer_id FROM businesses_business b
    WHERE b.tenant_id = %(tenant)s AND b.employer_id = e.id AND b.status <> 'merged'
    AND b.municipality_id IS NOT DISTINCT FROM r.town_id LIMIT {_AT_ONCE}) b
  WHERE r.fein <> ''
  UNION ALL
  SELECT r.number, r.fein, b.*, false
  FROM r CROSS JOIN LATERAL (SELECT b.id, b.name, b.address, b.town, b.state, b.employer_id FROM businesses_business b
    WHERE b.tenant_id = %(tenant)s AND b.name_key = r.name_key AND b.municipality_id IS NOT DISTINCT FROM r.town_id
    AND b.status <> 'merged' LIMIT {_AT_ONCE}) b
  WHERE r.name_key <> '' AND r.town_id IS NOT NULL
), told AS MATERIALIZED (
  SELECT f.*, (SELECT CASE WHEN e.fein_source = 'uc' THEN '' ELSE e.fein END FROM businesses_employer e
     WHERE e.tenant_id = %(tenant)s AND e.id = f.employer_id) AS their_fein,
    (SELECT count(*) FROM businesses_businessidentifier i WHERE i.tenant_id = %(tenant)s AND i.business_id = f.id
     AND i.scheme || '' = 'list' AND starts_with(i.value, %(list)s)) AS rows_of_list
  FROM found f
)
SELECT number, id, name, address, town, state, by_fein FROM told
WHERE rows_of_list = 0 AND (by_fein OR fein = '' OR their_fein = '' OR their_fein = fein)
ORDER BY number, by_fein DESC, id
"""  # noqa: S608  a number of ours
"""One look into an index for each row, even while the planner takes a table that grows for a small one: so lateral,
bounded, and asked one by one; `scheme || ''` and `IS NOT DISTINCT FROM` keep it from indexes that are too broad."""
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
    place: str
    by_fein: bool


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
        """Matches by row number, rows without one left out; rows in their order. Queries: 1, none without rows."""
        if not rows:
            return {}
        found: dict[int, list[_Candidate]] = {}
        with connection.cursor() as cursor:
            cursor.execute(_FIND, self._arguments(rows))
            for number, pk, name, address, town, state, by_fein in cursor:
                candidate = _Candidate(pk, name, address, f"{town}, {state}", by_fein)
                found.setdefault(number, []).append(candidate)
        matches = {}
        for taken in rows:
            if candidates := found.get(taken.row.number):
                match = self._choose(taken.values["address"], candidates)
                if match is not None:
                    matches[taken.row.number] = match
        return matches

    def _arguments(self, rows: Sequence[TakenRow]) -> dict:
        asked = [
            {
                "number": taken.row.number,
                "name": taken.values["name"],
                "fein": taken.values["fein"],
                "town_id": taken.values["municipality_id"],
            }
            for taken in rows
        ]
        return {"rows": json.dumps(asked), "tenant": current_tenant_id(), "list": self._list}

    def _choose(self, address: str, candidates: list[_Candidate]) -> Match | None:
        ours = address_key(address)
        free = [candidate for candidate in candidates if candidate.business_id not in self._claimed]
        at_address = [candidate for candidate in free if ours and address_key(candidate.address) == ours]
        for candidate in at_address:
            return self._sure(candidate, SAME_FEIN if candidate.by_fein else SAME_NAME)
        named = [candidate for candidate in candidates if not candidate.by_fein]
        if len(named) == 1 and named[0] in free and not (ours and address_key(named[0].address)):
            return self._sure(named[0], NO_ADDRESS)
        return (
            Match(named[0].business_id, named[0].name, named[0].place, "the same name", is_sure=False)
            if named
            else None
        )

    def _sure(self, candidate: _Candidate, why: str) -> Match:
        self._claimed.add(candidate.business_id)
        return Match(candidate.business_id, candidate.name, candidate.place, why, is_sure=True)
