"""Businesses and contacts over the API: the same services as the pages."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bizworks.core.api import ActorMay
from bizworks.core.api_views import TenantListView
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses import selectors
from businesses.api_lists import ListFilters
from businesses.constants import ContactRole, Source, Status
from businesses.models import Business, Contact
from businesses.permissions import may_see_fein, may_see_value
from businesses.services.businesses import BusinessData, business_create, business_update
from businesses.services.contacts import ContactData, contact_create, contact_leave, contact_update


class EmployerSerializer(serializers.Serializer):
    """The legal entity."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    fein = serializers.SerializerMethodField(help_text="Nine digits; only the last four unless your role may see it.")
    fein_source = serializers.CharField(help_text="Where the FEIN comes from; empty if there is none.")

    def get_fein(self, employer: Any) -> str:
        """Mask by the one rule."""
        agency_id = employer.recorded_by.agency_id if employer.recorded_by else None
        actor = self.context["request"]._request.actor
        seen = may_see_fein(actor, source=employer.fein_source, recorded_by_agency_id=agency_id)
        return employer.fein if seen or not employer.fein else f"*****{employer.fein[-4:]}"


class BusinessSerializer(serializers.ModelSerializer):
    """A business (establishment), as its page shows it."""

    employer = EmployerSerializer()
    employees = serializers.SerializerMethodField(help_text="Null if unknown, or held back by its source.")
    naics = serializers.SerializerMethodField(help_text="Null if unknown, or held back by its source.")
    employees_source = serializers.CharField(help_text="Where the number of employees comes from; empty if unknown.")
    naics_source = serializers.CharField(help_text="Where the NAICS code comes from; empty if unknown.")
    url = serializers.CharField(source="get_absolute_url", help_text="Its page.")

    class Meta:
        model = Business
        fields = (
            "id", "employer", "name", "alias", "address", "town", "municipality", "county", "state", "zip_code", "area",
            "region", "sector", "naics", "naics_source", "status", "closed_on", "employees", "employees_source",
            "size_band", "phone", "website", "created_at", "updated_at", "version", "url",
        )  # fmt: skip

    def get_employees(self, business: Business) -> int | None:
        """Hold back what came from the unemployment agency (BR-6)."""
        actor = self.context["request"]._request.actor
        return business.employees if may_see_value(actor, source=business.employees_source) else None

    def get_naics(self, business: Business) -> str | None:
        """Hold back what came from the unemployment agency (BR-6)."""
        actor = self.context["request"]._request.actor
        return business.naics_id if may_see_value(actor, source=business.naics_source) else None


class BusinessWriteSerializer(serializers.Serializer):
    """What a business is made from; see `BusinessData`."""

    name = serializers.CharField(max_length=200)
    town = serializers.CharField(max_length=80)
    state = serializers.CharField(max_length=2)
    alias = serializers.CharField(max_length=200, required=False, allow_blank=True)
    legal_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)
    zip_code = serializers.CharField(max_length=10, required=False, allow_blank=True)
    naics = serializers.CharField(max_length=10, required=False, allow_blank=True, help_text="Two to six digits.")
    status = serializers.ChoiceField(Status.choices, required=False)
    closed_on = serializers.DateField(required=False, allow_null=True)
    employees = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=10_000_000)
    fein = serializers.CharField(max_length=12, required=False, allow_blank=True, allow_null=True)
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True)
    website = serializers.CharField(max_length=200, required=False, allow_blank=True)
    source = serializers.ChoiceField(
        Source.choices, required=False, help_text="Where NAICS, employees and FEIN come from."
    )
    employer_id = serializers.IntegerField(
        required=False, allow_null=True, help_text="Another location of this employer."
    )
    area_override_id = serializers.IntegerField(required=False, allow_null=True)
    area_override_reason = serializers.CharField(max_length=200, required=False, allow_blank=True)
    confirmed_reason = serializers.CharField(
        max_length=300,
        required=False,
        allow_blank=True,
        help_text="Why it is none of the businesses that look like it (BR-12); without it such a one is refused.",
    )
    form_key = serializers.UUIDField(required=False, help_text="Names this act: sent twice, saved once.")


