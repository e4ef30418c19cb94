"""Record linkage: how well duplicates are found, and how long the search takes.

With `BENCHMARK_LISTS` the same is measured on lists of your own. It names a folder that holds
`businesses.csv` (id, name, alias, address, town, place, state, zip, phone, website, fein, naics) and `pairs.csv`
(left, right, same = 1 or 0, weight = for how many pairs this one stands). `place` is any key of the town.
"""

import csv
import os
import resource
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from bizworks.benchmark.bench import Bench, Result
from bizworks.benchmark.labelled import make_lists
from bizworks.tenancy.context import tenant_context
from businesses.constants import PAIR_LIKELY
from businesses.models import DuplicatePair, MatchRun
from businesses.services.linkage import pairs_find
from businesses.services.linkage_features import Known
from businesses.services.matching_run import match_run, match_start

ID = "P10"
NEEDS_SERVICES = False
PRECISION, RECALL, SECONDS = 0.98, 0.95, 60.0
_LABELLED = {"small": 5_000, "state": 66_000}


def measure(bench: Bench) -> Iterator[Result]:
    """Quality on labelled pairs, then the whole job in the largest tenant."""
    yield from _labelled(bench)
    if folder := os.environ.get("BENCHMARK_LISTS"):
        yield from _lists(Path(folder))
    yield _job(bench)


def _labelled(bench: Bench) -> Iterator[Result]:
    lists = make_lists(businesses=_LABELLED[bench.size])
    before = _cpu()
    likely, seconds = _likely(lists.rows)
    right, number = len(likely & lists.truth), len(lists.rows)
    yield Result(ID, "precision on our labelled set", number, right / len(likely), goal=PRECISION, at_least=True)
    yield Result(ID, "recall on our labelled set", number, right / len(lists.truth), goal=RECALL, at_least=True)
    goal = SECONDS * max(1.0, number / 100_000)
    yield Result(
        ID, "linkage of the labelled set alone, at most a minute", number, seconds, goal=goal, more=_cost(before)
    )


def _likely(rows: Iterable[Known]) -> tuple[set[tuple[int, int]], float]:
    started = time.perf_counter()
    found = {(p.left, p.right) for part in pairs_find(rows) for p in part if p.probability >= PAIR_LIKELY}
    return found, time.perf_counter() - started


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _cost(since: float) -> dict[str, float]:
    """Seconds of processor since then, which other load does not stretch, and the most memory so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu_s": round(_cpu() - since, 1), "peak_mb": used.ru_maxrss // 1024}


def _lists(folder: Path) -> Iterator[Result]:
    rows, places = [], {}
    with (folder / "businesses.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            number = int(row.pop("id"))
            place = places.setdefault((row["state"], row.pop("place")), len(places) + 1)
            rows.append(Known(number, municipality_id=place, zip_code=row.pop("zip"), employer_id=number, **row))
    before = _cpu()
    likely, seconds = _likely(rows)
    cost = _cost(before)
    with (folder / "pairs.csv").open(encoding="utf-8", newline="") as file:
        pairs = [
            ((int(row["left"]), int(row["right"])), row["same"] == "1", float(row["weight"]))
            for row in csv.DictReader(file)
        ]
    right = sum(weight for key, same, weight in pairs if same and key in likely)
    wrong = sum(weight for key, same, weight in pairs if not same and key in likely)
    missed = sum(weight for key, same, weight in pairs if same and key not in likely)
    more = {"labelled_pairs": len(pairs), "likely_pairs": len(likely)}
    what = "on the lists given"
    yield Result(ID, f"precision {what}", len(rows), right / (right + wrong), goal=PRECISION, at_least=True, more=more)
    yield Result(ID, f"recall {what}", len(rows), right / (right + missed), goal=RECALL, at_least=True)
    yield Result(ID, f"linkage {what}, at most a minute", len(rows), seconds, goal=SECONDS, more=cost)


def _job(bench: Bench) -> Result:
    """The search as the worker runs it: read, compare, write; what it wrote is removed again."""
    full = bench.tenants["full"]
    with bench.acting(full.manager) as actor:
        run = match_start(actor=actor)
    started, before = time.perf_counter(), _cpu()
    match_run(tenant_id=full.tenant_id, run_id=run.pk)
    seconds = time.perf_counter() - started
    with tenant_context(full.tenant_id):
        run.refresh_from_db()
        DuplicatePair.objects.all().delete()
        MatchRun.objects.all().delete()
    more = {"state": run.state, "pairs": run.pairs_found} | _cost(before)
    goal = SECONDS * max(1.0, full.businesses / 100_000)
    return Result(ID, "search for duplicates, whole job", full.businesses, seconds, goal=goal, more=more)
