"""Fictitious businesses as several lists write them, with the true pairs known: dirt to see through, near misses to keep apart."""

import random
from dataclasses import dataclass, field, replace

from businesses.services.linkage_features import Known

FIRST = [
    "Alder",
    "Amber",
    "Aspen",
    "Birchmoor",
    "Bluewater",
    "Brackett",
    "Calloway",
    "Cardinal",
    "Cedarlane",
    "Chesterfield",
    "Clearbrook",
    "Corwin",
    "Dalton",
    "Dunmore",
    "Eastgate",
    "Elmhurst",
    "Fairhaven",
    "Falcon",
    "Garrison",
    "Glenview",
    "Granby",
    "Halloran",
    "Harrow",
    "Hawthorne",
    "Ironbridge",
    "Jasper",
    "Kestrel",
    "Kinsley",
    "Lakeland",
    "Larkspur",
    "Lindell",
    "Marigold",
    "Meridian",
    "Millbrook",
    "Nantasket",
    "Northfield",
    "Oakridge",
    "Orchard",
    "Palisade",
    "Pembroke",
    "Quarrystone",
    "Redwing",
    "Rivermark",
    "Rosewood",
    "Sagamore",
    "Sandpiper",
    "Silverleaf",
    "Stonewall",
    "Tamarack",
    "Thornbury",
    "Umbria",
    "Vantage",
    "Wachusett",
    "Westerly",
    "Whitcomb",
    "Wildflower",
    "Winslow",
    "Yarmouth",
    "Zephyr",
]
SECOND = [
    "Abrasives",
    "Arbor",
    "Bindery",
    "Bearings",
    "Canvas",
    "Cabinetry",
    "Ceramics",
    "Chemical",
    "Coatings",
    "Cooperage",
    "Cutlery",
    "Dairy",
    "Dyeworks",
    "Fasteners",
    "Felt",
    "Ferry",
    "Forge",
    "Foundry",
    "Gasket",
    "Glass",
    "Glove",
    "Granite",
    "Hosiery",
    "Instrument",
    "Kennels",
    "Lantern",
    "Leather",
    "Linen",
    "Locksmith",
    "Looms",
    "Masonry",
    "Millwork",
    "Nursery",
    "Optics",
    "Orchards",
    "Paperboard",
    "Plating",
    "Pottery",
    "Printers",
    "Rigging",
    "Rope",
    "Saddlery",
    "Sailmakers",
    "Salvage",
    "Shipyard",
    "Spindle",
    "Tannery",
    "Textile",
    "Tinsmith",
    "Toolmakers",
    "Upholstery",
    "Valve",
    "Varnish",
    "Weavers",
    "Wireworks",
]
FAMILY = [
    "Abbott",
    "Barrow",
    "Castellano",
    "Dubois",
    "Eriksen",
    "Ferreira",
    "Gallagher",
    "Huang",
    "Iglesias",
    "Kowalczyk",
    "Lindqvist",
    "Moreau",
]
FRANCHISES = ("Crusty Bagel", "Sunny Donuts", "Quick Lube Express", "Golden Wok Buffet", "Tidy Maids")
STREETS = [
    "Main",
    "Elm",
    "Chestnut",
    "Washington",
    "Pleasant",
    "Summer",
    "Union",
    "Water",
    "Front",
    "Canal",
    "Highland",
    "Prospect",
    "Maple",
    "Bridge",
]
KINDS = (("Street", "St"), ("Avenue", "Ave."), ("Road", "RD"), ("Boulevard", "Blvd"), ("Drive", "DR"))
FORMS = ("Inc.", "LLC", "Corp.", "Company, Inc.", "Co.", "")
SHORT = {
    "Manufacturing": "Mfg", "Services": "Svcs", "Associates": "Assoc", "Company": "Co", "Brothers": "Bros",
    "International": "Intl", "Center": "Ctr", "Associates,": "Assoc.", "Technologies": "Tech", "Industries": "Inds",
}  # fmt: skip
TAILS = ("Manufacturing", "Services", "Associates", "International", "Industries", "Technologies", "")


@dataclass
class Lists:
    """The rows of all lists, and which two of them are one business (smaller id first)."""

    rows: list[Known] = field(default_factory=list)
    truth: set[tuple[int, int]] = field(default_factory=set)
    one: dict[int, int] = field(default_factory=dict)

    def add(self, known: Known, business: int) -> None:
        """Add a row of a business; it makes a true pair with each of its other rows."""
        number = len(self.rows) + 1
        self.truth |= {(other, number) for other, which in self.one.items() if which == business}
        self.one[number] = business
        self.rows.append(replace(known, id=number, employer_id=number))


