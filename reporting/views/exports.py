"""Exports: ask for a file, watch it being made, fetch it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bizworks.tenancy.policy import Permission
from reporting.selectors.files import export_list
from reporting.views.common import actor_of


@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """List the files."""
    actor = actor_of(request, Permission.EXPORT_DATA)
    return render(request, "reporting/exports.html", {"jobs": list(export_list(actor=actor)[:50])})
