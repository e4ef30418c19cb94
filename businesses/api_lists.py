"""Tags and saved views over the API, and the list's own filters: the same conditions as the pages."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework import serializers

from bizworks.core.api_views import TenantListView
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses import selectors
from businesses.filters import ListForm, list_query
from businesses.models import SavedView, Tag

WORDS = {"region": "Region", "area": "Area"}
_REPEAT = "Several: repeat the parameter; any of them will do."


class ListFilters(django_filters.FilterSet):
    """The filters that pages and API share; each is read by the list's own form."""

    size = django_filters.CharFilter(method="by_list", help_text=f"A size band such as 20-49, or unknown. {_REPEAT}")
    tag = django_filters.CharFilter(method="by_list", help_text=f"A tag's id, or none. {_REPEAT}")
    lead = django_filters.CharFilter(
        method="by_list", help_text=f"me, team, watched, nobody, left, or a person. {_REPEAT}"
    )
    served = django_filters.CharFilter(method="by_list", help_text=f"An agency's id, any, or none. {_REPEAT}")
    contact = django_filters.CharFilter(method="by_list", help_text="in-30, in-90, in-365, out-30 ..., or never.")
    since = django_filters.DateFilter(method="by_list", help_text="Contacted on or after a day.")
    before = django_filters.DateFilter(method="by_list", help_text="Not contacted since a day.")
    step = django_filters.CharFilter(method="by_list", help_text="any = a next step is open; none = none is.")
    town = django_filters.CharFilter(method="by_list", help_text="As its name or as it is written.")
    county = django_filters.CharFilter(method="by_list", help_text=f"FIPS, five digits. {_REPEAT}")

    def by_list(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        """Narrow as the page does. Errors: 400 for what the page's form does not understand."""
        data = QueryDict(mutable=True)
        data.setlist(name, self.data.getlist(name) if hasattr(self.data, "getlist") else [str(value)])
        form = ListForm(data, options=selectors.ListOptions(), words=WORDS)
        if name not in form.parameters:
            problems = [str(problem) for problem in form.errors.get(name) or ["This value is not known."]]
            raise serializers.ValidationError({name: problems})
        return selectors.business_narrowed(
            queryset, actor=self.request._request.actor, parameters={name: form.parameters[name]}
        )


class TagSerializer(serializers.ModelSerializer):
    """A tag, and on how many businesses it is."""

    businesses = serializers.IntegerField(source="number")

    class Meta:
        model = Tag
        fields = ("id", "name", "look", "is_retired", "businesses", "created_at")


class TagListView(TenantListView):
    """The tenant's tags; `/businesses/?tag=` lists the businesses of one."""

    permission = Permission.VIEW_BUSINESSES
    serializer_class = TagSerializer

    def rows(self, actor: Actor) -> QuerySet[Tag]:
        """Every tag."""
        return selectors.tag_list(actor=actor)


class SavedViewSerializer(serializers.ModelSerializer):
    """A saved view; `query` goes behind `/businesses/?`, on the pages as it is."""

    owner_name = serializers.CharField(source="owner.name")
    query = serializers.SerializerMethodField()

    class Meta:
        model = SavedView
        fields = (
            "id",
            "name",
            "owner",
            "owner_name",
            "sharing",
            "parameters",
            "sort",
            "columns",
            "query",
            "updated_at",
        )

    def get_query(self, view: SavedView) -> str:
        """The address of the list."""
        return list_query(view.parameters, sort=view.sort, columns=view.columns).urlencode()


class SavedViewListView(TenantListView):
    """Views the token's person may open."""

    permission = Permission.VIEW_BUSINESSES
    serializer_class = SavedViewSerializer

    def rows(self, actor: Actor) -> QuerySet[SavedView]:
        """Their own, and those shared with them."""
        return selectors.view_list(actor=actor)
