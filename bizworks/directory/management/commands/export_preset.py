"""Write a tenant's map as a preset."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bizworks.directory.services.preset_export import preset_dump, preset_text
from bizworks.tenancy.actor import system_actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant


class Command(BaseCommand):
    """`export_preset --tenant ma [--output map.yaml]`: a file that `create_tenant --preset` loads."""

    help = "Write a tenant's map (no people, no businesses) as a preset, to the screen or a file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which tenant and where to."""
        parser.add_argument("--tenant", required=True, help="Short name (slug) of the tenant.")
        parser.add_argument("--output", default="", help="File to write; default: the screen.")

    def handle(self, *args: Any, tenant: str, output: str, **options: Any) -> None:
        """Write it."""
        row = Tenant.objects.filter(slug=tenant).first()
        if row is None:
            raise CommandError(f"There is no tenant “{tenant}”.")
        with tenant_context(row.pk):
            text = preset_text(preset_dump(actor=system_actor(row.pk), name=row.name))
        if not output:
            self.stdout.write(text)
            return
        Path(output).write_text(text, encoding="utf-8")
        self.stdout.write(f"Written: {output}")
