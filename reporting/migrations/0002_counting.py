"""Marks, facts and cells: the database's part of counting (ADR 0003).

Marks are appended by triggers, so that no way of writing can forget them. Facts and cells are
computed by functions that run with the caller's rights, under row-level security.
"""

from django.db import migrations, models
from django.db.models import F, Q

# --- marks: in the writer's own transaction; a subject of many businesses is opened when drained

MARKS = """
CREATE FUNCTION reporting_mark_business() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN  -- tables with a business_id: services, judgements
  IF TG_OP = 'INSERT' THEN
    INSERT INTO reporting_countmark (tenant_id, subject, subject_id)
    SELECT DISTINCT tenant_id, 1, business_id FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO reporting_countmark (tenant_id, subject, subject_id)
    SELECT DISTINCT tenant_id, 1, business_id FROM old_rows;
  ELSE
    INSERT INTO reporting_countmark (tenant_id, subject, subject_id)
    SELECT tenant_id, 1, business_id FROM old_rows UNION SELECT tenant_id, 1, business_id FROM new_rows;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION reporting_mark_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN  -- businesses: another employer or sector
  INSERT INTO reporting_countmark (tenant_id, subject, subject_id)
  SELECT n.tenant_id, 1, n.id FROM new_rows n JOIN old_rows o USING (tenant_id, id)
   WHERE (n.employer_id, n.sector_id) IS DISTINCT FROM (o.employer_id, o.sector_id);
  RETURN NULL;
END $$;

CREATE FUNCTION reporting_mark_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN  -- catalogue: what counts, and as what
  INSERT INTO reporting_countmark (tenant_id, subject, subject_id)
  SELECT n.tenant_id, 2, n.id FROM new_rows n JOIN old_rows o USING (tenant_id, id)
   WHERE (n.is_counted, n.federal_category_id) IS DISTINCT FROM (o.is_counted, o.federal_category_id);
  RETURN NULL;
END $$;

CREATE FUNCTION reporting_mark_interaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN  -- interactions: what an orientation takes from its interaction
  INSERT INTO reporting_countmark (tenant_id, subject, subject_id)
  SELECT n.tenant_id, 3, n.id FROM new_rows n JOIN old_rows o USING (tenant_id, id)
   WHERE (n.occurred_on, n.agency_id, n.voided_at IS NULL)
         IS DISTINCT FROM (o.occurred_on, o.agency_id, o.voided_at IS NULL);
  RETURN NULL;
END $$;

CREATE FUNCTION reporting_mark_profile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN  -- the tenant's counting options and calendar
  INSERT INTO reporting_countmark (tenant_id, subject, subject_id)
  SELECT n.tenant_id, 4, n.id FROM new_rows n JOIN old_rows o USING (tenant_id, id)
   WHERE (n.counts_self_service, n.program_year_start_month, n.lookback_quarters, n.time_zone)
         IS DISTINCT FROM (o.counts_self_service, o.program_year_start_month, o.lookback_quarters, o.time_zone);
  RETURN NULL;
END $$;
"""
REFERENCING = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}
TRIGGERS = [
    ("interactions_servicedelivered", "business", ("INSERT", "UPDATE", "DELETE")),
    ("interactions_orientationjudgement", "business", ("INSERT", "UPDATE", "DELETE")),
    ("businesses_business", "moved", ("UPDATE",)),
    ("directory_serviceitem", "item", ("UPDATE",)),
    ("interactions_interaction", "interaction", ("UPDATE",)),
    ("directory_tenantprofile", "profile", ("UPDATE",)),
]
CREATE_TRIGGERS = "\n".join(
    f"CREATE TRIGGER count_mark_{event.lower()} AFTER {event} ON {table} REFERENCING {REFERENCING[event]}"
    f" FOR EACH STATEMENT EXECUTE FUNCTION reporting_mark_{function}();"
    for table, function, events in TRIGGERS
    for event in events
)
DROP_TRIGGERS = "\n".join(
    f"DROP TRIGGER count_mark_{event.lower()} ON {table};" for table, _, events in TRIGGERS for event in events
)
DROP_MARKS = "\n".join(f"DROP FUNCTION reporting_mark_{name}();" for name in sorted({t[1] for t in TRIGGERS}))

# --- facts: what the source says of some businesses, as of a local date (BR-18, BR-19, BR-20)

