"""Rows of a list handed back in its own format, each with what is to be said about it."""

import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from xlsxwriter import Workbook

from bizworks.core.spreadsheets import csv_write
from businesses.models import ImportBatch
from businesses.selectors.imports import import_kept, import_problems

PROBLEM_COLUMN = "problem"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")


def problem_rows(batch: ImportBatch, kind: str) -> IO[bytes]:
    """The batch's rows of one kind (see `import_problems`) in the upload's own format and columns, and `problem`.

    A workbook comes back as a workbook, text as text with its own separator. Kept in memory up to 1 MB,
    then in a temporary file, so that memory stays flat. Queries: 1.
    """
    file: IO[bytes] = SpooledTemporaryFile(max_size=1024 * 1024)  # noqa: SIM115  the response closes it
    if batch.workbook_path:
        _workbook_write(file, batch.sheet or "Rows", _rows(batch, kind))
    else:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        csv_write(text, _rows(batch, kind), separator=batch.separator)
        text.flush()
        text.detach()
    file.seek(0)
    return file


def problem_rows_format(batch: ImportBatch) -> tuple[str, str]:
    """The ending and the content type of `problem_rows`."""
    return (".xlsx", XLSX_TYPE) if batch.workbook_path else (".csv", "text/csv")


def _workbook_write(file: IO[bytes], sheet: str, rows: Iterable[list[Any]]) -> None:
    """One sheet, every cell as text: nothing becomes a formula, no number loses its zeros."""
    book = Workbook(file, {"constant_memory": True})
    page = book.add_worksheet(_NOT_IN_SHEET_NAMES.sub("_", sheet)[:31] or "Rows")
    for number, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            page.write_string(number, place, str(cell)[:32_000])
    book.close()


def _rows(batch: ImportBatch, kind: str) -> Iterator[list[Any]]:
    yield [*batch.header, PROBLEM_COLUMN]
    for problem in import_problems(batch=batch, kind=kind).iterator():
        yield [*problem.cells, problem.reason]


def kept_rows(batch: ImportBatch) -> IO[bytes]:
    """What undoing left alone, as CSV: row, business, place, reason. Queries: 1 for each 2,000."""
    file: IO[bytes] = SpooledTemporaryFile(max_size=1024 * 1024)  # noqa: SIM115  the response closes it
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    lines = ([row.row_number, row.name, row.place, row.reason] for row in import_kept(batch=batch))
    csv_write(text, chain([["row", "business", "place", "why it was left alone"]], lines))
    text.flush()
    text.detach()
    file.seek(0)
    return file
