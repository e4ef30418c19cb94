"""Tenancy: whose data this is, and proof that nobody else sees it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TenancyConfig(AppConfig):
    """Registers the system checks and the grants that follow every migration."""

    name = "bizworks.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        """Load the checks; grant after migrations."""
        from bizworks.tenancy import checks  # noqa: F401  registration by import
        from bizworks.tenancy.grants import grant_application_role

        post_migrate.connect(grant_application_role, dispatch_uid="tenancy.grants")
