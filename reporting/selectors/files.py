"""Reads of exports: the record of who took which rows out of the system, and the files still to fetch."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from reporting.models import ExportJob


def export_list(*, actor: Actor) -> QuerySet[ExportJob]:
    """The exports of the actor's agency, newest first. Errors: NotAllowedError. Queries: 1 when read."""
    actor.require(Permission.EXPORT_DATA)
    rows = ExportJob.objects.filter(requested_by__agency=actor.agency_id)
    return rows.select_related("requested_by").order_by("-pk")


def export_get_for(*, actor: Actor, export_id: int) -> ExportJob:
    """One export of the actor's agency. Errors: NotAllowedError, Http404. Queries: 1."""
    return get_object_or_404(export_list(actor=actor), pk=export_id)
