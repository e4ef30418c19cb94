"""The list of businesses: filters, order, columns, saved views, the map beside it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from bizworks.directory.selectors import labels
from businesses import selectors
from businesses.filters import ListForm, list_query
from businesses.models import SavedView
from businesses.selectors.lead_lists import manages_leads

_COLUMNS = "list_columns"


@require_safe
def business_index(request: HttpRequest) -> HttpResponse:
    """The directory: search, filters, a count, and a page by position. Queries: at most 8, with the map 10."""
    if not request.GET and (pinned := selectors.view_pinned(actor=request.actor)):
        return redirect(view_address(pinned))
    actor, words = request.actor, labels()
    form = list_form(request.GET, words)
    columns = selectors.columns_named(columns_of(request), words)
    everything = selectors.columns_named(selectors.COLUMNS.values(), words)
    rows = selectors.business_filtered(actor=actor, parameters=form.parameters)
    page = selectors.business_page_ids(rows, sort=form.order, cursor=request.GET.get("cursor", ""))
    count, more = selectors.business_count_capped(rows)
    views, path = selectors.views_shown(actor=actor), reverse("businesses:list")
    context: dict[str, Any] = {
        "form": form,
        "chips": form.chips(path),
        "page": page,
        "rows": selectors.business_rows(actor=actor, ids=page.ids, columns=columns),
        "count": count,
        "more": more,
        "headings": _headings(request, form, (selectors.NAME, *columns)),
        "address": _address(request),
        "words": words,
        "choices": [(column, column in columns) for column in everything],
        "may_assign": manages_leads(actor),
        **_map(request, form),
        "asked": [pair for pair in _pairs(request.GET) if pair[0] not in ("cols", "cursor")],
        "views": views,
        "current": _current(request, views),
    }
    if request.htmx:
        return render(request, "businesses/list.html#results", context)
    context |= {
        "kept": [pair for pair in _pairs(request.GET) if pair[0] in ("cols", "map", "view")],
    }
    return render(request, "businesses/list.html", context)


def _map(request: HttpRequest, form: ListForm) -> dict[str, Any]:
    """The map if it is asked for, each shape with the address of its businesses; and how to show or hide it."""
    query = request.GET.copy()
    query.pop("cursor", None)
    shown = query.pop("map", None)
    hidden = query.copy()
    query["map"] = "1"
    if not shown:
        return {"map": None, "map_url": f"?{query.urlencode()}"}
    drawn = selectors.business_map(actor=request.actor, parameters=form.parameters)
    return {"map": drawn and _linked(drawn, form, query), "map_url": f"?{hidden.urlencode() or 'view=none'}"}


def _linked(drawn: selectors.BusinessMap, form: ListForm, query: QueryDict) -> dict[str, Any]:
    """The shapes with their addresses: one chosen already is let go again."""
    chosen = form.parameters.get(drawn.by, [])
    shapes = []
    for shape in drawn.shapes:
        is_on = shape.key in chosen
        query.setlist(drawn.by, [] if is_on else [shape.key])
        shapes.append({"shape": shape, "is_on": is_on, "url": f"?{query.urlencode()}"})
    ranked = sorted(
        (row for row in shapes if row["shape"].number), key=lambda row: (-row["shape"].number, row["shape"].name)
    )
    box = " ".join(f"{value:g}" for value in (drawn.left, drawn.top, drawn.width, drawn.height))
    return {"drawn": drawn, "box": box, "shapes": shapes, "ranked": ranked, "label": form[drawn.by].label}


def list_form(query: QueryDict, words: dict[str, str]) -> ListForm:
    """The form over the list, with what the tenant offers. Queries: 1."""
    options = selectors.list_options(counties=query.getlist("county"))
    return ListForm(query, options=options, words=words)


def view_address(view: SavedView) -> str:
    """Where a saved view opens."""
    query = list_query(view.parameters, sort=view.sort, columns=view.columns)
    query["view"] = str(view.pk)
    return f"{reverse('businesses:list')}?{query.urlencode()}"


def columns_of(request: HttpRequest) -> tuple[selectors.Column, ...]:
    """The columns of the address, remembered for the session; else those remembered."""
    asked = [key for key in request.GET.getlist("cols") if key in selectors.COLUMNS]
    if asked and asked != request.session.get(_COLUMNS) and "view" not in request.GET:
        request.session[_COLUMNS] = asked
    return selectors.columns_chosen(asked or request.session.get(_COLUMNS, ()))


def _address(request: HttpRequest) -> str:
    """The query of this list without the place in it."""
    query = request.GET.copy()
    query.pop("cursor", None)
    return query.urlencode()


def _pairs(query: QueryDict) -> list[tuple[str, str]]:
    return [(name, value) for name, values in query.lists() for value in values]


def _headings(request: HttpRequest, form: ListForm, columns: tuple[selectors.Column, ...]) -> list[dict[str, Any]]:
    """What stands above the columns, with the address that orders by it and how it stands now."""
    headings = []
    for column in columns:
        up, down = column.sort
        query = request.GET.copy()
        query.pop("cursor", None)
        query["sort"] = down if form.order == up else up
        now = {up: "ascending", down: "descending"}.get(form.order, "") if up else ""
        headings.append(
            {
                "label": column.label,
                "is_number": column.is_number,
                "url": f"?{query.urlencode()}" if up else "",
                "now": "descending" if column.key == "size" and now else now,
            }
        )
    return headings


def _current(request: HttpRequest, views: list[selectors.ShownView]) -> dict[str, Any] | None:
    """The view the address names, and whether the list was changed since."""
    number = request.GET.get("view", "")
    shown = next((shown for shown in views if str(shown.view.pk) == number), None)
    if shown is None:
        return None
    stored = list_query(shown.view.parameters, sort=shown.view.sort, columns=shown.view.columns)
    asked = request.GET.copy()
    for name in ("view", "cursor", "map"):
        asked.pop(name, None)
    differs = sorted(_pairs(asked)) != sorted(_pairs(stored))
    return {"shown": shown, "differs": differs, "url": view_address(shown.view)}
