"""Undoing a whole import: what it brought goes, what it changed goes back, what was touched since is named and stays."""

from collections import Counter
from typing import Any

from django.db import transaction
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from bizworks.tenancy.tasks import hint_counts_changed
from businesses.constants import RowEffect, Scheme, Status
from businesses.models import Business, BusinessIdentifier, Employer, ImportBatch, ImportEffect
from businesses.services.derivation import Derivation
from businesses.services.import_plan import SAVED
from businesses.services.import_uses import business_uses, businesses_remove, employers_remove
from businesses.services.import_write import rows_update
from businesses.services.imports import Phase, State, batch_lock, batch_queue, require_alone

UNDO_CHUNK = 2_000
"""Rows undone in one transaction."""
_EXAMPLES = 25
_STOPPED = (State.DONE, State.FAILED, State.CANCELLED)
Outcome = ImportEffect.Outcome
CHANGED = "It was changed since."
MERGED = "It was merged with another since."
GONE = "It is not in the directory any more."


def import_undo_check(*, actor: Actor, batch_id: int) -> ImportBatch:
    """Ask the worker what undoing an import would do; nothing is written but the answer.

    Errors: NotAllowedError, DoesNotExist, BusinessRuleError. Locks the row. Queries: 4.
    """
    return _ask(actor, batch_id, Phase.UNDO_CHECK)


def import_undo(*, actor: Actor, batch_id: int) -> ImportBatch:
    """Ask the worker to undo an import, or the rest of it.

    Businesses it brought that nothing points to are removed with their numbers and empty employers; values
    it changed go back; what was edited, merged or used since is left alone and named. The audit trail keeps
    all of it. Errors: NotAllowedError, DoesNotExist, BusinessRuleError. Locks the row. Queries: 4.
    """
    return _ask(actor, batch_id, Phase.UNDO)


def _ask(actor: Actor, batch_id: int, phase: str) -> ImportBatch:
    actor.require(Permission.IMPORT_BUSINESSES)
    with transaction.atomic():
        batch = batch_lock(batch_id, _STOPPED)
        if batch.undone_at:
            raise BusinessRuleError("This import was undone already.")
        total = ImportEffect.objects.filter(batch=batch, outcome=Outcome.STANDS).count() if batch.is_taken else 0
        if not total:
            raise BusinessRuleError("This import left nothing behind that could be undone.")
        require_alone(batch)
        if batch.phase == Phase.TAKE:
            batch.undo_report = {"was": [batch.state, batch.problem]}
        if phase == Phase.UNDO and batch.phase != Phase.UNDO:
            batch.undo_report = {"was": batch.undo_report.get("was", [State.DONE, ""])}
            batch.undone_by_id = actor.staff_id
        elif phase == Phase.UNDO_CHECK and batch.phase == Phase.UNDO:
            raise BusinessRuleError("Undoing has begun; go on with it.")
        batch.undo_report |= {"total": total + batch.undo_report.get("done", 0)}
        batch_queue(batch, phase)
    return batch


class UndoReport:
    """The counts of undoing, as they are kept with the batch."""

    def __init__(self, batch: ImportBatch) -> None:
        """Go on where the batch stands; looking begins anew."""
        known = batch.undo_report if batch.phase == Phase.UNDO else {}
        self.was = batch.undo_report.get("was", [State.DONE, ""])
        self.total: int = batch.undo_report.get("total", 0)
        self.done: int = known.get("done", 0)
        self.counts = Counter(known.get("counts", {}))
        self.reasons = Counter(known.get("reasons", {}))
        self.examples: list[list[Any]] = known.get("examples", [])
        self.last: int = 2**31 - 1
        self.derivation: Derivation | None = None

    def keep(self, effect: ImportEffect, business: Business | None, reason: str) -> None:
        """Note one that is left alone."""
        self.counts["kept"] += 1
        self.reasons[reason] += 1
        if len(self.examples) < _EXAMPLES:
            name, place = (business.name, business.place) if business else ("", "")
            self.examples.append([effect.row_number, name, place, business.pk if business else 0, reason])

    def save_to(self, batch: ImportBatch, **more: Any) -> None:
        """Write the counts into the batch, unsaved."""
        batch.undo_report = {
            "was": self.was,
            "total": self.total,
            "done": self.done,
            "counts": self.counts,
            "reasons": dict(self.reasons.most_common(50)),
            "examples": self.examples,
            **more,
        }

    def stop(self, batch: ImportBatch) -> None:
        """The person cancelled: looking leaves the import as it was, undoing can go on later."""
        if batch.phase == Phase.UNDO_CHECK:
            _go_back(batch, self)
            batch.undo_report = {}
        else:
            batch.state = State.CANCELLED
        batch.cancel_requested = False
        batch.save()


def undo_chunk(batch: ImportBatch, report: UndoReport, *, actor: Actor) -> bool:
    """Look at the next rows from the end (or undo them); False when there are none. Saves all but the batch.

    Locks the businesses. Queries: about 11, and 1 for each foreign key to a business.
    """
    standing = ImportEffect.objects.filter(batch=batch, outcome=Outcome.STANDS, row_number__lt=report.last)
    effects = list(standing.order_by("-row_number")[:UNDO_CHUNK])
    writes = batch.phase == Phase.UNDO
    if effects:
        ids = {effect.business_number for effect in effects}
        rows = Business.objects.prefetch_related("employer").order_by("id")
        businesses = (rows.select_for_update(of=("self",)) if writes else rows).in_bulk(ids)
        _sort(batch, report, effects, businesses, writes=writes)
        report.last = effects[-1].row_number
        report.done += len(effects)
    report.save_to(batch, checked=not effects and not writes)
    if not effects:
        _finish(batch, report)
    return bool(effects)


