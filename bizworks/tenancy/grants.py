"""What the application's role may do with each table; applied after every migration, so no table is forgotten."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections

from bizworks.tenancy.models import ReferenceModel

APPEND_ONLY_TABLES = frozenset({"tenancy_auditevent", "tenancy_tenant"})
READ_ONLY_TABLES = frozenset({"django_migrations", "django_content_type", "auth_permission", "auth_group"})


def table_grants() -> dict[str, str]:
    """Map each table of the project to the privileges of the application's role."""
    grants = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if issubclass(model, ReferenceModel) or table in READ_ONLY_TABLES:
            grants[table] = "SELECT"
        elif table in APPEND_ONLY_TABLES:
            grants[table] = "SELECT, INSERT"
        else:
            grants[table] = "SELECT, INSERT, UPDATE, DELETE"
    return grants | {"core_cache": "SELECT, INSERT, UPDATE, DELETE", "django_migrations": "SELECT"}


def grant_application_role(sender: Any, using: str = "default", **kwargs: Any) -> None:
    """Grant after a migration run by the owner; runs once per migrate, when the last app reports."""
    if using != "owner" or sender.label != "reporting":
        return
    role = settings.APP_DATABASE_ROLE
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        present = {row[0] for row in cursor.fetchall()}
        cursor.execute(f'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "{role}"')
        cursor.execute(f'GRANT USAGE ON SCHEMA public TO "{role}"')
        for table, privileges in table_grants().items():
            if table in present:
                cursor.execute(f'GRANT {privileges} ON "{table}" TO "{role}"')
