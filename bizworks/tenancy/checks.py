"""System checks for the settings that would silently undo tenancy."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import OperationalError, connections

from bizworks.tenancy.models import TenantModel


@register(Tags.database)
def database_role_is_unprivileged(databases: Any = None, **kwargs: Any) -> list[Error]:
    """bizworks.E001: the application must not run as a superuser, an owner, or a role that bypasses RLS."""
    if not databases or "default" not in databases:
        return []
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT r.rolsuper OR r.rolbypassrls, EXISTS (SELECT FROM pg_class c JOIN pg_namespace n"
                " ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND pg_has_role(r.oid, c.relowner, 'USAGE'))"
                " FROM pg_roles r WHERE r.rolname = current_user"
            )
            bypasses, owns = cursor.fetchone()
    except OperationalError:
        return []
    if bypasses or owns:
        what = "is a superuser or bypasses row-level security" if bypasses else "owns tables"
        return [
            Error(
                f"The database role of DATABASE_URL {what}.",
                hint="Use a login that owns nothing for DATABASE_URL, and DATABASE_OWNER_URL for migrations only.",
                id="bizworks.E001",
            )
        ]
    return []


@register()
def requests_are_atomic(**kwargs: Any) -> list[Error]:
    """bizworks.E002: a view that fails half-way must leave nothing behind."""
    if settings.DATABASES["default"].get("ATOMIC_REQUESTS"):
        return []
    return [Error("ATOMIC_REQUESTS is off for the default database.", id="bizworks.E002")]


@register(Tags.database)
def tenant_tables_are_secured(databases: Any = None, **kwargs: Any) -> list[Error]:
    """bizworks.E003: every tenant table that exists has forced row-level security and a policy."""
    if not databases or "default" not in databases:
        return []
    tables = [model._meta.db_table for model in apps.get_models() if issubclass(model, TenantModel)]
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT c.relname FROM pg_class c WHERE c.relname = ANY(%s) AND c.relkind = 'r' AND NOT"
                " (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS"
                " (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))",
                [tables],
            )
            return [
                Error(f"The tenant table {row[0]} has no forced row-level security.", id="bizworks.E003")
                for row in cursor.fetchall()
            ]
    except OperationalError:
        return []
