"""Importing a list: upload, columns, check, progress, report, undo."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.actor import Actor
from businesses import selectors
from businesses.constants import RowEffect
from businesses.exports import kept_rows, problem_rows, problem_rows_format
from businesses.forms import ImportForm, MappingForm, SheetForm, StartForm
from businesses.models import ImportBatch
from businesses.selectors.imports import import_kept
from businesses.services.import_undo import import_undo, import_undo_check
from businesses.services.imports import (
    import_cancel,
    import_check,
    import_map,
    import_sample,
    import_sheet,
    import_start,
    import_upload,
    report_path,
)


@require_http_methods(["GET", "HEAD", "POST"])
def import_index(request: HttpRequest) -> HttpResponse:
    """Earlier imports, and the form for the next."""
    batches = selectors.import_list(actor=request.actor)[:50]
    form = ImportForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if batch := form.save(lambda: _upload(request.actor, **form.cleaned_data)):
        return redirect("businesses:import_detail", batch.pk)
    context = {"form": form, "batches": batches, "sources": selectors.import_sources()}
    return render(request, "businesses/imports.html", context, status=form.status)


def _upload(actor: Actor, **values: Any) -> ImportBatch:
    return import_upload(actor=actor, file_name=values["file"].name, **values)


@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Say which column is what, see how the first rows are read, then have every row checked."""
    batch = selectors.import_get_for(actor=request.actor, batch_id=batch_id)
    if not batch.is_mappable:
        return redirect("businesses:import_detail", batch.pk)
    form = MappingForm(request.POST if request.method == "POST" else None, batch=batch)
    keys = {"actor": request.actor, "batch_id": batch.pk}
    mapped = "check" in request.POST and form.save(lambda: import_map(**keys, columns=form.cleaned_data))
    if mapped and form.save(lambda: import_check(**keys)):
        return redirect("businesses:import_detail", batch.pk)
    context = {"form": form, "batch": batch, **_sample(request.actor, form, batch)}
    if len(batch.sheets) > 1:
        context["sheet_form"] = SheetForm(batch=batch)
    template = "businesses/import_columns.html" + ("#sample" if request.htmx else "")
    return render(request, template, context, status=form.status)


def _sample(actor: Actor, form: MappingForm, batch: ImportBatch) -> dict[str, Any]:
    """How the first rows are read with the columns as they are chosen now."""
    fields = {name: form.fields[name].label for name in form.chosen}
    try:
        rows = import_sample(actor=actor, batch=batch, columns=form.chosen)
    except BusinessRuleError as error:
        return {"trouble": str(error)}
    sample = [(row, [(label, row.values.get(name, "")) for name, label in fields.items()]) for row in rows]
    return {"fields": fields.values(), "sample": sample}


@require_POST
def import_sheet_choose(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Read another sheet of the workbook."""
    batch = selectors.import_get_for(actor=request.actor, batch_id=batch_id)
    sheet = request.POST.get("sheet", "")
    _try(request, lambda: import_sheet(actor=request.actor, batch_id=batch.pk, sheet=sheet))
    return redirect("businesses:import_detail", batch.pk)


def _try(request: HttpRequest, act: Callable[[], object]) -> None:
    """Do an act of one button; what forbids it is said on the page that follows."""
    try:
        act()
    except BusinessRuleError as error:
        messages.error(request, str(error))


@require_safe
def import_detail(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Progress while the worker is at it; before the start what it would do, afterwards the report."""
    batch = selectors.import_get_for(actor=request.actor, batch_id=batch_id)
    if batch.is_checked:
        examples = batch.forecast["examples"]
        groups = [(label, examples[kind]) for kind, label in RowEffect.choices if examples.get(kind)]
        return render(request, "businesses/import_check.html", {"batch": batch, "form": StartForm(), "groups": groups})
    if batch.state == batch.State.DRAFT:
        return redirect("businesses:import_columns", batch.pk)
    context = {"batch": batch, "report": selectors.import_report(batch=batch)}
    if batch.undone_at:
        context["kept"] = list(import_kept(batch=batch, limit=50))
    return render(request, "businesses/import_detail.html", context)


@require_safe
def import_progress(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The part of the page that changes while the worker is at it; the whole page anew when it is done."""
    batch = selectors.import_get_for(actor=request.actor, batch_id=batch_id)
    if batch.is_open:
        return render(request, "businesses/import_progress.html", {"batch": batch})
    return HttpResponseClientRefresh() if request.htmx else redirect("businesses:import_detail", batch.pk)


@require_POST
def import_stop(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Stop what the worker does with a list, or drop a list that was not started."""
    batch = selectors.import_get_for(actor=request.actor, batch_id=batch_id)
    _try(request, lambda: import_cancel(actor=request.actor, batch_id=batch.pk))
    return redirect("businesses:import_detail", batch.pk)


@require_POST
def import_continue(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Take the rows of a list that was checked, or the rest of one that stopped."""
    batch = selectors.import_get_for(actor=request.actor, batch_id=batch_id)
    policy = request.POST.get("policy") or None
    _try(request, lambda: import_start(actor=request.actor, batch_id=batch.pk, policy=policy))
    return redirect("businesses:import_detail", batch.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def import_undo_page(request: HttpRequest, batch_id: int) -> HttpResponse:
    """What undoing an import would do, and doing it."""
    batch = selectors.import_get_for(actor=request.actor, batch_id=batch_id)
    if request.method == "POST":
        act = import_undo if "undo" in request.POST else import_undo_check
        _try(request, lambda: act(actor=request.actor, batch_id=batch.pk))
        return redirect("businesses:import_undo", batch.pk)
    if not batch.is_taken and not (batch.is_open and batch.is_undoing):
        return redirect("businesses:import_detail", batch.pk)
    return render(request, "businesses/import_undo.html", {"batch": batch})


@require_safe
def import_rows(request: HttpRequest, batch_id: int) -> FileResponse:
    """Rows of a `?kind=` in the list's own format, each with what is to be said about it."""
    batch = selectors.import_get_for(actor=request.actor, batch_id=batch_id)
    kind = request.GET.get("kind", "rejected")
    stem = batch.file_name.rsplit(".", 1)[0]
    if kind == "check":
        return _checked_rows(batch, stem)
    if kind == "kept":
        return FileResponse(kept_rows(batch), as_attachment=True, filename=f"{stem}-left-alone.csv")
    if kind not in selectors.ROW_KINDS:
        raise Http404
    ending, content_type = problem_rows_format(batch)
    rows = problem_rows(batch, kind)
    return FileResponse(rows, as_attachment=True, filename=f"{stem}-{kind}{ending}", content_type=content_type)


def _checked_rows(batch: ImportBatch, stem: str) -> FileResponse:
    """The report of the check: every row with what would happen to it. Errors: Http404 when it is no longer kept."""
    try:
        report = report_path(batch).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(report, as_attachment=True, filename=f"{stem}-check.csv", content_type="text/csv")
