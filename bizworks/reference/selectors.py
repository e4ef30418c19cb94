"""Reads of reference facts: which town, county and ZIP code a written place is; which NAICS code a text is."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from bizworks.reference.models import Municipality, NaicsCode, PlaceAlias, State, ZipCode
from bizworks.reference.names import edit_distance, place_key, state_words, zip_digits

How = Literal["town", "village", "spelling", "zip", ""]


@dataclass(frozen=True)
class Place:
    """Where a written place is, and how that was found.

    `how`: `town` = the name is a town's; `village` = the name of a part of one, or a postal name;
    `spelling` = a misspelt name, corrected; `zip` = the town is unknown, the ZIP code decided;
    empty = not found, and `problem` says why in a sentence. `zip_code` is the ZIP code as five
    digits (a lost leading zero put back), or None if there was none to read.
    """

    municipality_id: int | None
    county_fips: str | None
    zip_code: str | None
    how: How
    problem: str | None


class TownRow(NamedTuple):
    """A town as the index keeps it."""

    id: int
    state: str
    county_fips: str | None
    name: str


class ZipRow(NamedTuple):
    """A ZIP code as the index keeps it."""

    code: str
    state: str
    county_fips: str | None
    municipality_id: int | None


class PlaceIndex:
    """Towns, villages and ZIP codes of some states in memory, for resolving many rows.

    Rules, in this order. 1. A town or village spelt exactly decides; where several have the name,
    the one in the ZIP code's town or county, then for a city in several counties the one with most
    ZIP codes. 2. One unmistakable near spelling decides if no ZIP code is known, if it agrees with
    the ZIP code's town, or if it is one letter off within the ZIP code's county. 3. The ZIP code
    decides. 4. Nothing is found, and the reason is given.
    """

    def __init__(
        self,
        *,
        states: Iterable[tuple[str, str]],
        towns: Iterable[TownRow],
        aliases: Iterable[tuple[str, str, int]],
        zips: Iterable[ZipRow],
    ) -> None:
        """Index rows: states (code, name), towns, aliases (state, key, town id), ZIP codes."""
        names = dict(states)
        self._states = {word: code for code, name in names.items() for word in (code.lower(), name.lower())}
        self._words = {code: state_words(code, name) for code, name in names.items()}
        self._towns = {town.id: town for town in towns}
        self._zips = {row.code: row for row in zips}
        self._weights = Counter(row.municipality_id for row in self._zips.values())
        self._zero_states = {row.state for row in self._zips.values() if row.code.startswith("0")}
        self._exact: dict[tuple[str, str], list[TownRow]] = {}
        self._villages: dict[tuple[str, str], list[TownRow]] = {}
        for town in self._towns.values():
            self._exact.setdefault((town.state, self._key(town.name, town.state)), []).append(town)
        for state, key, town_id in aliases:
            self._villages.setdefault((state, key.replace(" ", "")), []).append(self._towns[town_id])
        self._spellings: dict[str, list[tuple[str, int, list[TownRow]]]] = {}
        for (state, name), places in [*self._exact.items(), *self._villages.items()]:
            self._spellings.setdefault(state, []).append((name, _letters(name), places))
        self._near: dict[tuple[str, str], list[tuple[int, TownRow]]] = {}

    @classmethod
    def load(cls, states: Iterable[str]) -> "PlaceIndex":
        """Read the places of these states (two-letter codes). Queries: 4."""
        codes = sorted(set(states))
        towns = Municipality.objects.filter(state__in=codes).order_by("id")
        aliases = PlaceAlias.objects.filter(state__in=codes).order_by("id")
        zips = ZipCode.objects.filter(state__in=codes)
        return cls(
            states=State.objects.filter(code__in=codes).values_list("code", "name"),
            towns=[TownRow(*row) for row in towns.values_list("id", "state_id", "county_id", "name")],
            aliases=aliases.values_list("state_id", "name_key", "municipality_id"),
            zips=[ZipRow(*row) for row in zips.values_list("code", "state_id", "county_id", "municipality_id")],
        )

    def resolve(self, *, state: str, town: str, zip_code: str) -> Place:
        """Find the town, county and ZIP code of a place as written in a list; never raises."""
        code = self._states.get(" ".join(state.lower().replace(".", "").split()))
        digits = zip_digits(zip_code, lost_zero=code in self._zero_states or not (code or state.strip()))
        row = self._zips.get(digits)
        if code is None and not state.strip() and row is not None:
            code = row.state
        if code is None:
            why = f"No places are known for the state “{state.strip()}”." if state.strip() else "The state is missing."
            return Place(None, None, digits or None, "", why)
        if row is not None and row.state != code:
            row = None
        found = self._by_town(code, town, row)
        if found is not None:
            return replace(found, zip_code=digits or None)
        if row is not None:
            return Place(row.municipality_id, row.county_fips, digits, "zip", None)
        return Place(None, None, digits or None, "", self._explain(code, town, zip_code, digits))

    def _by_town(self, state: str, town: str, row: ZipRow | None) -> Place | None:
        parts = [town, *(part for mark in "/(,;-" if mark in town for part in town.replace(")", "").split(mark))]
        keys = dict.fromkeys(key for part in parts if (key := self._key(part, state)))
        for key in keys:
            how: How = "town" if (state, key) in self._exact else "village"
            candidates = self._exact.get((state, key)) or self._villages.get((state, key)) or []
            if chosen := self._choose(candidates, row):
                return Place(chosen.id, chosen.county_fips, None, how, None)
            if candidates:
                return None
        near = self._nearest(state, next(iter(keys), ""))
        agreeing = [t for _, t in near if row is not None and t.id == row.municipality_id]
        closest = near[0][0] if near else 0
        best = agreeing or [t for distance, t in near if distance == closest]
        if len(best) != 1:
            return None
        if row is None or agreeing or (closest == 1 and best[0].county_fips == row.county_fips):
            return Place(best[0].id, best[0].county_fips, None, "spelling", None)
        return None

    def _choose(self, candidates: list[TownRow], row: ZipRow | None) -> TownRow | None:
        if len(candidates) < 2:
            return candidates[0] if candidates else None
        if row is not None:
            for agrees in (lambda t: t.id == row.municipality_id, lambda t: t.county_fips == row.county_fips):
                if len(agreeing := [t for t in candidates if agrees(t)]) == 1:
                    return agreeing[0]
        if len({t.name for t in candidates}) > 1:
            return None
        (first, most), (_, second) = Counter({t: self._weights[t.id] for t in candidates}).most_common(2)
        return first if most > second else None

    def _nearest(self, state: str, key: str) -> list[tuple[int, TownRow]]:
        """List towns whose name, or a village's in them, is one or two letters off, nearest first."""
        limit = 0 if len(key) < 5 else 1 if len(key) < 8 else 2
        if not limit:
            return []
        if (state, key) not in self._near:
            found: dict[TownRow, int] = {}
            letters = _letters(key)
            for name, other, towns in self._spellings.get(state, []):
                if (letters ^ other).bit_count() > 2 * limit:
                    continue
                distance = edit_distance(key, name, limit)
                if distance <= limit:
                    found |= {town: min(distance, found.get(town, distance)) for town in towns}
            self._near[(state, key)] = sorted((distance, town) for town, distance in found.items())
        return self._near[(state, key)]

    def _key(self, name: str, state: str) -> str:
        return place_key(name, state_words=self._words.get(state, ())).replace(" ", "")

    def _explain(self, state: str, town: str, zip_code: str, digits: str) -> str:
        if not town.strip() and not zip_code.strip():
            return "Neither town nor ZIP code is given."
        written, key = f"“{town.strip()}”", (state, self._key(town, state))
        towns = {row.name for row in self._exact.get(key) or self._villages.get(key) or []}
        if not town.strip():
            name = "No town is given"
        elif not towns:
            name = f"{written} is no town or village of {state} known here"
        elif len(towns) == 1:
            name = f"{written} is in more than one county"
        else:
            name = f"{written} may be in {' or '.join(sorted(towns))}"
        if not zip_code.strip():
            return f"{name}, and no ZIP code is given."
        if not digits:
            return f"{name}, and “{zip_code.strip()}” is not a ZIP code."
        where = "of another state" if digits in self._zips else f"not known in {state}"
        return f"{name}, and the ZIP code {digits} is {where}."


