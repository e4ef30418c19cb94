"""An import from upload to start: the file is kept, its columns are mapped, the worker is asked."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from bizworks.tenancy.tasks import enqueue
from businesses.constants import (
    IMPORT_FILE_DAYS,
    IMPORT_STALE_SECONDS,
    IMPORT_SYNONYMS,
    MAX_IMPORT_BYTES,
    ImportField,
    ImportPhase,
    MatchedPolicy,
    Source,
)
from businesses.models import ImportBatch, ImportMapping
from businesses.services.checks import Problems
from businesses.services.import_files import (
    ListFile,
    ListRow,
    column_labels,
    file_examine,
    file_store,
    list_open,
)
from businesses.services.import_rows import RowInterpreter, RowRefusedError
from businesses.services.import_workbooks import WORKBOOK_START, workbook_check
from businesses.validators import hide_ssn

State = ImportBatch.State
STARTABLE = (State.DRAFT, State.FAILED, State.CANCELLED)
OPEN = (State.QUEUED, State.RUNNING)
Phase = ImportPhase


def batch_path(batch: ImportBatch) -> Path:
    """Where the list of an import is kept; never below a folder that is served."""
    return Path(settings.MEDIA_ROOT) / batch.file_path


def workbook_path(batch: ImportBatch) -> Path:
    """Where the uploaded workbook of an import is kept."""
    return Path(settings.MEDIA_ROOT) / batch.workbook_path


def report_path(batch: ImportBatch) -> Path:
    """Where the check of every row is written down, a line for each."""
    return batch_path(batch).with_suffix(".report.csv")


def import_upload(
    *,
    actor: Actor,
    source_name: str,
    file: BinaryIO,
    file_name: str,
    source: str = Source.PUBLIC,
    limit: int | None = MAX_IMPORT_BYTES,
) -> ImportBatch:
    """Take a list in: check it is one, keep it, guess its columns. Nothing is imported yet.

    Text is kept as UTF-8 and its rows are counted; a workbook is kept as it is and the worker is asked to
    read it. What a file is, its content says, not its name. `limit` is in bytes; None = no limit (the command).
    Errors: NotAllowedError, BusinessRuleError on `file` and `source_name`. Queries: 2.
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
    stem = f"imports/{actor.tenant_id}/{uuid4().hex}"
    batch = ImportBatch(**clean, source=source, file_path=f"{stem}.csv", requested_by_id=actor.staff_id)
    file.seek(0)
    if file.read(4) == WORKBOOK_START:
        return _keep_workbook(batch, file, stem, limit)
    facts = file_examine(file, limit=limit)
    batch.sha256 = facts.sha256
    target = batch_path(batch)
    file_store(file, target, facts)
    try:
        list_survey(batch)
        batch.save(force_insert=True)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return batch


def _keep_workbook(batch: ImportBatch, file: BinaryIO, stem: str, limit: int | None) -> ImportBatch:
    """Keep a workbook that is safe to open, and ask the worker to read it. Errors: BusinessRuleError on `file`."""
    size = file.seek(0, 2)
    if limit and size > limit:
        raise BusinessRuleError({"file": [f"The file is larger than {limit // 1024 // 1024} MB. Split it."]})
    workbook_check(file)
    batch.workbook_path, batch.phase, batch.state = f"{stem}.xlsx", Phase.READ, State.QUEUED
    target = workbook_path(batch)
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        file.seek(0)
        with target.open("wb") as out:
            while piece := file.read(1024 * 1024):
                digest.update(piece)
                out.write(piece)
        target.chmod(0o600)
        batch.sha256 = digest.hexdigest()
        batch.save(force_insert=True)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    enqueue("businesses.import_run", batch_id=batch.pk)
    return batch


def import_sheet(*, actor: Actor, batch_id: int, sheet: str) -> ImportBatch:
    """Read another sheet of the workbook. Errors: NotAllowedError, DoesNotExist, BusinessRuleError on `sheet`. Locks the row."""
    actor.require(Permission.IMPORT_BUSINESSES)
    with transaction.atomic():
        batch = batch_lock(batch_id, STARTABLE)
        if not batch.is_mappable or sheet not in [name for name, _ in batch.sheets]:
            raise BusinessRuleError({"sheet": ["Choose one of the sheets."]})
        if not workbook_path(batch).is_file():
            raise BusinessRuleError("The file is no longer kept. Upload it again.")
        batch.sheet, batch.forecast, batch.phase, batch.state = sheet, {}, Phase.READ, State.QUEUED
        batch.attempts, batch.cancel_requested = 0, False
        batch.save()
        enqueue("businesses.import_run", batch_id=batch.pk)
    return batch


