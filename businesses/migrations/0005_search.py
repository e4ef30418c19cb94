"""Search: an entry for each business and the words that lead to it, kept by triggers whatever writes.

An entry follows its business, employer, contacts and identifiers; the words follow the entries. Whoever
changes a source locks the entry first and then reads afresh, so that two changes at once both count.
Rows of imported lists are not copied: their numbers are looked up where they are.

The planner takes a tenant it does not know yet for one row, and would read all of it again for each row
of a list. So other rows are asked for by their key, for each row by itself (LATERAL, OFFSET 0, or a loop),
and by plans that do not know which tenant it is.
"""

import django.db.models.deletion
from django.db import migrations, models

import bizworks.tenancy.context
from bizworks.tenancy.operations import SecureTenantTable

COMPANY_WORDS = "inc|incorporated|llc|corp|corporation|co|company|ltd|limited|lp|llp|pllc|pc|plc|the|and|of"
KEYS = r"""
CREATE FUNCTION businesses_search_key(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE x text := lower(value); short text;
BEGIN  -- businesses/selectors/search_terms.py:search_key is the same in Python; a test compares them
  IF x = '' THEN RETURN ''; END IF;
  IF octet_length(x) <> length(x) THEN
    x := translate(x, U&'\2019\2018\02bc\2122\00ae\00a9', '''''''');
    x := lower(regexp_replace(normalize(x, NFKD), '[\u0300-\u036f]', '', 'g'));
    x := replace(replace(replace(translate(x, 'øØłŁđĐðı', 'oolldddi'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe');
    x := regexp_replace(x, '[\u0080-\u00bf\u2000-\u206f\u3000-\u303f]+', ' ', 'g');
  END IF;
  IF strpos(x, '.') > 0 THEN x := regexp_replace(x, '\m([a-z])\.(?=[a-z]\M)', '\1', 'g'); END IF;
  x := btrim(regexp_replace(replace(x, '''', ''), '[\u0001-\u002f\u003a-\u0060\u007b-\u007f]+', ' ', 'g'));
  short := regexp_replace(' ' || replace(x, ' ', '  ') || ' ', ' (?:COMPANY_WORDS) ', ' ', 'g');
  short := btrim(regexp_replace(short, ' {2,}', ' ', 'g'));
  RETURN left(CASE WHEN short = '' THEN x ELSE short END, 200);
END $$;

CREATE FUNCTION businesses_search_phone(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE digits text := regexp_replace(value, '[^0-9]', '', 'g');
BEGIN  -- found by its beginning, with the area code or without
  IF length(digits) < 7 THEN RETURN NULL; END IF;
  IF length(digits) >= 11 AND left(digits, 1) = '1' THEN digits := substr(digits, 2); END IF;
  RETURN 'p:' || left(digits, 10) || CASE WHEN length(digits) >= 10 THEN ' p:' || substr(digits, 4, 7) ELSE '' END;
END $$;

CREATE FUNCTION businesses_search_fein(fein text, source text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN fein <> '' THEN CASE source WHEN 'uc' THEN 'g:' ELSE 'f:' END || fein END
$$;

CREATE FUNCTION businesses_search_words(VARIADIC parts text[]) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT DISTINCT left(w, 60) FROM unnest(string_to_array(array_to_string(parts, ' '), ' ')) AS u (w) WHERE w <> ''
$$;
""".replace("COMPANY_WORDS", COMPANY_WORDS)

ENTRY = "region_id, is_closed, name_key, alias_key, town_key, people_key, numbers"
NEW_ENTRY = ", ".join(f"excluded.{name}" for name in ENTRY.split(", "))
OLD_ENTRY = ", ".join(f"s.{name}" for name in ENTRY.split(", "))
OWN_KEYS = """coalesce(b.region_id, 0), b.status = 'closed', businesses_search_key(b.name),
         businesses_search_key(b.alias), businesses_search_key(b.town)"""
OWN_NUMBERS = "businesses_search_phone(b.phone), businesses_search_fein(e.fein, e.fein_source)"
EMPLOYER = """CROSS JOIN LATERAL (SELECT x.fein, x.fein_source FROM businesses_employer x
          WHERE x.tenant_id = b.tenant_id AND x.id = b.employer_id OFFSET 0) e"""
SETTINGS = "SET search_path = public, pg_temp SET jit = off SET enable_seqscan = off"
"""What a function names is looked up in our own schema, whatever the session says."""

