"""Reading lists as they come: encodings, separators, broken rows. Knows files and text, no database.

A list is stored once as UTF-8, its separator and line ends kept; rows are then read one at a time, so
that memory stays flat however long the file is.
"""

import codecs
import csv
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TextIO

from bizworks.core.errors import BusinessRuleError
from businesses.constants import MAX_IMPORT_COLUMNS, MAX_IMPORT_LINE

_PIECE = 1024 * 1024
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_AS_CSV = "Open it in your spreadsheet program, choose Save as, “CSV UTF-8”, and upload that file."
_OLD = (
    "This is an old Excel workbook (.xls), or one with a password. Open it in your spreadsheet program, choose Save as,"
    " “Excel workbook (.xlsx)” without a password, and upload that file."
)
_KINDS = (
    (b"PK", f"This is a damaged workbook or zip file. {_AS_CSV}"),
    (b"\xd0\xcf\x11\xe0", _OLD),
    (b"\x1f\x8b", "This file is compressed (gzip). Unpack it and upload the CSV file inside."),
    (b"%PDF", "This is a PDF. Ask for the list as a CSV file."),
    (b"\x89PNG", "This is a picture, not a list."),
    (b"\xff\xd8\xff", "This is a picture, not a list."),
)
_NOT_TEXT = f"This is not a text file, so it cannot be a CSV list. {_AS_CSV}"
_SEPARATORS = ",;\t|"


@dataclass(frozen=True)
class FileFacts:
    """What was found out about a file: how its text is written, and its fingerprint."""

    encoding: str
    sha256: str


@dataclass(slots=True)
class ListRow:
    """One row as it came. `number` counts data rows from 1; `broken` says why it cannot be read."""

    number: int
    cells: list[str] = field(default_factory=list)
    broken: str = ""


def _refuse(sentence: str) -> BusinessRuleError:
    return BusinessRuleError({"file": [sentence]})


def file_examine(source: BinaryIO, *, limit: int | None = None) -> FileFacts:
    """Find the encoding (UTF-8, UTF-16 with its mark, else Windows-1252); refuse what is no text.

    Reads the whole file in pieces and rewinds it. Errors: BusinessRuleError on `file`.
    """
    digest, size, first, nul = hashlib.sha256(), 0, b"", False
    decoder, is_utf8 = codecs.getincrementaldecoder("utf-8")(), True
    source.seek(0)
    while piece := source.read(_PIECE):
        first = first or piece[:8]
        size += len(piece)
        if limit and size > limit:
            raise _refuse(
                f"The file is larger than {limit // 1024 // 1024} MB. Split it and import the parts one by one."
            )
        digest.update(piece)
        nul = nul or b"\x00" in piece
        if is_utf8:
            is_utf8 = _decodes(decoder, piece)
    source.seek(0)
    is_utf8 = is_utf8 and _decodes(decoder, b"", final=True)
    if not size:
        raise _refuse("The file is empty.")
    for magic, sentence in _KINDS:
        if first.startswith(magic):
            raise _refuse(sentence)
    marked = next((encoding for bom, encoding in _BOMS if first.startswith(bom)), "")
    if nul and marked != "utf-16":
        raise _refuse(_NOT_TEXT)
    return FileFacts(marked or ("utf-8" if is_utf8 else "cp1252"), digest.hexdigest())


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def file_store(source: BinaryIO, target: Path, facts: FileFacts) -> None:
    """Write the text as UTF-8. Errors: BusinessRuleError if it is not text in that encoding after all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    decoder = codecs.getincrementaldecoder(facts.encoding)()
    source.seek(0)
    try:
        with target.open("wb") as out:
            while piece := source.read(_PIECE):
                out.write(_text(decoder.decode(piece)))
            out.write(_text(decoder.decode(b"", True)))
    except (UnicodeError, BusinessRuleError):
        target.unlink(missing_ok=True)
        raise _refuse(_NOT_TEXT) from None
    target.chmod(0o600)


def _text(decoded: str) -> bytes:
    if "\x00" in decoded:
        raise _refuse(_NOT_TEXT)
    return decoded.encode("utf-8")


class ListFile:
    """A stored list, open for reading: its columns, then its rows."""

    def __init__(self, text: TextIO) -> None:
        """Read the header. Errors: BusinessRuleError on `file`."""
        self._text = text
        self._overlong = False
        head = text.readline(MAX_IMPORT_LINE).lstrip("\ufeff")
        while head and not head.strip():
            head = text.readline(MAX_IMPORT_LINE)
        self.separator = max(_SEPARATORS, key=lambda mark: len(_split(head, mark)))
        self._reader = csv.reader(self._lines(head), delimiter=self.separator)
        try:
            self.header = [cell.strip() for cell in next(self._reader, [])]
        except csv.Error:
            raise _refuse("The first line cannot be read as a row of column names.") from None
        if len(self.header) > MAX_IMPORT_COLUMNS or self._overlong:
            raise _refuse(f"The list has {len(self.header):,} columns; at most {MAX_IMPORT_COLUMNS} can be read.")
        if not any(self.header):
            raise _refuse("The first line must hold the names of the columns.")

    def _lines(self, head: str) -> Iterator[str]:
        """Lines, an overlong one cut, so that none fills the memory."""
        yield head
        while line := self._text.readline(MAX_IMPORT_LINE):
            if len(line) == MAX_IMPORT_LINE and not line.endswith(("\n", "\r")):
                self._overlong = True
                while rest := self._text.readline(MAX_IMPORT_LINE):
                    if rest.endswith(("\n", "\r")):
                        break
            yield line

    def rows(self) -> Iterator[ListRow]:
        """Every row that holds anything, in order; broken ones too, with the reason."""
        number, width, reader = 0, len(self.header), self._reader
        while True:
            self._overlong = False
            try:
                cells = next(reader, None)
                broken = f"The line is longer than {MAX_IMPORT_LINE:,} characters." if self._overlong else ""
            except csv.Error as error:
                cells, broken = [], f"The row cannot be read ({error}); a quotation mark may be missing."
            if cells is None:
                return
            if not broken and not "".join(cells).strip():
                continue
            number += 1
            if len(cells) == width and not broken:
                yield ListRow(number, cells)
            else:
                yield self._row(number, cells, broken)

    def _row(self, number: int, cells: list[str], broken: str) -> ListRow:
        width = len(self.header)
        if not broken and any(cell.strip() for cell in cells[width:]):
            broken = f"The row has {len(cells)} cells, the header has {width}: a cell with a separator in it needs quotation marks."
        kept = [cell[:2_000] for cell in cells[: width + 5]] if broken else cells[:width]
        return ListRow(number, kept + [""] * (width - len(kept)), broken)


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


@contextmanager
def list_open(path: Path) -> Iterator[ListFile]:
    """Open a stored list. Errors: BusinessRuleError on `file` (also when it is gone)."""
    try:
        text = path.open(encoding="utf-8", newline="")
    except FileNotFoundError:
        raise _refuse("The file is no longer kept. Upload it again.") from None
    with text:
        yield ListFile(text)


def column_labels(header: list[str]) -> list[str]:
    """A distinct name for each column: repeated headers get a number, empty ones their place."""
    labels: list[str] = []
    for place, name in enumerate(header, 1):
        base = name[:80] or f"Column {place}"
        label, count = base, 2
        while label in labels:
            label, count = f"{base} ({count})", count + 1
        labels.append(label)
    return labels
