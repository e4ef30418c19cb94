"""Add, change, retire and restore any entry of the map; `kinds` says what is particular to each."""

import hashlib
import json
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.models import BEGINNING, CodedModel, SectorPrefix, SlateLine
from bizworks.directory.services.kinds import KINDS, Kind
from bizworks.directory.services.map_changes import map_changed
from bizworks.directory.services.words import day
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission

PARTS = (SlateLine, SectorPrefix)


def fingerprint(entry: CodedModel) -> str:
    """Name the state of an entry, so that a form can tell whether someone else changed it meanwhile. Queries: 0-1."""
    values: dict[str, Any] = {f.attname: getattr(entry, f.attname) for f in entry._meta.concrete_fields}
    for related in ("lines", "prefixes"):
        if hasattr(entry, related):
            values[related] = [str(row) for row in getattr(entry, related).all()]
    return hashlib.sha256(json.dumps(values, cls=DjangoJSONEncoder, sort_keys=True).encode()).hexdigest()[:16]


@transaction.atomic
def entry_save(
    *, actor: Actor, kind: str, values: dict[str, Any], entry_id: int | None = None, seen: str = ""
) -> CodedModel:
    """Add an entry (`entry_id` None) or change one; only the kind's own columns are written.

    `seen` is the fingerprint the change was made on; if the entry is another by now, nothing is
    saved. A slate that orientations were judged by is not edited (BR-24): use `slate_supersede`.
    Locks: the row. Errors: NotAllowedError, BusinessRuleError by column, DoesNotExist. Queries: 3-9.
    """
    actor.require(Permission.MANAGE_DIRECTORY)
    rules = KINDS[kind]
    entry = _locked(rules, entry_id) if entry_id else rules.model()
    if entry_id and seen and seen != fingerprint(entry):
        raise BusinessRuleError("Someone else changed this since you opened it. Open it again and repeat your change.")
    if kind == "slate" and entry_id and "lines" in values and is_used(entry):
        raise BusinessRuleError({"lines": ["Orientations were judged by this version: make a new version instead."]})
    if entry_id:
        _refuse_frozen(rules, entry, values)
    before = fingerprint(entry) if entry_id else ""
    for column in rules.columns:
        if column in values:
            setattr(entry, column, values[column])
    entry.starts_on = entry.starts_on or BEGINNING
    if rules.check:
        rules.check(entry)
    _save(rules, entry)
    detailed = rules.details(entry, values)
    if rules.changes and (detailed or before != fingerprint(entry)):
        map_changed(rules.changes)
    return entry


def _locked(rules: Kind, entry_id: int) -> CodedModel:
    return rules.model.objects.select_for_update().get(pk=entry_id)


def _refuse_frozen(rules: Kind, entry: CodedModel, values: dict[str, Any]) -> None:
    moved = [name for name in rules.frozen if name in values and values[name] != getattr(entry, name)]
    if moved and is_used(entry):
        raise BusinessRuleError({moved[0]: ["Records name this entry already: add a new one and retire this one."]})


def _save(rules: Kind, entry: CodedModel) -> None:
    if entry.retired_on and entry.retired_on <= entry.starts_on:
        raise BusinessRuleError({"starts_on": [f"It retires on {day(entry.retired_on)}; it must begin before."]})
    if rules.model.objects.filter(code=entry.code).exclude(pk=entry.pk).exists():
        raise BusinessRuleError({"code": [f"The code {entry.code} is taken. Each has a code of its own."]})
    try:
        entry.full_clean(validate_constraints=False, validate_unique=False)
        with transaction.atomic():
            entry.save()
    except ValidationError as error:
        raise BusinessRuleError(error.message_dict) from error
    except IntegrityError as error:
        raise BusinessRuleError({"code": ["Someone else took this code just now."]}) from error


@transaction.atomic
def entry_retire(*, actor: Actor, kind: str, entry_id: int, retired_on: date) -> CodedModel:
    """End an entry on a date (its first day no longer in force); it stays in every record that names it.

    Locks: the row. Errors: NotAllowedError, DoesNotExist, BusinessRuleError (retired_on: before its
    start, or something still depends on it). Queries: 3-6.
    """
    actor.require(Permission.MANAGE_DIRECTORY)
    rules = KINDS[kind]
    entry = _locked(rules, entry_id)
    if retired_on <= entry.starts_on:
        raise BusinessRuleError({"retired_on": [f"It began on {day(entry.starts_on)}; it can only end after that."]})
    if blockers := rules.blockers(entry, retired_on):
        raise BusinessRuleError({"retired_on": blockers})
    entry.retired_on = retired_on
    entry.save(update_fields=["retired_on"])
    if rules.changes:
        map_changed(rules.changes)
    return entry


@transaction.atomic
def entry_restore(*, actor: Actor, kind: str, entry_id: int) -> CodedModel:
    """Take a retirement back: the entry is in force again without a gap.

    Locks: the row. Errors: NotAllowedError, DoesNotExist. Queries: 3.
    """
    actor.require(Permission.MANAGE_DIRECTORY)
    rules = KINDS[kind]
    entry = _locked(rules, entry_id)
    if entry.retired_on is not None:
        entry.retired_on = None
        entry.save(update_fields=["retired_on"])
        if rules.changes:
            map_changed(rules.changes)
    return entry


def is_used(entry: CodedModel) -> bool:
    """Tell whether any record names the entry or one of its lines; the tables of upper apps count too. Queries: 1-8."""
    lines = list(entry.lines.all()) if hasattr(entry, "lines") else []
    return _is_named([entry]) or (bool(lines) and _is_named(lines))


def _is_named(rows: list[Any]) -> bool:
    relations = [
        field for field in rows[0]._meta.get_fields(include_hidden=True) if field.one_to_many and field.auto_created
    ]
    return any(
        relation.related_model.objects.filter(**{f"{relation.field.name}__in": [row.pk for row in rows]}).exists()
        for relation in relations
        if relation.related_model not in PARTS
    )


@transaction.atomic
def slate_supersede(
    *, actor: Actor, slate_id: int, code: str, name: str, starts_on: date, lines: list[str]
) -> CodedModel:
    """Replace a slate by a new version from a date (BR-24): the old one retires that day, in one act.

    Orientations before the date stay judged by the old version. Errors: as `entry_save`, and
    BusinessRuleError (starts_on) for a date not after the old version's first. Queries: about 8.
    """
    actor.require(Permission.MANAGE_DIRECTORY)
    old = _locked(KINDS["slate"], slate_id)
    if starts_on <= old.starts_on:
        raise BusinessRuleError(
            {"starts_on": [f"The present version begins on {day(old.starts_on)}; choose a later day."]}
        )
    if old.retired_on is not None and old.retired_on < starts_on:
        raise BusinessRuleError({"starts_on": [f"The present version ends on {day(old.retired_on)}: leave no gap."]})
    values = {"code": code, "name": name, "starts_on": starts_on, "lines": lines}
    new = entry_save(actor=actor, kind="slate", values=values)
    old.retired_on = starts_on
    old.save(update_fields=["retired_on"])
    return new
