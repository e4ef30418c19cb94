"""The audit trail in words: who changed what, when, without the values a reader may not see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst

from bizworks.accounts.models import User
from bizworks.directory.models import BEGINNING, StaffMember
from bizworks.directory.permissions import audit_value_visible
from bizworks.directory.selectors import profile
from bizworks.directory.services.kinds import KINDS
from bizworks.directory.services.words import day
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.models import AuditEvent, TenantModel

PAGE = 25
TEXT_SHOWN_MAX = 160
HIDDEN = "not shown to your role"
EMPTY = "empty"
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_SILENT = frozenset({"id", "tenant_id", "version", "updated_at", "created_at"})


@dataclass(frozen=True)
class AuditFilter:
    """What to look for; None = everything."""

    user_id: int | None = None
    table: str = ""
    row_id: int | None = None
    since: date | None = None
    until: date | None = None
    """Last day, local to the tenant."""
    before: int | None = None
    """Only events older than this one."""


@dataclass(frozen=True)
class AuditChange:
    """One column: its label, and its values in words. `before` is None where a row was added or removed."""

    label: str
    before: str | None
    after: str


@dataclass(frozen=True)
class AuditLine:
    """One row of the trail for people."""

    pk: int
    at: datetime
    who: str
    operation: str
    """insert, update, delete, or read (of what is restricted)."""
    kind: str
    name: str
    url: str
    changes: list[AuditChange]
    request_id: str

    @property
    def shown_at(self) -> str:
        """The moment where the tenant is."""
        return date_format(self.at, "M j, Y, g:i A")

    @property
    def done(self) -> str:
        """What happened, as a past participle."""
        return {"insert": "added", "update": "changed", "delete": "removed", "read": "read"}[self.operation]

    @property
    def shown(self) -> list[AuditChange]:
        """The columns whose values the reader may see."""
        return [change for change in self.changes if change.after != HIDDEN]

    @property
    def hidden(self) -> list[str]:
        """The labels of the other columns: they changed, and no more is told."""
        return [change.label for change in self.changes if change.after == HIDDEN]


@dataclass(frozen=True)
class AuditPage:
    """A page of the trail, newest first; `next_before` leads to the older ones."""

    lines: list[AuditLine]
    next_before: int | None


@cache
def audited_models() -> dict[str, type[Model]]:
    """Every tenant table that can appear in the trail. Queries: 0."""
    models = [model for model in apps.get_models() if issubclass(model, TenantModel) and model is not AuditEvent]
    return {model._meta.db_table: model for model in models}


def table_label(table: str) -> str:
    """A table's name for people. Queries: 0."""
    model = audited_models().get(table)
    return capfirst(str(model._meta.verbose_name)) if model else capfirst(table.replace("_", " "))


def table_choices() -> list[tuple[str, str]]:
    """The tables to filter by, by their names. Queries: 0."""
    return sorted(((table, table_label(table)) for table in audited_models()), key=lambda pair: pair[1])


def people_choices() -> list[tuple[int, str]]:
    """The people to filter by, former ones too. Queries: 1."""
    return list(StaffMember.objects.values_list("user_id", "name"))


def audit_page(*, actor: Actor, wanted: AuditFilter) -> AuditPage:
    """Read one page of the trail in words. Queries: 3, and one for each kind of row named (at most about 12)."""
    zone = ZoneInfo(profile().time_zone)
    events = list(_filtered(wanted, zone)[: PAGE + 1])
    more, events = len(events) > PAGE, events[:PAGE]
    words = _Words(actor, zone, events)
    lines = [words.line(event) for event in events]
    return AuditPage(lines, events[-1].pk if more else None)


def _filtered(wanted: AuditFilter, zone: ZoneInfo) -> QuerySet[AuditEvent]:
    rows = AuditEvent.objects.order_by("-id")
    if wanted.user_id is not None:
        rows = rows.filter(user_id=wanted.user_id)
    if wanted.table:
        rows = rows.filter(table_name=wanted.table)
    if wanted.row_id is not None:
        rows = rows.filter(row_id=wanted.row_id)
    if wanted.since:
        rows = rows.filter(at__gte=_midnight(wanted.since, zone))
    if wanted.until:
        rows = rows.filter(at__lt=_midnight(wanted.until + timedelta(days=1), zone))
    if wanted.before is not None:
        rows = rows.filter(pk__lt=wanted.before)
    return rows


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time.min, tzinfo=zone).astimezone(UTC)


