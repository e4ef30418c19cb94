"""Counting every published cell of a tenant anew, from its facts alone."""

from django.db import connection

from bizworks.directory.models import TenantProfile
from bizworks.tenancy.context import current_tenant_id

LOCK_CLASS = 7411
"""First key of the advisory lock "one counts this tenant"; the second is the tenant."""

_FACTS_PER_RANGE = 20_000
_NEXT_RANGE = (
    "SELECT max(employer_id) FROM (SELECT employer_id FROM reporting_servedfact"
    " WHERE tenant_id = %s AND employer_id > %s ORDER BY employer_id LIMIT %s) r"
)
_SCRATCH = (
    "CREATE TEMPORARY TABLE counting ON COMMIT DROP AS"
    " SELECT * FROM reporting_range_cells(%s, 0, 0, %s, %s) WITH NO DATA"
)
_COUNT_RANGE = "INSERT INTO counting SELECT * FROM reporting_range_cells(%s, %s, %s, %s, %s)"
_PUBLISH = """
INSERT INTO reporting_servedcell (tenant_id, measure, grain, start, region_id, area_id, agency_id, category,
                                  sector_id, standing, businesses, employers, records)
SELECT %s, measure, grain, make_date(start / 12, start %% 12 + 1, 1), region_id, area_id, agency_id, category,
       sector_id, standing, sum(businesses), sum(employers), sum(records)
  FROM counting GROUP BY measure, grain, start, region_id, area_id, agency_id, category, sector_id, standing
"""


def counts_lock(*, wait: bool = False) -> bool:
    """Be the only one who counts the tenant in force until the transaction ends; tell whether one is.

    Locks: an advisory lock of the tenant, released with the transaction. With `wait`, queue for it.
    Queries: 1.
    """
    function = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [LOCK_CLASS, current_tenant_id()])
        return cursor.fetchone()[0] is not False


def counting_grid(options: TenantProfile) -> tuple[int, int]:
    """The calendar the cells are counted on: first month of the program year, look-back in quarters."""
    return options.program_year_start_month, options.lookback_quarters


def cells_rebuild(options: TenantProfile) -> int:
    """Count all cells of the tenant in force from its facts; returns how many there are.

    A distinct count adds up over disjoint sets of employers, so they are counted in ranges of
    employers, in bounded memory, and added. The caller holds `counts_lock`. No statement timeout:
    one range is short, the publishing of all is not. Queries: 4, and 2 for each 20,000 facts.
    """
    tenant = current_tenant_id()
    month, quarters = counting_grid(options)
    after = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("DROP TABLE IF EXISTS pg_temp.counting")
        cursor.execute(_SCRATCH, [tenant, month, quarters * 3])
        while True:
            cursor.execute(_NEXT_RANGE, [tenant, after, _FACTS_PER_RANGE])
            upto = cursor.fetchone()[0]
            if upto is None:
                break
            cursor.execute(_COUNT_RANGE, [tenant, after, upto, month, quarters * 3])
            after = upto
        cursor.execute("DELETE FROM reporting_servedcell WHERE tenant_id = %s", [tenant])
        cursor.execute(_PUBLISH, [tenant])
        return cursor.rowcount
