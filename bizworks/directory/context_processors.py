"""What the header of every page shows of a person's inbox."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from bizworks.directory.notice_selectors import notices_unread


def notices(request: HttpRequest) -> dict[str, Any]:
    """Give `unread`, the number of new notices (lazy: one query, when a template uses it)."""
    actor = getattr(request, "actor", None)
    return {"unread": SimpleLazyObject(lambda: notices_unread(actor)) if actor else 0}
