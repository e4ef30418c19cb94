"""Work of the background: counting, and files."""

from bizworks.tenancy.tasks import system_task, tenant_task
from reporting.services.drain import counts_advance, counts_sweep, counts_work_off


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
