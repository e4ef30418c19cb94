"""Rows of a list handed back in its own format, each with what is to be said about it."""

import io
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from bizworks.core.spreadsheets import csv_write
from businesses.models import ImportBatch
from businesses.selectors import import_problems

PROBLEM_COLUMN = "problem"


def problem_rows(batch: ImportBatch, kind: str) -> IO[bytes]:
    """The batch's rows of one kind (see `import_problems`) as CSV: its own columns and `problem`, ready to be read.

    Kept in memory up to 1 MB, then in a temporary file, so that memory stays flat. Queries: 1.
    """
    file: IO[bytes] = SpooledTemporaryFile(max_size=1024 * 1024)  # noqa: SIM115  the response closes it
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    csv_write(text, _rows(batch, kind), separator=batch.separator)
    text.flush()
    text.detach()
    file.seek(0)
    return file


def _rows(batch: ImportBatch, kind: str) -> Iterator[list[Any]]:
    yield [*batch.header, PROBLEM_COLUMN]
    for problem in import_problems(batch=batch, kind=kind).iterator():
        yield [*problem.cells, problem.reason]
