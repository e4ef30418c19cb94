"""Search as you type: the one way to find businesses by what people remember of them (ADR 0008)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat

from bizworks.core.limits import within_kinds
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import current_tenant_id
from bizworks.tenancy.policy import Permission
from businesses.constants import FEINS_AN_HOUR, Scheme, Source, Status
from businesses.models import Business, BusinessIdentifier, Contact, ImportMapping, SearchWord
from businesses.permissions import may_see_value
from businesses.selectors.search_ranks import PEOPLE, WHOLE, Found, Span, Word, known_spans, ranked, resolve
from businesses.selectors.search_terms import SAME_WORDS, Terms, misspellings, plain_words, span, terms_of, whole

SPELLINGS = 20
"""Other spellings of a word at most."""
_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")


def _typed(terms: Terms) -> list[list[Span]]:
    """For each word the ranges of words it may stand for."""
    return [[span(word), *map(whole, SAME_WORDS.get(word, ()))] for word in terms.words]


def _numbers(actor: Actor, terms: Terms) -> list[Span]:
    """The numbers that may be meant, of those the actor may know (BR-6).

    A FEIN by its first digits for those who see FEINs, by all nine for others, so many an hour; nothing of the
    unemployment agency's without the permission for its values.
    """
    spans, digits, may_uc = [], terms.digits, actor.may(Permission.SEE_UC_VALUES)
    if digits:
        spans.append(span("p:" + digits))
        if actor.may(Permission.SEE_FEIN):
            spans += [span(kind + digits) for kind in ("f:", "g:") if kind == "f:" or may_uc]
        elif len(digits) == 9 and may_try_fein(actor, digits):
            spans.append(whole("f:" + digits))
    if terms.code:
        spans += [span(kind + terms.code) for kind in ("i:", "u:") if kind == "i:" or may_uc]
    if terms.email:
        spans.append(span("e:" + terms.email))
    return spans


def may_try_fein(actor: Actor, digits: str) -> bool:
    """Whether one more FEIN may be looked for: so many different ones an hour, for those who do not see them (BR-6).

    Its last four digits are shown to all, so that without end the other five could be guessed.
    """
    if actor.user_id is None or actor.may(Permission.SEE_FEIN):
        return True
    return within_kinds(f"fein:{actor.user_id}", digits, number=FEINS_AN_HOUR, seconds=3600)


def business_ids_found(*, actor: Actor, text: str, limit: int = 10) -> list[Found]:
    """The businesses a search most likely means, best first, merged ones never.

    Whole names and numbers, beginnings of names, words of names, of towns, of people; then, when equal,
    open before closed, the actor's own regions, own accounts, the last contacted, short names first.
    Where nothing is found as typed, words with one slip of the finger are tried.
    Queries: at most 8.
    """
    terms = terms_of(text)
    if terms is None:
        return []
    words = resolve(_typed(terms))
    found, numbers = _by_list_number(actor, terms), _numbers(actor, terms)
    if numbers or all(word.number for word in words):
        found += ranked(words, actor=actor, terms=terms, numbers=numbers, limit=limit)
    if not found:
        for corrected in _respelt(terms, words):
            found += ranked(corrected, actor=actor, terms=terms, limit=limit, is_respelt=True)
    return list({row.business_id: row for row in reversed(found)}.values())[::-1][:limit]


def _respelt(terms: Terms, words: Sequence[Word]) -> list[list[Word]]:
    """The same words with one spelt otherwise: those the directory does not know; if it knows all, each in turn.

    Queries: at most 2.
    """
    unknown = [place for place, word in enumerate(words) if not word.number]
    places = unknown or range(len(words))
    last = len(words) - 1
    slips = ((place, list(_slips(terms.words[place], is_last=place == last))) for place in places)
    likely: dict[int, list[tuple]] = {}
    for place, low, high, number in known_spans(slips):
        likely.setdefault(place, []).append((low[0] != terms.words[place][0], -number, low, high))
    if not likely or (unknown and len(likely) < len(unknown)):
        return []
    order = sorted(likely)
    others = resolve([[(low, high) for *_, low, high in sorted(likely[place])[:SPELLINGS]] for place in order])
    spelt = dict(zip(order, others, strict=True))
    if unknown:
        return [[spelt.get(place, word) for place, word in enumerate(words)]]
    return [[other if at == place else word for at, word in enumerate(words)] for place, other in spelt.items()]


def _slips(word: str, *, is_last: bool) -> Iterable[Span]:
    """Words one slip away; of the last word, which may be unfinished, also beginnings that are as long."""
    if len(word) < 3 or word.isdigit() or not word.isascii():
        return
    for other in misspellings(word):
        yield span(other) if is_last and len(other) >= max(4, len(word)) else whole(other)


# --- rows of imported lists, by the list's own number


def _list_rows(actor: Actor, terms: Terms) -> QuerySet[BusinessIdentifier] | None:
    """Rows of imported lists whose number in their list is the typed one; None if no number was typed."""
    if not terms.code:
        return None
    names = [Concat("source_name", Value(f":{code}")) for code in sorted({terms.text, terms.text.upper()})]
    keys = Q()
    for name in names:
        keys |= Q(value__in=ImportMapping.objects.order_by().values(key=name))
    rows = BusinessIdentifier.objects.filter(keys, scheme=Scheme.LIST).exclude(business__status=Status.MERGED)
    return rows if actor.may(Permission.SEE_UC_VALUES) else rows.exclude(source=Source.UC)


def _by_list_number(actor: Actor, terms: Terms) -> list[Found]:
    rows = _list_rows(actor, terms)
    ids = [] if rows is None else rows.order_by("business_id").values_list("business_id", flat=True)[:5]
    return [Found(pk, WHOLE) for pk in ids]


# --- all that match, for lists


def businesses_matching(businesses: QuerySet[Business], *, actor: Actor, text: str) -> QuerySet[Business]:
    """Those of some businesses that a search finds, in their own order; all of them for an empty text.

    Other spellings count only for words that occur nowhere as typed. Queries: 1 here, and 2 for such
    words; the rest is conditions on the businesses.
    """
    if not text.strip():
        return businesses
    terms = terms_of(text)
    if terms is None:
        return businesses.none()
    words = resolve(_typed(terms))
    numbers, rows = _numbers(actor, terms), _list_rows(actor, terms)
    condition = _all_lead(words)
    if numbers:
        condition |= Q(pk__in=_led_to(numbers))
    if rows is not None:
        condition |= Q(pk__in=rows.values("business_id"))
    if not numbers and rows is None and not all(word.number for word in words):
        for corrected in _respelt(terms, words):
            condition |= _all_lead(corrected)
    return businesses.filter(condition)


def _all_lead(words: Iterable[Word]) -> Q:
    condition = Q()
    for word in words:
        condition &= Q(pk__in=_led_to(word.spans))
    return condition


def _led_to(spans: Iterable[Span]) -> QuerySet:
    """The ids of businesses that words of these ranges lead to."""
    condition = Q()
    for low, high in spans:
        if len(low) == 1:  # "f" begins no number of the kind "f:"
            condition |= Q(word__gte=low, word__lt=f"{low}:") | Q(word__gte=f"{low};", word__lt=high)
        else:
            condition |= Q(word__gte=low, word__lt=high)
    return SearchWord.objects.filter(condition).values("business_id")


# --- what people are shown


@dataclass(frozen=True)
class SearchHit:
    """A business that was found: why, in words, where that is not plain to see, and which letters matched."""

    business: Business
    why: str = ""
    is_own: bool = False
    marks: tuple[tuple[int, int], ...] = ()


def business_hits(*, actor: Actor, text: str, limit: int = 10) -> list[SearchHit]:
    """The businesses a search most likely means, best first, as a list of choices shows them.

    Errors: NotAllowedError. Queries: 0 for less than two letters, else 2 to 8, whatever the number found.
    """
    actor.require(Permission.VIEW_BUSINESSES)
    found = business_ids_found(actor=actor, text=text, limit=max(1, min(limit, 50)))
    terms = terms_of(text)
    if not found or terms is None:
        return []
    rows = Business.objects.select_related("employer").in_bulk([row.business_id for row in found])
    known = [(row, rows[row.business_id]) for row in found if row.business_id in rows]
    unclear = (b for row, b in known if row.tier == PEOPLE or not _explained(actor, b, terms))
    people = _people(list(unclear))
    return [
        SearchHit(
            business=business,
            why=_why(actor, business, row, terms, people.get(business.pk, [])),
            is_own=row.is_own,
            marks=marks(business.name, terms.words),
        )
        for row, business in known
    ]


def business_search(*, actor: Actor, text: str, limit: int = 10) -> list[Business]:
    """The businesses of `business_hits`, without more."""
    return [hit.business for hit in business_hits(actor=actor, text=text, limit=limit)]


def business_candidates(*, text: str, limit: int = 50) -> list[int]:
    """The ids of businesses whose name, trading name or town is like a text, best first, for comparing more closely.

    For callers that have checked the permission and show none of them unchecked. Queries: at most 5.
    """
    nobody = Actor(tenant_id=current_tenant_id())
    return [row.business_id for row in business_ids_found(actor=nobody, text=text, limit=limit)]


def _explained(actor: Actor, business: Business, terms: Terms) -> bool:
    """Whether the business's own number is the typed one, or none was typed."""
    own = "".join(ch for ch in business.phone if ch.isdigit())
    return not terms.email and (not terms.digits or terms.digits in own or _is_by_fein(actor, business, terms))


