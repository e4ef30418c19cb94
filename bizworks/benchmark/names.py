"""Invented names in the proportions of real lists: few common words, a long tail of rare ones."""

import itertools
import random
from collections.abc import Iterator

_ONSETS = [
    "b",
    "br",
    "c",
    "ch",
    "cl",
    "d",
    "dr",
    "f",
    "fl",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "kr",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "qu",
    "r",
    "s",
    "sh",
    "st",
    "t",
    "th",
    "tr",
    "v",
    "w",
    "wh",
    "y",
    "z",
]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "ee", "ia", "io", "oa", "ou"]
_CODAS = ["", "", "", "b", "ck", "d", "l", "ll", "m", "n", "nd", "ng", "r", "rd", "rk", "s", "ss", "st", "t", "x"]
_TRADES = [
    "Construction",
    "Services",
    "Restaurant",
    "Group",
    "Auto",
    "Dental",
    "Medical",
    "Realty",
    "Landscaping",
    "Electric",
    "Plumbing",
    "Consulting",
    "Cafe",
    "Solutions",
    "Associates",
    "Market",
    "Pizza",
    "Salon",
    "Transport",
    "Technologies",
    "Care",
    "Home",
    "Health",
    "Builders",
    "Painting",
    "Cleaning",
    "Foods",
    "Logistics",
    "Design",
    "Systems",
    "Partners",
    "Manufacturing",
    "Machine",
    "Tool",
    "Precision",
    "Metal",
    "Plastics",
    "Packaging",
    "Printing",
    "Security",
    "Insurance",
    "Financial",
    "Capital",
    "Properties",
    "Management",
    "Hotel",
    "Fitness",
    "Academy",
    "School",
    "Day",
    "Child",
    "Veterinary",
    "Pharmacy",
    "Optical",
    "Physical",
    "Therapy",
    "Counseling",
    "Energy",
    "Solar",
    "Roofing",
    "Flooring",
    "Heating",
    "Cooling",
    "Marine",
    "Fishing",
    "Farm",
    "Dairy",
    "Bakery",
    "Brewing",
    "Hardware",
    "Supply",
    "Equipment",
    "Rental",
    "Trucking",
    "Express",
    "Courier",
    "Travel",
    "Media",
    "Studio",
    "Software",
    "Data",
    "Labs",
    "Biotech",
    "Research",
    "Engineering",
    "Architects",
    "Law",
    "Accounting",
    "Tax",
    "Staffing",
    "Marketing",
    "Events",
    "Catering",
    "Liquors",
    "Variety",
    "Jewelers",
    "Florist",
    "Books",
]
_SUFFIXES = ["", "", "", " Inc", ", Inc.", " LLC", " LLC", " Corp", " Co.", " PC", " Ltd"]
_STREETS = [
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
VOCABULARY = 40_000


class BenchNames:
    """Names and addresses from one seed: the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        """Coin the vocabulary; a word's weight falls with its rank, as in real names."""
        self._rng = random.Random(seed)  # noqa: S311  invented names, not secrets
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            syllables = self._rng.choices([1, 2, 3], [15, 60, 25])[0]
            words["".join(self._syllable() for _ in range(syllables)).capitalize()] = None
        self._words = [word for word in words if len(word) > 2]
        self._weights = list(itertools.accumulate(1 / (rank + 20) for rank in range(len(self._words))))
        self._trades = list(itertools.accumulate(1 / (rank + 5) for rank in range(len(_TRADES))))

    def _syllable(self) -> str:
        return self._rng.choice(_ONSETS) + self._rng.choice(_VOWELS) + self._rng.choice(_CODAS)

    def word(self) -> str:
        """A coined word, the common ones often."""
        return self._rng.choices(self._words, cum_weights=self._weights)[0]

    def _trade(self) -> str:
        return self._rng.choices(_TRADES, cum_weights=self._trades)[0]

    def business(self, town: str) -> str:
        """The name of a business of this town."""
        kind = self._rng.random()
        if kind < 0.45:
            name = f"{self.word()} {self._trade()}"
        elif kind < 0.65:
            name = f"{self.word()} {self.word()} {self._trade()}"
        elif kind < 0.78:
            name = f"{self.word()} & {self.word()} {self._trade()}"
        elif kind < 0.9:
            name = f"{town} {self._trade()} {self._trade()}"
        else:
            name = f"The {self.word()} {self._trade()} {self._trade()}"
        return name + self._rng.choice(_SUFFIXES)

    def alias(self) -> str:
        """A trading name, for one in eight."""
        return f"{self.word()} {self._trade()}" if self._rng.random() < 0.125 else ""

    def address(self) -> str:
        """A street address."""
        return f"{self._rng.randint(1, 900)} {self._rng.choice(_STREETS)} Street"

    def phone(self) -> str:
        """A number of the range kept for fiction."""
        return f"413-555-{self._rng.randint(0, 9_999):04d}"

    def feins(self) -> Iterator[str]:
        """Different nine-digit numbers, beginning with 00, which no employer has."""
        for number in itertools.count(1):
            yield f"00{(number * 7_919) % 10_000_000:07d}"
