"""Merges over the API: the same services as the pages."""

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bizworks.core.api import ActorMay
from bizworks.core.api_views import TenantListView
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.models import BusinessMerge
from businesses.selectors.merges import merge_get_for, merge_rows
from businesses.services.merge_fields import ABSORBED, BOTH, FIELD_GROUPS, SURVIVOR
from businesses.services.merges import MergeData, business_merge, business_unmerge


class MergeSerializer(serializers.ModelSerializer):
    """A merge of one business into another; `undone_at` says when the two were parted again."""

    class Meta:
        model = BusinessMerge
        fields = ("id", "survivor", "absorbed", "note", "merged_by", "merged_at", "undone_by", "undone_at")


class MergeWriteSerializer(serializers.Serializer):
    """Which business goes into which, and what is kept; see `MergeData`."""

    survivor_id = serializers.IntegerField(max_value=2**63 - 1)
    absorbed_id = serializers.IntegerField(max_value=2**63 - 1)
    choices = serializers.DictField(
        child=serializers.ChoiceField([SURVIVOR, ABSORBED, BOTH]),
        required=False,
        help_text=f"What to keep, by field: {', '.join(group.key for group in FIELD_GROUPS)}. Left out: as proposed.",
    )
    united = serializers.ListField(
        child=serializers.IntegerField(max_value=2**63 - 1),
        required=False,
        allow_null=True,
        max_length=1_000,
        help_text="The absorbed record's contacts that are one person with one of the survivor's; null: all that seem so.",
    )
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class MergeFilter(django_filters.FilterSet):
    """Filters of the list of merges: what an own copy of the directory has to follow."""

    survivor = django_filters.NumberFilter(field_name="survivor_id", max_value=2**63 - 1)
    absorbed = django_filters.NumberFilter(field_name="absorbed_id", max_value=2**63 - 1)
    merged_since = django_filters.IsoDateTimeFilter(field_name="merged_at", lookup_expr="gte")


class MergeListView(TenantListView):
    """List merges, or merge two records of the same business."""

    permission = Permission.MERGE_BUSINESSES
    serializer_class = MergeSerializer
    filterset_class = MergeFilter

    def rows(self, actor: Actor) -> QuerySet[BusinessMerge]:
        """Every merge."""
        return merge_rows(actor=actor)

    @extend_schema(request=MergeWriteSerializer, responses={201: MergeSerializer})
    def post(self, request: Request) -> Response:
        """Merge two records. Everything follows; the absorbed id keeps leading to the survivor."""
        body = MergeWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        merge = business_merge(actor=request._request.actor, data=MergeData(**body.validated_data))
        return Response(self.get_serializer(merge).data, status=status.HTTP_201_CREATED)


class MergeUndoView(APIView):
    """Undo a merge."""

    permission_classes = [ActorMay]
    permission = Permission.MERGE_BUSINESSES

    @extend_schema(request=None, responses=MergeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Make two records of one again; 422 if a later merge must be undone first."""
        merge = merge_get_for(actor=request._request.actor, merge_id=pk)
        undone = business_unmerge(actor=request._request.actor, merge_id=merge.pk)
        return Response(MergeSerializer(undone.merge).data)