def _is_by_fein(actor: Actor, business: Business, terms: Terms) -> bool:
    """Whether the typed number leads to the business by its FEIN, by the rule of `_numbers` (BR-6)."""
    employer, digits = business.employer, terms.digits
    if not digits or not may_see_value(actor, source=employer.fein_source):
        return False
    if actor.may(Permission.SEE_FEIN):
        return employer.fein.startswith(digits)
    return employer.fein == digits


def _people(businesses: list[Business]) -> dict[int, list[Contact]]:
    """The contacts of some businesses, at most 20 of each asked for. Queries: 1, none for none."""
    people: dict[int, list[Contact]] = {}
    if businesses:
        for contact in Contact.objects.filter(business__in=businesses).order_by("left_on", "name", "id")[:400]:
            people.setdefault(contact.business_id, []).append(contact)
    return people


def _why(actor: Actor, business: Business, row: Found, terms: Terms, people: list[Contact]) -> str:
    """Why it was found, where name and town do not show it; never a value the actor may not see."""
    if matching := _by_number(actor, business, terms, people):
        return matching
    seen = f"{business.name} {business.town}"
    if row.tier == PEOPLE:
        for contact in people:
            if any(_begins(contact.name, word) for word in terms.words):
                return f"{contact.name} {'worked' if contact.left_on else 'works'} here"
    if business.alias and not all(_begins(seen, word) for word in terms.words):
        return f"Also known as {business.alias}"
    return "Similar spelling" if row.is_respelt else ""


