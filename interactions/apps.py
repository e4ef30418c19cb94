"""Interactions: what was done with and for businesses."""

from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    """Interactions, services delivered, notes, follow-ups."""

    name = "interactions"
