"""Adding, changing and parting with contacts."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from bizworks.tenancy.policy import Permission
from businesses import selectors
from businesses.forms import ContactForm, LeaveForm
from businesses.services.contacts import contact_create, contact_leave, contact_update


@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: HttpRequest, business_id: int) -> HttpResponse:
    """Add a person to a business."""
    request.actor.require(Permission.EDIT_BUSINESSES)
    business = selectors.business_get_for(actor=request.actor, business_id=business_id)
    form = ContactForm(request.POST if request.method == "POST" else None)
    keys = {"actor": request.actor, "business_id": business.pk}
    if contact := form.save(lambda: contact_create(**keys, data=form.to_data())):
        messages.success(request, f"{contact.name} is added.")
        return redirect(business)
    return render(request, "businesses/contact_form.html", {"form": form, "business": business}, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Change a person's details."""
    request.actor.require(Permission.EDIT_BUSINESSES)
    contact = selectors.contact_get_for(actor=request.actor, contact_id=contact_id)
    form = ContactForm(request.POST if request.method == "POST" else None, contact=contact)
    keys = {"actor": request.actor, "contact_id": contact.pk}
    if saved := form.save(lambda: contact_update(**keys, data=form.to_data())):
        messages.success(request, f"{saved.name} is saved.")
        return redirect(contact.business)
    context = {"form": form, "business": contact.business, "contact": contact}
    return render(request, "businesses/contact_form.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_left(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Note the day a person left, or that they are still there."""
    request.actor.require(Permission.EDIT_BUSINESSES)
    contact = selectors.contact_get_for(actor=request.actor, contact_id=contact_id)
    form = LeaveForm(request.POST if request.method == "POST" else None, initial={"left_on": contact.left_on})
    keys = {"actor": request.actor, "contact_id": contact.pk}
    if saved := form.save(lambda: contact_leave(**keys, left_on=form.cleaned_data["left_on"])):
        messages.success(request, f"{saved.name} is noted as having left." if saved.left_on else "Saved.")
        return redirect(contact.business)
    context = {"form": form, "business": contact.business, "contact": contact}
    return render(request, "businesses/contact_left.html", context, status=form.status)
