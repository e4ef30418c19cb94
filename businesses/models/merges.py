"""The log of merges: enough to undo each exactly, also after later edits (BR-13)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from bizworks.directory.models import StaffMember
from bizworks.tenancy.models import TenantForeignKey, TenantModel
from businesses.models.businesses import Business


class BusinessMerge(TenantModel):
    """Two records of one business were made one: the survivor goes on, the absorbed leads to it.

    Rows stay as history. Merges that share a business are undone in reverse order. No numbers of
    moved rows are kept to be shown: they could tell of restricted records (BR-3).
    """

    survivor = TenantForeignKey(Business, related_name="+")
    absorbed = TenantForeignKey(Business, related_name="+")
    note = models.CharField(max_length=300, blank=True, default="")
    merged_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    merged_at = models.DateTimeField(default=timezone.now, editable=False)
    status_before = models.CharField(max_length=10, help_text="What the absorbed record's status was.")
    fields = models.JSONField(default=dict, help_text="Of the survivor: {column: [before, written]}.")
    united = models.JSONField(default=dict, help_text="People found to be one: {absorbed's contact: survivor's}.")
    people = models.JSONField(default=dict, help_text="Of united people: {contact: {column: [before, written]}}.")
    undone_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "absorbed"], condition=Q(undone_at=None), name="merge_absorbed_once"
            ),
            models.CheckConstraint(condition=~Q(survivor=F("absorbed")), name="merge_of_two"),
        ]
        indexes = [models.Index(fields=["tenant", "merged_at"], name="merge_when")]

    def __str__(self) -> str:
        return f"{self.absorbed_id} into {self.survivor_id}"

    @property
    def is_undone(self) -> bool:
        """Whether the two are apart again."""
        return self.undone_at is not None


class MergePart(TenantModel):
    """What a merge did with the rows of one foreign key that pointed to one business or contact."""

    merge = TenantForeignKey(BusinessMerge, models.CASCADE, related_name="parts")
    relation = models.CharField(max_length=120, help_text="The foreign key: app.Model.field.")
    moved_from = models.BigIntegerField(help_text="What the rows pointed to.")
    moved_to = models.BigIntegerField(help_text="What they point to since.")
    row_ids = ArrayField(models.BigIntegerField(), default=list, help_text="The rows that moved.")
    closed = models.JSONField(default=dict, help_text="Rows that were ended: {row: {column: [before, written]}}.")
    set_aside = models.JSONField(default=list, help_text="Rows taken out because the same was there: whole rows.")

    class Meta(TenantModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.relation}: {len(self.row_ids)}"
