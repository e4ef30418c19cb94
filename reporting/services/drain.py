"""Working off marks: the published cells follow what was written, exactly (ADR 0003)."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import DatabaseError, connection
from django.utils import timezone

from bizworks.directory.models import TenantProfile
from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.context import current_tenant_id, tenant_context
from bizworks.tenancy.models import Tenant
from interactions.selectors.catalogue import local_day
from reporting.constants import MarkSubject
from reporting.models import CountMark, CountState
from reporting.selectors.periods import add_months
from reporting.services.cells import cells_rebuild, counting_grid, counts_lock

logger = logging.getLogger(__name__)

DEFAULT_BATCH = 500
_SWEEP_BATCHES = 20
_MOST_BATCHES = 100_000

_TAKE = (
    "DELETE FROM reporting_countmark WHERE tenant_id = %s AND id IN (SELECT id FROM reporting_countmark"
    " WHERE tenant_id = %s ORDER BY id LIMIT %s) RETURNING subject, subject_id"
)
_MARK = "INSERT INTO reporting_countmark (tenant_id, subject, subject_id) SELECT DISTINCT tenant_id, 1, business_id"
_OPEN = {
    MarkSubject.SERVICE_ITEM: f"{_MARK} FROM interactions_servicedelivered WHERE tenant_id = %s AND item_id = ANY(%s)",
    MarkSubject.INTERACTION: (
        f"{_MARK} FROM interactions_orientationjudgement WHERE tenant_id = %s AND interaction_id = ANY(%s)"
    ),
    MarkSubject.PROFILE: (
        f"{_MARK} FROM interactions_servicedelivered WHERE tenant_id = %s AND assisted = 'self'"
        " AND EXISTS (SELECT FROM directory_tenantprofile WHERE id = ANY(%s))"
    ),
}
_MARK_BEGINNING = (
    f"{_MARK} FROM interactions_servicedelivered WHERE tenant_id = %s AND started_on > %s AND started_on <= %s"
)
_MARK_CONTINUING = (
    f"{_MARK} FROM interactions_servicedelivered WHERE tenant_id = %s AND started_on <= %s"
    " AND (ended_on IS NULL OR ended_on >= %s)"
)


@dataclass(frozen=True)
class Drained:
    """What draining did; `is_busy` when somebody else counts this tenant right now."""

    marks: int = 0
    businesses: int = 0
    cells: int = 0
    is_busy: bool = False


def counts_drain(*, limit: int = DEFAULT_BATCH, today: date | None = None) -> Drained:
    """Work off up to `limit` marks of the tenant in force, in the caller's transaction.

    Marks are taken first; then, in a new snapshot, the businesses' facts are read anew and the
    difference is published. Idempotent and free of order: whatever is committed is either in that
    snapshot or has a mark of its own. Follows the calendar too: a new day, other counting options.
    Locks: `counts_lock`; gives up at once if it is taken. Queries: 6, and 1 for each kind of subject
    that has to be opened; their businesses are the next batch's.
    """
    if not counts_lock():
        return Drained(is_busy=True)
    options = TenantProfile.objects.first()
    if options is None:
        return Drained()
    today = today or local_day(options)
    month, quarters = counting_grid(options)
    state, _ = CountState.objects.get_or_create(
        defaults={"year_start_month": month, "lookback_quarters": quarters, "advanced_through": today}
    )
    if (state.year_start_month, state.lookback_quarters) != (month, quarters):
        cells_rebuild(options)
        state.year_start_month, state.lookback_quarters = month, quarters
    if state.advanced_through != today:
        _mark_what_the_calendar_changed(state.advanced_through, today)
        state.advanced_through = today
    drained = _drain_batch(limit, today=today, year_month=month, lookback_months=3 * quarters)
    state.drained_at = timezone.now()
    state.save()
    return drained


def _mark_what_the_calendar_changed(before: date | None, today: date) -> None:
    """Mark the businesses whose facts differ between two local dates, whichever is the later.

    Those are services that start in between and, when the month changed, those that go on from the
    earlier month into the next. An unknown date before means every service.
    """
    tenant = current_tenant_id()
    first, last = sorted((before or date.min, today))
    with connection.cursor() as cursor:
        cursor.execute(_MARK_BEGINNING, [tenant, first, last])
        if before is not None and last >= (next_month := add_months(first, 1)):
            cursor.execute(_MARK_CONTINUING, [tenant, first, next_month])


def _drain_batch(limit: int, *, today: date, year_month: int, lookback_months: int) -> Drained:
    tenant = current_tenant_id()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [tenant, tenant, limit])
        taken = cursor.fetchall()
        for subject, query in _OPEN.items():
            if subject_ids := [row[1] for row in taken if row[0] == subject]:
                cursor.execute(query, [tenant, subject_ids])
        ids = sorted({subject_id for subject, subject_id in taken if subject == MarkSubject.BUSINESS})
        if not ids:
            return Drained(marks=len(taken))
        cursor.execute("SELECT reporting_apply(%s, %s, %s, %s, %s)", [tenant, ids, today, year_month, lookback_months])
        return Drained(marks=len(taken), businesses=len(ids), cells=cursor.fetchone()[0])


def counts_work_off(tenant_id: int, *, limit: int = DEFAULT_BATCH, batches: int = _MOST_BATCHES) -> Drained:
    """Drain a tenant batch by batch, each in a transaction of its own, until nothing waits.

    For tasks and commands, outside any tenant. Stops early when somebody else is at it.
    """
    marks = businesses = cells = 0
    for _ in range(batches):
        with tenant_context(tenant_id):
            step = counts_drain(limit=limit)
        marks, businesses, cells = marks + step.marks, businesses + step.businesses, cells + step.cells
        if step.is_busy or not step.marks:
            return Drained(marks, businesses, cells, step.is_busy)
    return Drained(marks, businesses, cells)


def counts_sweep() -> int:
    """Drain every tenant in which marks wait, whoever forgot to say so; returns how many there were.

    Each tenant is opened in turn; a tenant that fails is logged and does not hold up the others.
    """
    return _for_tenants(CountMark.objects.exists)


def counts_advance() -> int:
    """Drain every tenant for which a new local day has begun since it was last drained."""

    def has_a_new_day() -> bool:
        state = CountState.objects.first()
        return state is not None and state.advanced_through != tenant_today()

    return _for_tenants(has_a_new_day)


def _for_tenants(is_due: Callable[[], bool]) -> int:
    found = 0
    for tenant_id in Tenant.objects.values_list("id", flat=True):
        try:
            with tenant_context(tenant_id):
                due = is_due()
            if due:
                found += 1
                counts_work_off(tenant_id, batches=_SWEEP_BATCHES)
        except DatabaseError:
            logger.exception("Counting tenant %s failed; the next sweep tries again.", tenant_id)
    return found
