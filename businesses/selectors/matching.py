"""Reads of pairs that may be one business: the queue, two records side by side, and how the search goes."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from bizworks.directory.models import Region
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import PAIR_LIKELY, PairState, PairStrength, Scheme, Status
from businesses.models import (
    Business,
    BusinessActivity,
    BusinessIdentifier,
    DuplicatePair,
    ImportMapping,
    Lead,
    MatchRun,
)
from businesses.selectors.businesses import business_facts
from businesses.selectors.match_words import reason_sentence, reason_words
from businesses.selectors.matches import Typed, strong_matches

PAGE = 25
COUNT_CAP = 1_000
ORDERS = {"strength": "The surest first", "activity": "Recently contacted first"}
_NEVER = date(1900, 1, 1)
_STRENGTHS: dict[str, Q] = {
    PairStrength.LIKELY: Q(probability__gte=PAIR_LIKELY),
    PairStrength.POSSIBLE: Q(probability__lt=PAIR_LIKELY, probability__gt=0),
    PairStrength.FLAGGED: Q(flagged_by__isnull=False),
}


@dataclass(frozen=True)
class QueueFilter:
    """Which pairs are shown, in which order; the pieces are checked by the form."""

    state: str = PairState.WAITING
    strength: str = ""
    region_id: int | None = None
    source: str = ""
    order: str = "strength"


@dataclass(frozen=True)
class QueuePage:
    """A page of the queue; `next` is the pair to continue after, 0 at the end."""

    rows: list[DuplicatePair]
    next: int = 0


def pair_rows(*, actor: Actor, chosen: QueueFilter) -> QuerySet[DuplicatePair]:
    """Pairs of the queue; those of which one was merged are left out. Errors: NotAllowedError. Queries: 1 when read."""
    actor.require(Permission.MERGE_BUSINESSES)
    rows = _listed().filter(state=chosen.state)
    if chosen.strength:
        rows = rows.filter(_STRENGTHS[chosen.strength])
    if chosen.region_id is not None:
        rows = rows.filter(Q(left__region=chosen.region_id) | Q(right__region=chosen.region_id))
    if chosen.source:
        rows = rows.filter(Exists(_of_list("left", chosen.source)) | Exists(_of_list("right", chosen.source)))
    rows = rows.annotate(day=Coalesce("active_on", Value(_NEVER)))
    return rows.order_by(*_order(chosen))


def _listed() -> QuerySet[DuplicatePair]:
    gone = Q(left__status=Status.MERGED) | Q(right__status=Status.MERGED)
    people = ("flagged_by", "decided_by", "left__region", "right__region")
    return DuplicatePair.objects.exclude(gone).select_related("left", "right", *people)


def _of_list(side: str, name: str) -> QuerySet[BusinessIdentifier]:
    rows = BusinessIdentifier.objects.filter(scheme=Scheme.LIST, business=OuterRef(f"{side}_id"))
    return rows.filter(value__startswith=f"{name}:")


def _order(chosen: QueueFilter) -> tuple[str, ...]:
    return ("-day", "-probability", "id") if chosen.order == "activity" else ("-probability", "-day", "id")


def _behind(pair: DuplicatePair, chosen: QueueFilter, *, before: bool = False) -> Q:
    """The condition for pairs behind (or before) one in the order."""
    values = {"probability": pair.probability, "day": pair.active_on or _NEVER, "id": pair.pk}
    condition, same = Q(), Q()
    for part in _order(chosen):
        name = part.removeprefix("-")
        less = part.startswith("-") != before
        condition |= same & Q(**{f"{name}__{'lt' if less else 'gt'}": values[name]})
        same &= Q(**{name: values[name]})
    return condition


def pair_page(*, actor: Actor, chosen: QueueFilter, after: int = 0) -> QueuePage:
    """A page of the queue behind a pair (0 = from the top). Errors: NotAllowedError. Queries: 1, and 1 with `after`."""
    rows = pair_rows(actor=actor, chosen=chosen)
    anchor = DuplicatePair.objects.filter(pk=after).first() if after else None
    if anchor is not None:
        rows = rows.filter(_behind(anchor, chosen))
    found = list(rows[: PAGE + 1])
    return QueuePage(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else 0)


def pair_neighbours(*, actor: Actor, pair: DuplicatePair, chosen: QueueFilter) -> tuple[int, int]:
    """The pairs before and behind one in the queue, 0 where there is none. Queries: 2."""
    rows = pair_rows(actor=actor, chosen=chosen).values_list("pk", flat=True)
    behind = rows.filter(_behind(pair, chosen)).first()
    before = rows.filter(_behind(pair, chosen, before=True)).reverse().first()
    return before or 0, behind or 0


def pairs_waiting(*, actor: Actor) -> int:
    """How many likely pairs wait for a decision, counted up to 1,000; 0 for those who do not decide. Queries: 0-1."""
    if not actor.may(Permission.MERGE_BUSINESSES):
        return 0
    rows = pair_rows(actor=actor, chosen=QueueFilter()).filter(
        Q(probability__gte=PAIR_LIKELY) | Q(flagged_by__isnull=False)
    )
    return rows.order_by()[:COUNT_CAP].count()


def pair_get_for(*, actor: Actor, pair_id: int) -> DuplicatePair:
    """One pair, whatever was decided. Errors: NotAllowedError, Http404. Queries: 1."""
    actor.require(Permission.MERGE_BUSINESSES)
    joined = [f"{side}__{name}" for side in ("left", "right") for name in ("employer", "region", "sector", "county")]
    people = [f"{side}__employer__recorded_by" for side in ("left", "right")]
    rows = DuplicatePair.objects.select_related("flagged_by", "decided_by", *joined, *people)
    rows = rows.select_related("left__naics", "right__naics", "left__merged_into", "right__merged_into")
    return get_object_or_404(rows, pk=pair_id)


def business_pairs(*, actor: Actor, business: Business, limit: int = 20) -> list[DuplicatePair]:
    """What is known of a business and others like it, open pairs first. Errors: NotAllowedError. Queries: 1."""
    actor.require(Permission.EDIT_BUSINESSES)
    rows = _listed().filter(Q(left=business.pk) | Q(right=business.pk)).order_by("-state", "-probability", "id")
    return list(rows[:limit])


@dataclass(frozen=True)
class ComparedField:
    """One thing of two businesses as the actor may read it; `differs` = both are known and not the same."""

    label: str
    left: str
    right: str
    differs: bool = False
    same: bool = False


@dataclass(frozen=True)
class Comparison:
    """Two records side by side."""

    pair: DuplicatePair
    fields: list[ComparedField]
    reasons: list[tuple[str, bool]] = field(default_factory=list)
    distance: str = ""


def pair_comparison(*, actor: Actor, pair: DuplicatePair) -> Comparison:
    """What the two records say, with differences marked; values the actor may not read stay hidden. Queries: 6."""
    ids = (pair.left_id, pair.right_id)
    activity = {row.business_id: row for row in BusinessActivity.objects.filter(business__in=ids)}
    leads: dict[int, list[str]] = {}
    for business, name in (
        Lead.objects.filter(business__in=ids, ended_on=None).order_by("id").values_list("business_id", "staff__name")
    ):
        leads.setdefault(business, []).append(name)
    sides = [_side(actor, business, activity.get(business.pk), leads.get(business.pk, [])) for business in _both(pair)]
    labels = dict.fromkeys(label for side in sides for label in side)
    rows = [_compared(label, *(side.get(label, "") for side in sides)) for label in labels]
    return Comparison(pair, [row for row in rows if row.left or row.right], reason_words(pair.reasons), _distance(pair))


def _both(pair: DuplicatePair) -> tuple[Business, Business]:
    return pair.left, pair.right


def _side(actor: Actor, business: Business, activity: Any, leads: list[str]) -> dict[str, str]:
    """What one record says, by label, in the order of the page."""
    known: dict[str, str] = {
        "Name": business.name,
        "Trading name": business.alias,
        "Legal name": business.employer.name,
        "Address": business.address,
        "Town": business.place,
        "ZIP code": business.zip_code,
        "Telephone": business.phone,
        "Website": business.website,
        "Status": business.get_status_display(),
    }
    others: dict[str, list[str]] = {}
    for fact in business_facts(actor=actor, business=business):
        others.setdefault(fact.label, []).append(f"{fact.value} ({fact.source})" if fact.source else fact.value)
    known |= {label: "; ".join(values) for label, values in others.items()}
    return known | {
        "Region": business.region.name if business.region else "",
        "Lead": ", ".join(leads) or "Nobody",
        "Last contact": _day(activity and activity.last_contact_on),
        "Last service": _day(activity and activity.last_service_on),
        "Recorded": _day(business.created_at.date()),
    }


def _day(day: date | None) -> str:
    return f"{day:%b} {day.day}, {day.year}" if day else "Never"


_OF_THE_RECORD = {"Lead", "Last contact", "Last service", "Recorded", "Region"}


def _compared(label: str, left: str, right: str) -> ComparedField:
    compared = bool(left and right) and label not in _OF_THE_RECORD
    is_same = _bare(left) == _bare(right)
    return ComparedField(label, left, right, differs=compared and not is_same, same=compared and is_same)


def _bare(text: str) -> str:
    """Letters and figures alone: how a telephone or a name is punctuated is no difference."""
    return "".join(ch for ch in text.casefold() if ch.isalnum())


def _distance(pair: DuplicatePair) -> str:
    """How far apart the two lie, in words."""
    left, right = pair.left, pair.right
    if any(reason in {"place:address", "place:unit", "place:address_alike"} for reason in pair.reasons):
        return "At the same address"
    if left.zip_code and left.zip_code == right.zip_code:
        return f"In the same ZIP code, {left.zip_code}"
    if left.municipality_id and left.municipality_id == right.municipality_id:
        return f"In the same town, {left.town}"
    if left.county_id and left.county_id == right.county_id:
        return f"In two towns of {left.county.name} County"
    return "In two counties" if left.state == right.state else "In two states"


@dataclass(frozen=True)
class QueueOptions:
    """What the filters of the queue offer."""

    regions: list[tuple[int, str]]
    sources: list[tuple[str, str]]


def queue_options() -> QueueOptions:
    """Choices of the queue's filters. Queries: 2."""
    names = ImportMapping.objects.order_by("source_name").values_list("source_name", flat=True)[:200]
    return QueueOptions(list(Region.objects.values_list("pk", "name")), [(name, name) for name in names])


