"""Numbers and dates in sentences."""

from datetime import date

from django.utils.formats import date_format

from bizworks.directory.models import BEGINNING


def many(number: int, one: str, several: str) -> str:
    """Say a number with its noun: `1 area`, `2 areas`."""
    return f"{number:,} {one if number == 1 else several}"


def day(on: date | None) -> str:
    """Say a date: `Jul 1, 2026`; the beginning of all records and the open end in words."""
    if on is None:
        return "further notice"
    return "the beginning" if on == BEGINNING else date_format(on, "M j, Y")
