"""Who holds the relationship with a business: its page, the team, who knows whom, watching."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.policy import Permission
from businesses import selectors
from businesses.models import Business
from businesses.selectors import relationships as reads
from businesses.services import account_team
from businesses.services.outreach import lead_message
from businesses.views.relationship_forms import AcquaintanceForm, MessageForm, TeamForm

require_form = require_http_methods(["GET", "HEAD", "POST"])


def sent(request: HttpRequest) -> Any:
    """What a form begins with: the data sent, or None for a fresh one."""
    return request.POST if request.method == "POST" else None


def back_to(request: HttpRequest, default: str) -> str:
    """Where the person came from, if that is a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if ours and target.startswith("/") else default


def run(request: HttpRequest, act: Callable[[], object], done: str, *, back: str) -> HttpResponse:
    """Do an act of one button and go back with a word; a refusal is said in its own words."""
    try:
        act()
        messages.success(request, done)
    except BusinessRuleError as error:
        messages.error(request, str(error))
    return redirect(back_to(request, back))


def ask(
    request: HttpRequest, form: Any, act: Callable[[], object], *, business: Business, done: str, **texts: Any
) -> HttpResponse:
    """Show a form about a business, or do the act and go back. `texts`: heading, points, button."""
    request.actor.require(Permission.LOG_INTERACTION)
    back = back_to(request, business.get_absolute_url())
    if request.method == "POST" and form.save(lambda: (act(), True)):
        messages.success(request, done)
        return redirect(back)
    context = {"form": form, "business": business, "back": back, **texts}
    return render(request, "businesses/relationship_act.html", context, status=form.status)


@require_safe
def relationship(request: HttpRequest, business_id: int) -> HttpResponse:
    """The lead with its history, the team, who knows whom. Queries: at most 16."""
    actor = request.actor
    business = selectors.business_get_for(actor=actor, business_id=business_id)
    context = {
        "business": business,
        "panel": reads.relationship_for(actor=actor, business=business, known_limit=reads.KNOWN_SHOWN_MAX),
        "history": reads.relationship_history(actor=actor, business=business),
        "contacts": reads.current_contacts(business),
    }
    return render(request, "businesses/relationship.html", context)


@require_form
def message(request: HttpRequest, business_id: int) -> HttpResponse:
    """Write to the lead of a business (BR-15)."""
    business = selectors.business_get_for(actor=request.actor, business_id=business_id)
    shown = reads.relationship_for(actor=request.actor, business=business)
    form = MessageForm(sent(request))
    points = [
        "They find it in their inbox here, with a link to the business.",
        "After that you may plan a contact there without giving a reason, for two weeks.",
    ]
    name = shown.lead.staff.name if shown.lead and not shown.has_left else "the lead"
    return ask(
        request,
        form,
        lambda: lead_message(actor=request.actor, business_id=business.pk, text=form.cleaned_data["text"]),
        business=business,
        done="Your message is sent.",
        heading=f"Write to {name}",
        points=points,
        button="Send the message",
    )


@require_form
def team_add(request: HttpRequest, business_id: int) -> HttpResponse:
    """Put a colleague on the account team."""
    business = selectors.business_get_for(actor=request.actor, business_id=business_id)
    form = TeamForm(sent(request), people=reads.lead_candidates())

    def act() -> object:
        found = form.cleaned_data
        keys = {"actor": request.actor, "business_id": business.pk}
        return account_team.team_add(**keys, staff_id=found["staff"], part=found["part"])

    return ask(
        request,
        form,
        act,
        business=business,
        done="Added to the team.",
        heading="Add to the team",
        points=["Who is on the team works with the lead, and is not warned that there is one."],
        button="Add to the team",
    )


@require_POST
def team_remove(request: HttpRequest, member_id: int) -> HttpResponse:
    """Take somebody off the team."""
    business = reads.team_business_for(actor=request.actor, member_id=member_id)
    return run(
        request,
        lambda: account_team.team_remove(actor=request.actor, member_id=member_id),
        "Taken off the team.",
        back=business.get_absolute_url(),
    )


@require_POST
def watch(request: HttpRequest, business_id: int) -> HttpResponse:
    """Watch a business, or watch it no more."""
    business = selectors.business_get_for(actor=request.actor, business_id=business_id)
    is_on = request.POST.get("is_on") != "0"
    words = f"You watch {business.name}: what happens there shows on your home page." if is_on else "No longer watched."
    return run(
        request,
        lambda: account_team.watch_set(actor=request.actor, business_id=business.pk, is_on=is_on),
        words,
        back=business.get_absolute_url(),
    )


@require_form
def acquaintance(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Say how one knows a person at a business."""
    contact = selectors.contact_get_for(actor=request.actor, contact_id=contact_id)
    mine = reads.relationship_history(actor=request.actor, business=contact.business).mine
    form = AcquaintanceForm(sent(request), contact=contact, how=mine.get(contact.pk, ""))
    keys = {"actor": request.actor, "contact_id": contact.pk}
    return ask(
        request,
        form,
        lambda: account_team.acquaintance_set(**keys, how=form.cleaned_data["how"]),
        business=contact.business,
        done="Saved.",
        heading=f"How do you know {contact.name}?",
        points=["All staff of all agencies see it beside your name. Whom you met is counted by itself."],
        button="Save",
    )


@require_POST
def news_seen(request: HttpRequest) -> HttpResponse:
    """Note that the news of one's businesses were seen."""
    return run(request, lambda: account_team.news_seen(actor=request.actor), "Marked as seen.", back="/")
