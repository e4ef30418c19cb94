"""The system-wide extract (R26): its columns, its rows in pieces, and the two kinds of file."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from bizworks.core.spreadsheets import cell_neutralise, csv_write

XLSX_MAX_ROWS = 1_048_000
"""Rows of data an Excel sheet takes, a little below its limit."""

COLUMNS: tuple[tuple[str, str], ...] = (
    ("service_id", "Stable number of the service delivered."),
    ("business_id", "Stable number of the business (establishment); count these, unduplicated (BR-30)."),
    ("business", "Name of the business."),
    ("employer_id", "Stable number of the legal entity (BR-31)."),
    ("employer", "Legal name."),
    ("fein", "Nine digits; empty if unknown, or if it came from the unemployment agency (BR-6)."),
    ("naics", "Industry code of the business today."),
    ("sector", "Sector of the business today."),
    ("town", "Town of the business today."),
    ("state", "State of the business."),
    ("zip_code", "ZIP code of the business today, five digits."),
    ("county", "County of the business today."),
    ("area", "Workforce area on the day the service started (BR-11)."),
    ("region", "Region on the day the service started (BR-11)."),
    ("agency_code", "Agency that delivered, by its code."),
    ("agency", "Agency that delivered."),
    ("service_code", "Catalogue item, by its code."),
    ("service", "Catalogue item."),
    ("state_category", "The item's category in the state's own system."),
    ("federal_category", "The item's federal category; empty = none."),
    ("started_on", "First day."),
    ("ended_on", "Last day; empty = still running."),
    ("status", "In progress, completed, planned or cancelled."),
    ("assisted", "Staff-assisted or self-service."),
    ("counted", "Yes if it makes the business served today (BR-18)."),
    ("orientation", "How an orientation was judged (BR-20); empty = none."),
    ("program", "Funding program, if given."),
    ("interaction_id", "Stable number of the contact it belongs to, if any."),
    ("contact_mode", "How the contact happened."),
    ("recorded_on", "Day it was entered (UTC)."),
)

Write = Callable[[list[Any]], None]


@contextmanager
def file_of(path: Path, format: str, cover: list[tuple[str, str]]) -> Iterator[Write]:  # noqa: A002
    """Open a file of the extract and give the function that adds a row; it is whole when the block ends.

    CSV is a zip of data.csv, cover.csv and data-dictionary.csv (UTF-8 with byte order mark); XLSX has
    the same as sheets. Memory: constant in the number of rows.
    """
    opener = _workbook if format == "xlsx" else _archive
    with opener(path, cover) as write:
        write([name for name, _ in COLUMNS])
        yield write


@contextmanager
def _archive(path: Path, cover: list[tuple[str, str]]) -> Iterator[Write]:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        with archive.open("data.csv", "w", force_zip64=True) as raw:
            text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="", write_through=False)
            writer = csv.writer(text)
            yield lambda row: writer.writerow([cell_neutralise(_plain(cell)) for cell in row])
            text.flush()
            text.detach()
        for name, rows in (("cover.csv", cover), ("data-dictionary.csv", _dictionary())):
            with io.StringIO(newline="") as page:
                csv_write(page, rows)
                archive.writestr(name, page.getvalue().encode("utf-8-sig"))


@contextmanager
def _workbook(path: Path, cover: list[tuple[str, str]]) -> Iterator[Write]:
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
        data.set_column(0, len(COLUMNS) - 1, 18)
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
        _sheet(book, "Data dictionary", _dictionary(), (20, 100), bold)


def _sheet(book: Any, name: str, rows: Iterable[tuple[str, str]], widths: tuple[int, int], bold: Any) -> None:
    sheet = book.add_worksheet(name)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for number, (term, meaning) in enumerate(rows):
        sheet.write_string(number, 0, term, bold)
        sheet.write_string(number, 1, meaning)


def _dictionary() -> list[tuple[str, str]]:
    return [("column", "meaning"), *COLUMNS]


def _plain(cell: Any) -> str | int:
    """A cell as text, dates as 2025-01-31; whole numbers stay numbers."""
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, int):
        return cell
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return "" if cell is None else str(cell)
