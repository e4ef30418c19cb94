"""People who are in: role, agency, regions, and the end of their access."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from bizworks.accounts.services import sessions_end
from bizworks.core.errors import BusinessRuleError
from bizworks.directory.models import Agency, Center, Region, StaffMember, StaffRegion
from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission, Role


@transaction.atomic
def staff_change(
    *,
    actor: Actor,
    staff_id: int,
    name: str,
    title: str,
    phone: str,
    role: str,
    agency: Agency | None,
    center: Center | None,
    regions: Sequence[Region],
) -> StaffMember:
    """Change someone's place; role and regions hold from their next request on.

    Locks: every administrator of the tenant, so that two cannot remove each other. Errors:
    NotAllowedError, DoesNotExist, BusinessRuleError (name, role, agency). Queries: 7.
    """
    actor.require(Permission.MANAGE_STAFF)
    staff = _locked(staff_id)
    errors: dict[str, list[str]] = {}
    if not name.strip():
        errors["name"] = ["Give the person's name."]
    if role not in Role.values:
        errors["role"] = ["Choose a role."]
    if agency is None:
        errors["agency"] = ["Choose an agency."]
    if staff.role == Role.ADMIN and role != Role.ADMIN and (why := _must_stay(actor, staff)):
        errors["role"] = [why]
    if errors:
        raise BusinessRuleError(errors)
    staff.name, staff.title, staff.phone = name.strip(), title.strip(), phone.strip()
    staff.role, staff.agency, staff.center = role, agency, center
    staff.save(update_fields=["name", "title", "phone", "role", "agency", "center"])
    wanted = {region.pk for region in regions}
    StaffRegion.objects.filter(staff=staff).exclude(region__in=wanted).delete()
    present = set(StaffRegion.objects.filter(staff=staff).values_list("region", flat=True))
    StaffRegion.objects.bulk_create(StaffRegion(staff=staff, region_id=region) for region in sorted(wanted - present))
    return staff


@transaction.atomic
def staff_end(*, actor: Actor, staff_id: int, ended_on: date) -> StaffMember:
    """End someone's access: `ended_on` is the first day without it.

    For today or earlier their sessions are deleted at once and their API tokens refused from the
    next request on. Locks: as `staff_change`. Errors: NotAllowedError, DoesNotExist,
    BusinessRuleError (ended_on: oneself, the last administrator). Queries: 6.
    """
    actor.require(Permission.MANAGE_STAFF)
    staff = _locked(staff_id)
    if why := _must_stay(actor, staff):
        raise BusinessRuleError({"ended_on": [why]})
    staff.ended_on = ended_on
    staff.save(update_fields=["ended_on"])
    if ended_on <= tenant_today():
        sessions_end(user_id=staff.user_id)
    return staff


@transaction.atomic
def staff_restore(*, actor: Actor, staff_id: int) -> StaffMember:
    """Give access back to someone whose access ended or would end. Errors: NotAllowedError, DoesNotExist. Queries: 3."""
    actor.require(Permission.MANAGE_STAFF)
    staff = _locked(staff_id)
    staff.ended_on = None
    staff.save(update_fields=["ended_on"])
    return staff


def _locked(staff_id: int) -> StaffMember:
    list(StaffMember.objects.select_for_update().filter(role=Role.ADMIN).order_by("pk").values_list("pk", flat=True))
    return StaffMember.objects.select_for_update().get(pk=staff_id)


def _must_stay(actor: Actor, staff: StaffMember) -> str:
    """Say why someone must stay an administrator with access; empty if nothing stands against it."""
    if staff.pk == actor.staff_id:
        return "Nobody can take this from themselves. Ask another administrator."
    if staff.role != Role.ADMIN:
        return ""
    others = StaffMember.objects.filter(role=Role.ADMIN, ended_on=None).exclude(pk=staff.pk)
    return "" if others.exists() else "This is the last administrator. Make someone else one first."
