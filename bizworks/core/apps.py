"""Core: helpers without tables."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers nothing; holds template tags and the form renderer."""

    name = "bizworks.core"
    label = "core"
