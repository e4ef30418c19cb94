"""Token authentication for the API; the middleware has already proven the token."""

from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request


class ApiTokenAuthentication(BaseAuthentication):
    """Accepts what TenantMiddleware found, so that the tenant is in force before any view runs."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, object] | None:
        """Return the token's actor as `request.auth`; None lets session authentication try."""
        actor = getattr(request._request, "actor", None)
        if actor is None or actor.token_id is None:
            return None
        return AnonymousUser(), actor

    def authenticate_header(self, request: Request) -> str:
        """Answer 401, not 403, to the unauthenticated."""
        return "Bearer"


class ApiTokenScheme(OpenApiAuthenticationExtension):
    """Names the token in the OpenAPI document."""

    target_class = "bizworks.accounts.authentication.ApiTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer token in the Authorization header."""
        return {"type": "http", "scheme": "bearer", "description": "Issued under Administration, API tokens."}
