"""Codes of the published cells."""

from django.db.models import IntegerChoices, TextChoices

ALL = 0
"""A dimension that is not cut by."""

NONE = -1
"""A dimension without a value: no region, no sector, no federal category."""


class Measure(IntegerChoices):
    """What is counted."""

    SERVED = 1, "Businesses served"
    ORIENTED = 2, "Businesses oriented"


class Grain(TextChoices):
    """Length of a period."""

    MONTH = "m", "Month"
    QUARTER = "q", "Quarter"
    YEAR = "y", "Program year"


class Standing(IntegerChoices):
    """What a served business was before the period (BR-33)."""

    NEW = 1, "New"
    RETURNING = 2, "Returning"
    REACTIVATED = 3, "Reactivated"


class MarkSubject(IntegerChoices):
    """What a mark stands for; all but the first are opened into businesses when they are drained."""

    BUSINESS = 1, "Business"
    SERVICE_ITEM = 2, "Service item"
    INTERACTION = 3, "Interaction"
    PROFILE = 4, "Counting options"
