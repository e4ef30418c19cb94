"""Checks on single values, shared by pages, API and imports. Pure text, no database."""

import re
import unicodedata

_SSN = re.compile(r"(?<![\d-])\d{3}([-\u2010-\u2015\u2212. ])\d{2}\1\d{4}(?![\d-])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_FEIN = re.compile(r"\d{2}[- ]?\d{7}")
_INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)

SSN_SENTENCE = "This looks like a Social Security number (three, two and four digits). bizworks never stores one: please remove it."
CONTROL_SENTENCE = "This holds characters that cannot be printed: please type it again."
FEIN_SENTENCE = "A FEIN has nine digits, like 04-1234567."


def has_ssn(text: str) -> bool:
    """Whether something in the text has the shape of a Social Security number."""
    return _SSN.search(text) is not None


def hide_ssn(text: str) -> str:
    """The text with every such number struck out."""
    return _SSN.sub("***-**-****", text)


def has_control(text: str) -> bool:
    """Whether the text holds control characters or broken Unicode (tab and line ends are fine)."""
    return _CONTROL.search(text) is not None


def problem_with_text(text: str) -> str:
    """Why a text may not be stored, as a sentence; empty when it may."""
    if has_control(text):
        return CONTROL_SENTENCE
    return SSN_SENTENCE if has_ssn(text) else ""


def one_line(text: str) -> str:
    """Trim, make single spaces of all white space, drop invisible characters, compose accents (NFC)."""
    return unicodedata.normalize("NFC", " ".join(text.translate(_INVISIBLE).split()))


def fein_normalise(text: str) -> str:
    """Reduce a FEIN to its nine digits. Errors: ValueError with a sentence for people."""
    text = text.strip()
    if has_ssn(text):
        raise ValueError(SSN_SENTENCE)
    digits = text.replace("-", "").replace(" ", "")
    if not _FEIN.fullmatch(text) or not digits.isascii() or digits == "000000000":
        raise ValueError(FEIN_SENTENCE)
    return digits
