"""Make the search tables anew from the records."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant
from businesses.services.search import search_rebuild


class Command(BaseCommand):
    """Replaces a tenant's search entries in one transaction; people find by the old ones until it ends."""

    help = "Rebuild what search reads, of one tenant or of all."

    def add_arguments(self, parser: CommandParser) -> None:
        """One tenant, or all."""
        parser.add_argument("--tenant", help="slug of one tenant; all if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild each tenant in turn."""
        tenants = Tenant.objects.order_by("slug")
        if options["tenant"]:
            tenants = tenants.filter(slug=options["tenant"])
            if not tenants:
                raise CommandError(f"There is no tenant {options['tenant']!r}.")
        for tenant in tenants:
            with tenant_context(tenant.pk):
                entries = search_rebuild()
            self.stdout.write(f"{tenant.slug}: {entries:,} businesses can be found")