def _by_number(actor: Actor, business: Business, terms: Terms, people: list[Contact]) -> str:
    if terms.email:
        return next((f"{c.name}: {c.email}" for c in people if terms.email in c.email.lower()), "")
    if not terms.digits and not terms.code:
        return ""
    said = " ".join([business.name, business.alias, business.town, *(contact.name for contact in people)])
    if all(_begins(said, word) for word in terms.words):
        return ""
    wanted = terms.digits
    for phone, whose in ((business.phone, "Telephone"), *((c.phone, c.name) for c in people)):
        if wanted and wanted in "".join(ch for ch in phone if ch.isdigit()):
            return f"{whose}: {phone}"
    if _is_by_fein(actor, business, terms):
        return "By its FEIN"
    return "By a number of another system"


def _begins(text: str, word: str) -> bool:
    """Whether a word of the text begins so."""
    return any(own.startswith(word) for own in plain_words(text))


def marks(text: str, words: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Where words of a text begin as typed: (from, to) in characters, in order."""
    places = []
    for match in _WORD.finditer(text):
        own = "".join(plain_words(match.group()))
        longest = max((len(word) for word in words if own.startswith(word)), default=0)
        if longest:
            places.append((match.start(), match.start() + min(longest, len(match.group()))))
    return tuple(places)
