"""Counting a tenant anew from its services, whatever the ledger says now."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils import timezone

from bizworks.directory.selectors import profile, tenant_today
from bizworks.tenancy.context import current_tenant_id
from reporting.models import CountState
from reporting.services.cells import cells_rebuild, counting_grid, counts_lock

_BUSINESSES_PER_RANGE = 5_000
_NEXT_RANGE = (
    "SELECT array_agg(id), max(id) FROM (SELECT id FROM businesses_business"
    " WHERE tenant_id = %s AND id > %s ORDER BY id LIMIT %s) r"
)
_DERIVE = """
INSERT INTO reporting_servedfact (tenant_id, business_id, employer_id, month, measure, region_id, area_id,
                                  agency_id, category, sector_id, records)
SELECT %s, business_id, employer_id, month, measure, region_id, area_id, agency_id, category, sector_id, records
  FROM reporting_fact_source(%s, %s, %s)
"""


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild counted."""

    facts: int
    cells: int


def counts_rebuild(*, today: date | None = None) -> Rebuilt:
    """Derive every fact and cell of the tenant in force from its services, in the caller's transaction.

    Readers see the old numbers until it commits. Changes made meanwhile keep their marks and are
    drained afterwards. Locks: `counts_lock`, waiting for a running drain. Memory is bounded: facts
    are made in ranges of businesses, cells in ranges of employers.
    Errors: TenantProfile.DoesNotExist for a tenant that was never set up.
    """
    counts_lock(wait=True)
    options = profile()
    today = today or tenant_today()
    tenant = current_tenant_id()
    facts = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("DELETE FROM reporting_countmark WHERE tenant_id = %s", [tenant])
        cursor.execute("DELETE FROM reporting_servedfact WHERE tenant_id = %s", [tenant])
        after = 0
        while True:
            cursor.execute(_NEXT_RANGE, [tenant, after, _BUSINESSES_PER_RANGE])
            ids, upto = cursor.fetchone()
            if ids is None:
                break
            cursor.execute(_DERIVE, [tenant, tenant, ids, today])
            facts += cursor.rowcount
            after = upto
    cells = cells_rebuild(options)
    month, quarters = counting_grid(options)
    now = timezone.now()
    CountState.objects.update_or_create(
        defaults={
            "year_start_month": month,
            "lookback_quarters": quarters,
            "advanced_through": today,
            "drained_at": now,
            "rebuilt_at": now,
        }
    )
    return Rebuilt(facts, cells)
