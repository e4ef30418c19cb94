"""What people make of the list of businesses: tags, saved views, changes of many at once, exports."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from bizworks.directory.models import Agency, StaffMember
from bizworks.tenancy.models import BackgroundJob, FileJob, TenantForeignKey, TenantModel
from businesses.constants import BulkAction, Sharing, TagLook
from businesses.models.businesses import Business


class Tag(TenantModel):
    """A word the tenant's people put on businesses: an initiative, an event, a partnership."""

    name = models.CharField(max_length=40)
    look = models.CharField(max_length=8, choices=TagLook, default=TagLook.CIRCLE, help_text="Sign before the name.")
    is_retired = models.BooleanField(default=False, help_text="Stays where it is, but is put on nothing more.")
    created_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [models.UniqueConstraint("tenant", Lower("name"), name="tag_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def sign(self) -> str:
        """The look as a character, so that it never hangs on color alone."""
        return TagLook(self.look).sign


class BulkChange(BackgroundJob):
    """One change of many businesses at once, fixed when it was asked for; what it did can be told and, for tags, undone."""

    action = models.CharField(max_length=10, choices=BulkAction)
    tag = TenantForeignKey(Tag, null=True, blank=True, related_name="+")
    lead = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    business_ids = ArrayField(models.BigIntegerField(), default=list, help_text="The businesses to be changed.")
    selected = models.IntegerField(default=0, help_text="Businesses chosen; those it makes no difference to included.")
    changed = models.IntegerField(default=0, help_text="Businesses really changed.")
    requested_by = TenantForeignKey(StaffMember, null=True, related_name="+")
    undoes = TenantForeignKey("self", null=True, blank=True, related_name="+")

    class Meta(BackgroundJob.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.selected}"


class BusinessTag(TenantModel):
    """A tag on a business."""

    business = TenantForeignKey(Business, models.CASCADE, related_name="tags")
    tag = TenantForeignKey(Tag, models.CASCADE, related_name="businesses")
    change = TenantForeignKey(BulkChange, null=True, blank=True, related_name="+")
    added_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["tenant", "tag", "business"], name="business_tag_once")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.business_id}"


class SavedView(TenantModel):
    """Filters, order and columns of the list under a name: one's own, the agency's or everyone's."""

    name = models.CharField(max_length=60)
    owner = TenantForeignKey(StaffMember, related_name="+")
    agency = TenantForeignKey(Agency, related_name="+", help_text="The owner's agency when it was shared.")
    sharing = models.CharField(max_length=8, choices=Sharing, default=Sharing.PRIVATE)
    parameters = models.JSONField(default=dict, help_text="{filter: [values]}, as in the list's address.")
    sort = models.CharField(max_length=10)
    columns = models.JSONField(default=list, help_text="Keys of the columns, in order.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["tenant", "sharing", "agency"], name="saved_view_shared")]
        constraints = [models.UniqueConstraint("tenant", "owner", Lower("name"), name="saved_view_name")]

    def __str__(self) -> str:
        return self.name


class PinnedView(TenantModel):
    """The view a person's list opens with."""

    staff = TenantForeignKey(StaffMember, models.CASCADE, related_name="+")
    view = TenantForeignKey(SavedView, models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "staff"], name="pinned_view_one")]

    def __str__(self) -> str:
        return f"{self.view_id} for {self.staff_id}"


class ListExport(FileJob):
    """A list of businesses someone took out as a file: who, which filters, how many rows."""

    parameters = models.JSONField(default=dict, help_text="{filter: [values]}, as in the list's address.")
    sort = models.CharField(max_length=10)
    columns = models.JSONField(default=list, help_text="Keys of the columns, in order.")
    requested_by = TenantForeignKey(StaffMember, related_name="+")

    class Meta(FileJob.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name or f"List {self.pk}"
