"""Setting and voiding the life-cycle stage of a business."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import current_context
from bizworks.tenancy.models import AuditEvent
from bizworks.tenancy.policy import Permission
from businesses.constants import Stage, StageVisibility, Status
from businesses.models import Business, BusinessStage
from businesses.permissions import may_void_stage
from businesses.selectors.stages import readable_stages
from businesses.services.checks import Problems
from businesses.services.sent_forms import save_once

EARLIEST_YEAR = 1900


@dataclass(frozen=True)
class StageData:
    """A stage as it was typed; `source` says in words how it is known. `form_key` names this act."""

    stage: str
    began_on: date | None
    source: str
    note: str = ""
    visibility: str = StageVisibility.SHARED
    form_key: UUID | None = None


def stage_set(*, actor: Actor, business_id: int, data: StageData) -> BusinessStage:
    """Say in which stage a business is from a day on; it joins the history.

    Errors: NotAllowedError (permission; no person of an agency), Http404, BusinessRuleError by input name.
    Queries: about 6.
    """
    actor.require(Permission.EDIT_BUSINESSES)
    if actor.staff_id is None or actor.agency_id is None:
        raise NotAllowedError("Only a person of an agency says where a business stands.")
    return save_once(
        actor=actor, form_key=data.form_key, model=BusinessStage, save=lambda: _set(actor, business_id, data)
    )


def _set(actor: Actor, business_id: int, data: StageData) -> BusinessStage:
    business = Business.objects.filter(pk=business_id).first()
    if business is None:
        raise Http404
    if business.status == Status.MERGED:
        raise BusinessRuleError("This business was merged into another; set the stage there.")
    problems = Problems()
    clean = problems.texts(BusinessStage, {"source": data.source, "note": data.note})
    problems.required(clean, {"source": "Say how it is known, for example “told by the owner”."})
    for name, value, known in (
        ("stage", data.stage, Stage.values),
        ("visibility", data.visibility, StageVisibility.values),
    ):
        if value not in known:
            problems.add(name, "Choose one of those offered.")
    if data.began_on is None:
        problems.add("began_on", "Say since when.")
    elif data.began_on > tenant_today():
        problems.add("began_on", "A stage begins today or earlier.")
    elif data.began_on.year < EARLIEST_YEAR:
        problems.add("began_on", f"Give a day since {EARLIEST_YEAR}.")
    problems.raise_if_any()
    return BusinessStage.objects.create(
        business=business,
        stage=data.stage,
        began_on=data.began_on,
        visibility=data.visibility,
        agency_id=actor.agency_id,
        recorded_by_id=actor.staff_id,
        **clean,
    )


def stage_void(*, actor: Actor, stage_id: int, reason: str) -> BusinessStage:
    """Take back a stage that was set by mistake; it stays in the history with the reason (BR-37).

    Errors: Http404 (not readable), NotAllowedError, BusinessRuleError. Locks: the row. Queries: 3.
    """
    actor.require(Permission.EDIT_BUSINESSES)
    with transaction.atomic():
        stage = readable_stages(actor).filter(pk=stage_id).select_for_update(of=("self",)).first()
        if stage is None:
            raise Http404
        if stage.voided_at is not None:
            raise BusinessRuleError("This stage was voided before.")
        if not may_void_stage(actor, agency_id=stage.agency_id, recorded_by_id=stage.recorded_by_id):
            raise NotAllowedError("Only who recorded it, colleagues of that agency and managers may void it.")
        problems = Problems()
        clean = problems.texts(BusinessStage, {"void_reason": reason}, void_reason="reason")
        problems.required({"reason": clean["void_reason"]}, {"reason": "Say why."})
        problems.raise_if_any()
        stage.voided_at, stage.voided_by_id = timezone.now(), actor.staff_id
        stage.void_reason = clean["void_reason"]
        stage.save(update_fields=["voided_at", "voided_by", "void_reason"])
    return stage


def stage_readings(*, actor: Actor, stages: list[BusinessStage]) -> int:
    """Put each restricted stage among these into the audit trail as read (BR-4); returns how many. Queries: 0-1."""
    context = current_context()
    events = [
        AuditEvent(
            table_name=BusinessStage._meta.db_table,
            row_id=stage.pk,
            operation="read",
            user_id=actor.user_id,
            request_id=context.request_id,
            changes={},
        )
        for stage in stages
        if stage.visibility == StageVisibility.RESTRICTED
    ]
    AuditEvent.objects.bulk_create(events)
    return len(events)
