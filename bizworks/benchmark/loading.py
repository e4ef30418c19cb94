"""Filling tables quickly: triggers and indexes off by the owner, rows written by the application's role."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections
from django.db.models import JSONField, Model
from django.utils import timezone
from psycopg import sql

_PARTS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s NOT VALID', conrelid::regclass, conname, pg_get_constraintdef(oid))
  FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'
UNION ALL
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
  FROM pg_index i WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


@contextmanager
def bare(*models: type[Model]) -> Iterator[None]:
    """Take triggers, foreign keys and plain indexes off these tables, and put them back afterwards.

    Generated rows are right by construction; the keys come back NOT VALID and guard what is written later.
    """
    tables = [model._meta.db_table for model in models]
    rebuilt: list[str] = []
    with connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(_PARTS, [table, table])
            for drop, create in cursor.fetchall():
                cursor.execute(drop)
                rebuilt.append(create)
    yield
    with connections["owner"].cursor() as cursor:
        for statement in sorted(rebuilt, key=lambda text: text.startswith("ALTER")):
            cursor.execute(statement)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def load(model: type[Model], rows: Iterable[Model]) -> None:
    """Write unsaved rows with their own ids; a tenant must be in force.

    By way of a temporary table, since row-level security forbids COPY into the real one.
    """
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    names = sql.SQL(", ").join(sql.Identifier(field.column) for field in fields)
    table = sql.Identifier(model._meta.db_table)
    ways = [(field, _way(field)) for field in fields]
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE TEMP TABLE loading (LIKE {} INCLUDING DEFAULTS)").format(table))
        with cursor.copy(sql.SQL("COPY loading ({}) FROM STDIN").format(names)) as copy:
            for row in rows:
                copy.write_row([way(getattr(row, field.attname)) for field, way in ways])
        cursor.execute(sql.SQL("INSERT INTO {} ({}) SELECT {} FROM loading").format(table, names, names))
        cursor.execute("DROP TABLE loading")


def _way(field: Any) -> Any:
    """How a value of the field is written: times of now where the field sets them, JSON as the database wants it."""
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        now = timezone.now()
        return lambda value: value or now
    if isinstance(field, JSONField):
        return lambda value: field.get_db_prep_save(value, connection)
    return lambda value: value
