"""The served ledger (facts, cells, dirty marks) and exports. Nothing here is truth: all can be rebuilt."""

from django.db import models
from django.db.models import F, Q

from bizworks.directory.models import StaffMember
from bizworks.tenancy.models import FileJob, TenantForeignKey, TenantModel
from reporting.constants import Grain, MarkSubject, Measure, Standing


class ServedFact(TenantModel):
    """What the published cells currently include of one business in one month.

    One row per business, month, measure and dimensions. SERVED: each month that a counted service
    overlaps (BR-18, BR-19), from its start to its end or, if open, today; never after the tenant's
    current month. ORIENTED: the month of a qualifying orientation. Region and area are the
    service's own (BR-11); sector and employer are the business's of now. `category` is the federal
    category's position; dimensions without a value are NONE (-1).
    Derived by the database function `reporting_fact_source`; written only by `reporting.services`.
    """

    pk = models.CompositePrimaryKey(
        "tenant", "business_id", "month", "measure", "region_id", "area_id", "agency_id", "category", "sector_id"
    )
    business_id = models.BigIntegerField()
    employer_id = models.BigIntegerField()
    month = models.DateField(help_text="First day of the month.")
    measure = models.SmallIntegerField(choices=Measure)
    region_id = models.BigIntegerField()
    area_id = models.BigIntegerField()
    agency_id = models.BigIntegerField()
    category = models.SmallIntegerField()
    sector_id = models.BigIntegerField()
    records = models.IntegerField(help_text="Services (or orientations) that started in the month.")

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "employer_id"], name="fact_employer"),
            models.Index(
                fields=["tenant", "measure", "month", "region_id", "agency_id", "category", "sector_id", "business_id"],
                name="fact_drill_down",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_id} in {self.month}"


class ServedCell(TenantModel):
    """One published number: distinct businesses and employers for a period and a cut (BR-30, BR-31).

    A dimension that is not cut by is ALL (0); NONE (-1) is a value like another. Which combinations
    of dimensions exist: `reporting.selectors.counts.PUBLISHED_CUTS`. A cell exists only if somebody
    was served. Quarters are aligned to the program year.

    Standing ALL (0) counts everybody, and `records` adds up the facts' records. The other standings
    exist for the measure SERVED; they split the businesses of the same cell by their own history
    with the whole system before the period (BR-33), so they add up to ALL. `employers` is the number
    of distinct employers among exactly the businesses of the row: one employer may have a new and a
    returning location, so employers of standings need not add up; `records` is 0 there.
    """

    pk = models.CompositePrimaryKey(
        "tenant", "measure", "grain", "start", "region_id", "area_id", "agency_id", "category", "sector_id", "standing"
    )
    measure = models.SmallIntegerField(choices=Measure)
    grain = models.CharField(max_length=1, choices=Grain)
    start = models.DateField(help_text="First day of the period.")
    region_id = models.BigIntegerField()
    area_id = models.BigIntegerField()
    agency_id = models.BigIntegerField()
    category = models.SmallIntegerField()
    sector_id = models.BigIntegerField()
    standing = models.SmallIntegerField(choices=[(0, "All"), *Standing.choices])
    businesses = models.IntegerField()
    employers = models.IntegerField()
    records = models.IntegerField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(employers__gte=1, businesses__gte=F("employers"), records__gte=0),
                name="cell_is_possible",
            )
        ]

    def __str__(self) -> str:
        return f"{self.grain} {self.start}: {self.businesses}"


class CountMark(TenantModel):
    """A business whose numbers may have changed, or something on which those of many businesses hang.

    Appended by triggers in the writer's own transaction; never upserted, so that no racing change is
    lost. A subject that stands for many businesses is opened when it is drained, not when it is
    written: only then are all racing services visible (ADR 0003).
    """

    subject = models.SmallIntegerField(choices=MarkSubject)
    subject_id = models.BigIntegerField()
    marked_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta(TenantModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.subject_id}"


class CountState(TenantModel):
    """How fresh the tenant's numbers are, and on which calendar they were counted; one row per tenant."""

    year_start_month = models.SmallIntegerField(help_text="First month of the program year in the cells.")
    lookback_quarters = models.SmallIntegerField(help_text="Length of the look-back in the cells.")
    advanced_through = models.DateField(
        null=True, help_text="Local date up to which open and future services are counted."
    )
    drained_at = models.DateTimeField(null=True, help_text="When marks were last worked off.")
    rebuilt_at = models.DateTimeField(null=True, help_text="When everything was last counted anew.")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="count_state_one")]

    def __str__(self) -> str:
        return f"Counted through {self.advanced_through}"


class ExportJob(FileJob):
    """A file someone asked for: what, with which filters, by whom, when; the record of the export (R26)."""

    parameters = models.JSONField(default=dict, help_text="Filters: start, end, region_id, agency_id, ...")
    requested_by = TenantForeignKey(StaffMember, related_name="+")
    token_name = models.CharField(max_length=80, blank=True, default="")

    class Meta(FileJob.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name or f"Export {self.pk}"
