"""What the administration's pages share: who may open them, and how a service's refusal reaches its form."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.selectors import labels, tenant_today
from bizworks.tenancy.policy import Permission

View = Callable[..., HttpResponse]
ADMINISTRATION = (
    Permission.MANAGE_DIRECTORY,
    Permission.MANAGE_STAFF,
    Permission.MANAGE_TOKENS,
    Permission.VIEW_AUDIT,
)


def needs(*permissions: str) -> Callable[[View], View]:
    """Open a page to holders of any of the permissions; operators of the platform hold none."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.actor is None:
                raise NotAllowedError("Operators of the platform open nothing inside a tenant.")
            if not any(request.actor.may(permission) for permission in permissions):
                request.actor.require(permissions[0])
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def attempt(form: forms.BaseForm, act: Callable[[forms.BaseForm], Any]) -> Any:
    """Do the act if the form is valid; put a refusal on the form and return None."""
    if not form.is_valid():
        return None
    try:
        return act(form)
    except BusinessRuleError as error:
        for name, messages in error.errors.items():
            for message in messages:
                form.add_error(name if name in form.fields else None, message)
        return None


def setting() -> dict[str, Any]:
    """What most forms need to know: the tenant's today and words. Queries: 2."""
    return {"today": tenant_today(), "labels": labels()}


def status_of(form: forms.BaseForm) -> int:
    """422 for a form that was refused, 200 otherwise."""
    return 422 if form.is_bound and form.errors else 200


def state_of(entry: Any, on: date) -> tuple[str, str]:
    """An entry's state on a date: word and kind of badge."""
    if entry.starts_on > on:
        return "Planned", "info"
    if entry.is_in_force(on):
        return ("Ending", "warn") if entry.retired_on else ("In force", "good")
    return "Retired", "quiet"
