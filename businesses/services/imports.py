"""An import from upload to start: the file is kept, its columns are mapped, the worker is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from bizworks.tenancy.tasks import enqueue
from businesses.constants import (
    IMPORT_CHUNK,
    IMPORT_FILE_DAYS,
    IMPORT_STALE_SECONDS,
    IMPORT_SYNONYMS,
    MAX_IMPORT_BYTES,
    ImportField,
    Source,
)
from businesses.models import ImportBatch, ImportMapping
from businesses.services.checks import Problems
from businesses.services.import_files import ListFile, column_labels, file_examine, file_store, list_open
from businesses.services.import_plan import Planner
from businesses.services.import_rows import RowInterpreter

State = ImportBatch.State
STARTABLE = (State.DRAFT, State.FAILED, State.CANCELLED)
OPEN = (State.QUEUED, State.RUNNING)


def batch_path(batch: ImportBatch) -> Path:
    """Where the list of an import is kept; never below a folder that is served."""
    return Path(settings.MEDIA_ROOT) / batch.file_path


def import_upload(
    *,
    actor: Actor,
    source_name: str,
    file: BinaryIO,
    file_name: str,
    source: str = Source.PUBLIC,
    limit: int | None = MAX_IMPORT_BYTES,
) -> ImportBatch:
    """Take a list in: check it is one, keep it as UTF-8, count its rows, guess its columns. Nothing is imported yet.

    `limit` is in bytes; None = no limit (the command). Errors: NotAllowedError, BusinessRuleError on
    `file` and `source_name`. Queries: 2.
    """
    actor.require(Permission.IMPORT_BUSINESSES)
    problems = Problems()
    clean = problems.texts(ImportBatch, {"source_name": source_name, "file_name": Path(file_name).name[-200:]})
    problems.required(clean, {"source_name": "Name the list; the same name again updates its businesses."})
    if ":" in clean["source_name"]:
        problems.add("source_name", "Leave out the colon.")
    if source not in Source.values:
        problems.add("source", "Choose where the list comes from.")
    problems.raise_if_any()
    facts = file_examine(file, limit=limit)
    batch = ImportBatch(
        **clean,
        source=source,
        sha256=facts.sha256,
        file_path=f"imports/{actor.tenant_id}/{uuid4().hex}.csv",
        requested_by_id=actor.staff_id,
    )
    target = batch_path(batch)
    file_store(file, target, facts)
    try:
        with list_open(target) as rows:
            batch.header, batch.separator = rows.header, rows.separator
            batch.columns = _guess(batch)
            _survey(batch, rows)
        batch.save(force_insert=True)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return batch


def _guess(batch: ImportBatch) -> dict[str, str]:
    """Which column is what: as the source was mapped last time, else by the words lists use. Queries: 1."""
    labels = column_labels(batch.header)
    remembered = ImportMapping.objects.filter(source_name=batch.source_name).first()
    if remembered and set(remembered.columns.values()) <= set(labels):
        return remembered.columns
    bare = {"".join(ch for ch in label.lower() if ch.isalnum()): label for label in reversed(labels)}
    guess = {name: next((bare[w] for w in words if w in bare), "") for name, words in IMPORT_SYNONYMS.items()}
    return {name: label for name, label in guess.items() if label}


def _survey(batch: ImportBatch, rows: ListFile) -> None:
    """Count the rows; a number of the row that is missing or repeated anywhere is not guessed to be one.

    Errors: BusinessRuleError on `file` if there are no rows.
    """
    label = batch.columns.get(ImportField.ROW_ID)
    place = column_labels(batch.header).index(label) if label else None
    numbers: set[str] = {""}
    for row in rows.rows():
        batch.total = row.number
        if place is not None and not row.broken:
            number = row.cells[place].strip()
            if number in numbers:
                del batch.columns[ImportField.ROW_ID]
                place = None
            numbers.add(number)
    if not batch.total:
        raise BusinessRuleError({"file": ["The list has column names but no rows."]})


def import_map(*, actor: Actor, batch_id: int, columns: Mapping[str, str]) -> ImportBatch:
    """Say which column is what, {our field: their column}; remembered for the source's next list.

    Errors: NotAllowedError, DoesNotExist, BusinessRuleError by our field. Locks the row. Queries: 4.
    """
    actor.require(Permission.IMPORT_BUSINESSES)
    with transaction.atomic():
        batch = _lock(batch_id, STARTABLE)
        chosen = {name: label for name, label in columns.items() if label}
        problems = Problems()
        labels = column_labels(batch.header)
        for name, label in chosen.items():
            if name not in ImportField.values:
                problems.add("", f"“{name[:40]}” is not one of the fields: {', '.join(ImportField.values)}.")
            elif label not in labels:
                problems.add(name, f"The list has no column “{label[:80]}”.")
            elif list(chosen.values()).count(label) > 1:
                problems.add(name, f"The column “{label[:80]}” is chosen twice.")
        if ImportField.NAME not in chosen:
            problems.add(ImportField.NAME, "Choose the column with the names of the businesses.")
        if not {ImportField.TOWN, ImportField.ZIP} & set(chosen):
            problems.add(ImportField.TOWN, "Choose the column with the towns, or the one with the ZIP codes.")
        problems.raise_if_any()
        batch.columns = chosen
        batch.save(update_fields=["columns"])
        ImportMapping.objects.update_or_create(source_name=batch.source_name, defaults={"columns": chosen})
    return batch


def interpreter_for(batch: ImportBatch) -> RowInterpreter:
    """The reader of the batch's rows by its mapping. Queries: about 13."""
    labels = column_labels(batch.header)
    places = {name: labels.index(label) for name, label in batch.columns.items()}
    return RowInterpreter(columns=places, source_name=batch.source_name)


