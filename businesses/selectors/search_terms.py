"""What was typed into a search, in the comparable form of the search tables: words, numbers, ranges."""

import re
import unicodedata
from dataclasses import dataclass

from businesses.constants import COMPANY_WORDS

_SAME_WORDS = (
    ("mfg", "manufacturing"), ("intl", "international"), ("assoc", "associates"), ("svc", "services"),
    ("bros", "brothers"), ("saint", "st"), ("mount", "mt"), ("fort", "ft"), ("center", "centre"), ("ctr", "center"),
    ("dept", "department"), ("univ", "university"), ("natl", "national"), ("mgmt", "management"), ("doctor", "dr"),
)  # fmt: skip
SAME_WORDS: dict[str, tuple[str, ...]] = {}
for _one, _other in _SAME_WORDS:
    SAME_WORDS[_one] = (*SAME_WORDS.get(_one, ()), _other)
    SAME_WORDS[_other] = (*SAME_WORDS.get(_other, ()), _one)

MAX_TEXT = 100
MAX_WORDS = 8
MAX_WORD = 60
LAST = "\U0010ffff"
"""Sorts behind every letter: the end of the range of what begins with a word."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_PLAIN = str.maketrans("øØłŁđĐðı", "oolldddi", "\u2122\u00ae\u00a9") | str.maketrans("\u2019\u2018\u02bc", "'''")
_MARKS = re.compile("[\u0300-\u036f]")
_WIDE_SIGNS = re.compile("[\u0080-\u00bf\u2000-\u206f\u3000-\u303f]+")
_INITIALS = re.compile(r"(?<![^\W_])([a-z])\.(?=[a-z](?![^\W_]))")
_SIGNS = re.compile(r"[\x01-\x2f\x3a-\x60\x7b-\x7f]+")
_NUMBER = re.compile(r"^[\d\s().+/x#-]+$")


def plain_words(text: str) -> list[str]:
    """The words of a text without case, accents and marks, company words included."""
    text = text.lower()
    if not text.isascii():
        text = text.translate(str.maketrans("\u2019\u2018\u02bc", "'''", "\u2122\u00ae\u00a9"))
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text)).lower().translate(_PLAIN)
        text = _WIDE_SIGNS.sub(" ", text.replace("ß", "ss").replace("æ", "ae").replace("œ", "oe"))
    return _SIGNS.sub(" ", _INITIALS.sub(r"\1", text).replace("'", "")).split(" ")


def search_key(text: str) -> str:
    """A name in comparable form, as the database's function of the same purpose makes it.

    "The Café O'Neill Co., Inc." is "cafe oneill"; a name of nothing but company words keeps them.
    """
    words = [word for word in plain_words(text) if word]
    return " ".join([word for word in words if word not in COMPANY_WORDS] or words)[:200]


def typed(text: str) -> str:
    """What was typed, without what cannot be searched: control characters, and all beyond 100 characters."""
    return " ".join(_CONTROL.sub(" ", text).split())[:MAX_TEXT]


@dataclass(frozen=True)
class Terms:
    """A search as typed: its words, and company words at its end that may yet become another word."""

    text: str
    words: tuple[str, ...]
    ending: str = ""

    @property
    def key(self) -> str:
        """The words as a name would begin."""
        return " ".join(self.words)

    @property
    def digits(self) -> str:
        """The digits, if it is written like a number of three or more; of a telephone without the country's 1."""
        digits = "".join(ch for ch in self.text if ch in "0123456789")
        if len(digits) == 11 and digits.startswith("1"):
            digits = digits[1:]
        return digits if len(digits) > 2 and _NUMBER.match(self.text) else ""

    @property
    def code(self) -> str:
        """Letters and digits in one, if there is a digit and they are no more than two words."""
        code = "".join(ch for ch in self.text.lower() if ch in _LETTERS)
        wanted = len(code) > 3 and any(ch.isdigit() for ch in code) and len(self.text.split()) < 3
        return code[:120] if wanted else ""

    @property
    def email(self) -> str:
        """An e-mail address, or the part after its sign."""
        return self.text.lower().removeprefix("@") if "@" in self.text and " " not in self.text else ""


def terms_of(text: str) -> Terms | None:
    """Read a search; None if nothing can be searched (fewer than two letters or digits).

    A last word that is, or begins like, a company word ("acme in", on the way to "Inc") asks for nothing.
    """
    if "\x00" in text:
        return None
    text = typed(text)
    words = [word[:MAX_WORD] for word in plain_words(text) if word][: MAX_WORDS + 1]
    if sum(map(len, words)) < 2:
        return None
    kept = [word for word in words[:-1] if word not in COMPANY_WORDS]
    last = words[-1]
    is_ending = any(word.startswith(last) for word in COMPANY_WORDS)
    if kept and is_ending:
        return Terms(text, tuple(kept[:MAX_WORDS]), last)
    return Terms(text, tuple([*kept, last][:MAX_WORDS]))


def span(word: str) -> tuple[str, str]:
    """The range of everything that begins with a word."""
    return word, word + LAST


def whole(word: str) -> tuple[str, str]:
    """The range of exactly this word: up to the next possible one."""
    return word, word + "\x01"


def misspellings(word: str) -> list[str]:
    """Every word one slip away: a letter left out, doubled, swapped with the next, wrong or too many."""
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    slips = {left + right[1:] for left, right in halves if right}
    slips |= {left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1}
    slips |= {left + letter + right[1:] for left, right in halves if right for letter in _LETTERS}
    slips |= {left + letter + right for left, right in halves for letter in _LETTERS}
    slips.discard(word)
    return sorted(slip for slip in slips if len(slip) > 1)
