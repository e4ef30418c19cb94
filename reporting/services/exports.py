"""Exports: asked for, made in pieces by the worker, fetched; each is on record (R26)."""

import hashlib
import logging
import secrets
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models import F, Max, Q
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.models import Agency, Region
from bizworks.directory.selectors import profile, tenant_today
from bizworks.reference.models import FederalCategory
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant
from bizworks.tenancy.policy import Permission
from bizworks.tenancy.tasks import enqueue
from reporting.models import ExportJob
from reporting.selectors.extract import ExtractFilter, extract_piece, extract_services
from reporting.selectors.files import export_get_for
from reporting.services.extract_files import XLSX_MAX_ROWS, file_of

logger = logging.getLogger(__name__)
EXPORT_RUN = "reporting.export_run"
PIECE_ROWS = 2_000
KEPT_DAYS = 30
SILENCE = timedelta(minutes=2)
"""A worker that gave no sign of life for so long is taken for dead."""

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
    if job.state == State.QUEUED:
        job.state, job.finished_at = State.CANCELLED, timezone.now()
    job.cancel_requested = True
    job.save(update_fields=["state", "finished_at", "cancel_requested"])
    return job


def export_open(*, actor: Actor, export_id: int) -> tuple[ExportJob, Path]:
    """Give the finished file and count the download. Errors: NotAllowedError, Http404, BusinessRuleError. Queries: 2."""
    job = export_get_for(actor=actor, export_id=export_id)
    path = settings.MEDIA_ROOT / job.file_path
    if job.state != State.DONE or not job.file_path or not path.is_file():
        raise BusinessRuleError("The file is not there: it is not finished, or its time has run out. Ask for it again.")
    ExportJob.objects.filter(pk=job.pk).update(downloads=F("downloads") + 1)
    return job, path


def export_run(*, tenant_id: int, job_id: int) -> None:
    """Make the file, piece by piece, each in a transaction of its own; whole or not at all.

    Idempotent: a job that is not waiting, or that another worker is at, is left alone.
    """
    with tenant_context(tenant_id):
        job = _claim(job_id)
    if job is None:
        return
    part = settings.MEDIA_ROOT / str(tenant_id) / "exports" / f"{secrets.token_hex(16)}.part"
    part.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        _write(tenant_id, job, part)
    except (OSError, ValueError) as error:
        logger.exception("Export %s failed.", job_id)
        _finish(tenant_id, job, State.FAILED, problem=f"The file could not be written ({type(error).__name__}).")
    except BusinessRuleError as error:
        _finish(tenant_id, job, State.FAILED, problem=str(error))
    finally:
        part.unlink(missing_ok=True)


def _claim(job_id: int) -> ExportJob | None:
    now = timezone.now()
    waiting = Q(state=State.QUEUED) | Q(state=State.RUNNING, heartbeat_at__lt=now - SILENCE)
    job = ExportJob.objects.select_for_update(skip_locked=True, of=("self",)).filter(waiting, pk=job_id).first()
    if job is not None:
        job.state, job.started_at, job.heartbeat_at, job.progress = State.RUNNING, now, now, 0
        job.save(update_fields=["state", "started_at", "heartbeat_at", "progress"])
    return job


def _write(tenant_id: int, job: ExportJob, part: Path) -> None:
    wanted = ExtractFilter(
        **(job.parameters | {name: date.fromisoformat(job.parameters[name]) for name in ("start", "end")})
    )
    with tenant_context(tenant_id):
        rows = extract_services(wanted)
        total, through = rows.count(), rows.aggregate(last=Max("id"))["last"] or 0
        if job.format == ExportJob.Format.XLSX and total > XLSX_MAX_ROWS:
            raise BusinessRuleError(f"An Excel sheet holds {XLSX_MAX_ROWS:,} rows; these are {total:,}. Choose CSV.")
        cover = _cover(job, wanted, total)
    after = done = 0
    with file_of(part, job.format, cover) as write:
        while True:
            with tenant_context(tenant_id):
                after, piece = extract_piece(wanted, after=after, through=through, size=PIECE_ROWS)
                done += len(piece)
                beat = {"progress": done, "total": total, "heartbeat_at": timezone.now()}
                kept = ExportJob.objects.filter(pk=job.pk, cancel_requested=False).update(**beat)
            if not kept:
                break
            for row in piece:
                write(row)
            if len(piece) < PIECE_ROWS:
                break
    if not kept:
        _finish(tenant_id, job, State.CANCELLED)
        return
    final = part.with_suffix(f".{job.format}")
    digest = _sha256(part)
    part.replace(final)
    _finish(
        tenant_id,
        job,
        State.DONE,
        file_path=str(final.relative_to(settings.MEDIA_ROOT)),
        size_bytes=final.stat().st_size,
        sha256=digest,
        progress=done,
        total=done,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _finish(tenant_id: int, job: ExportJob, state: str, **values: Any) -> None:
    with tenant_context(tenant_id):
        ExportJob.objects.filter(pk=job.pk).update(state=state, finished_at=timezone.now(), **values)


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
        ("Counted", "Yes = catalogue item is counted, in progress or completed, begun, and "
         + ("self-service counts too" if profile().counts_self_service else "staff-assisted") + " (BR-18)."),
        ("Businesses served", "Count distinct business_id among rows with counted = Yes (BR-30)."),
        ("Restricted services", "included" if wanted.includes_restricted else "left out"),
        ("Left out", "Values obtained from the unemployment agency (BR-6); notes."),
    ]  # fmt: skip


def exports_sweep() -> int:
    """Run what the broker forgot or a dead worker left, and remove files past their day; returns how many ran.

    Each tenant is opened in turn; one that fails is logged and does not hold up the others.
    """
    ran = 0
    for tenant_id in Tenant.objects.values_list("id", flat=True):
        try:
            with tenant_context(tenant_id):
                late = timezone.now() - timedelta(seconds=20)
                dead = Q(state=State.RUNNING, heartbeat_at__lt=timezone.now() - SILENCE)
                due = list(
                    ExportJob.objects.filter(Q(state=State.QUEUED, created_at__lt=late) | dead).values_list(
                        "pk", flat=True
                    )
                )
                _remove_expired()
            for job_id in due:
                export_run(tenant_id=tenant_id, job_id=job_id)
                ran += 1
        except DatabaseError:
            logger.exception("Exports of tenant %s failed; the next sweep tries again.", tenant_id)
    return ran


def _remove_expired() -> None:
    for job in ExportJob.objects.exclude(file_path="").filter(expires_on__lte=tenant_today()):
        (settings.MEDIA_ROOT / job.file_path).unlink(missing_ok=True)
        ExportJob.objects.filter(pk=job.pk).update(file_path="")
