"""Pages of the map's entries: the same five for every kind."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bizworks.directory import admin_selectors as reads
from bizworks.directory.forms.entries import RetireForm, SectorPreviewForm, SlateVersionForm
from bizworks.directory.sections import SECTIONS, Section
from bizworks.directory.selectors import labels, tenant_today
from bizworks.directory.services import entries as services
from bizworks.directory.services.map_changes import businesses_in
from bizworks.directory.services.words import day
from bizworks.directory.views.common import attempt, needs, setting, state_of, status_of
from bizworks.tenancy.policy import Permission

PER_PAGE = 100
TEXT_MAX = 100
RETIRING = [
    "From that day on forms no longer offer it.",
    "It stays in every record that names it, and in every count of the time before.",
    "You can restore it.",
]


def _frame(section: Section, words: dict[str, str]) -> dict[str, Any]:
    """Words and addresses of a section for its templates."""
    return {
        "section": section,
        "kind": section.kind,
        "one": section.one(words),
        "several": section.several(words),
        "list_url": reverse(f"directory:{section.kind}_list"),
        "add_url": reverse(f"directory:{section.kind}_add"),
    }


@needs(Permission.MANAGE_DIRECTORY)
@require_safe
def entry_list(request: HttpRequest, *, kind: str) -> HttpResponse:
    """List the entries of one kind, those in force first of all."""
    section, words, today = SECTIONS[kind], labels(), tenant_today()
    text, with_retired = request.GET.get("q", "").strip()[:TEXT_MAX], "retired" in request.GET
    found = reads.entries(kind, on=today, text=text, with_retired=with_retired)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [_row(section, entry, today, words) for entry in page]
    heads = [(column.title(words), column.is_number) for column in section.columns]
    context = {"rows": rows, "heads": heads, "page": page, "q": text, "with_retired": with_retired}
    return render(request, "directory/entry_list.html", context | _frame(section, words))


def _row(section: Section, entry: Any, today: Any, words: dict[str, str]) -> dict[str, Any]:
    word, look = state_of(entry, today)
    return {
        "entry": entry,
        "url": reverse(f"directory:{section.kind}_edit", args=[entry.pk]),
        "cells": [(column.title(words), column.cell(entry), column.is_number) for column in section.columns],
        "state": word,
        "look": look,
        "dates": _dates(entry),
    }


def _dates(entry: Any) -> str:
    since = "" if day(entry.starts_on) == "the beginning" else f"from {day(entry.starts_on)}"
    until = f"until {day(entry.retired_on)}" if entry.retired_on else ""
    return " ".join(filter(None, (since, until)))


@needs(Permission.MANAGE_DIRECTORY)
@require_http_methods(["GET", "HEAD", "POST"])
def entry_add(request: HttpRequest, *, kind: str) -> HttpResponse:
    """Add an entry."""
    section, known = SECTIONS[kind], setting()
    form = section.form(request.POST or None, **known)
    if request.method == "POST" and (entry := attempt(form, lambda f: _save(request, kind, f))):
        messages.success(request, f"{entry.name} was added.")
        return redirect(f"directory:{kind}_edit", entry.pk)
    context = _frame(section, known["labels"]) | {"form": form}
    return render(request, "directory/entry_form.html", context, status=status_of(form))


def _save(request: HttpRequest, kind: str, form: Any, entry_id: int | None = None) -> Any:
    values = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
    seen = form.cleaned_data.get("seen", "")
    return services.entry_save(actor=request.actor, kind=kind, values=values, entry_id=entry_id, seen=seen)


@needs(Permission.MANAGE_DIRECTORY)
@require_http_methods(["GET", "HEAD", "POST"])
def entry_edit(request: HttpRequest, *, kind: str, **ids: int) -> HttpResponse:
    """Show an entry and change it."""
    section, known, entry = SECTIONS[kind], setting(), reads.entry_get_for(kind, ids[f"{kind}_id"])
    form = section.form(request.POST or None, instance=entry, **known)
    if request.method == "POST" and attempt(form, lambda f: _save(request, kind, f, entry.pk)):
        messages.success(request, f"{entry.name} was saved.")
        return redirect(f"directory:{kind}_list")
    context = _frame(section, known["labels"]) | _panels(kind, entry, known["today"]) | {"form": form}
    return render(request, "directory/entry_form.html", context, status=status_of(form))


def _panels(kind: str, entry: Any, today: Any) -> dict[str, Any]:
    """What a kind shows beside its form."""
    entry = reads.entry_get_for(kind, entry.pk)  # as it is, not as a refused form would have it
    word, look = state_of(entry, today)
    context = _addresses(kind, entry) | {"state": word, "look": look, "dates": _dates(entry)}
    if kind == "area":
        context |= {
            "territory": reads.area_page(entry, today),
            "businesses": businesses_in(reads.scope_of_area(entry, today)),
        }
    if kind == "slate":
        context |= {"lines": reads.slate_lines(entry), "is_used": services.is_used(entry)}
    if kind == "sector":
        context |= _sector_preview(*reads.sector_prefixes(entry))
    return context


def _addresses(kind: str, entry: Any) -> dict[str, Any]:
    """An entry and where its acts are."""
    acts = {act: reverse(f"directory:{kind}_{act}", args=[entry.pk]) for act in ("edit", "retire", "restore")}
    history = f"{reverse('directory:audit')}?table={entry._meta.db_table}&row={entry.pk}"
    return {"entry": entry, "history_url": history} | {f"{act}_url": url for act, url in acts.items()}


@needs(Permission.MANAGE_DIRECTORY)
@require_http_methods(["GET", "HEAD", "POST"])
def entry_retire(request: HttpRequest, *, kind: str, **ids: int) -> HttpResponse:
    """Ask from when, and retire an entry."""
    section, known, entry = SECTIONS[kind], setting(), reads.entry_get_for(kind, ids[f"{kind}_id"])
    form = RetireForm(request.POST or None, initial={"retired_on": known["today"]})
    if request.method == "POST" and attempt(
        form,
        lambda f: services.entry_retire(
            actor=request.actor, kind=kind, entry_id=entry.pk, retired_on=f.cleaned_data["retired_on"]
        ),
    ):
        messages.success(request, f"{entry.name} retires on {day(form.cleaned_data['retired_on'])}.")
        return redirect(f"directory:{kind}_list")
    context = _frame(section, known["labels"]) | _addresses(kind, entry) | {"form": form, "points": RETIRING}
    return render(request, "directory/entry_retire.html", context, status=status_of(form))


@needs(Permission.MANAGE_DIRECTORY)
@require_POST
def entry_restore(request: HttpRequest, *, kind: str, **ids: int) -> HttpResponse:
    """Take a retirement back."""
    entry = reads.entry_get_for(kind, ids[f"{kind}_id"])
    services.entry_restore(actor=request.actor, kind=kind, entry_id=entry.pk)
    messages.success(request, f"{entry.name} is in force again.")
    return redirect(f"directory:{kind}_edit", entry.pk)


@needs(Permission.MANAGE_DIRECTORY)
@require_http_methods(["GET", "HEAD", "POST"])
def slate_version(request: HttpRequest, slate_id: int) -> HttpResponse:
    """Replace a slate by a new version from a date."""
    entry, words = reads.entry_get_for("slate", slate_id), labels()
    form = SlateVersionForm(request.POST or None, initial={"name": entry.name, "lines": reads.slate_lines(entry)})
    if request.method == "POST" and attempt(
        form, lambda f: services.slate_supersede(actor=request.actor, slate_id=slate_id, **f.cleaned_data)
    ):
        messages.success(request, f"The new version holds from {day(form.cleaned_data['starts_on'])}.")
        return redirect("directory:slate_list")
    context = _frame(SECTIONS["slate"], words) | _addresses("slate", entry) | {"form": form}
    return render(request, "directory/slate_version.html", context, status=status_of(form))


@needs(Permission.MANAGE_DIRECTORY)
@require_safe
def sector_preview(request: HttpRequest) -> HttpResponse:
    """Show what prefixes take in, while they are typed."""
    form = SectorPreviewForm(request.GET)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        context |= _sector_preview(form.cleaned_data["includes"], form.cleaned_data["excludes"])
    template = "directory/sector_preview.html" + ("#preview" if request.htmx else "")
    return render(request, template, context, status=status_of(form))


def _sector_preview(includes: list[str], excludes: list[str]) -> dict[str, Any]:
    scope = reads.scope_of_sector(includes, excludes)
    return {
        "industries": reads.industries(includes, excludes),
        "businesses": businesses_in(scope) if includes else None,
    }
