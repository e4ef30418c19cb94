"""Files of lists: asked for, made in pieces by the worker, fetched; each is on record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.selectors import labels, tenant_today
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.file_jobs import KEPT_DAYS, FilePlan, Piece, file_job_open, file_job_run, file_jobs_expire
from bizworks.tenancy.jobs import State, job_cancel, jobs_sweep
from bizworks.tenancy.models import Tenant
from bizworks.tenancy.policy import Permission
from bizworks.tenancy.tasks import enqueue
from businesses.constants import EXPORT_ROWS
from businesses.models import Business, ListExport
from businesses.selectors.changes import actor_of_staff, list_export_get_for
from businesses.selectors.columns import NAME, Column, business_rows, columns_chosen, columns_named
from businesses.selectors.lists import ORDERS, business_filtered, business_page_ids

EXPORT_RUN = "businesses.export_run"
PIECE_ROWS = 1_000
ID = ("business_id", "Stable number of the business (establishment) (BR-30).")


@transaction.atomic
def list_export_request(
    *,
    actor: Actor,
    format: str,  # noqa: A002
    parameters: Mapping[str, Sequence[str]],
    sentences: Sequence[tuple[str, str]],
    sort: str,
    columns: Sequence[str],
) -> ListExport:
    """Ask for a list as a file: these filters (checked by the list's form), this order, these columns.

    `sentences` = the filters in words, for the file's cover. Without the permission to export the
    whole system a file holds at most 10,000 rows. Errors: NotAllowedError; BusinessRuleError by input
    name. Queries: at most 4.
    """
    actor.require(Permission.EXPORT_LISTS)
    if format not in ListExport.Format.values:
        raise BusinessRuleError({"format": ["Choose CSV or Excel workbook."]})
    sort = sort if sort in ORDERS else "name"
    job = ListExport(
        format=format,
        state=State.QUEUED,
        parameters={"filters": {name: list(values) for name, values in parameters.items()}, "words": list(sentences)},
        sort=sort,
        columns=[column.key for column in columns_chosen(columns)],
        requested_by_id=actor.staff_id,
        expires_on=tenant_today() + timedelta(days=KEPT_DAYS),
    )
    rows = _rows(actor, job)
    if not actor.may(Permission.EXPORT_DATA) and rows.order_by().values("id")[: EXPORT_ROWS + 1].count() > EXPORT_ROWS:
        raise BusinessRuleError(f"A file holds at most {EXPORT_ROWS:,} businesses. Narrow the list down first.")
    job.file_name = f"businesses-{tenant_today()}.{'zip' if format == 'csv' else format}"
    job.save()
    enqueue(EXPORT_RUN, job_id=job.pk)
    return job


def list_export_cancel(*, actor: Actor, export_id: int) -> ListExport:
    """Ask the worker to stop. Errors: NotAllowedError, Http404. Queries: 2."""
    job = list_export_get_for(actor=actor, export_id=export_id)
    job_cancel(job)
    return job


def list_export_open(*, actor: Actor, export_id: int) -> tuple[ListExport, Path]:
    """Give the finished file and count it. Errors: NotAllowedError, Http404, BusinessRuleError. Queries: 2."""
    job = list_export_get_for(actor=actor, export_id=export_id)
    return job, file_job_open(job)


def list_export_run(*, tenant_id: int, job_id: int) -> None:
    """Make the file of one list. Idempotent: it is claimed first."""
    file_job_run(ListExport, tenant_id=tenant_id, job_id=job_id, folder="lists", plan=_plan)


def list_exports_sweep() -> int:
    """Run what the broker forgot or a dead worker left, and remove files past their day; returns how many ran."""
    return jobs_sweep(ListExport, list_export_run, before=lambda: file_jobs_expire(ListExport, tenant_today()))


def _for_files(actor: Actor) -> Actor:
    """The actor without values of the unemployment agency, which leave in no file, not even as a filter (BR-6)."""
    return replace(actor, permissions=actor.permissions - {Permission.SEE_UC_VALUES})


def _rows(actor: Actor, job: ListExport) -> QuerySet[Business]:
    return business_filtered(actor=_for_files(actor), parameters=job.parameters["filters"])


def _plan(job: ListExport) -> FilePlan:
    actor = actor_of_staff(job.requested_by_id)
    if actor is None or not actor.may(Permission.EXPORT_LISTS):
        raise BusinessRuleError("Whoever asked for this has no access any more.")
    columns = columns_named(columns_chosen(job.columns), labels())
    limit = None if actor.may(Permission.EXPORT_DATA) else EXPORT_ROWS
    total = _rows(actor, job).order_by().count()
    total = total if limit is None else min(total, limit)
    terms = [ID, (NAME.label, NAME.meaning), *((column.label, column.meaning) for column in columns)]
    return FilePlan(terms, _cover(actor, job, total), total, _pieces(actor, job, columns, limit))


def _pieces(actor: Actor, job: ListExport, columns: Sequence[Column], limit: int | None) -> Iterator[Piece]:
    reader, cursor, left = _for_files(actor), "", limit
    while left is None or left > 0:
        size = PIECE_ROWS if left is None else min(PIECE_ROWS, left)
        page = business_page_ids(_rows(actor, job), sort=job.sort, cursor=cursor, size=size)
        rows = business_rows(actor=reader, ids=page.ids, columns=columns)
        yield [[row.business.pk, row.business.name, *(value for _, value in row.cells)] for row in rows]
        cursor, left = page.next, None if left is None else left - len(page.ids)
        if not cursor:
            return


def _cover(actor: Actor, job: ListExport, total: int) -> list[tuple[str, str]]:
    """What the file is: so that whoever opens it later need not ask."""
    tenant = Tenant.objects.get(pk=job.tenant_id)
    return [
        ("What this is", "List of businesses: one row per business (establishment)"),
        ("Tenant", tenant.name + (" - fictitious demonstration data" if tenant.is_demo else "")),
        *((name, words) for name, words in job.parameters["words"]),
        *([] if job.parameters["words"] else [("Filters", "none: all businesses")]),
        ("Order", ORDERS[job.sort].label),
        ("Rows", f"{total:,}"),
        ("Made at", timezone.now().strftime("%Y-%m-%d %H:%M UTC")),
        ("Asked for by", f"{actor.name}, {actor.agency_name}"),
        ("Which rows", "Businesses of the directory without merged ones, as they were when the file was made."),
        ("Left out", "Values obtained from the unemployment agency (BR-6)."),
    ]
