"""Search as you type."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from bizworks.core.limits import within_limit
from businesses import selectors
from businesses.constants import SEARCHES_A_MINUTE, Status

TOO_MANY = "That was a lot of searching. Wait a minute, then type on."


@require_safe
def business_suggest(request: HttpRequest) -> JsonResponse:
    """Matches for a typeahead, best first; 429 with a sentence for whoever asks without end.

    Each is `{id, label, hint, why, badges, marks, url}`: `hint` tells it from others of its name, `why` says why
    it was found, `marks` are the [from, to] of the label's matching letters.
    """
    hits = selectors.business_hits(actor=request.actor, text="")  # refuses whoever may not
    text = request.GET.get("q", "")
    if len(text.strip()) > 1:
        if not within_limit(f"search:{request.actor.user_id}", number=SEARCHES_A_MINUTE, seconds=60):
            return JsonResponse({"detail": TOO_MANY}, status=429, headers={"Retry-After": "60"})
        hits = selectors.business_hits(actor=request.actor, text=text)
    return JsonResponse([_choice(hit) for hit in hits], safe=False)


def _choice(hit: selectors.SearchHit) -> dict[str, Any]:
    business = hit.business
    badges = [("Your account", "good")] if hit.is_own else []
    if business.status == Status.CLOSED:
        badges.append(("Closed", "bad"))
    hint = " · ".join(part for part in (business.address, business.place) if part)
    return {
        "id": business.pk,
        "label": business.name,
        "hint": hint,
        "why": hit.why,
        "badges": badges,
        "marks": hit.marks,
        "url": business.get_absolute_url(),
    }
