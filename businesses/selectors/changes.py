"""Reads of changes of many at once and of files of lists: one's own; who manages lists sees everyone's."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from bizworks.directory.models import StaffMember
from bizworks.directory.selectors import actor_for_user
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.models import BulkChange, ListExport


def change_list(*, actor: Actor) -> QuerySet[BulkChange]:
    """Changes of many at once, newest first. Errors: NotAllowedError. Queries: 1 when read."""
    actor.require(Permission.EDIT_BUSINESSES)
    rows = BulkChange.objects.select_related("tag", "lead", "requested_by").defer("business_ids")
    return rows if actor.may(Permission.MANAGE_LISTS) else rows.filter(requested_by=actor.staff_id)


def change_get_for(*, actor: Actor, change_id: int) -> BulkChange:
    """One change. Errors: NotAllowedError, Http404. Queries: 1."""
    return get_object_or_404(change_list(actor=actor), pk=change_id)


def list_exports(*, actor: Actor) -> QuerySet[ListExport]:
    """The actor's own files of lists, newest first. Errors: NotAllowedError. Queries: 1 when read."""
    actor.require(Permission.EXPORT_LISTS)
    return ListExport.objects.select_related("requested_by").filter(requested_by=actor.staff_id)


def list_export_get_for(*, actor: Actor, export_id: int) -> ListExport:
    """One of the actor's own files. Errors: NotAllowedError, Http404. Queries: 1."""
    return get_object_or_404(list_exports(actor=actor), pk=export_id)


def actor_of_staff(staff_id: int | None) -> Actor | None:
    """The person as they may act now, for work done later on their behalf; None once access has ended. Queries: 3."""
    staff = StaffMember.objects.select_related("user").filter(pk=staff_id).first()
    return actor_for_user(staff.user) if staff else None
