"""Reporting: published numbers and how they are kept exact."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """Facts, roll-ups, dashboards, exports."""

    name = "reporting"
