"""Loading of reference facts from the files beside this module; the files are the truth (ADR 0007)."""

import csv
import functools
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections, models, transaction

from bizworks.reference import names
from bizworks.reference.models import (
    County,
    FederalCategory,
    Municipality,
    NaicsCode,
    PlaceAlias,
    ReferenceLoad,
    State,
    ZipCode,
)

DATA_DIRECTORY = Path(__file__).parent / "data"
BATCH_ROWS = 1000


class ReferenceFileError(Exception):
    """A reference file is not as its own header says; the message names file and line."""


@dataclass(frozen=True)
class ReferenceTable:
    """One file and the table it fills; `make` turns a line into a row of the table."""

    name: str
    model: type[models.Model]
    make: Callable[[dict[str, str]], models.Model]
    replaces: bool = False
    """Rows that left the file leave the table; only where nothing refers to them."""


@dataclass(frozen=True)
class LoadedTable:
    """What became of one file."""

    name: str
    row_count: int
    changed: bool


@functools.cache
def _state_words() -> dict[str, tuple[str, ...]]:
    rows = _read_rows("states", (DATA_DIRECTORY / "states.csv").read_bytes())
    return {row["code"]: names.state_words(row["code"], row["name"]) for row in rows}


def _key(state: str, name: str) -> str:
    return names.place_key(name, state_words=_state_words()[state])


TABLES = (
    ReferenceTable("states", State, lambda r: State(**r)),
    ReferenceTable("counties", County, lambda r: County(fips=r["fips"], state_id=r["state"], name=r["name"])),
    ReferenceTable(
        "municipalities",
        Municipality,
        lambda r: Municipality(
            id=int(r["id"]),
            state_id=r["state"],
            county_id=r["county_fips"] or None,
            name=r["name"],
            name_key=_key(r["state"], r["name"]),
            kind=r["kind"],
        ),
    ),
    ReferenceTable(
        "place_aliases",
        PlaceAlias,
        lambda r: PlaceAlias(
            state_id=r["state"],
            name_key=_key(r["state"], r["name"]),
            municipality_id=int(r["municipality_id"]),
        ),
        replaces=True,
    ),
    ReferenceTable(
        "zip_codes",
        ZipCode,
        lambda r: ZipCode(
            code=r["zip"],
            state_id=r["state"],
            usps_city=r["postal_city"],
            county_id=r["county_fips"] or None,
            municipality_id=int(r["municipality_id"]) if r["municipality_id"] else None,
        ),
    ),
    ReferenceTable(
        "naics_codes",
        NaicsCode,
        lambda r: NaicsCode(code=r["code"], edition=int(r["edition"]), title=r["title"]),
    ),
    ReferenceTable(
        "federal_categories",
        FederalCategory,
        lambda r: FederalCategory(**(r | {"position": int(r["position"])})),
    ),
)


def reference_load(*, database: str, directory: Path = DATA_DIRECTORY) -> list[LoadedTable]:
    """Load every reference file whose content changed since it was last loaded; one transaction.

    Rows are added and corrected by their key; rows that left a file stay, since businesses may refer
    to them, except where `replaces` says otherwise. Nothing changed = 1 query and no write. Two loads
    at once wait for each other (lock on `reference_referenceload`). Errors: ReferenceFileError.
    """
    contents = {table.name: (directory / f"{table.name}.csv").read_bytes() for table in TABLES}
    digests = {name: _digest(content) for name, content in contents.items()}
    if not _stale(digests, database):
        return _report(database, set())
    with transaction.atomic(using=database):
        with connections[database].cursor() as cursor:
            cursor.execute("LOCK TABLE reference_referenceload IN SHARE ROW EXCLUSIVE MODE")
        stale = _stale(digests, database)
        for table in TABLES:
            if table.name in stale:
                count = _load_table(table, contents[table.name], database)
                ReferenceLoad.objects.using(database).update_or_create(
                    name=table.name, defaults={"sha256": digests[table.name], "row_count": count}
                )
    return _report(database, stale)


def _digest(content: bytes) -> str:
    """Fingerprint of a file and of the code that makes its keys: a change of either loads it again."""
    return hashlib.sha256(content + Path(names.__file__).read_bytes()).hexdigest()


def _stale(digests: dict[str, str], database: str) -> set[str]:
    loaded = dict(ReferenceLoad.objects.using(database).values_list("name", "sha256"))
    return {name for name, digest in digests.items() if loaded.get(name) != digest}


def _report(database: str, changed: set[str]) -> list[LoadedTable]:
    counts = dict(ReferenceLoad.objects.using(database).values_list("name", "row_count"))
    return [LoadedTable(table.name, counts[table.name], table.name in changed) for table in TABLES]


def _load_table(table: ReferenceTable, content: bytes, database: str) -> int:
    rows = _read_rows(table.name, content)
    objects = [table.make(row) for row in rows]
    manager = table.model._default_manager.using(database)
    if table.replaces:
        manager.all().delete()
        manager.bulk_create(objects, batch_size=BATCH_ROWS)
        return len(objects)
    key = table.model._meta.pk
    manager.bulk_create(
        objects,
        batch_size=BATCH_ROWS,
        update_conflicts=True,
        unique_fields=[key.name],
        update_fields=[field.name for field in table.model._meta.local_fields if field is not key],
    )
    return len(objects)


def _read_rows(name: str, content: bytes) -> list[dict[str, Any]]:
    """Read a file and hold it against the number of rows its header states. Errors: ReferenceFileError."""
    lines = content.decode("utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    stated = next((line.split(":", 1)[1].strip() for line in head if line.startswith("# rows:")), "")
    rows = list(csv.DictReader(io.StringIO("\n".join(lines[len(head) :]))))
    if str(len(rows)) != stated:
        raise ReferenceFileError(
            f"{name}.csv has {len(rows)} rows; its header line “# rows:” says {stated or 'nothing'}."
        )
    for number, row in enumerate(rows, len(head) + 2):
        if None in row or None in row.values():
            raise ReferenceFileError(f"{name}.csv, line {number}: wrong number of columns.")
    return rows
