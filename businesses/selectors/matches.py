"""Search before create: which known businesses may be the one that is being added (BR-12)."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from bizworks.reference.models import Municipality
from businesses.models import Business

SIMILAR = 0.85
_CANDIDATES = 5_000
_COMPANY_WORDS = frozenset(
    [
        "inc",
        "incorporated",
        "llc",
        "corp",
        "corporation",
        "co",
        "company",
        "ltd",
        "limited",
        "lp",
        "llp",
        "pllc",
        "pc",
        "plc",
        "the",
        "and",
        "of",
    ]
)
_NOT_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class PossibleMatch:
    """A known business that may be the same, and why, in words."""

    business: Business
    reason: str


def name_key(name: str) -> str:
    """A company's name as compared: lower case, no accents, marks or legal form ("The Acme Co., Inc." is "acme")."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower().replace("'", "")
    words = _NOT_WORD.sub(" ", plain).split()
    return " ".join([word for word in words if word not in _COMPANY_WORDS] or words)


def possible_matches(
    *, names: tuple[str, ...], municipality_id: int | None, fein: str, limit: int = 5
) -> list[PossibleMatch]:
    """Businesses of the same FEIN, then of a similar name in the same town, best first (BR-12).

    Similarity is the share of matching letters of the comparable names, at least 0.85. At most 5,000
    businesses of the town are compared. Queries: at most 4.
    """
    found: dict[int, PossibleMatch] = {}
    shown = Business.objects.listed().select_related("employer")
    if fein:
        for business in shown.filter(employer__fein=fein)[:limit]:
            found[business.pk] = PossibleMatch(business, "Same FEIN: the same employer, perhaps at another location")
    if municipality_id and any(names):
        town = Municipality.objects.filter(pk=municipality_id).values_list("name", flat=True).first() or ""
        keys = _keys(names, town)
        known = Business.objects.listed().filter(municipality=municipality_id).values_list("pk", "name", "alias")
        scored = sorted(
            (-score, pk) for pk, *theirs in known[:_CANDIDATES] if (score := _best(keys, _keys(theirs, town)))
        )
        wanted = [pk for _, pk in scored if pk not in found][: limit - len(found)]
        rows = shown.in_bulk(wanted)
        found |= {pk: PossibleMatch(rows[pk], "Similar name in the same town") for pk in wanted}
    return list(found.values())


def _keys(names: Iterable[str], town: str) -> list[str]:
    """Comparable names, also without the town's name ("Acme - Springfield" is "acme" in Springfield)."""
    keys = [key for name in names if name and (key := name_key(name))]
    ending = f" {name_key(town)}"
    return keys + [key.removesuffix(ending) for key in keys if key.endswith(ending)]


def _best(ours: list[str], theirs: list[str]) -> float:
    return max((_similar(a, b) for a in ours for b in theirs), default=0.0)


def _similar(left: str, right: str) -> float:
    if left == right:
        return 1.0
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.real_quick_ratio() < SIMILAR or matcher.quick_ratio() < SIMILAR:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= SIMILAR else 0.0
