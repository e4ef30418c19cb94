"""What every page of reporting asks first."""

from django.http import HttpRequest

from bizworks.core.errors import NotAllowedError
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import ROLE_PERMISSIONS, Permission, Role


def actor_of(request: HttpRequest, permission: Permission) -> Actor:
    """The actor, holding the permission. Errors: NotAllowedError, which says who may."""
    actor = request.actor
    if actor is None:
        raise NotAllowedError("Operators of the platform see nothing inside a tenant.")
    if not actor.may(permission):
        roles = [str(role.label).lower() for role in Role if permission in ROLE_PERMISSIONS[role]]
        raise NotAllowedError(f"{permission.label}: kept for {' and '.join(roles)}.")
    return actor


def is_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page, not for the whole."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request
