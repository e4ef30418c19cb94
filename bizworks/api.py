"""Addresses of the REST API, version 1."""

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularAPIView

from bizworks.core.api import ActorMay
from bizworks.core.api_reference import api_reference
from bizworks.directory import api as directory
from bizworks.tenancy.policy import Permission
from businesses import api as businesses
from businesses import api_lists
from businesses import api_merges as business_merges
from businesses import api_relationships as business_relationships
from businesses import api_stages as business_stages
from interactions import api as interactions
from reporting import api as reporting


class SchemaView(SpectacularAPIView):
    """The OpenAPI document, for those who may read the directory."""

    permission_classes = [ActorMay]
    permission = Permission.VIEW_BUSINESSES


app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", api_reference, name="docs"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("regions/", directory.RegionList.as_view(), name="regions"),
    path("areas/", directory.AreaList.as_view(), name="areas"),
    path("agencies/", directory.AgencyList.as_view(), name="agencies"),
    path("centers/", directory.CenterList.as_view(), name="centers"),
    path("sectors/", directory.SectorList.as_view(), name="sectors"),
    path("service-items/", directory.ServiceItemList.as_view(), name="service-items"),
    path("slates/", directory.SlateList.as_view(), name="slates"),
    path("businesses/", businesses.BusinessListView.as_view(), name="businesses"),
    path("businesses/<int:pk>/", businesses.BusinessDetailView.as_view(), name="business"),
    path("businesses/<int:pk>/contacts/", businesses.ContactListView.as_view(), name="business-contacts"),
    path("businesses/<int:pk>/stages/", business_stages.StageListView.as_view(), name="business-stages"),
    path("stages/<int:pk>/void/", business_stages.StageVoidView.as_view(), name="stage-void"),
    path("merges/", business_merges.MergeListView.as_view(), name="merges"),
    path("merges/<int:pk>/undo/", business_merges.MergeUndoView.as_view(), name="merge-undo"),
    path("leads/", business_relationships.LeadListView.as_view(), name="leads"),
    path("businesses/<int:pk>/lead/take/", business_relationships.LeadTakeView.as_view(), name="lead-take"),
    path("businesses/<int:pk>/lead/propose/", business_relationships.LeadProposeView.as_view(), name="lead-propose"),
    path("lead-proposals/", business_relationships.ProposalListView.as_view(), name="lead-proposals"),
    path(
        "lead-proposals/<int:pk>/accept/",
        business_relationships.ProposalAcceptView.as_view(),
        name="lead-proposal-accept",
    ),
    path(
        "lead-proposals/<int:pk>/decline/",
        business_relationships.ProposalDeclineView.as_view(),
        name="lead-proposal-decline",
    ),
    path("tags/", api_lists.TagListView.as_view(), name="tags"),
    path("saved-views/", api_lists.SavedViewListView.as_view(), name="saved-views"),
    path("contacts/<int:pk>/", businesses.ContactDetailView.as_view(), name="contact"),
    path("interactions/", interactions.InteractionListView.as_view(), name="interactions"),
    path("interactions/<int:pk>/", interactions.InteractionDetailView.as_view(), name="interaction"),
    path("interactions/<int:pk>/void/", interactions.InteractionVoidView.as_view(), name="interaction-void"),
    path("services/", interactions.ServiceListView.as_view(), name="services"),
    path("services/<int:pk>/", interactions.ServiceDetailView.as_view(), name="service"),
    path("counts/", reporting.CountsView.as_view(), name="counts"),
]
