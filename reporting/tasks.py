"""Work of the background: counting, and files."""

from bizworks.tenancy.tasks import system_task, tenant_task
from reporting.services.drain import counts_advance, counts_sweep, counts_work_off
from reporting.services.exports import EXPORT_RUN, export_run, exports_sweep


@tenant_task(name="reporting.drain_counts", chunked=True)
def drain_counts(*, tenant_id: int, user_id: int | None = None) -> None:
    """Count what changed, now: the hint after a write (ADR 0003). Idempotent; a lost hint costs seconds."""
    counts_work_off(tenant_id)


@system_task(name="reporting.sweep_counts")
def sweep_counts() -> int:
    """Count what waits in any tenant; every few seconds. Idempotent."""
    return counts_sweep()


@system_task(name="reporting.advance_counts")
def advance_counts() -> int:
    """Count the services that a new local day brings, in any tenant; catches up missed days. Idempotent."""
    return counts_advance()


@tenant_task(name=EXPORT_RUN, chunked=True)
def run_export(*, tenant_id: int, job_id: int, user_id: int | None = None) -> None:
    """Make the file of one export. Idempotent: it is claimed first."""
    export_run(tenant_id=tenant_id, job_id=job_id)


@system_task(name="reporting.sweep_exports")
def sweep_exports() -> int:
    """Run exports that were forgotten, remove files past their day. Idempotent."""
    return exports_sweep()
