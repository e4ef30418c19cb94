"""What was done: interactions, services delivered, the judgement of orientations, notes, next steps."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from bizworks.directory.models import Agency, Area, Center, Region, ServiceItem, Slate, SlateLine, StaffMember
from bizworks.tenancy.models import TenantForeignKey, TenantManager, TenantModel
from businesses.models import Business, Contact
from interactions.constants import Assisted, Mode, OrientationOutcome, ServiceStatus, Visibility
from interactions.querysets import InteractionQuerySet, ServiceQuerySet


class VoidableModel(TenantModel):
    """Base of records that are voided with a reason, never deleted (BR-37)."""

    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    void_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta(TenantModel.Meta):
        abstract = True

    @property
    def is_void(self) -> bool:
        """Whether it was voided."""
        return self.voided_at is not None


class Interaction(VoidableModel):
    """A contact with one or more businesses on one date (BR-16); may deliver services, may not."""

    occurred_on = models.DateField(help_text="Local date of the contact; not in the future.")
    mode = models.CharField(max_length=20, choices=Mode)
    subject = models.CharField(max_length=120, blank=True, default="")
    duration_minutes = models.SmallIntegerField(null=True, blank=True)
    is_substantial = models.BooleanField(default=False, help_text="Staff attest a substantial overview (BR-20d).")
    agency = TenantForeignKey(Agency, related_name="interactions")
    center = TenantForeignKey(Center, null=True, blank=True, related_name="+")
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.SHARED)
    slate = TenantForeignKey(Slate, null=True, blank=True, related_name="+")
    recorded_by = TenantForeignKey(StaffMember, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    form_key = models.UUIDField(default=uuid.uuid4, help_text="Names one act of saving: sent twice, saved once.")
    version = models.IntegerField(default=1)

    businesses = models.ManyToManyField(Business, through="InteractionBusiness", related_name="interactions")
    staff = models.ManyToManyField(StaffMember, through="InteractionStaff", related_name="interactions")

    objects = TenantManager.from_queryset(InteractionQuerySet)()

    class Meta(VoidableModel.Meta):
        ordering = ["-occurred_on", "-id"]
        constraints = [models.UniqueConstraint(fields=["tenant", "form_key"], name="interaction_form_key")]
        indexes = [models.Index(fields=["tenant", "-occurred_on", "-id"], name="interaction_recent")]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} on {self.occurred_on}"

    def get_absolute_url(self) -> str:
        """The interaction's page."""
        return reverse("interactions:detail", args=[self.pk])


class InteractionBusiness(TenantModel):
    """A business that took part."""

    interaction = TenantForeignKey(Interaction, models.CASCADE, related_name="participations")
    business = TenantForeignKey(Business, related_name="participations")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "interaction", "business"], name="interaction_business_once")
        ]

    def __str__(self) -> str:
        return f"{self.business_id} in {self.interaction_id}"


class InteractionStaff(TenantModel):
    """A staff member who took part, with the agency at the time, so that credit stays when people move."""

    interaction = TenantForeignKey(Interaction, models.CASCADE, related_name="staff_rows")
    staff = TenantForeignKey(StaffMember, related_name="+")
    agency = TenantForeignKey(Agency, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "interaction", "staff"], name="interaction_staff_once")
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} in {self.interaction_id}"


class InteractionContact(TenantModel):
    """A contact who was met, and whether then a key representative (BR-20b)."""

    interaction = TenantForeignKey(Interaction, models.CASCADE, related_name="contact_rows")
    contact = TenantForeignKey(Contact, related_name="+")
    business = TenantForeignKey(Business, related_name="+")
    was_key_representative = models.BooleanField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "interaction", "contact"], name="interaction_contact_once")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.interaction_id}"