FACT_SOURCE = """
CREATE FUNCTION reporting_fact_source(t int, ids bigint[], today date)
RETURNS TABLE (business_id bigint, employer_id bigint, month date, measure smallint, region_id bigint,
               area_id bigint, agency_id bigint, category smallint, sector_id bigint, records int)
LANGUAGE sql STABLE AS $$
  SELECT b.id, b.employer_id, d.month, d.measure, d.region_id, d.area_id, d.agency_id, d.category,
         coalesce(b.sector_id, -1), sum(d.started)::int
    FROM unnest(ids) AS u (id)
   CROSS JOIN LATERAL (SELECT id, employer_id, sector_id FROM businesses_business x
                        WHERE x.tenant_id = t AND x.id = u.id OFFSET 0) b
   CROSS JOIN LATERAL (
     -- served: every month a counted service overlaps; it is a record of the month it started in
     SELECT 1::smallint AS measure, m.month::date AS month, coalesce(s.region_id, -1) AS region_id,
            coalesce(s.area_id, -1) AS area_id, s.agency_id, coalesce(c.position, -1)::smallint AS category,
            (m.month <= s.started_on)::int AS started
       FROM interactions_servicedelivered s
       JOIN directory_serviceitem i ON i.tenant_id = t AND i.id = s.item_id AND i.is_counted
       JOIN directory_tenantprofile p ON p.tenant_id = t AND (s.assisted = 'staff' OR p.counts_self_service)
       LEFT JOIN reference_federalcategory c ON c.code = i.federal_category_id
      CROSS JOIN LATERAL generate_series(
              date_trunc('month', s.started_on::timestamp),
              least(coalesce(s.ended_on, today), today)::timestamp, interval '1 month') AS m (month)
      WHERE s.tenant_id = t AND s.business_id = b.id AND s.voided_at IS NULL
        AND s.status IN ('in_progress', 'completed') AND s.started_on <= today
     UNION ALL
     -- oriented: the month of a qualifying orientation, in the dimensions of its service
     SELECT 2::smallint, date_trunc('month', x.occurred_on::timestamp)::date, coalesce(s.region_id, -1),
            coalesce(s.area_id, -1), coalesce(s.agency_id, x.agency_id), coalesce(c.position, -1)::smallint, 1
       FROM interactions_orientationjudgement j
       JOIN interactions_interaction x ON x.tenant_id = t AND x.id = j.interaction_id
       LEFT JOIN interactions_servicedelivered s ON s.tenant_id = t AND s.id = j.service_id
       LEFT JOIN directory_serviceitem i ON i.tenant_id = t AND i.id = s.item_id
       LEFT JOIN reference_federalcategory c ON c.code = i.federal_category_id
      WHERE j.tenant_id = t AND j.business_id = b.id AND j.outcome = 'qualifying'
        AND x.voided_at IS NULL AND s.voided_at IS NULL AND x.occurred_on <= today
   ) d
   GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
$$;
"""

# --- cells: months are numbers here, year * 12 + month - 1, so that periods are plain arithmetic

MONTH_NUMBER = "(extract(year FROM {0}) * 12 + extract(month FROM {0}) - 1)::int"

# Facts with the starts of their periods and what the business was before each (BR-33): 1 new, 2 returning,
# 3 reactivated, from its whole history; 4 where that is not asked (orientations).
PERIODS = """
    SELECT o, n, employer_id, business_id, measure, region_id, area_id, agency_id, category, sector_id, records,
           m_start, q_start, y_start, {standing}
      FROM (
        SELECT f.*, y_start, q_start,
               max(m_start) FILTER (WHERE measure = 1) OVER (PARTITION BY o, n, business_id ORDER BY m_start
                 GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS m_before,
               max(m_start) FILTER (WHERE measure = 1) OVER (PARTITION BY o, n, business_id ORDER BY q_start
                 GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS q_before,
               max(m_start) FILTER (WHERE measure = 1) OVER (PARTITION BY o, n, business_id ORDER BY y_start
                 GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS y_before
          FROM sided f
         CROSS JOIN LATERAL (SELECT m_start - (m_start - year_month + 1) % 12 AS y_start,
                                    m_start - (m_start - year_month + 1) % 3 AS q_start) p) w
""".format(
    standing=", ".join(
        f"CASE WHEN measure <> 1 THEN 4 WHEN {g}_before IS NULL THEN 1"
        f" WHEN {g}_before >= {g}_start - lookback THEN 2 ELSE 3 END AS {g}_standing"
        for g in "mqy"
    )
)

