"""Migration operations that make a tenant table safe, so that no migration writes the SQL by hand."""

from typing import Any

from django.db.migrations.operations.base import Operation

from bizworks.tenancy.models import TenantForeignKey

TENANT_CONDITION = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::int"


class SecureTenantTable(Operation):
    """Give a tenant table its primary key, foreign keys, row-level security and audit triggers.

    1. Primary key (tenant_id, id), so that rows can be distributed by tenant.
    2. For each TenantForeignKey: constraint (tenant_id, column) -> (tenant_id, id), and an index.
    3. Row-level security, enabled and forced, with one policy for reading and writing.
    4. Statement triggers into the audit trail, unless `audited=False` (derived tables only).
    """

    reversible = True

    def __init__(
        self, model_name: str, *, audited: bool = True, own_key: bool = False, fields_only: tuple[str, ...] = ()
    ) -> None:
        """Name the model.

        `own_key` = it declares a composite primary key that begins with the tenant;
        `fields_only` = foreign keys added to a table that is already secured.
        """
        self.model_name = model_name
        self.audited = audited
        self.own_key = own_key
        self.fields_only = tuple(fields_only)

    def deconstruct(self) -> tuple[str, list, dict]:
        """Say how to write this operation in a migration file."""
        kwargs: dict[str, Any] = {} if self.audited else {"audited": False}
        if self.own_key:
            kwargs["own_key"] = True
        if self.fields_only:
            kwargs["fields_only"] = self.fields_only
        return self.__class__.__name__, [self.model_name], kwargs

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave the models' state as it is: this is about the database only."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Apply the four steps."""
        model = to_state.apps.get_model(app_label, self.model_name)
        table = model._meta.db_table
        if not self.fields_only:
            for statement in self._table_statements(table):
                schema_editor.execute(statement)
        for statement in self._foreign_key_statements(model):
            schema_editor.execute(statement)

    def _table_statements(self, table: str) -> list[str]:
        statements = []
        if not self.own_key:
            statements += [
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey",
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY (tenant_id, id)",
            ]
        statements += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY tenant_rows ON {table} USING ({TENANT_CONDITION}) WITH CHECK ({TENANT_CONDITION})",
        ]
        if self.audited:
            for event, tables in (
                ("INSERT", "NEW TABLE AS new_rows"),
                ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
                ("DELETE", "OLD TABLE AS old_rows"),
            ):
                statements.append(
                    f"CREATE TRIGGER audit_{event.lower()} AFTER {event} ON {table}"
                    f" REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION tenancy_audit_{event.lower()}()"
                )
        return statements

    def _foreign_key_statements(self, model: Any) -> list[str]:
        table = model._meta.db_table
        statements = []
        for field in model._meta.local_fields:
            if not isinstance(field, TenantForeignKey) or (self.fields_only and field.name not in self.fields_only):
                continue
            column, target = field.column, field.remote_field.model._meta.db_table
            statements += [
                (
                    f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_tfk FOREIGN KEY (tenant_id, {column})"
                    f" REFERENCES {target} (tenant_id, id)"
                ),
                f"CREATE INDEX {table}_{column}_tix ON {table} (tenant_id, {column})",
            ]
        return statements

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Nothing to undo: the table itself is dropped by the operation before this one."""

    def describe(self) -> str:
        """Say what it does."""
        return f"Secure the tenant table {self.model_name}"


class RunStatements(Operation):
    """Base of operations that are nothing but SQL: `forwards` and `backwards` are lists of statements."""

    reversible = True
    forwards: tuple[str, ...] = ()
    backwards: tuple[str, ...] = ()

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave the models' state as it is."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Run the statements."""
        for statement in self.forwards:
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Undo them."""
        for statement in self.backwards:
            schema_editor.execute(statement, params=None)


_AUDIT_COLUMNS = "tenant_id, table_name, row_id, operation, user_id, request_id, changes"
_DERIVED = "'{search_text,name_key,size_order}'::text[]"  # columns that follow from others
_AUDIT_WHO = (
    "nullif(current_setting('app.user_id', true), '')::int, coalesce(current_setting('app.request_id', true), '')"
)


def _audit_function(event: str, select: str) -> str:
    return (
        f"CREATE FUNCTION tenancy_audit_{event}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" INSERT INTO tenancy_auditevent ({_AUDIT_COLUMNS}) {select}; RETURN NULL; END $$"
    )


class CreateAuditFunctions(RunStatements):
    """The three statement triggers behind the audit trail: one INSERT ... SELECT per statement, however many rows.

    An update is recorded as {column: [before, after]} of what really changed; unchanged rows leave no event.
    """

    forwards = (
        _audit_function(
            "insert",
            f"SELECT tenant_id, TG_TABLE_NAME, id, 'insert', {_AUDIT_WHO},"
            f" jsonb_strip_nulls(to_jsonb(new_rows) - 'tenant_id' - {_DERIVED}) FROM new_rows",
        ),
        _audit_function(
            "delete",
            f"SELECT tenant_id, TG_TABLE_NAME, id, 'delete', {_AUDIT_WHO},"
            f" jsonb_strip_nulls(to_jsonb(old_rows) - 'tenant_id' - {_DERIVED}) FROM old_rows",
        ),
        _audit_function(
            "update",
            f"SELECT n.tenant_id, TG_TABLE_NAME, n.id, 'update', {_AUDIT_WHO}, d.changes"
            " FROM new_rows n JOIN old_rows o ON o.tenant_id = n.tenant_id AND o.id = n.id"
            " CROSS JOIN LATERAL (SELECT jsonb_object_agg(a.key, jsonb_build_array(b.value, a.value)) AS changes"
            f" FROM jsonb_each(to_jsonb(n) - {_DERIVED}) a JOIN jsonb_each(to_jsonb(o)) b USING (key)"
            " WHERE a.value IS DISTINCT FROM b.value) d WHERE d.changes IS NOT NULL",
        ),
    )
    backwards = tuple(f"DROP FUNCTION tenancy_audit_{event}()" for event in ("insert", "update", "delete"))


class CreateCacheTable(RunStatements):
    """The table of Django's database cache: rate limits live there, so that they survive a broker's absence."""

    forwards = (
        (
            "CREATE UNLOGGED TABLE core_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL,"
            " expires timestamptz NOT NULL)"
        ),
        "CREATE INDEX core_cache_expires ON core_cache (expires)",
    )
    backwards = ("DROP TABLE core_cache",)
