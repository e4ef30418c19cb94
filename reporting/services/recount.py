"""An independent count of every published cell, straight from the services: the proof, not the product.

It shares nothing with the ledger's arithmetic: periods are compared with the services' own days
instead of months, and each cell is a plain COUNT(DISTINCT).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from bizworks.directory.selectors import profile
from bizworks.tenancy.context import current_tenant_id
from reporting.constants import ALL, NONE, Grain, Measure, Standing
from reporting.models import CountMark, CountState
from reporting.selectors.periods import MONTHS_IN, add_months, calendar, in_words
from reporting.services.cells import counts_lock
from reporting.services.drain import counts_drain

# What counts (BR-18, BR-20, BR-37): one row a record, with its first and last day (BR-19).
_RECORDS = """
CREATE TEMPORARY TABLE recount_record ON COMMIT DROP AS
SELECT 1 AS measure, s.business_id, b.employer_id, s.started_on AS first_day,
       CASE WHEN s.ended_on < %(today)s THEN s.ended_on ELSE %(today)s END AS last_day,
       coalesce(s.region_id, -1) AS region_id, coalesce(s.area_id, -1) AS area_id, s.agency_id,
       coalesce(c.position, -1) AS category, coalesce(b.sector_id, -1) AS sector_id
  FROM interactions_servicedelivered s
  JOIN businesses_business b ON b.tenant_id = s.tenant_id AND b.id = s.business_id
  JOIN directory_serviceitem i ON i.tenant_id = s.tenant_id AND i.id = s.item_id
  LEFT JOIN reference_federalcategory c ON c.code = i.federal_category_id
 WHERE s.tenant_id = %(tenant)s AND s.voided_at IS NULL AND i.is_counted
   AND s.status IN ('in_progress', 'completed') AND s.started_on <= %(today)s
   AND (s.assisted = 'staff' OR %(self_service)s)
UNION ALL
SELECT 2, j.business_id, b.employer_id, x.occurred_on, x.occurred_on, coalesce(s.region_id, -1),
       coalesce(s.area_id, -1), coalesce(s.agency_id, x.agency_id), coalesce(c.position, -1), coalesce(b.sector_id, -1)
  FROM interactions_orientationjudgement j
  JOIN businesses_business b ON b.tenant_id = j.tenant_id AND b.id = j.business_id
  JOIN interactions_interaction x ON x.tenant_id = j.tenant_id AND x.id = j.interaction_id
  LEFT JOIN interactions_servicedelivered s ON s.tenant_id = j.tenant_id AND s.id = j.service_id
  LEFT JOIN directory_serviceitem i ON i.tenant_id = s.tenant_id AND i.id = s.item_id
  LEFT JOIN reference_federalcategory c ON c.code = i.federal_category_id
 WHERE j.tenant_id = %(tenant)s AND j.outcome = 'qualifying' AND x.voided_at IS NULL
   AND s.voided_at IS NULL AND x.occurred_on <= %(today)s
"""
_PREPARE = """
CREATE INDEX ON recount_record (business_id, first_day);
ANALYZE recount_record;
CREATE TEMPORARY TABLE recount_period (start date, finish date, lookback date) ON COMMIT DROP;
CREATE TEMPORARY TABLE recount_cell (measure int, start date, region_id bigint, area_id bigint, agency_id bigint,
  category int, sector_id bigint, standing int, businesses bigint, employers bigint, records bigint) ON COMMIT DROP
"""
# Who is served in which period, and what the business was before it (BR-33); then one distinct count a cell.
_COUNT = """
INSERT INTO recount_cell
WITH present AS (
  SELECT r.*, p.start, r.first_day BETWEEN p.start AND p.finish AS is_started,
         CASE WHEN r.measure = 2 THEN NULL
              WHEN NOT EXISTS (SELECT FROM recount_record h WHERE h.measure = 1 AND h.business_id = r.business_id
                                  AND h.first_day < p.start) THEN 1
              WHEN EXISTS (SELECT FROM recount_record h WHERE h.measure = 1 AND h.business_id = r.business_id
                              AND h.first_day < p.start AND h.last_day >= p.lookback) THEN 2
              ELSE 3 END AS standing
    FROM recount_period p JOIN recount_record r ON r.first_day <= p.finish AND r.last_day >= p.start)
