"""What one row of a list means: its values, its place, its remarks, or why it cannot be taken."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bizworks.core.spreadsheets import FORMULA_STARTS, cell_restore
from bizworks.directory.selectors import labels, profile, tenant_today
from bizworks.reference.models import Municipality, State
from bizworks.reference.selectors import NaicsIndex, Place, PlaceIndex
from businesses.constants import ImportField
from businesses.models import Business
from businesses.selectors.matches import name_key
from businesses.services.checks import MAX_EMPLOYEES, website_normalise
from businesses.services.derivation import Derivation
from businesses.services.import_files import ListRow
from businesses.validators import SSN_SENTENCE, fein_normalise, has_control, has_ssn, one_line

_LIMITS = {
    name: Business._meta.get_field(name).max_length or 0
    for name in ("name", "alias", "address", "town", "phone", "website")
}
RULES = "1"
"""Raise it when rows come to be read otherwise: then rows that are the same as last time are read again."""
_REMEMBERED = 100_000
"""Places and codes remembered at a time, so that memory stays bounded."""
NUMERIC_NAME = "The name is only a number; it was taken as it is."


class RowRefusedError(Exception):
    """The row cannot be taken; the message says why."""


@dataclass(slots=True)
class TakenRow:
    """A row that can be taken: `values` are what a business gets, `key` is what knows the row again."""

    row: ListRow
    key: str
    fingerprint: int
    values: dict[str, Any]
    area_id: int | None
    region_id: int | None
    remarks: tuple[str, ...] = ()
    unplaced: str = ""


@dataclass(slots=True)
class _Reading:
    """The cells of one row by our fields, and the remarks so far."""

    cells: Mapping[str, str]
    remarks: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """The cell, one line, without the apostrophe an export put before a formula."""
        cell = self.cells.get(name, "")
        return _clean(cell) if cell else ""

    def optional(self, name: str) -> str:
        """A text that may be left out when it is too long, with a remark."""
        text = self.text(name)
        if len(text) <= _LIMITS[name]:
            return text
        self.remarks.append(f"{ImportField(name).label}: longer than {_LIMITS[name]} characters, left out.")
        return ""


def _clean(cell: str) -> str:
    text = " ".join(cell.split()) if cell.isascii() else one_line(cell)
    return cell_restore(text) if text[:1] == "'" else text


@dataclass(slots=True)
class _Placed:
    """What town, state and ZIP code of a row come to; the same for every row that says the same."""

    values: dict[str, Any] = field(default_factory=dict)
    remark: str = ""
    refusal: str = ""
    area_id: int | None = None
    region_id: int | None = None
    unplaced: str = ""


class RowInterpreter:
    """Reads rows of one source by its mapping of columns. Queries to make: about 13, then none a row.

    What rows share (places, codes, numbers) is worked out once: lists repeat themselves.
    """

    def __init__(self, *, columns: Mapping[str, int], source_name: str) -> None:
        """Take the mapping {our field: place in the row} and load places, codes and the tenant's map."""
        self._columns = dict(columns)
        self._places_read = [*self._columns.values()]
        self._salt = "\x1f".join(sorted(self._columns)) + RULES
        self._source_name = source_name
        self.same = (
            "it has the same number" if ImportField.ROW_ID in columns else "same name, address, town and ZIP code"
        )
        self._home = list(profile().state_codes)
        self._area_word = labels()["area"].lower()
        states = State.objects.values_list("code", "name")
        self._states = {word.lower(): code for code, name in states for word in (code, name)}
        self._places = PlaceIndex.load(self._home)
        self._towns = dict(Municipality.objects.filter(state__in=self._home).values_list("id", "name"))
        self._naics = NaicsIndex.load()
        self.derivation = Derivation(tenant_today())
        self._placed: dict[tuple[str, str, str], _Placed] = {}
        self._codes: dict[str, tuple[str | None, str | None]] = {}

    def key(self, row: ListRow) -> str:
        """What knows the row again in the next file: the list's own number, else name, address and town."""
        place = self._columns.get(ImportField.ROW_ID)
        own = _clean(row.cells[place]) if place is not None else ""
        if not own:
            reading = self._reading(row)
            parts = [name_key(reading.text(ImportField.NAME))]
            parts += [reading.text(name).lower() for name in (ImportField.ADDRESS, ImportField.TOWN, ImportField.ZIP)]
            own = "#" + hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:24]
        key = f"{self._source_name}:{own}"
        if len(key) <= 120:
            return key
        return f"{self._source_name}:#{hashlib.sha256(own.encode('utf-8', 'replace')).hexdigest()[:24]}"

    def fingerprint(self, row: ListRow) -> int:
        """A digest of the cells that are read: the same again says the same again."""
        cells = row.cells
        text = self._salt + "\x1f".join([cells[place] for place in self._places_read])
        digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
        return int.from_bytes(digest, "big", signed=True)

    def _reading(self, row: ListRow) -> _Reading:
        cells = row.cells
        return _Reading({name: cells[place] for name, place in self._columns.items()})

    def read(self, row: ListRow, key: str = "", fingerprint: int = 0) -> TakenRow:
        """Interpret a row. Errors: RowRefusedError."""
        if row.broken:
            raise RowRefusedError(row.broken)
        reading = self._reading(row)
        joined = "|".join(reading.cells.values())
        if "-" in joined and has_ssn(joined):
            raise RowRefusedError(SSN_SENTENCE)
        if not joined.isprintable() and has_control(joined):
            raise RowRefusedError("The row holds characters that cannot be printed.")
        name, placed = self._name(reading), self._place(reading)
        if placed.remark:
            reading.remarks.append(placed.remark)
        values = {
            "name": name,
            **placed.values,
            "alias": reading.optional("alias"),
            "address": reading.optional("address"),
            "phone": reading.optional("phone"),
            "website": self._website(reading),
            "fein": self._fein(reading),
            "naics_id": self._naics_code(reading),
            "employees": self._employees(reading),
        }
        return TakenRow(
            row,
            key or self.key(row),
            fingerprint or self.fingerprint(row),
            values,
            placed.area_id,
            placed.region_id,
            tuple(reading.remarks),
            placed.unplaced,
        )

    def _name(self, reading: _Reading) -> str:
        name = reading.text(ImportField.NAME)
        if not name:
            raise RowRefusedError("The row has no name.")
        if len(name) > _LIMITS["name"]:
            raise RowRefusedError(f"The name is longer than {_LIMITS['name']} characters.")
        if name.isdigit():
            reading.remarks.append(NUMERIC_NAME)
        elif name.startswith(FORMULA_STARTS):
            reading.remarks.append("The name begins like a formula; it was taken as text.")
        return name

    def _place(self, reading: _Reading) -> _Placed:
        """Town, state, ZIP code, municipality, county, area and region. Errors: RowRefusedError if it cannot be told."""
        written = (reading.text(ImportField.STATE), reading.text(ImportField.TOWN), reading.text(ImportField.ZIP))
        placed = self._placed.get(written)
        if placed is None:
            if len(self._placed) > _REMEMBERED:
                self._placed.clear()
            placed = self._placed[written] = self._work_out_place(*written)
        if placed.refusal:
            raise RowRefusedError(placed.refusal)
        return placed

    def _work_out_place(self, written: str, town: str, zip_code: str) -> _Placed:
        state = self._states.get(written.lower().replace(".", ""), written.upper())
        if written and state not in self._home:
            return _Placed(refusal=f"The state “{written[:40]}” is not one of this system's ({', '.join(self._home)}).")
        place, state = self._resolve([state] if written else self._home, town, zip_code)
        if not place.how:
            return _Placed(refusal=str(place.problem))
        name = self._towns.get(place.municipality_id or 0, "")
        remark = f"The town “{town}” was read as {name}." if place.how == "spelling" else ""
        if place.how in ("town", "spelling") or not town:
            town = name or town
        elif town.isupper():
            town = town.title()
        town = town[: _LIMITS["town"]] or f"ZIP {place.zip_code}"
        area_id, region_id = self.derivation.place(municipality_id=place.municipality_id, county_id=place.county_fips)
        return _Placed(
            {
                "town": town,
                "state": state,
                "zip_code": place.zip_code or "",
                "municipality_id": place.municipality_id,
                "county_id": place.county_fips,
            },
            remark,
            "",
            area_id,
            region_id,
            "" if area_id else f"{town} ({state}) is in no {self._area_word} of the map today.",
        )

    def _resolve(self, states: list[str], town: str, zip_code: str) -> tuple[Place, str]:
        """The place in the first of the states that knows it; the last answer if none does."""
        for state in states:
            place = self._places.resolve(state=state, town=town, zip_code=zip_code)
            if place.how:
                break
        return place, state

    def _naics_code(self, reading: _Reading) -> str | None:
        text = reading.text(ImportField.NAICS)[:100]
        if text not in self._codes:
            if len(self._codes) > _REMEMBERED:
                self._codes.clear()
            self._codes[text] = self._naics.normalise(text)
        code, remark = self._codes[text]
        if remark:
            reading.remarks.append(remark)
        return code

    def _employees(self, reading: _Reading) -> int | None:
        text = reading.text(ImportField.EMPLOYEES)
        digits = text.replace(",", "").removesuffix(".0")
        if digits.isascii() and digits.isdigit() and len(digits) < 9 and int(digits) <= MAX_EMPLOYEES:
            return int(digits)
        if text:
            reading.remarks.append(f"Number of employees: “{text[:40]}” is not a number, left out.")
        elif ImportField.EMPLOYEES in self._columns:
            reading.remarks.append("The number of employees is not given.")
        return None

    def _website(self, reading: _Reading) -> str:
        text = reading.optional(ImportField.WEBSITE)
        if not text:
            return ""
        try:
            return website_normalise(text)[: _LIMITS["website"]]
        except ValueError:
            reading.remarks.append("The website is not an address, left out.")
            return ""

    def _fein(self, reading: _Reading) -> str:
        text = reading.text(ImportField.FEIN)
        try:
            return fein_normalise(text.zfill(9) if text.isdigit() and len(text) == 8 else text) if text else ""
        except ValueError:
            reading.remarks.append("The FEIN has not nine digits, left out.")
            return ""