def _finish(batch: ImportBatch, report: UndoReport) -> None:
    if batch.phase == Phase.UNDO_CHECK:
        _go_back(batch, report)
        return
    batch.state, batch.finished_at, batch.undone_at = State.DONE, timezone.now(), timezone.now()
    hint_counts_changed()


def _go_back(batch: ImportBatch, report: UndoReport) -> None:
    batch.phase, (batch.state, batch.problem) = Phase.TAKE, report.was


def _sort(
    batch: ImportBatch,
    report: UndoReport,
    effects: list[ImportEffect],
    businesses: dict[int, Business],
    *,
    writes: bool,
) -> None:
    """Say of each row whether it can be undone, and undo those that can."""
    new = [effect.business_number for effect in effects if effect.effect == RowEffect.NEW]
    uses = business_uses(new, source_name=batch.source_name) if new else {}
    undone, kept = [], []
    for effect in effects:
        business = businesses.get(effect.business_number)
        if reason := _obstacle(effect, business, uses.get(effect.business_number, [])):
            report.keep(effect, business, reason)
            kept.append((effect, reason))
            continue
        undone.append(effect)
        report.counts["removed" if effect.effect == RowEffect.NEW else "restored" if _sets(effect) else "unlinked"] += 1
    if writes:
        _remove([e for e in undone if e.effect == RowEffect.NEW], businesses, batch)
        _restore([e for e in undone if e.effect != RowEffect.NEW], businesses, report, batch)
        _mark(batch, undone, kept)


def _before(effect: ImportEffect) -> dict[str, Any]:
    """The values before, by table; nothing for a new business."""
    return effect.before or {}


def _sets(effect: ImportEffect) -> bool:
    """Whether the row changed values of the business or its employer, not only linked it."""
    return bool(_before(effect).get("business") or _before(effect).get("employer"))


def _obstacle(effect: ImportEffect, business: Business | None, uses: list[str]) -> str:
    """Why a row's effect has to stand; empty = it can be undone. Queries: 1 where an employer changed."""
    if business is None:
        return GONE
    if business.status == Status.MERGED:
        return MERGED
    if uses:
        return f"It has {', '.join(sorted(set(uses)))}."
    if (effect.effect == RowEffect.NEW or _sets(effect)) and business.version != effect.version:
        return CHANGED
    return _employer_obstacle(effect, business)


def _employer_obstacle(effect: ImportEffect, business: Business) -> str:
    before, now = _before(effect).get("employer"), _before(effect).get("employer_set")
    if not before or not now:
        return ""
    employer = business.employer
    if {name: getattr(employer, name) for name in now} != now:
        return CHANGED
    if before["id"] != now["id"]:
        return "" if Employer.objects.filter(pk=before["id"]).exists() else CHANGED
    taken = before["fein"] and Employer.objects.filter(fein=before["fein"]).exclude(pk=employer.pk).exists()
    return CHANGED if taken else ""


def _remove(effects: list[ImportEffect], businesses: dict[int, Business], batch: ImportBatch) -> None:
    ids = [effect.business_number for effect in effects]
    businesses_remove(ids, source_name=batch.source_name)
    employers_remove({businesses[pk].employer_id for pk in ids}, since=batch.created_at)


def _restore(
    effects: list[ImportEffect], businesses: dict[int, Business], report: UndoReport, batch: ImportBatch
) -> None:
    """Former values back, the last row first; the list's rows say again what they said before."""
    restored, moved = {}, set()
    identifiers = BusinessIdentifier.objects.in_bulk(
        [_before(effect)["identifier"][0] for effect in effects if "identifier" in _before(effect)]
    )
    for effect in effects:
        business, before = businesses[effect.business_number], _before(effect)
        if _sets(effect):
            for name, value in before["business"].items():
                setattr(business, name, value)
            if "employer" in before:
                moved.add(business.employer_id)
                _restore_employer(business, before["employer"])
            business.version, business.updated_at = business.version + 1, timezone.now()
            report.derivation = report.derivation or Derivation(tenant_today())
            report.derivation.apply(business)
            restored[business.pk] = business
        if "identifier" in before and (identifier := identifiers.get(before["identifier"][0])):
            _, identifier.listed, identifier.fingerprint = before["identifier"]
    rows_update(Business, SAVED, list(restored.values()))
    rows_update(BusinessIdentifier, ("listed", "fingerprint"), list(identifiers.values()))
    linked = [_before(effect)["key"] for effect in effects if "key" in _before(effect)]
    if linked:
        BusinessIdentifier.objects.filter(scheme=Scheme.LIST, value__in=linked).delete()
    if moved:
        employers_remove(moved, since=batch.created_at)


def _restore_employer(business: Business, before: dict[str, Any]) -> None:
    """The employer's former name and FEIN, or the business's former employer. Queries: 1-2."""
    if before["id"] != business.employer_id:
        business.employer_id = before["id"]
        return
    values = {name: value for name, value in before.items() if name != "id"}
    for name, value in values.items():
        setattr(business.employer, name, value)
    business.employer.save(update_fields=list(values))


def _mark(batch: ImportBatch, undone: list[ImportEffect], kept: list[tuple[ImportEffect, str]]) -> None:
    rows = ImportEffect.objects.filter(batch=batch)
    rows.filter(row_number__in=[effect.row_number for effect in undone]).update(outcome=Outcome.UNDONE)
    for reason in {reason for _, reason in kept}:
        numbers = [effect.row_number for effect, why in kept if why == reason]
        rows.filter(row_number__in=numbers).update(outcome=Outcome.KEPT, reason=reason[:300])
