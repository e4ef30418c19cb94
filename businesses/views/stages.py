"""The life-cycle stage of a business: its history, setting one, voiding one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from bizworks.tenancy.policy import Permission
from businesses import selectors
from businesses.forms import StageForm, StageVoidForm
from businesses.services.stages import stage_readings, stage_set, stage_void


@require_http_methods(["GET", "HEAD", "POST"])
def stages(request: HttpRequest, business_id: int) -> HttpResponse:
    """The history of stages, and a form to set one; reading a restricted stage is recorded (BR-4)."""
    business = selectors.business_get_for(actor=request.actor, business_id=business_id)
    form = StageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        request.actor.require(Permission.EDIT_BUSINESSES)
        keys = {"actor": request.actor, "business_id": business.pk}
        if form.save(lambda: stage_set(**keys, data=form.to_data())):
            messages.success(request, "The stage is saved.", extra_tags=f"clears:stage-{business.pk}")
            return redirect(business)
    history = selectors.stage_history(actor=request.actor, business=business)
    stage_readings(actor=request.actor, stages=[row.stage for row in history])
    context = {"form": form, "business": business, "history": history}
    return render(request, "businesses/stages.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def void(request: HttpRequest, stage_id: int) -> HttpResponse:
    """Take back a stage, for a reason."""
    stage = selectors.stage_get_for(actor=request.actor, stage_id=stage_id)
    request.actor.require(Permission.EDIT_BUSINESSES)
    form = StageVoidForm(request.POST if request.method == "POST" else None)
    keys = {"actor": request.actor, "stage_id": stage.pk}
    if form.save(lambda: stage_void(**keys, reason=form.cleaned_data["reason"])):
        messages.success(request, "The stage is voided.")
        return redirect(reverse("businesses:stages", args=[stage.business_id]))
    stage_readings(actor=request.actor, stages=[stage])
    context = {"form": form, "business": stage.business, "stage": stage}
    return render(request, "businesses/stage_void.html", context, status=form.status)
