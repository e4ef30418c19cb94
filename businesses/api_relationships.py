"""Leads over the API: the same services as the pages (BR-15)."""

from typing import Any

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
from businesses import selectors
from businesses.models import Lead, LeadProposal
from businesses.selectors import lead_lists
from businesses.services.lead_proposals import lead_accept, lead_decline, lead_propose
from businesses.services.leads import lead_take

_id = {"min_value": 1, "max_value": 2**63 - 1}


class LeadSerializer(serializers.ModelSerializer):
    """Who leads a business in a region; `ended_on` null = active."""

    staff_name = serializers.CharField(source="staff.name")

    class Meta:
        model = Lead
        fields = (
            "id", "business", "region", "staff", "staff_name", "agency", "backup", "started_on", "ended_on", "how",
        )  # fmt: skip


class ProposalSerializer(serializers.ModelSerializer):
    """A lead offered to somebody, or asked for; nothing changes until it is accepted."""

    class Meta:
        model = LeadProposal
        fields = (
            "id", "business", "region", "kind", "proposed", "proposed_by", "message", "state", "reason", "decided_by",
            "decided_at", "created_at", "expires_on",
        )  # fmt: skip


class LeadRegionSerializer(serializers.Serializer):
    """The region of the lead; empty = where the business lies today."""

    region_id = serializers.IntegerField(required=False, allow_null=True, default=None, **_id)


class ProposeSerializer(LeadRegionSerializer):
    """To whom the lead is offered; oneself = asking for it."""

    staff_id = serializers.IntegerField(**_id)
    message = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class DeclineSerializer(serializers.Serializer):
    """Why it is declined."""

    reason = serializers.CharField(max_length=300)


class LeadFilter(django_filters.FilterSet):
    """Filters of the list of active leads."""

    business = django_filters.NumberFilter(field_name="business_id", max_value=2**63 - 1)
    staff = django_filters.NumberFilter(field_name="staff_id", max_value=2**63 - 1)
    region = django_filters.NumberFilter(field_name="region_id", max_value=2**63 - 1)
    agency = django_filters.NumberFilter(field_name="agency_id", max_value=2**63 - 1)


class LeadListView(TenantListView):
    """Who leads which business today."""

    permission = Permission.VIEW_BUSINESSES
    serializer_class = LeadSerializer
    filterset_class = LeadFilter

    def rows(self, actor: Actor) -> QuerySet[Lead]:
        """Every active lead (BR-2)."""
        return lead_lists.leads_all(actor=actor)


def _checked(kind: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    body = kind(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


class LeadTakeView(APIView):
    """Become the lead of a business nobody leads."""

    permission_classes = [ActorMay]
    permission = Permission.LOG_INTERACTION

    @extend_schema(request=LeadRegionSerializer, responses={201: LeadSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Take the lead; 422 if somebody has it or the business lies outside your regions."""
        actor = request._request.actor
        business = selectors.business_get_for(actor=actor, business_id=pk)
        lead = lead_take(actor=actor, business_id=business.pk, **_checked(LeadRegionSerializer, request))
        found = lead_lists.lead_get_for(actor=actor, lead_id=lead.pk)
        return Response(LeadSerializer(found).data, status=status.HTTP_201_CREATED)


class LeadProposeView(APIView):
    """Offer or ask for the lead of a business."""

    permission_classes = [ActorMay]
    permission = Permission.LOG_INTERACTION

    @extend_schema(request=ProposeSerializer, responses={201: ProposalSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Offer the lead to a colleague, or (your own staff id) ask for it."""
        actor = request._request.actor
        business = selectors.business_get_for(actor=actor, business_id=pk)
        proposal = lead_propose(actor=actor, business_id=business.pk, **_checked(ProposeSerializer, request))
        return Response(ProposalSerializer(proposal).data, status=status.HTTP_201_CREATED)


class ProposalListView(APIView):
    """What waits for a decision of yours."""

    permission_classes = [ActorMay]
    permission = Permission.VIEW_BUSINESSES

    @extend_schema(responses=ProposalSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List offers to you, requests to you as the lead, and requests in regions you manage; at most 50."""
        rows = lead_lists.proposals_waiting(actor=request._request.actor)
        return Response(ProposalSerializer(rows, many=True).data)


class ProposalAcceptView(APIView):
    """Accept a hand-over or a request."""

    permission_classes = [ActorMay]
    permission = Permission.LOG_INTERACTION

    @extend_schema(request=None, responses=LeadSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Accept: from now on the proposed person leads."""
        actor = request._request.actor
        proposal = lead_lists.proposal_get_for(actor=actor, proposal_id=pk)
        lead = lead_accept(actor=actor, proposal_id=proposal.pk)
        return Response(LeadSerializer(lead_lists.lead_get_for(actor=actor, lead_id=lead.pk)).data)


class ProposalDeclineView(APIView):
    """Decline a hand-over or a request."""

    permission_classes = [ActorMay]
    permission = Permission.LOG_INTERACTION

    @extend_schema(request=DeclineSerializer, responses=ProposalSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Decline with a reason; the lead stays as it is."""
        actor = request._request.actor
        proposal = lead_lists.proposal_get_for(actor=actor, proposal_id=pk)
        declined = lead_decline(actor=actor, proposal_id=proposal.pk, **_checked(DeclineSerializer, request))
        return Response(ProposalSerializer(declined).data)
