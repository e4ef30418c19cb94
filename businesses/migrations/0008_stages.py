"""Stages of a business's life, confirmed matches, forms that were sent, and the keys that likely matches are found by.

The keys are kept by triggers, so that no way of writing can forget them. One function makes them, for
what stands in the table and for what is being typed; merged businesses have none.
"""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import bizworks.tenancy.context
import bizworks.tenancy.models
from bizworks.tenancy.operations import SecureTenantTable

FUNCTIONS = r"""
CREATE FUNCTION businesses_name_letters(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  word text; letters text := '';
  plain text := translate(lower(name), 'àáâãäåçèéêëìíîïñòóôõöùúûüýÿ.,-/&()+:;!"#*@_''', 'aaaaaaceeeeiiiinooooouuuuyy                ');
BEGIN
  FOREACH word IN ARRAY string_to_array(plain, ' ') LOOP
    IF word <> '' AND word <> ALL ('{inc,incorporated,llc,corp,corporation,co,company,ltd,limited,lp,llp,pllc,pc,plc,the,and,of}'::text[]) THEN
      letters := letters || word;
    END IF;
  END LOOP;
  RETURN CASE WHEN letters = '' THEN replace(plain, ' ', '') ELSE letters END;
END $$;

CREATE FUNCTION businesses_web_domain(website text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  domain text := substring(lower(website) from '^(?:https?://)?(?:www\.)?([^/:?#]+)');
  parts text[] := string_to_array(domain, '.');
BEGIN  -- pages at a host that many businesses share tell nothing
  IF cardinality(parts) < 2 OR parts[cardinality(parts) - 1] = ANY
     ('{facebook,instagram,linkedin,google,yelp,twitter,x,tiktok,youtube,linktr,etsy,wixsite,weebly,business}'::text[]) THEN
    RETURN '';
  END IF;
  RETURN coalesce(left(domain, 60), '');
END $$;

CREATE FUNCTION businesses_match_keys(town int, name text, alias text, phone text, website text)
RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  place text := town || ':'; keys text[] := '{}'; part text;
BEGIN
  IF town IS NULL THEN RETURN keys; END IF;
  part := businesses_name_letters(name);
  IF part <> '' THEN keys := ARRAY['s' || place || left(part, 4), 'e' || place || right(part, 4)]; END IF;
  IF alias <> '' THEN
    part := businesses_name_letters(alias);
    IF part <> '' THEN keys := keys || ARRAY['s' || place || left(part, 4), 'e' || place || right(part, 4)]; END IF;
  END IF;
  IF phone <> '' THEN
    part := ltrim(translate(phone, translate(phone, '0123456789', ''), ''), '1');
    IF length(part) >= 10 THEN keys := keys || ('p' || place || left(part, 10)); END IF;
  END IF;
  IF website <> '' THEN
    part := businesses_web_domain(website);
    IF part <> '' THEN keys := keys || ('w' || place || part); END IF;
  END IF;
  RETURN keys;
END $$;

CREATE FUNCTION businesses_match_keys_follow() RETURNS trigger LANGUAGE plpgsql SET jit = off SET enable_seqscan = off AS $$
DECLARE r record;
BEGIN  -- keys go one by one: the planner takes a tenant it does not know yet for one row, and would read all of it for each
  IF TG_OP = 'INSERT' THEN
    INSERT INTO businesses_matchkey (tenant_id, key, business_number)
    SELECT n.tenant_id, k, n.id FROM new_rows n,
           unnest(businesses_match_keys(n.municipality_id, n.name, n.alias, n.phone, n.website)) AS k
     WHERE n.municipality_id IS NOT NULL AND n.status <> 'merged' ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING;
  ELSIF TG_OP = 'DELETE' THEN
    FOR r IN SELECT o.tenant_id, k AS key, o.id FROM old_rows o,
             unnest(businesses_match_keys(o.municipality_id, o.name, o.alias, o.phone, o.website)) AS k
    LOOP
      DELETE FROM businesses_matchkey m WHERE m.tenant_id = r.tenant_id AND m.key = r.key AND m.business_number = r.id;
    END LOOP;
  ELSE
    FOR r IN SELECT o.tenant_id, k AS key, o.id FROM old_rows o JOIN new_rows n ON n.tenant_id = o.tenant_id AND n.id = o.id,
             unnest(businesses_match_keys(o.municipality_id, o.name, o.alias, o.phone, o.website)) AS k
       WHERE (n.municipality_id, n.name, n.alias, n.phone, n.website, n.status = 'merged')
             IS DISTINCT FROM (o.municipality_id, o.name, o.alias, o.phone, o.website, o.status = 'merged')
    LOOP
      DELETE FROM businesses_matchkey m WHERE m.tenant_id = r.tenant_id AND m.key = r.key AND m.business_number = r.id;
    END LOOP;
    INSERT INTO businesses_matchkey (tenant_id, key, business_number)
    SELECT n.tenant_id, k, n.id FROM new_rows n JOIN old_rows o ON n.tenant_id = o.tenant_id AND n.id = o.id,
           unnest(businesses_match_keys(n.municipality_id, n.name, n.alias, n.phone, n.website)) AS k
     WHERE (n.municipality_id, n.name, n.alias, n.phone, n.website, n.status = 'merged')
           IS DISTINCT FROM (o.municipality_id, o.name, o.alias, o.phone, o.website, o.status = 'merged')
       AND n.municipality_id IS NOT NULL AND n.status <> 'merged' ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER match_keys_insert AFTER INSERT ON businesses_business REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION businesses_match_keys_follow();
CREATE TRIGGER match_keys_update AFTER UPDATE ON businesses_business REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION businesses_match_keys_follow();
CREATE TRIGGER match_keys_delete AFTER DELETE ON businesses_business REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION businesses_match_keys_follow();
"""
DROP = """
DROP TRIGGER match_keys_insert ON businesses_business;
DROP TRIGGER match_keys_update ON businesses_business;
DROP TRIGGER match_keys_delete ON businesses_business;
DROP FUNCTION businesses_match_keys_follow();
DROP FUNCTION businesses_match_keys(int, text, text, text, text);
DROP FUNCTION businesses_web_domain(text);
DROP FUNCTION businesses_name_letters(text);
"""
FILL = """
DO $$
DECLARE t int;
BEGIN  -- businesses added before: row-level security is forced on the owner too, so tenant by tenant
  FOR t IN SELECT id FROM tenancy_tenant LOOP
    PERFORM set_config('app.tenant_id', t::text, true);
    INSERT INTO businesses_matchkey (tenant_id, key, business_number)
    SELECT b.tenant_id, k, b.id FROM businesses_business b,
           unnest(businesses_match_keys(b.municipality_id, b.name, b.alias, b.phone, b.website)) AS k
     WHERE b.tenant_id = t AND b.municipality_id IS NOT NULL AND b.status <> 'merged' ON CONFLICT DO NOTHING;
    -- a sector that follows from a confidential industry code would give it away (BR-6)
    UPDATE businesses_business SET sector_id = NULL
     WHERE tenant_id = t AND naics_source = 'uc' AND sector_id IS NOT NULL;
  END LOOP;
  PERFORM set_config('app.tenant_id', '', true);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("businesses", "0007_relationships"), ("directory", "0002_notices"), ("tenancy", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="BusinessStage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("startup", "Start-up"),
                            ("growth", "Growth"),
                            ("stable", "Stable"),
                            ("at_risk", "At risk"),
                            ("closing", "Closing"),
                            ("relocating", "Relocating"),
                        ],
                        max_length=10,
                    ),
                ),
                ("began_on", models.DateField(help_text="Local date from which the business is in this stage.")),
                ("source", models.CharField(help_text="How it is known, in words.", max_length=120)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("shared", "Everyone in the system"),
                            ("agency", "My agency"),
                            ("restricted", "Restricted"),
                        ],
                        default="shared",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("void_reason", models.CharField(blank=True, default="", max_length=300)),
                (
                    "agency",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.agency",
                    ),
                ),
                (
                    "business",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stages",
                        to="businesses.business",
                    ),
                ),
                (
                    "recorded_by",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=bizworks.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
                (
                    "voided_by",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
            ],
            options={
                "ordering": ["-began_on", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "business", "-began_on", "-id"], name="stage_history")],
            },
        ),
        migrations.CreateModel(
            name="ConfirmedMatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("fein", "same FEIN and same address"),
                            ("name", "similar name in the same town"),
                            ("phone", "same telephone in the same town"),
                            ("web", "same website in the same town"),
                        ],
                        help_text="What made them look alike.",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "business",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmed_matches",
                        to="businesses.business",
                    ),
                ),
                (
                    "decided_by",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "other",
                    bizworks.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="businesses.business",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=bizworks.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "confirmed matches",
                "ordering": ["-decided_at", "-id"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "business", "other"), name="confirmed_match_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="MatchKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant",
                        "key",
                        "business_number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.CharField(max_length=80)),
                ("business_number", models.BigIntegerField()),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=bizworks.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "verbose_name": "match key",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="SentForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form_key", models.UUIDField(default=uuid.uuid4)),
                ("act", models.CharField(help_text="What was saved.", max_length=20)),
                ("row_number", models.BigIntegerField(default=0, help_text="Its number.")),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "sent_by",
                    bizworks.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=bizworks.tenancy.context.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("tenant", "form_key"), name="sent_form_key")],
            },
        ),
        SecureTenantTable("BusinessStage"),
        SecureTenantTable("ConfirmedMatch"),
        SecureTenantTable("MatchKey", audited=False, own_key=True),
        SecureTenantTable("SentForm", audited=False),
        migrations.RunSQL(FUNCTIONS, DROP),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
