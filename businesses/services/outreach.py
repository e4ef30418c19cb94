"""Outreach past a lead: a reason for what is planned, and a word to the lead about what is done (BR-15, R12)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.services.notices import NoticeData, notices_send, notices_withdraw
from bizworks.tenancy.actor import Actor
from businesses.constants import OutreachKind
from businesses.models import Business, Lead, Outreach
from businesses.selectors.outreach import PassedLead, staff_has_access
from businesses.services.checks import Problems
from businesses.services.leads import require_leader

REASON = "outreach_reason"
MAX_REASON = 500


@dataclass(frozen=True)
class Plan:
    """What is planned at a business, and for which day."""

    kind: OutreachKind
    on: date | None


def outreach_problems(leads: Iterable[PassedLead], plans: Mapping[int, Plan], reason: str) -> Problems:
    """What is missing or wrong with the reason: one is needed where a plan passes a lead whom the actor did not ask.

    Queries: 0.
    """
    problems = Problems()
    clean = problems.texts(Outreach, {"reason": reason}, reason=REASON)
    if not clean["reason"] and REASON not in problems.errors:
        for lead in leads:
            if lead.business_id in plans and not lead.was_asked:
                where = f"{lead.who} is the lead of {lead.business}."
                problems.add(REASON, f"{where} Say why you go on, or write to the lead first; the lead is told.")
    return problems


def outreach_tell(
    *,
    actor: Actor,
    leads: Iterable[PassedLead],
    plans: Mapping[int, Plan],
    reason: str = "",
    contact_on: date | None = None,
    url: str = "",
    is_shared: bool = True,
) -> None:
    """Record what passed each lead, and tell the leads; one line for each lead, however many businesses.

    `contact_on` = the day of a contact that happened. `is_shared` False = only the agency and the day
    are told, as the timeline does (BR-3); restricted records must not come here. A reason is the
    actor's own word to the lead. Queries: 2, none where no lead is passed.
    """
    passed = [lead for lead in leads if contact_on or lead.business_id in plans]
    if not passed:
        return
    clean = " ".join(reason.split())
    Outreach.objects.bulk_create(
        Outreach(
            business_id=lead.business_id,
            lead_id=lead.lead_id,
            staff_id=actor.staff_id,
            agency_id=actor.agency_id,
            kind=plan.kind if plan else OutreachKind.CONTACT,
            reason=clean if plan else "",
            on=plan.on if plan else contact_on,
        )
        for lead in passed
        for plan in [plans.get(lead.business_id)]
    )
    by_person: dict[int, list[PassedLead]] = {}
    for lead in passed:
        by_person.setdefault(lead.staff_id, []).append(lead)
    told = []
    for staff_id, theirs in by_person.items():
        plan = next((plans[lead.business_id] for lead in theirs if lead.business_id in plans), None)
        knows_who = is_shared or (plan is not None and bool(clean))
        words = _words(actor, theirs, plan, contact_on, knows_who=knows_who)
        target = url if is_shared and url else _page(theirs[0], url)
        sender_id = actor.staff_id if knows_who else None
        told.append(NoticeData(staff_id, words, clean if plan else "", target, sender_id))
    notices_send(told)


def _words(
    actor: Actor, leads: list[PassedLead], plan: Plan | None, contact_on: date | None, *, knows_who: bool
) -> str:
    who = f"{actor.name} ({actor.agency_name})" if knows_who else actor.agency_name
    name = leads[0].business
    where = f"{name[:80]} and {len(leads) - 1} more you lead" if len(leads) > 1 else name
    done = f"had a contact with {where} on {_day(contact_on)}" if contact_on else ""
    if plan is None:
        return f"{who} {done}."
    what = "a service" if plan.kind == OutreachKind.SERVICE else "a next step"
    planned = f"plans {what}{f' for {_day(plan.on)}' if plan.on else ''}"
    return f"{who} {done} and {planned}." if done else f"{who} {planned} at {where}."


def _day(on: date | None) -> str:
    return date_format(on, "M j") if on else ""


def _page(lead: PassedLead, url: str) -> str:
    """The business's page; the part after # names the record, for `outreach_withdraw`, and tells nothing else."""
    page = Business(pk=lead.business_id).get_absolute_url()
    return f"{page}#{_reference(url)}" if url else page


def _reference(url: str) -> str:
    return url.strip("/").replace("/", "-")


def outreach_withdraw(*, business_ids: Iterable[int], staff_id: int, url: str) -> None:
    """Take back what leads were told of a record whose class was narrowed (BR-3, BR-5); that it was counts on.

    Queries: 2-3.
    """
    ids = list(business_ids)
    told = Outreach.objects.filter(business__in=ids, staff=staff_id).values_list("lead__staff", flat=True)
    pages = [f"{Business(pk=pk).get_absolute_url()}#{_reference(url)}" for pk in ids]
    notices_withdraw(recipient_ids=set(told), urls=[url, *pages])


@transaction.atomic
def lead_message(*, actor: Actor, business_id: int, text: str) -> list[Lead]:
    """Write to the lead of a business, in the product; for a while it stands for a reason of what one plans there.

    Errors: NotAllowedError, DoesNotExist, BusinessRuleError (no words; nobody leads it). Queries: at most 6.
    """
    require_leader(actor)
    business = Business.objects.get(pk=business_id)
    problems = Problems()
    clean = problems.texts(Outreach, {"reason": text}, reason="text")
    problems.required({"text": clean["reason"]}, {"text": "Write what the lead should know."})
    problems.raise_if_any()
    rows = Lead.objects.filter(staff_has_access(), ~Q(staff=actor.staff_id), business=business, ended_on=None)
    leads = list(rows.select_related("staff"))
    if not leads:
        raise BusinessRuleError("Nobody else leads this business, so there is nobody to write to.")
    Outreach.objects.bulk_create(
        Outreach(
            business=business,
            lead=lead,
            staff_id=actor.staff_id,
            agency_id=actor.agency_id,
            kind=OutreachKind.MESSAGE,
            reason=clean["reason"],
        )
        for lead in leads
    )
    words = f"{actor.name} ({actor.agency_name}) wrote to you about {business.name}."
    url = business.get_absolute_url()
    people = dict.fromkeys(lead.staff_id for lead in leads)
    notices_send([NoticeData(pk, words, clean["reason"], url, actor.staff_id) for pk in people])
    return leads
