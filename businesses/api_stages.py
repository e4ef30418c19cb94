"""Life-cycle stages over the API: the same services as the pages."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bizworks.core.api import ActorMay
from bizworks.tenancy.policy import Permission
from businesses import selectors
from businesses.constants import Stage, StageVisibility
from businesses.models import BusinessStage
from businesses.services.stages import StageData, stage_readings, stage_set, stage_void


class StageSerializer(serializers.ModelSerializer):
    """A stage of a business's life, from a day on."""

    class Meta:
        model = BusinessStage
        fields = (
            "id", "business", "stage", "began_on", "source", "note", "visibility", "agency", "recorded_by", "created_at",
            "voided_at", "void_reason",
        )  # fmt: skip


class StageWriteSerializer(serializers.Serializer):
    """What a stage is made from; see `StageData`."""

    stage = serializers.ChoiceField(Stage.choices)
    began_on = serializers.DateField()
    source = serializers.CharField(max_length=120, help_text="How it is known, in words.")
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    visibility = serializers.ChoiceField(StageVisibility.choices, required=False)
    form_key = serializers.UUIDField(required=False, help_text="Names this act: sent twice, saved once.")


class StageVoidSerializer(serializers.Serializer):
    """Why a stage is taken back."""

    reason = serializers.CharField(max_length=300)


class StageListView(APIView):
    """The stages of a business."""

    permission_classes = [ActorMay]
    permissions_by_method = {"GET": Permission.VIEW_BUSINESSES, "POST": Permission.EDIT_BUSINESSES}

    @extend_schema(responses=StageSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the stages you may read, newest first, voided ones too; reading a restricted one is recorded."""
        actor = request._request.actor
        business = selectors.business_get_for(actor=actor, business_id=pk)
        stages = [row.stage for row in selectors.stage_history(actor=actor, business=business)]
        stage_readings(actor=actor, stages=stages)
        return Response(StageSerializer(stages, many=True).data)

    @extend_schema(request=StageWriteSerializer, responses={201: StageSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Say in which stage a business is from a day on."""
        actor = request._request.actor
        business = selectors.business_get_for(actor=actor, business_id=pk)
        body = StageWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        stage = stage_set(actor=actor, business_id=business.pk, data=StageData(**body.validated_data))
        return Response(StageSerializer(stage).data, status=status.HTTP_201_CREATED)


class StageVoidView(APIView):
    """Take back a stage."""

    permission_classes = [ActorMay]
    permission = Permission.EDIT_BUSINESSES

    @extend_schema(request=StageVoidSerializer, responses=StageSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Void a stage that was set by mistake, for a reason; it stays in the history."""
        actor = request._request.actor
        stage = selectors.stage_get_for(actor=actor, stage_id=pk)
        body = StageVoidSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        stage = stage_void(actor=actor, stage_id=stage.pk, reason=body.validated_data["reason"])
        return Response(StageSerializer(stage).data)
