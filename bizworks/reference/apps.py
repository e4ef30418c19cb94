"""Reference: facts that no tenant owns."""

from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    """NAICS, places, federal service categories."""

    name = "bizworks.reference"
    label = "reference"
