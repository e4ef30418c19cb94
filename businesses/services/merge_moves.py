"""Moving the rows of one foreign key from one place to another, and back: sets of rows, never one by one (BR-13)."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, BooleanField, Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.constraints import UniqueConstraint
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.functions import Coalesce

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import current_tenant_id
from businesses.models import BusinessMerge, MergePart
from businesses.services.merge_fields import Changes, restore, write
from businesses.services.merge_registry import MergeRelation, Policy, relation_named


@dataclass
class _Claim:
    """Rows that point to one place, locked, by what is to become of them."""

    moving: list[int] = field(default_factory=list)
    closing: list[int] = field(default_factory=list)
    aside: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Claims:
    """The locked rows of one relation: {place they point to: claim}, and {place: where they go}."""

    relation: MergeRelation
    places: Mapping[int, int]
    by_place: dict[int, _Claim]


def claim(relation: MergeRelation, places: Mapping[int, int], *, leave: Collection[int] = ()) -> Claims:
    """Lock the rows that point to some places ({place: where they go}), and find whose new place is taken.

    `leave` are ids of rows that stay. Locks: the rows, by id. Queries: 1.
    """
    rows = with_rivals(relation, places).exclude(pk__in=leave).order_by("pk").select_for_update(no_key=True)
    claims = Claims(relation, places, {})
    columns = ("pk", relation.key.attname, "rival", "is_better", "rival_is_better")
    for pk, place, rival, is_better, rival_is_better in rows.values_list(*columns):
        mine = claims.by_place.setdefault(place, _Claim())
        if rival is None:
            mine.moving.append(pk)
        elif relation.policy is Policy.MOVE_OR_CLOSE:
            mine.moving.append(pk)
            mine.closing.append(pk)
        elif is_better and not rival_is_better:
            mine.moving.append(pk)
            mine.aside.append(rival)
        else:
            mine.aside.append(pk)
    return claims


def with_rivals(relation: MergeRelation, places: Mapping[int, int]) -> QuerySet:
    """Rows that point to some places, with the id of the row that has their place at the target. Queries: 0."""
    going = [When(**{relation.field: place}, then=Value(to)) for place, to in places.items()]
    rows = relation.model.objects.filter(**{f"{relation.field}__in": list(places)})  # type: ignore[attr-defined]
    rows = rows.annotate(place=Case(*going, output_field=BigIntegerField()))
    better = _flag(relation.better)
    rivals = [_rival(relation, constraint, F("pk")) for constraint in relation.uniques]
    ranks = [_rival(relation, constraint, better) for constraint in relation.uniques]
    return rows.annotate(
        rival=rivals[0] if rivals else Value(None, output_field=BigIntegerField()),
        is_better=better,
        rival_is_better=ranks[0] if ranks else Value(False),
    )


def _flag(condition: Q | None) -> Combinable:
    if condition is None:
        return Value(False)
    return Case(When(condition, then=True), default=False, output_field=BooleanField())


def _rival(relation: MergeRelation, constraint: UniqueConstraint, value: Combinable) -> Combinable:
    """A value of the row that has the outer row's place at the target; null = the place is free."""
    there = relation.model.objects.filter(**{relation.field: OuterRef("place")})  # type: ignore[attr-defined]
    for name in constraint.fields:
        column = relation.model._meta.get_field(name).attname  # type: ignore[union-attr]
        if name in ("tenant", relation.field):
            continue
        if constraint.nulls_distinct is False:
            there = there.alias(**{f"same_{name}": Coalesce(column, 0)})
            there = there.filter(**{f"same_{name}": Coalesce(OuterRef(column), 0)})
        else:
            there = there.filter(**{column: OuterRef(column)})
    if constraint.condition is None:
        return Subquery(there.annotate(answer=value).values("answer")[:1])
    there = there.filter(constraint.condition)
    return Case(When(constraint.condition, then=Subquery(there.annotate(answer=value).values("answer")[:1])))


def carry_out(claims: Claims, *, merge: BusinessMerge, actor: Actor) -> list[MergePart]:
    """Take out, close and move what was claimed; returns the (unsaved) log. Queries: at most 4, whatever the number."""
    relation, parts = claims.relation, []
    aside = _take_out(relation, [pk for mine in claims.by_place.values() for pk in mine.aside])
    closed = _close(relation, [pk for mine in claims.by_place.values() for pk in mine.closing], actor)
    _move(relation, {pk: claims.places[place] for place, mine in claims.by_place.items() for pk in mine.moving})
    for place, mine in claims.by_place.items():
        parts.append(
            MergePart(
                merge=merge,
                relation=relation.name,
                moved_from=place,
                moved_to=claims.places[place],
                row_ids=mine.moving,
                closed={str(pk): closed[pk] for pk in mine.closing},
                set_aside=[aside[pk] for pk in mine.aside],
            )
        )
    return parts


