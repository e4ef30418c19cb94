"""Directory: a tenant's own map of its system."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Regions, areas, agencies, staff, catalogue, slates, sectors."""

    name = "bizworks.directory"
    label = "directory"
