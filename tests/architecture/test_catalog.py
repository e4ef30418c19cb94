"""The database's own catalog proves tenancy: a table that forgot a lock fails here by name."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from bizworks.tenancy.grants import APPEND_ONLY_TABLES
from bizworks.tenancy.models import ReferenceModel, TenantModel

pytestmark = pytest.mark.django_db

SYSTEM_MODELS = {
    "accounts.User": "sign-in happens before a tenant is in force",
    "tenancy.Tenant": "sign-in happens before a tenant is in force",
    "auth.Permission": "Django's own, unused",
    "auth.Group": "Django's own, unused",
    "auth.Group_permissions": "Django's own, unused",
    "contenttypes.ContentType": "Django's own",
    "sessions.Session": "signed opaque keys",
    "account.EmailAddress": "sign-in",
    "account.EmailConfirmation": "sign-in",
}
UNAUDITED_TABLES = {
    "tenancy_auditevent": "the trail itself",
    "businesses_businessactivity": "derived; kept by triggers",
    "businesses_searchentry": "derived; can be rebuilt",
    "businesses_searchword": "derived; can be rebuilt",
    "businesses_matchkey": "derived; kept by triggers",
    "businesses_sentform": "numbers of forms that were sent; no content",
    "businesses_importeffect": "a log itself, of what an import did",
    "reporting_servedfact": "derived; can be rebuilt",
    "reporting_servedcell": "derived; can be rebuilt",
    "reporting_countmark": "a queue",
    "reporting_countstate": "freshness of derived numbers",
}
TABLES_WITHOUT_MODEL = {"django_migrations", "core_cache"}


def rows(sql: str, *params) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def tenant_models() -> list[type[TenantModel]]:
    return [m for m in apps.get_models(include_auto_created=True) if issubclass(m, TenantModel)]


def tenant_tables() -> list[str]:
    return [m._meta.db_table for m in tenant_models()]


def test_tests_run_as_the_role_that_owns_nothing():
    assert rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    ) == [(False, False, False, False)]
    assert rows("SELECT relname FROM pg_class WHERE pg_has_role(current_user, relowner, 'MEMBER')") == []


def test_every_model_is_of_a_tenant_or_a_reference_or_a_named_exception():
    unclassified = [
        m._meta.label
        for m in apps.get_models(include_auto_created=True)
        if not issubclass(m, TenantModel | ReferenceModel) and m._meta.label not in SYSTEM_MODELS
    ]
    assert unclassified == []


def test_every_table_belongs_to_a_model():
    known = {m._meta.db_table for m in apps.get_models(include_auto_created=True)} | TABLES_WITHOUT_MODEL
    found = {
        r[0]
        for r in rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'f') AND relnamespace = 'public'::regnamespace"
        )
    }
    assert found == known


@pytest.mark.parametrize("table", tenant_tables())
def test_tenant_table_is_locked(table):
    ((not_null,),) = rows(
        "SELECT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'tenant_id'", table
    )
    assert not_null
    assert rows("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", table) == [
        (True, True)
    ]
    policies = rows(
        "SELECT pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid), polpermissive, polcmd"
        " FROM pg_policy WHERE polrelid = %s::regclass",
        table,
    )
    assert len(policies) == 1
    using, check, permissive, command = policies[0]
    assert using == check
    assert "tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::integer" in using
    assert (permissive, command) == (True, "*")


@pytest.mark.parametrize("table", tenant_tables())
def test_every_index_of_a_tenant_table_begins_with_the_tenant(table):
    wrong = rows(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = 'tenant_id'"
        " WHERE i.indrelid = %s::regclass AND i.indkey[0] <> a.attnum",
        table,
    )
    assert wrong == []


@pytest.mark.parametrize("table", tenant_tables())
def test_every_foreign_key_between_tenant_tables_is_composite(table):
    wrong = rows(
        "SELECT k.conname FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attname = 'tenant_id'"
        " JOIN pg_attribute f ON f.attrelid = k.confrelid AND f.attname = 'tenant_id'"
        " WHERE k.contype = 'f' AND k.conrelid = %s::regclass AND k.confrelid::regclass::text = ANY(%s)"
        " AND (k.conkey[1] <> a.attnum OR k.confkey[1] <> f.attnum)",
        table,
        tenant_tables(),
    )
    assert wrong == []


@pytest.mark.parametrize("model", tenant_models(), ids=lambda m: m._meta.label)
def test_every_relation_to_a_tenant_model_has_its_constraint(model):
    constrained = {
        r[0]
        for r in rows(
            "SELECT a.attname FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey)"
            " WHERE k.contype = 'f' AND k.conrelid = %s::regclass",
            model._meta.db_table,
        )
    }
    relations = {f.column for f in model._meta.local_fields if f.is_relation}
    assert relations <= constrained


@pytest.mark.parametrize("table", sorted(set(tenant_tables()) - set(UNAUDITED_TABLES)))
def test_every_write_to_a_tenant_table_is_audited(table):
    triggers = {
        r[0] for r in rows("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O'", table)
    }
    assert {"audit_insert", "audit_update", "audit_delete"} <= triggers


@pytest.mark.parametrize("table", tenant_tables())
def test_without_a_tenant_nothing_is_read_and_nothing_written(table):
    assert rows(f"SELECT count(*) FROM {table}") == [(0,)]
    columns = rows(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''",
        table,
    )
    names = ", ".join(f'"{c[0]}"' for c in columns)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows(f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} RIGHT JOIN (VALUES (1)) v ON true RETURNING 1")


def test_the_application_may_not_truncate_or_change_tables():
    assert (
        rows(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND"
            " (has_table_privilege(oid, 'TRUNCATE') OR has_table_privilege(oid, 'REFERENCES') OR has_table_privilege(oid, 'TRIGGER'))"
        )
        == []
    )
    assert rows("SELECT has_schema_privilege('public', 'CREATE')") == [(False,)]


def test_reference_tables_are_read_only():
    for model in apps.get_models():
        if issubclass(model, ReferenceModel):
            assert rows(
                "SELECT has_table_privilege(%s, 'SELECT'), has_table_privilege(%s, 'INSERT'),"
                " has_table_privilege(%s, 'UPDATE'), has_table_privilege(%s, 'DELETE')",
                *[model._meta.db_table] * 4,
            ) == [(True, False, False, False)], model


def test_append_only_tables_cannot_be_changed():
    for table in APPEND_ONLY_TABLES:
        assert rows("SELECT has_table_privilege(%s, 'UPDATE'), has_table_privilege(%s, 'DELETE')", table, table) == [
            (False, False)
        ]


def test_no_view_and_no_definer_function_gets_around_row_level_security():
    assert (
        rows("SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace") == []
    )
    assert rows("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace") == []
