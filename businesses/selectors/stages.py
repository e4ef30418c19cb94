"""Reads of life-cycle stages: today's, the history, and the timeline's entries (BR-3)."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import StageVisibility
from businesses.models import Business, BusinessStage
from businesses.permissions import may_void_stage
from businesses.selectors.timeline import Bounds, TimelineEntry

KEPT = "Details are kept within the agency"
_BADGES: dict[str, tuple[tuple[str, str], ...]] = {
    StageVisibility.AGENCY: (("Agency only", "info"),),
    StageVisibility.RESTRICTED: (("Restricted", "warn"),),
}


def readable_stages(actor: Actor) -> QuerySet[BusinessStage]:
    """Stages whose content the actor may read, voided ones too (BR-3, BR-4). Queries: 0."""
    if not actor.may(Permission.VIEW_BUSINESSES):
        return BusinessStage.objects.none()
    condition = Q(visibility=StageVisibility.SHARED)
    if actor.staff_id is not None:
        condition |= Q(recorded_by=actor.staff_id)
    if actor.agency_id is not None:
        condition |= Q(visibility=StageVisibility.AGENCY, agency=actor.agency_id)
    if actor.may(Permission.READ_RESTRICTED):
        condition |= Q(visibility=StageVisibility.RESTRICTED)
    return BusinessStage.objects.filter(condition)


def stage_of(*, actor: Actor, business: Business) -> BusinessStage | None:
    """The newest stage of a business that the actor may read; None when there is none.

    A restricted one is not shown here, only that there is one, and that to those who may read it: it is opened
    on the page of the history, which records the reading (BR-4). Queries: 1.
    """
    rows = readable_stages(actor).filter(business=business.pk, voided_at=None)
    return rows.select_related("agency").first()


@dataclass(frozen=True)
class StageRow:
    """A stage of the history, and whether the actor may void it."""

    stage: BusinessStage
    may_void: bool


def stage_history(*, actor: Actor, business: Business, limit: int = 200) -> list[StageRow]:
    """Every stage of a business that the actor may read, voided ones too, newest first. Queries: 1."""
    rows = readable_stages(actor).filter(business=business.pk)
    rows = rows.select_related("agency", "recorded_by", "voided_by")
    return [StageRow(row, row.voided_at is None and _may_void(actor, row)) for row in rows[:limit]]


def _may_void(actor: Actor, row: BusinessStage) -> bool:
    return may_void_stage(actor, agency_id=row.agency_id, recorded_by_id=row.recorded_by_id)


def stage_get_for(*, actor: Actor, stage_id: int) -> BusinessStage:
    """A stage the actor may read, with its business. Errors: NotAllowedError, Http404. Queries: 1."""
    actor.require(Permission.VIEW_BUSINESSES)
    return get_object_or_404(readable_stages(actor).select_related("business"), pk=stage_id)


def stage_timeline(*, actor: Actor, business_id: int, bounds: Bounds, limit: int) -> list[TimelineEntry]:
    """Stages as entries of the timeline: others' agency stages as stubs, others' restricted ones not at all (BR-3).

    A restricted one that may be read shows no content: opening it is recorded. Queries: 1, none when changes are
    not wanted.
    """
    if not bounds.wants("change"):
        return []
    rows = readable_stages(actor)
    if not bounds.is_narrow:
        rows = BusinessStage.objects.filter(~Q(visibility=StageVisibility.RESTRICTED) | Q(pk__in=rows.values("pk")))
    rows = bounds.within(rows.filter(business=business_id, voided_at=None), "began_on")
    if bounds.agency_id is not None:
        rows = rows.filter(agency=bounds.agency_id)
    if bounds.text:
        said = (
            Q(source__icontains=bounds.text)
            | Q(note__icontains=bounds.text)
            | Q(stage__in=bounds.choices_like(BusinessStage, "stage"))
        )
        rows = rows.filter(said).exclude(visibility=StageVisibility.RESTRICTED)
    found = rows.select_related("agency", "recorded_by").order_by("-began_on", "-id")[:limit]
    return [_entry(actor, row) for row in found]


def _entry(actor: Actor, row: BusinessStage) -> TimelineEntry:
    mine = actor.staff_id is not None and row.recorded_by_id == actor.staff_id
    own_agency = actor.agency_id is not None and row.agency_id == actor.agency_id
    if row.visibility == StageVisibility.AGENCY and not (mine or own_agency):
        return TimelineEntry(row.began_on, "change", KEPT, agency_name=row.agency.name, is_stub=True)
    restricted = row.visibility == StageVisibility.RESTRICTED
    return TimelineEntry(
        row.began_on,
        "change",
        "Restricted life-cycle stage" if restricted else f"Life-cycle stage: {row.get_stage_display()}",
        agency_name=row.agency.name,
        staff_names=() if restricted else (row.recorded_by.name,),
        body="" if restricted else ". ".join(part for part in (row.source.rstrip("."), row.note) if part),
        url=reverse("businesses:stages", args=[row.business_id]),
        badges=_BADGES.get(row.visibility, ()),
    )
