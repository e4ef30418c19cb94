"""Imported lists: how their columns map, each import, and the rows that were not taken."""

from django.db import models

from bizworks.directory.models import StaffMember
from bizworks.tenancy.models import BackgroundJob, TenantForeignKey, TenantModel
from businesses.constants import ImportPhase, MatchedPolicy, RowEffect, Source


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
    phase = models.CharField(max_length=10, choices=ImportPhase, default=ImportPhase.CHECK)
    workbook_path = models.CharField(
        max_length=300,
        blank=True,
        default="",
        help_text="The uploaded workbook, if it was one; below the same directory.",
    )
    sheets = models.JSONField(default=list, help_text="Of a workbook: [name, rows] of each sheet.")
    sheet = models.CharField(max_length=100, blank=True, default="", help_text="The sheet that is read.")
    matched_policy = models.CharField(max_length=4, choices=MatchedPolicy, default=MatchedPolicy.FILL)
    forecast = models.JSONField(
        default=dict, help_text="What the check of every row found: counts, examples; empty when not checked as mapped."
    )
    undo_report = models.JSONField(default=dict, help_text="What undoing would do, or did: counts and examples.")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    rows_new = models.IntegerField(default=0)
    rows_matched = models.IntegerField(default=0, help_text="Of a business another source brought: linked to it.")
    rows_doubtful = models.IntegerField(default=0, help_text="New ones that resemble a known business: to be reviewed.")
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
        stopped = self.state in (self.State.DRAFT, self.State.FAILED, self.State.CANCELLED)
        return stopped and self.phase in (ImportPhase.CHECK, ImportPhase.TAKE)

    @property
    def is_mappable(self) -> bool:
        """Whether no row was taken yet and its columns are known."""
        return self.is_startable and self.progress == 0

    @property
    def is_taken(self) -> bool:
        """Whether rows of it may be in the directory and can be undone: the worker is not at it."""
        if self.is_open or self.undone_at or not self.rows_new + self.rows_matched + self.rows_changed:
            return False
        return self.phase in (ImportPhase.UNDO_CHECK, ImportPhase.UNDO) or (
            self.phase == ImportPhase.TAKE and self.progress > 0
        )

    @property
    def step(self) -> int:
        """How far the worker is with what it does now, in rows; of `steps`."""
        if self.phase == ImportPhase.CHECK:
            return int(self.forecast.get("done", 0))
        return int(self.undo_report.get("done", 0)) if self.is_undoing else self.progress

    @property
    def steps(self) -> int:
        """Rows the worker has to do in all."""
        return int(self.undo_report.get("total", 0)) if self.is_undoing else self.total

    @property
    def is_undoing(self) -> bool:
        """Whether the worker undoes it, or looks what that would do."""
        return self.phase in (ImportPhase.UNDO_CHECK, ImportPhase.UNDO)

    @property
    def is_checked(self) -> bool:
        """Whether every row was checked with these columns, and none was taken."""
        return self.state == self.State.DRAFT and "counts" in self.forecast

    @property
    def rows_known(self) -> int:
        """Rows that were taken and are accounted for, the rejected ones not among them."""
        return self.rows_new + self.rows_matched + self.rows_changed + self.rows_unchanged


class ImportEffect(TenantModel):
    """What one row of an import did to the directory, so that it can be undone; rows that did nothing have none.

    A log: the number of the business is no foreign key, so that it stays when the business goes.
    """

    class Outcome(models.TextChoices):
        """What undoing did."""

        STANDS = "", "Stands"
        UNDONE = "undone", "Undone"
        KEPT = "kept", "Left alone"

    pk = models.CompositePrimaryKey("tenant", "batch", "row_number")
    batch = TenantForeignKey(ImportBatch, models.CASCADE, related_name="effects")
    row_number = models.IntegerField()
    effect = models.CharField(max_length=10, choices=RowEffect)
    business_number = models.BigIntegerField()
    version = models.IntegerField(help_text="The version of the business that this row left behind.")
    before = models.JSONField(null=True, help_text="Of a changed or matched one: the values before, by table.")
    outcome = models.CharField(max_length=6, choices=Outcome, blank=True, default=Outcome.STANDS)
    reason = models.CharField(max_length=300, blank=True, default="", help_text="Why undoing left it alone.")

    class Meta(TenantModel.Meta):
        ordering = ["row_number"]

    def __str__(self) -> str:
        return f"Row {self.row_number}: {self.effect} {self.business_number}"


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
