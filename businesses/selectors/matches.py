"""Search before create: which known businesses may be the one that is being added (BR-12)."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from django.db import connection
from django.db.models import Q

from bizworks.reference.models import Municipality
from bizworks.reference.selectors import PlaceIndex
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import COMPANY_WORDS, MatchRule
from businesses.models import Business, ConfirmedMatch, Employer, MatchKey
from businesses.selectors.search import business_search, may_try_fein

SIMILAR = 0.85
_CANDIDATES = 4_000
"""Names of a town that are compared at most; all begin or end with the same four letters."""
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_STREET_WORDS = {
    "avenue": "ave", "boulevard": "blvd", "building": "bldg", "circle": "cir", "court": "ct", "drive": "dr",
    "east": "e", "highway": "hwy", "lane": "ln", "north": "n", "parkway": "pkwy", "place": "pl", "road": "rd",
    "route": "rt", "rte": "rt", "south": "s", "square": "sq", "street": "st", "suite": "ste", "terrace": "ter",
    "turnpike": "tpke", "unit": "ste", "west": "w",
}  # fmt: skip


@dataclass(frozen=True)
class Typed:
    """What is known so far of a business that is being added; texts as typed, the FEIN as digits."""

    name: str = ""
    alias: str = ""
    address: str = ""
    town: str = ""
    state: str = ""
    zip_code: str = ""
    phone: str = ""
    website: str = ""
    fein: str = ""
    employer_id: int | None = None
    municipality_id: int | None = None


@dataclass(frozen=True)
class PossibleMatch:
    """A known business, and why it may be the same (`rule`, BR-12) or another location of its employer (no rule)."""

    business: Business
    reason: str
    rule: str = ""

    @property
    def is_strong(self) -> bool:
        """Whether saving past it needs a reason."""
        return bool(self.rule)


def name_key(name: str) -> str:
    """A company's name as compared: lower case, no accents, marks or legal form ("The Acme Co., Inc." is "acme")."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower().replace("'", "")
    words = _NOT_WORD.sub(" ", plain).split()
    return " ".join([word for word in words if word not in COMPANY_WORDS] or words)


def address_key(address: str) -> str:
    """A street address as compared: lower case, no marks, street words in their short forms."""
    plain = unicodedata.normalize("NFKD", address).encode("ascii", "ignore").decode().lower()
    return " ".join(_STREET_WORDS.get(word, word) for word in _NOT_WORD.sub(" ", plain).split())


def strong_matches(typed: Typed, *, limit: int = 5) -> list[PossibleMatch]:
    """Businesses that look like the same one, the surest first (BR-12); saving past them needs a reason.

    The same FEIN at the same address; a name at least 0.85 alike in the same town; the same telephone or
    web domain in the same town. Another address of the same employer is not a duplicate. What is
    compared is found by stored keys, so the cost does not grow with the directory. Queries: at most 8.
    """
    if typed.municipality_id is None:
        return []
    same = _of_employer(typed)
    here = {pk: MatchRule.FEIN for pk, address in same if not _differ(typed.address, address)}
    elsewhere = {pk for pk, _ in same} - here.keys()
    for pk, rule in _by_keys(typed):
        if pk not in elsewhere:
            here.setdefault(pk, rule)
    wanted = list(here)[:limit]
    rows = Business.objects.listed().select_related("employer").in_bulk(wanted)
    return [PossibleMatch(rows[pk], _sentence(here[pk], typed, rows[pk]), here[pk]) for pk in wanted if pk in rows]


_SENTENCES: dict[str, str] = {
    MatchRule.FEIN: "Same FEIN and same address",
    MatchRule.NAME: "Similar name in the same town",
    MatchRule.PHONE: "Same telephone in the same town",
    MatchRule.WEB: "Same website in the same town",
}


def _sentence(rule: str, typed: Typed, business: Business) -> str:
    if rule == MatchRule.FEIN and not (typed.address and business.address):
        return "Same employer in the same town. If it is another location, give its address"
    return _SENTENCES[rule]


def likely_matches(*, actor: Actor, typed: Typed, limit: int = 5) -> list[PossibleMatch]:
    """What to show while a business is typed: strong matches, then other locations of what may be its employer.

    Other locations: the same FEIN, or a very similar name in another town.
    A FEIN counts only as long as `may_try_fein` says so; saving compares it in any case.
    Errors: NotAllowedError. Queries: at most 15, the places of one state among them, and the cache's.
    """
    actor.require(Permission.EDIT_BUSINESSES)
    typed = _located(typed)
    if typed.fein and not may_try_fein(actor, typed.fein):
        typed = replace(typed, fein="")
    strong = strong_matches(typed, limit=limit)
    known = {match.business.pk for match in strong}
    found = [PossibleMatch(b, "Same FEIN: the same employer, another location") for b in _same_fein(typed, limit)]
    if not found:
        found = [PossibleMatch(b, "Very similar name in another town") for b in _named_alike(actor, typed)]
    return strong + [match for match in found if match.business.pk not in known][:limit]


def employer_for_location(*, actor: Actor, employer_id: int | None) -> Employer | None:
    """The employer a location is being added to; None if there is none of that id. Errors: NotAllowedError. Queries: 0-1."""
    actor.require(Permission.EDIT_BUSINESSES)
    return Employer.objects.filter(pk=employer_id).first() if employer_id is not None else None


