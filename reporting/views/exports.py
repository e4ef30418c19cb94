"""Exports: ask for a file, watch it being made, fetch it."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.selectors import labels
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from reporting.forms import ExportForm, export_initial
from reporting.selectors.counts import calendar
from reporting.selectors.files import export_get_for, export_options, export_row, export_rows
from reporting.services.exports import export_cancel, export_open, export_request
from reporting.views.common import actor_of


@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: HttpRequest) -> HttpResponse:
    """List the agency's exports; ask for a new one."""
    actor, options = actor_of(request, Permission.EXPORT_DATA), export_options()
    data, initial = (request.POST if request.method == "POST" else None), export_initial(request.GET, calendar())
    form = ExportForm(data, options=options, words=labels(), initial=initial)
    if form.is_bound and _asked(form, actor):
        messages.success(request, "Your file is being made. It appears below as soon as it is ready.")
        return redirect("reporting:exports")
    context = {"form": form, "rows": export_rows(actor=actor, options=options)}
    return render(request, "reporting/exports.html", context, status=422 if form.is_bound else 200)


def _asked(form: ExportForm, actor: Actor) -> bool:
    if not form.is_valid():
        return False
    try:
        export_request(actor=actor, format=form.cleaned_data["format"], parameters=form.parameters())
    except BusinessRuleError as error:
        form.refuse(error.errors)
        return False
    return True


@require_safe
def export_progress(request: HttpRequest, export_id: int) -> HttpResponse:
    """Show one export again; htmx asks for it while the file is being made."""
    job = export_get_for(actor=actor_of(request, Permission.EXPORT_DATA), export_id=export_id)
    return render(request, "reporting/_export.html", {"row": export_row(job, export_options())})


@require_POST
def export_stop(request: HttpRequest, export_id: int) -> HttpResponse:
    """Stop making a file."""
    export_cancel(actor=actor_of(request, Permission.EXPORT_DATA), export_id=export_id)
    messages.success(request, "The export is stopped. Nothing of it is kept but this record.")
    return redirect("reporting:exports")


@require_safe
def export_download(request: HttpRequest, export_id: int) -> FileResponse | HttpResponse:
    """Give the file to somebody who may have it, and count that."""
    actor = actor_of(request, Permission.EXPORT_DATA)
    try:
        job, path = export_open(actor=actor, export_id=export_id)
    except BusinessRuleError as error:
        messages.error(request, str(error))
        return redirect("reporting:exports")
    return FileResponse(path.open("rb"), as_attachment=True, filename=job.file_name)
