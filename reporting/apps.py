"""Reporting: published numbers and how they are kept exact."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """Facts, roll-ups, dashboards, exports."""

    name = "reporting"

    def ready(self) -> None:
        """Be told of writes that move a published number, so that it shows within seconds."""
        from bizworks.tenancy.tasks import register_count_hint

        register_count_hint("reporting.drain_counts")
