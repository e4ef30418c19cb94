"""A person's inbox."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from bizworks.directory import notice_selectors as reads
from bizworks.directory.services.notices import notice_open, notices_read_all
from bizworks.directory.views.common import needs
from bizworks.tenancy.policy import Permission


@needs(Permission.VIEW_BUSINESSES)
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What the person was told, newest first. Queries: 2, and those of every page."""
    page = reads.notice_page(actor=request.actor, cursor=request.GET.get("cursor", ""))
    return render(request, "directory/notices.html", {"page": page})


@needs(Permission.VIEW_BUSINESSES)
@require_POST
def open_one(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark one line read, and go where it leads."""
    reads.notice_get_for(actor=request.actor, notice_id=notice_id)
    notice = notice_open(actor=request.actor, notice_id=notice_id)
    return redirect(notice.url or "directory:notices")


@needs(Permission.VIEW_BUSINESSES)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything read."""
    number = notices_read_all(actor=request.actor)
    messages.success(request, f"{number} marked as read." if number else "Everything was read already.")
    return redirect("directory:notices")
