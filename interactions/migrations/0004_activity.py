"""Last contact and last service of each business, kept by triggers so that no way of writing can forget them.

New rows only raise a date: the newer of two wins, in whatever order they commit. Everything else
locks the business's row, and then reads afresh what is left.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION interactions_activity_refresh(t int, ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO businesses_businessactivity (tenant_id, business_id)
  SELECT t, u.id FROM unnest(ids) AS u (id) ORDER BY 2 ON CONFLICT DO NOTHING;
  PERFORM 1 FROM businesses_businessactivity WHERE tenant_id = t AND business_id = ANY(ids) ORDER BY business_id FOR UPDATE;
  UPDATE businesses_businessactivity a
     SET last_contact_on = (SELECT max(i.occurred_on) FROM interactions_interactionbusiness p
                              JOIN interactions_interaction i ON i.tenant_id = t AND i.id = p.interaction_id
                             WHERE p.tenant_id = t AND p.business_id = a.business_id
                               AND i.voided_at IS NULL AND i.visibility <> 'restricted'),
         last_service_on = (SELECT max(s.started_on) FROM interactions_servicedelivered s
                             WHERE s.tenant_id = t AND s.business_id = a.business_id AND s.voided_at IS NULL
                               AND s.visibility <> 'restricted' AND s.status IN ('in_progress', 'completed'))
   WHERE a.tenant_id = t AND a.business_id = ANY(ids);
END $$;

CREATE FUNCTION interactions_activity_met() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN  -- businesses added to interactions
  INSERT INTO businesses_businessactivity AS a (tenant_id, business_id, last_contact_on)
  SELECT n.tenant_id, n.business_id, max(i.occurred_on) FROM new_rows n
    JOIN interactions_interaction i ON i.tenant_id = n.tenant_id AND i.id = n.interaction_id
   WHERE i.voided_at IS NULL AND i.visibility <> 'restricted' GROUP BY 1, 2 ORDER BY 2
  ON CONFLICT (tenant_id, business_id) DO UPDATE SET last_contact_on = greatest(a.last_contact_on, excluded.last_contact_on)
   WHERE a.last_contact_on IS NULL OR a.last_contact_on < excluded.last_contact_on;
  RETURN NULL;
END $$;

CREATE FUNCTION interactions_activity_served() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN  -- new services
  INSERT INTO businesses_businessactivity AS a (tenant_id, business_id, last_service_on)
  SELECT n.tenant_id, n.business_id, max(n.started_on) FROM new_rows n
   WHERE n.voided_at IS NULL AND n.visibility <> 'restricted' AND n.status IN ('in_progress', 'completed')
   GROUP BY 1, 2 ORDER BY 2
  ON CONFLICT (tenant_id, business_id) DO UPDATE SET last_service_on = greatest(a.last_service_on, excluded.last_service_on)
   WHERE a.last_service_on IS NULL OR a.last_service_on < excluded.last_service_on;
  RETURN NULL;
END $$;

CREATE FUNCTION interactions_activity_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE t int; ids bigint[];
BEGIN  -- participations and services that changed or went: both their old and new businesses
  IF TG_OP = 'DELETE' THEN
    FOR t, ids IN SELECT tenant_id, array_agg(DISTINCT business_id) FROM old_rows GROUP BY 1 LOOP
      PERFORM interactions_activity_refresh(t, ids);
    END LOOP;
  ELSE
    FOR t, ids IN SELECT tenant_id, array_agg(DISTINCT business_id)
                    FROM (SELECT tenant_id, business_id FROM old_rows UNION SELECT tenant_id, business_id FROM new_rows) x
                   GROUP BY 1 LOOP
      PERFORM interactions_activity_refresh(t, ids);
    END LOOP;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION interactions_activity_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE t int; ids bigint[];
BEGIN  -- interactions: another day, voided, or another visibility
  FOR t, ids IN SELECT n.tenant_id, array_agg(DISTINCT p.business_id) FROM new_rows n
                  JOIN old_rows o ON o.tenant_id = n.tenant_id AND o.id = n.id
                  JOIN interactions_interactionbusiness p ON p.tenant_id = n.tenant_id AND p.interaction_id = n.id
                 WHERE (n.occurred_on, n.voided_at IS NULL, n.visibility)
                       IS DISTINCT FROM (o.occurred_on, o.voided_at IS NULL, o.visibility)
                 GROUP BY 1 LOOP
    PERFORM interactions_activity_refresh(t, ids);
  END LOOP;
  RETURN NULL;
END $$;
"""
REFERENCING = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}
TRIGGERS = [
    ("interactions_interactionbusiness", "INSERT", "met"),
    ("interactions_interactionbusiness", "UPDATE", "moved"),
    ("interactions_interactionbusiness", "DELETE", "moved"),
    ("interactions_servicedelivered", "INSERT", "served"),
    ("interactions_servicedelivered", "UPDATE", "moved"),
    ("interactions_servicedelivered", "DELETE", "moved"),
    ("interactions_interaction", "UPDATE", "changed"),
]
CREATE = FUNCTIONS + "\n".join(
    f"CREATE TRIGGER activity_{event.lower()} AFTER {event} ON {table} REFERENCING {REFERENCING[event]}"
    f" FOR EACH STATEMENT EXECUTE FUNCTION interactions_activity_{function}();"
    for table, event, function in TRIGGERS
)
DROP = "\n".join(
    [f"DROP TRIGGER activity_{event.lower()} ON {table};" for table, event, _ in TRIGGERS]
    + [f"DROP FUNCTION interactions_activity_{name}();" for name in ("changed", "moved", "served", "met")]
    + ["DROP FUNCTION interactions_activity_refresh(int, bigint[]);"]
)
FILL = """
DO $$
DECLARE t int; ids bigint[];
BEGIN  -- what was recorded before: row-level security is forced on the owner too, so tenant by tenant
  FOR t IN SELECT id FROM tenancy_tenant LOOP
    PERFORM set_config('app.tenant_id', t::text, true);
    SELECT array_agg(x.business_id) INTO ids
      FROM (SELECT business_id FROM interactions_interactionbusiness WHERE tenant_id = t
            UNION SELECT business_id FROM interactions_servicedelivered WHERE tenant_id = t) x;
    IF ids IS NOT NULL THEN PERFORM interactions_activity_refresh(t, ids); END IF;
  END LOOP;
  PERFORM set_config('app.tenant_id', '', true);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("interactions", "0003_restricted_services"), ("businesses", "0004_activity")]

    operations = [migrations.RunSQL(CREATE, DROP), migrations.RunSQL(FILL, migrations.RunSQL.noop)]
