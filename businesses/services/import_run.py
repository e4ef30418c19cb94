"""What the worker does with a list: one phase at a time, in chunks with a transaction each, so that a kill costs one chunk."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.tasks import hint_counts_changed
from businesses.constants import IMPORT_CHUNK, IMPORT_MAX_ATTEMPTS, WORKBOOK_SECONDS, RowEffect
from businesses.models import ImportBatch, ImportRowProblem
from businesses.services.import_check import Forecast
from businesses.services.import_files import ListRow, list_open
from businesses.services.import_plan import Planner, plan_apply
from businesses.services.import_rows import RowInterpreter
from businesses.services.import_undo import UndoReport, undo_chunk
from businesses.services.import_workbooks import workbook_read
from businesses.services.imports import (
    Phase,
    State,
    batch_due,
    batch_path,
    interpreter_for,
    list_survey,
    report_path,
    workbook_path,
)

logger = logging.getLogger(__name__)

FAULT = "The import stopped after row {row:,} because of a fault in the program ({kind}). What was taken stays."
CHUNK_TIMEOUT_MS = 120_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Run:
    """One worker's hold on an import."""

    batch: ImportBatch
    actor: Actor


def import_run(
    *, tenant_id: int, batch_id: int, user_id: int | None = None, on_progress: Progress | None = None
) -> None:
    """Do what a batch waits for: read its workbook, check it, take it, or undo it; opens its own tenant contexts.

    Idempotent: counters and rows of a chunk commit together, so a repeated or second run continues
    or finds nothing to do. Cancel is heard between chunks. An error of the program makes the import
    `failed` with a sentence; a database that is away leaves it to the sweep.
    Queries: about 15, and about 20 for each chunk. Locks the batch's row during a chunk.
    """
    try:
        _run(tenant_id, batch_id, user_id, on_progress or (lambda done, total: None))
    except (OperationalError, InterfaceError):
        raise
    except BusinessRuleError as error:
        _fail(tenant_id, batch_id, str(error))
    except Exception as error:
        logger.exception("Import %s failed", batch_id)
        _fail(tenant_id, batch_id, FAULT, kind=type(error).__name__)


def _run(tenant_id: int, batch_id: int, user_id: int | None, on_progress: Progress) -> None:
    with tenant_context(tenant_id, user_id=user_id):
        run = _claim(batch_id)
    if run is None:
        return
    if run.batch.phase == Phase.READ:
        _read(run, tenant_id)
    elif run.batch.phase == Phase.CHECK:
        _check(run, tenant_id, on_progress)
    elif run.batch.phase == Phase.TAKE:
        _take_all(run, tenant_id, on_progress)
    else:
        _undo(run, tenant_id, on_progress)


def _claim(batch_id: int) -> _Run | None:
    """Take hold of an import that waits or whose worker is silent; None if there is nothing to do."""
    batch = batch_due(batch_id)
    if batch is None:
        return None
    if batch.attempts >= IMPORT_MAX_ATTEMPTS:
        _end(batch, State.FAILED, "The worker stopped several times at the same rows. Tell whoever runs bizworks.")
        return None
    now = timezone.now()
    patience = timedelta(seconds=2 * WORKBOOK_SECONDS) if batch.phase == Phase.READ else timedelta()
    batch.state, batch.started_at, batch.heartbeat_at = State.RUNNING, batch.started_at or now, now + patience
    batch.attempts += 1
    batch.save(update_fields=["state", "started_at", "heartbeat_at", "attempts"])
    staff = batch.requested_by
    return _Run(
        batch, Actor(tenant_id=batch.tenant_id, user_id=staff and staff.user_id, staff_id=batch.requested_by_id)
    )


def _hold(run: _Run, phase: str) -> ImportBatch | None:
    """The batch, locked for a chunk; None if another has it."""
    batch = ImportBatch.objects.select_for_update().get(pk=run.batch.pk)
    return batch if batch.state == State.RUNNING and batch.phase == phase else None


# --- reading a workbook


def _read(run: _Run, tenant_id: int) -> None:
    facts = workbook_read(workbook_path(run.batch), batch_path(run.batch), sheet=run.batch.sheet)
    with tenant_context(tenant_id, user_id=run.actor.user_id):
        batch = _hold(run, Phase.READ)
        if batch is None:
            return
        batch.sheets, batch.sheet = facts.sheets, facts.sheet
        list_survey(batch)
        batch.phase, batch.attempts = Phase.CHECK, 0
        batch.state = State.CANCELLED if batch.cancel_requested else State.DRAFT
        batch.save()


# --- checking every row


def _planner(batch: ImportBatch) -> tuple[RowInterpreter, Planner]:
    interpreter = interpreter_for(batch)
    planner = Planner(interpreter, source=batch.source, source_name=batch.source_name, policy=batch.matched_policy)
    return interpreter, planner


