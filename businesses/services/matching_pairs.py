"""Writing down what a search for duplicates found, without forgetting what people decided."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from businesses.constants import PairState, Status
from businesses.models import Business, BusinessActivity, ConfirmedMatch, DuplicatePair
from businesses.services.linkage import ScoredPair
from businesses.services.linkage_model import weight_of

MATERIAL = 3.0
"""A pair decided as not the same waits again once what agrees weighs so much more than it did then: eight times."""
_FIELDS = ("probability", "reasons", "active_on", "state", "changed", "version")
Pair = tuple[int, int]


def remembered() -> set[Pair]:
    """Pairs that staff settled under other numbers: before a merge, or when the business was added (BR-12, BR-13).

    What was said of a record that was merged into a third holds for the third. Queries: 2.
    """
    merged = Q(left__status=Status.MERGED) | Q(right__status=Status.MERGED)
    decided = DuplicatePair.objects.filter(merged, state__in=(PairState.DISTINCT, PairState.LOCATION))
    said = decided.order_by().values_list("left_id", "right_id", "left__merged_into_id", "right__merged_into_id")
    confirmed = ConfirmedMatch.objects.order_by().values_list(
        "business_id", "other_id", "business__merged_into_id", "other__merged_into_id"
    )
    return {
        (min(pair), max(pair))
        for rows in (said, confirmed)
        for left, right, left_into, right_into in rows
        if len(pair := {left_into or left, right_into or right}) == 2
    }


def pairs_keep(found: Iterable[ScoredPair], settled: set[Pair]) -> tuple[int, int, set[Pair]]:
    """Write pairs down; returns how many were new, how many wait again, and all that are known now.

    What was decided stays, unless much more agrees than then. Pairs of which one business is gone are left out.
    Locks the pairs that are known already. Queries: 5.
    """
    wanted = {(pair.left, pair.right): pair for pair in found if (pair.left, pair.right) not in settled}
    ids = {pk for key in wanted for pk in key}
    here = set(Business.objects.listed().filter(pk__in=ids).order_by().values_list("pk", flat=True))
    active = dict(BusinessActivity.objects.filter(business__in=ids).values_list("business_id", "last_contact_on"))
    known = {
        (row.left_id, row.right_id): row
        for row in DuplicatePair.objects.filter(left__in={key[0] for key in wanted}).order_by("pk").select_for_update()
        if (row.left_id, row.right_id) in wanted
    }
    new, changed, again = [], [], 0
    for key, pair in wanted.items():
        if not here.issuperset(key):
            continue
        day = _newest(active.get(key[0]), active.get(key[1]))
        if key not in known:
            new.append(_new(pair, day))
        elif _update(known[key], pair, day):
            changed.append(known[key])
            again += bool(known[key].changed)
    made = DuplicatePair.objects.bulk_create(new, ignore_conflicts=True)
    DuplicatePair.objects.bulk_update(changed, _FIELDS)
    return len(made), again, set(wanted)


def _new(pair: ScoredPair, day: date | None) -> DuplicatePair:
    return DuplicatePair(
        left_id=pair.left,
        right_id=pair.right,
        probability=pair.probability,
        reasons=list(pair.reasons),
        active_on=day,
    )


def _update(row: DuplicatePair, pair: ScoredPair, day: date | None) -> bool:
    """Bring a known pair up to date; returns whether anything changed."""
    reasons = list(pair.reasons)
    if row.state in (PairState.DISTINCT, PairState.LOCATION):
        if row.state == PairState.LOCATION or weight_of(reasons) - weight_of(row.reasons) < MATERIAL:
            return False
        row.changed = [reason for reason in reasons if reason not in row.reasons and weight_of([reason]) > 0]
        row.state, row.version = PairState.WAITING, row.version + 1
    elif (row.probability, row.reasons, row.active_on) == (pair.probability, reasons, day):
        return False
    row.probability, row.reasons, row.active_on = pair.probability, reasons, day
    return True


def _newest(*days: date | None) -> date | None:
    return max((day for day in days if day), default=None)


def pairs_open(*, touched: set[int] | None) -> set[Pair]:
    """Pairs the job proposed that wait for a decision: of the businesses `touched`, None = all. Queries: 1."""
    rows = DuplicatePair.objects.filter(state=PairState.WAITING, flagged_by=None)
    if touched is not None:
        rows = rows.filter(Q(left__in=touched) | Q(right__in=touched))
    return set(rows.order_by().values_list("left_id", "right_id"))


def pairs_drop(pairs: set[Pair]) -> int:
    """Take back proposals that no longer hold, unless somebody touched them meanwhile; returns how many. Queries: 1-2."""
    if not pairs:
        return 0
    rows = DuplicatePair.objects.filter(state=PairState.WAITING, flagged_by=None, left__in={left for left, _ in pairs})
    gone = [pk for pk, *key in rows.order_by().values_list("pk", "left_id", "right_id") if tuple(key) in pairs]
    return DuplicatePair.objects.filter(pk__in=gone, state=PairState.WAITING, flagged_by=None).delete()[0]