def _take_out(relation: MergeRelation, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Delete rows and give each whole, as the database writes it."""
    if not ids:
        return {}
    table = relation.model._meta.db_table
    sql = f"DELETE FROM {table} t WHERE t.tenant_id = %s AND t.id = ANY (%s) RETURNING t.id, to_jsonb(t)::text"
    with connection.cursor() as cursor:
        cursor.execute(sql, [current_tenant_id(), ids])
        return {pk: json.loads(row) for pk, row in cursor.fetchall()}


def _close(relation: MergeRelation, ids: list[int], actor: Actor) -> dict[int, Changes]:
    if not ids or relation.closing is None:
        return {}
    values = relation.closing(actor)
    rows = list(relation.model.objects.filter(pk__in=ids))  # type: ignore[attr-defined]
    changes = {row.pk: write(row, values) for row in rows}
    relation.model.objects.filter(pk__in=ids).update(**values)  # type: ignore[attr-defined]
    return changes


def _move(relation: MergeRelation, going: Mapping[int, int]) -> None:
    """Point rows elsewhere, {row: new place}, in one statement."""
    if not going:
        return
    table, column = relation.model._meta.db_table, relation.key.column
    sql = (
        f"UPDATE {table} t SET {column} = v.place FROM unnest(%s::bigint[], %s::bigint[]) AS v (id, place)"
        " WHERE t.tenant_id = %s AND t.id = v.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(going.keys()), list(going.values()), current_tenant_id()])


def take_back(part: MergePart) -> int:
    """Undo one part: rows that still are where they were put go back, with whatever was written to them since.

    Returns how many could not: their place has been taken meanwhile, or what they belonged to is gone.
    Locks: the rows, by id. Queries: at most 5.
    """
    relation = relation_named(part.relation)
    if relation is None:
        return 0
    stayed = 0
    if part.row_ids:
        places = {part.moved_to: part.moved_from}
        rows = with_rivals(relation, places).filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [part.row_ids]))
        rows = rows.order_by("pk").select_for_update(no_key=True)
        found = dict(rows.values_list("pk", "rival"))
        _move(relation, {pk: part.moved_from for pk, rival in found.items() if rival is None})
        stayed += sum(rival is not None for rival in found.values())
    if part.closed:
        _reopen(relation, part)
    if part.set_aside:
        stayed += len(part.set_aside) - _put_back(relation, part.set_aside)
    return stayed


def _reopen(relation: MergeRelation, part: MergePart) -> None:
    rows = relation.model.objects.filter(pk__in=[int(pk) for pk in part.closed])  # type: ignore[attr-defined]
    rows = list(rows.filter(**{relation.field: part.moved_from}).select_for_update(no_key=True).order_by("pk"))
    changed = [row for row in rows if restore(row, part.closed[str(row.pk)], [tuple(part.closed[str(row.pk)])])]
    if changed:
        columns = {column for row in changed for column in part.closed[str(row.pk)]}
        names = [relation.model._meta.get_field(column).name for column in sorted(columns)]
        relation.model.objects.bulk_update(changed, names)  # type: ignore[attr-defined]


def _put_back(relation: MergeRelation, rows: list[dict[str, Any]]) -> int:
    """Insert rows as they were, but none whose parents are gone or whose place is taken; returns how many."""
    meta = relation.model._meta
    fields = [f for f in meta.local_concrete_fields if not f.generated and f.column in rows[0]]
    columns = ", ".join(f'"{f.column}"' for f in fields)
    parents = "".join(
        f' AND (r."{f.column}" IS NULL OR EXISTS (SELECT FROM {f.related_model._meta.db_table} p'  # type: ignore[union-attr]
        f' WHERE p.tenant_id = r.tenant_id AND p.id = r."{f.column}"))'
        for f in fields
        if f.is_relation and hasattr(f.related_model, "tenant_id")
    )
    sql = (
        f"INSERT INTO {meta.db_table} ({columns}) SELECT {columns}"
        f" FROM jsonb_populate_recordset(NULL::{meta.db_table}, %s::jsonb) r WHERE r.tenant_id = %s{parents}"
        " ON CONFLICT DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(rows), current_tenant_id()])
        return cursor.rowcount
