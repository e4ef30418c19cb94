"""The directory itself: employers, businesses, what other systems call them, and their people."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, Func, Q, When
from django.urls import reverse

from bizworks.directory.models import Area, Region, Sector, StaffMember
from bizworks.reference.models import County, Municipality, NaicsCode
from bizworks.tenancy.models import GlobalForeignKey, TenantForeignKey, TenantManager, TenantModel
from businesses.constants import SIZE_ORDER, ContactRole, Scheme, SizeBand, Source, Status
from businesses.querysets import BusinessQuerySet, ContactQuerySet

FEIN_VALIDATOR = RegexValidator(r"^\d{9}$", "A FEIN has nine digits.")


class Employer(TenantModel):
    """A legal entity. Counted only beside businesses, never mixed (BR-31)."""

    name = models.CharField(max_length=200, help_text="Legal name.")
    fein = models.CharField(
        max_length=9, blank=True, default="", validators=[FEIN_VALIDATOR], help_text="Nine digits, stored plain."
    )
    fein_source = models.CharField(max_length=10, choices=Source, blank=True, default="")
    recorded_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "fein"], condition=~Q(fein=""), name="employer_fein"),
        ]

    def __str__(self) -> str:
        return self.name


class Business(TenantModel):
    """An establishment: one physical worksite. The unit that is counted (BR-30).

    `area`, `region` and `sector` are today's, derived by `businesses.services`; past services keep
    their own (BR-11).
    """

    employer = TenantForeignKey(Employer, related_name="businesses")
    name = models.CharField(max_length=200)
    alias = models.CharField(max_length=200, blank=True, default="", help_text="Trading name, DBA.")
    address = models.CharField(max_length=200, blank=True, default="")
    town = models.CharField(max_length=80, help_text="Town as it is written on letters.")
    municipality = GlobalForeignKey(Municipality, null=True, blank=True, related_name="+")
    county = GlobalForeignKey(County, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=2)
    zip_code = models.CharField(max_length=5, blank=True, default="")
    area = TenantForeignKey(Area, null=True, blank=True, related_name="businesses")
    region = TenantForeignKey(Region, null=True, blank=True, related_name="businesses")
    area_override = TenantForeignKey(Area, null=True, blank=True, related_name="+")
    area_override_reason = models.CharField(max_length=200, blank=True, default="")
    naics = GlobalForeignKey(NaicsCode, null=True, blank=True, related_name="+")
    naics_source = models.CharField(max_length=10, choices=Source, blank=True, default="")
    sector = TenantForeignKey(Sector, null=True, blank=True, related_name="businesses")
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    closed_on = models.DateField(null=True, blank=True)
    employees = models.IntegerField(null=True, blank=True, help_text="People employed at this location.")
    employees_source = models.CharField(max_length=10, choices=Source, blank=True, default="")
    size_band = models.CharField(max_length=8, choices=SizeBand, blank=True, default="")
    size_order = models.GeneratedField(
        expression=Case(*[When(size_band=band, then=n) for n, band in enumerate(SIZE_ORDER)], default=len(SIZE_ORDER)),
        output_field=models.SmallIntegerField(),
        db_persist=True,
        help_text="Place of the size band, the largest first: the order of lists.",
    )
    phone = models.CharField(max_length=30, blank=True, default="")
    website = models.CharField(max_length=200, blank=True, default="")
    name_key = models.GeneratedField(
        expression=Func("name", function="businesses_name_key"),
        output_field=models.TextField(),
        db_persist=True,
        help_text="The name as lists are matched by it: no case, marks or legal form.",
    )
    search_text = models.TextField(
        editable=False, help_text="Lower-case name, alias and town: the order, and what search reads."
    )
    merged_into = TenantForeignKey("self", null=True, blank=True, related_name="+")
    recorded_by = TenantForeignKey(StaffMember, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.IntegerField(default=1, help_text="Raised by every change; guards against lost updates.")

    objects = TenantManager.from_queryset(BusinessQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["search_text", "id"]
        verbose_name_plural = "businesses"
        indexes = [
            models.Index(fields=["tenant", "search_text", "id"], name="business_order"),
            models.Index(fields=["tenant", "region", "search_text", "id"], name="business_region_order"),
            models.Index(fields=["tenant", "naics"], name="business_naics"),
            models.Index(fields=["tenant", "name_key"], name="business_name_key"),
            models.Index(fields=["tenant", "area", "search_text", "id"], name="business_area_order"),
            models.Index(fields=["tenant", "sector", "search_text", "id"], name="business_sector_order"),
            models.Index(fields=["tenant", "municipality", "search_text", "id"], name="business_town_order"),
            models.Index(fields=["tenant", "county", "search_text", "id"], name="business_county_order"),
            models.Index(fields=["tenant", "status", "search_text", "id"], name="business_status_order"),
            models.Index(fields=["tenant", "town", "search_text", "id"], name="business_by_town"),
            models.Index(fields=["tenant", "size_order", "search_text", "id"], name="business_by_size"),
            models.Index(fields=["tenant", "created_at", "id"], name="business_by_day"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The business page."""
        return reverse("businesses:detail", args=[self.pk])

    @property
    def place(self) -> str:
        """Town and state, as people say it."""
        return f"{self.town}, {self.state}" if self.town else self.state

    @property
    def letter_address(self) -> str:
        """The address in one line, as on a letter; maps find it so."""
        return ", ".join(part for part in (self.address, f"{self.place} {self.zip_code}".strip()) if part)

    @property
    def hint(self) -> str:
        """What tells it from another of the same name: address, place, and whether it is closed."""
        closed = "closed" if self.status == Status.CLOSED else ""
        return " · ".join(part for part in (self.address, self.place, closed) if part)


class BusinessIdentifier(TenantModel):
    """A number another system or list knows the business by, with its source (BR-6)."""

    business = TenantForeignKey(Business, related_name="identifiers")
    scheme = models.CharField(max_length=15, choices=Scheme)
    value = models.CharField(max_length=120)
    source = models.CharField(max_length=10, choices=Source)
    listed = models.JSONField(
        null=True,
        blank=True,
        help_text="What the list's row said when last imported; tells a change of the list from one by staff.",
    )
    fingerprint = models.BigIntegerField(
        null=True, editable=False, help_text="Digest of the list's row as it came: the same again is not read again."
    )

    class Meta(TenantModel.Meta):
        ordering = ["scheme", "value"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "business", "scheme", "value"], name="identifier_once"),
            models.UniqueConstraint(fields=["tenant", "value"], condition=Q(scheme="list"), name="identifier_list_row"),
        ]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.value}"


class Contact(TenantModel):
    """A person at a business: work details only (BR-62)."""

    business = TenantForeignKey(Business, related_name="contacts")
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=ContactRole, default=ContactRole.STAFF)
    title = models.CharField(max_length=80, blank=True, default="", help_text="Title as on the business card.")
    is_key_representative = models.BooleanField(
        default=False, help_text="Can speak and decide for the business (BR-22)."
    )
    phone = models.CharField(max_length=30, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    do_not_contact = models.BooleanField(default=False)
    left_on = models.DateField(null=True, blank=True, help_text="When the person left the business.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantManager.from_queryset(ContactQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
