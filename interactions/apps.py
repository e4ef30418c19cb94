"""Interactions: what was done with and for businesses."""

from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    """Interactions, services delivered, notes, follow-ups."""

    name = "interactions"

    def ready(self) -> None:
        """Add to the pages of businesses: the timeline, the card of open work, who was served; follow moved boundaries."""
        from bizworks.directory.services.map_changes import register_move_listener
        from businesses.selectors import (
            register_business_panel,
            register_served_condition,
            register_timeline_source,
        )
        from interactions.selectors import open_work_panel, served_businesses, timeline_source
        from interactions.services.boundaries import services_follow_move

        register_timeline_source(timeline_source)
        register_business_panel("interactions/panel.html", open_work_panel)
        register_served_condition(served_businesses)
        register_move_listener(services_follow_move)
