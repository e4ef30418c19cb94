"""Tags: the list of them, one put in order, and those of a business."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.policy import Permission
from businesses import selectors
from businesses.constants import TagLook
from businesses.filters import MergeTagForm, TagForm
from businesses.services.tags import (
    business_tag_add,
    business_tag_remove,
    tag_change,
    tag_create,
    tag_merge,
    tag_retire,
)


@require_http_methods(["GET", "HEAD", "POST"])
def tag_index(request: HttpRequest) -> HttpResponse:
    """Every tag with how many businesses have it, and the form for a new one."""
    form = TagForm(request.POST if request.method == "POST" else None, initial={"look": TagLook.CIRCLE})
    if tag := form.save(lambda: tag_create(actor=request.actor, **form.cleaned_data)):
        messages.success(request, f"“{tag.name}” can be used.")
        return redirect("businesses:tags")
    context = {"form": form, "tags": selectors.tag_list(actor=request.actor)}
    return render(request, "businesses/tags.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def tag_edit(request: HttpRequest, tag_id: int) -> HttpResponse:
    """Rename a tag, give it another sign; merge and retire stand beside."""
    request.actor.require(Permission.MANAGE_LISTS)
    tag = selectors.tag_get_for(actor=request.actor, tag_id=tag_id)
    data = request.POST if request.method == "POST" else None
    form = TagForm(data, initial={"name": tag.name, "look": tag.look})
    if form.save(lambda: tag_change(actor=request.actor, tag_id=tag.pk, **form.cleaned_data)):
        messages.success(request, "Saved.")
        return redirect("businesses:tags")
    return render(request, "businesses/tag_form.html", {"form": form, "tag": tag}, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def tag_into(request: HttpRequest, tag_id: int) -> HttpResponse:
    """Merge a tag into another."""
    request.actor.require(Permission.MANAGE_LISTS)
    tag = selectors.tag_get_for(actor=request.actor, tag_id=tag_id)
    others = [pair for pair in selectors.tag_choices() if pair[0] != tag.pk]
    form = MergeTagForm(request.POST if request.method == "POST" else None, choices=others)
    keys = {"actor": request.actor, "tag_id": tag.pk}
    if kept := form.save(lambda: tag_merge(**keys, into_id=form.cleaned_data["into"])):
        messages.success(request, f"“{tag.name}” is merged into “{kept.name}”.")
        return redirect("businesses:tags")
    return render(request, "businesses/tag_merge.html", {"form": form, "tag": tag}, status=form.status)


@require_POST
def tag_retired(request: HttpRequest, tag_id: int) -> HttpResponse:
    """Offer a tag no more, or again."""
    tag = tag_retire(actor=request.actor, tag_id=tag_id, retired="restore" not in request.POST)
    done = "offered no more; it stays where it is" if tag.is_retired else "offered again"
    messages.success(request, f"“{tag.name}” is {done}.")
    return redirect("businesses:tags")


@require_POST
def business_tags(request: HttpRequest, business_id: int) -> HttpResponse:
    """Put a tag on a business (`tag`, or `name` for a new one), or take one off (`remove`)."""
    keys: dict[str, Any] = {"actor": request.actor, "business_id": business_id}
    try:
        if removed := _number(request.POST.get("remove", "")):
            tag = business_tag_remove(**keys, tag_id=removed)
            messages.success(request, f"“{tag.name}” is taken off.")
        else:
            tag_id, name = _number(request.POST.get("tag", "")), request.POST.get("name", "")
            tag = business_tag_add(**keys, tag_id=tag_id, name=name)
            messages.success(request, f"Tagged “{tag.name}”.")
    except BusinessRuleError as error:
        messages.error(request, str(error))
    return redirect("businesses:detail", business_id)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