def list_survey(batch: ImportBatch) -> None:
    """Learn the stored list's columns and number of rows, and guess what is what. Errors: BusinessRuleError on `file`. Queries: 1."""
    with list_open(batch_path(batch)) as rows:
        batch.header, batch.separator, batch.total = rows.header, rows.separator, 0
        batch.columns = _guess(batch)
        _survey(batch, rows)


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
        batch = batch_lock(batch_id, STARTABLE)
        if not batch.is_mappable:
            raise BusinessRuleError("Rows of this list were taken already; its columns cannot change any more.")
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
        if batch.columns != chosen:
            batch.columns, batch.forecast = chosen, {}
        batch.save(update_fields=["columns", "forecast"])
        ImportMapping.objects.update_or_create(source_name=batch.source_name, defaults={"columns": chosen})
    return batch


def interpreter_for(batch: ImportBatch) -> RowInterpreter:
    """The reader of the batch's rows by its mapping. Queries: about 13."""
    labels = column_labels(batch.header)
    places = {name: labels.index(label) for name, label in batch.columns.items()}
    return RowInterpreter(columns=places, source_name=batch.source_name)


@dataclass(frozen=True)
class SampleRow:
    """How one of the first rows is read: what is typed for each of our fields, or why it would not be taken."""

    number: int
    values: dict[str, str]
    refusal: str = ""
    remarks: tuple[str, ...] = ()


def import_sample(*, actor: Actor, batch: ImportBatch, columns: Mapping[str, str], limit: int = 8) -> list[SampleRow]:
    """Read the first rows as they would be taken with these columns; nothing is kept or looked up.

    Errors: NotAllowedError, BusinessRuleError on `file`. Queries: about 13, whatever the number of rows.
    """
    actor.require(Permission.IMPORT_BUSINESSES)
    labels = column_labels(batch.header)
    places = {name: labels.index(label) for name, label in columns.items() if label in labels}
    interpreter = RowInterpreter(columns=places, source_name=batch.source_name)
    with list_open(batch_path(batch)) as rows:
        first = list(islice(rows.rows(), limit))
    return [_sample(interpreter, row, places) for row in first]


def _sample(interpreter: RowInterpreter, row: ListRow, places: Mapping[str, int]) -> SampleRow:
    try:
        taken = interpreter.read(row)
    except RowRefusedError as refusal:
        return SampleRow(row.number, {name: hide_ssn(row.cells[p])[:80] for name, p in places.items()}, str(refusal))
    read = {name: taken.values.get(_VALUE_OF.get(name, name)) for name in places}
    read[ImportField.ROW_ID] = row.cells[places[ImportField.ROW_ID]] if ImportField.ROW_ID in places else ""
    values = {name: "" if value is None else str(value) for name, value in read.items()}
    return SampleRow(row.number, values, remarks=taken.remarks + ((taken.unplaced,) if taken.unplaced else ()))


_VALUE_OF: dict[str, str] = {ImportField.NAICS: "naics_id"}


def import_check(*, actor: Actor, batch_id: int) -> ImportBatch:
    """Ask the worker what every row would come to; nothing of the directory is written.

    Errors: NotAllowedError, DoesNotExist, BusinessRuleError. Locks the row. Queries: 4.
    """
    actor.require(Permission.IMPORT_BUSINESSES)
    with transaction.atomic():
        batch = batch_lock(batch_id, STARTABLE)
        if not batch.is_mappable:
            raise BusinessRuleError("Rows of this list were taken already; take the rest.")
        _require_ready(batch)
        batch.forecast = {}
        batch_queue(batch, Phase.CHECK)
    return batch


def import_start(*, actor: Actor, batch_id: int, policy: str | None = None) -> ImportBatch:
    """Ask the worker to take the list, from its first row or from where it stopped.

    `policy` says what becomes of rows whose business another source brought (MatchedPolicy); it holds for
    the whole list, so it cannot change between its rows. Errors: NotAllowedError, DoesNotExist,
    BusinessRuleError. Locks the row. Queries: 4.
    """
    actor.require(Permission.IMPORT_BUSINESSES)
    with transaction.atomic():
        batch = batch_lock(batch_id, STARTABLE)
        _require_ready(batch)
        if policy is not None and batch.progress == 0:
            if policy not in MatchedPolicy.values:
                raise BusinessRuleError({"policy": ["Choose what is done with businesses that are known already."]})
            batch.matched_policy = policy
        require_alone(batch)
        batch_queue(batch, Phase.TAKE)
    return batch