@dataclass(frozen=True)
class ShownPair:
    """What a row of the queue says of a pair."""

    why: str
    strength: str
    kind: str


def shown_reasons(pair: DuplicatePair) -> ShownPair:
    """Why the two may be one and how sure that is, in words, with the kind of the badge. Queries: 0."""
    if not pair.probability:
        return ShownPair(pair.note or "Somebody who knows them thinks so", PairStrength.FLAGGED.label, "info")
    is_likely = pair.probability >= PAIR_LIKELY
    strength = PairStrength.LIKELY if is_likely else PairStrength.POSSIBLE
    return ShownPair(reason_sentence(pair.reasons), strength.label, "warn" if is_likely else "quiet")


def other_of(pair: DuplicatePair, business: Business) -> Business:
    """The other business of a pair. Queries: 0."""
    return pair.right if pair.left_id == business.pk else pair.left


def similar_businesses(*, actor: Actor, business: Business, limit: int = 6) -> list[Business]:
    """Businesses that look like one, of which nobody has said anything yet. Errors: NotAllowedError. Queries: at most 10."""
    actor.require(Permission.EDIT_BUSINESSES)
    typed = Typed(
        name=business.name, alias=business.alias, address=business.address, town=business.town, state=business.state,
        phone=business.phone, website=business.website, municipality_id=business.municipality_id,
    )  # fmt: skip
    rows = DuplicatePair.objects.filter(Q(left=business.pk) | Q(right=business.pk)).values_list("left_id", "right_id")
    known = {pk for pair in rows for pk in pair} | {business.pk}
    found = [match.business for match in strong_matches(typed, limit=limit + len(known))]
    return [other for other in found if other.pk not in known][:limit]


def match_run_last(*, actor: Actor) -> MatchRun | None:
    """The newest search for duplicates. Errors: NotAllowedError. Queries: 1."""
    actor.require(Permission.MERGE_BUSINESSES)
    return MatchRun.objects.order_by("-id").first()


def match_run_get_for(*, actor: Actor, run_id: int) -> MatchRun:
    """One search. Errors: NotAllowedError, Http404. Queries: 1."""
    actor.require(Permission.MERGE_BUSINESSES)
    return get_object_or_404(MatchRun, pk=run_id)