class _Words:
    """Turns events into lines, having read all names they need in one query per kind of row."""

    def __init__(self, actor: Actor, zone: ZoneInfo, events: list[AuditEvent]) -> None:
        self.actor, self.zone = actor, zone
        user_ids = {event.user_id for event in events if event.user_id}
        self.people = dict(StaffMember.objects.filter(user_id__in=user_ids).values_list("user_id", "name"))
        wanted: dict[type[Model], set[Any]] = {}
        for event in events:
            model = audited_models().get(event.table_name)
            if model is None:
                continue
            wanted.setdefault(model, set()).add(event.row_id)
            for field in _foreign_keys(model):
                wanted.setdefault(field.related_model, set()).update(_values(event, field.attname))
        self.names = {model: self._named(model, ids - {None, ""}) for model, ids in wanted.items()}

    def _named(self, model: type[Model], ids: set[Any]) -> dict[str, str]:
        """Read names of rows the reader may know by name."""
        has_name = any(field.name == "name" for field in model._meta.concrete_fields)
        if issubclass(model, TenantModel):
            if not ids or not has_name or not audit_value_visible(self.actor, model._meta.db_table, "name"):
                return {}
            rows = model.objects.filter(pk__in=ids)
        elif model is User:
            rows = User.objects.filter(pk__in=ids, tenant_id=self.actor.tenant_id)
        else:
            rows = model._default_manager.filter(pk__in=ids)
        if not ids:
            return {}
        return {str(row.pk): str(getattr(row, "name", row)) for row in rows}

    def line(self, event: AuditEvent) -> AuditLine:
        model = audited_models().get(event.table_name)
        own = event.changes.get("name") if event.operation != "update" else None
        if own is not None and not audit_value_visible(self.actor, event.table_name, "name"):
            own = None
        name = self.names.get(model, {}).get(str(event.row_id)) if model else None
        return AuditLine(
            pk=event.pk,
            at=event.at.astimezone(self.zone),
            who=self.people.get(event.user_id, "bizworks"),
            operation=event.operation,
            kind=table_label(event.table_name),
            name=str(name or own or f"no. {event.row_id}"),
            url=_row_url(model, event.row_id) if model and event.operation != "delete" else "",
            changes=self._changes(model, event) if model else [],
            request_id=event.request_id,
        )

    def _changes(self, model: type[Model], event: AuditEvent) -> list[AuditChange]:
        changed = event.operation == "update"
        found = []
        for field in model._meta.concrete_fields:
            value = event.changes.get(field.column)
            if field.column in _SILENT or field.column not in event.changes:
                continue
            if not changed and (value in _NOTHING or value is False or value == str(BEGINNING)):
                continue
            label = capfirst(str(field.verbose_name))
            if not audit_value_visible(self.actor, event.table_name, field.name):
                found.append(AuditChange(label, None, HIDDEN))
                continue
            before, after = value if changed else (None, value)
            found.append(AuditChange(label, self._value(field, before) if changed else None, self._value(field, after)))
        return found

    def _value(self, field: Field, value: Any) -> str:
        if value in _NOTHING:
            return EMPTY
        if isinstance(field, ForeignKey):
            return self.names.get(field.related_model, {}).get(str(value), f"no. {value}")
        if isinstance(value, bool):
            return "yes" if value else "no"
        text = str(value)
        if field.choices:
            text = str(dict(field.flatchoices).get(value, value))
        elif isinstance(value, list):
            text = ", ".join(str(each) for each in value)
        elif field.get_internal_type() == "DateField" and (on := parse_date(text)):
            text = day(on)
        elif field.get_internal_type() == "DateTimeField" and (moment := parse_datetime(text)):
            text = date_format(moment.astimezone(self.zone), "M j, Y, g:i A")
        return text if len(text) <= TEXT_SHOWN_MAX else text[:TEXT_SHOWN_MAX] + "…"


def _foreign_keys(model: type[Model]) -> Iterable[ForeignKey]:
    return [f for f in model._meta.concrete_fields if isinstance(f, ForeignKey) and f.name != "tenant"]


def _values(event: AuditEvent, column: str) -> list[Any]:
    if column not in event.changes:
        return []
    value = event.changes[column]
    return value if event.operation == "update" and isinstance(value, list) else [value]


_PAGES = {kind.model: f"directory:{key}_edit" for key, kind in KINDS.items()} | {StaffMember: "directory:staff_edit"}


def _row_url(model: type[Model], row_id: int) -> str:
    """The row's own page, if it has one. Queries: 0."""
    try:
        if model in _PAGES:
            return reverse(_PAGES[model], args=[row_id])
        return model(pk=row_id).get_absolute_url() if hasattr(model, "get_absolute_url") else ""
    except NoReverseMatch:
        return ""