SELECT measure, start,
       CASE grouping(region_id) WHEN 0 THEN region_id ELSE 0 END, CASE grouping(area_id) WHEN 0 THEN area_id ELSE 0 END,
       CASE grouping(agency_id) WHEN 0 THEN agency_id ELSE 0 END, CASE grouping(category) WHEN 0 THEN category ELSE 0 END,
       CASE grouping(sector_id) WHEN 0 THEN sector_id ELSE 0 END, coalesce(standing, 0),
       count(DISTINCT business_id), count(DISTINCT employer_id),
       CASE grouping(standing) WHEN 1 THEN count(*) FILTER (WHERE is_started) ELSE 0 END
  FROM present
 GROUP BY measure, start, GROUPING SETS ((), (standing)),
       GROUPING SETS ((), (region_id), (area_id), (agency_id), (category), (sector_id), (region_id, agency_id),
                      (region_id, category), (region_id, sector_id), (area_id, agency_id), (area_id, category),
                      (agency_id, category))
HAVING grouping(standing) = 1 OR standing IS NOT NULL
"""
_COMPARE = """
SELECT measure, start, region_id, area_id, agency_id, category, sector_id, standing,
       coalesce(p.businesses, 0), coalesce(p.employers, 0), coalesce(p.records, 0),
       coalesce(r.businesses, 0), coalesce(r.employers, 0), coalesce(r.records, 0)
  FROM (SELECT * FROM reporting_servedcell WHERE tenant_id = %s AND grain = %s) p
  FULL JOIN recount_cell r USING (measure, start, region_id, area_id, agency_id, category, sector_id, standing)
 WHERE (p.businesses, p.employers, p.records) IS DISTINCT FROM (r.businesses, r.employers, r.records)
 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
"""


@dataclass(frozen=True)
class Difference:
    """A cell whose published figures (businesses, employers, records) are not the counted ones."""

    cell: str
    published: tuple[int, int, int]
    counted: tuple[int, int, int]


@dataclass(frozen=True)
class Recounted:
    """What a recount found; `waiting` changes came in while it counted and may explain differences."""

    cells: int
    differences: tuple[Difference, ...]
    waiting: int


def counts_recount() -> Recounted:
    """Compare every published cell of the tenant in force with a count of the services themselves.

    Drains what waits first, and holds `counts_lock` until the caller's transaction ends, so that the
    cells stand still; the services need not. Grows with services times periods: a proof for
    administrators, not for pages. Errors: TenantProfile.DoesNotExist for a tenant never set up.
    """
    counts_lock(wait=True)
    while counts_drain().marks:
        pass
    options, tenant = profile(), current_tenant_id()
    today = CountState.objects.get().advanced_through
    parameters = {"tenant": tenant, "today": today, "self_service": options.counts_self_service}
    differences: list[Difference] = []
    cells = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("DROP TABLE IF EXISTS recount_record, recount_period, recount_cell")
        cursor.execute(_RECORDS, parameters)
        cursor.execute(_PREPARE)
        cursor.execute("SELECT min(first_day) FROM recount_record")
        first = cursor.fetchone()[0] or today
        for grain in Grain:
            cursor.execute("TRUNCATE recount_period, recount_cell")
            cursor.executemany("INSERT INTO recount_period VALUES (%s, %s, %s)", list(_periods(grain, first, today)))
            cursor.execute(_COUNT)
            cells += cursor.rowcount
            cursor.execute(_COMPARE, [tenant, grain])
            differences += [_difference(grain, row) for row in cursor.fetchall()]
    return Recounted(cells, tuple(differences), CountMark.objects.count())


def _periods(grain: Grain, first: date, today: date) -> Iterator[tuple[date, date, date]]:
    """Start, last day and start of the look-back of every period from the first record's to today's."""
    times = calendar(today=today)
    start = times.period(grain, first).start
    while start <= today:
        following = add_months(start, MONTHS_IN[grain])
        yield start, following - timedelta(days=1), add_months(start, -3 * times.lookback_quarters)
        start = following


def _difference(grain: Grain, row: tuple) -> Difference:
    measure, start, *dimensions, standing = row[:8]
    names = ("region", "area", "agency", "category", "sector")
    words = [Measure(measure).label, f"{grain.label.lower()} from {in_words(start)}"]
    words += [
        f"{name} {'none' if value == NONE else value}"
        for name, value in zip(names, dimensions, strict=True)
        if value != ALL
    ]
    words += [Standing(standing).label.lower()] if standing else []
    return Difference(", ".join(words), tuple(row[8:11]), tuple(row[11:14]))
