"""How often the right one is among the first ten: on invented businesses and what hasty people type for them."""

import random

import pytest

from businesses import selectors
from businesses.models import Business, Employer
from businesses.selectors.search_terms import search_key

pytestmark = pytest.mark.django_db

HEADS = [
    "bar",
    "cor",
    "del",
    "fen",
    "gal",
    "hav",
    "jor",
    "kes",
    "lin",
    "mar",
    "nes",
    "ost",
    "pel",
    "rav",
    "sab",
    "tal",
    "ul",
    "var",
    "wex",
    "yar",
    "zeph",
    "bran",
    "dro",
    "fli",
    "gre",
]
TAILS = [
    "by",
    "brook",
    "combe",
    "croft",
    "dale",
    "field",
    "ford",
    "gate",
    "hurst",
    "ley",
    "mere",
    "mont",
    "port",
    "ridge",
    "stone",
    "vale",
    "well",
    "wick",
    "worth",
]
TRADES = [
    "Construction",
    "Dental",
    "Auto",
    "Restaurant",
    "Landscaping",
    "Plumbing",
    "Consulting",
    "Bakery",
    "Pizza",
    "Salon",
    "Trucking",
    "Care",
]
TOWNS = ["Springfield", "Boston", "Holyoke", "Chicopee", "Ludlow"]
SUFFIXES = ["", " Inc.", ", LLC", " Corp", " Co."]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def dice() -> random.Random:
    return random.Random(20)


@pytest.fixture
def rows(in_north, dice) -> list[Business]:
    """Eight hundred businesses, many alike; a tenth of them measured."""
    employer = Employer.objects.create(name="All")
    made = []
    for _ in range(800):
        words = [f"{dice.choice(HEADS)}{dice.choice(TAILS)}".title() for _ in range(dice.choice([1, 1, 2]))]
        name = " ".join([*words, dice.choice(TRADES)]) + dice.choice(SUFFIXES)
        town = dice.choice(TOWNS)
        made.append(Business(employer=employer, name=name, town=town, state="MA", search_text=f"{name} {town}".lower()))
    Business.objects.bulk_create(made)
    return dice.sample(made, 80)


def slip(dice: random.Random, word: str) -> str:
    """One letter left out, wrong, too many, or swapped with the next."""
    place = dice.randrange(len(word))
    kind = dice.randrange(4)
    if kind == 0:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + dice.choice(LETTERS) + word[place + 1 :]
    if kind == 2:
        return word[:place] + dice.choice(LETTERS) + word[place:]
    place = min(place, len(word) - 2)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def share(actor, rows: list[Business], typed) -> float:
    """How many are among the first ten for what is typed of them."""
    hits = 0
    for row in rows:
        names = [search_key(b.name) for b in selectors.business_search(actor=actor, text=typed(row))]
        hits += search_key(row.name) in names
    return hits / len(rows)


def test_the_right_one_is_among_the_first_ten(in_north, rows, dice):
    def words(row: Business) -> list[str]:
        return search_key(row.name).split()

    def mistyped(row: Business) -> str:
        parts = words(row)[:2]
        place = dice.randrange(2)
        parts[place] = slip(dice, parts[place])
        return " ".join(parts)

    shares = {
        "two words": share(in_north.rep, rows, lambda row: " ".join(words(row)[:2])),
        "the other way round": share(in_north.rep, rows, lambda row: " ".join(words(row)[1::-1])),
        "cut short": share(in_north.rep, rows, lambda row: " ".join(word[:4] for word in words(row))),
        "with the legal form": share(in_north.rep, rows, lambda row: f"The {row.name} Inc"),
        "with the town": share(in_north.rep, rows, lambda row: f"{words(row)[0]} {row.town}"),
        "one mistyped": share(in_north.rep, rows, mistyped),
    }
    floors = {
        "two words": 0.97, "the other way round": 0.97, "cut short": 0.9, "with the legal form": 0.99,
        "with the town": 0.95, "one mistyped": 0.85,
    }  # fmt: skip
    assert {kind: value for kind, value in shares.items() if value < floors[kind]} == {}
