"""Saved views: kept, opened, changed, pinned, deleted."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bizworks.directory.selectors import labels
from bizworks.tenancy.policy import Permission
from businesses import selectors
from businesses.filters import ViewForm
from businesses.services.lists import view_change, view_delete, view_pin, view_replace, view_save
from businesses.views.lists import list_form, view_address


def _content(query: QueryDict) -> dict[str, Any]:
    """Filters, order and columns of a list's address, as the services take them."""
    form = list_form(query, labels())
    return {"parameters": form.parameters, "sort": form.order, "columns": query.getlist("cols")}


def _view_form(request: HttpRequest, **kwargs: Any) -> ViewForm:
    data = request.POST if request.method == "POST" else None
    return ViewForm(data, may_share_with_everyone=request.actor.may(Permission.MANAGE_LISTS), **kwargs)


@require_safe
def view_index(request: HttpRequest) -> HttpResponse:
    """Every view the person may open."""
    return render(request, "businesses/views.html", {"views": selectors.views_shown(actor=request.actor)})


@require_safe
def view_open(request: HttpRequest, view_id: int) -> HttpResponse:
    """The list as the view says, at an address of its own that can be shared."""
    return redirect(view_address(selectors.view_get_for(actor=request.actor, view_id=view_id)))


@require_http_methods(["GET", "HEAD", "POST"])
def view_add(request: HttpRequest) -> HttpResponse:
    """Keep the list of the address under a name."""
    request.actor.require(Permission.VIEW_BUSINESSES)
    form = _view_form(request)
    if view := form.save(lambda: view_save(actor=request.actor, **form.cleaned_data, **_content(request.GET))):
        messages.success(request, f"“{view.name}” is saved.")
        return redirect(view_address(view))
    context = {"form": form, "said": list_form(request.GET, labels()).sentences(), "back": request.GET.urlencode()}
    return render(request, "businesses/view_form.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def view_edit(request: HttpRequest, view_id: int) -> HttpResponse:
    """Rename a view, or share it otherwise."""
    view = selectors.view_get_to_change(actor=request.actor, view_id=view_id)
    form = _view_form(request, initial={"name": view.name, "sharing": view.sharing})
    if form.save(lambda: view_change(actor=request.actor, view_id=view.pk, **form.cleaned_data)):
        messages.success(request, "Saved.")
        return redirect("businesses:views")
    return render(request, "businesses/view_form.html", {"form": form, "view": view}, status=form.status)


@require_POST
def view_update(request: HttpRequest, view_id: int) -> HttpResponse:
    """Give a view the filters, order and columns of the list it was opened as."""
    query = QueryDict(request.POST.get("query", ""))
    view = view_replace(actor=request.actor, view_id=view_id, **_content(query))
    messages.success(request, f"“{view.name}” is saved as the list stands now.")
    return redirect(view_address(view))


@require_POST
def view_pinned(request: HttpRequest, view_id: int) -> HttpResponse:
    """Let the list open with a view, or no more."""
    view = view_pin(actor=request.actor, view_id=None if "unpin" in request.POST else view_id)
    messages.success(request, f"The list opens with “{view.name}”." if view else "The list opens with everything.")
    return redirect("businesses:views")


@require_http_methods(["GET", "HEAD", "POST"])
def view_remove(request: HttpRequest, view_id: int) -> HttpResponse:
    """Delete a view, after a question."""
    view = selectors.view_get_to_change(actor=request.actor, view_id=view_id)
    if request.method == "POST":
        view_delete(actor=request.actor, view_id=view.pk)
        messages.success(request, f"“{view.name}” is deleted.")
        return redirect("businesses:views")
    return render(request, "businesses/view_delete.html", {"view": view})
