"""Leads: taking, offering, asking, deciding, assigning, and the page of one's own leads (BR-15)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.policy import Permission
from businesses import selectors
from businesses.models import Business, LeadProposal
from businesses.selectors import lead_lists
from businesses.selectors import relationships as reads
from businesses.services import lead_proposals, leads
from businesses.views.relationship_forms import AssignForm, BackupForm, DeclineForm, OfferForm, RequestForm
from businesses.views.relationships import ask, require_form, run, sent

TABS = (("mine", "My leads"), ("waiting", "Waiting for a decision"), ("left", "Lead has left"))


@require_safe
def lead_list(request: HttpRequest) -> HttpResponse:
    """One's leads, what waits for a decision, and for managers the leads of people who have left."""
    actor, cursor = request.actor, request.GET.get("cursor", "")
    manages = lead_lists.manages_leads(actor)
    shown = request.GET.get("show", "mine")
    tabs = [tab for tab in TABS if tab[0] != "left" or manages]
    shown = shown if shown in dict(tabs) else "mine"
    actor.require(Permission.VIEW_BUSINESSES)
    context: dict[str, Any] = {
        "shown": shown,
        "tabs": [{"label": words, "url": f"?show={name}", "current": name == shown} for name, words in tabs],
    }
    if shown == "waiting":
        context |= {
            "waiting": lead_lists.proposals_waiting(actor=actor),
            "sent": lead_lists.proposals_sent(actor=actor),
        }
    else:
        read = lead_lists.leads_left if shown == "left" else lead_lists.leads_mine
        context["page"] = read(actor=actor, cursor=cursor)
    if shown == "left":
        context["form"] = AssignForm(people=reads.lead_candidates())
    return render(request, "businesses/relationship_leads.html", context)


def _business(request: HttpRequest, business_id: int) -> Business:
    return selectors.business_get_for(actor=request.actor, business_id=business_id)


@require_POST
def lead_take(request: HttpRequest, business_id: int) -> HttpResponse:
    """Become the lead of a business nobody leads."""
    business = _business(request, business_id)
    return run(
        request,
        lambda: leads.lead_take(actor=request.actor, business_id=business.pk),
        f"You are the lead of {business.name}.",
        back=business.get_absolute_url(),
    )


@require_form
def lead_propose(request: HttpRequest, business_id: int) -> HttpResponse:
    """Offer the lead to a colleague; with `?ask` ask for it oneself."""
    business = _business(request, business_id)
    asks = "ask" in request.GET
    form = RequestForm(sent(request)) if asks else OfferForm(sent(request), people=reads.lead_candidates())

    def act() -> LeadProposal:
        found = form.cleaned_data
        staff_id = request.actor.staff_id if asks else found["staff"]
        return lead_proposals.lead_propose(
            actor=request.actor, business_id=business.pk, staff_id=staff_id, message=found["message"]
        )

    waits = "It waits for two weeks. Until it is accepted, nothing changes."
    texts = (
        {
            "heading": "Ask for the lead",
            "points": ["The lead, or a manager of the region, accepts or declines.", waits],
            "button": "Send the request",
            "done": "Your request is sent.",
        }
        if asks
        else {
            "heading": "Offer the lead",
            "points": ["The person you choose, or a manager of the region, accepts or declines.", waits],
            "button": "Send the offer",
            "done": "The offer is sent.",
        }
    )
    return ask(request, form, act, business=business, **texts)


@require_form
def lead_assign(request: HttpRequest, business_id: int) -> HttpResponse:
    """As a manager, make somebody the lead, or nobody."""
    business = _business(request, business_id)
    form = AssignForm(sent(request), people=reads.lead_candidates())
    keys = {"actor": request.actor, "business_id": business.pk}

    def act() -> object:
        staff_id = form.cleaned_data["staff"]
        return leads.lead_assign(**keys, staff_id=staff_id) if staff_id else leads.lead_end(**keys)

    return ask(
        request,
        form,
        act,
        business=business,
        done="The lead is changed.",
        heading="Assign the lead",
        points=["This takes effect at once. The old and the new lead are told."],
        button="Assign",
    )


@require_form
def lead_backup(request: HttpRequest, business_id: int) -> HttpResponse:
    """Say who stands in for the lead."""
    business = _business(request, business_id)
    shown = reads.relationship_for(actor=request.actor, business=business)
    initial = {"backup": shown.lead.backup_id if shown.lead else None}
    form = BackupForm(sent(request), people=reads.lead_candidates(), initial=initial)
    keys = {"actor": request.actor, "business_id": business.pk}
    return ask(
        request,
        form,
        lambda: leads.lead_backup(**keys, staff_id=form.cleaned_data["backup"]),
        business=business,
        done="The back-up is saved.",
        heading="Back-up for the lead",
        points=["The back-up is told, and may step in when the lead has left."],
        button="Save",
    )


@require_POST
def leads_assign(request: HttpRequest) -> HttpResponse:
    """As a manager, give many businesses to one person."""
    chosen = [int(v) for v in request.POST.getlist("business") if v.isascii() and v.isdigit() and len(v) <= 18]
    staff = request.POST.get("staff", "")
    staff_id = int(staff) if staff.isascii() and staff.isdigit() and len(staff) <= 18 else None

    def act() -> None:
        if not chosen:
            raise BusinessRuleError("Tick at least one business.")
        leads.leads_assign(actor=request.actor, business_ids=chosen, staff_id=staff_id)

    return run(request, act, "The leads are assigned.", back=f"{reverse('businesses:leads')}?show=left")


def _proposal(request: HttpRequest, proposal_id: int) -> LeadProposal:
    return lead_lists.proposal_get_for(actor=request.actor, proposal_id=proposal_id)


@require_POST
def proposal_accept(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Accept a hand-over or a request."""
    proposal = _proposal(request, proposal_id)
    return run(
        request,
        lambda: lead_proposals.lead_accept(actor=request.actor, proposal_id=proposal.pk),
        f"{proposal.proposed.name} is now the lead of {proposal.business.name}.",
        back=proposal.business.get_absolute_url(),
    )


@require_form
def proposal_decline(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Decline a hand-over or a request, with a reason."""
    proposal = _proposal(request, proposal_id)
    form = DeclineForm(sent(request))
    keys = {"actor": request.actor, "proposal_id": proposal.pk}
    return ask(
        request,
        form,
        lambda: lead_proposals.lead_decline(**keys, reason=form.cleaned_data["reason"]),
        business=proposal.business,
        done="Declined. The lead stays as it was.",
        heading="Decline",
        points=["The lead stays as it is."],
        button="Decline",
    )


@require_POST
def proposal_withdraw(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Take back what one proposed."""
    proposal = _proposal(request, proposal_id)
    return run(
        request,
        lambda: lead_proposals.lead_withdraw(actor=request.actor, proposal_id=proposal.pk),
        "Taken back.",
        back=proposal.business.get_absolute_url(),
    )
