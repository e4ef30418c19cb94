"""Search as you type at full size, against a scan by ILIKE; and how often the right one is among the first ten (P5)."""

import random
import statistics
import time
from collections.abc import Callable, Iterator

from django.db import connection

from bizworks.benchmark.bench import Bench, BenchTenant, Result, percentile
from businesses.models import Business
from businesses.selectors import business_search
from businesses.selectors.search_terms import search_key

ID = "P5"
NEEDS_SERVICES = False
SAMPLE = 120
SCANS = 9
WORTH_AN_INDEX = 500_000
"""Businesses from which on a scan is too slow to type by; of fewer, the ratio says nothing."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SCAN = """
SELECT id FROM businesses_business WHERE tenant_id = %s AND search_text ILIKE %s AND search_text ILIKE %s
 ORDER BY search_text LIMIT 10
"""
Typed = dict[str, list[tuple[str, Business]]]


def measure(bench: Bench) -> Iterator[Result]:
    """A mixed set of searches at full size with scans between them; the same set at a hundredth; shares found."""
    small, full = bench.tenants["hundredth"], bench.tenants["full"]
    calm = _readings(bench, small, with_scans=False)[0]
    readings, scans, shares = _readings(bench, full, with_scans=True)
    every = [reading for kind in readings.values() for reading in kind]
    yield Result(
        ID,
        "search, mixed set, p95",
        full.businesses,
        percentile(every, 0.95),
        "ILIKE scan, median",
        statistics.median(scans),
        goal=1 / 15 if full.businesses >= WORTH_AN_INDEX else None,
        more={
            "p50_s": round(statistics.median(every), 5),
            "p95_by_kind_s": {kind: round(percentile(times, 0.95), 5) for kind, times in readings.items()},
        },
    )
    little = [reading for kind in calm.values() for reading in kind]
    yield Result(
        ID,
        "search, mixed set, median",
        full.businesses,
        statistics.median(every),
        f"the same at {small.businesses:,}",
        statistics.median(little),
    )
    for kind, goal in (("two words", 0.85), ("one mistyped", 0.78), ("words in another order", None), ("FEIN", None)):
        named, exact = shares[kind]
        what = f"share found among the first ten by name: {kind}"
        yield Result(ID, what, full.businesses, named, goal=goal, at_least=True, more={"the_very_row": round(exact, 3)})


def _readings(bench: Bench, tenant: BenchTenant, *, with_scans: bool) -> tuple[dict, list[float], dict]:
    """Times by kind, times of scans taken between them, and the shares found (by name, the very row)."""
    times: dict[str, list[float]] = {}
    scans: list[float] = []
    shares: dict[str, tuple[float, float]] = {}
    with bench.acting(tenant.representative):
        typed = _typed(random.Random(5))  # noqa: S311  invented searches
        pairs = [text.split() for text, _ in typed["two words"]]
        for kind, searches in typed.items():
            who = tenant.state if kind == "FEIN" else tenant.representative
            named = exact = 0
            for number, (text, row) in enumerate(searches):
                spent, found = _timed(lambda who=who, text=text: business_search(actor=who, text=text))
                times.setdefault(kind, []).append(spent)
                named += search_key(row.name) in [search_key(business.name) for business in found]
                exact += row in found
                if with_scans and len(scans) < SCANS * len(times) and number % (SAMPLE // SCANS) == 0:
                    scans.append(_scan(tenant, pairs[len(scans) % len(pairs)]))
            shares[kind] = (named / len(searches), exact / len(searches))
    return times, scans, shares


def _timed(act: Callable[[], list[Business]]) -> tuple[float, list[Business]]:
    started = time.perf_counter()
    found = act()
    return time.perf_counter() - started, found


def _scan(tenant: BenchTenant, words: list[str]) -> float:
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(_SCAN, [tenant.tenant_id, f"%{words[0]}%", f"%{words[1]}%"])
        cursor.fetchall()
    return time.perf_counter() - started


def _typed(dice: random.Random) -> Typed:
    """What hasty people type for businesses taken by lot."""
    ids = Business.objects.order_by("id").values_list("id", flat=True)
    first, last = ids[0], ids.reverse()[0]
    rows = Business.objects.filter(pk__in=dice.sample(range(first, last + 1), min(SAMPLE, last - first + 1)))
    typed: Typed = {}
    for row in rows.select_related("employer"):
        key = search_key(row.name)
        words = [word for word in key.split() if len(word) > 1]
        typed.setdefault("two or three letters", []).append((key[: dice.choice([2, 3])], row))
        typed.setdefault("a beginning", []).append((key[: dice.randint(4, 9)], row))
        typed.setdefault("word and town", []).append((f"{words[0]} {search_key(row.town)}", row))
        if row.employer.fein:
            typed.setdefault("FEIN", []).append((row.employer.fein, row))
        if len(words) > 1:
            one, other = (words[place] for place in sorted(dice.sample(range(len(words)), 2)))
            typed.setdefault("two words", []).append((f"{one} {other}", row))
            typed.setdefault("words in another order", []).append((f"{other} {one}", row))
            typed.setdefault("one mistyped", []).append((_mistyped(dice, one, other), row))
    return typed


def _mistyped(dice: random.Random, one: str, other: str) -> str:
    """Two words, a slip in one of them: a letter left out, wrong, too many, or swapped with the next."""
    words = [one, other]
    place = dice.choice([at for at in (0, 1) if len(words[at]) > 3] or [0])
    word = words[place]
    at, letter = dice.randrange(len(word)), dice.choice(_LETTERS)
    swap = min(at, len(word) - 2)
    words[place] = dice.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:swap] + word[swap + 1] + word[swap] + word[swap + 2 :],
        ]
    )
    return " ".join(words)
