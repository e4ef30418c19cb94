"""The first of our middleware: request id, refusal of NUL bytes, strange encodings and huge bodies, privacy headers."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bizworks.core.errors import NotAllowedError, is_gone
from bizworks.core.logs import request_id_new, request_id_var

logger = logging.getLogger(__name__)


class RequestGuardMiddleware:
    """Names the request, refuses NUL bytes in path or query, forms not in UTF-8 and huge bodies, sets headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        request.request_id = request_id_new()
        token = request_id_var.set(request.request_id)
        try:
            raw = request.path_info + request.META.get("QUERY_STRING", "")
            if "\x00" in raw or "%00" in raw or _is_garbled(request):
                response = render(request, "400.html", status=400)
            elif _size(request) > settings.MAX_REQUEST_BYTES:
                response = render(request, "413.html", {"limit": settings.MAX_REQUEST_BYTES}, status=413)
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


def _is_garbled(request: HttpRequest) -> bool:
    """Whether a form says it is written in something else than UTF-8, which Django refuses too late to tell."""
    is_form = request.content_type == "application/x-www-form-urlencoded"
    return is_form and (request.encoding or "utf-8").lower() != "utf-8"


def _size(request: HttpRequest) -> int:
    """How long the body says it is."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length[:18]) if length.isascii() and length.isdigit() else 0


class RefusalMiddleware:
    """Turns a service's refusal into a page that says who may, what was just removed into 404, a busy database into 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer the errors that are nobody's mistake in code; ATOMIC_REQUESTS has undone the writes."""
        if isinstance(error, NotAllowedError):
            return render(request, "403.html", {"exception": str(error)}, status=403)
        if is_gone(error):
            logger.warning("Something was put on what was removed at that moment: %s", error)
            return render(request, "404.html", status=404)
        if isinstance(error, OperationalError):
            response = render(request, "503.html", status=503)
            response["Retry-After"] = "5"
            return response
        return None
