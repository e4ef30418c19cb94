"""Importing a list with validation, matching, audit and a way back, against COPY and a plain upsert (P9)."""

import csv
import shutil
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings
from django.db import connections
from django.db.models import F

from bizworks.benchmark.bench import Bench, BenchTenant, Result
from bizworks.benchmark.generate import person
from bizworks.directory.services.presets import preset_apply, preset_read
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant
from bizworks.tenancy.policy import Role
from businesses.models import Business, ImportBatch
from businesses.services.import_run import import_run
from businesses.services.imports import import_start, import_upload

ID = "P9"
NEEDS_SERVICES = False
KNOWN_SHARE = 20
"""One row in so many is known from another list before."""
COLUMNS = ("id", "name", "dba", "address", "city", "state", "zip", "naics", "employees", "ein", "phone")
_VALUES = ("id", "name", "alias", "address", "town", "state", "zip_code", "naics_id", "employees", "fein", "phone")
_STAGE = "CREATE UNLOGGED TABLE benchmark_stage (" + ", ".join(f"{name} text" for name in COLUMNS) + ")"
_TABLE = "CREATE TABLE benchmark_plain (LIKE businesses_business INCLUDING ALL)"
_UPSERT = """
INSERT INTO benchmark_plain (tenant_id, id, employer_id, name, alias, address, town, state, zip_code, naics_id, employees,
    phone, search_text, area_override_reason, naics_source, status, employees_source, size_band, website, created_at, updated_at, version)
SELECT 1, id::bigint, id::bigint, name, dba, address, city, state, zip, naics, nullif(employees, '')::int, phone,
    lower(name || ' ' || dba || ' ' || city), '', 'public', 'active', 'public', '', '', now(), now(), 1
FROM benchmark_stage
ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, address = excluded.address, phone = excluded.phone
"""
"""What any import must do at the least: the same rows into a table with the same indexes, once."""


def measure(bench: Bench) -> Iterator[Result]:
    """Take a list as large as the full tenant in a tenant of its own, in which one row in twenty is known already."""
    full = bench.tenants["full"]
    folder = Path(mkdtemp(prefix="bizworks-benchmark-"))
    kept, settings.MEDIA_ROOT = settings.MEDIA_ROOT, folder
    try:
        path = _write_list(bench, full, folder / "list.csv")
        bound = _bound(path)
        actor = _importer()
        _take(actor, _shortened(path, full.businesses // KNOWN_SHARE), "Another list")
        first, batch = _take(actor, path, "The list")
        again, unchanged = _take(actor, path, "The list")
    finally:
        settings.MEDIA_ROOT = kept
        shutil.rmtree(folder, ignore_errors=True)
    assert unchanged.rows_unchanged == batch.rows_new + batch.rows_matched, "an identical list changed something"
    more = {"new": batch.rows_new, "matched": batch.rows_matched, "rows_per_s": round(full.businesses / first)}
    what = "import with validation, matching and audit"
    yield Result(ID, what, full.businesses, first, "COPY and a plain upsert", bound, goal=2.5, more=more)
    yield Result(ID, "the same list again", full.businesses, again, "the first import", first, goal=0.1)


def _write_list(bench: Bench, full: BenchTenant, path: Path) -> Path:
    with bench.acting(full.manager), path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        rows = Business.objects.order_by("id").annotate(fein=F("employer__fein")).values_list(*_VALUES)
        writer.writerows(rows.iterator(chunk_size=10_000))
    return path


def _shortened(path: Path, rows: int) -> Path:
    shorter = path.with_name("shorter.csv")
    with path.open() as whole, shorter.open("w") as out:
        out.writelines(islice(whole, rows + 1))
    return shorter


def _bound(path: Path) -> float:
    """Seconds of COPY into an unlogged table and one upsert from it, by the owner: no rules, keys or trail."""
    with connections["owner"].cursor() as cursor, path.open("rb") as lines:
        cursor.execute(_STAGE)
        cursor.execute(_TABLE)
        started = time.perf_counter()
        with cursor.copy(
            "COPY benchmark_stage FROM STDIN (FORMAT csv, HEADER, FORCE_NOT_NULL (dba, address, zip, phone))"
        ) as copy:
            while piece := lines.read(1024 * 1024):
                copy.write(piece)
        cursor.execute(_UPSERT)
        seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE benchmark_stage, benchmark_plain")
    return seconds


def _importer() -> Actor:
    tenant = Tenant.objects.create(slug="benchmark-import", name="Benchmark import")
    preset_apply(tenant=tenant, preset=preset_read("massachusetts"))
    with tenant_context(tenant.pk):
        return person(tenant, Role.MANAGER)


def _take(actor: Actor, path: Path, name: str) -> tuple[float, ImportBatch]:
    """Upload and start, then the seconds the worker takes."""
    with tenant_context(actor.tenant_id, user_id=actor.user_id), path.open("rb") as file:
        batch = import_upload(actor=actor, source_name=name, file=file, file_name=path.name, limit=None)
        import_start(actor=actor, batch_id=batch.pk)
    started = time.perf_counter()
    import_run(tenant_id=actor.tenant_id, batch_id=batch.pk)
    seconds = time.perf_counter() - started
    with tenant_context(actor.tenant_id):
        batch.refresh_from_db()
    assert batch.state == batch.State.DONE, batch.problem
    return seconds, batch
