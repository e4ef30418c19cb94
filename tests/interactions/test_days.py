"""Days as people type them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.forms.days import FUTURE, PAST, day_of

SATURDAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    "text", ["", "soon", "13/40", "2/30/2026", "tu", "99", "nov", "foo 3", "in 2 moons", "1/1/1/1"]
)
def test_what_names_no_day_is_none(text):
    assert day_of(text, today=SATURDAY) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", date(2026, 11, 21)),
        (" Yesterday ", date(2026, 11, 20)),
        ("tue", date(2026, 11, 17)),
        ("Tuesday", date(2026, 11, 17)),
        ("sat", date(2026, 11, 21)),
        ("last sat", date(2026, 11, 14)),
        ("3 days ago", date(2026, 11, 18)),
        ("a week ago", date(2026, 11, 14)),
        ("11/21", date(2026, 11, 21)),
        ("11/22", date(2025, 11, 22)),
        ("2/29", date(2024, 2, 29)),
        ("11/5/26", date(2026, 11, 5)),
        ("11/05/2025", date(2025, 11, 5)),
        ("2026-11-05", date(2026, 11, 5)),
        ("Nov 5", date(2026, 11, 5)),
        ("November 5, 2025", date(2025, 11, 5)),
        ("5 nov 2025", date(2025, 11, 5)),
    ],
)
def test_days_of_what_happened(text, expected):
    assert day_of(text, today=SATURDAY, direction=PAST) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow", date(2026, 11, 22)),
        ("tue", date(2026, 11, 24)),
        ("next tuesday", date(2026, 11, 24)),
        ("sat", date(2026, 11, 28)),
        ("in 2 weeks", date(2026, 12, 5)),
        ("next week", date(2026, 11, 28)),
        ("1/15", date(2027, 1, 15)),
        ("Dec 1", date(2026, 12, 1)),
    ],
)
def test_days_of_what_is_to_come(text, expected):
    assert day_of(text, today=SATURDAY, direction=FUTURE) == expected


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)), st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_a_whole_date_is_read_whatever_the_day_of_reading(day, today):
    assert day_of(f"{day:%m/%d/%Y}", today=today) == day == day_of(day.isoformat(), today=today)


@given(st.text(max_size=40), st.sampled_from([PAST, FUTURE]))
def test_no_text_breaks_it(text, direction):
    day_of(text, today=SATURDAY, direction=direction)


@given(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), st.dates(date(2001, 1, 1), date(2099, 1, 1)))
def test_a_weekday_is_within_a_week(name, today):
    assert timedelta(0) <= today - day_of(name, today=today, direction=PAST) < timedelta(7)
    assert timedelta(0) < day_of(name, today=today, direction=FUTURE) - today <= timedelta(7)
