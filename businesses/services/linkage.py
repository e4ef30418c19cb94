"""Which businesses may be one and the same: a probability for each pair, by Splink on DuckDB.

Knows neither tenants nor tables: businesses go in, scored pairs come out. DuckDB, Splink and Arrow are
loaded when they are first needed, which is in the worker only.
"""

import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from businesses.services.linkage_features import FEATURE_COLUMNS, Known, feature_rows
from businesses.services.linkage_model import COMPARISONS, OTHER_ADDRESSES, level_names, settings

LOWEST = 0.4
"""Pairs less probable than this are not proposed at all."""
MEMORY = "600MB"
THREADS = 2
_BATCH = 10_000
_CROWD = 200
"""Telling words borne by more businesses of one town than this tell nothing."""


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """Two businesses (`left` < `right`), how probably they are one, and why.

    `reasons` are "comparison:level" of `linkage_model`, such as "name:letter" and "phone:same".
    """

    left: int
    right: int
    probability: float
    reasons: tuple[str, ...]


Say = Callable[[int], None]


def pairs_find(
    businesses: Iterable[Known], *, only_new: bool = False, lowest: float = LOWEST, say: Say = lambda rows: None
) -> Iterator[list[ScoredPair]]:
    """Compare businesses with each other; yields lists of at most 10,000 pairs, in no order.

    `only_new` = only pairs of which one `is_new`. `say` is told how many rows have been read, and may raise
    to stop. Same employer at two known addresses is another location, not a duplicate (BR-12). DuckDB takes
    at most 600 MB and two threads; what does not fit goes to a temporary folder. Queries: 0.
    """
    with tempfile.TemporaryDirectory(prefix="linkage-") as folder, _database(folder) as database:
        if _load(database, businesses, say) < 2:
            return
        yield from _score(database, only_new=only_new, lowest=lowest)


@contextmanager
def _database(folder: str) -> Iterator[Any]:
    import duckdb

    database = duckdb.connect(f"{folder}/linkage.duckdb")
    try:
        database.execute(f"SET memory_limit = '{MEMORY}'")
        database.execute(f"SET threads = {THREADS}")
        database.execute(f"SET temp_directory = '{folder}'")
        database.execute("SET preserve_insertion_order = false")
        yield database
    finally:
        database.close()


def _load(database: Any, businesses: Iterable[Known], say: Say) -> int:
    """Write the features into DuckDB, batch by batch; returns how many rows there are."""
    import pyarrow as pa

    kinds = {"int64": pa.int64(), "string": pa.string(), "strings": pa.list_(pa.string()), "bool": pa.bool_()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in FEATURE_COLUMNS.items()])
    database.register("batch", schema.empty_table())
    database.execute("CREATE TABLE raw AS FROM batch")
    rows, total = feature_rows(businesses), 0
    while chunk := list(islice(rows, _BATCH)):
        columns = zip(*chunk, strict=True)
        arrays = [pa.array(column, kind.type) for column, kind in zip(columns, schema, strict=True)]
        database.register("batch", pa.Table.from_arrays(arrays, schema=schema))
        database.execute("INSERT INTO raw FROM batch")
        total += len(chunk)
        say(total)
    database.unregister("batch")
    database.execute(_PREPARE)
    return total


_PREPARE = f"""
CREATE TABLE businesses AS
WITH spread AS (
  SELECT name_key, greatest(count(DISTINCT place), count(DISTINCT place || ' ' || number || ' ' || street)) AS spread
  FROM raw GROUP BY 1),
doors AS (SELECT number, street, place, count(*) AS door FROM raw WHERE number IS NOT NULL GROUP BY ALL),
crowds AS (
  SELECT word, place FROM (SELECT unnest(tokens) AS word, place FROM raw) GROUP BY ALL HAVING count(*) <= {_CROWD}),
words AS (
  SELECT id, list(word) AS word FROM (SELECT id, unnest(tokens) AS word, place FROM raw) JOIN crowds USING (word, place)
  GROUP BY 1)
SELECT raw.*, spread, coalesce(door, 1) AS door, coalesce(words.word, []) AS word,
       left(solids[1], 5) AS head, left(solids[1], 3) AS start, right(solids[1], 7) AS tail
FROM raw JOIN spread USING (name_key) LEFT JOIN doors USING (number, street, place) LEFT JOIN words USING (id)
"""  # noqa: S608 - the number is ours


def _score(database: Any, *, only_new: bool, lowest: float) -> Iterator[list[ScoredPair]]:
    from splink import DuckDBAPI, Linker

    for name in ("splink", "sqlglot"):
        logging.getLogger(name).setLevel(logging.ERROR)
    linker = Linker(DuckDBAPI(database).register("businesses"), settings(only_new=only_new), log_level=logging.ERROR)
    scored = linker.inference.predict(threshold_match_probability=lowest)
    gammas = ", ".join(f"gamma_{name}" for name in COMPARISONS)
    found = database.execute(
        f"SELECT id_l, id_r, match_probability, l.employer = r.employer, {gammas} FROM {scored.physical_name}"  # noqa: S608
        " JOIN businesses l ON l.id = id_l JOIN businesses r ON r.id = id_r"
    )
    levels = [(name, level_names(name)) for name in COMPARISONS]
    while rows := found.fetchmany(_BATCH):
        pairs = (_pair(row, levels) for row in rows)
        yield [pair for pair in pairs if pair is not None]


def _pair(row: tuple, levels: list[tuple[str, list[str]]]) -> ScoredPair | None:
    """A row of Splink's as a pair; None for two locations of one employer (BR-12)."""
    left, right, probability, same_employer, *gammas = row
    held = {name: names[gamma] for (name, names), gamma in zip(levels, gammas, strict=True) if gamma >= 0}
    if held.get("place") in OTHER_ADDRESSES and (same_employer or held.get("fein") == "same"):
        return None
    reasons = tuple(f"{name}:{level}" for name, level in held.items())
    return ScoredPair(min(left, right), max(left, right), round(probability, 4), reasons)
