"""Puts each request into its tenant's transaction, or into none."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.module_loading import import_string

from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant


class TenantMiddleware:
    """The outermost lock: the tenant comes from the session's user or the bearer token, from nothing else.

    The whole request, template rendering included, runs inside one transaction with the tenant set;
    ATOMIC_REQUESTS inside it undoes a view that fails. Streaming bodies open their own context.
    Queries: 3 per signed-in request (user's tenant, setting, actor).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next layer; find the loaders named in the settings."""
        self.get_response = get_response
        self.actor_for_user = import_string(settings.ACTOR_LOADER)
        self.actor_for_token = import_string(settings.TOKEN_ACTOR_LOADER)
        self.token_claim = import_string(settings.TOKEN_CLAIM_READER)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in its tenant."""
        request.tenant = request.actor = None
        header = request.headers.get("Authorization", "")
        if header and request.path_info.startswith("/api/"):
            return self._by_token(request, header)
        if not request.user.is_authenticated or request.user.tenant_id is None:
            return self.get_response(request)
        tenant = Tenant.objects.filter(pk=request.user.tenant_id, suspended_on=None).first()
        if tenant is None:
            return self._no_longer(request)
        with tenant_context(tenant.pk, user_id=request.user.pk, request_id=request.request_id):
            request.tenant, request.actor = tenant, self.actor_for_user(request.user)
            if request.actor is not None:
                with timezone.override(request.actor.time_zone):
                    return self.get_response(request)
        return self._no_longer(request)

    def _by_token(self, request: HttpRequest, header: str) -> HttpResponse:
        claim = self.token_claim(header)
        tenant = claim and Tenant.objects.filter(pk=claim.tenant_id, suspended_on=None).first()
        if not tenant:
            return _token_refused()
        with tenant_context(tenant.pk, request_id=request.request_id):
            actor = self.actor_for_token(claim.digest)
            if actor is None:
                return _token_refused()
            with tenant_context(tenant.pk, user_id=actor.user_id, request_id=request.request_id):
                request.tenant, request.actor = tenant, actor
                return self.get_response(request)

    def _no_longer(self, request: HttpRequest) -> HttpResponse:
        request.tenant = request.actor = None
        logout(request)
        return render(request, "account/no_access.html", status=403)


def _token_refused() -> JsonResponse:
    return JsonResponse(
        {
            "type": "about:blank",
            "title": "The token is unknown, expired or revoked.",
            "status": 401,
            "detail": "Send 'Authorization: Bearer <token>' with a token issued under Administration, API tokens.",
        },
        status=401,
        content_type="application/problem+json",
        headers={"WWW-Authenticate": "Bearer"},
    )
