"""Interactions: what was done with and for businesses."""

from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    """Interactions, services delivered, notes, follow-ups."""

    name = "interactions"

    def ready(self) -> None:
        """Add to the pages of businesses: the timeline, the card of open work, who was served; follow moved boundaries.

        Of the audit trail only what a stub tells is opened, agency and dates, and that to readers of
        restricted records; contents stay closed (BR-3).
        """
        from bizworks.directory.permissions import register_audit_columns
        from bizworks.directory.services.map_changes import register_move_listener
        from bizworks.tenancy.policy import Permission
        from businesses.selectors import (
            register_alert_source,
            register_business_panel,
            register_list_condition,
            register_served_condition,
            register_timeline_source,
        )
        from interactions.selectors import (
            businesses_with_open_step,
            last_contact_panel,
            late_steps,
            open_work_panel,
            served_businesses,
            timeline_source,
        )
        from interactions.selectors.relationships import register_relationship_sources
        from interactions.services.boundaries import services_follow_move
        from interactions.services.merging import register_relations

        guard = Permission.READ_RESTRICTED
        common = ("agency", "recorded_by", "visibility", "voided_at", "voided_by")
        for table, dates in (
            ("interaction", ("occurred_on",)),
            ("servicedelivered", ("started_on", "ended_on", "status")),
        ):
            columns = dict.fromkeys((*common, *dates), guard)
            register_audit_columns(f"interactions_{table}", shown=(), guarded=columns)
        register_timeline_source(timeline_source)
        register_business_panel("interactions/last_contact.html", last_contact_panel, is_brief=True)
        register_business_panel("interactions/panel.html", open_work_panel, is_brief=True)
        register_alert_source(late_steps)
        register_served_condition(served_businesses)
        register_list_condition("open_step", businesses_with_open_step)
        register_move_listener(services_follow_move)
        register_relations()
        register_relationship_sources()
