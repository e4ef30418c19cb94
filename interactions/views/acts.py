"""One act on one record: a form that says what follows from it, then back with a word of success."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from bizworks.core.errors import BusinessRuleError, StaleVersionError
from bizworks.tenancy.policy import Permission
from businesses.models import Business
from interactions.models import Interaction

require_form = require_http_methods(["GET", "HEAD", "POST"])


def sent(request: HttpRequest) -> Any:
    """What a form begins with: the data sent, or None for a fresh one."""
    return request.POST if request.method == "POST" else None


def save(form: Any, run: Callable[[], Any]) -> Any:
    """Run a service with a valid form; None, with the sentences on the form, if it was refused."""
    if not form.is_valid():
        return None
    try:
        return run()
    except BusinessRuleError as error:
        form.take(error)
        return None


def _origin(back: Interaction | Business | str) -> str:
    """What the breadcrumb calls the record an act belongs to."""
    if isinstance(back, Interaction):
        return str(back.get_mode_display())
    return back.name if isinstance(back, Business) else ""


def act(
    request: HttpRequest,
    form: Any,
    run: Callable[[], Any],
    *,
    back: Interaction | Business | str,
    done: str,
    landing: Callable[[Any], str] | None = None,
    **texts: Any,
) -> HttpResponse:
    """Show the form, or run the service and go back to a record or address (or to the `landing` of what was saved).

    `texts`: heading, button, points (what follows), danger, draft (key), other (address, words),
    wordings (of a note). Answers 422 to a refusal and 409 to a record that changed meanwhile.
    Errors: NotAllowedError, before the form is shown, for who may not log contacts at all.
    """
    request.actor.require(Permission.LOG_INTERACTION)
    address = back if isinstance(back, str) else back.get_absolute_url()
    context = {"form": form, "back": address, "origin": _origin(back), **texts}
    if "_find" in request.POST:
        form.full_clean()
        form.errors.clear()
    if request.method != "POST" or "_find" in request.POST:
        return render(request, "interactions/act.html", context)
    try:
        if (saved := save(form, run)) is None:
            return render(request, "interactions/act.html", context, status=422)
    except StaleVersionError as error:
        form.add_error(None, str(error))
        return render(request, "interactions/act.html", context, status=409)
    messages.success(request, done, extra_tags=f"clears:{texts.get('draft', '')}")
    return redirect(landing(saved) if landing else address)
