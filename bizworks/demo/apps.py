"""Demo: fictitious tenants to try the product with."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Commands only."""

    name = "bizworks.demo"
    label = "demo"
