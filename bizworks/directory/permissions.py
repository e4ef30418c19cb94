"""What of the audit trail a reader may see: pure rules; tables of upper apps are closed until they open columns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bizworks.tenancy.actor import Actor

NEVER_SHOWN = frozenset({"digest", "form_key", "file_path", "search_text", "sha256"})
OPEN_TABLES = ("directory_", "accounts_", "tenancy_")
PERSONAL_TABLES = frozenset({"directory_notice"})
"""What people write to each other; the trail shows only that there was something."""


@dataclass(frozen=True)
class AuditColumns:
    """Which values of a table the audit trail shows: to every reader, or to holders of a permission."""

    shown: frozenset[str] = frozenset()
    guarded: Mapping[str, str] = field(default_factory=dict)


_columns: dict[str, AuditColumns] = {}


def register_audit_columns(table: str, *, shown: Iterable[str], guarded: Mapping[str, str] | None = None) -> None:
    """Let an upper app open columns of its table to readers of the trail; called from its `AppConfig.ready()`.

    `guarded` maps a column to the permission that shows it. Columns of neither show only that they changed.
    """
    _columns[table] = AuditColumns(frozenset(shown), dict(guarded or {}))


def audit_value_visible(actor: Actor, table: str, column: str) -> bool:
    """Whether this reader sees the values of a column; if not, only that it changed."""
    if column in NEVER_SHOWN:
        return False
    if table.startswith(OPEN_TABLES) and table not in PERSONAL_TABLES:
        return True
    rules = _columns.get(table, AuditColumns())
    return column in rules.shown or (column in rules.guarded and actor.may(rules.guarded[column]))