def make_lists(*, businesses: int, seed: int = 1) -> Lists:
    """That many businesses in towns of about 150, of which one in four stands in two or three lists.

    Added to them: franchises of one name, businesses in one building, father and son, numbered companies,
    and two locations of one employer, none of which are duplicates.
    """
    rng = random.Random(seed)  # noqa: S311  invented data, not secrets
    lists, towns = Lists(), max(1, businesses // 150)
    for number in range(businesses):
        clean = _business(rng, number, town=rng.randrange(towns))
        lists.add(clean, number)
        if rng.random() < 0.25:
            lists.add(_dirty(rng, clean), number)
            if rng.random() < 0.3:
                lists.add(_dirty(rng, clean), number)
    _near_misses(rng, lists, count=max(1, businesses // 12), towns=towns, first=businesses)
    return lists


def _place(rng: random.Random, town: int) -> dict:
    kind = rng.choice(KINDS)
    return {
        "address": f"{rng.randrange(3, 1400)} {rng.choice(STREETS)} {kind[0]}",
        "town": f"Town {_letters(town)}",
        "municipality_id": town + 1,
        "state": "MA",
        "zip_code": f"{1000 + town * 2 + rng.randrange(2):05}",
        "phone": f"({413 + town % 3}) 555-{rng.randrange(10_000):04}",
    }


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _business(rng: random.Random, number: int, town: int) -> Known:
    words = [rng.choice(FIRST), rng.choice(SECOND), rng.choice(TAILS), rng.choice(FORMS)]
    name = " ".join(word for word in words if word)
    if rng.random() < 0.1:
        name = f"{rng.choice(FAMILY)} & {rng.choice(FAMILY)} {rng.choice(SECOND)} {rng.choice(FORMS)}".strip()
    site = f"https://www.{words[0]}{words[1]}{number}.example".lower() if rng.random() < 0.4 else ""
    place = _place(rng, town)
    if rng.random() < 0.3:
        place["phone"] = ""
    return Known(id=0, name=name, naics=f"{rng.randrange(311, 339)}110", website=site, **place)


def _dirty(rng: random.Random, clean: Known) -> Known:
    """The business as another list writes it: some of the mistakes lists make, never all at once."""
    row = replace(clean, website="", naics="" if rng.random() < 0.5 else clean.naics)
    for spoil in rng.sample(_MISTAKES, k=rng.choice((1, 2, 2, 3))):
        row = spoil(rng, row)
    return row


def _without_form(rng: random.Random, row: Known) -> Known:
    words = row.name.split()
    return replace(row, name=" ".join(words[:-1]) if words[-1] in FORMS and len(words) > 2 else row.name)


def _typo(rng: random.Random, row: Known) -> Known:
    at = rng.randrange(2, min(len(row.name), 14) - 1)
    letters = list(row.name)
    match rng.randrange(3):
        case 0:
            del letters[at]
        case 1:
            letters[at], letters[at - 1] = letters[at - 1], letters[at]
        case _:
            letters.insert(at, letters[at])
    return replace(row, name="".join(letters))


def _short_forms(rng: random.Random, row: Known) -> Known:
    return replace(row, name=" ".join(SHORT.get(word, word) for word in row.name.split()))


def _capitals(rng: random.Random, row: Known) -> Known:
    return replace(row, name=row.name.upper(), address=row.address.upper())


def _cut(rng: random.Random, row: Known) -> Known:
    return replace(row, name=row.name[:24].strip())


def _trading(rng: random.Random, row: Known) -> Known:
    owner = FAMILY[sum(map(ord, row.phone + row.zip_code)) % len(FAMILY)]
    return row if row.alias else replace(row, name=f"{owner} {row.zip_code[-2:]} Holdings LLC", alias=row.name)


def _street(rng: random.Random, row: Known) -> Known:
    address = row.address
    for long, short in KINDS:
        address = address.replace(long, short)
    return replace(row, address=f"{address}, Suite {rng.randrange(1, 9)}" if rng.random() < 0.3 else address)


def _no_address(rng: random.Random, row: Known) -> Known:
    return replace(row, address="")


def _no_phone(rng: random.Random, row: Known) -> Known:
    return replace(row, phone="")


def _other_phone(rng: random.Random, row: Known) -> Known:
    return replace(row, phone=f"+1 617.555.{rng.randrange(10_000):04}")


_MISTAKES = (
    *(_without_form, _typo, _short_forms, _capitals, _cut, _trading, _street, _no_address, _no_phone, _other_phone),
)


def _near_misses(rng: random.Random, lists: Lists, *, count: int, towns: int, first: int) -> None:
    """Rows that look alike and are not: each is a business of its own."""
    number = first
    for _ in range(count):
        town = rng.randrange(towns)
        for twin in _twins(rng, town):
            lists.add(twin, number)
            number += 1


def _twins(rng: random.Random, town: int) -> list[Known]:
    here, there = _place(rng, town), _place(rng, town)
    person, trade = rng.choice(FAMILY), rng.choice(SECOND)
    number = rng.randrange(100, 900)
    match rng.randrange(6):
        case 0:  # a franchise, twice in one town
            name = rng.choice(FRANCHISES)
            return [Known(id=0, name=name, **here), Known(id=0, name=f"{name} LLC", **there)]
        case 1:  # two firms in one building
            names = (f"{rng.choice(FIRST)} {trade} Inc.", f"{person} Dental Associates")
            return [Known(id=0, name=name, **(here | {"phone": ""})) for name in names]
        case 2:  # father and son
            names = (f"John {person} Sr. {trade}", f"John {person} Jr. {trade}")
            return [Known(id=0, name=name, **here) for name in names]
        case 3:  # numbered companies of one owner
            first = rng.choice(FIRST)
            return [Known(id=0, name=f"{first} {trade} {which} LLC", **here) for which in (number, number + 7)]
        case 4:  # two locations of one employer
            return [Known(id=0, name=f"{person} {trade}", fein="990000001", **place) for place in (here, there)]
        case _:  # stores of one chain
            return [
                Known(id=0, name=f"{rng.choice(FRANCHISES)} #{number + step}", **place)
                for step, place in ((0, here), (3, there))
            ]
