"""Counting every published cell of a tenant anew, from its facts alone."""

from django.db import connection

from bizworks.directory.models import TenantProfile
from bizworks.tenancy.context import current_tenant_id

LOCK_CLASS = 7411
"""First key of the advisory lock "one counts this tenant"; the second is the tenant."""

_FACTS_PER_RANGE = 100_000
_NEXT_RANGE = (
    "SELECT max(employer_id) FROM (SELECT employer_id FROM reporting_servedfact"
    " WHERE tenant_id = %s AND employer_id > %s ORDER BY employer_id LIMIT %s) r"
)
_SCRATCH = (
    "CREATE TEMPORARY TABLE counting ON COMMIT DROP AS"
    " SELECT * FROM reporting_range_words(%s, 0, 0, %s, %s) WITH NO DATA"
)
_COUNT_RANGE = "INSERT INTO counting SELECT * FROM reporting_range_words(%s, %s, %s, %s, %s)"
_PERIODS = (
    *((month, "m", month) for month in range(12)),
    *((12 + quarter, "q", 3 * quarter) for quarter in range(4)),
    (16, "y", 0),
)
"""Bit of a word, grain, months after the start of the program year."""
_CUT = "region_id, area_id, agency_id, category, sector_id"
_STANDINGS = (1, 2, 3)
_LANES = ", ".join(
    f"sum({what}) FILTER (WHERE (word >> {17 * (k - 1)} + bit) & 1 = 1) AS {what}_{k}"
    for k in _STANDINGS
    for what in ("businesses", "employers")
)
_PUBLISH = f"""
INSERT INTO reporting_servedcell (tenant_id, measure, grain, start, {_CUT}, standing, businesses, employers, records)
SELECT %(tenant)s, measure, grain, make_date(start / 12, start %% 12 + 1, 1), {_CUT}, standing,
       sum(businesses), sum(employers), sum(records)
  FROM (
    SELECT measure, grain, start, {_CUT}, st.standing, st.businesses, st.employers, 0 AS records
      FROM (SELECT measure, grain, year + later AS start, {_CUT}, sum(businesses) AS businesses_0,
                   sum(employers) AS employers_0, {_LANES}
              FROM counting
              JOIN (VALUES {", ".join(map(str, _PERIODS))}) AS p (bit, grain, later)
                ON ((word | (word >> 17) | (word >> 34)) >> bit) & 1 = 1
             GROUP BY 1, 2, 3, {_CUT}) w
     CROSS JOIN LATERAL (VALUES {", ".join(f"({k}, businesses_{k}, employers_{k})" for k in (0, *_STANDINGS))})
                     AS st (standing, businesses, employers)
     WHERE st.businesses > 0 AND (measure = 1 OR st.standing = 0)
    UNION ALL
    SELECT measure, grain, m - CASE grain WHEN 'm' THEN 0 WHEN 'q' THEN i %% 3 ELSE i END, {_CUT}, 0, 0, 0, records
      FROM reporting_records(%(tenant)s)
     CROSS JOIN LATERAL (SELECT (m - %(month)s + 1) %% 12 AS i) at
     CROSS JOIN (VALUES ('m'), ('q'), ('y')) AS g (grain)) c
 GROUP BY measure, grain, start, {_CUT}, standing
"""  # noqa: S608  the names are the constants above


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
    employers, in bounded memory, and added. A business's program year is one word: a bit for each
    month, quarter and the year, in a lane for its standing (see the migration of
    `reporting_range_words`); equal words are counted together. The caller holds `counts_lock`. No
    statement timeout. Queries: 6, and 2 for each 100,000 facts.
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
        cursor.execute("SET LOCAL enable_sort = off")  # the planner expects few groups; hashing many beats sorting them
        cursor.execute(_PUBLISH, {"tenant": tenant, "month": month})
        cells = cursor.rowcount
        cursor.execute("SET LOCAL enable_sort = on")
        return cells
