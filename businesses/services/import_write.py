"""Writing a chunk of rows: one statement for each table, however many rows.

A tenant table takes no COPY under row-level security, so new rows go by way of a temporary table.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, Model
from django.utils import timezone

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import current_tenant_id
from businesses.constants import RowEffect, Scheme
from businesses.models import Business, BusinessIdentifier, Employer, ImportEffect
from businesses.services.derivation import Derivation, band_shown, search_text
from businesses.services.import_rows import TakenRow

_STAGED = {
    "name": "text", "alias": "text", "address": "text", "town": "text", "state": "text", "zip_code": "text",
    "municipality_id": "int", "county_id": "text", "naics_id": "text", "employees": "int", "phone": "text",
    "website": "text", "naics_source": "text", "employees_source": "text", "search_text": "text", "size_band": "text",
    "area_id": "bigint", "region_id": "bigint", "sector_id": "bigint",
}  # fmt: skip
"""Columns of a business that rows differ in."""
_STAGE = (
    "CREATE TEMP TABLE import_stage (number int PRIMARY KEY, list_key text, fingerprint bigint, listed text, fein text,"
    " leads boolean, employer_id bigint, business_id bigint, "
    + ", ".join(f"{name} {kind}" for name, kind in _STAGED.items())
    + ") ON COMMIT DROP"
)
_FIRST = ("number", "list_key", "fingerprint", "listed", "fein", "leads", "employer_id")
_SAME_FEIN = """
UPDATE import_stage s SET employer_id = l.employer_id FROM import_stage l
WHERE l.leads AND l.fein = s.fein AND s.fein <> '' AND s.employer_id IS NULL
"""
_NUMBERED = """
WITH added AS (INSERT INTO {table} ({columns}) SELECT {values} FROM import_stage WHERE {which} ORDER BY number RETURNING id),
a AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM added),
s AS (SELECT number, row_number() OVER (ORDER BY number) AS place FROM import_stage WHERE {which})
UPDATE import_stage t SET {keep} = a.id FROM a JOIN s USING (place) WHERE t.number = s.number
"""
"""Numbers are given in the order of insertion, so the nth new one belongs to the nth row."""


def new_rows_write(
    rows: Sequence[TakenRow], *, actor: Actor, batch_id: int, source: str, derivation: Derivation
) -> None:
    """Add a business, its identifier and its effect for each row, under the employer with its FEIN or a new one.

    Errors: IntegrityError if someone adds the same FEIN at this moment. Queries: 10.
    """
    if not rows:
        return
    shared = {"tenant": current_tenant_id(), "source": source, "staff": actor.staff_id, "batch": batch_id}
    lines = _staged(rows, source=source, derivation=derivation)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.import_stage")
        cursor.execute(_STAGE)
        copy = f"COPY pg_temp.import_stage ({', '.join((*_FIRST, *_STAGED))}) FROM STDIN"
        with cursor.copy(copy) as out:
            for line in lines:
                out.write_row(line)
        cursor.execute("ANALYZE pg_temp.import_stage (number, fein, leads, employer_id)")
        _insert_numbered(
            cursor,
            Employer,
            {
                "name": "name",
                "fein": "fein",
                "fein_source": "CASE WHEN fein = '' THEN '' ELSE %(source)s END",
                "recorded_by_id": "%(staff)s::bigint",
            },
            shared,
            keep="employer_id",
            which="employer_id IS NULL AND leads",
        )
        if any(taken.values["fein"] for taken in rows):
            cursor.execute(_SAME_FEIN)
        staged = {name: name for name in (*_STAGED, "employer_id")}
        _insert_numbered(
            cursor, Business, staged | {"recorded_by_id": "%(staff)s::bigint"}, shared, keep="business_id", which="true"
        )
        _insert(
            cursor,
            BusinessIdentifier,
            {
                "business_id": "business_id",
                "scheme": f"'{Scheme.LIST}'",
                "value": "list_key",
                "source": "%(source)s",
                "listed": "listed::jsonb",
                "fingerprint": "fingerprint",
            },
            shared,
        )
        _insert(
            cursor,
            ImportEffect,
            {
                "batch_id": "%(batch)s",
                "row_number": "number",
                "effect": f"'{RowEffect.NEW}'",
                "business_number": "business_id",
                "version": "1",
            },
            shared,
        )


def _staged(rows: Sequence[TakenRow], *, source: str, derivation: Derivation) -> list[list[Any]]:
    """The lines of the temporary table. Of rows with the same FEIN the first one brings the employer."""
    seen: set[str] = set()
    known = _known_employers(rows)
    lines = []
    for taken in rows:
        values, fein = taken.values, taken.values["fein"]
        naics_source = source if values["naics_id"] else ""
        employees_source = source if values["employees"] is not None else ""
        whole = values | {
            "naics_source": naics_source,
            "employees_source": employees_source,
            "search_text": search_text(values["name"], values["alias"], values["town"]),
            "size_band": band_shown(values["employees"], employees_source),
            "area_id": taken.area_id,
            "region_id": taken.region_id,
            "sector_id": derivation.sector_shown(values["naics_id"], naics_source),
        }
        listed = json.dumps(values, ensure_ascii=False)
        first = [
            taken.row.number,
            taken.key,
            taken.fingerprint,
            listed,
            fein,
            not fein or fein not in seen,
            known.get(fein),
        ]
        lines.append([*first, *[whole[name] for name in _STAGED]])
        seen.add(fein)
    return lines


def _known_employers(rows: Sequence[TakenRow]) -> dict[str, int]:
    """The employers that have one of the rows' FEINs. Queries: 1, none without FEINs."""
    feins = {taken.values["fein"] for taken in rows} - {""}
    return dict(Employer.objects.filter(fein__in=feins).values_list("fein", "id")) if feins else {}


