"""Who holds the relationship: leads, hand-overs, the team, who watches, who knows whom, outreach past a lead."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from bizworks.directory.models import Agency, Region, StaffMember
from bizworks.tenancy.models import TenantForeignKey, TenantModel
from businesses.constants import LeadEnd, LeadStart, OutreachKind, ProposalKind, ProposalState
from businesses.models.businesses import Business, Contact


class Lead(TenantModel):
    """Who leads the relationship with a business in a region, from when until when (BR-15).

    At most one is active (`ended_on` empty) for each business and region: the database says so. Rows
    stay as history. `region` empty = the business lies outside every region. `agency` is the lead's
    at the time.

    On merge: the survivor's active lead of a region stays; the other record's active lead of that
    region ends (`LeadEnd.MERGED`). Where the survivor has none, it moves. Ended rows move as history.
    """

    business = TenantForeignKey(Business, related_name="leads")
    region = TenantForeignKey(Region, null=True, blank=True, related_name="+")
    staff = TenantForeignKey(StaffMember, related_name="+")
    agency = TenantForeignKey(Agency, related_name="+")
    backup = TenantForeignKey(
        StaffMember, null=True, blank=True, related_name="+", help_text="Stands in when the lead is away."
    )
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True, help_text="Empty = active.")
    how = models.CharField(max_length=10, choices=LeadStart)
    end = models.CharField(max_length=10, choices=LeadEnd, blank=True, default="")
    decided_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(TenantModel.Meta):
        ordering = ["-started_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "business", "region"],
                condition=Q(ended_on=None),
                nulls_distinct=False,
                name="lead_one_active",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="lead_ends_after"
            ),
            models.CheckConstraint(condition=Q(backup=None) | ~Q(backup=F("staff")), name="lead_backup_is_other"),
        ]
        indexes = [
            models.Index(fields=["tenant", "staff", "business"], condition=Q(ended_on=None), name="lead_of_staff"),
            models.Index(fields=["tenant", "backup", "business"], condition=Q(ended_on=None), name="lead_of_backup"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} leads {self.business_id}"


class LeadProposal(TenantModel):
    """A lead offered to somebody, or asked for; nothing changes until it is accepted (BR-15).

    At most one is open for each business and region. An open one whose `expires_on` has come counts
    as expired and may be replaced.

    On merge: rows move; where both have an open one, that of the record that goes is overtaken.
    """

    business = TenantForeignKey(Business, related_name="lead_proposals")
    region = TenantForeignKey(Region, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=10, choices=ProposalKind)
    proposed = TenantForeignKey(StaffMember, related_name="+", help_text="Who would be the lead.")
    proposed_by = TenantForeignKey(StaffMember, related_name="+")
    message = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.OPEN)
    reason = models.CharField(max_length=300, blank=True, default="", help_text="Why it was declined.")
    decided_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_on = models.DateField(help_text="First day on which it can no longer be accepted.")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "business", "region"],
                condition=Q(state=ProposalState.OPEN),
                nulls_distinct=False,
                name="lead_proposal_one_open",
            )
        ]
        indexes = [
            models.Index(
                fields=["tenant", "proposed"], condition=Q(state=ProposalState.OPEN), name="lead_proposal_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.proposed_id} for {self.business_id}"


class TeamMember(TenantModel):
    """A member of a business's account team, with the part played there in words; history stays.

    On merge: rows unite on the survivor; somebody active in both keeps the survivor's row.
    """

    business = TenantForeignKey(Business, related_name="team")
    staff = TenantForeignKey(StaffMember, related_name="+")
    agency = TenantForeignKey(Agency, related_name="+")
    part = models.CharField(max_length=80, help_text="What the person does for the business.")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    added_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    ended_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "business", "staff"], condition=Q(ended_on=None), name="team_member_once"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "staff", "business"], condition=Q(ended_on=None), name="team_of_staff")
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} for {self.business_id}"


class Acquaintance(TenantModel):
    """A staff member who says how a contact is known to them, apart from contacts that were logged.

    On merge of businesses: follows its contact; where two contacts become one, one row stays.
    """

    staff = TenantForeignKey(StaffMember, related_name="+")
    contact = TenantForeignKey(Contact, related_name="acquaintances")
    how = models.CharField(max_length=120, help_text="In words, for example: served on a board together.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "staff", "contact"], name="acquaintance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} knows {self.contact_id}"


class Watch(TenantModel):
    """A person who follows what happens at a business. On merge: rows unite on the survivor."""

    business = TenantForeignKey(Business, related_name="watches")
    staff = TenantForeignKey(StaffMember, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "watches"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["tenant", "staff", "business"], name="watch_once")]

    def __str__(self) -> str:
        return f"{self.staff_id} watches {self.business_id}"


class NewsSeen(TenantModel):
    """Until when a person has seen the news of the businesses they watch or lead."""

    staff = TenantForeignKey(StaffMember, related_name="+")
    seen_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        verbose_name_plural = "news seen"
        constraints = [models.UniqueConstraint(fields=["tenant", "staff"], name="news_seen_once")]

    def __str__(self) -> str:
        return f"{self.staff_id} until {self.seen_at}"


class Outreach(TenantModel):
    """Outreach to a business by somebody other than its lead, and what the lead was told (BR-15, R12).

    Records that are restricted when they are saved leave no row. On merge: rows move to the survivor.
    """

    business = TenantForeignKey(Business, related_name="+")
    lead = TenantForeignKey(Lead, related_name="+", help_text="The lead who was told.")
    staff = TenantForeignKey(StaffMember, related_name="+")
    agency = TenantForeignKey(Agency, related_name="+")
    kind = models.CharField(max_length=10, choices=OutreachKind)
    reason = models.CharField(max_length=500, blank=True, default="")
    on = models.DateField(null=True, blank=True, help_text="Day of the contact, or for which it is planned.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(TenantModel.Meta):
        verbose_name = "outreach past a lead"
        verbose_name_plural = "outreach past a lead"
        ordering = ["-id"]
        indexes = [models.Index(fields=["tenant", "created_at"], name="outreach_when")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.staff_id} at {self.business_id}"
