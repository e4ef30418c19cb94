"""Make a tenant."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.services.invitations import VALID_DAYS
from bizworks.directory.services.presets import PresetError, preset_slugs
from bizworks.directory.services.tenants import preset_find, tenant_create


class Command(BaseCommand):
    """`create_tenant --slug ma --name Massachusetts --preset massachusetts --admin-email a@b.example`.

    All or nothing; prints the link by which the first administrator gets in, and mails it.
    """

    help = "Make a tenant with a map, and invite its first administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which tenant, from which preset, for whom."""
        parser.add_argument("--slug", required=True, help="Short name: letters, digits, hyphens.")
        parser.add_argument("--name", required=True, help="Name as shown on every page.")
        names = ", ".join(preset_slugs())
        parser.add_argument(
            "--preset", default="", help=f"{names}, or the path of a .yaml file; default: an empty map."
        )
        parser.add_argument("--state", default="", help="Two letters; needed only without a preset.")
        parser.add_argument("--admin-email", required=True, help="Who is invited as administrator.")
        parser.add_argument("--admin-name", default="Administrator", help="The administrator's name.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or say why not."""
        try:
            made = tenant_create(
                slug=options["slug"],
                name=options["name"],
                preset=preset_find(options["preset"]) if options["preset"] else None,
                admin_email=options["admin_email"],
                admin_name=options["admin_name"],
                state=options["state"],
            )
        except (BusinessRuleError, PresetError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made.tenant.name} is ready. Its administrator gets in here, within {VALID_DAYS} days:")
        self.stdout.write(made.link)