REFRESH = f"""
CREATE FUNCTION businesses_search_refresh(t int, ids bigint[]) RETURNS void LANGUAGE plpgsql {SETTINGS}
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM 1 FROM businesses_searchentry WHERE tenant_id = t AND business_id = ANY(ids) ORDER BY business_id FOR UPDATE;
  DELETE FROM businesses_searchentry s WHERE s.tenant_id = t AND s.business_id = ANY(ids) AND NOT EXISTS (
         SELECT FROM businesses_business b WHERE b.tenant_id = t AND b.id = s.business_id AND b.status <> 'merged');
  INSERT INTO businesses_searchentry AS s (tenant_id, business_id, {ENTRY})
  SELECT t, b.id, {OWN_KEYS},
         coalesce(c.names, ''), concat_ws(' ', {OWN_NUMBERS}, c.phones, c.emails, i.numbers)
    FROM businesses_business b
    {EMPLOYER}
    LEFT JOIN LATERAL (
         SELECT string_agg(businesses_search_key(p.name), ' ' ORDER BY p.id) AS names,
                string_agg(businesses_search_phone(p.phone), ' ' ORDER BY p.id) AS phones,
                string_agg('e:' || lower(p.email) || ' e:' || lower(split_part(p.email, '@', 2)), ' ' ORDER BY p.id)
                  FILTER (WHERE strpos(p.email, '@') > 0) AS emails
           FROM businesses_contact p WHERE p.tenant_id = t AND p.business_id = b.id) c ON true
    LEFT JOIN LATERAL (
         SELECT string_agg(CASE WHEN n.source = 'uc' OR n.scheme IN ('ui_account', 'reporting_unit') THEN 'u:' ELSE 'i:' END
                           || lower(regexp_replace(n.value, '[^A-Za-z0-9]', '', 'g')), ' ' ORDER BY n.id) AS numbers
           FROM businesses_businessidentifier n
          WHERE n.tenant_id = t AND n.business_id = b.id AND n.scheme <> 'list') i ON true
   WHERE b.tenant_id = t AND b.id = ANY(ids) AND b.status <> 'merged' ORDER BY b.id
  ON CONFLICT (tenant_id, business_id) DO UPDATE SET ({ENTRY}) = ({NEW_ENTRY})
   WHERE ({OLD_ENTRY}) IS DISTINCT FROM ({NEW_ENTRY});
END $$;
"""


def trigger_function(name, body):
    """A trigger's function."""
    return (
        f"CREATE FUNCTION businesses_search_{name}() RETURNS trigger LANGUAGE plpgsql {SETTINGS}"
        f" AS $$ DECLARE t int; ids bigint[]; r record; BEGIN {body} RETURN NULL; END $$;"
    )


def refresh_of(select):
    """Refresh what a query of (tenant, ids) names."""
    return f"FOR t, ids IN {select} GROUP BY 1 LOOP PERFORM businesses_search_refresh(t, ids); END LOOP;"


def part(rows, condition):
    """Refresh the businesses of rows that came or went."""
    return refresh_of(f"SELECT x.tenant_id, array_agg(DISTINCT x.business_id) FROM {rows} x WHERE {condition}")


def changed_part(condition):
    """Refresh the old and the new businesses of rows that changed."""
    return refresh_of(
        "SELECT n.tenant_id, array_agg(DISTINCT u.id) FROM new_rows n JOIN old_rows o ON o.tenant_id = n.tenant_id AND o.id = n.id"
        f" CROSS JOIN LATERAL (VALUES (o.business_id), (n.business_id)) AS u (id) WHERE {condition}"
    )


def differ(columns):
    """Whether any of these columns changed."""
    names = columns.split()
    new, old = (", ".join(f"{row}.{name}" for name in names) for row in "no")
    return f"({new}) IS DISTINCT FROM ({old})"


