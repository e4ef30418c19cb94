"""What each tenant decides for itself. Rows retire (`retired_on`); they never vanish."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from bizworks.accounts.models import User
from bizworks.reference.models import County, FederalCategory, Municipality
from bizworks.tenancy.models import GlobalForeignKey, TenantForeignKey, TenantManager, TenantModel
from bizworks.tenancy.policy import Role

BEGINNING = date(1900, 1, 1)
CODE_VALIDATOR = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", "Use letters, digits, dots, hyphens and underscores.")


class DatedQuerySet(models.QuerySet):
    """Reads of rows with effective dates."""

    def in_force(self, on: date) -> "DatedQuerySet":
        """Rows in force on a date: begun, and not retired on or before it."""
        return self.filter(Q(retired_on=None) | Q(retired_on__gt=on), starts_on__lte=on)


DatedManager = TenantManager.from_queryset(DatedQuerySet)


class DatedModel(TenantModel):
    """Base of rows in force from `starts_on` until the day before `retired_on`."""

    starts_on = models.DateField(default=BEGINNING, help_text="First day in force.")
    retired_on = models.DateField(null=True, blank=True, help_text="First day no longer in force; empty = in force.")

    objects = DatedManager()

    class Meta(TenantModel.Meta):
        abstract = True

    def is_in_force(self, on: date) -> bool:
        """Whether the row is in force on a date."""
        return self.starts_on <= on and (self.retired_on is None or self.retired_on > on)


class TenantProfile(TenantModel):
    """The tenant's words and counting options (docs/business-rules.md); one row per tenant."""

    class YearNaming(models.TextChoices):
        """How the program year is named beside its dates."""

        PROGRAM = "program", "Program year, by its first year (PY2024)"
        FISCAL_END = "fiscal_end", "Program year and fiscal year, by its last year (PY2024 = FY2025)"

    time_zone = models.CharField(max_length=40, default="America/New_York")
    state_codes = ArrayField(models.CharField(max_length=2), help_text="States whose towns are offered first.")
    region_label = models.CharField(max_length=30, default="Region")
    region_label_plural = models.CharField(max_length=30, default="Regions")
    area_label = models.CharField(max_length=30, default="Workforce area")
    area_label_plural = models.CharField(max_length=30, default="Workforce areas")
    center_label = models.CharField(max_length=30, default="Career center")
    center_label_plural = models.CharField(max_length=30, default="Career centers")
    representative_label = models.CharField(max_length=40, default="Business service representative")
    representative_label_plural = models.CharField(max_length=40, default="Business service representatives")
    program_year_start_month = models.SmallIntegerField(
        default=7, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    year_naming = models.CharField(max_length=10, choices=YearNaming, default=YearNaming.PROGRAM)
    counts_self_service = models.BooleanField(default=False, help_text="Self-service counts as a service (BR-18).")
    lookback_quarters = models.SmallIntegerField(
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(40)],
        help_text="Quarters before a period in which a business counts as returning (BR-33).",
    )
    orientation_min_minutes = models.SmallIntegerField(
        default=15, validators=[MinValueValidator(1)], help_text="Shortest overview that is substantial (BR-20d)."
    )
    late_entry_days = models.SmallIntegerField(
        default=7, validators=[MinValueValidator(0)], help_text="Days after which an entry is late (BR-25)."
    )

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="profile_one_per_tenant")]

    def __str__(self) -> str:
        return "Profile"


class CodedModel(DatedModel):
    """Base of dated rows that files and imports name by a stable code."""

    code = models.CharField(max_length=40, validators=[CODE_VALIDATOR])
    name = models.CharField(max_length=120)
    note = models.TextField(
        blank=True, default="", help_text="Shown to administrators; for example an unverified fact."
    )

    class Meta(DatedModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name


def _one_code(name: str) -> list[models.UniqueConstraint]:
    return [models.UniqueConstraint(fields=["tenant", "code"], name=name)]


class Region(CodedModel):
    """The largest part of the tenant's territory; regions add up to the whole (BR-32)."""

    class Meta(CodedModel.Meta):
        ordering = ["name"]
        constraints = _one_code("region_code")


class Area(CodedModel):
    """Territory of one local board."""

    class Meta(CodedModel.Meta):
        ordering = ["name"]
        constraints = _one_code("area_code")


class AreaRegion(DatedModel):
    """Which region an area lies in, from when until when (BR-11)."""

    area = TenantForeignKey(Area, related_name="memberships")
    region = TenantForeignKey(Region, related_name="memberships")

    class Meta(DatedModel.Meta):
        ordering = ["area", "starts_on"]
        constraints = [models.UniqueConstraint(fields=["tenant", "area", "starts_on"], name="area_region_start")]

    def __str__(self) -> str:
        return f"{self.area_id} in {self.region_id}"


class AreaTerritory(DatedModel):
    """A town or a whole county that belongs to an area, from when until when (BR-11).

    A town's own row wins over its county's.
    """

    area = TenantForeignKey(Area, related_name="territories")
    municipality = GlobalForeignKey(Municipality, null=True, blank=True, related_name="+")
    county = GlobalForeignKey(County, null=True, blank=True, related_name="+")

    class Meta(DatedModel.Meta):
        ordering = ["area", "starts_on"]
        indexes = [
            models.Index(fields=["tenant", "municipality"], name="territory_town"),
            models.Index(fields=["tenant", "county"], name="territory_county"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(municipality=None, county__isnull=False) | Q(municipality__isnull=False, county=None),
                name="territory_town_or_county",
            ),
            models.UniqueConstraint(
                fields=["tenant", "municipality", "starts_on"],
                condition=Q(municipality__isnull=False),
                name="territory_town_start",
            ),
            models.UniqueConstraint(
                fields=["tenant", "county", "starts_on"],
                condition=Q(county__isnull=False),
                name="territory_county_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id or self.county_id}"


class Center(CodedModel):
    """A physical access point within an area; they open, move and merge."""

    area = TenantForeignKey(Area, related_name="centers")

    class Meta(CodedModel.Meta):
        ordering = ["name"]
        constraints = _one_code("center_code")


class Agency(CodedModel):
    """An organization that delivers business services; it may have staff here, or only be referred to."""

    kind = models.CharField(max_length=60, blank=True, default="", help_text="For example: workforce board, college.")
    phone = models.CharField(max_length=30, blank=True, default="")
    email = models.EmailField(blank=True, default="")

    class Meta(CodedModel.Meta):
        ordering = ["name"]
        verbose_name_plural = "agencies"
        constraints = _one_code("agency_code")


class StaffMember(TenantModel):
    """A person's place in the tenant: role, agency, center, regions. Leaves by `ended_on`, never deleted."""

    user = GlobalForeignKey(User, related_name="+")
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=80, blank=True, default="")
    phone = models.CharField(max_length=30, blank=True, default="")
    role = models.CharField(max_length=15, choices=Role)
    agency = TenantForeignKey(Agency, related_name="staff")
    center = TenantForeignKey(Center, null=True, blank=True, related_name="staff")
    regions = models.ManyToManyField(Region, through="StaffRegion", related_name="staff", blank=True)
    ended_on = models.DateField(null=True, blank=True, help_text="First day without access.")

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="staff_user")]

    def __str__(self) -> str:
        return self.name


