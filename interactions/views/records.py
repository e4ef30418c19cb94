"""One contact, its corrections, and one's next steps."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.policy import Permission
from interactions import selectors, services
from interactions.forms import (
    FollowUpForm,
    NoteCorrectionForm,
    NoteForm,
    ReasonForm,
    RecordForm,
    ServiceForm,
    VisibilityForm,
)
from interactions.models import ServiceDelivered
from interactions.selectors.relationships import lead_warnings, lead_warnings_after
from interactions.views.acts import act, require_form, sent

VOID = {
    "heading": "Void this contact",
    "points": [
        "The contact and its services count no more.",
        "Everything stays readable, with your name and the reason.",
        "It cannot be undone: log the contact again if this was a mistake.",
    ],
    "button": "Void this contact",
    "danger": True,
}
CLASS = {
    "heading": "Who may see this contact",
    "points": ["Its services follow. A note is never wider than its contact.", "It counts as before."],
    "button": "Change who may see it",
}
SERVICE_VOID = {
    "points": ["It no longer counts; it stays readable with the reason. This cannot be undone."],
    "button": "Void this service",
    "danger": True,
}
RECORD = {
    "heading": "Record a service without a meeting",
    "points": ["For what was delivered without meeting anyone. If you met somebody, log the contact instead."],
    "button": "Save the service",
}
CORRECTION = {
    "heading": "Correct a note",
    "points": ["The earlier wording stays readable beneath it."],
    "button": "Save the correction",
}


@require_safe
def detail(request: HttpRequest, interaction_id: int) -> HttpResponse:
    """One contact with everything the person may read of it; reading what is restricted is recorded."""
    interaction = selectors.interaction_get_for(actor=request.actor, interaction_id=interaction_id)
    page = selectors.interaction_page(actor=request.actor, interaction=interaction)
    services.record_reading(actor=request.actor, records=[interaction, *page.notes])
    return render(request, "interactions/detail.html", {"page": page, "is_new": "logged" in request.GET})


@require_form
def void(request: HttpRequest, interaction_id: int) -> HttpResponse:
    """Void a contact with its services, for a reason."""
    interaction = selectors.interaction_get_for(actor=request.actor, interaction_id=interaction_id)
    form = ReasonForm(sent(request))

    def run() -> object:
        reason = form.cleaned_data["reason"]
        return services.interaction_void(actor=request.actor, interaction_id=interaction_id, reason=reason)

    return act(request, form, run, back=interaction, done="The contact is voided.", **VOID)


@require_form
def visibility(request: HttpRequest, interaction_id: int) -> HttpResponse:
    """Change who may see a contact (BR-5)."""
    interaction = selectors.interaction_get_for(actor=request.actor, interaction_id=interaction_id)
    form = VisibilityForm(sent(request), initial={"visibility": interaction.visibility})

    def run() -> object:
        chosen = form.cleaned_data["visibility"]
        return services.interaction_reclassify(actor=request.actor, interaction_id=interaction_id, visibility=chosen)

    return act(request, form, run, back=interaction, done="Changed.", **CLASS)


@require_form
def note_add(request: HttpRequest, interaction_id: int) -> HttpResponse:
    """Add a note to a contact."""
    interaction = selectors.interaction_get_for(actor=request.actor, interaction_id=interaction_id)
    form = NoteForm(sent(request))

    def run() -> object:
        return services.note_add(
            actor=request.actor,
            interaction_id=interaction_id,
            note=form.told(),
            form_key=form.cleaned_data["form_key"],
        )

    texts = {"heading": "Add a note", "button": "Save the note", "draft": f"note-{interaction_id}"}
    return act(request, form, run, back=interaction, done="The note is saved.", **texts)


@require_form
def note_correct(request: HttpRequest, note_id: int) -> HttpResponse:
    """Read a note with its wordings; its author and managers add another (BR-26)."""
    note = selectors.note_get_for(actor=request.actor, note_id=note_id)
    services.record_reading(actor=request.actor, records=[note])
    form = NoteCorrectionForm(sent(request), initial={"number": note.number, "note": note.body})

    def run() -> object:
        told = form.cleaned_data
        return services.note_correct(actor=request.actor, note_id=note_id, number=told["number"], body=told["note"])

    back = note.interaction or note.business
    texts = CORRECTION | {"wordings": note.versions.select_related("author").order_by("-number")}
    return act(request, form, run, back=back, done="The note is corrected.", **texts)


@require_form
def note_visibility(request: HttpRequest, note_id: int) -> HttpResponse:
    """Change who may read a note (BR-5)."""
    note = selectors.note_get_for(actor=request.actor, note_id=note_id)
    form = VisibilityForm(sent(request), initial={"visibility": note.visibility})

    def run() -> object:
        chosen = form.cleaned_data["visibility"]
        return services.note_reclassify(actor=request.actor, note_id=note_id, visibility=chosen)

    texts = {"heading": "Who may read this note", "button": "Change who may read it"}
    back = note.interaction or note.business
    return act(request, form, run, back=back, done="Changed.", **texts)


@require_form
def service_record(request: HttpRequest) -> HttpResponse:
    """Record a service that was delivered without a meeting."""
    form = RecordForm(sent(request), actor=request.actor, business_id=request.GET.get("business", "")[:18])
    warnings = lead_warnings(actor=request.actor, businesses=form.businesses)
    form.ask_why(is_led=bool(warnings))

    def run() -> ServiceDelivered:
        told = form.cleaned_data
        return services.service_record(
            actor=request.actor,
            business_id=told["business"],
            service=form.told(),
            visibility=told["visibility"],
            outreach_reason=form.outreach_reason,
        )

    def landing(row: ServiceDelivered) -> str:
        return row.business.get_absolute_url()

    back = reverse("interactions:log")
    texts = RECORD | {"warnings": warnings}
    return act(request, form, run, back=back, done="The service is recorded.", landing=landing, **texts)


@require_form
def service_edit(request: HttpRequest, service_id: int) -> HttpResponse:
    """Correct a service."""
    service = selectors.service_get_for(actor=request.actor, service_id=service_id)
    services.record_reading(actor=request.actor, records=[service])
    form = ServiceForm(sent(request), service=service)

    def run() -> object:
        return services.service_update(actor=request.actor, service_id=service_id, change=form.told())

    other = (reverse("interactions:service_void", args=[service_id]), "Void this service")
    texts = {"heading": f"{service.item.name} for {service.business.name}", "button": "Save the correction"}
    back = service.interaction or service.business
    return act(request, form, run, back=back, done="The service is corrected.", other=other, **texts)


@require_form
def service_void(request: HttpRequest, service_id: int) -> HttpResponse:
    """Void one service, for a reason."""
    service = selectors.service_get_for(actor=request.actor, service_id=service_id)
    services.record_reading(actor=request.actor, records=[service])
    form = ReasonForm(sent(request))

    def run() -> object:
        reason = form.cleaned_data["reason"]
        return services.service_void(actor=request.actor, service_id=service_id, reason=reason)

    heading = f"Void: {service.item.name} for {service.business.name}"
    back = service.interaction or service.business
    return act(request, form, run, back=back, done="The service is voided.", heading=heading, **SERVICE_VOID)


@require_form
def follow_up_add(request: HttpRequest, interaction_id: int) -> HttpResponse:
    """Promise a next step after a contact."""
    interaction = selectors.interaction_get_for(actor=request.actor, interaction_id=interaction_id)
    form = FollowUpForm(sent(request))
    warnings = lead_warnings_after(actor=request.actor, interaction=interaction)
    form.ask_why(is_led=bool(warnings))
    keys = {"actor": request.actor, "interaction_id": interaction_id}

    def run() -> object:
        return services.follow_up_add(
            **keys,
            follow_up=form.told(),
            outreach_reason=form.outreach_reason,
            form_key=form.cleaned_data["form_key"],
        )

    texts = {"heading": "Add a next step", "button": "Save the next step", "warnings": warnings}
    return act(request, form, run, back=interaction, done="The next step is saved.", **texts)


@require_safe
def follow_ups(request: HttpRequest) -> HttpResponse:
    """One's own next steps: overdue, today, later, done."""
    request.actor.require(Permission.VIEW_BUSINESSES)
    return render(request, "interactions/follow_ups.html", {"steps": selectors.follow_up_list(request.actor)})


@require_POST
def follow_up_done(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    """Mark a next step done; sent again it changes nothing."""
    follow_up = services.follow_up_done(actor=request.actor, follow_up_id=follow_up_id)
    messages.success(request, f"Done: {follow_up.text}")
    return redirect(_back(request))


@require_POST
def follow_up_reopen(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    """Take "done" back."""
    try:
        follow_up = services.follow_up_reopen(actor=request.actor, follow_up_id=follow_up_id)
        messages.success(request, f"Open again: {follow_up.text}")
    except BusinessRuleError as error:
        messages.warning(request, str(error))
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """Where the person came from, if that is a page of ours."""
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if ours and target.startswith("/") else reverse("interactions:follow_ups")
