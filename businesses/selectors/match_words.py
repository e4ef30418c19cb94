"""Why two businesses may be one, in words."""

from collections.abc import Iterable

_WORDS: dict[str, tuple[str, bool]] = {
    "name:same": ("same name", True),
    "name:chain": ("same name, which businesses of several places bear", True),
    "name:second": ("same legal or trading name, the other names differ", True),
    "name:numbers": ("names differ in a number, or a word like North or Jr", False),
    "name:letter": ("names differ by one or two letters", True),
    "name:alike": ("names are spelled almost alike", True),
    "name:adds": ("one name is the other with common words added", True),
    "name:begins": ("one name is the beginning of the other", True),
    "name:short_forms": ("names are alike but for short forms", True),
    "name:contained": ("one name holds all words of the other", True),
    "name:similar": ("names are similar", True),
    "name:swaps": ("names share their telling words", True),
    "name:two_words": ("names share several words", True),
    "name:only_word": ("names share a word", True),
    "name:one_word": ("names share a word", True),
    "name:other": ("names differ", False),
    "place:address": ("same address", True),
    "place:unit": ("same building, other units", True),
    "place:address_alike": ("same street number, the street is written a little differently", True),
    "place:number_typo": ("same street, the numbers differ by one digit", True),
    "place:street": ("same street, other number", False),
    "place:zip_apart": ("same ZIP code, other address", False),
    "place:town_apart": ("same town, other address", False),
    "place:address_elsewhere": ("same street and number, another town", True),
    "place:apart": ("other address", False),
    "place:zip": ("same ZIP code; one has no street address", True),
    "place:town": ("same town; one has no street address", True),
    "place:other": ("different towns", False),
    "phone:same": ("same telephone", True),
    "phone:different": ("telephones differ", False),
    "site:same": ("same website", True),
    "site:different": ("websites differ", False),
    "fein:same": ("same FEIN", True),
    "fein:different": ("FEINs differ", False),
    "naics:same": ("same industry", True),
    "naics:different": ("different industries", False),
}


def reason_words(reasons: Iterable[str]) -> list[tuple[str, bool]]:
    """Reasons as (words, whether they speak for one business); what agrees first. Unknown ones are left out."""
    told = [_WORDS[reason] for reason in reasons if reason in _WORDS]
    return sorted(told, key=lambda each: not each[1])


def reason_sentence(reasons: Iterable[str]) -> str:
    """What speaks for one business, as one sentence; empty without reasons."""
    text = "; ".join(words for words, speaks_for in reason_words(reasons) if speaks_for)
    return text[:1].upper() + text[1:]
