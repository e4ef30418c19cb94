"""Businesses: the shared directory."""

from django.apps import AppConfig


class BusinessesConfig(AppConfig):
    """Employers, businesses, contacts, imports."""

    name = "businesses"
