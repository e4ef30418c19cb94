"""Reporting: published numbers and how they are kept exact."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """Facts, roll-ups, dashboards, exports."""

    name = "reporting"

    def ready(self) -> None:
        """Be told of writes that move a published number, so that it shows within seconds; say what a merge would move."""
        from bizworks.tenancy.tasks import register_count_hint
        from businesses.selectors.merges import register_merge_effect
        from reporting.selectors.merges import merge_effect

        register_count_hint("reporting.drain_counts")
        register_merge_effect(merge_effect)
