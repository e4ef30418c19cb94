"""Imported lists: how their columns map, each import, and the rows that were not taken."""

from django.db import models

from bizworks.directory.models import StaffMember
from bizworks.tenancy.models import BackgroundJob, TenantForeignKey, TenantModel
from businesses.constants import Source


class ImportMapping(TenantModel):
    """How the columns of one source map to ours, remembered for its next file."""

    source_name = models.CharField(max_length=80)
    columns = models.JSONField(default=dict, help_text="{our field: their column}")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        ordering = ["source_name"]
        constraints = [models.UniqueConstraint(fields=["tenant", "source_name"], name="import_mapping_source")]

    def __str__(self) -> str:
        return self.source_name


class ImportBatch(BackgroundJob):
    """One uploaded list of businesses, from upload to report."""

    source_name = models.CharField(max_length=80, help_text="What the list is; the same name again updates its rows.")
    source = models.CharField(max_length=10, choices=Source, default=Source.PUBLIC)
    file_name = models.CharField(max_length=200)
    file_path = models.CharField(max_length=300, help_text="Below the private files directory.")
    sha256 = models.CharField(max_length=64)
    columns = models.JSONField(default=dict, help_text="{our field: their column}")
    header = models.JSONField(default=list, help_text="The file's own columns, in order.")
    separator = models.CharField(max_length=1, default=",", help_text="What stands between the file's cells.")
    requested_by = TenantForeignKey(StaffMember, null=True, related_name="+")
    attempts = models.SmallIntegerField(default=0, help_text="Starts since the last chunk of rows was done.")
    rows_new = models.IntegerField(default=0)
    rows_changed = models.IntegerField(default=0)
    rows_unchanged = models.IntegerField(default=0)
    rows_rejected = models.IntegerField(default=0)
    rows_unplaced = models.IntegerField(default=0, help_text="Taken, but in no area; each is explained.")

    class Meta(BackgroundJob.Meta):
        ordering = ["-id"]
        verbose_name_plural = "import batches"

    def __str__(self) -> str:
        return f"{self.source_name}: {self.file_name}"

    @property
    def is_startable(self) -> bool:
        """Whether its columns can be chosen and its rows (or the rest of them) be taken."""
        return self.state in (self.State.DRAFT, self.State.FAILED, self.State.CANCELLED)


class ImportRowProblem(TenantModel):
    """A row that was not taken, or taken with a remark; kept as it came, to be handed back."""

    batch = TenantForeignKey(ImportBatch, models.CASCADE, related_name="problems")
    row_number = models.IntegerField(help_text="Line of data in the file, from 1, the header not counted.")
    is_rejected = models.BooleanField()
    is_unplaced = models.BooleanField(default=False, help_text="Taken, but the map has no area for its place.")
    reason = models.TextField()
    cells = models.JSONField(help_text="The row as it came, in the file's order of columns.")

    class Meta(TenantModel.Meta):
        ordering = ["row_number"]

    def __str__(self) -> str:
        return f"Row {self.row_number}: {self.reason}"
