"""CSV as spreadsheet programs may safely open it; the only place that writes it."""

import csv
import re
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

FORMULA_STARTS = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?%?")


def cell_neutralise(value: Any) -> str:
    """The text of a cell that no program takes for a formula: an apostrophe before one, numbers as they are."""
    text = "" if value is None else str(value)
    if text.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def cell_restore(text: str) -> str:
    """Take back the apostrophe of `cell_neutralise`, so that a file comes in as it went out."""
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA_STARTS else text


def csv_write(out: TextIO, rows: Iterable[Sequence[Any]], *, separator: str = ",") -> None:
    """Write rows, each cell neutralised; `out` decides encoding and byte order mark (use `utf-8-sig` and `newline=""`)."""
    writer = csv.writer(out, delimiter=separator)
    writer.writerows([cell_neutralise(cell) for cell in row] for row in rows)
