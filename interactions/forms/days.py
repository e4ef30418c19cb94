"""Days as people type them: 11/21, Nov 21, yesterday, Tue, in 2 weeks. Pure; no locale, no clock."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms

PAST, FUTURE = "past", "future"
UNREADABLE = "Type a day like 11/21/2026, or a word like {example}."
EXAMPLES = {PAST: "today, yesterday or Tue", FUTURE: "tomorrow, Tue or in 2 weeks"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WORDS = {"today": 0, "now": 0, "yesterday": -1, "tomorrow": 1, "next week": 7, "last week": -7}
_UNITS = {"day": 1, "week": 7}
_AGO = re.compile(r"(\d{1,3}|a|one) (day|week)s? ago")
_IN = re.compile(r"in (\d{1,3}|a|one) (day|week)s?")
_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NAMED = re.compile(r"(?:([a-z]{3,9}) (\d{1,2})|(\d{1,2}) ([a-z]{3,9}))(?:st|nd|rd|th)?(?: (\d{4}))?")


def day_of(text: str, *, today: date, direction: str = PAST) -> date | None:
    """Read a day; None if the text names none.

    A weekday is the last one up to today, or the next one after today; a day without a year is the
    nearest in the `direction` ("past" or "future"). Months come first, as in 11/21.
    """
    words = " ".join(re.sub(r"[,\s]+", " ", text.strip().lower()).split())
    if words in _WORDS:
        return today + timedelta(days=_WORDS[words])
    for pattern, sign in ((_AGO, -1), (_IN, 1)):
        if match := pattern.fullmatch(words):
            number = int(match[1]) if match[1].isdigit() else 1
            return today + timedelta(days=sign * number * _UNITS[match[2]])
    return _weekday(words, today, direction) or _calendar_day(words, today, direction)


def _weekday(words: str, today: date, direction: str) -> date | None:
    prefix, _, name = words.rpartition(" ")
    number = next((n for n, full in enumerate(_DAY_NAMES) if len(name) > 2 and full.startswith(name)), None)
    if number is None or prefix not in ("", "last", "next", "this", "on"):
        return None
    direction = {"last": PAST, "next": FUTURE}.get(prefix, direction)
    if direction == PAST:
        back = (today.weekday() - number) % 7
        return today - timedelta(days=back or (7 if prefix == "last" else 0))
    return today + timedelta(days=(number - today.weekday()) % 7 or 7)


def _calendar_day(words: str, today: date, direction: str) -> date | None:
    if match := _ISO.fullmatch(words):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMBERS.fullmatch(words):
        month, day, year = int(match[1]), int(match[2]), match[3]
    elif match := _NAMED.fullmatch(words):
        name, year = (match[1] or match[4])[:3], match[5]
        month, day = (_MONTHS.index(name) + 1 if name in _MONTHS else 0), int(match[2] or match[3])
    else:
        return None
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    step = -1 if direction == PAST else 1
    found = (_date(today.year + step * n, month, day) for n in range(5))  # 29 February comes every fourth year
    return next((d for d in found if d and (d <= today if direction == PAST else d >= today)), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


class DayField(forms.CharField):
    """A day as people type it; `today` is set by the form, for the words that need it."""

    def __init__(self, *, direction: str = PAST, **kwargs: Any) -> None:
        """Say which way a bare weekday lies."""
        self.direction = direction
        self.today: date | None = None
        attrs = {"data-day": direction, "autocomplete": "off", "spellcheck": "false"}
        super().__init__(max_length=40, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> date | None:  # type: ignore[override]
        """Read the day. Errors: ValidationError with an example."""
        text = super().clean(value)
        if not text:
            return None
        day = day_of(text, today=self.today or date.today(), direction=self.direction)  # noqa: DTZ011  the form sets it
        if day is None:
            raise forms.ValidationError(UNREADABLE.format(example=EXAMPLES[self.direction]))
        return day


def tell_today(form: forms.BaseForm, today: date) -> None:
    """Give every day field of a form the tenant's local day."""
    for field in form.fields.values():
        if isinstance(field, DayField):
            field.today = today


def ids_of(values: Iterable[Any]) -> list[int]:
    """The ids among what a form sent; whatever cannot be one is left out."""
    texts = [str(value) for value in values]
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 18]


class IdListField(forms.TypedMultipleChoiceField):
    """Ids whose existence a service checks; anything that cannot be an id is refused here."""

    def __init__(self, **kwargs: Any) -> None:
        """Optional unless told otherwise."""
        super().__init__(coerce=int, required=kwargs.pop("required", False), **kwargs)

    def valid_value(self, value: Any) -> bool:
        """Whether it has the shape of an id."""
        return bool(ids_of([value]))
