"""Compare every published number with a count made anew from the records."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant
from reporting.services.recount import counts_recount

SHOWN = 50


class Command(BaseCommand):
    """Reads only, after working off what waits to be counted; exits with 1 if anything differs."""

    help = "Prove the published counts: compare each cell with a brute-force count."

    def add_arguments(self, parser: CommandParser) -> None:
        """One tenant, or all."""
        parser.add_argument("--tenant", help="slug of one tenant; all if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare each tenant in turn."""
        tenants = Tenant.objects.order_by("slug")
        if options["tenant"]:
            tenants = tenants.filter(slug=options["tenant"])
            if not tenants:
                raise CommandError(f"There is no tenant {options['tenant']!r}.")
        wrong = sum(self._compare(tenant) for tenant in tenants)
        if wrong:
            raise CommandError(f"{wrong:,} published cells differ from the recount.")

    def _compare(self, tenant: Tenant) -> int:
        with tenant_context(tenant.pk):
            recounted = counts_recount()
        self.stdout.write(f"{tenant.slug}: {recounted.cells:,} cells compared, {len(recounted.differences):,} differ")
        for difference in recounted.differences[:SHOWN]:
            self.stdout.write(f"  {difference.cell}: published {difference.published}, counted {difference.counted}")
        return len(recounted.differences)