class BusinessChangeSerializer(BusinessWriteSerializer):
    """A change: only what is given changes; `version` is the one that was read."""

    version = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """Require the version alone."""
        fields = super().get_fields()
        for name in ("confirmed_reason", "form_key"):
            del fields[name]
        for name, field in fields.items():
            field.required = name == "version"
        return fields


class BusinessFilter(ListFilters):
    """Filters of the list of businesses."""

    q = django_filters.CharFilter(
        method="filter_text",
        help_text="What is remembered of a business, as on the pages: words of its names, town or people; a number.",
    )
    region = django_filters.NumberFilter(field_name="region_id", max_value=2**63 - 1)
    area = django_filters.NumberFilter(field_name="area_id", max_value=2**63 - 1)
    sector = django_filters.NumberFilter(field_name="sector_id", max_value=2**63 - 1)
    municipality = django_filters.NumberFilter(field_name="municipality_id", max_value=2**31 - 1)
    status = django_filters.ChoiceFilter(choices=Status.choices)
    naics = django_filters.CharFilter(method="filter_naics", help_text="A prefix, among the codes you may see.")
    updated_since = django_filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")

    def filter_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Search as the pages do."""
        return selectors.businesses_matching(queryset, actor=self.request._request.actor, text=value)

    def filter_naics(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """A code held back by its source is not found by it either (BR-6)."""
        shown = selectors.naics_shown(actor=self.request._request.actor, businesses=queryset)
        return shown.filter(naics__code__startswith=value[:6])


class BusinessListView(TenantListView):
    """List businesses, or add one."""

    permissions_by_method = {"GET": Permission.VIEW_BUSINESSES, "POST": Permission.EDIT_BUSINESSES}
    serializer_class = BusinessSerializer
    filterset_class = BusinessFilter

    def rows(self, actor: Actor) -> QuerySet[Business]:
        """The directory."""
        return selectors.business_list(actor=actor).select_related("employer__recorded_by")

    @extend_schema(request=BusinessWriteSerializer, responses={201: BusinessSerializer})
    def post(self, request: Request) -> Response:
        """Add a business. Its area, region and sector are derived.

        One that looks like a known business is refused (422) with `matches`: id, name, rule and reason of each.
        It is saved with a `confirmed_reason`.
        """
        body = BusinessWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        business = business_create(actor=request._request.actor, data=BusinessData(**body.validated_data))
        return Response(self.get_serializer(business).data, status=status.HTTP_201_CREATED)


class MovedSerializer(serializers.Serializer):
    """Where a merged business went; a merge can be undone, so the answer is not to be kept."""

    id = serializers.IntegerField()
    merged_into = serializers.IntegerField()


class BusinessDetailView(APIView):
    """Read or change one business."""

    permission_classes = [ActorMay]
    permissions_by_method = {"GET": Permission.VIEW_BUSINESSES, "PATCH": Permission.EDIT_BUSINESSES}

    @extend_schema(responses={200: BusinessSerializer, 301: MovedSerializer})
    def get(self, request: Request, pk: int) -> Response:
        """Read a business; one that was merged into another answers 301 with that one's id and address."""
        business = selectors.business_get_for(actor=request._request.actor, business_id=pk)
        if business.merged_into_id:
            address = reverse("api:business", args=[business.merged_into_id])
            moved = {"id": pk, "merged_into": business.merged_into_id}
            headers = {"Location": address, "Cache-Control": "no-store"}
            return Response(moved, status=status.HTTP_301_MOVED_PERMANENTLY, headers=headers)
        return Response(BusinessSerializer(business, context={"request": request}).data)

    @extend_schema(request=BusinessChangeSerializer, responses=BusinessSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change what is given; 412 if someone changed the business since `version`."""
        actor = request._request.actor
        body = BusinessChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changes = dict(body.validated_data)
        version = changes.pop("version")
        business = selectors.business_get_for(actor=actor, business_id=pk)
        business_update(actor=actor, business_id=pk, version=version, data=_as_data(business, changes))
        return self.get(request, pk)


def _as_data(business: Business, changes: dict[str, Any]) -> BusinessData:
    known = {
        "name": business.name,
        "alias": business.alias,
        "legal_name": business.employer.name,
        "address": business.address,
        "town": business.town,
        "state": business.state,
        "zip_code": business.zip_code,
        "naics": business.naics_id or "",
        "status": business.status,
        "closed_on": business.closed_on,
        "employees": business.employees,
        "phone": business.phone,
        "website": business.website,
        "area_override_id": business.area_override_id,
        "area_override_reason": business.area_override_reason,
    }
    return BusinessData(**(known | changes))


class ContactSerializer(serializers.ModelSerializer):
    """A person at a business."""

    class Meta:
        model = Contact
        fields = (
            "id", "business", "name", "role", "title", "is_key_representative", "phone", "email", "do_not_contact",
            "left_on", "created_at",
        )  # fmt: skip


class ContactWriteSerializer(serializers.Serializer):
    """What a contact is made from; see `ContactData`."""

    name = serializers.CharField(max_length=120)
    role = serializers.ChoiceField(ContactRole.choices, required=False)
    title = serializers.CharField(max_length=80, required=False, allow_blank=True)
    is_key_representative = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Null: by the role (BR-22)."
    )
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True)
    email = serializers.CharField(max_length=254, required=False, allow_blank=True)
    do_not_contact = serializers.BooleanField(required=False)
    form_key = serializers.UUIDField(required=False, help_text="Names this act: sent twice, saved once.")


class ContactChangeSerializer(ContactWriteSerializer):
    """The whole contact again; `left_on` says when the person left."""

    form_key = None
    left_on = serializers.DateField(required=False, allow_null=True)


class ContactListView(APIView):
    """The people of a business."""

    permission_classes = [ActorMay]
    permissions_by_method = {"GET": Permission.VIEW_BUSINESSES, "POST": Permission.EDIT_BUSINESSES}

    @extend_schema(responses=ContactSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the people of a business, key representatives first."""
        business = selectors.business_get_for(actor=request._request.actor, business_id=pk)
        return Response(ContactSerializer(selectors.contact_list(business=business), many=True).data)

    @extend_schema(request=ContactWriteSerializer, responses={201: ContactSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Add a person to a business."""
        actor = request._request.actor
        business = selectors.business_get_for(actor=actor, business_id=pk)
        body = ContactWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        contact = contact_create(actor=actor, business_id=business.pk, data=ContactData(**body.validated_data))
        return Response(ContactSerializer(contact).data, status=status.HTTP_201_CREATED)


class ContactDetailView(APIView):
    """Read or change one contact."""

    permission_classes = [ActorMay]
    permissions_by_method = {"GET": Permission.VIEW_BUSINESSES, "PUT": Permission.EDIT_BUSINESSES}

    @extend_schema(responses=ContactSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Read a contact."""
        contact = selectors.contact_get_for(actor=request._request.actor, contact_id=pk)
        return Response(ContactSerializer(contact).data)

    @extend_schema(request=ContactChangeSerializer, responses=ContactSerializer)
    def put(self, request: Request, pk: int) -> Response:
        """Replace a contact's details."""
        actor = request._request.actor
        contact = selectors.contact_get_for(actor=actor, contact_id=pk)
        body = ContactChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        details = dict(body.validated_data)
        left_on = details.pop("left_on", contact.left_on)
        contact_update(actor=actor, contact_id=pk, data=ContactData(**details))
        if left_on != contact.left_on:
            contact_leave(actor=actor, contact_id=pk, left_on=left_on)
        return self.get(request, pk)