class StaffRegion(TenantModel):
    """A region a person works in; none = the whole system."""

    staff = TenantForeignKey(StaffMember, models.CASCADE, related_name="+")
    region = TenantForeignKey(Region, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "staff", "region"], name="staff_region")]

    def __str__(self) -> str:
        return f"{self.staff_id} in {self.region_id}"


class Invitation(TenantModel):
    """An offer to join, sent by e-mail; accepted once, within its time."""

    email = models.EmailField()
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=15, choices=Role)
    agency = TenantForeignKey(Agency, related_name="+")
    region_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    invited_by = GlobalForeignKey(User, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.email


class Notice(TenantModel):
    """A line in one person's inbox; never a word of a restricted record.

    `url` is a path of ours, empty where there is nothing to open. `sender` is empty when the system
    itself tells, or when who it was is kept within an agency.
    """

    recipient = TenantForeignKey(StaffMember, related_name="+")
    sender = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    text = models.CharField(max_length=300)
    body = models.CharField(max_length=1000, blank=True, default="", help_text="What the sender wrote.")
    url = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant", "recipient", "-id"], name="notice_inbox"),
            models.Index(fields=["tenant", "recipient"], condition=Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.text


class ServiceItem(CodedModel):
    """One line of the service catalogue, with its state and its federal category (BR-83)."""

    class Kind(models.TextChoices):
        """What logging it means."""

        SERVICE = "service", "Service"
        OUTREACH = "outreach", "Outreach (never counted)"
        ORIENTATION = "orientation", "Orientation (counted when it qualifies, BR-20)"
        PARTIAL = "partial", "Partial overview (what an orientation becomes when it does not qualify)"

    kind = models.CharField(max_length=12, choices=Kind, default=Kind.SERVICE)
    state_category = models.CharField(max_length=80, blank=True, default="")
    federal_category = GlobalForeignKey(FederalCategory, null=True, blank=True, related_name="+")
    is_counted = models.BooleanField(default=True, help_text="Delivering it makes a business served (BR-18).")
    is_minimum_menu = models.BooleanField(default=False, help_text="Every center must offer it (20 CFR 678.430, .435).")
    description = models.TextField(blank=True, default="")
    synonyms = models.CharField(max_length=200, blank=True, default="", help_text="Other words people type for it.")

    class Meta(CodedModel.Meta):
        ordering = ["name"]
        constraints = [
            *_one_code("service_item_code"),
            models.CheckConstraint(
                condition=~Q(kind__in=["outreach", "partial"]) | Q(is_counted=False), name="outreach_never_counted"
            ),
        ]


class Slate(CodedModel):
    """A version of the slate of services an orientation presents (BR-24)."""

    class Meta(CodedModel.Meta):
        ordering = ["-starts_on"]
        constraints = _one_code("slate_code")


class SlateLine(TenantModel):
    """One line of a slate."""

    slate = TenantForeignKey(Slate, models.CASCADE, related_name="lines")
    position = models.SmallIntegerField()
    name = models.CharField(max_length=200)

    class Meta(TenantModel.Meta):
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["tenant", "slate", "position"], name="slate_line_position")]

    def __str__(self) -> str:
        return self.name


class Sector(CodedModel):
    """A group of industries by NAICS prefixes; one sector per business: the longest prefix wins."""

    is_priority = models.BooleanField(default=False)

    class Meta(CodedModel.Meta):
        ordering = ["name"]
        constraints = _one_code("sector_code")


class SectorPrefix(TenantModel):
    """A NAICS prefix that a sector includes, or takes out again."""

    sector = TenantForeignKey(Sector, models.CASCADE, related_name="prefixes")
    prefix = models.CharField(max_length=6, validators=[RegexValidator(r"^\d{2,6}$", "Two to six digits.")])
    is_excluded = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        ordering = ["prefix"]
        constraints = [models.UniqueConstraint(fields=["tenant", "sector", "prefix"], name="sector_prefix")]

    def __str__(self) -> str:
        return ("not " if self.is_excluded else "") + self.prefix
