"""Facts that no tenant owns: read-only to the application, loaded from files by `load_reference`."""

from django.db import models

from bizworks.tenancy.models import ReferenceModel


class NaicsCode(ReferenceModel):
    """A code of the North American Industry Classification System, two to six digits.

    Edition 2022 is current; codes that only edition 2017 had are kept so that older lists are understood.
    """

    code = models.CharField(max_length=6, primary_key=True)
    title = models.CharField(max_length=200)
    edition = models.SmallIntegerField(default=2022)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class State(ReferenceModel):
    """A state of the United States that has place data here."""

    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=40)
    fips = models.CharField(max_length=2)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class County(ReferenceModel):
    """A county, by its five-digit FIPS code."""

    fips = models.CharField(max_length=5, primary_key=True)
    state = models.ForeignKey(State, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["state", "name"]

    def __str__(self) -> str:
        return f"{self.name}, {self.state_id}"


class Municipality(ReferenceModel):
    """A town: in Massachusetts one of the 351; in Illinois and Washington a postal city within a county."""

    id = models.IntegerField(primary_key=True)
    state = models.ForeignKey(State, models.PROTECT, related_name="+")
    county = models.ForeignKey(County, models.PROTECT, null=True, related_name="municipalities")
    name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=60, help_text="Name as compared: lower case, letters and single spaces.")
    kind = models.CharField(max_length=12, choices=[("town", "town"), ("postal city", "postal city")])

    class Meta:
        ordering = ["state", "name"]
        indexes = [models.Index(fields=["state", "name_key"], name="municipality_key")]

    def __str__(self) -> str:
        return self.name


class PlaceAlias(ReferenceModel):
    """Another name of a town: a village, a neighborhood, a postal name."""

    id = models.AutoField(primary_key=True)
    state = models.ForeignKey(State, models.PROTECT, related_name="+")
    name_key = models.CharField(max_length=60)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="aliases")

    class Meta:
        ordering = ["state", "name_key"]
        constraints = [models.UniqueConstraint(fields=["state", "name_key", "municipality"], name="place_alias")]

    def __str__(self) -> str:
        return self.name_key


class ZipCode(ReferenceModel):
    """A five-digit ZIP code with the town and county it mostly lies in."""

    code = models.CharField(max_length=5, primary_key=True)
    state = models.ForeignKey(State, models.PROTECT, related_name="+")
    usps_city = models.CharField(max_length=60)
    county = models.ForeignKey(County, models.PROTECT, null=True, related_name="+")
    municipality = models.ForeignKey(Municipality, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class FederalCategory(ReferenceModel):
    """One of the eight employer service categories of the federal report, in the report's order."""

    code = models.CharField(max_length=3, primary_key=True)
    position = models.SmallIntegerField(unique=True)
    name = models.CharField(max_length=80)
    description = models.TextField(help_text="Our paraphrase; the official wording is to be confirmed.")

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "federal categories"

    def __str__(self) -> str:
        return self.name


class ReferenceLoad(ReferenceModel):
    """Which version of which file was loaded."""

    name = models.CharField(max_length=60, primary_key=True)
    sha256 = models.CharField(max_length=64)
    row_count = models.IntegerField()
    loaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
