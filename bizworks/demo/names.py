"""Invented names. Coined words, so that no real business is meant."""

import random
from dataclasses import dataclass

_HEADS = [
    "Arden",
    "Brin",
    "Corro",
    "Dunna",
    "Elsin",
    "Fenni",
    "Gallo",
    "Haver",
    "Ivor",
    "Jorra",
    "Kestre",
    "Lindo",
    "Maris",
    "Nessa",
    "Oster",
    "Pella",
    "Quill",
    "Ravno",
    "Sable",
    "Tallo",
    "Ulver",
    "Varro",
    "Wexa",
    "Yarro",
    "Zephi",
]
_TAILS = [
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
_FIRST = [
    "Ana",
    "Ben",
    "Carla",
    "Dev",
    "Elena",
    "Femi",
    "Grace",
    "Hugo",
    "Ines",
    "Jamal",
    "Kaya",
    "Luis",
    "Mina",
    "Noor",
    "Owen",
    "Priya",
    "Quentin",
    "Rosa",
    "Sam",
    "Tess",
    "Umar",
    "Vera",
    "Wei",
    "Xenia",
    "Yusuf",
    "Zoe",
]
_LAST = [
    "Abara",
    "Bellweather",
    "Castellane",
    "Dunmore",
    "Eastwick",
    "Farrowby",
    "Grantham",
    "Hollis",
    "Ibarra",
    "Jessup",
    "Kowal",
    "Lindqvist",
    "Marchetti",
    "Nakoma",
    "Okafor",
    "Pellerin",
    "Quimby",
    "Ruiz",
    "Santoro",
    "Tavares",
    "Underhill",
    "Vasko",
    "Whitlock",
    "Yoder",
    "Zamora",
]
STREETS = [
    "Main",
    "Mill",
    "Elm",
    "Maple",
    "Canal",
    "Bridge",
    "Park",
    "River",
    "Depot",
    "Commerce",
    "Foundry",
    "Orchard",
    "School",
    "Summer",
    "Water",
]


@dataclass(frozen=True)
class Industry:
    """A kind of business: NAICS code, how common it is, its word, typical number of employees."""

    naics: str
    weight: int
    word: str
    employees: int


INDUSTRIES = (
    Industry("332710", 8, "Machine Works", 35),
    Industry("333249", 4, "Automation", 60),
    Industry("334516", 4, "Instruments", 80),
    Industry("325414", 4, "Biologics", 90),
    Industry("311812", 4, "Bakery", 25),
    Industry("311811", 3, "Bread House", 8),
    Industry("326199", 4, "Plastics", 55),
    Industry("236220", 6, "Builders", 30),
    Industry("238220", 7, "Plumbing and Heating", 14),
    Industry("238210", 6, "Electric", 16),
    Industry("423830", 4, "Industrial Supply", 20),
    Industry("445110", 5, "Market", 45),
    Industry("444140", 4, "Hardware", 12),
    Industry("484110", 5, "Freight", 28),
    Industry("493110", 4, "Logistics", 75),
    Industry("541511", 6, "Software", 32),
    Industry("541330", 5, "Engineering", 40),
    Industry("541211", 3, "Accounting", 11),
    Industry("561730", 4, "Landscaping", 15),
    Industry("611110", 3, "Academy", 70),
    Industry("621111", 6, "Family Medicine", 24),
    Industry("621610", 6, "Home Health", 65),
    Industry("622110", 2, "Hospital", 900),
    Industry("623110", 4, "Nursing Center", 120),
    Industry("624410", 5, "Early Learning", 18),
    Industry("721110", 4, "Inn", 40),
    Industry("722511", 9, "Kitchen", 22),
    Industry("722515", 5, "Coffee", 9),
    Industry("811111", 5, "Auto Repair", 7),
    Industry("812112", 3, "Salon", 6),
    Industry("114111", 2, "Seafood", 18),
    Industry("713940", 3, "Fitness", 14),
)
_FORMS = ("Inc.", "LLC", "Co.", "Corp.", "", "", "")


def coined(rng: random.Random) -> str:
    """A word that is nobody's name."""
    return rng.choice(_HEADS) + rng.choice(_TAILS)


def business_name(rng: random.Random, industry: Industry) -> str:
    """A trading name for an industry."""
    return f"{coined(rng)} {industry.word} {rng.choice(_FORMS)}".strip()


def person_name(rng: random.Random) -> str:
    """A person who does not exist."""
    return f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
