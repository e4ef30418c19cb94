"""The people around a business: its account team, who knows whom, who watches."""

from django.db import transaction
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.selectors import tenant_today
from bizworks.directory.services.notices import NoticeData, notices_send
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import Status
from businesses.models import Acquaintance, Business, Contact, Lead, NewsSeen, TeamMember, Watch
from businesses.permissions import may_lead, may_manage_leads
from businesses.selectors.outreach import staff_has_access
from businesses.services.checks import Problems
from businesses.services.lead_slots import candidate_get
from businesses.services.leads import require_leader


def may_shape_team(actor: Actor, *, business: Business, leads: list[Lead]) -> bool:
    """Whether the actor says who is on the team: a lead or back-up there, a manager; anyone where nobody leads.

    Being on the team spares the warning of BR-15, so nobody puts themselves there past a lead.
    """
    if not may_lead(actor):
        return False
    if not leads or may_manage_leads(actor, region_id=business.region_id):
        return True
    return any(actor.staff_id in (lead.staff_id, lead.backup_id) for lead in leads)


def _active_leads(business_id: int) -> list[Lead]:
    return list(Lead.objects.filter(staff_has_access(), business=business_id, ended_on=None))


@transaction.atomic
def team_add(*, actor: Actor, business_id: int, staff_id: int | None, part: str) -> TeamMember:
    """Put a colleague of any agency on the account team, with the part in words; the colleague is told.

    Errors: NotAllowedError, DoesNotExist, BusinessRuleError by input name. Locks: the business. Queries: at most 7.
    """
    require_leader(actor)
    business = Business.objects.select_for_update(no_key=True).get(pk=business_id)
    if business.status == Status.MERGED:
        raise BusinessRuleError("This business was merged into another; go on there.")
    if not may_shape_team(actor, business=business, leads=_active_leads(business.pk)):
        raise NotAllowedError("Only the lead, the back-up and managers of the region say who is on the team.")
    problems = Problems()
    clean = problems.texts(TeamMember, {"part": part})
    problems.required(clean, {"part": "Say what the person does for the business."})
    problems.raise_if_any()
    staff = candidate_get(staff_id)
    if TeamMember.objects.filter(business=business, staff=staff, ended_on=None).exists():
        raise BusinessRuleError({"staff": [f"{staff.name} is on the team already."]})
    member = TeamMember.objects.create(
        business=business,
        staff=staff,
        agency_id=staff.agency_id,
        part=clean["part"],
        started_on=tenant_today(),
        added_by_id=actor.staff_id,
    )
    words = f"{actor.name} put you on the team of {business.name}: {clean['part']}."
    notices_send([NoticeData(staff.pk, words, "", business.get_absolute_url(), actor.staff_id)])
    return member


@transaction.atomic
def team_remove(*, actor: Actor, member_id: int) -> TeamMember:
    """Take somebody, or oneself, off the team; the row stays as history. Again changes nothing.

    Errors: NotAllowedError, DoesNotExist. Queries: at most 5.
    """
    require_leader(actor)
    rows = TeamMember.objects.select_for_update(of=("self",)).select_related("business")
    member = rows.get(pk=member_id)
    own = member.staff_id == actor.staff_id
    if not own and not may_shape_team(actor, business=member.business, leads=_active_leads(member.business_id)):
        raise NotAllowedError("Only the lead, the back-up and managers of the region say who is on the team.")
    if member.ended_on is None:
        member.ended_on, member.ended_by_id = tenant_today(), actor.staff_id
        member.save(update_fields=["ended_on", "ended_by"])
        words = f"{actor.name} took you off the team of {member.business.name}."
        url = member.business.get_absolute_url()
        notices_send([NoticeData(member.staff_id, words, "", url, actor.staff_id)])
    return member


def _require_person(actor: Actor) -> int:
    actor.require(Permission.VIEW_BUSINESSES)
    if actor.staff_id is None:
        raise NotAllowedError("Only a member of staff can do this.")
    return actor.staff_id


@transaction.atomic
def watch_set(*, actor: Actor, business_id: int, is_on: bool) -> None:
    """Watch a business, or watch it no more; again changes nothing. Errors: NotAllowedError, DoesNotExist. Queries: 2."""
    staff_id = _require_person(actor)
    business = Business.objects.get(pk=business_id)
    if is_on:
        Watch.objects.bulk_create([Watch(business=business, staff_id=staff_id)], ignore_conflicts=True)
    else:
        Watch.objects.filter(business=business, staff=staff_id).delete()


@transaction.atomic
def news_seen(*, actor: Actor) -> None:
    """Note that the actor has seen what happened until now. Errors: NotAllowedError. Queries: 1."""
    row = NewsSeen(staff_id=_require_person(actor), seen_at=timezone.now())
    NewsSeen.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["tenant", "staff"], update_fields=["seen_at"]
    )


@transaction.atomic
def acquaintance_set(*, actor: Actor, contact_id: int, how: str) -> Acquaintance | None:
    """Say how one knows a person at a business; empty takes it back. Errors: NotAllowedError, DoesNotExist,
    BusinessRuleError. Queries: at most 4.
    """
    require_leader(actor)
    contact = Contact.objects.get(pk=contact_id)
    problems = Problems()
    clean = problems.texts(Acquaintance, {"how": how})
    problems.raise_if_any()
    if not clean["how"]:
        Acquaintance.objects.filter(staff=actor.staff_id, contact=contact).delete()
        return None
    row, _ = Acquaintance.objects.update_or_create(
        staff_id=actor.staff_id, contact=contact, defaults={"how": clean["how"]}
    )
    return row
