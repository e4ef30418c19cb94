"""Importing a list: upload, columns, progress, report."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.actor import Actor
from businesses import selectors
from businesses.constants import ImportField
from businesses.exports import problem_rows
from businesses.forms import ImportForm, MappingForm
from businesses.models import ImportBatch
from businesses.services.imports import import_cancel, import_map, import_preview, import_start, import_upload


@require_http_methods(["GET", "HEAD", "POST"])
def import_index(request: HttpRequest) -> HttpResponse:
    """Earlier imports, and the form for the next."""
    batches = selectors.import_list(actor=request.actor)[:50]
    form = ImportForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if batch := form.save(lambda: _upload(request.actor, **form.cleaned_data)):
        return redirect("businesses:import_columns", batch.pk)
    context = {"form": form, "batches": batches, "sources": selectors.import_sources()}
    return render(request, "businesses/imports.html", context, status=form.status)


def _upload(actor: Actor, **values: object) -> ImportBatch:
    return import_upload(actor=actor, file_name=values["file"].name, **values)


@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Say which column is what, see what the first rows would come to, then start."""
    batch = selectors.import_get_for(actor=request.actor, batch_id=batch_id)
    if not batch.is_startable:
        return redirect("businesses:import_detail", batch.pk)
    form = MappingForm(request.POST if request.method == "POST" else None, batch=batch)
    keys = {"actor": request.actor, "batch_id": batch.pk}
    mapped = form.save(lambda: import_map(**keys, columns=form.cleaned_data))
    if mapped and "start" in request.POST and form.save(lambda: import_start(**keys)):
        return redirect("businesses:import_detail", batch.pk)
    context = {"form": form, "batch": mapped or batch, "preview": _preview(request.actor, form, mapped or batch)}
    return render(request, "businesses/import_columns.html", context, status=form.status)


def _preview(actor: Actor, form: MappingForm, batch: ImportBatch) -> object:
    """What the first rows come to, once it is known which column holds the names."""
    if form.errors or ImportField.NAME not in batch.columns:
        return None
    try:
        return import_preview(actor=actor, batch=batch)
    except BusinessRuleError as error:
        return {"trouble": str(error)}


def _detail(request: HttpRequest, batch_id: int, template: str) -> HttpResponse:
    batch = selectors.import_get_for(actor=request.actor, batch_id=batch_id)
    if batch.state == batch.State.DRAFT:
        return redirect("businesses:import_columns", batch.pk)
    return render(request, template, {"batch": batch, "report": selectors.import_report(batch=batch)})


@require_safe
def import_detail(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Progress while it runs, the report afterwards."""
    return _detail(request, batch_id, "businesses/import_detail.html")


@require_safe
def import_progress(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The part of the page that changes while the import runs."""
    return _detail(request, batch_id, "businesses/import_detail.html#state")


@require_POST
def import_stop(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Stop an import, or drop a list that was not started."""
    batch = selectors.import_get_for(actor=request.actor, batch_id=batch_id)
    try:
        import_cancel(actor=request.actor, batch_id=batch.pk)
    except BusinessRuleError as error:
        messages.error(request, str(error))
    return redirect("businesses:import_detail", batch.pk)


@require_POST
def import_continue(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Take the rest of a list that stopped or was cancelled."""
    batch = selectors.import_get_for(actor=request.actor, batch_id=batch_id)
    try:
        import_start(actor=request.actor, batch_id=batch.pk)
    except BusinessRuleError as error:
        messages.error(request, str(error))
    return redirect("businesses:import_detail", batch.pk)


@require_safe
def import_rows(request: HttpRequest, batch_id: int) -> FileResponse:
    """Rows of a `?kind=` in the list's own format, each with what is to be said about it."""
    batch = selectors.import_get_for(actor=request.actor, batch_id=batch_id)
    kind = request.GET.get("kind", "rejected")
    if kind not in selectors.ROW_KINDS:
        raise Http404
    name = f"{batch.file_name.rsplit('.', 1)[0]}-{kind}.csv"
    return FileResponse(problem_rows(batch, kind), as_attachment=True, filename=name, content_type="text/csv")
