"""Every component, form and state on pages of their own, without a database; only tests serve them."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.paginator import Paginator
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template import engines
from django.template.loader import render_to_string
from django.urls import include, path

from bizworks.tenancy.actor import Actor, permissions_for
from tests.core.gallery.forms import FilterForm, GalleryForm, find

FOLDER = Path(__file__).parent / "templates"
DAY = dt.date(2026, 9, 14)
ACTOR = Actor(
    tenant_id=1,
    user_id=7,
    name="Maria Fernandes",
    email="maria@state.example",
    role="state",
    agency_name="Department of Career Services",
    permissions=permissions_for("state") | permissions_for("admin"),
)
TENANT = SimpleNamespace(name="Massachusetts", is_demo=True)
AGENCIES = [
    ("Career Services", 412, "/businesses/"),
    ("Industry Partnership Office for Advanced Manufacturing and Life Sciences", 287, "/businesses/?agency=2"),
    ("Vocational Rehabilitation", 96, None),
    ("Registered Apprenticeship", 41, "/businesses/?agency=4"),
    ("Adult Education", 0, None),
]
MONTHS = ["Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun"]


def common() -> dict:
    months = [
        {
            "label": m,
            "full": f"{m} 2025",
            "value": 40 + 37 * n % 90,
            "compare": 50 + 23 * n % 70,
            "url": f"/businesses/?m={n}",
        }
        for n, m in enumerate(MONTHS)
    ]
    return {
        "actor": ACTOR,
        "tenant": TENANT,
        "agencies": [{"label": a, "value": v, "url": u} for a, v, u in AGENCIES],
        "months": months,
        "long_trend": [{"label": f"{n // 12 + 1}/{n % 12 + 1}", "value": n * n * 2} for n in range(36)],
        "shares": [
            {"label": "Given a federal service", "first": 71.4, "second": 64.0},
            {"label": "Met the orientation rule", "first": 38.0, "second": 45.5},
        ],
        "page": Paginator(range(500), 25).page(7),
        "pairs": [
            ("Town", "Springfield"),
            ("Industry", "Commercial bakeries (311812)"),
            ("FEIN", None),
            ("Workers", 0),
        ],
        "tabs": [
            {"label": "Timeline", "url": "?", "current": True, "count": 12},
            {"label": "Contacts", "url": "?t=c", "count": 0},
            {"label": "Openings", "url": "?t=o"},
            {"label": "History", "url": "?t=h"},
        ],
        "timeline": [
            {
                "date": DAY,
                "icon": "groups",
                "title": "Visit: recruitment event planned",
                "url": "/businesses/",
                "who": "Sam Ortiz",
                "agency": "Career Services",
                "text": "Wants twelve bakers by spring.\nWill send the openings on Monday.",
                "badges": [("Recruitment", "info"), ("Orientation: 3 of 7", "warn")],
            },
            {"date": DAY, "icon": "phone", "title": "Phone call", "who": "Ana Reis", "agency": "Rehabilitation"},
        ],
        "rows": [
            ("Bay Biotech (fictitious)", "Quincy", "Active", "good", 12),
            ("Harbor Bread Works (fictitious)", "New Bedford", "Closed", "bad", 1204),
            ("Hill Town Metals (fictitious)", "Westfield", "Unconfirmed", "warn", 3),
        ],
        "points": ["Its hours leave every count.", "The record stays readable, marked as void."],
        "moment_now": dt.datetime(2026, 9, 14, 15, 5, tzinfo=dt.UTC),
        "filter_form": FilterForm({"region": "2"}),
    }


def show(request: HttpRequest, name: str, status: int = 200, **context) -> HttpResponse:
    template = engines["django"].from_string((FOLDER / f"{name}.html").read_text())
    return HttpResponse(template.render(common() | context, request), status=status)


@non_atomic_requests
@login_not_required
def page(request: HttpRequest, name: str = "components") -> HttpResponse:
    request._messages = CookieStorage(request)
    if name == "components":
        messages.success(request, "Contact logged.", extra_tags="clears:gallery")
        messages.error(request, "One thing went wrong.")
    return show(request, name)


@non_atomic_requests
@login_not_required
def form(request: HttpRequest) -> HttpResponse:
    bound = GalleryForm(request.POST, request.FILES) if request.method == "POST" else GalleryForm()
    if bound.is_bound and bound.is_valid():
        return show(request, "forms", form=GalleryForm(), taken=bound.cleaned_data)
    return show(request, "forms", status=422 if bound.is_bound else 200, form=bound)


@non_atomic_requests
@login_not_required
def suggest(request: HttpRequest) -> JsonResponse:
    found = [{"id": key, "label": name, "hint": "Quincy"} for key, name in find(request.GET.get("q", ""))]
    return JsonResponse(found, safe=False)


@non_atomic_requests
@login_not_required
def progress(request: HttpRequest) -> HttpResponse:
    if "ended" in request.COOKIES:  # as the sign-in middleware answers when a session is over
        return HttpResponseRedirect("/accounts/login/?next=/progress/")
    context = {"id": "job", "heading": "Import", "done": 500, "total": 500, "text": "500 of 500 rows", "running": False}
    return HttpResponse(render_to_string("components/progress.html", context, request))


@non_atomic_requests
@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!DOCTYPE html><title>Sign in</title><h1>Sign in</h1>")  # the real page needs the database


@non_atomic_requests
@login_not_required
def error(request: HttpRequest, code: str) -> HttpResponse:
    signed_in = {"actor": ACTOR, "tenant": TENANT} if "in" in request.GET else {}
    return HttpResponse(render_to_string(f"{code}.html", signed_in))


def group(name: str, *routes: tuple[str, str]) -> tuple:
    return ([path(route, page, name=label) for route, label in routes], name)


urlpatterns = [
    path("", page, name="home"),
    path("gallery/form/", form),
    path("gallery/<str:name>/", page),
    path("error/<str:code>/", error),
    path("suggest/", suggest),
    path("progress/", progress),
    path("accounts/login/", sign_in),
    path("accounts/", include("bizworks.accounts.urls")),
    path("businesses/", include(group("businesses", ("", "list"), ("search/", "search"), ("new/", "create")))),
    path("log/", include(group("interactions", ("", "log")))),
    path("", include(group("reporting", ("dashboard/", "dashboard"), ("exports/", "exports")))),
    path("administration/", include(group("directory", ("", "index"), ("notices/", "notices")))),
]
