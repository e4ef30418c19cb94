"""A rebuild counts a business's year at once: its months as the bits of one number.

A word has three lanes of 17 bits, one for each standing (new, returning, reactivated): bits 0-11 the
months of the program year, 12-15 its quarters, 16 the year. The words of a cut are grouped before
their bits are counted, since few of them differ: one contact in one month makes most of them.
"""

from django.db import migrations


def _lane(prev: str, start: str) -> str:
    """The lane of a period's standing, from the last month served before it (BR-33)."""
    return f"17 * CASE WHEN {prev} IS NULL THEN 0 WHEN {prev} >= {start} - lookback THEN 1 ELSE 2 END"


DIMENSIONS = ("region_id", "area_id", "agency_id", "category", "sector_id")
CUTS = [
    (), ("region_id",), ("area_id",), ("agency_id",), ("category",), ("sector_id",),
    ("region_id", "agency_id"), ("region_id", "category"), ("region_id", "sector_id"),
    ("area_id", "agency_id"), ("area_id", "category"), ("agency_id", "category"),
]  # fmt: skip
SETS = ", ".join(f"({', '.join(('employer_id', 'business_id', 'measure', 'year', *cut))})" for cut in CUTS)
RECORD_SETS = ", ".join(f"({', '.join(('measure', 'm', *cut))})" for cut in CUTS)
ALL_OR_ONE = ", ".join(f"coalesce({name}, 0) AS {name}" for name in DIMENSIONS)
CUT = ", ".join(DIMENSIONS)

RANGE = f"""
CREATE FUNCTION reporting_range_words(t int, after bigint, upto bigint, year_month int, lookback int)
RETURNS TABLE (measure smallint, year int, region_id bigint, area_id bigint, agency_id bigint, category int,
               sector_id bigint, word bigint, businesses int, employers int)
LANGUAGE sql STABLE SET jit = off AS $$
  WITH fact AS MATERIALIZED (
    SELECT employer_id, business_id, measure, {CUT}, m - i AS year, i
      FROM reporting_servedfact
     CROSS JOIN LATERAL (SELECT (extract(year FROM month) * 12 + extract(month FROM month) - 1)::int AS m) a
     CROSS JOIN LATERAL (SELECT (m - year_month + 1) % 12 AS i) b
     WHERE tenant_id = t AND employer_id > after AND employer_id <= upto),
  served AS (
    SELECT business_id, year, i, m, lag(m) OVER (PARTITION BY business_id ORDER BY m) AS prev
      FROM (SELECT DISTINCT business_id, year, i, year + i AS m FROM fact WHERE measure = 1) d),
  standing AS (
    SELECT business_id, year, bit_or(
             1::bigint << (i + {_lane("prev", "m")})
             | CASE WHEN prev >= m - i % 3 THEN 0 ELSE 1::bigint << (12 + i / 3 + {_lane("prev", "m - i % 3")}) END
             | CASE WHEN prev >= year THEN 0 ELSE 1::bigint << (16 + {_lane("prev", "year")}) END) AS lanes
      FROM served GROUP BY business_id, year),
  cut AS (
    SELECT employer_id, business_id, measure, year, {ALL_OR_ONE}, bit_or(1 << i) AS k
      FROM fact GROUP BY GROUPING SETS ({SETS})),
  worded AS (
    SELECT employer_id, measure, year, {CUT},
           (CASE measure WHEN 1 THEN lanes ELSE 131071 END) & (p | (p << 17) | (p << 34)) AS word
      FROM cut LEFT JOIN standing USING (business_id, year)
     CROSS JOIN LATERAL (SELECT (k + 4096 * (k & 7 <> 0)::int + 8192 * (k & 56 <> 0)::int
                                   + 16384 * (k & 448 <> 0)::int + 32768 * (k & 3584 <> 0)::int + 65536)::bigint AS p) bits),
  many AS MATERIALIZED (SELECT employer_id FROM fact GROUP BY 1 HAVING min(business_id) <> max(business_id))
  SELECT measure, year, {CUT}, word, sum(b)::int, sum(e)::int FROM (
    -- an employer with one location is counted with it; of several, its locations' words are joined first
    SELECT measure, year, {CUT}, word, 1 AS b, (many.employer_id IS NULL)::int AS e
      FROM worded LEFT JOIN many USING (employer_id)
    UNION ALL
    SELECT measure, year, {CUT}, bit_or(word), 0, 1
      FROM worded JOIN many USING (employer_id) GROUP BY employer_id, measure, year, {CUT}) counted
   GROUP BY measure, year, {CUT}, word
$$;

CREATE FUNCTION reporting_records(t int)
RETURNS TABLE (measure smallint, m int, region_id bigint, area_id bigint, agency_id bigint, category int,
               sector_id bigint, records bigint)
LANGUAGE sql STABLE SET jit = off AS $$
  SELECT measure, m, {ALL_OR_ONE}, sum(records)
    FROM (SELECT measure, (extract(year FROM month) * 12 + extract(month FROM month) - 1)::int AS m, {CUT},
                 sum(records) AS records
            FROM reporting_servedfact WHERE tenant_id = t GROUP BY 1, 2, {CUT}) f
   GROUP BY GROUPING SETS ({RECORD_SETS})
$$;
"""
DROP = """
DROP FUNCTION reporting_range_words(int, bigint, bigint, int, int);
DROP FUNCTION reporting_records(int);
"""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0002_counting")]

    operations = [
        migrations.RunSQL(RANGE, DROP),
        migrations.RunSQL("DROP FUNCTION reporting_range_cells(int, bigint, bigint, int, int)", migrations.RunSQL.noop),
    ]
