"""Work the worker does for the directory. Every task is idempotent."""

from django.utils import timezone

from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant
from bizworks.tenancy.tasks import enqueue, system_task, tenant_task
from businesses.services.bulk import BULK_RUN, bulk_run, bulk_sweep
from businesses.services.derivation import businesses_replace
from businesses.services.import_run import import_run
from businesses.services.imports import import_files_drop, imports_due
from businesses.services.list_exports import EXPORT_RUN, list_export_run, list_exports_sweep
from businesses.services.matching_run import match_run, matching_due, matching_plan
from businesses.services.merges import merges_collect
from businesses.services.sent_forms import sent_forms_drop


@tenant_task(name="businesses.import_run", chunked=True)
def run_import(*, tenant_id: int, user_id: int | None, batch_id: int) -> None:
    """Take the rows of one import; continues where an earlier run stopped."""
    import_run(tenant_id=tenant_id, user_id=user_id, batch_id=batch_id)


@system_task(name="businesses.sweep_imports")
def sweep_imports() -> None:
    """Ask again for imports the broker forgot or whose worker died, and drop files no longer needed. Queries: 2-3 a tenant."""
    for tenant_id in Tenant.objects.filter(suspended_on=None).values_list("id", flat=True):
        with tenant_context(tenant_id):
            for batch_id in imports_due():
                enqueue("businesses.import_run", batch_id=batch_id)
            import_files_drop(tenant_id=tenant_id)


@system_task(name="businesses.follow_map")
def follow_map() -> None:
    """Derive areas, regions and sectors anew where the map has changed; forget old form keys. Queries: 11 a tenant."""
    for tenant_id in Tenant.objects.filter(suspended_on=None).values_list("id", flat=True):
        with tenant_context(tenant_id):
            businesses_replace()
            sent_forms_drop()


@tenant_task(name=EXPORT_RUN, chunked=True)
def run_list_export(*, tenant_id: int, job_id: int, user_id: int | None = None) -> None:
    """Make the file of one list. Idempotent: it is claimed first."""
    list_export_run(tenant_id=tenant_id, job_id=job_id)


@tenant_task(name=BULK_RUN, chunked=True)
def run_bulk(*, tenant_id: int, job_id: int, user_id: int | None = None) -> None:
    """Change many businesses. Idempotent: pieces that are done are not done again."""
    bulk_run(tenant_id=tenant_id, job_id=job_id)


@system_task(name="businesses.sweep_lists")
def sweep_lists() -> int:
    """Go on with changes and files of lists that were forgotten; remove files past their day. Idempotent."""
    return bulk_sweep() + list_exports_sweep()


@tenant_task(name="businesses.match_run", chunked=True)
def run_matching(*, tenant_id: int, user_id: int | None, run_id: int) -> None:
    """Look for businesses that are recorded twice."""
    match_run(tenant_id=tenant_id, user_id=user_id, run_id=run_id)


@system_task(name="businesses.sweep_matching")
def sweep_matching() -> None:
    """Start searches for duplicates that are due, and ask again for those whose worker died. Queries: 4-6 a tenant."""
    for tenant_id in Tenant.objects.filter(suspended_on=None).values_list("id", flat=True):
        with tenant_context(tenant_id):
            if matching_plan(timezone.now()) is None:
                for run_id in matching_due():
                    enqueue("businesses.match_run", run_id=run_id)


@system_task(name="businesses.collect_merges")
def collect_merges() -> None:
    """Let what was being written while two records were merged follow to the survivor. Queries: 1 a tenant without merges."""
    for tenant_id in Tenant.objects.filter(suspended_on=None).values_list("id", flat=True):
        with tenant_context(tenant_id):
            merges_collect(tenant_id=tenant_id)
