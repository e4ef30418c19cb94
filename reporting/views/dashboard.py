"""The dashboard, and the businesses behind each of its numbers."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from bizworks.tenancy.policy import Permission
from reporting.forms import CutForm, DashboardForm, PickerForm
from reporting.selectors.counts import calendar as tenant_calendar
from reporting.selectors.cuts import cut_sentence, names_read
from reporting.selectors.dashboard import dashboard_read, first_year
from reporting.selectors.served import served_page
from reporting.views.common import actor_of, is_partial
from reporting.views.links import dashboard_url, grain_links, neighbours


@require_safe
@vary_on_headers("HX-Request")
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the numbers of a period and a place; everything shown is in the address."""
    actor = actor_of(request, Permission.VIEW_DASHBOARD)
    names, calendar = names_read(request.tenant.name), tenant_calendar()
    asked = DashboardForm(request.GET, names=names, calendar=calendar, actor=actor)
    page = dashboard_read(asked.cut(), names, calendar)
    context = {"page": page, "notes": asked.notes(), "here": dashboard_url(asked, page.period)}
    context["form"] = PickerForm(asked=asked, first_year=first_year(calendar), actor=actor)
    context |= {"grains": grain_links(asked, calendar), **neighbours(asked, calendar)}
    context["latest_url"] = dashboard_url(asked, page.latest) if page.latest else ""
    context["export_url"] = f"{reverse('reporting:exports')}?{urlencode(asked.span())}"
    name = "reporting/dashboard.html"
    return render(request, f"{name}#dashboard" if is_partial(request) else name, context)


@require_safe
def served(request: HttpRequest) -> HttpResponse:
    """List exactly the businesses behind a number."""
    actor = actor_of(request, Permission.VIEW_DASHBOARD)
    names, calendar = names_read(request.tenant.name), tenant_calendar()
    form = CutForm(request.GET, names=names, calendar=calendar)
    if not form.is_valid():
        raise Http404("This address names a number that is not known here.")
    cut = form.cut()
    asked = DashboardForm(request.GET, names=names, calendar=calendar, actor=actor)
    page = served_page(actor=actor, cut=cut, calendar=calendar, cursor=form.cleaned_data["cursor"])
    context = {"page": page, "cut": cut, "sentence": cut_sentence(cut, names), "names": names}
    context["dashboard_url"] = dashboard_url(asked, cut.period)
    return render(request, "reporting/served.html", context)
