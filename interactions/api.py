"""Interactions and services delivered over the API: the same services as the pages."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bizworks.core.api import ActorMay, KeysetPagination
from bizworks.core.api_views import TenantListView
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import ContactRole
from interactions import selectors
from interactions.constants import MAX_NOTE_CHARACTERS, Assisted, Mode, ServiceStatus, Visibility
from interactions.models import Interaction, ServiceDelivered
from interactions.selectors import lists
from interactions.services.corrections import interaction_void
from interactions.services.data import (
    FollowUpData,
    InteractionData,
    InteractionResult,
    NewContactData,
    NoteData,
    ServiceData,
)
from interactions.services.log import interaction_log
from interactions.services.reading import record_reading

MANY = 500
_id = {"min_value": 1, "max_value": 2**63 - 1}


class ServiceSerializer(serializers.ModelSerializer):
    """A service delivered to one business."""

    class Meta:
        model = ServiceDelivered
        fields = (
            "id", "business", "item", "agency", "staff", "interaction", "started_on", "ended_on", "status", "assisted",
            "program", "area", "region", "visibility", "voided_at", "void_reason", "created_at", "version",
        )  # fmt: skip


class InteractionSerializer(serializers.ModelSerializer):
    """A contact with one or more businesses."""

    businesses = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    staff = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = Interaction
        fields = (
            "id", "occurred_on", "mode", "subject", "duration_minutes", "is_substantial", "agency", "visibility", "slate",
            "businesses", "staff", "recorded_by", "created_at", "voided_at", "void_reason", "version",
        )  # fmt: skip


class JudgementSerializer(serializers.Serializer):
    """How an orientation was judged for one business (BR-20)."""

    business_id = serializers.IntegerField()
    qualifies = serializers.BooleanField()
    lines_covered = serializers.IntegerField()
    lines_needed = serializers.IntegerField()
    lines_total = serializers.IntegerField()
    failures = serializers.ListField(child=serializers.CharField())


class ResultSerializer(serializers.Serializer):
    """What one act of logging left behind; `is_new` is false when the form key was used before."""

    interaction_id = serializers.IntegerField()
    is_new = serializers.BooleanField()
    service_ids = serializers.ListField(child=serializers.IntegerField())
    judgements = JudgementSerializer(many=True)
    days_late = serializers.IntegerField()


class ServiceWriteSerializer(serializers.Serializer):
    """A service delivered; see `ServiceData`."""

    item_id = serializers.IntegerField(**_id)
    agency_id = serializers.IntegerField(required=False, allow_null=True, **_id)
    status = serializers.ChoiceField(ServiceStatus.choices, required=False)
    started_on = serializers.DateField(required=False, allow_null=True)
    ended_on = serializers.DateField(required=False, allow_null=True)
    is_ongoing = serializers.BooleanField(required=False)
    assisted = serializers.ChoiceField(Assisted.choices, required=False)
    program = serializers.CharField(max_length=60, required=False, allow_blank=True)
    business_ids = serializers.ListField(child=serializers.IntegerField(**_id), required=False, max_length=MANY)


class NewContactSerializer(serializers.Serializer):
    """A person met for the first time."""

    business_id = serializers.IntegerField(**_id)
    name = serializers.CharField(max_length=120)
    role = serializers.ChoiceField(ContactRole.choices, required=False)
    is_key_representative = serializers.BooleanField(required=False, allow_null=True, default=None)


class NoteWriteSerializer(serializers.Serializer):
    """A note."""

    body = serializers.CharField(max_length=MAX_NOTE_CHARACTERS)
    visibility = serializers.ChoiceField(Visibility.choices, required=False)
    obtained_on = serializers.DateField(required=False, allow_null=True)


class FollowUpWriteSerializer(serializers.Serializer):
    """A next step."""

    text = serializers.CharField(max_length=200)
    due_on = serializers.DateField()
    assignee_id = serializers.IntegerField(required=False, allow_null=True, **_id)


class InteractionWriteSerializer(serializers.Serializer):
    """A contact as it happened; see `InteractionData`."""

    business_ids = serializers.ListField(child=serializers.IntegerField(**_id), min_length=1, max_length=MANY)
    occurred_on = serializers.DateField()
    mode = serializers.ChoiceField(Mode.choices)
    form_key = serializers.UUIDField(required=False, help_text="Names this act: sent twice, saved once.")
    subject = serializers.CharField(max_length=120, required=False, allow_blank=True)
    duration_minutes = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=1440)
    is_substantial = serializers.BooleanField(required=False)
    visibility = serializers.ChoiceField(Visibility.choices, required=False)
    contact_ids = serializers.ListField(child=serializers.IntegerField(**_id), required=False, max_length=MANY)
    new_contacts = NewContactSerializer(many=True, required=False)
    services = ServiceWriteSerializer(many=True, required=False)
    slate_line_ids = serializers.ListField(child=serializers.IntegerField(**_id), required=False, max_length=100)
    orientation_fallback = serializers.ChoiceField(["partial", "outreach"], required=False)
    note = NoteWriteSerializer(required=False, allow_null=True)
    follow_up = FollowUpWriteSerializer(required=False, allow_null=True)
    staff_ids = serializers.ListField(child=serializers.IntegerField(**_id), required=False, max_length=50)
    outreach_reason = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text="Why a planned service or next step goes on though somebody else leads the business (BR-15).",
    )

    def as_data(self) -> InteractionData:
        """The same as the service takes it."""
        given: dict[str, Any] = dict(self.validated_data)
        for name in ("business_ids", "contact_ids", "slate_line_ids", "staff_ids"):
            if name in given:
                given[name] = tuple(given[name])
        given["new_contacts"] = tuple(NewContactData(**row) for row in given.get("new_contacts", ()))
        given["services"] = tuple(
            ServiceData(**(row | {"business_ids": tuple(row.get("business_ids", ()))}))
            for row in given.get("services", ())
        )
        for name, kind in (("note", NoteData), ("follow_up", FollowUpData)):
            if given.get(name):
                given[name] = kind(**given[name])
        return InteractionData(**given)


class VoidSerializer(serializers.Serializer):
    """Why a record is voided."""

    reason = serializers.CharField(max_length=300)


class RecentFirst(KeysetPagination):
    """Newest first."""

    ordering = ("-occurred_on", "-id")


class InteractionFilter(django_filters.FilterSet):
    """Filters of the list of interactions."""

    business = django_filters.NumberFilter(field_name="participations__business_id", max_value=2**63 - 1)
    agency = django_filters.NumberFilter(field_name="agency_id", max_value=2**63 - 1)
    mode = django_filters.ChoiceFilter(choices=Mode.choices)
    since = django_filters.DateFilter(field_name="occurred_on", lookup_expr="gte")
    until = django_filters.DateFilter(field_name="occurred_on", lookup_expr="lte")


class RecordsReading:
    """Puts the restricted records of each answer into the audit trail as read (BR-4)."""

    def paginate_queryset(self, queryset: QuerySet) -> Any:
        """One page of the list, its restricted rows recorded. Queries: 1 more if there are any."""
        page = super().paginate_queryset(queryset)
        record_reading(actor=self.request._request.actor, records=page or [])
        return page


class InteractionListView(RecordsReading, TenantListView):
    """List interactions you may read, or log one."""

    permissions_by_method = {"GET": Permission.VIEW_BUSINESSES, "POST": Permission.LOG_INTERACTION}
    serializer_class = InteractionSerializer
    filterset_class = InteractionFilter
    pagination_class = RecentFirst

    def rows(self, actor: Actor) -> QuerySet[Interaction]:
        """What the actor may read."""
        return lists.interaction_list(actor=actor)

    @extend_schema(request=InteractionWriteSerializer, responses={201: ResultSerializer, 200: ResultSerializer})
    def post(self, request: Request) -> Response:
        """Log a contact with its services, note and next step; all or nothing, by the same rules as the page."""
        body = InteractionWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        result: InteractionResult = interaction_log(actor=request._request.actor, data=body.as_data())
        code = status.HTTP_201_CREATED if result.is_new else status.HTTP_200_OK
        return Response(ResultSerializer(result).data, status=code)


class InteractionDetailView(APIView):
    """Read one interaction."""

    permission_classes = [ActorMay]
    permission = Permission.VIEW_BUSINESSES

    @extend_schema(responses=InteractionSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Read an interaction; one you may not read is not found."""
        row = selectors.interaction_get_for(actor=request._request.actor, interaction_id=pk)
        record_reading(actor=request._request.actor, records=[row])
        return Response(InteractionSerializer(row).data)


