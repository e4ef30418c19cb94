"""Pairs of businesses that may be one, what was decided about them, and the jobs that look for them."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from bizworks.directory.models import StaffMember
from bizworks.tenancy.models import BackgroundJob, TenantForeignKey, TenantModel
from businesses.constants import PairState
from businesses.models.businesses import Business


class DuplicatePair(TenantModel):
    """Two businesses that may be one: how probably, why, and what was decided (BR-12).

    The smaller id is on the left. A decision is kept for good, also when the pair is found again; that the
    two were merged is told by the businesses themselves, so undoing a merge brings the pair back. Values of
    the unemployment agency take no part, so the pair and its reasons may be shown to all (BR-6).
    """

    left = TenantForeignKey(Business, related_name="+")
    right = TenantForeignKey(Business, related_name="+")
    probability = models.FloatField(default=0, help_text="0 to 1; 0 = only a person thinks so.")
    reasons = models.JSONField(default=list, help_text='What agrees and differs: "comparison:level".')
    changed = models.JSONField(
        default=list, help_text="What has come to agree since it was decided that they are not the same."
    )
    active_on = models.DateField(null=True, blank=True, help_text="Newest contact with either, when last compared.")
    state = models.CharField(max_length=10, choices=PairState, default=PairState.WAITING)
    found_at = models.DateTimeField(default=timezone.now, editable=False)
    flagged_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True, default="", help_text="Why a person thinks so.")
    decided_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    moved = models.JSONField(default=dict, help_text="Businesses that changed employer: {business: former employer}.")
    version = models.IntegerField(default=1, help_text="Raised by every decision; guards against two at once.")

    class Meta(TenantModel.Meta):
        ordering = ["-probability", "id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "left", "right"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="duplicate_pair_order"),
        ]
        indexes = [models.Index(fields=["tenant", "state", "-probability", "id"], name="duplicate_pair_queue")]

    def __str__(self) -> str:
        return f"{self.left_id} and {self.right_id}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.state in (PairState.WAITING, PairState.UNDECIDED)


class MatchRun(BackgroundJob):
    """One job that looks for duplicates: among all businesses, or of those changed since."""

    changed_since = models.DateTimeField(null=True, blank=True, help_text="Empty = all are compared with all.")
    requested_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    attempts = models.SmallIntegerField(default=0, help_text="Starts so far; after three it fails.")
    pairs_found = models.IntegerField(default=0)
    pairs_new = models.IntegerField(default=0, help_text="Not known before, and so waiting for a decision.")

    class Meta(BackgroundJob.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(state__in=["queued", "running"]), name="match_run_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{'Changes' if self.changed_since else 'All'}: {self.state}"
