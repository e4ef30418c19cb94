"""Excel workbooks: looked at from outside first, then turned into CSV by a process of its own with limits.

A workbook is a zip file of XML, so a small one can unpack to more than any machine holds. What it declares
is checked before anything is unpacked; what it really takes, the limits of the other process end.
"""

import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bizworks.core.errors import BusinessRuleError
from businesses.constants import (
    MAX_IMPORT_COLUMNS,
    MAX_WORKBOOK_PARTS,
    MAX_WORKBOOK_UNPACKED,
    WORKBOOK_MEMORY,
    WORKBOOK_SECONDS,
)

WORKBOOK_START = b"PK\x03\x04"
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_READER = Path(__file__).with_name("import_workbook_reader.py")
_SAVE_AS = "Open it in your spreadsheet program, choose Save as, “Excel workbook (.xlsx)”, and upload that file."
_DAMAGED = (
    "This workbook is damaged or cut off. Open it in your spreadsheet program, save it again and upload that file."
)
_TOO_BIG = "This workbook unpacks to more than can be read. Save the sheet as CSV, or split it, and upload that."
_REFUSALS = {
    "too wide": f"The sheet has more than {MAX_IMPORT_COLUMNS} columns. Delete those that are not needed, and upload it again.",
    "empty": "The sheet has no rows.",
    "password": "This workbook has a password. Save it without one, and upload that file.",
    "no sheet": "The workbook has no such sheet any more. Upload it again.",
    "damaged": _DAMAGED,
    "memory": _TOO_BIG,
}


@dataclass(frozen=True)
class WorkbookFacts:
    """What reading one sheet found: every sheet with its rows, the one that was read, and on which line it begins."""

    sheets: list[tuple[str, int]]
    sheet: str
    header_line: int


def _refuse(sentence: str) -> BusinessRuleError:
    return BusinessRuleError({"file": [sentence]})


def workbook_check(source: BinaryIO) -> None:
    """Refuse what is no workbook, or one that is not safe to open, by its table of contents alone; rewinds.

    Reads at most a megabyte of the table, and unpacks nothing. Errors: BusinessRuleError on `file`.
    """
    _check_ending(source)
    try:
        with zipfile.ZipFile(source) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, RuntimeError, OSError, UnicodeDecodeError):
        raise _refuse(_DAMAGED) from None
    names = {part.filename.lower() for part in parts}
    if any(part.flag_bits & 0x1 for part in parts):
        raise _refuse(_REFUSALS["password"])
    if "xl/workbook.xml" not in names:
        raise _refuse(f"This is a zip file, but not an Excel workbook (.xlsx). {_SAVE_AS}")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise _refuse(f"This workbook holds macros. {_SAVE_AS}")
    if any(name.startswith("xl/externallinks/") for name in names):
        raise _refuse(
            "This workbook takes values from other files. Copy the sheet, paste it as values into a new workbook,"
            " and upload that."
        )
    if len(parts) > MAX_WORKBOOK_PARTS or sum(part.file_size for part in parts) > MAX_WORKBOOK_UNPACKED:
        raise _refuse(_TOO_BIG)
    source.seek(0)


def _check_ending(source: BinaryIO) -> None:
    """The record at the end of a zip file says how long its table of contents is; a huge one is not even read."""
    size = source.seek(0, 2)
    source.seek(max(0, size - 65_600))
    tail = source.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) < place + 22:
        raise _refuse(_DAMAGED)
    if _END_64 in tail or int.from_bytes(tail[place + 12 : place + 16], "little") > 1024 * 1024:
        raise _refuse(_TOO_BIG)


def workbook_read(path: Path, target: Path, *, sheet: str = "") -> WorkbookFacts:
    """Write one sheet as CSV (the named one, else the first with a table), beginning at its row of column names.

    Runs in a process of its own, ended when it takes too much memory or time. Numbers come as people typed
    them, dates as 2026-01-31. Errors: BusinessRuleError on `file`; nothing is left behind then.
    """
    command = [sys.executable, "-I", str(_READER), str(path), str(target), sheet]
    limits = [str(WORKBOOK_MEMORY), str(WORKBOOK_SECONDS), str(MAX_IMPORT_COLUMNS), str(MAX_WORKBOOK_UNPACKED)]
    try:
        done = subprocess.run([*command, *limits], capture_output=True, timeout=WORKBOOK_SECONDS * 2, check=False)  # noqa: S603  a program and paths of ours
    except subprocess.TimeoutExpired:
        target.unlink(missing_ok=True)
        raise _refuse(_TOO_BIG) from None
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    answer = json.loads(lines[-1]) if done.returncode == 0 and lines else {"refused": _ending(done.returncode)}
    if "refused" in answer:
        target.unlink(missing_ok=True)
        raise _refuse(_REFUSALS.get(answer["refused"], _DAMAGED))
    target.chmod(0o600)
    return WorkbookFacts([tuple(pair) for pair in answer["sheets"]], answer["sheet"], answer["header_line"])


def _ending(code: int) -> str:
    """Killed, or aborted for want of memory, it was too big; anything else was damage."""
    return "memory" if code < 0 else "damaged"
