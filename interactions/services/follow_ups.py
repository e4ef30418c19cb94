"""Next steps someone promised: added, done, reopened."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.models import StaffMember, TenantProfile
from bizworks.directory.selectors import staff_active
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import OutreachKind
from businesses.models import Business
from businesses.selectors.outreach import PassedLead, passed_leads
from businesses.services.checks import Problems
from businesses.services.outreach import Plan, outreach_problems, outreach_tell
from businesses.services.sent_forms import save_once
from interactions.constants import Visibility
from interactions.models import FollowUp
from interactions.selectors.catalogue import local_day
from interactions.selectors.follow_ups import readable_follow_ups
from interactions.services.checks import check_follow_up
from interactions.services.data import FollowUpData
from interactions.services.standing import interaction_for_addition, require_worker


def follow_up_add(
    *,
    actor: Actor,
    follow_up: FollowUpData,
    business_id: int | None = None,
    interaction_id: int | None = None,
    outreach_reason: str = "",
    form_key: UUID | None = None,
) -> FollowUp:
    """Promise a next step for a business, or after a contact (for the first of its businesses), from today on.

    Where somebody else leads the business and the step is not for them, it needs a reason, and the
    lead is told (BR-15), unless the contact is restricted. The same `form_key` again returns the first one.
    Errors: NotAllowedError, Http404, BusinessRuleError by input name. Queries: at most 9.
    """
    require_worker(actor)

    def save() -> FollowUp:
        return _add(actor, follow_up, business_id, interaction_id, outreach_reason)

    return save_once(actor=actor, form_key=form_key, model=FollowUp, save=save)


def _add(
    actor: Actor, follow_up: FollowUpData, business_id: int | None, interaction_id: int | None, outreach_reason: str
) -> FollowUp:
    today: date = local_day(TenantProfile.objects.get())
    is_restricted = False
    if interaction_id is not None:
        interaction = interaction_for_addition(actor, interaction_id)
        is_restricted = interaction.visibility == Visibility.RESTRICTED
        rows = interaction.participations.order_by("pk")
        business_id = business_id or rows.values_list("business", flat=True).first()
    if not Business.objects.filter(pk=business_id).exists():
        raise Http404
    problems = Problems()
    check_follow_up(follow_up, since=today, problems=problems)
    assignee_id = follow_up.assignee_id or actor.staff_id
    if assignee_id != actor.staff_id and not StaffMember.objects.filter(staff_active(), pk=assignee_id).exists():
        problems.add("follow_up_assignee", "Choose a colleague who works here.")
    leads = () if is_restricted else _passed(actor, business_id, assignee_id)
    plans = {lead.business_id: Plan(OutreachKind.STEP, follow_up.due_on) for lead in leads}
    problems.errors.update(outreach_problems(leads, plans, outreach_reason).errors)
    problems.raise_if_any()
    outreach_tell(actor=actor, leads=leads, plans=plans, reason=outreach_reason)
    return FollowUp.objects.create(
        business_id=business_id,
        interaction_id=interaction_id,
        assignee_id=assignee_id,
        text=follow_up.text.strip(),
        due_on=follow_up.due_on,
    )


def _passed(actor: Actor, business_id: int | None, assignee_id: int | None) -> tuple[PassedLead, ...]:
    """Leads who are neither the actor's side nor the assignee's. Queries: 1."""
    ids = [business_id] if business_id is not None else []
    found = passed_leads(actor=actor, business_ids=ids, assignee_id=assignee_id)
    return tuple(lead for lead in found if not lead.knows_assignee)


def follow_up_done(*, actor: Actor, follow_up_id: int) -> FollowUp:
    """Mark a next step done; again changes nothing. Errors: Http404, NotAllowedError. Locks: the row. Queries: 2-3."""
    with transaction.atomic():
        follow_up = _for_change(actor, follow_up_id)
        if follow_up.done_at is None:
            follow_up.done_at = timezone.now()
            follow_up.save(update_fields=["done_at"])
    return follow_up


def follow_up_reopen(*, actor: Actor, follow_up_id: int) -> FollowUp:
    """Take "done" back. Errors: Http404, NotAllowedError, BusinessRuleError (it is open). Locks: the row. Queries: 2-3."""
    with transaction.atomic():
        follow_up = _for_change(actor, follow_up_id)
        if follow_up.done_at is None:
            raise BusinessRuleError("This next step is still open.")
        follow_up.done_at = None
        follow_up.save(update_fields=["done_at"])
    return follow_up


def _for_change(actor: Actor, follow_up_id: int) -> FollowUp:
    """The assignee, colleagues of the assignee's agency and managers may tick a next step."""
    require_worker(actor)
    rows = readable_follow_ups(actor).filter(pk=follow_up_id).select_related("assignee", "business")
    follow_up = rows.select_for_update(of=("self",)).first()
    if follow_up is None:
        raise Http404
    own = follow_up.assignee_id == actor.staff_id or follow_up.assignee.agency_id == actor.agency_id
    if not own and not actor.may(Permission.EDIT_ANY_INTERACTION):
        raise NotAllowedError("Only the person in charge, colleagues of that agency and managers may change this.")
    return follow_up
