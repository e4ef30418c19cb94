"""Load the reference facts from their files."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bizworks.reference.services import ReferenceFileError, reference_load


class Command(BaseCommand):
    """`load_reference`: idempotent, does nothing when no file changed.

    Runs as the owner of the tables, where that connection is configured: the application's own role
    may only read them.
    """

    help = "Load NAICS codes, places and federal categories from bizworks/reference/data."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which connection."""
        parser.add_argument(
            "--database",
            choices=sorted(settings.DATABASES),
            default="owner" if "owner" in settings.DATABASES else "default",
            help="Connection to write with.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and name each file with its number of rows."""
        try:
            tables = reference_load(database=options["database"])
        except ReferenceFileError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"] > 0:
            for table in tables:
                self.stdout.write(f"{table.name}: {table.row_count} rows, {'loaded' if table.changed else 'unchanged'}")
