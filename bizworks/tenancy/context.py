"""The tenant in force: a context variable and the database's own setting, together.

SECURITY: nothing else in the project may call set_config; a test reads every file for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connection, transaction


class NoTenantContextError(RuntimeError):
    """A tenant table was touched with no tenant in force: a programming mistake, loud on purpose."""


class TenantCrossingError(RuntimeError):
    """Work of one tenant tried to enter another."""


@dataclass(frozen=True)
class TenantContext:
    """What the database is told: whose rows, who acts, in which request."""

    tenant_id: int
    user_id: int | None = None
    request_id: str = ""


_current: ContextVar[TenantContext | None] = ContextVar("tenant_context", default=None)


def current_context() -> TenantContext:
    """Return the context in force. Errors: NoTenantContextError."""
    context = _current.get()
    if context is None:
        raise NoTenantContextError("No tenant is in force; open tenant_context(...) first.")
    return context


def current_tenant_id() -> int:
    """Return the tenant in force. Errors: NoTenantContextError."""
    return current_context().tenant_id


def _tell_database(context: TenantContext | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.tenant_id', %s, true), set_config('app.user_id', %s, true),"
            " set_config('app.request_id', %s, true)",
            [
                str(context.tenant_id) if context else "",
                str(context.user_id or "") if context else "",
                context.request_id if context else "",
            ],
        )


@contextmanager
def tenant_context(tenant_id: int, *, user_id: int | None = None, request_id: str = "") -> Iterator[TenantContext]:
    """Open one transaction in which exactly this tenant's rows exist.

    RLS: the setting is transaction-local, so no pooled connection can carry it on. Nesting within
    the same tenant is a savepoint; another tenant raises TenantCrossingError.
    Queries: 1, and 1 more when nested.
    """
    outer = _current.get()
    if outer is not None and outer.tenant_id != tenant_id:
        raise TenantCrossingError(f"Tenant {outer.tenant_id} is in force; tenant {tenant_id} was asked for.")
    context = TenantContext(tenant_id, user_id, request_id)
    nested = connection.in_atomic_block
    with transaction.atomic():
        _tell_database(context)
        token = _current.set(context)
        try:
            yield context
        finally:
            _current.reset(token)
        if nested:
            _tell_database(outer)
