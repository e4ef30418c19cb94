"""Count everything anew from the records."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant
from reporting.services.rebuild import counts_rebuild


class Command(BaseCommand):
    """Replaces a tenant's facts and cells in one transaction; readers see the old numbers until it ends."""

    help = "Rebuild the published counts of one tenant or of all."

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
                rebuilt = counts_rebuild()
            self.stdout.write(f"{tenant.slug}: {rebuilt.facts:,} facts, {rebuilt.cells:,} cells")
