"""The tenant's map over the API: regions, areas, agencies, centers, sectors, catalog, slates."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from bizworks.core.api_views import TenantListView
from bizworks.directory import models, selectors
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission

DATED_FIELDS = ("id", "code", "name", "starts_on", "retired_on")


class InForceFilter(django_filters.FilterSet):
    """Narrows dated rows to those in force on a date."""

    in_force_on = django_filters.DateFilter(method="filter_in_force", help_text="Only rows in force on this date.")

    def filter_in_force(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        """Apply the date."""
        return queryset.in_force(value)


class RegionSerializer(serializers.ModelSerializer):
    """A region."""

    class Meta:
        model = models.Region
        fields = DATED_FIELDS


class AreaSerializer(serializers.ModelSerializer):
    """A workforce area and the region it lies in, with dates."""

    regions = serializers.SerializerMethodField(help_text="Memberships: region id, first day, first day no longer.")

    class Meta:
        model = models.Area
        fields = (*DATED_FIELDS, "regions")

    def get_regions(self, area: models.Area) -> list[dict[str, Any]]:
        """List the memberships, oldest first."""
        return [
            {"region": row.region_id, "starts_on": row.starts_on.isoformat(), "retired_on": row.retired_on}
            for row in area.memberships.all()
        ]


class AgencySerializer(serializers.ModelSerializer):
    """An agency."""

    class Meta:
        model = models.Agency
        fields = (*DATED_FIELDS, "kind", "phone", "email")


class CenterSerializer(serializers.ModelSerializer):
    """A center and its area."""

    class Meta:
        model = models.Center
        fields = (*DATED_FIELDS, "area")


class SectorSerializer(serializers.ModelSerializer):
    """A sector and its NAICS prefixes."""

    includes = serializers.SerializerMethodField()
    excludes = serializers.SerializerMethodField()

    class Meta:
        model = models.Sector
        fields = (*DATED_FIELDS, "is_priority", "includes", "excludes")

    def get_includes(self, sector: models.Sector) -> list[str]:
        """List the included prefixes."""
        return [row.prefix for row in sector.prefixes.all() if not row.is_excluded]

    def get_excludes(self, sector: models.Sector) -> list[str]:
        """List the excluded prefixes."""
        return [row.prefix for row in sector.prefixes.all() if row.is_excluded]


class ServiceItemSerializer(serializers.ModelSerializer):
    """A line of the service catalog."""

    class Meta:
        model = models.ServiceItem
        fields = (
            *DATED_FIELDS,
            "kind",
            "state_category",
            "federal_category",
            "is_counted",
            "is_minimum_menu",
            "description",
            "synonyms",
        )


class SlateLineSerializer(serializers.ModelSerializer):
    """A line of a slate."""

    class Meta:
        model = models.SlateLine
        fields = ("id", "position", "name")


class SlateSerializer(serializers.ModelSerializer):
    """A version of the slate with its lines."""

    lines = SlateLineSerializer(many=True, read_only=True)

    class Meta:
        model = models.Slate
        fields = (*DATED_FIELDS, "lines")


class DirectoryList(TenantListView):
    """Base of the lists of the tenant's map."""

    permission = Permission.VIEW_BUSINESSES
    filterset_class = InForceFilter
    kind: str

    def rows(self, actor: Actor) -> QuerySet:
        """Rows of the tenant in force."""
        return selectors.directory_rows(self.kind)


class RegionList(DirectoryList):
    """List regions."""

    kind, serializer_class = "region", RegionSerializer


class AreaList(DirectoryList):
    """List workforce areas."""

    kind, serializer_class = "area", AreaSerializer


class AgencyList(DirectoryList):
    """List agencies."""

    kind, serializer_class = "agency", AgencySerializer


class CenterList(DirectoryList):
    """List centers."""

    kind, serializer_class = "center", CenterSerializer


class SectorList(DirectoryList):
    """List sectors."""

    kind, serializer_class = "sector", SectorSerializer


class ServiceItemList(DirectoryList):
    """List the service catalog."""

    kind, serializer_class = "service_item", ServiceItemSerializer


class SlateList(DirectoryList):
    """List slates with their lines."""

    kind, serializer_class = "slate", SlateSerializer
