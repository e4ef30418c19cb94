"""Businesses: the shared directory."""

from django.apps import AppConfig


class BusinessesConfig(AppConfig):
    """Employers, businesses, contacts, imports."""

    name = "businesses"

    def ready(self) -> None:
        """Follow changes of the tenant's map, and say how many businesses one would touch."""
        from bizworks.directory.services.map_changes import register_impact_counter, register_map_listener
        from businesses.selectors.businesses import business_count_in
        from businesses.services.derivation import map_listener

        register_map_listener(map_listener)
        register_impact_counter(business_count_in)
