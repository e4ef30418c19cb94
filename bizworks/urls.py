"""Every address of the product; the only file, with `api.py`, that knows every app."""

from django.urls import URLPattern, URLResolver, include, path

from bizworks.core.views import healthz
from bizworks.tenancy.views import platform
from reporting.views.home import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("platform/", platform, name="platform"),
    path("accounts/", include("bizworks.accounts.urls")),
    path("", include("bizworks.directory.urls")),
    path("businesses/", include("businesses.urls")),
    path("interactions/", include("interactions.urls")),
    path("", include("reporting.urls")),
    path("api/v1/", include("bizworks.api")),
]

handler404 = "bizworks.core.views.not_found"
