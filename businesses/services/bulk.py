"""Many businesses at once: tags put on and taken off, leads assigned; told, cancelled, and for tags undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.jobs import State, job_beat, job_cancel, job_claim, job_finish, jobs_sweep
from bizworks.tenancy.policy import Permission
from bizworks.tenancy.tasks import enqueue
from businesses.constants import BULK_AT_ONCE, BULK_CAP, BULK_CHUNK, BulkAction
from businesses.models import BulkChange, Business, BusinessTag
from businesses.selectors.changes import actor_of_staff, change_get_for
from businesses.selectors.lists import business_filtered, business_ids
from businesses.selectors.saved_views import tag_get_for
from businesses.services.leads import leads_assign
from businesses.services.tags import tag_usable

BULK_RUN = "businesses.bulk_run"


@dataclass(frozen=True)
class Choice:
    """Which businesses are meant: these, or all that meet the filters."""

    ids: Sequence[int] = ()
    parameters: Mapping[str, Sequence[str]] | None = None


def businesses_chosen(*, actor: Actor, choice: Choice) -> list[int]:
    """The businesses that are meant, those the directory shows. Errors: BusinessRuleError (none; too many). Queries: 1."""
    rows = business_filtered(actor=actor, parameters=choice.parameters or {})
    if choice.parameters is None:
        rows = rows.filter(id__in=list(choice.ids)[: BULK_CAP + 1])
    found = business_ids(rows, limit=BULK_CAP + 1)
    if not found:
        raise BusinessRuleError("Choose at least one business.")
    if len(found) > BULK_CAP:
        raise BusinessRuleError(f"That is more than {BULK_CAP:,} businesses. Narrow the list down first.")
    return found


@transaction.atomic
def bulk_change(
    *,
    actor: Actor,
    action: str,
    choice: Choice,
    tag_id: int | None = None,
    tag_name: str = "",
    staff_id: int | None = None,
) -> BulkChange:
    """Change the chosen businesses: at once up to 500, else by the worker.

    Which businesses it will touch is fixed here; a list that moves on meanwhile changes nothing.
    Errors: NotAllowedError, Http404; BusinessRuleError by input name. Queries: at most 12, and 2 for
    each 500 businesses; for leads those of `leads_assign`.
    """
    actor.require(Permission.EDIT_BUSINESSES)
    if action not in BulkAction.values:
        raise BusinessRuleError({"action": ["Choose what is to be done."]})
    chosen = businesses_chosen(actor=actor, choice=choice)
    change = BulkChange(action=action, selected=len(chosen), requested_by_id=actor.staff_id, state=State.QUEUED)
    if action == BulkAction.LEAD:
        leads_assign(actor=actor, business_ids=[], staff_id=staff_id)  # may the actor, can the person
        change.lead_id, change.business_ids = staff_id, chosen
    elif action == BulkAction.TAG_ADD:
        change.tag = tag_usable(actor=actor, tag_id=tag_id, name=tag_name)
        change.business_ids = _differing(chosen, change.tag_id, tagged=False)
    else:
        if tag_id is None:
            raise BusinessRuleError({"tag": ["Choose a tag."]})
        change.tag = tag_get_for(actor=actor, tag_id=tag_id)
        change.business_ids = _differing(chosen, change.tag_id, tagged=True)
    return _start(actor, change)


@transaction.atomic
def bulk_undo(*, actor: Actor, change_id: int) -> BulkChange:
    """Take back what a change of tags did, and only that. Errors: NotAllowedError, Http404, BusinessRuleError.

    Locks the change, so that it is undone once. Queries: at most 11, and 2 for each 500 businesses.
    """
    actor.require(Permission.EDIT_BUSINESSES)
    list(BulkChange.objects.filter(pk=change_id).select_for_update().values("pk"))
    change = change_get_for(actor=actor, change_id=change_id)
    if change.action == BulkAction.LEAD:
        raise BusinessRuleError("Assigned leads are handed over, not undone: assign the former lead again.")
    if change.is_open or not change.changed:
        raise BusinessRuleError("There is nothing to undo.")
    if BulkChange.objects.filter(undoes=change.pk).exclude(state__in=[State.FAILED, State.CANCELLED]).exists():
        raise BusinessRuleError("This change is undone already.")
    undo = BulkChange(undoes=change, tag=change.tag, requested_by_id=actor.staff_id, state=State.QUEUED)
    if change.action == BulkAction.TAG_ADD:
        undo.action = BulkAction.TAG_REMOVE
        ours = BusinessTag.objects.filter(change=change.pk, tag=change.tag_id)
        undo.business_ids = list(ours.order_by("business").values_list("business_id", flat=True))
    else:
        undo.action = BulkAction.TAG_ADD
        undo.business_ids = _differing(change.business_ids[: change.progress], change.tag_id, tagged=False)
    undo.selected = len(undo.business_ids)
    return _start(actor, undo)


def bulk_cancel(*, actor: Actor, change_id: int) -> BulkChange:
    """Stop a change; what is done stays, and can be undone. Errors: NotAllowedError, Http404. Queries: 2."""
    change = change_get_for(actor=actor, change_id=change_id)
    job_cancel(change)
    return change


def _differing(ids: Sequence[int], tag_id: int | None, *, tagged: bool) -> list[int]:
    """Those of the businesses that have the tag, or have it not. Queries: 1."""
    has = Exists(BusinessTag.objects.filter(tag=tag_id, business=OuterRef("pk")))
    rows: QuerySet = Business.objects.listed().filter(has if tagged else ~has, id__in=ids)
    return list(rows.order_by("id").values_list("id", flat=True))


def _start(actor: Actor, change: BulkChange) -> BulkChange:
    change.total = len(change.business_ids)
    change.save()
    if change.total > BULK_AT_ONCE:
        enqueue(BULK_RUN, job_id=change.pk)
        return change
    change.changed = _apply(actor, change, change.business_ids)
    change.state, change.progress, change.finished_at = State.DONE, change.total, timezone.now()
    change.save(update_fields=["state", "progress", "changed", "finished_at"])
    return change


def _apply(actor: Actor, change: BulkChange, ids: Sequence[int]) -> int:
    """Change these businesses; how many it made a difference to. Queries: 2; for leads those of `leads_assign`."""
    if not ids:
        return 0
    if change.action == BulkAction.LEAD:
        return leads_assign(actor=actor, business_ids=ids, staff_id=change.lead_id).assigned
    rows = BusinessTag.objects.filter(tag=change.tag_id, business__in=ids)
    if change.action == BulkAction.TAG_REMOVE:
        return rows.delete()[0]
    known = Business.objects.listed().filter(id__in=ids).values_list("id", flat=True)
    BusinessTag.objects.bulk_create(
        [BusinessTag(tag_id=change.tag_id, business_id=pk, change=change, added_by_id=actor.staff_id) for pk in known],
        ignore_conflicts=True,
    )
    return rows.filter(change=change.pk).count()


def bulk_run(*, tenant_id: int, job_id: int) -> None:
    """Make a change in pieces, each in a transaction of its own, from where it stands.

    Idempotent: pieces that are done are not done again; cancel is heard between pieces. It acts with
    what its person may do now. Queries: 4 a piece.
    """
    with tenant_context(tenant_id):
        change = job_claim(BulkChange, job_id, restart=False)
        actor = actor_of_staff(change.requested_by_id) if change else None
    if change is None:
        return
    user_id = actor.user_id if actor else None
    try:
        goes_on = True
        while goes_on and change.progress < change.total:
            with tenant_context(tenant_id, user_id=user_id):
                goes_on = _piece(change, actor)
        state, problem = (State.DONE if goes_on else State.CANCELLED), ""
    except (BusinessRuleError, NotAllowedError) as error:
        state, problem = State.FAILED, str(error)
    with tenant_context(tenant_id, user_id=user_id):
        job_finish(change, state, problem=problem)


def _piece(change: BulkChange, actor: Actor | None) -> bool:
    """The next businesses; False once somebody asked to stop. Errors: NotAllowedError, BusinessRuleError."""
    if actor is None:
        raise NotAllowedError("Whoever asked for this has no access any more.")
    actor.require(Permission.EDIT_BUSINESSES)
    ids = change.business_ids[change.progress : change.progress + BULK_CHUNK]
    if not job_beat(change, progress=change.progress + len(ids)):
        return False
    changed = change.changed + _apply(actor, change, ids)
    BulkChange.objects.filter(pk=change.pk).update(changed=changed)
    change.progress, change.changed = change.progress + len(ids), changed
    return True


def bulk_sweep() -> int:
    """Go on with changes that were forgotten or whose worker died; returns how many ran."""
    return jobs_sweep(BulkChange, bulk_run)
