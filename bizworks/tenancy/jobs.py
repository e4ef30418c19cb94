"""What every background job of a tenant shares: being taken by one worker, being found when forgotten, ending."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import BackgroundJob, Tenant

logger = logging.getLogger(__name__)
SILENCE = timedelta(minutes=2)
"""A worker that gave no sign of life for so long is taken for dead."""
PATIENCE = timedelta(seconds=20)
"""How long the broker may take before the sweep starts a job itself."""
State = BackgroundJob.State


def job_claim(model: type[BackgroundJob], job_id: int, *, restart: bool) -> Any:
    """Take a waiting job, or one whose worker died; None if another has it. `restart` = from its first row.

    Locks the job's row until the transaction ends. Queries: at most 2.
    """
    now = timezone.now()
    waiting = Q(state=State.QUEUED) | Q(state=State.RUNNING, heartbeat_at__lt=now - SILENCE)
    rows = model._base_manager.select_for_update(skip_locked=True, of=("self",))
    job = rows.filter(waiting, pk=job_id).first()
    if job is not None:
        job.state, job.started_at, job.heartbeat_at = State.RUNNING, now, now
        job.progress = 0 if restart else job.progress
        job.save(update_fields=["state", "started_at", "heartbeat_at", "progress"])
    return job


def job_beat(job: BackgroundJob, **values: Any) -> bool:
    """Say how far it is; False once somebody asked to stop. Queries: 1."""
    rows = type(job)._base_manager.filter(pk=job.pk, cancel_requested=False)
    return bool(rows.update(heartbeat_at=timezone.now(), **values))


def job_finish(job: BackgroundJob, state: str, **values: Any) -> None:
    """Note how it ended. Queries: 1."""
    type(job)._base_manager.filter(pk=job.pk).update(state=state, finished_at=timezone.now(), **values)


def job_cancel(job: BackgroundJob) -> None:
    """Ask the worker to stop; one that has not begun ends at once, one that has ended stays as it is.

    What counts is how far it is now, not when it was read. Queries: 2-3.
    """
    rows = type(job)._base_manager.filter(pk=job.pk)
    rows.filter(state=State.QUEUED).update(state=State.CANCELLED, finished_at=timezone.now(), cancel_requested=True)
    rows.filter(state=State.RUNNING).update(cancel_requested=True)
    job.refresh_from_db(fields=["state", "finished_at", "cancel_requested"])


def jobs_sweep(
    model: type[BackgroundJob], run: Callable[..., None], *, before: Callable[[], None] | None = None
) -> int:
    """Run what the broker forgot or a dead worker left; returns how many ran.

    Each tenant is opened in turn, `before` is called inside; one that fails is logged and does not
    hold up the others. Queries: 1 a tenant and those of `before` and `run`.
    """
    ran = 0
    for tenant_id in Tenant.objects.values_list("id", flat=True):
        try:
            with tenant_context(tenant_id):
                now = timezone.now()
                due = Q(state=State.QUEUED, created_at__lt=now - PATIENCE)
                due |= Q(state=State.RUNNING, heartbeat_at__lt=now - SILENCE)
                job_ids = list(model._base_manager.filter(due).values_list("pk", flat=True))
                if before is not None:
                    before()
            for job_id in job_ids:
                run(tenant_id=tenant_id, job_id=job_id)
                ran += 1
        except DatabaseError:
            logger.exception("%s of tenant %s failed; the next sweep tries again.", model.__name__, tenant_id)
    return ran