@dataclass(frozen=True)
class ImportPreview:
    """What the first rows of a list would come to; `examples` are (row number, name, place, what happens)."""

    rows: int
    new: int
    changed: int
    unchanged: int
    rejected: int
    unplaced: int
    examples: list[tuple[int, str, str, str]] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def import_preview(*, actor: Actor, batch: ImportBatch, limit: int = IMPORT_CHUNK) -> ImportPreview:
    """Try the first rows without writing anything.

    Errors: NotAllowedError, BusinessRuleError on `file`. Queries: about 16, whatever the number of rows.
    """
    actor.require(Permission.IMPORT_BUSINESSES)
    planner = Planner(interpreter_for(batch))
    with list_open(batch_path(batch)) as rows:
        sample = list(islice(rows.rows(), limit))
    plan = planner.plan(sample)
    happens = {taken.key: "new" for taken in plan.new} | {taken.key: "unchanged" for taken in plan.unchanged}
    examples = [
        (
            taken.row.number,
            taken.values["name"],
            f"{taken.values['town']}, {taken.values['state']} {taken.values['zip_code']}".strip(),
            happens.get(taken.key, "changed"),
        )
        for taken in plan.taken[:8]
    ]
    refusals = [(problem.row_number, problem.reason) for problem in plan.problems[:8]]
    counts = (len(plan.new), len(plan.known), len(plan.unchanged), plan.rejected, plan.unplaced)
    return ImportPreview(len(sample), *counts, examples, refusals)


def import_start(*, actor: Actor, batch_id: int) -> ImportBatch:
    """Ask the worker to take the list, from its first row or from where it stopped.

    Errors: NotAllowedError, DoesNotExist, BusinessRuleError. Locks the row. Queries: 4.
    """
    actor.require(Permission.IMPORT_BUSINESSES)
    with transaction.atomic():
        batch = _lock(batch_id, STARTABLE)
        if ImportField.NAME not in batch.columns:
            raise BusinessRuleError("Say first which column is what.")
        if not batch_path(batch).is_file():
            raise BusinessRuleError("The file is no longer kept. Upload it again; what was taken stays.")
        if ImportBatch.objects.filter(source_name=batch.source_name, state__in=OPEN).exists():
            raise BusinessRuleError(f"Another list of “{batch.source_name}” is being imported. Wait until it is done.")
        batch.state, batch.cancel_requested, batch.problem, batch.attempts = State.QUEUED, False, "", 0
        batch.finished_at = None
        batch.save(update_fields=["state", "cancel_requested", "problem", "attempts", "finished_at"])
        enqueue("businesses.import_run", batch_id=batch.pk)
    return batch


def import_cancel(*, actor: Actor, batch_id: int) -> ImportBatch:
    """Stop an import after the chunk it is at, or drop a list that was not started; what was taken stays.

    Errors: NotAllowedError, DoesNotExist, BusinessRuleError if it has ended. Locks the row. Queries: 3.
    """
    actor.require(Permission.IMPORT_BUSINESSES)
    with transaction.atomic():
        batch = _lock(batch_id, (State.DRAFT, *OPEN))
        if batch.state != State.RUNNING:
            batch.state, batch.finished_at = State.CANCELLED, timezone.now()
        batch.cancel_requested = True
        batch.save(update_fields=["state", "finished_at", "cancel_requested"])
    return batch


def _lock(batch_id: int, states: tuple[str, ...]) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if batch.state not in states:
        raise BusinessRuleError(f"This import is {batch.get_state_display().lower()}; that cannot be done now.")
    return batch


def imports_due() -> list[int]:
    """Ids of the tenant's imports that no living worker has: queued, or silent for 30 seconds. Queries: 1."""
    silent = timezone.now() - timedelta(seconds=IMPORT_STALE_SECONDS)
    waiting = ImportBatch.objects.filter(state=State.QUEUED)
    dead = ImportBatch.objects.filter(state=State.RUNNING, heartbeat_at__lt=silent)
    return list((waiting | dead).order_by("id").values_list("id", flat=True))


def import_files_drop(*, tenant_id: int) -> int:
    """Remove the tenant's list files that no unfinished import needs, a week after upload; returns how many.

    Lists hold more than was taken; they are not kept for longer than they are needed. Queries: 1 if there are files.
    """
    folder = Path(settings.MEDIA_ROOT) / "imports" / str(tenant_id)
    files = list(folder.glob("*.csv")) if folder.is_dir() else []
    if not files:
        return 0
    oldest = timezone.now() - timedelta(days=IMPORT_FILE_DAYS)
    needed = ImportBatch.objects.filter(state__in=(*STARTABLE, *OPEN), created_at__gte=oldest)
    keep = {Path(path).name for path in needed.values_list("file_path", flat=True)}
    stale = [path for path in files if path.name not in keep and path.stat().st_mtime < oldest.timestamp()]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