NO_LIST = "x.scheme <> 'list'"
CHANGED = "FROM new_rows n JOIN old_rows o ON o.tenant_id = n.tenant_id AND o.id = n.id"
WORDS = "SELECT x.tenant_id, w, x.business_id FROM {rows} x CROSS JOIN businesses_search_words(x.name_key, x.alias_key, x.town_key, x.people_key, x.numbers) w"
OLD_WORDS, NEW_WORDS = WORDS.format(rows="old_rows"), WORDS.format(rows="new_rows")
ADD_WORDS = "INSERT INTO businesses_searchword (tenant_id, word, business_id)"
DROP_WORDS = (
    "FOR r IN {words} LOOP DELETE FROM businesses_searchword s"
    " WHERE s.tenant_id = r.tenant_id AND s.word = r.w AND s.business_id = r.business_id; END LOOP;"
)
# table, event, name, body
TRIGGERS = [
    (
        "business",
        "INSERT",
        (
            f"INSERT INTO businesses_searchentry (tenant_id, business_id, {ENTRY})"
            f" SELECT b.tenant_id, b.id, {OWN_KEYS}, '', concat_ws(' ', {OWN_NUMBERS})"
            f" FROM new_rows b {EMPLOYER}"
            " WHERE b.status <> 'merged';"
        ),
    ),
    (
        "business",
        "UPDATE",
        refresh_of(
            f"SELECT n.tenant_id, array_agg(n.id) {CHANGED}"
            f" WHERE {differ('name alias town phone region_id status employer_id')}"
        ),
    ),
    (
        "business",
        "DELETE",
        (
            "FOR t, ids IN SELECT o.tenant_id, array_agg(o.id) FROM old_rows o GROUP BY 1"
            " LOOP DELETE FROM businesses_searchentry s WHERE s.tenant_id = t AND s.business_id = ANY(ids); END LOOP;"
        ),
    ),
    (
        "employer",
        "UPDATE",
        refresh_of(
            f"SELECT n.tenant_id, array_agg(b.id) {CHANGED}"
            " JOIN businesses_business b ON b.tenant_id = n.tenant_id AND b.employer_id = n.id"
            f" WHERE {differ('fein fein_source')}"
        ),
    ),
    ("contact", "INSERT", part("new_rows", "true")),
    ("contact", "UPDATE", changed_part(differ("business_id name phone email"))),
    ("contact", "DELETE", part("old_rows", "true")),
    ("businessidentifier", "INSERT", part("new_rows", NO_LIST)),
    (
        "businessidentifier",
        "UPDATE",
        changed_part(f"(n.scheme <> 'list' OR o.scheme <> 'list') AND {differ('business_id scheme value source')}"),
    ),
    ("businessidentifier", "DELETE", part("old_rows", NO_LIST)),
    ("searchentry", "INSERT", f"{ADD_WORDS} {NEW_WORDS} ORDER BY 1, 2, 3;"),
    (
        "searchentry",
        "UPDATE",
        DROP_WORDS.format(words=f"{OLD_WORDS} EXCEPT {NEW_WORDS}") + f" {ADD_WORDS} {NEW_WORDS} EXCEPT {OLD_WORDS};",
    ),
    ("searchentry", "DELETE", DROP_WORDS.format(words=OLD_WORDS)),
]
REFERENCING = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}
CREATE = (
    KEYS
    + REFRESH
    + "\n".join(
        trigger_function(f"{table}_{event.lower()}", body)
        + f" CREATE TRIGGER search_{event.lower()} AFTER {event} ON businesses_{table} REFERENCING {REFERENCING[event]}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION businesses_search_{table}_{event.lower()}();"
        for table, event, body in TRIGGERS
    )
)
DROP = "\n".join(
    [
        f"DROP TRIGGER search_{event.lower()} ON businesses_{table}; DROP FUNCTION businesses_search_{table}_{event.lower()}();"
        for table, event, _ in TRIGGERS
    ]
    + [
        "DROP FUNCTION businesses_search_refresh(int, bigint[]);",
        "DROP FUNCTION businesses_search_words(text[]);",
        "DROP FUNCTION businesses_search_fein(text, text);",
        "DROP FUNCTION businesses_search_phone(text);",
        "DROP FUNCTION businesses_search_key(text);",
    ]
)
FILL = """
DO $$
DECLARE t int; ids bigint[]; last bigint;
BEGIN  -- what is there already: row-level security is forced on the owner too, so tenant by tenant
  FOR t IN SELECT id FROM tenancy_tenant LOOP
    PERFORM set_config('app.tenant_id', t::text, true);
    last := 0;
    LOOP
      SELECT array_agg(x.id ORDER BY x.id), max(x.id) INTO ids, last
        FROM (SELECT id FROM businesses_business WHERE tenant_id = t AND id > last ORDER BY id LIMIT 10000) x;
      EXIT WHEN ids IS NULL;
      PERFORM businesses_search_refresh(t, ids);
    END LOOP;
  END LOOP;
  PERFORM set_config('app.tenant_id', '', true);
END $$;
"""
TENANT = models.ForeignKey(
    db_index=False,
    default=bizworks.tenancy.context.current_tenant_id,
    editable=False,
    on_delete=django.db.models.deletion.PROTECT,
    related_name="+",
    to="tenancy.tenant",
)


def own_key(*fields):
    """A primary key of several columns, the tenant first."""
    return models.CompositePrimaryKey(*fields, blank=True, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [("businesses", "0004_activity")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("pk", own_key("tenant", "business_id")),
                ("business_id", models.BigIntegerField()),
                ("region_id", models.BigIntegerField(default=0, help_text="The business's region; 0 = none.")),
                ("is_closed", models.BooleanField(default=False)),
                (
                    "name_key",
                    models.TextField(db_collation="C", help_text="Name without case, accents, marks and legal form."),
                ),
                ("alias_key", models.TextField(db_collation="C", default="")),
                ("town_key", models.TextField(db_collation="C", default="")),
                (
                    "people_key",
                    models.TextField(db_collation="C", default="", help_text="Names of its contacts."),
                ),
                (
                    "numbers",
                    models.TextField(
                        db_collation="C",
                        default="",
                        help_text="p: telephone, e: e-mail, f: FEIN (g: of UC), i: other systems' numbers (u: of UC).",
                    ),
                ),
                ("tenant", TENANT.clone()),
            ],
            options={
                "verbose_name_plural": "search entries",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "region_id", "name_key"], name="search_name")],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("pk", own_key("tenant", "word", "business_id")),
                ("word", models.TextField(db_collation="C")),
                ("business_id", models.BigIntegerField()),
                ("tenant", TENANT.clone()),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        SecureTenantTable("SearchEntry", audited=False, own_key=True),
        SecureTenantTable("SearchWord", audited=False, own_key=True),
        migrations.RunSQL(CREATE, DROP),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
