"""Businesses: the shared directory."""

from django.apps import AppConfig


class BusinessesConfig(AppConfig):
    """Employers, businesses, contacts, imports."""

    name = "businesses"

    def ready(self) -> None:
        """Follow changes of the tenant's map, say how many businesses one would touch, open columns to the audit trail."""
        from bizworks.directory.permissions import register_audit_columns
        from bizworks.directory.services.map_changes import register_impact_counter, register_map_listener
        from businesses.permissions import AUDIT_COLUMNS
        from businesses.selectors.briefing import own_alerts
        from businesses.selectors.businesses import business_count_in
        from businesses.selectors.hooks import register_alert_source, register_business_panel
        from businesses.selectors.merges import merges_panel
        from businesses.selectors.record_changes import record_timeline
        from businesses.selectors.relationships import register_relationship_card
        from businesses.selectors.stages import stage_timeline
        from businesses.selectors.timeline import register_timeline_source
        from businesses.services.derivation import map_listener
        from businesses.services.merge_relations import register_own_relations

        register_map_listener(map_listener)
        register_impact_counter(business_count_in)
        register_relationship_card()
        register_own_relations()
        register_business_panel("businesses/merge_panel.html", merges_panel)
        for source in (stage_timeline, record_timeline):
            register_timeline_source(source)
        register_alert_source(own_alerts)
        for table, (shown, guarded) in AUDIT_COLUMNS.items():
            register_audit_columns(table, shown=shown.split(), guarded=guarded)
