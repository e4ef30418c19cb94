"""Where a business stands in its life, matches that staff looked at, and what keeps a form from being saved twice."""

import uuid

from django.db import models
from django.utils import timezone

from bizworks.directory.models import Agency, StaffMember
from bizworks.tenancy.models import TenantForeignKey, TenantModel
from businesses.constants import ALARMING_STAGES, STAGE_POINTS, MatchRule, Stage, StageVisibility
from businesses.models.businesses import Business


class BusinessStage(TenantModel):
    """From a day on a business is in a stage of its life; the newest one that stands is today's.

    Never changed and never deleted: a mistake is voided with a reason (BR-37), the right stage is set anew.
    """

    business = TenantForeignKey(Business, related_name="stages")
    stage = models.CharField(max_length=10, choices=Stage)
    began_on = models.DateField(help_text="Local date from which the business is in this stage.")
    source = models.CharField(max_length=120, help_text="How it is known, in words.")
    note = models.CharField(max_length=500, blank=True, default="")
    visibility = models.CharField(max_length=10, choices=StageVisibility, default=StageVisibility.SHARED)
    agency = TenantForeignKey(Agency, related_name="+")
    recorded_by = TenantForeignKey(StaffMember, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    void_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta(TenantModel.Meta):
        ordering = ["-began_on", "-id"]
        indexes = [models.Index(fields=["tenant", "business", "-began_on", "-id"], name="stage_history")]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} since {self.began_on}"

    @property
    def is_restricted(self) -> bool:
        """Whether reading it is recorded (BR-4)."""
        return self.visibility == StageVisibility.RESTRICTED

    @property
    def is_alarming(self) -> bool:
        """Whether one should know it before walking in."""
        return self.stage in ALARMING_STAGES

    @property
    def point(self) -> tuple[int, int]:
        """Where its dot stands on the curve of a business's life."""
        return STAGE_POINTS[Stage(self.stage)]


class ConfirmedMatch(TenantModel):
    """A business was saved though it looked like another: who said that it is not, and why (BR-12)."""

    business = TenantForeignKey(Business, related_name="confirmed_matches")
    other = TenantForeignKey(Business, related_name="+")
    rule = models.CharField(max_length=10, choices=MatchRule, help_text="What made them look alike.")
    reason = models.CharField(max_length=300)
    decided_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(TenantModel.Meta):
        ordering = ["-decided_at", "-id"]
        verbose_name_plural = "confirmed matches"
        constraints = [models.UniqueConstraint(fields=["tenant", "business", "other"], name="confirmed_match_once")]

    def __str__(self) -> str:
        return f"{self.business_id} is not {self.other_id}"


class MatchKey(TenantModel):
    """What a business is found by when one like it is added: parts of its name, telephone and web domain in its town.

    Derived: kept by database triggers on businesses, so that no way of writing can forget it. The number of
    the business is no foreign key: what is looked up is always read again.
    """

    pk = models.CompositePrimaryKey("tenant", "key", "business_number")
    key = models.CharField(max_length=80)
    business_number = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        verbose_name = "match key"

    def __str__(self) -> str:
        return self.key


class SentForm(TenantModel):
    """An act of saving that was done: the same form sent again finds what the first one saved."""

    form_key = models.UUIDField(default=uuid.uuid4)
    act = models.CharField(max_length=20, help_text="What was saved.")
    row_number = models.BigIntegerField(default=0, help_text="Its number.")
    sent_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "form_key"], name="sent_form_key")]

    def __str__(self) -> str:
        return f"{self.act} {self.row_number}"
