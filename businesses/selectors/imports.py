"""Reads of imports and their rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.models import Business, ImportBatch, ImportEffect, ImportMapping, ImportRowProblem

ROW_KINDS = {
    "rejected": Q(is_rejected=True),
    "unplaced": Q(is_unplaced=True),
    "remarks": Q(is_rejected=False, is_unplaced=False),
}


def import_list(*, actor: Actor) -> QuerySet[ImportBatch]:
    """Every import of the tenant, newest first. Errors: NotAllowedError. Queries: 1 when read."""
    actor.require(Permission.IMPORT_BUSINESSES)
    return ImportBatch.objects.select_related("requested_by", "undone_by")


def import_get_for(*, actor: Actor, batch_id: int) -> ImportBatch:
    """One import. Errors: NotAllowedError, Http404. Queries: 1."""
    actor.require(Permission.IMPORT_BUSINESSES)
    return get_object_or_404(ImportBatch.objects.select_related("requested_by", "undone_by"), pk=batch_id)


def import_problems(*, batch: ImportBatch, kind: str) -> QuerySet[ImportRowProblem]:
    """Rows of an import by kind: `rejected` (not taken), `unplaced` (taken, in no area), `remarks` (taken, but).

    Errors: KeyError for another kind. Queries: 1 when read.
    """
    return ImportRowProblem.objects.filter(ROW_KINDS[kind], batch=batch).order_by("row_number", "id")


@dataclass(frozen=True)
class ProblemGroup:
    """Rows of an import of one kind: how many, and their most frequent reasons with how many rows each."""

    kind: str
    number: int
    reasons: list[tuple[str, int]]


def import_report(*, batch: ImportBatch, limit: int = 10) -> dict[str, ProblemGroup]:
    """What is to be said about rows, by kind; empty while rows are taken. Queries: 4, none then."""
    if batch.is_open and not batch.is_undoing:
        return {}
    rows = ImportRowProblem.objects.filter(batch=batch)
    numbers = rows.aggregate(**{kind: Count("id", filter=condition) for kind, condition in ROW_KINDS.items()})
    by_reason = rows.order_by().values_list("reason").annotate(number=Count("id")).order_by("-number", "reason")
    return {
        kind: ProblemGroup(kind, numbers[kind], list(by_reason.filter(condition)[:limit]))
        for kind, condition in ROW_KINDS.items()
    }


def import_sources() -> list[str]:
    """Names of lists that were mapped before. Queries: 1."""
    return list(ImportMapping.objects.values_list("source_name", flat=True)[:200])


@dataclass(frozen=True)
class KeptRow:
    """A row whose effect undoing left alone; `business_id` 0 = the business is gone."""

    row_number: int
    business_id: int
    name: str
    place: str
    reason: str


def import_kept(*, batch: ImportBatch, limit: int | None = None) -> Iterator[KeptRow]:
    """What undoing an import left alone, by row. Queries: 1, and 1 for each 1,000 rows."""
    kept = ImportEffect.objects.filter(batch=batch, outcome=ImportEffect.Outcome.KEPT).order_by("row_number")
    rows = kept.values_list("row_number", "business_number", "reason")
    found = iter(rows[:limit] if limit else rows.iterator(chunk_size=1_000))
    while group := list(islice(found, 1_000)):
        known = Business.objects.in_bulk({number for _, number, _ in group})
        for row_number, number, reason in group:
            business = known.get(number)
            name, place = (business.name, business.place) if business else ("", "")
            yield KeptRow(row_number, number if business else 0, name, place, reason)
