"""The home page: what waits for this person, and the number their work moves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from reporting.forms import QuickLogForm
from reporting.selectors.home import home_read


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what is due and the number of the quarter; operators of the platform have a page of their own."""
    if request.actor is None:
        return redirect("platform")
    quick = QuickLogForm(request.GET, actor=request.actor)
    if quick.chosen:
        return redirect(f"{reverse('interactions:log')}?business={quick.chosen}")
    context = {"home": home_read(request.actor, system=request.tenant.name), "quick": quick}
    return render(request, "home/home.html", context)