def _letters(key: str) -> int:
    """Which letters a key has, as bits: one letter off changes at most two of them."""
    return sum({1 << (ord(letter) - ord("a")) for letter in key})


def place_resolve(*, state: str, town: str, zip_code: str, index: PlaceIndex | None = None) -> Place:
    """Find the town, county and ZIP code of one written place. Queries: 5 without an index, 0 with one."""
    index = index or PlaceIndex.load(State.objects.values_list("code", flat=True))
    return index.resolve(state=state, town=town, zip_code=zip_code)


class NaicsIndex:
    """All NAICS codes in memory, for normalising many texts."""

    def __init__(self, codes: Iterable[str]) -> None:
        """Take the known codes."""
        self._codes = frozenset(codes)

    @classmethod
    def load(cls) -> "NaicsIndex":
        """Read every code, both editions. Queries: 1."""
        return cls(NaicsCode.objects.values_list("code", flat=True))

    def normalise(self, text: str) -> tuple[str | None, str | None]:
        """Find the code a text means: (code, None); (shorter code, remark); (None, problem); (None, None) if empty.

        Two to six digits of edition 2022 or 2017; a decimal ".0", spaces and a title behind the code
        are dropped. An unknown code becomes its longest known beginning, with a remark.
        """
        written = text.strip()
        if not written:
            return None, None
        digits = _leading_digits(written)
        if len(digits) < 2:
            return None, f"“{written}” is not a NAICS code: two to six digits are wanted."
        for length in range(min(len(digits), 6), 1, -1):
            if digits[:length] in self._codes:
                code = digits[:length]
                return code, None if code == digits else f"NAICS {digits} is not a known code; taken as {code}."
        return None, f"NAICS {digits} is not a known code."


def _leading_digits(text: str) -> str:
    """The digits a text begins with, without a decimal part or what follows."""
    end = next((i for i, letter in enumerate(text) if letter not in "0123456789"), len(text))
    return text[:end]


def naics_normalise(text: str) -> tuple[str | None, str | None]:
    """Find the code one text means, as `NaicsIndex.normalise` does. Queries: 1."""
    digits = _leading_digits(text.strip())
    known = NaicsCode.objects.filter(code__in=[digits[:n] for n in range(2, 7)]).values_list("code", flat=True)
    return NaicsIndex(known).normalise(text)