def require_alone(batch: ImportBatch) -> None:
    """Refuse while rows of another list of this name are taken or undone. Errors: BusinessRuleError. Queries: 1."""
    writing = ImportBatch.objects.filter(source_name=batch.source_name, state__in=OPEN)
    if writing.filter(phase__in=(Phase.TAKE, Phase.UNDO)).exists():
        raise BusinessRuleError(f"Another list of “{batch.source_name}” is being imported. Wait until it is done.")


def _require_ready(batch: ImportBatch) -> None:
    if batch.phase not in (Phase.CHECK, Phase.TAKE):
        raise BusinessRuleError(f"This import is {batch.get_state_display().lower()}; that cannot be done now.")
    if ImportField.NAME not in batch.columns:
        raise BusinessRuleError("Say first which column is what.")
    if not batch_path(batch).is_file():
        raise BusinessRuleError("The file is no longer kept. Upload it again; what was taken stays.")


def batch_queue(batch: ImportBatch, phase: str) -> None:
    """Hand a locked batch to the worker."""
    batch.phase, batch.state, batch.cancel_requested, batch.problem = phase, State.QUEUED, False, ""
    batch.attempts, batch.finished_at = 0, None
    batch.save()
    enqueue("businesses.import_run", batch_id=batch.pk)


def import_cancel(*, actor: Actor, batch_id: int) -> ImportBatch:
    """Stop an import after the chunk it is at, or drop a list that was not started; what was taken stays.

    A check that is stopped leaves the list as it was mapped. Errors: NotAllowedError, DoesNotExist,
    BusinessRuleError if it has ended. Locks the row. Queries: 3.
    """
    actor.require(Permission.IMPORT_BUSINESSES)
    with transaction.atomic():
        batch = batch_lock(batch_id, (State.DRAFT, *OPEN))
        if batch.state == State.QUEUED and batch.phase == Phase.CHECK:
            batch.state = State.DRAFT
        elif batch.state != State.RUNNING:
            batch.state, batch.finished_at = State.CANCELLED, timezone.now()
        batch.cancel_requested = True
        batch.save(update_fields=["state", "finished_at", "cancel_requested"])
    return batch


def batch_lock(batch_id: int, states: tuple[str, ...]) -> ImportBatch:
    """The batch, locked. Errors: DoesNotExist, BusinessRuleError if it is in none of the states."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if batch.state not in states:
        raise BusinessRuleError(f"This import is {batch.get_state_display().lower()}; that cannot be done now.")
    return batch


def imports_due() -> list[int]:
    """Ids of the tenant's imports that no living worker has: queued, or silent for 30 seconds. Queries: 1."""
    return list(ImportBatch.objects.filter(_due()).order_by("id").values_list("id", flat=True))


def _due() -> Q:
    silent = timezone.now() - timedelta(seconds=IMPORT_STALE_SECONDS)
    return Q(state=State.QUEUED) | Q(state=State.RUNNING, heartbeat_at__lt=silent)


def batch_due(batch_id: int) -> ImportBatch | None:
    """The batch, locked, if no living worker has it; asked as of the lock, which a living one may have held. Queries: 1."""
    return ImportBatch.objects.select_for_update().filter(_due(), pk=batch_id).first()


def import_files_drop(*, tenant_id: int) -> int:
    """Remove the tenant's list files that no unfinished import needs, a week after upload; returns how many.

    Lists hold more than was taken; they are not kept for longer than they are needed. Queries: 1 if there are files.
    """
    folder = Path(settings.MEDIA_ROOT) / "imports" / str(tenant_id)
    files = [*folder.glob("*.csv"), *folder.glob("*.xlsx")] if folder.is_dir() else []
    if not files:
        return 0
    oldest = timezone.now() - timedelta(days=IMPORT_FILE_DAYS)
    needed = ImportBatch.objects.filter(state__in=(*STARTABLE, *OPEN), created_at__gte=oldest)
    keep = {Path(path).stem for path in needed.values_list("file_path", flat=True)}
    stale = [
        path for path in files if path.name.partition(".")[0] not in keep and path.stat().st_mtime < oldest.timestamp()
    ]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
