"""Addresses of home, the dashboard and exports."""

from django.urls import URLPattern, URLResolver, path

from reporting.views.dashboard import dashboard, served
from reporting.views.exports import exports

app_name = "reporting"
urlpatterns: list[URLPattern | URLResolver] = [
    path("dashboard/", dashboard, name="dashboard"),
    path("dashboard/businesses/", served, name="served"),
    path("exports/", exports, name="exports"),
]
