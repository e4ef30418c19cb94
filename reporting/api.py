"""Published counts over the API: the same cells as the dashboard."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bizworks.core.api import ActorMay
from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.policy import Permission
from reporting.constants import ALL, Grain, Measure
from reporting.selectors import counts

DEFINITION = (
    "Businesses: distinct establishments with at least one counted service that overlaps the period, within the scope"
    " (BR-30). Employers: distinct legal entities among them (BR-31). Records: services that started in the period;"
    " for the measure oriented, qualifying orientations. Parts need not add up to the total (BR-32)."
)
_GRAINS = {"month": Grain.MONTH, "quarter": Grain.QUARTER, "year": Grain.YEAR}
_MEASURES = {"served": Measure.SERVED, "oriented": Measure.ORIENTED}
_DIMENSIONS = {
    "region": "region_id",
    "area": "area_id",
    "agency": "agency_id",
    "category": "category",
    "sector": "sector_id",
}
_number = {"required": False, "min_value": -1, "max_value": 2**63 - 1}


class CountsQuerySerializer(serializers.Serializer):
    """Which number is asked for."""

    grain = serializers.ChoiceField(list(_GRAINS), default="year")
    date = serializers.DateField(required=False, help_text="Any day of the period; today if left out.")
    measure = serializers.ChoiceField(list(_MEASURES), default="served")
    by = serializers.ChoiceField(list(_DIMENSIONS), required=False, help_text="Divide by this dimension.")
    region = serializers.IntegerField(**_number, help_text="Region id; -1 = none.")
    area = serializers.IntegerField(**_number, help_text="Area id; -1 = none.")
    agency = serializers.IntegerField(**_number, help_text="Agency id.")
    category = serializers.IntegerField(
        required=False, min_value=-1, max_value=99, help_text="Position of the federal category, 1 to 8; -1 = none."
    )
    sector = serializers.IntegerField(**_number, help_text="Sector id; -1 = none.")


class FiguresSerializer(serializers.Serializer):
    """One published number."""

    businesses = serializers.IntegerField()
    employers = serializers.IntegerField()
    records = serializers.IntegerField()


class PartSerializer(FiguresSerializer):
    """The number of one value of the dimension."""

    value = serializers.IntegerField(help_text="Id (for a category its position); -1 = none.")


class PeriodSerializer(serializers.Serializer):
    """A period with its dates."""

    label = serializers.CharField()
    start = serializers.DateField()
    end = serializers.DateField()


class CountsSerializer(serializers.Serializer):
    """A number with its definition, dates and freshness."""

    definition = serializers.CharField()
    period = PeriodSerializer()
    total = FiguresSerializer()
    parts = PartSerializer(many=True)
    overlap = serializers.IntegerField(help_text="Sum of the parts' businesses less the total.")
    counted_at = serializers.DateTimeField(allow_null=True)
    changes_waiting = serializers.IntegerField()


class CountsView(APIView):
    """Published counts."""

    permission_classes = [ActorMay]
    permission = Permission.VIEW_DASHBOARD

    @extend_schema(
        parameters=[
            OpenApiParameter("grain", enum=list(_GRAINS)),
            OpenApiParameter("date", str, description="Any day of the period; today if left out."),
            OpenApiParameter("measure", enum=list(_MEASURES)),
            OpenApiParameter("by", enum=list(_DIMENSIONS), description="Divide by this dimension."),
            *(OpenApiParameter(name, int, description="Only this; -1 = none.") for name in _DIMENSIONS),
        ],
        responses=CountsSerializer,
    )
    def get(self, request: Request) -> Response:
        """Read businesses served (or oriented) of a period, in a scope, in all or divided by a dimension."""
        query = CountsQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(CountsSerializer(_answer(query.validated_data)).data)


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    calendar = counts.calendar()
    period = calendar.period(_GRAINS[asked["grain"]], asked.get("date", calendar.today))
    scope = counts.Scope(**{field: asked.get(name, ALL) for name, field in _DIMENSIONS.items()})
    measure, by = _MEASURES[asked["measure"]], _DIMENSIONS.get(asked.get("by", ""))
    if not counts.is_published(scope, *([by] if by else [])):
        raise BusinessRuleError({"by": ["No numbers are published by this combination; leave one dimension out."]})
    total = counts.cell(period, scope, measure=measure)
    parts = counts.cells_by(by, period, scope, measure=measure) if by else {}
    freshness = counts.freshness()
    return {
        "definition": DEFINITION,
        "period": period,
        "total": total,
        "parts": [
            {"value": value, "businesses": f.businesses, "employers": f.employers, "records": f.records}
            for value, f in sorted(parts.items())
        ],
        "overlap": sum(f.businesses for f in parts.values()) - total.businesses if by else 0,
        "counted_at": freshness.drained_at,
        "changes_waiting": freshness.backlog,
    }