class ServiceDelivered(VoidableModel):
    """A service to one business by one agency (BR-18): what counts are made of.

    A same-day service has `ended_on == started_on`; `ended_on` empty = open. Area and region are
    those of the date it started (BR-11).
    """

    business = TenantForeignKey(Business, related_name="services")
    item = TenantForeignKey(ServiceItem, related_name="services")
    agency = TenantForeignKey(Agency, related_name="services")
    staff = TenantForeignKey(StaffMember, null=True, blank=True, related_name="services")
    center = TenantForeignKey(Center, null=True, blank=True, related_name="+")
    interaction = TenantForeignKey(Interaction, null=True, blank=True, related_name="services")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True, help_text="Last day; empty = still running.")
    status = models.CharField(max_length=12, choices=ServiceStatus, default=ServiceStatus.COMPLETED)
    assisted = models.CharField(max_length=5, choices=Assisted, default=Assisted.STAFF)
    program = models.CharField(max_length=60, blank=True, default="", help_text="Funding program, if any.")
    area = TenantForeignKey(Area, null=True, blank=True, related_name="+")
    region = TenantForeignKey(Region, null=True, blank=True, related_name="+")
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.SHARED)
    recorded_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    source_key = models.CharField(
        max_length=120,
        blank=True,
        default="",
        help_text="The row's id where it came from; the same id again is the same row.",
    )
    version = models.IntegerField(default=1)

    objects = TenantManager.from_queryset(ServiceQuerySet)()

    class Meta(VoidableModel.Meta):
        ordering = ["-started_on", "-id"]
        verbose_name_plural = "services delivered"
        indexes = [
            models.Index(fields=["tenant", "business", "-started_on"], name="service_business_date"),
            models.Index(fields=["tenant", "started_on"], name="service_date"),
            models.Index(fields=["tenant", "business"], condition=Q(ended_on=None), name="service_open"),
            models.Index(
                fields=["tenant", "business"], condition=Q(visibility=Visibility.RESTRICTED), name="service_restricted"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="service_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["tenant", "source_key"], condition=~Q(source_key=""), name="service_source_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} for {self.business_id} on {self.started_on}"


class OrientationJudgement(TenantModel):
    """Whether an orientation qualified for one business, with the facts it was judged on (BR-20, BR-24)."""

    interaction = TenantForeignKey(Interaction, models.CASCADE, related_name="judgements")
    business = TenantForeignKey(Business, related_name="orientations")
    service = TenantForeignKey(ServiceDelivered, null=True, related_name="judgements")
    slate = TenantForeignKey(Slate, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=OrientationOutcome)
    lines_covered = models.SmallIntegerField()
    lines_needed = models.SmallIntegerField()
    lines_total = models.SmallIntegerField()
    has_direct_contact = models.BooleanField()
    has_key_representative = models.BooleanField()
    is_substantial = models.BooleanField()
    failures = ArrayField(
        models.CharField(max_length=200), default=list, help_text="In words, empty when it qualifies."
    )

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "interaction", "business"], name="judgement_once")]

    def __str__(self) -> str:
        return f"{self.outcome} for {self.business_id}"

    @property
    def covers_enough(self) -> bool:
        """Whether a majority of the slate was presented (BR-20c)."""
        return 0 < self.lines_needed <= self.lines_covered


class SlateCoverage(TenantModel):
    """A slate line that was presented in an interaction."""

    interaction = TenantForeignKey(Interaction, models.CASCADE, related_name="coverage")
    line = TenantForeignKey(SlateLine, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "interaction", "line"], name="coverage_once")]

    def __str__(self) -> str:
        return f"{self.line_id} in {self.interaction_id}"


class Note(TenantModel):
    """A dated, authored record; append-only (BR-26). Its text is the newest NoteVersion."""

    interaction = TenantForeignKey(Interaction, null=True, blank=True, related_name="notes")
    business = TenantForeignKey(Business, null=True, blank=True, related_name="notes")
    author = TenantForeignKey(StaffMember, related_name="+")
    agency = TenantForeignKey(Agency, related_name="+")
    obtained_on = models.DateField(help_text="When the facts were learned.")
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.SHARED)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(TenantModel.Meta):
        ordering = ["-obtained_on", "-id"]

    def __str__(self) -> str:
        return f"Note of {self.obtained_on}"


class NoteVersion(TenantModel):
    """One wording of a note; a correction adds another."""

    note = TenantForeignKey(Note, models.CASCADE, related_name="versions")
    number = models.SmallIntegerField()
    body = models.TextField()
    author = TenantForeignKey(StaffMember, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(TenantModel.Meta):
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["tenant", "note", "number"], name="note_version_number")]

    def __str__(self) -> str:
        return f"Version {self.number}"


class FollowUp(TenantModel):
    """A next step someone promised, due on a date."""

    business = TenantForeignKey(Business, related_name="follow_ups")
    interaction = TenantForeignKey(Interaction, null=True, blank=True, related_name="follow_ups")
    assignee = TenantForeignKey(StaffMember, related_name="follow_ups")
    text = models.CharField(max_length=200)
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(TenantModel.Meta):
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["tenant", "assignee", "due_on"], condition=Q(done_at=None), name="follow_up_open")
        ]

    def __str__(self) -> str:
        return self.text
