"""Views that belong to no app: health, CSRF refusal."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.defaults import page_not_found


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Say whether the process and its database answer: 200 or 503. Queries: 1."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database unavailable"}, status=503)
    return JsonResponse({"status": "ok"})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address: a program with problem+json (RFC 9457), a person with a page."""
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": "Not found.", "status": 404}
        return JsonResponse(body, status=404, content_type="application/problem+json")
    return page_not_found(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Explain a refused form and how to send it again without losing what was typed."""
    return render(request, "403_csrf.html", status=403)