def confirmed_matches(*, business: Business, limit: int = 5) -> list[ConfirmedMatch]:
    """What this business looked like when it was added, with who said why it is another one (BR-12). Queries: 1."""
    rows = ConfirmedMatch.objects.filter(business=business.pk).select_related("other", "decided_by")
    return list(rows[:limit])


def _located(typed: Typed) -> Typed:
    """What was typed, with its town found as it will be when it is saved. Queries: 4, none without a place."""
    if not typed.state or not (typed.town or typed.zip_code):
        return typed
    place = PlaceIndex.load([typed.state]).resolve(state=typed.state, town=typed.town, zip_code=typed.zip_code)
    return replace(typed, municipality_id=place.municipality_id)


def _employer_condition(typed: Typed) -> Q | None:
    condition = Q()
    if typed.fein:
        condition |= Q(employer__in=Employer.objects.filter(fein=typed.fein).values("pk"))
    if typed.employer_id is not None:
        condition |= Q(employer=typed.employer_id)
    return condition or None


def _of_employer(typed: Typed) -> list[tuple[int, str]]:
    """(id, address) of the same employer's businesses in the town. Queries: 1, none without an employer."""
    condition = _employer_condition(typed)
    if condition is None:
        return []
    rows = Business.objects.listed().filter(condition, municipality=typed.municipality_id)
    return list(rows.order_by("id").values_list("pk", "address")[:200])


def _differ(ours: str, theirs: str) -> bool:
    """Whether two addresses are both known and not the same."""
    left, right = address_key(ours), address_key(theirs)
    return bool(left and right) and left != right


def _same_fein(typed: Typed, limit: int) -> list[Business]:
    condition = _employer_condition(typed)
    if condition is None:
        return []
    return list(Business.objects.listed().filter(condition).select_related("employer").order_by("id")[:limit])


def _named_alike(actor: Actor, typed: Typed) -> list[Business]:
    """Businesses in other towns whose name is as good as the same. Queries: 1, none for a short name."""
    key = name_key(typed.name)
    if len(key) < 4:
        return []
    found = business_search(actor=actor, text=" ".join(key.split()[:4]), limit=20)
    ours = _matchers(_keys([typed.name], typed.town))
    alike = [b for b in found if _best(ours, _keys([b.name, b.alias], b.town))]
    return [b for b in alike if b.municipality_id is None or b.municipality_id != typed.municipality_id]


def _by_keys(typed: Typed) -> list[tuple[int, MatchRule]]:
    """Businesses of the town alike by name, telephone or website: the most alike names first. Queries: at most 4."""
    names = tuple(name for name in (typed.name, typed.alias) if name)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT businesses_match_keys(%s, %s, %s, %s, %s)",
            [typed.municipality_id, typed.name, typed.alias, typed.phone, typed.website],
        )
        keys = cursor.fetchone()[0]
    by_rule: dict[str, list[int]] = {"p": [], "w": [], "n": []}
    rows = MatchKey.objects.filter(key__in=keys).order_by("key", "business_number")
    for key, number in rows.values_list("key", "business_number")[:_CANDIDATES]:
        by_rule[key[0] if key[0] in by_rule else "n"].append(number)
    named = _alike(typed, names, by_rule["n"]) if names else []
    return [
        *((pk, MatchRule.NAME) for pk in named),
        *((pk, MatchRule.PHONE) for pk in by_rule["p"][:20]),
        *((pk, MatchRule.WEB) for pk in by_rule["w"][:20]),
    ]


def _alike(typed: Typed, names: tuple[str, ...], candidates: list[int]) -> list[int]:
    if not candidates:
        return []
    town = Municipality.objects.filter(pk=typed.municipality_id).values_list("name", flat=True).first() or ""
    ours = _matchers(_keys(names, town))
    known = Business.objects.filter(pk__in=set(candidates)).values_list("pk", "name", "alias")
    scored = sorted((-score, pk) for pk, *theirs in known if (score := _best(ours, _keys(theirs, town))))
    return [pk for _, pk in scored]


def _keys(names: Iterable[str], town: str) -> list[str]:
    """Comparable names, also without the town's name ("Acme - Springfield" is "acme" in Springfield)."""
    keys = [key for name in names if name and (key := name_key(name))]
    ending = f" {name_key(town)}"
    return keys + [key.removesuffix(ending) for key in keys if key.endswith(ending)]


def _best(ours: list[SequenceMatcher], theirs: list[str]) -> float:
    return max((_similar(matcher, key) for matcher in ours for key in theirs), default=0.0)


def _matchers(keys: list[str]) -> list[SequenceMatcher]:
    """A matcher for each key; it learns its own side once, whatever it is compared with."""
    return [SequenceMatcher(None, "", key, autojunk=False) for key in keys]


def _similar(matcher: SequenceMatcher, theirs: str) -> float:
    if matcher.b == theirs:
        return 1.0
    matcher.set_seq1(theirs)
    if matcher.real_quick_ratio() < SIMILAR or matcher.quick_ratio() < SIMILAR:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= SIMILAR else 0.0
