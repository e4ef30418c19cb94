"""Give a tenant a packaged map of its system."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bizworks.directory.services.presets import PresetError, preset_apply, preset_read, preset_slugs
from bizworks.tenancy.models import Tenant


class Command(BaseCommand):
    """`load_preset SLUG --tenant SLUG`: idempotent; adds what is missing and changes nothing else."""

    help = "Add a packaged preset (regions, areas, agencies, catalogue, sectors, labels) to a tenant."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which preset and which tenant."""
        parser.add_argument("preset", choices=preset_slugs(), help="Name of the preset.")
        parser.add_argument("--tenant", required=True, help="Short name (slug) of the tenant.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Apply, and say what was added and what was already there."""
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant “{options['tenant']}”.")
        try:
            report = preset_apply(tenant=tenant, preset=preset_read(options["preset"]))
        except PresetError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"] > 0:
            for name, count in report.added.items():
                self.stdout.write(f"{name}: {count} added")
            for name, count in report.kept.items():
                self.stdout.write(f"{name}: {count} already there, left as they are")
