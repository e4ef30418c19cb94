"""Deciding whether two businesses are one: not the same, locations of one employer, undecided; and taking it back."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError, StaleVersionError
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from bizworks.tenancy.tasks import hint_counts_changed
from businesses.constants import PairState, Status
from businesses.models import Business, DuplicatePair, Employer
from businesses.services.checks import Problems

DECISIONS = (PairState.DISTINCT, PairState.LOCATION, PairState.UNDECIDED)


def pair_decide(*, actor: Actor, pair_id: int, decision: str, version: int | None = None) -> DuplicatePair:
    """Say what two businesses are to each other; merging them is `business_merge`.

    `distinct` is remembered for good. `location` gives both one employer: the one with a FEIN, else the left
    one's, takes all locations of the other (BR-12, BR-31). `undecided` puts the pair behind the others.
    `version` is what was read; None = whatever it is now. Errors: NotAllowedError; DoesNotExist;
    BusinessRuleError; StaleVersionError naming who decided meanwhile. Locks: the pair; for `location` the
    two businesses, their employers and all their locations. Queries: 4, for `location` 10.
    """
    actor.require(Permission.MERGE_BUSINESSES)
    if decision not in DECISIONS:
        raise BusinessRuleError({"decision": ["Choose one of the decisions."]})
    with transaction.atomic():
        pair = _lock(pair_id, version)
        if not pair.is_open:
            raise StaleVersionError(_was_decided(pair))
        _require_both(pair.left, pair.right)
        if decision == PairState.LOCATION:
            pair.moved = _join_employers(pair)
        pair.state, pair.decided_by_id, pair.decided_at = decision, actor.staff_id, timezone.now()
        pair.changed = []
        _save(pair)
    return pair


def pair_reopen(*, actor: Actor, pair_id: int, version: int | None = None) -> DuplicatePair:
    """Take a decision back: the pair waits again, and locations get their former employer, unless moved since.

    Errors: NotAllowedError; DoesNotExist; StaleVersionError; BusinessRuleError if nothing was decided.
    Locks the pair and the businesses that move. Queries: 4, and 2 if businesses move.
    """
    actor.require(Permission.MERGE_BUSINESSES)
    with transaction.atomic():
        pair = _lock(pair_id, version)
        if pair.state == PairState.WAITING:
            raise BusinessRuleError("Nothing was decided about these two.")
        _part_employers(pair)
        pair.state, pair.decided_by_id, pair.decided_at, pair.moved = PairState.WAITING, None, None, {}
        _save(pair)
    return pair


def pair_flag(*, actor: Actor, business_id: int, other_id: int, note: str = "") -> DuplicatePair:
    """Say that two businesses look like one, for whoever decides. A pair that waits already is only marked.

    Errors: NotAllowedError; BusinessRuleError on `other` or `note`, also when it was decided already.
    Locks the pair, if it is known. Queries: 4.
    """
    actor.require(Permission.EDIT_BUSINESSES)
    problems = Problems()
    clean = problems.texts(DuplicatePair, {"note": note})
    found = Business.objects.listed().filter(pk__in=(business_id, other_id))
    if business_id == other_id:
        problems.add("other", "This is the same record. Choose the other one.")
    elif found.count() != 2:
        problems.add("other", "There is no such business.")
    problems.raise_if_any()
    left, right = sorted((business_id, other_id))
    with transaction.atomic():
        pair, is_new = DuplicatePair.objects.select_for_update().get_or_create(
            left_id=left, right_id=right, defaults={"flagged_by_id": actor.staff_id, "note": clean["note"]}
        )
        if not is_new and not pair.is_open:
            raise BusinessRuleError({"other": [_was_decided(pair)]})
        if not is_new and pair.flagged_by_id is None:
            pair.flagged_by_id, pair.note = actor.staff_id, clean["note"]
            _save(pair)
    return pair


def _require_both(left: Business, right: Business) -> None:
    if Status.MERGED in (left.status, right.status):
        raise BusinessRuleError("One of the two was merged meanwhile. There is nothing left to decide.")


def _lock(pair_id: int, version: int | None) -> DuplicatePair:
    pairs = DuplicatePair.objects.select_related("left", "right", "decided_by")
    pair = pairs.select_for_update(of=("self",)).get(pk=pair_id)
    if version is not None and version != pair.version:
        raise StaleVersionError(_was_decided(pair))
    return pair


def _was_decided(pair: DuplicatePair) -> str:
    """Who said what about the two, in a sentence."""
    if pair.state == PairState.WAITING:
        return "Someone changed this pair since you opened it. Look at it again."
    who = pair.decided_by.name if pair.decided_by else "bizworks"
    return f"{who} has decided already: {pair.get_state_display().lower()}."


def _save(pair: DuplicatePair) -> None:
    pair.version += 1
    pair.save(force_update=True)


def _join_employers(pair: DuplicatePair) -> dict[str, int]:
    """Give all locations of one employer to the other; returns {business: former employer}.

    The two are locked and read again first: somebody may be joining one of them to a third, or merging it, just now.
    Errors: BusinessRuleError if one was merged, or if both have a FEIN, and not the same: then they are two employers.
    """
    two = Business.objects.filter(pk__in=(pair.left_id, pair.right_id)).order_by("pk")
    left, right = two.select_for_update(no_key=True)
    _require_both(left, right)
    ids = {left.employer_id, right.employer_id}
    if len(ids) == 1:
        return {}
    employers = {row.pk: row for row in Employer.objects.filter(pk__in=ids).order_by("pk").select_for_update()}
    keep, leave = employers[left.employer_id], employers[right.employer_id]
    if keep.fein and leave.fein:
        raise BusinessRuleError("The two employers have different FEINs, so they are not one employer.")
    if leave.fein:
        keep, leave = leave, keep
    rows = Business.objects.filter(employer=leave).order_by("pk").select_for_update(no_key=True)
    moved = {str(business.pk): leave.pk for business in rows}
    _move(moved, to=keep.pk)
    return moved


def _part_employers(pair: DuplicatePair) -> None:
    """Give businesses their former employer back, unless they have been moved on since. Queries: 2, if any."""
    if not pair.moved:
        return
    now = {pair.left.employer_id, pair.right.employer_id}
    rows = Business.objects.filter(pk__in=[int(pk) for pk in pair.moved], employer__in=now)
    still = {str(business.pk) for business in rows.order_by("pk").select_for_update(no_key=True)}
    for former in {employer for pk, employer in pair.moved.items() if pk in still}:
        _move({pk: former for pk, employer in pair.moved.items() if pk in still and employer == former}, to=former)


def _move(businesses: dict[str, int], *, to: int) -> None:
    """Give businesses an employer; employers are counted beside businesses (BR-31). Queries: 1."""
    Business.objects.filter(pk__in=[int(pk) for pk in businesses]).update(
        employer=to, version=F("version") + 1, updated_at=timezone.now()
    )
    hint_counts_changed()
