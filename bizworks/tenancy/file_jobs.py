"""Making the file somebody asked for: piece by piece, whole or not at all, kept for its days, fetched on record."""

import hashlib
import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import F

from bizworks.core.errors import BusinessRuleError
from bizworks.core.tables import XLSX_MAX_ROWS, table_file
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.jobs import State, job_beat, job_claim, job_finish
from bizworks.tenancy.models import FileJob

logger = logging.getLogger(__name__)
KEPT_DAYS = 30
Piece = list[list[Any]]
Context = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class FilePlan:
    """What goes into a file: columns with their meaning, a cover that says what it is, and its rows in pieces.

    `pieces` is advanced inside the tenant's context, each piece in a transaction of its own; an
    empty one ends the file. `total` = rows expected.
    """

    columns: Sequence[tuple[str, str]]
    cover: Sequence[tuple[str, str]]
    total: int
    pieces: Iterator[Piece]


def file_job_run(
    model: type[FileJob], *, tenant_id: int, job_id: int, folder: str, plan: Callable[[Any], FilePlan]
) -> None:
    """Make the file of a job; `plan` says of what, inside the tenant's context.

    Idempotent: a job that is not waiting, or that another worker is at, is left alone. Memory is
    constant in the number of rows. Queries: those of the plan, and 1 a piece.
    """
    with tenant_context(tenant_id):
        job = job_claim(model, job_id, restart=True)
    if job is None:
        return
    part = settings.MEDIA_ROOT / str(tenant_id) / folder / f"{secrets.token_hex(16)}.part"
    part.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        _write(tenant_id, job, part, plan)
    except (OSError, ValueError) as error:
        logger.exception("%s %s failed.", model.__name__, job_id)
        _end(tenant_id, job, State.FAILED, problem=f"The file could not be written ({type(error).__name__}).")
    except BusinessRuleError as error:
        _end(tenant_id, job, State.FAILED, problem=str(error))
    finally:
        part.unlink(missing_ok=True)


def _write(tenant_id: int, job: FileJob, part: Path, plan: Callable[[Any], FilePlan]) -> None:
    with tenant_context(tenant_id):
        made = plan(job)
    if job.format == FileJob.Format.XLSX and made.total > XLSX_MAX_ROWS:
        raise BusinessRuleError(f"An Excel sheet holds {XLSX_MAX_ROWS:,} rows; these are {made.total:,}. Choose CSV.")
    done, goes_on = 0, True
    with table_file(part, job.format, columns=made.columns, cover=made.cover) as write:
        while goes_on:
            with tenant_context(tenant_id):
                piece = next(made.pieces, [])
                done += len(piece)
                goes_on = job_beat(job, progress=done, total=max(made.total, done))
            if not goes_on or not piece:
                break
            for row in piece:
                write(row)
    if not goes_on:
        _end(tenant_id, job, State.CANCELLED)
        return
    final = part.with_suffix(f".{job.format}")
    digest = _sha256(part)
    part.replace(final)
    path = str(final.relative_to(settings.MEDIA_ROOT))
    size = final.stat().st_size
    _end(tenant_id, job, State.DONE, file_path=path, size_bytes=size, sha256=digest, progress=done, total=done)


def _end(tenant_id: int, job: FileJob, state: str, **values: Any) -> None:
    with tenant_context(tenant_id):
        job_finish(job, state, **values)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_job_open(job: FileJob) -> Path:
    """Give the finished file and count the download. Errors: BusinessRuleError. Queries: 1."""
    path = Path(settings.MEDIA_ROOT) / job.file_path
    if not job.is_there or not path.is_file():
        raise BusinessRuleError("The file is not there: it is not finished, or its time has run out. Ask for it again.")
    type(job)._base_manager.filter(pk=job.pk).update(downloads=F("downloads") + 1)
    return path


def file_jobs_expire(model: type[FileJob], today: date) -> None:
    """Remove files past their day; the records stay. Queries: 1, and 1 a file."""
    for job in model._base_manager.exclude(file_path="").filter(expires_on__lte=today):
        (Path(settings.MEDIA_ROOT) / job.file_path).unlink(missing_ok=True)
        model._base_manager.filter(pk=job.pk).update(file_path="")
