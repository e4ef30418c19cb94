"""Import a list of businesses from a file on this machine."""

import gzip
import time
import zlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.actor import system_actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant
from businesses.constants import ImportField, ImportPhase, MatchedPolicy, Source
from businesses.models import ImportBatch
from businesses.services.import_run import import_run
from businesses.services.imports import import_map, import_start, import_upload


class Command(BaseCommand):
    """The same import as the page's, without its size limit: .csv, .csv.gz and .xlsx, run here and now.

    Fails (exit code 1) if the list cannot be read, the mapping is wrong or the import stops.
    """

    help = "Import a list of businesses (.csv, .csv.gz, .xlsx). The same list again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--tenant", required=True, help="Short name (slug) of the tenant.")
        parser.add_argument("--source", required=True, help="What the list is; the same name updates its businesses.")
        parser.add_argument(
            "--kind", choices=Source.values, default=Source.PUBLIC, help="Where its values come from (default: public)."
        )
        parser.add_argument(
            "--known",
            choices=MatchedPolicy.values,
            default=MatchedPolicy.FILL,
            help="Businesses known from elsewhere: fill what is empty there (default), link only, or add again.",
        )
        parser.add_argument(
            "--map",
            nargs="+",
            default=[],
            metavar="FIELD=COLUMN",
            help=f"Which column is what; fields: {', '.join(ImportField.values)}. What is not named is guessed;"
            " an empty column (row_id=) leaves the field out.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, showing progress."""
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"No tenant is named {options['tenant']!r}.")
        started = time.monotonic()
        try:
            with _open(options["file"]) as file:
                batch = _prepare(tenant.pk, file, options)
        except (OSError, EOFError, zlib.error) as error:
            raise CommandError(f"{options['file']} cannot be read: {error}.") from None
        except BusinessRuleError as error:
            raise CommandError(
                "; ".join(f"{k}: {m}" if k else m for k, ms in error.errors.items() for m in ms)
            ) from None
        import_run(tenant_id=tenant.pk, batch_id=batch.pk, on_progress=self._show)
        with tenant_context(tenant.pk):
            batch.refresh_from_db()
        self._report(batch, time.monotonic() - started)

    def _show(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done:,} of {total:,} rows", ending="")

    def _report(self, batch: ImportBatch, seconds: float) -> None:
        self.stdout.write(
            f"{batch.total:,} rows in {seconds:.1f} s: {batch.rows_new:,} new, {batch.rows_changed:,} changed,"
            f" {batch.rows_unchanged:,} unchanged, {batch.rows_rejected:,} not taken;"
            f" {batch.rows_matched:,} known from elsewhere, {batch.rows_doubtful:,} resemble a known one;"
            f" {batch.rows_unplaced:,} taken but in no area. Import {batch.pk}."
        )
        if batch.state != ImportBatch.State.DONE:
            raise CommandError(batch.problem or f"The import is {batch.get_state_display().lower()}.")


def _open(path: Path) -> BinaryIO:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _prepare(tenant_id: int, file: BinaryIO, options: dict[str, Any]) -> ImportBatch:
    """Upload (and read, if it is a workbook), map and start."""
    actor = system_actor(tenant_id)
    wanted = dict(pair.partition("=")[::2] for pair in options["map"])
    with tenant_context(tenant_id):
        batch = import_upload(
            actor=actor,
            source_name=options["source"],
            source=options["kind"],
            file=file,
            file_name=options["file"].name,
            limit=None,
        )
    if batch.phase == ImportPhase.READ:
        import_run(tenant_id=tenant_id, batch_id=batch.pk)
    with tenant_context(tenant_id):
        batch.refresh_from_db()
        if batch.problem:
            raise BusinessRuleError(batch.problem)
        import_map(actor=actor, batch_id=batch.pk, columns=batch.columns | wanted)
        return import_start(actor=actor, batch_id=batch.pk, policy=options["known"])
