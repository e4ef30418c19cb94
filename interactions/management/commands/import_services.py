"""Take services that another system recorded."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bizworks.core.spreadsheets import cell_restore, csv_write
from bizworks.tenancy.actor import system_actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant
from interactions.services import ImportReport, ImportRow, services_import
from interactions.services.importing import COLUMNS, REQUIRED_COLUMNS


class Command(BaseCommand):
    """`import_services FILE --tenant SLUG`: the same file again changes nothing.

    The file is CSV in UTF-8 with a header. Columns: id (the row's own), business (our number or the
    identifier of an imported list), agency and item (codes), start and end (2026-03-31), status,
    assisted (staff or self), program, visibility. Rows not taken go, with the reason, to --report.
    """

    help = "Import services delivered from a CSV file, under the same rules as the pages."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which file, which tenant, and where the report goes."""
        parser.add_argument("file", type=Path, help="CSV file, UTF-8.")
        parser.add_argument("--tenant", required=True, help="Short name (slug) of the tenant.")
        parser.add_argument("--report", type=Path, help="Where to write the rows not taken; default: the screen.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import in one transaction, then say what happened."""
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant “{options['tenant']}”.")
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file)
                if missing := [name for name in REQUIRED_COLUMNS if name not in (reader.fieldnames or [])]:
                    raise CommandError(f"The file lacks the column {missing[0]}. It needs: {', '.join(COLUMNS)}.")
                with tenant_context(tenant.pk):
                    report = services_import(actor=system_actor(tenant.pk), rows=_rows(reader))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"The file cannot be read: {error}") from error
        self._tell(report, options["report"])

    def _tell(self, report: ImportReport, path: Path | None) -> None:
        self.stdout.write(f"{report.taken} taken, {report.known} here already, {len(report.refused)} not taken")
        if report.refused and path is None:
            for row, reason in report.refused:
                self.stdout.write(f"row {row.number}: {reason}")
        elif report.refused:
            header = ["row", *COLUMNS, "reason"]
            rows = [[row.number, *(row.cells.get(c, "") for c in COLUMNS), reason] for row, reason in report.refused]
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv_write(file, [header, *rows])


def _rows(reader: Iterable[dict[str, Any]]) -> Iterator[ImportRow]:
    for number, cells in enumerate(reader, 1):
        yield ImportRow(
            number, {k: cell_restore(v) for k, v in cells.items() if isinstance(k, str) and isinstance(v, str)}
        )
