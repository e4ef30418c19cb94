"""What every template knows: the actor, the tenant and the tenant's words."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string


def tenant(request: HttpRequest) -> dict[str, Any]:
    """Give `actor`, `tenant` and `labels` (lazy: one query, when a template uses it)."""
    actor = getattr(request, "actor", None)
    return {
        "actor": actor,
        "tenant": getattr(request, "tenant", None),
        "labels": SimpleLazyObject(import_string(settings.LABELS_LOADER)) if actor else None,
    }
