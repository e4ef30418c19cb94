"""The administration's front page, the tenant's profile, and the map as a file."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from bizworks.directory import admin_selectors as reads
from bizworks.directory.forms.settings import ProfileForm
from bizworks.directory.sections import SECTIONS
from bizworks.directory.selectors import labels, profile, tenant_today
from bizworks.directory.services.preset_export import preset_dump, preset_text
from bizworks.directory.services.profile import profile_save
from bizworks.directory.views.common import ADMINISTRATION, attempt, needs, status_of
from bizworks.tenancy.policy import Permission


@needs(*ADMINISTRATION)
@require_safe
def administration(request: HttpRequest) -> HttpResponse:
    """Show what there is to keep, to those who may keep any of it."""
    context = {}
    if request.actor.may(Permission.MANAGE_DIRECTORY):
        today, words = tenant_today(), labels()
        counts = reads.entry_counts(today)
        context["coverage"] = reads.coverage(today)
        context["cards"] = [
            {
                "title": section.several(words),
                "url": reverse(f"directory:{kind}_list"),
                "count": counts[kind],
                "help": section.help,
            }
            for kind, section in SECTIONS.items()
        ]
    return render(request, "directory/administration.html", context)


@needs(Permission.MANAGE_DIRECTORY)
@require_http_methods(["GET", "HEAD", "POST"])
def profile_edit(request: HttpRequest) -> HttpResponse:
    """Change words, calendar and counting options."""
    form = ProfileForm(request.POST or None, instance=profile())
    if request.method == "POST" and attempt(form, lambda f: profile_save(actor=request.actor, values=f.cleaned_data)):
        messages.success(request, "The profile was saved.")
        return redirect("directory:administration")
    return render(request, "directory/profile.html", {"form": form}, status=status_of(form))


@needs(Permission.MANAGE_DIRECTORY)
@require_safe
def map_download(request: HttpRequest) -> HttpResponse:
    """Hand the tenant's map over as one file in the format of the presets."""
    text = preset_text(preset_dump(actor=request.actor, name=request.tenant.name))
    headers = {"Content-Disposition": f'attachment; filename="{request.tenant.slug}-map.yaml"'}
    return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=headers)
