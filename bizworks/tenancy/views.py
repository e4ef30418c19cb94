"""The platform operator's one page: which tenants there are. Operators see nothing inside them (BR-1)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bizworks.core.errors import NotAllowedError
from bizworks.tenancy.selectors import tenants_all


@require_safe
def platform(request: HttpRequest) -> HttpResponse:
    """List the tenants to a platform operator."""
    if request.user.tenant_id is not None:
        raise NotAllowedError("This page is kept for the operators of the platform.")
    return render(request, "platform/tenants.html", {"tenants": tenants_all()})
