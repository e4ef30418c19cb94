"""The audit trail's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bizworks.directory.audit_selectors import audit_page
from bizworks.directory.forms.settings import AuditFilterForm
from bizworks.directory.views.common import needs, status_of
from bizworks.tenancy.policy import Permission


@needs(Permission.VIEW_AUDIT)
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Show who changed what, newest first."""
    form = AuditFilterForm(request.GET)
    page = audit_page(actor=request.actor, wanted=form.wanted) if form.is_valid() else None
    context = {"form": form, "page": page, "active": form.active}
    template = "directory/audit.html" + ("#results" if request.htmx else "")
    return render(request, template, context, status=status_of(form))
