"""Names of towns and ZIP codes as people type them, made comparable. Pure text, no database."""

import re
import unicodedata

_DIRECTIONS = {
    "n": "north", "no": "north", "nth": "north", "s": "south", "so": "south", "sth": "south",
    "e": "east", "w": "west", "ne": "northeast", "nw": "northwest", "se": "southeast", "sw": "southwest",
}  # fmt: skip
_SHORT_FORMS = {
    "st": "saint", "ste": "sainte", "mt": "mount", "mtn": "mountain", "ft": "fort", "hts": "heights",
    "hgts": "heights", "vlg": "village", "ctr": "center", "cntr": "center", "centre": "center", "spgs": "springs",
    "spg": "spring", "jct": "junction", "crk": "creek", "hls": "hills", "lk": "lake", "grv": "grove",
    "bch": "beach", "pk": "park", "fls": "falls", "hbr": "harbor", "harbour": "harbor", "is": "island",
    "cty": "city", "brg": "bridge", "vly": "valley", "hvn": "haven", "boro": "borough",
}  # fmt: skip
_LEADING = re.compile(r"^(?:the )?(?:town|city|village) of ")
_NOT_LETTERS = re.compile(r"[^a-z]+")
_ZIP = re.compile(r"^[A-Za-z\s]*(\d{8,9}|\d{3,5})(?:\.0+)?(?:[\s\-–/,.].*)?$", re.ASCII)


def state_words(code: str, name: str) -> tuple[str, ...]:
    """List the words that mean the state at the end of a town: its code, its name and the name cut short."""
    name = name.lower()
    return (code.lower(), *(name[:length] for length in range(3, len(name) + 1)))


def place_key(text: str, *, state_words: tuple[str, ...] = ()) -> str:
    """Reduce the name of a place to what is compared: lower-case letters and single spaces.

    Short forms are written out ("No." North, "St" Saint, "-boro" -borough); "town of" and a trailing
    state (any of `state_words`) are dropped. Returns "" when no letter is left.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    plain = _NOT_LETTERS.sub(" ", plain.replace("'", "").replace("`", "").replace("&", " and ")).strip()
    words = _LEADING.sub("", plain).split()
    while len(words) > 1 and (words[-1] in state_words or words[-1] == "usa"):
        words.pop()
    if len(words) > 1:
        words[0] = _DIRECTIONS.get(words[0], words[0])
    return " ".join(_long_form(word) for word in words)


def _long_form(word: str) -> str:
    word = _SHORT_FORMS.get(word, word)
    return f"{word}ugh" if word.endswith("boro") else word


def zip_digits(text: str, *, lost_zero: bool) -> str:
    """Find the five digits of a ZIP code in what was typed; "" if there are none.

    ZIP+4 is cut; `lost_zero` puts back the leading zero that spreadsheets drop, for states whose
    codes begin with one.
    """
    match = _ZIP.match(text.strip().replace("O", "0") if re.match(r"\s*O\d", text) else text.strip())
    digits = match.group(1) if match else ""
    if lost_zero and len(digits) in (4, 8):
        digits = f"0{digits}"
    return digits[:5] if len(digits) in (5, 9) else ""


def edit_distance(left: str, right: str, limit: int) -> int:
    """Count the letters to change, add, drop or swap with their neighbor; `limit` + 1 once it is more."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(right, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and b == left[i - 2]:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)
