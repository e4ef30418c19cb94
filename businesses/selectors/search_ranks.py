"""How a search finds and ranks, in SQL that reads indexes by equality and ranges alone (ADR 0008).

Everything runs as the application, under the row-level security of every table it reads.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import current_tenant_id
from businesses.selectors.relationships import OWN_ACCOUNTS_SQL
from businesses.selectors.search_terms import LAST, Terms

Span = tuple[str, str]

WHOLE, START, NAME, TOWN, PEOPLE = range(5)
"""Tiers: the whole name; its beginning; words of the names; with the town; with its people. Numbers: whole or start."""

RARE = 1_000
"""Businesses of the rarest word that are looked at one by one."""
COMMON = 6_000
"""Up to here it is counted how common a word is."""
SHARED = 12_000
"""Businesses of the rarest word at most that are held against the next, when all words are common."""
ENOUGH = 300
"""Businesses that common words share, that are ranked."""
SHORT = 60
"""Businesses looked at when there is but one word, beside those whose name begins so."""
SPELT = 12
"""Different words that a beginning may stand for, to be looked up as such."""


@dataclass(frozen=True)
class Found:
    """A business in order of what was meant; `tier` tells where it was found, `is_own` an own account."""

    business_id: int
    tier: int
    is_own: bool = False
    is_respelt: bool = False


@dataclass(frozen=True)
class Word:
    """A typed word in the directory: its ranges, the words in them (None = too many), the businesses (capped)."""

    spans: tuple[Span, ...]
    words: tuple[str, ...] | None
    number: int


_RESOLVE = f"""
WITH RECURSIVE g AS (SELECT * FROM unnest(%(places)s::int[], %(low)s::text[], %(high)s::text[]) AS g (place, low, high)),
v (place, high, word, step) AS (
  SELECT g.place, g.high, (SELECT w.word FROM businesses_searchword w WHERE w.tenant_id = %(tenant)s
         AND w.word >= g.low AND w.word < g.high ORDER BY w.word LIMIT 1), 1 FROM g
  UNION ALL
  SELECT v.place, v.high, (SELECT w.word FROM businesses_searchword w WHERE w.tenant_id = %(tenant)s
         AND w.word > v.word AND w.word < v.high ORDER BY w.word LIMIT 1), v.step + 1
    FROM v WHERE v.word IS NOT NULL AND v.step <= {SPELT}
)
SELECT g.place, sum((SELECT count(*) FROM (SELECT FROM businesses_searchword w WHERE w.tenant_id = %(tenant)s
                      AND w.word >= g.low AND w.word < g.high LIMIT {COMMON}) x)),
       (SELECT array_agg(DISTINCT v.word) FROM v WHERE v.place = g.place AND v.word IS NOT NULL)
  FROM g GROUP BY g.place ORDER BY g.place
"""  # noqa: S608  numbers of ours

_KNOWN = """
SELECT c.place, c.low, c.high, known.number
  FROM unnest(%(places)s::int[], %(low)s::text[], %(high)s::text[]) AS c (place, low, high)
 CROSS JOIN LATERAL (SELECT count(*) AS number FROM (SELECT FROM businesses_searchword w
        WHERE w.tenant_id = %(tenant)s AND w.word >= c.low AND w.word < c.high LIMIT 20) x) known
 WHERE known.number > 0
"""


def resolve(groups: Sequence[Sequence[Span]]) -> list[Word]:
    """Look typed words up in the directory's vocabulary. Queries: 1, none for none."""
    found = {
        place: Word(tuple(groups[place]), None if len(words or ()) > SPELT else tuple(words or ()), int(number))
        for place, number, words in _ask(_RESOLVE, enumerate(groups))
    }
    return [found.get(place, Word(tuple(group), (), 0)) for place, group in enumerate(groups)]


def known_spans(groups: Iterable[tuple[int, Sequence[Span]]]) -> list[tuple[int, str, str, int]]:
    """Those of some ranges that lead anywhere: (place, low, high, businesses, at most 20). Queries: 1, none for none."""
    return _ask(_KNOWN, groups)


