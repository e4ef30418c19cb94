"""Files of lists: asked for, watched, fetched."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.selectors import labels
from bizworks.tenancy.policy import Permission
from businesses import selectors
from businesses.constants import EXPORT_ROWS
from businesses.filters import ExportForm
from businesses.services.list_exports import list_export_cancel, list_export_open, list_export_request
from businesses.views.lists import columns_of, list_form

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def list_exports(request: HttpRequest) -> HttpResponse:
    """Ask for the list of the address as a file; and the files asked for before."""
    actor, words = request.actor, labels()
    jobs = selectors.list_exports(actor=actor)[:SHOWN]
    asked = list_form(request.GET, words)
    columns = columns_of(request)
    form = ExportForm(request.POST if request.method == "POST" else None)
    content = {
        "parameters": asked.parameters,
        "sentences": asked.sentences(),
        "sort": asked.order,
        "columns": [column.key for column in columns],
    }
    if form.save(lambda: list_export_request(actor=actor, format=form.cleaned_data["format"], **content)):
        messages.success(request, "Your file is being made. It appears below as soon as it is ready.")
        return redirect("businesses:list_exports")
    context = {
        "form": form,
        "said": asked.sentences(),
        "columns": selectors.columns_named((selectors.NAME, *columns), words),
        "jobs": jobs,
        "most": None if actor.may(Permission.EXPORT_DATA) else EXPORT_ROWS,
        "back": request.GET.urlencode(),
    }
    return render(request, "businesses/list_exports.html", context, status=form.status)


@require_safe
def list_export_progress(request: HttpRequest, export_id: int) -> HttpResponse:
    """Show one file again; htmx asks for it while the file is being made."""
    job = selectors.list_export_get_for(actor=request.actor, export_id=export_id)
    return render(request, "businesses/_list_export.html", {"job": job})


@require_POST
def list_export_stop(request: HttpRequest, export_id: int) -> HttpResponse:
    """Stop making a file."""
    list_export_cancel(actor=request.actor, export_id=export_id)
    messages.success(request, "The export is stopped. Nothing of it is kept but this record.")
    return redirect("businesses:list_exports")


@require_safe
def list_export_download(request: HttpRequest, export_id: int) -> FileResponse | HttpResponse:
    """Give the file, and count that."""
    try:
        job, path = list_export_open(actor=request.actor, export_id=export_id)
    except BusinessRuleError as error:
        messages.error(request, str(error))
        return redirect("businesses:list_exports")
    return FileResponse(path.open("rb"), as_attachment=True, filename=job.file_name)
