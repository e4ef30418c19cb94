"""Reads of tenants themselves; nothing here looks inside one."""

from django.db.models import QuerySet

from bizworks.tenancy.models import Tenant


def tenants_all() -> QuerySet[Tenant]:
    """Every tenant by name, suspended ones too. Queries: 1."""
    return Tenant.objects.order_by("name")
