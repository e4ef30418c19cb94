"""Filters of the list of businesses."""

from typing import Any

import django_filters
from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import SizeBand, Source, Status
from businesses.selectors import ListOptions, businesses_matching, served_condition

NOT_KNOWN = "unknown"
_SIZES = [(value or NOT_KNOWN, label) for value, label in SizeBand.choices]
_STATUSES = [choice for choice in Status.choices if choice[0] != Status.MERGED]


class BusinessFilter(django_filters.FilterSet):
    """Search and filters; the tenant's words and rows are given in, so that a filter costs no query of its own."""

    q = django_filters.CharFilter(
        method="by_text",
        label="Search by name, trading name, town or FEIN",
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    region = django_filters.ChoiceFilter(field_name="region_id", empty_label="All")
    area = django_filters.ChoiceFilter(field_name="area_id", empty_label="All")
    town = django_filters.CharFilter(method="by_town", label="Town", max_length=80)
    sector = django_filters.ChoiceFilter(field_name="sector_id", label="Sector", empty_label="All")
    naics = django_filters.CharFilter(
        method="by_naics",
        label="NAICS begins with",
        max_length=6,
        validators=[RegexValidator(r"^\d{1,6}$", "Give one to six digits.")],
    )
    size = django_filters.ChoiceFilter(method="by_size", label="Employees", choices=_SIZES, empty_label="Any number")
    status = django_filters.ChoiceFilter(choices=_STATUSES, label="Status", empty_label="Any")
    served = django_filters.ChoiceFilter(method="by_served", label="Served by", empty_label="Anyone or nobody")

    def __init__(self, *args: Any, actor: Actor, options: ListOptions, labels: dict[str, str], **kwargs: Any) -> None:
        """Fill in the tenant's rows and words."""
        super().__init__(*args, **kwargs)
        self.actor = actor
        served = [("any", "Any agency"), ("none", "Nobody yet"), *options.agencies]
        rows = {"region": options.regions, "area": options.areas, "sector": options.sectors, "served": served}
        for name, choices in rows.items():
            self.filters[name].extra["choices"] = choices
        self.filters["region"].label, self.filters["area"].label = labels["region"], labels["area"]

    @property
    def active(self) -> int:
        """How many filters beside the search are in force."""
        return sum(bool(value) for name, value in self.form.cleaned_data.items() if name != "q") if self.is_bound else 0

    def by_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """What the search finds."""
        return businesses_matching(queryset, actor=self.actor, text=value)

    def by_town(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """The town as its name or as it is written."""
        return queryset.in_town(value)

    def by_naics(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """A NAICS prefix, among the codes the actor may see (BR-6)."""
        seen = queryset if self.actor.may(Permission.SEE_UC_VALUES) else queryset.exclude(naics_source=Source.UC)
        return seen.filter(naics__code__startswith=value)

    def by_size(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """A size band, or none known."""
        return queryset.filter(size_band="" if value == NOT_KNOWN else value)

    def by_served(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Served by an agency, by any, or by none so far as the actor may know."""
        agency_id = int(value) if value.isdigit() else None
        condition = served_condition(actor=self.actor, agency_id=agency_id)
        return queryset.exclude(condition) if value == "none" else queryset.filter(condition)