# Each fact in every grain and cut, then one row a business and cell, one an employer and cell, one a cell.
# o and n: whether a row is part of the old and of the new state; what is part of both adds nothing.
STANDINGS = (1, 2, 3)
CELLS = f"""
    SELECT measure, grain, start, region_id, area_id, agency_id, category, sector_id, st.standing::smallint,
           st.businesses::int, st.employers::int, st.records::int
      FROM (
        SELECT measure, grain, start, region_id, area_id, agency_id, category, sector_id, sum(records) AS r,
               sum(b0) AS b0, sum(e0) AS e0, {", ".join(f"sum(b{k}) AS b{k}, sum(e{k}) AS e{k}" for k in STANDINGS)}
          FROM (
            SELECT measure, grain, start, region_id, area_id, agency_id, category, sector_id, sum(records) AS records,
                   sum((n > 0)::int - (o > 0)::int) AS b0, max((n > 0)::int) - max((o > 0)::int) AS e0,
                   {", ".join(f"sum((n = {k})::int - (o = {k})::int) AS b{k}" for k in STANDINGS)},
                   {", ".join(f"max((n = {k})::int) - max((o = {k})::int) AS e{k}" for k in STANDINGS)}
              FROM (
                SELECT employer_id, business_id, measure, grain, start, region_id * k.r AS region_id,
                       area_id * k.a AS area_id, agency_id * k.g AS agency_id, (category * k.c)::smallint AS category,
                       sector_id * k.s AS sector_id, max(o * standing) AS o, max(n * standing) AS n,
                       sum(records * (n - o)) AS records
                  FROM period
                 CROSS JOIN LATERAL (VALUES ('m', m_start, m_standing), ('q', q_start, q_standing),
                                            ('y', y_start, y_standing)) AS p (grain, start, standing)
                 CROSS JOIN (VALUES (0,0,0,0,0), (1,0,0,0,0), (0,1,0,0,0), (0,0,1,0,0), (0,0,0,1,0), (0,0,0,0,1),
                                    (1,0,1,0,0), (1,0,0,1,0), (1,0,0,0,1), (0,1,1,0,0), (0,1,0,1,0), (0,0,1,1,0))
                            AS k (r, a, g, c, s)
                 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10) by_business
             GROUP BY employer_id, 1, 2, 3, 4, 5, 6, 7, 8) by_employer
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8) c
     CROSS JOIN LATERAL (VALUES (0, b0, e0, r), (1, b1, e1, 0), (2, b2, e2, 0), (3, b3, e3, 0))
                         AS st (standing, businesses, employers, records)
     WHERE (st.businesses, st.employers, st.records) <> (0, 0, 0)
"""
FACT = "business_id, employer_id, month, measure, region_id, area_id, agency_id, category, sector_id, records"
FACT_KEY = "business_id, month, measure, region_id, area_id, agency_id, category, sector_id"
CELL_KEY = "measure, grain, start, region_id, area_id, agency_id, category, sector_id, standing"

# Every read of a stored table is a look-up by its key, one row of ours at a time (LATERAL, OFFSET 0, no
# sequential scan): the cost of a change must not hang on the table's size, nor on statistics of yesterday.
APPLY = f"""
CREATE FUNCTION reporting_apply(t int, ids bigint[], today date, year_month int, lookback int) RETURNS int
LANGUAGE plpgsql SET jit = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE touched int;
BEGIN
  WITH fresh AS MATERIALIZED (SELECT * FROM reporting_fact_source(t, ids, today)),
  held AS MATERIALIZED (
    SELECT h.* FROM unnest(ids) AS u (id) CROSS JOIN LATERAL (
      SELECT {FACT}, ctid AS place FROM reporting_servedfact WHERE tenant_id = t AND business_id = u.id OFFSET 0) h),
  differing AS MATERIALIZED (
    SELECT {FACT_KEY}, place, h.employer_id AS employer_before, f.employer_id, f.records
      FROM held h FULL JOIN fresh f USING ({FACT_KEY})
     WHERE (h.employer_id, h.records) IS DISTINCT FROM (f.employer_id, f.records)),
  -- Employers in question, from the program year of their first change on: earlier periods stay,
  -- later ones may change their standing.
  reach AS MATERIALIZED (
    SELECT employer_id, min(m) - (min(m) - year_month + 1) % 12 AS since
      FROM (SELECT employer_before AS employer_id, {MONTH_NUMBER.format("month")} AS m FROM differing
            UNION ALL SELECT employer_id, {MONTH_NUMBER.format("month")} FROM differing) d
     WHERE employer_id IS NOT NULL GROUP BY 1),
  -- Their businesses before and after; the ones not in this batch are the same before and after.
  sided AS (
    SELECT f.*, {MONTH_NUMBER.format("month")} AS m_start FROM (
      SELECT 1 AS o, 0 AS n, {FACT} FROM held UNION ALL
      SELECT 0, 1, {FACT} FROM fresh UNION ALL
      SELECT 1, 1, s.* FROM reach e CROSS JOIN LATERAL (
        SELECT {FACT} FROM reporting_servedfact x WHERE tenant_id = t AND x.employer_id = e.employer_id OFFSET 0) s
       WHERE business_id <> ALL (ids)) f
     WHERE employer_id IN (SELECT employer_id FROM reach)),
  period AS (SELECT p.* FROM ({PERIODS}) p JOIN reach USING (employer_id) WHERE m_start >= since),
  change AS MATERIALIZED (  -- first, because under row-level security only plain columns reach an index
    SELECT {CELL_KEY.replace("start", "make_date(start / 12, start % 12 + 1, 1) AS start")},
           businesses, employers, records FROM ({CELLS}) c),
  total AS MATERIALIZED (
    SELECT {CELL_KEY}, place, x.businesses + coalesce(c.businesses, 0) AS businesses,
           x.employers + coalesce(c.employers, 0) AS employers, x.records + coalesce(c.records, 0) AS records
      FROM change x LEFT JOIN LATERAL (
        SELECT ctid AS place, y.businesses, y.employers, y.records FROM reporting_servedcell y
         WHERE tenant_id = t AND (y.measure, y.grain, y.start, y.region_id, y.area_id, y.agency_id, y.category,
               y.sector_id, y.standing) = (x.measure, x.grain, x.start, x.region_id, x.area_id, x.agency_id,
               x.category, x.sector_id, x.standing) OFFSET 0) c ON true),
  emptied AS (
    DELETE FROM reporting_servedcell
     WHERE ctid = ANY (ARRAY (SELECT place FROM total WHERE businesses = 0)) AND tenant_id = t),
  published AS (
    INSERT INTO reporting_servedcell (tenant_id, {CELL_KEY}, businesses, employers, records)
    SELECT t, {CELL_KEY}, businesses, employers, records FROM total WHERE businesses <> 0
    ON CONFLICT (tenant_id, {CELL_KEY}) DO UPDATE
       SET businesses = excluded.businesses, employers = excluded.employers, records = excluded.records),
  forgotten AS (
    DELETE FROM reporting_servedfact
     WHERE ctid = ANY (ARRAY (SELECT place FROM differing WHERE employer_id IS NULL)) AND tenant_id = t),
  kept AS (
    INSERT INTO reporting_servedfact (tenant_id, {FACT})
    SELECT t, {FACT} FROM differing WHERE employer_id IS NOT NULL
    ON CONFLICT (tenant_id, {FACT_KEY}) DO UPDATE SET employer_id = excluded.employer_id, records = excluded.records)
  SELECT count(*) INTO touched FROM total;
  RETURN touched;
END $$;
"""

