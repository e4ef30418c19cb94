"""Addresses of home, the dashboard and exports."""

from django.urls import URLPattern, URLResolver, path

from reporting.views.dashboard import dashboard, served
from reporting.views.exports import export_download, export_progress, export_stop, exports

app_name = "reporting"
urlpatterns: list[URLPattern | URLResolver] = [
    path("dashboard/", dashboard, name="dashboard"),
    path("dashboard/businesses/", served, name="served"),
    path("exports/", exports, name="exports"),
    path("exports/<int:export_id>/progress/", export_progress, name="export_progress"),
    path("exports/<int:export_id>/cancel/", export_stop, name="export_cancel"),
    path("exports/<int:export_id>/download/", export_download, name="export_download"),
]
