"""Files of rows that say what they are: data, cover and data dictionary, as CSV in a zip or as a workbook."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from bizworks.core.spreadsheets import cell_neutralise, csv_write

XLSX_MAX_ROWS = 1_048_000
"""Rows of data an Excel sheet takes, a little below its limit."""

Terms = Sequence[tuple[str, str]]
Write = Callable[[list[Any]], None]


@contextmanager
def table_file(path: Path, format: str, *, columns: Terms, cover: Terms) -> Iterator[Write]:  # noqa: A002
    """Open a file of rows and give the function that adds one; it is whole when the block ends.

    CSV is a zip of data.csv, cover.csv and data-dictionary.csv (UTF-8 with byte order mark); XLSX has
    the same as sheets. Memory: constant in the number of rows.
    """
    opener = _workbook if format == "xlsx" else _archive
    with opener(path, columns, cover) as write:
        write([name for name, _ in columns])
        yield write


@contextmanager
def _archive(path: Path, columns: Terms, cover: Terms) -> Iterator[Write]:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        with archive.open("data.csv", "w", force_zip64=True) as raw:
            text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="", write_through=False)
            writer = csv.writer(text)
            yield lambda row: writer.writerow([cell_neutralise(_plain(cell)) for cell in row])
            text.flush()
            text.detach()
        for name, rows in (("cover.csv", cover), ("data-dictionary.csv", _dictionary(columns))):
            with io.StringIO(newline="") as page:
                csv_write(page, rows)
                archive.writestr(name, page.getvalue().encode("utf-8-sig"))


@contextmanager
def _workbook(path: Path, columns: Terms, cover: Terms) -> Iterator[Write]:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True})
        _sheet(book, "Cover", cover, (28, 100), bold)
        data = book.add_worksheet("Data")
        data.freeze_panes(1, 0)
        data.set_column(0, len(columns) - 1, 18)
        number = 0

        def write(row: list[Any]) -> None:
            nonlocal number
            for column, cell in enumerate(row):
                value = _plain(cell)
                if isinstance(value, int):
                    data.write_number(number, column, value)
                elif value:
                    data.write_string(number, column, value, bold if not number else None)
            number += 1

        yield write
        _sheet(book, "Data dictionary", _dictionary(columns), (20, 100), bold)


def _sheet(book: Any, name: str, rows: Iterable[tuple[str, str]], widths: tuple[int, int], bold: Any) -> None:
    sheet = book.add_worksheet(name)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for number, (term, meaning) in enumerate(rows):
        sheet.write_string(number, 0, term, bold)
        sheet.write_string(number, 1, meaning)


def _dictionary(columns: Terms) -> list[tuple[str, str]]:
    return [("column", "meaning"), *columns]


def _plain(cell: Any) -> str | int:
    """A cell as text, dates as 2025-01-31; whole numbers stay numbers."""
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, int):
        return cell
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return "" if cell is None else str(cell)