def _check(run: _Run, tenant_id: int, on_progress: Progress) -> None:
    """Plan every row and write down what it comes to; a check that is interrupted begins anew."""
    who, done = run.actor.user_id, 0
    with tenant_context(tenant_id, user_id=who):
        _, planner = _planner(run.batch)
    with list_open(batch_path(run.batch)) as rows, Forecast(run.batch, report_path(run.batch)) as forecast:
        stream = rows.rows()
        while chunk := list(islice(stream, IMPORT_CHUNK)):
            with tenant_context(tenant_id, user_id=who):
                batch = _hold(run, Phase.CHECK)
                if batch is None:
                    return
                if batch.cancel_requested:
                    _rest(batch)
                    return
                forecast.add(chunk, planner.plan(chunk))
                done += len(chunk)
                batch.forecast = {"done": done}
                batch.heartbeat_at, batch.attempts = timezone.now(), 0
                batch.save(update_fields=["forecast", "heartbeat_at", "attempts"])
            on_progress(done, batch.total)
        forecast.close()
        with tenant_context(tenant_id, user_id=who):
            if batch := _hold(run, Phase.CHECK):
                batch.total = done
                batch.forecast = forecast.to_json()
                batch.state = State.DRAFT
                batch.save(update_fields=["forecast", "state", "total"])


def _rest(batch: ImportBatch) -> None:
    """Back to where the columns can be chosen."""
    batch.state, batch.forecast, batch.cancel_requested = State.DRAFT, {}, False
    batch.save(update_fields=["state", "forecast", "cancel_requested"])


# --- taking the rows


def _take_all(run: _Run, tenant_id: int, on_progress: Progress) -> None:
    done, who = run.batch.progress, run.actor.user_id
    with tenant_context(tenant_id, user_id=who):
        interpreter, planner = _planner(run.batch)
    with list_open(batch_path(run.batch)) as rows:
        stream = rows.rows()
        for row in islice(stream, done):
            planner.remember(row)
        while chunk := list(islice(stream, IMPORT_CHUNK)):
            try:
                with tenant_context(tenant_id, user_id=who):
                    goes_on = _take(run, interpreter, planner, chunk, done)
            except IntegrityError:  # someone added the same FEIN at this moment: now it is known
                with tenant_context(tenant_id, user_id=who):
                    goes_on = _take(run, interpreter, planner, chunk, done)
            if not goes_on:
                return
            done += len(chunk)
            on_progress(done, run.batch.total)
    with tenant_context(tenant_id, user_id=who):
        _finish(run, done)


def _take(run: _Run, interpreter: RowInterpreter, planner: Planner, chunk: list[ListRow], done: int) -> bool:
    """Take one chunk and count it; False if the import was cancelled or another worker has it."""
    batch = _hold(run, Phase.TAKE)
    if batch is None or batch.progress != done:
        return False
    if batch.cancel_requested:
        _end(batch, State.CANCELLED)
        return False
    _prepare_connection()
    plan = planner.plan(chunk, locks=True)
    plan_apply(plan, actor=run.actor, batch_id=batch.pk, source=batch.source, derivation=interpreter.derivation)
    for problem in plan.problems:
        problem.batch = batch
    ImportRowProblem.objects.bulk_create(plan.problems)
    for effect in RowEffect:
        name = f"rows_{effect.value}"
        setattr(batch, name, getattr(batch, name) + plan.count(effect))
    batch.rows_unplaced += plan.unplaced
    batch.rows_doubtful += len(plan.doubtful)
    batch.progress, batch.heartbeat_at, batch.attempts = done + len(chunk), timezone.now(), 0
    batch.save()
    return True


def _prepare_connection() -> None:
    """Let PostgreSQL plan anew: it keeps the plans of foreign key checks, and those made while the tables
    were empty read them whole for each row (a first list of 18,000 rows took eight times as long).
    A chunk writes thousands of rows with all their triggers, so its statements may take longer than a page's.
    """
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
        cursor.execute(f"SET LOCAL statement_timeout = {CHUNK_TIMEOUT_MS}")


def _finish(run: _Run, done: int) -> None:
    batch = _hold(run, Phase.TAKE)
    if batch is None or batch.progress != done:
        return
    batch.total = done
    _end(batch, State.DONE)
    transaction.on_commit(lambda: _drop_files(batch), robust=True)


def _drop_files(batch: ImportBatch) -> None:
    for path in (batch_path(batch), report_path(batch)):
        path.unlink(missing_ok=True)
    if batch.workbook_path:
        workbook_path(batch).unlink(missing_ok=True)


# --- undoing


def _undo(run: _Run, tenant_id: int, on_progress: Progress) -> None:
    """Look at (or undo) every effect, the last row first."""
    report, phase = UndoReport(run.batch), run.batch.phase
    while True:
        with tenant_context(tenant_id, user_id=run.actor.user_id):
            batch = _hold(run, phase)
            if batch is None:
                return
            if batch.cancel_requested:
                report.stop(batch)
                return
            _prepare_connection()
            if phase == Phase.UNDO:
                report = UndoReport(batch)  # as of the lock: another worker may have been at it
            goes_on = undo_chunk(batch, report, actor=run.actor)
            batch.heartbeat_at, batch.attempts = timezone.now(), 0
            batch.save()
        on_progress(report.done, report.total)
        if not goes_on:
            return


# --- endings


def _end(batch: ImportBatch, state: str, problem: str = "") -> None:
    batch.state, batch.finished_at, batch.problem = state, timezone.now(), problem
    batch.save()
    hint_counts_changed()


def _fail(tenant_id: int, batch_id: int, sentence: str, **words: str) -> None:
    with tenant_context(tenant_id):
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        _end(batch, State.FAILED, sentence.format(row=batch.progress, **words) if words else sentence)