def _ask(statement: str, groups: Iterable[tuple[int, Sequence[Span]]]) -> list[tuple]:
    rows = [(place, *each) for place, group in groups for each in group]
    if not rows:
        return []
    places, low, high = map(list, zip(*rows, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(statement, {"tenant": current_tenant_id(), "places": places, "low": low, "high": high})
        return cursor.fetchall()


_RANK = """
WITH own AS MATERIALIZED (SELECT DISTINCT business_id FROM ({own}) accounts LIMIT 1000),
candidates AS ({candidates}),
scored AS (
  SELECT e.business_id, e.name_key, e.is_closed, e.region_id = ANY(%(regions)s) AS is_near, {tier} AS tier, {ending} AS ending
    FROM candidates c JOIN businesses_searchentry e ON e.tenant_id = %(tenant)s AND e.business_id = c.business_id
    CROSS JOIN LATERAL (SELECT ' ' || e.name_key || ' ' || e.alias_key || ' ' AS names, e.town_key || ' ' AS town,
                               e.people_key || ' ' AS people) k
   WHERE {everywhere}
  {numbered}
), best AS (
  SELECT * FROM scored ORDER BY tier, ending DESC, is_closed, is_near DESC, name_key LIMIT 100
)
SELECT b.business_id, b.tier, o.business_id IS NOT NULL AS is_own
  FROM best b LEFT JOIN own o ON o.business_id = b.business_id
  LEFT JOIN businesses_businessactivity a ON a.tenant_id = %(tenant)s AND a.business_id = b.business_id
 ORDER BY b.tier, b.ending DESC, b.is_closed, b.is_near DESC, is_own DESC, a.last_contact_on DESC NULLS LAST,
       CASE WHEN b.tier > 1 THEN length(b.name_key) END, b.name_key, b.business_id
 LIMIT %(limit)s
"""
_BEGINNINGS = """
  UNION SELECT business_id FROM (SELECT business_id FROM businesses_searchentry WHERE tenant_id = %(tenant)s
         AND region_id = ANY(%(regions)s) AND name_key >= %(key)s AND name_key < %(key_end)s LIMIT 100) mine
  UNION SELECT near.business_id FROM (SELECT id FROM directory_region WHERE tenant_id = %(tenant)s UNION ALL SELECT 0) r
         CROSS JOIN LATERAL (SELECT business_id FROM businesses_searchentry WHERE tenant_id = %(tenant)s
         AND region_id = r.id AND name_key >= %(key)s AND name_key < %(key_end)s LIMIT 10) near
"""
_NUMBERED = """
  UNION ALL
  SELECT e.business_id, e.name_key, e.is_closed, e.region_id = ANY(%(regions)s),
         CASE WHEN ' ' || e.numbers || ' ' LIKE ANY(%(numbers)s) THEN 0 ELSE 1 END, true
    FROM ({read}) n JOIN businesses_searchentry e ON e.tenant_id = %(tenant)s AND e.business_id = n.business_id
"""


def ranked(
    words: Sequence[Word],
    *,
    actor: Actor,
    terms: Terms,
    numbers: Sequence[Span] = (),
    limit: int,
    is_respelt: bool = False,
) -> list[Found]:
    """The best of what all words, or any number, lead to, in order. Queries: 1."""
    params: dict[str, Any] = {
        "tenant": current_tenant_id(),
        "regions": sorted(actor.region_ids),
        "staff": actor.staff_id or 0,
        "limit": limit,
        "key": terms.key,
        "key_end": terms.key + LAST,
        "ending": f"% {terms.ending}%",
        "numbers": [f"% {low} %" for low, _ in numbers],
    }
    in_names, in_places, everywhere = (_all_stand(words, part, params) for part in _PARTS)
    tier = f"CASE WHEN {in_names} THEN {NAME} WHEN {in_places} THEN {TOWN} ELSE {PEOPLE} END"
    candidates = f"{_led_by_all(words, params)} UNION SELECT business_id FROM own"  # noqa: S608  ours throughout
    if not is_respelt:
        candidates += _BEGINNINGS
        tier = (
            f"CASE WHEN e.name_key = %(key)s OR e.alias_key = %(key)s OR e.name_key || ' ' || e.town_key = %(key)s THEN {WHOLE}"
            f" WHEN starts_with(e.name_key || ' ' || e.town_key, %(key)s) OR starts_with(e.alias_key, %(key)s) THEN {START}"
            f" ELSE {tier} END"
        )
    statement = _RANK.format(
        own=OWN_ACCOUNTS_SQL,
        candidates=candidates,
        tier=tier,
        everywhere=everywhere,
        ending=f"({_PARTS[-1]} LIKE %(ending)s)" if terms.ending else "true",
        numbered=_NUMBERED.format(read=_read(numbers, "number", params, limit=50)) if numbers else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [Found(*row, is_respelt=is_respelt) for row in cursor.fetchall()]


_PARTS = ("k.names", "(k.names || k.town)", "(k.names || k.town || k.people)")


def _all_stand(words: Sequence[Word], part: str, params: dict[str, Any]) -> str:
    """The condition that every word stands in a part of the entry; words hold no signs, so nothing is escaped."""
    conditions = []
    for place, word in enumerate(words):
        patterns = [f"% {low}%" if high.endswith(LAST) else f"% {low} %" for low, high in word.spans]
        names = [f"like{place}x{number}" for number in range(len(patterns))]
        params.update(zip(names, patterns, strict=True))
        conditions.append("(" + " OR ".join(f"{part} LIKE %({name})s" for name in names) + ")")
    return " AND ".join(conditions)


def _read(spans: Iterable[Span], name: str, params: dict[str, Any], *, limit: int) -> str:
    """A query of the businesses that these ranges lead to, at most so many a range."""
    spans = list(spans)
    params[f"{name}_low"], params[f"{name}_high"] = [s[0] for s in spans], [s[1] for s in spans]
    return f"""SELECT x.business_id FROM unnest(%({name}_low)s::text[], %({name}_high)s::text[]) AS g (low, high)
  CROSS JOIN LATERAL (SELECT w.business_id FROM businesses_searchword w
   WHERE w.tenant_id = %(tenant)s AND w.word >= g.low AND w.word < g.high LIMIT {limit}) x"""  # noqa: S608  ours throughout


def _led_by_all(words: Sequence[Word], params: dict[str, Any]) -> str:
    """A query of businesses worth looking at: those of the rarest word to which the others lead as well.

    Words that stand for a few of the directory's are asked for by business; others are found in the entries.
    """
    if len(words) == 1:
        return _read(words[0].spans, "word", params, limit=SHORT)
    order = sorted(words, key=lambda word: (word.number, word.words is None))
    first, probes = order[0], [word.words for word in order[1:] if word.words is not None]
    few = first.number <= RARE
    if not probes and not few:
        shared = (_read(word.spans, f"word{place}", params, limit=COMMON) for place, word in enumerate(order[:2]))
        return f"(SELECT business_id FROM (({') INTERSECT ('.join(shared)})) shared LIMIT {ENOUGH})"  # noqa: S608  ours
    query = f"(SELECT d.business_id FROM ({_read(first.spans, 'word', params, limit=RARE if few else SHARED)}) d"  # noqa: S608
    for place, asked in enumerate(probes):
        params[f"probe{place}"] = list(asked)
        leads = (
            f"businesses_searchword p{place} WHERE p{place}.tenant_id = %(tenant)s"
            f" AND p{place}.word = ANY(%(probe{place})s) AND p{place}.business_id = d.business_id"
        )
        if few:  # asked one by one
            query += f" CROSS JOIN LATERAL (SELECT FROM {leads} LIMIT 1) l{place}"
        else:
            query += f" JOIN {leads.replace(' WHERE ', ' ON ')}"
    return f"{query} LIMIT {RARE if few else ENOUGH})"
