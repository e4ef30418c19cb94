"""Turns one sheet of a workbook into CSV. A program of its own, run with limits and without the rest of bizworks.

Arguments: workbook, target, sheet (or ""), bytes of memory, seconds, columns at most, bytes of the target at most.
Answers one line of JSON: {"sheets", "sheet", "header_line"} or {"refused"}.
"""

import csv
import datetime
import json
import resource
import sys
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

LOOKED_AT = 30
"""Rows among which the names of the columns are looked for."""


class RefusedError(Exception):
    """The workbook cannot be read; the word says why."""


def limit(memory: int, seconds: int, size: int) -> None:
    """Bound this process for good."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def text_of(cell: Any) -> str:
    """A cell as it was typed: whole numbers without a point, days without a time, yes and no as the sheet says them."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        is_day = cell.time() == datetime.time()
        return cell.date().isoformat() if is_day else cell.isoformat(" ", "seconds")
    return "" if cell is None else str(cell).replace("\x00", "")


def rows_of(sheet: Any) -> Iterator[list[str]]:
    """Every row of a sheet as texts."""
    for row in sheet.iter_rows():
        yield [text_of(cell) for cell in row]


def header_place(rows: list[list[str]]) -> int:
    """Which of the first rows names the columns: the first that is nearly as full as the fullest, and holds words.

    Titles and notes above a table fill a cell or two; numbers are no names.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    wanted = max(1, round(max(filled, default=0) * 0.6))
    for place, row in enumerate(rows):
        words = sum(bool(cell.strip()) and not cell.strip().replace(".", "").isdigit() for cell in row)
        if filled[place] >= wanted and words >= wanted:
            return place
    return next((place for place, number in enumerate(filled) if number), 0)


def write(sheet: Any, target: str, columns: int) -> int:
    """Write the sheet from its header on; returns the header's line in the sheet, from 1."""
    rows = rows_of(sheet)
    first = list(islice(rows, LOOKED_AT))
    if not any(any(cell.strip() for cell in row) for row in first):
        raise RefusedError("empty")
    place = header_place(first)
    used = [index for row in first for index, cell in enumerate(row) if cell.strip()]
    width = max((index for index, cell in enumerate(first[place]) if cell.strip()), default=0) + 1
    if max(width, max(used, default=0) + 1) > columns:
        raise RefusedError("too wide")
    with open(target, "w", encoding="utf-8", newline="", errors="replace") as out:  # noqa: PTH123  no more than is needed
        writer = csv.writer(out)
        for row in chain(first[place:], rows):
            writer.writerow(row[:width] + trimmed(row[width:]))
    return place + 1


def trimmed(rest: list[str]) -> list[str]:
    """What stands right of the named columns, without empty cells at the end."""
    while rest and not rest[-1].strip():
        rest.pop()
    return rest


def read(path: str, target: str, wanted: str, columns: int) -> dict[str, Any]:
    """Find the sheet and write it."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(path)
        sheets = []
        for meta in book.sheets_metadata:
            if meta.typ == calamine.SheetTypeEnum.WorkSheet and meta.visible == calamine.SheetVisibleEnum.Visible:
                sheet = book.get_sheet_by_name(meta.name)
                sheets.append((meta.name, sheet.height, sheet.width))
                del sheet
        chosen = wanted or next((name for name, height, width in sheets if height > 1 and width > 1), "")
        chosen = chosen or (sheets[0][0] if sheets else "")
        if chosen not in {name for name, *_ in sheets}:
            raise RefusedError("no sheet")
        line = write(book.get_sheet_by_name(chosen), target, columns)
    except calamine.PasswordError:
        raise RefusedError("password") from None
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, calamine.WorksheetNotFound):
        raise RefusedError("damaged") from None
    return {"sheets": [(name[:100], height) for name, height, _ in sheets], "sheet": chosen, "header_line": line}


def main(arguments: list[str]) -> None:
    """Read, and answer."""
    path, target, wanted, *numbers = arguments
    memory, seconds, columns, size = map(int, numbers)
    limit(memory, seconds, size)
    try:
        answer = read(path, target, wanted, columns)
    except RefusedError as refusal:
        answer = {"refused": str(refusal)}
    except (MemoryError, OSError):
        answer = {"refused": "memory"}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
