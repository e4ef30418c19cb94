"""The first of our middleware: request id, refusal of NUL bytes, privacy headers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bizworks.core.logs import request_id_new, request_id_var


class RequestGuardMiddleware:
    """Names the request, refuses NUL bytes in path or query, sets headers on every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        request.request_id = request_id_new()
        token = request_id_var.set(request.request_id)
        try:
            raw = request.path_info + request.META.get("QUERY_STRING", "")
            if "\x00" in raw or "%00" in raw:
                response = render(request, "400.html", status=400)
            else:
                response = self.get_response(request)
        finally:
            request_id_var.reset(token)
        response["X-Request-ID"] = request.request_id
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if getattr(request, "actor", None) is not None:
            response.setdefault("Cache-Control", "no-store, private")
        return response
