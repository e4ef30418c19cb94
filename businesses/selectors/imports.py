"""Reads of imports and their rows."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.models import ImportBatch, ImportMapping, ImportRowProblem

ROW_KINDS = {
    "rejected": Q(is_rejected=True),
    "unplaced": Q(is_unplaced=True),
    "remarks": Q(is_rejected=False, is_unplaced=False),
}


def import_list(*, actor: Actor) -> QuerySet[ImportBatch]:
    """Every import of the tenant, newest first. Errors: NotAllowedError. Queries: 1 when read."""
    actor.require(Permission.IMPORT_BUSINESSES)
    return ImportBatch.objects.select_related("requested_by")


def import_get_for(*, actor: Actor, batch_id: int) -> ImportBatch:
    """One import. Errors: NotAllowedError, Http404. Queries: 1."""
    actor.require(Permission.IMPORT_BUSINESSES)
    return get_object_or_404(ImportBatch.objects.select_related("requested_by"), pk=batch_id)


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
    """What is to be said about rows, by kind; empty while the import runs. Queries: 4, none while it runs."""
    if batch.is_open:
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