class InteractionVoidView(APIView):
    """Void an interaction."""

    permission_classes = [ActorMay]
    permission = Permission.LOG_INTERACTION

    @extend_schema(request=VoidSerializer, responses=InteractionSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Void an interaction and its services, with a reason; nothing is deleted (BR-37)."""
        actor = request._request.actor
        selectors.interaction_get_for(actor=actor, interaction_id=pk)
        body = VoidSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        interaction_void(actor=actor, interaction_id=pk, reason=body.validated_data["reason"])
        row = selectors.interaction_get_for(actor=actor, interaction_id=pk)
        return Response(InteractionSerializer(row).data)


class ServiceFilter(django_filters.FilterSet):
    """Filters of the list of services."""

    business = django_filters.NumberFilter(field_name="business_id", max_value=2**63 - 1)
    agency = django_filters.NumberFilter(field_name="agency_id", max_value=2**63 - 1)
    item = django_filters.NumberFilter(field_name="item_id", max_value=2**63 - 1)
    region = django_filters.NumberFilter(field_name="region_id", max_value=2**63 - 1)
    federal_category = django_filters.CharFilter(field_name="item__federal_category_id")
    status = django_filters.ChoiceFilter(choices=ServiceStatus.choices)
    since = django_filters.DateFilter(field_name="started_on", lookup_expr="gte")
    until = django_filters.DateFilter(field_name="started_on", lookup_expr="lte")


class ServiceListView(RecordsReading, TenantListView):
    """List services delivered that you may read."""

    permission = Permission.VIEW_BUSINESSES
    serializer_class = ServiceSerializer
    filterset_class = ServiceFilter

    def rows(self, actor: Actor) -> QuerySet[ServiceDelivered]:
        """What the actor may read."""
        return lists.service_list(actor=actor)


class ServiceDetailView(APIView):
    """Read one service."""

    permission_classes = [ActorMay]
    permission = Permission.VIEW_BUSINESSES

    @extend_schema(responses=ServiceSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Read a service; one you may not read is not found."""
        row = selectors.service_get_for(actor=request._request.actor, service_id=pk)
        record_reading(actor=request._request.actor, records=[row])
        return Response(ServiceSerializer(row).data)