def _columns(model: type[Model], given: Mapping[str, str]) -> tuple[list[str], list[str], dict[str, Any]]:
    """Column names, expressions and parameters of an insert: what is given, the tenant, and each field's default."""
    names, expressions, parameters = [], [], {}
    now = timezone.now()
    for column in _written(model):
        names.append(f'"{column.column}"')
        name = str(column.column)
        if name in given:
            expressions.append(given[name])
        elif name == "tenant_id":
            expressions.append("%(tenant)s")
        else:
            is_time = getattr(column, "auto_now", False) or getattr(column, "auto_now_add", False)
            default = now if is_time else column.get_default()
            parameters[f"d_{column.column}"] = column.get_db_prep_save(default, connection)
            expressions.append(f"%(d_{column.column})s::{_kind(column)}")
    return names, expressions, parameters


def _written(model: type[Model]) -> list[Field]:
    """Columns an insert names: all but generated ones and the number the database gives."""
    skipped = [f for f in model._meta.local_concrete_fields if f.generated or f.db_returning]
    return [f for f in model._meta.local_concrete_fields if f not in skipped]


def _insert(cursor: Any, model: type[Model], given: Mapping[str, str], shared: Mapping[str, Any]) -> None:
    names, expressions, parameters = _columns(model, given)
    statement = f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) SELECT {', '.join(expressions)} FROM import_stage ORDER BY number"  # noqa: S608  names come from models
    cursor.execute(statement, {**shared, **parameters})


def _insert_numbered(
    cursor: Any, model: type[Model], given: Mapping[str, str], shared: Mapping[str, Any], *, keep: str, which: str
) -> None:
    names, expressions, parameters = _columns(model, given)
    statement = _NUMBERED.format(
        table=model._meta.db_table, columns=", ".join(names), values=", ".join(expressions), which=which, keep=keep
    )
    cursor.execute(statement, {**shared, **parameters})


def rows_update(model: type[Model], columns: Sequence[str], objects: Sequence[Model]) -> int:
    """Write these columns of objects that are known, in one statement; returns how many rows. Queries: 1, or 0."""
    if not objects:
        return 0
    fields = [next(f for f in model._meta.local_concrete_fields if f.attname == name) for name in columns]
    rows = [{"id": obj.pk} | {f.column: _plain(f, getattr(obj, f.attname)) for f in fields} for obj in objects]
    sets = ", ".join(f'"{f.column}" = v."{f.column}"' for f in fields)
    typed = ", ".join(f'"{f.column}" {_kind(f)}' for f in fields)
    statement = f"UPDATE {model._meta.db_table} t SET {sets} FROM json_to_recordset(%s::json) AS v (id bigint, {typed}) WHERE t.tenant_id = %s AND t.id = v.id"  # noqa: S608  names come from models
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(rows, ensure_ascii=False, default=str), current_tenant_id()])
        return cursor.rowcount


def _plain(column: Field, value: Any) -> Any:
    """A value as JSON carries it; JSON itself stays what it is."""
    return value if column.get_internal_type() == "JSONField" else column.get_prep_value(value)


def _kind(column: Field) -> str:
    return column.rel_db_type(connection) if column.is_relation else column.db_type(connection)  # type: ignore[return-value]