# The cells of the employers in (after, upto], from facts alone: what a rebuild adds up, range by range.
RANGE = f"""
CREATE FUNCTION reporting_range_cells(t int, after bigint, upto bigint, year_month int, lookback int)
RETURNS TABLE (measure smallint, grain text, start int, region_id bigint, area_id bigint, agency_id bigint,
               category smallint, sector_id bigint, standing smallint, businesses int, employers int, records int)
LANGUAGE sql STABLE AS $$
  WITH sided AS (
    SELECT 0 AS o, 1 AS n, {FACT}, {MONTH_NUMBER.format("month")} AS m_start
      FROM reporting_servedfact WHERE tenant_id = t AND employer_id > after AND employer_id <= upto),
  period AS ({PERIODS})
  SELECT * FROM ({CELLS}) c
$$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION reporting_apply(int, bigint[], date, int, int);
DROP FUNCTION reporting_range_cells(int, bigint, bigint, int, int);
DROP FUNCTION reporting_fact_source(int, bigint[], date);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0001_initial"),
        ("interactions", "0001_initial"),
        ("businesses", "0001_initial"),
        ("directory", "0001_initial"),
        ("reference", "0001_initial"),
    ]

    operations = [
        migrations.RenameField("CountMark", "business_id", "subject_id"),
        migrations.AddField(
            "CountMark",
            "subject",
            models.SmallIntegerField(
                choices=[(1, "Business"), (2, "Service item"), (3, "Interaction"), (4, "Counting options")], default=1
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "CountState",
            "year_start_month",
            models.SmallIntegerField(default=7, help_text="First month of the program year in the cells."),
            preserve_default=False,
        ),
        migrations.AddField(
            "CountState",
            "lookback_quarters",
            models.SmallIntegerField(default=12, help_text="Length of the look-back in the cells."),
            preserve_default=False,
        ),
        migrations.AddIndex("ServedFact", models.Index(fields=["tenant", "employer_id"], name="fact_employer")),
        migrations.AddConstraint(
            "ServedCell",
            models.CheckConstraint(
                condition=Q(employers__gte=1, businesses__gte=F("employers"), records__gte=0), name="cell_is_possible"
            ),
        ),
        migrations.RunSQL(MARKS, DROP_MARKS),
        migrations.RunSQL(CREATE_TRIGGERS, DROP_TRIGGERS),
        migrations.RunSQL(FACT_SOURCE + APPLY + RANGE, DROP_FUNCTIONS),
    ]
