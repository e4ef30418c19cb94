"""Addresses of businesses."""

from django.urls import URLPattern, URLResolver

app_name = "businesses"
urlpatterns: list[URLPattern | URLResolver] = []
