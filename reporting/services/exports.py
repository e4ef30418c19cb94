"""Exports: asked for, made in pieces by the worker, fetched; each is on record (R26)."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Max
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.models import Agency, Region
from bizworks.directory.selectors import profile, tenant_today
from bizworks.reference.models import FederalCategory
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.file_jobs import KEPT_DAYS, FilePlan, Piece, file_job_open, file_job_run, file_jobs_expire
from bizworks.tenancy.jobs import job_cancel, jobs_sweep
from bizworks.tenancy.models import Tenant
from bizworks.tenancy.policy import Permission
from bizworks.tenancy.tasks import enqueue
from reporting.models import ExportJob
from reporting.selectors.extract import ExtractFilter, extract_piece, extract_services
from reporting.selectors.files import export_get_for
from reporting.services.extract_files import COLUMNS

EXPORT_RUN = "reporting.export_run"
PIECE_ROWS = 2_000

State = ExportJob.State


def export_request(*, actor: Actor, format: str, parameters: dict[str, Any]) -> ExportJob:  # noqa: A002
    """Ask for the extract; the worker makes it.

    `parameters`: `start` and `end` (dates), and optionally `region_id`, `agency_id`, `category` (federal code).
    Errors: NotAllowedError; BusinessRuleError by input name. Queries: at most 6.
    """
    actor.require(Permission.EXPORT_DATA)
    wanted = _wanted(actor, parameters)
    if format not in ExportJob.Format.values:
        raise BusinessRuleError({"format": ["Choose CSV or Excel workbook."]})
    job = ExportJob.objects.create(
        format=format,
        state=State.QUEUED,
        parameters={name: _stored(value) for name, value in vars(wanted).items()},
        requested_by_id=actor.staff_id,
        file_name=f"services-{wanted.start}-to-{wanted.end}.{'zip' if format == 'csv' else format}",
        expires_on=tenant_today() + timedelta(days=KEPT_DAYS),
    )
    enqueue(EXPORT_RUN, job_id=job.pk)
    return job


def _wanted(actor: Actor, parameters: dict[str, Any]) -> ExtractFilter:
    start, end = parameters.get("start"), parameters.get("end")
    errors: dict[str, list[str]] = {}
    if not isinstance(start, date) or not isinstance(end, date):
        errors["start"] = ["Give the first and the last day."]
    elif end < start:
        errors["end"] = ["The last day lies before the first."]
    for name, model, what in (("region_id", Region, "region"), ("agency_id", Agency, "agency")):
        if parameters.get(name) and not model.objects.filter(pk=parameters[name]).exists():
            errors[name.removesuffix("_id")] = [f"There is no such {what}."]
    category = parameters.get("category") or ""
    if category and not FederalCategory.objects.filter(pk=category).exists():
        errors["category"] = ["There is no such federal category."]
    if errors:
        raise BusinessRuleError(errors)
    return ExtractFilter(
        start=start,  # type: ignore[arg-type]
        end=end,  # type: ignore[arg-type]
        region_id=parameters.get("region_id") or None,
        agency_id=parameters.get("agency_id") or None,
        category=category,
        shows_fein=actor.may(Permission.SEE_FEIN),
        includes_restricted=actor.may(Permission.READ_RESTRICTED),
    )


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def export_cancel(*, actor: Actor, export_id: int) -> ExportJob:
    """Ask the worker to stop; one that has not begun ends at once. Errors: NotAllowedError, Http404. Queries: 2."""
    job = export_get_for(actor=actor, export_id=export_id)
    job_cancel(job)
    return job


def export_open(*, actor: Actor, export_id: int) -> tuple[ExportJob, Path]:
    """Give the finished file and count the download. Errors: NotAllowedError, Http404, BusinessRuleError. Queries: 2."""
    job = export_get_for(actor=actor, export_id=export_id)
    return job, file_job_open(job)


def export_run(*, tenant_id: int, job_id: int) -> None:
    """Make the file, piece by piece, each in a transaction of its own; whole or not at all. Idempotent."""
    file_job_run(ExportJob, tenant_id=tenant_id, job_id=job_id, folder="exports", plan=_plan)


def _plan(job: ExportJob) -> FilePlan:
    days = {name: date.fromisoformat(job.parameters[name]) for name in ("start", "end")}
    wanted = ExtractFilter(**(job.parameters | days))
    rows = extract_services(wanted)
    total, through = rows.count(), rows.aggregate(last=Max("id"))["last"] or 0
    return FilePlan(COLUMNS, _cover(job, wanted, total), total, _pieces(wanted, through))


def _pieces(wanted: ExtractFilter, through: int) -> Iterator[Piece]:
    after = 0
    while True:
        after, piece = extract_piece(wanted, after=after, through=through, size=PIECE_ROWS)
        yield piece
        if len(piece) < PIECE_ROWS:
            return


def _cover(job: ExportJob, wanted: ExtractFilter, total: int) -> list[tuple[str, str]]:
    """What the file is: so that whoever opens it later need not ask."""
    tenant = Tenant.objects.get(pk=job.tenant_id)
    region = Region.objects.filter(pk=wanted.region_id).first() if wanted.region_id else None
    agency = Agency.objects.filter(pk=wanted.agency_id).first() if wanted.agency_id else None
    asked = ExportJob.objects.select_related("requested_by__agency").get(pk=job.pk).requested_by
    return [
        ("What this is", "System-wide extract: one row per service delivered"),
        ("Tenant", tenant.name + (" - fictitious demonstration data" if tenant.is_demo else "")),
        ("Days", f"{wanted.start.isoformat()} to {wanted.end.isoformat()}"),
        ("Region", region.name if region else "all"),
        ("Agency", agency.name if agency else "all"),
        ("Federal category", wanted.category or "all"),
        ("Rows", f"{total:,}"),
        ("Made at", timezone.now().strftime("%Y-%m-%d %H:%M UTC")),
        ("Asked for by", f"{asked.name}, {asked.agency.name}"),
        ("Which rows", "Services that overlap the days; one still running ends today (BR-19). Voided ones are left out."),
        ("Counted", "Yes = catalog item is counted, in progress or completed, begun, and "
         + ("self-service counts too" if profile().counts_self_service else "staff-assisted") + " (BR-18)."),
        ("Businesses served", "Count distinct business_id among rows with counted = Yes (BR-30)."),
        ("Restricted services", "included" if wanted.includes_restricted else "left out"),
        ("Left out", "Values obtained from the unemployment agency (BR-6); notes."),
    ]  # fmt: skip


def exports_sweep() -> int:
    """Run what the broker forgot or a dead worker left, and remove files past their day; returns how many ran."""
    return jobs_sweep(ExportJob, export_run, before=lambda: file_jobs_expire(ExportJob, tenant_today()))
