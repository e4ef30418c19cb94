"""The job that looks for duplicates: reads a tenant's businesses page by page, scores pairs, writes them down."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.selectors import profile
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.policy import Permission
from bizworks.tenancy.tasks import enqueue
from businesses.constants import MATCH_MAX_ATTEMPTS, MATCH_PAGE, MATCH_STALE_SECONDS, Source
from businesses.models import Business, ImportBatch, MatchRun
from businesses.services.linkage import ScoredPair, pairs_find
from businesses.services.linkage_features import Known
from businesses.services.matching_pairs import Pair, pairs_drop, pairs_keep, pairs_open, remembered

logger = logging.getLogger(__name__)
State = MatchRun.State
OPEN = (State.QUEUED, State.RUNNING)
_WRITE = 1_000
FAULT = "The search stopped because of a fault in the program ({}). What was found stays."
_COLUMNS = (
    *("id", "name", "alias", "employer__name", "address", "town", "municipality_id", "state", "zip_code", "phone"),
    *("website", "employer__fein", "employer__fein_source", "naics_id", "naics_source", "employer_id", "updated_at"),
)


class _StoppedError(Exception):
    """Somebody cancelled the job, or another worker has it."""


def match_start(*, actor: Actor, changed_since: datetime | None = None) -> MatchRun:
    """Ask the worker to look for duplicates, among all businesses or those changed since a moment.

    Errors: NotAllowedError; BusinessRuleError while another search waits or runs. Queries: 3.
    """
    actor.require(Permission.MERGE_BUSINESSES)
    run = _queue(changed_since, requested_by_id=actor.staff_id)
    if run is None:
        raise BusinessRuleError("A search for duplicates is under way already.")
    return run


def _queue(changed_since: datetime | None, *, requested_by_id: int | None = None) -> MatchRun | None:
    """A new job, unless one is open: two asking at once get one."""
    try:
        with transaction.atomic():
            run = MatchRun.objects.create(
                state=State.QUEUED, changed_since=changed_since, requested_by_id=requested_by_id
            )
    except IntegrityError:
        return None
    enqueue("businesses.match_run", run_id=run.pk)
    return run


def match_cancel(*, actor: Actor, run_id: int) -> MatchRun:
    """Stop a search for duplicates; what was found stays. Errors: NotAllowedError, DoesNotExist, BusinessRuleError.

    Locks the row. Queries: 3.
    """
    actor.require(Permission.MERGE_BUSINESSES)
    with transaction.atomic():
        run = MatchRun.objects.select_for_update().get(pk=run_id)
        if not run.is_open:
            raise BusinessRuleError("This search has ended.")
        run.cancel_requested = True
        if run.state == State.QUEUED:
            _end(run, State.CANCELLED)
        else:
            run.save(update_fields=["cancel_requested"])
    return run


def matching_due() -> list[int]:
    """Jobs no living worker has: waiting, or silent for 15 minutes. Queries: 1."""
    silent = timezone.now() - timedelta(seconds=MATCH_STALE_SECONDS)
    due = Q(state=State.QUEUED) | Q(state=State.RUNNING, heartbeat_at__lt=silent)
    return list(MatchRun.objects.filter(due).values_list("id", flat=True))


def matching_plan(now: datetime) -> MatchRun | None:
    """Start what is due by itself: the first search, one after an import, and one of all businesses a night.

    At night is between one and five, local time. After a failure six hours pass. Queries: 2-5.
    """
    last = MatchRun.objects.order_by("-id").first()
    if last is not None and (last.is_open or _failed_lately(last, now)):
        return None
    done = MatchRun.objects.filter(state=State.DONE).order_by("-id")
    full = done.filter(changed_since=None).first()
    if full is None:
        return _queue(None) if Business.objects.exists() else None
    newest = done.first() or full
    since = newest.started_at or newest.created_at
    wrote = Q(rows_new__gt=0) | Q(rows_changed__gt=0)
    if ImportBatch.objects.filter(wrote, finished_at__gt=since).exists():
        return _queue(since)
    return _queue(None) if _is_night(now) and full.created_at < now - timedelta(hours=20) else None


def _failed_lately(run: MatchRun, now: datetime) -> bool:
    return run.state in (State.FAILED, State.CANCELLED) and run.created_at > now - timedelta(hours=6)


def _is_night(now: datetime) -> bool:
    return 1 <= now.astimezone(ZoneInfo(profile().time_zone)).hour < 5


def match_run(*, tenant_id: int, run_id: int, user_id: int | None = None) -> None:
    """Look for duplicates; opens its own tenant contexts. Idempotent: a repeated run finds the same.

    Reads 20,000 businesses a transaction, writes 1,000 pairs a transaction; progress and cancel between
    them. A fault makes the job `failed` with a sentence. Memory: 600 MB for DuckDB, and about 100 bytes for
    each open pair. Queries: 3 for each 20,000 businesses, 7 for each 1,000 pairs.
    """
    try:
        _run(tenant_id, run_id, user_id)
    except _StoppedError:
        return
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("Search for duplicates %s failed", run_id)
        with tenant_context(tenant_id):
            _end(MatchRun.objects.get(pk=run_id), State.FAILED, FAULT.format(type(error).__name__))


def _run(tenant_id: int, run_id: int, user_id: int | None) -> None:
    with tenant_context(tenant_id, user_id=user_id):
        run = _claim(run_id)
        settled = remembered()
    if run is None:
        return
    touched: set[int] = set()
    seen: set[Pair] = set()
    businesses = _read(tenant_id, run, touched)
    for scored in pairs_find(businesses, only_new=run.changed_since is not None):
        for start in range(0, len(scored), _WRITE):
            with tenant_context(tenant_id, user_id=user_id):
                seen |= _write(run, scored[start : start + _WRITE], settled)
                goes_on = _alive(run)
            if not goes_on:
                raise _StoppedError
    with tenant_context(tenant_id, user_id=user_id):
        pairs_drop(pairs_open(touched=None if run.changed_since is None else touched) - seen)
        if _alive(run):
            _end(run, State.DONE)


def _claim(run_id: int) -> MatchRun | None:
    """Take hold of a job that waits or whose worker is silent; None if there is nothing to do."""
    run = MatchRun.objects.select_for_update().filter(pk=run_id, pk__in=matching_due()).first()
    if run is None:
        return None
    if run.attempts >= MATCH_MAX_ATTEMPTS:
        _end(run, State.FAILED, "The worker stopped several times. Tell whoever runs bizworks.")
        return None
    run.state, run.started_at, run.heartbeat_at = State.RUNNING, timezone.now(), timezone.now()
    run.attempts, run.progress, run.pairs_found, run.pairs_new = run.attempts + 1, 0, 0, 0
    run.total = Business.objects.listed().count()
    run.save()
    return run


def _read(tenant_id: int, run: MatchRun, touched: set[int]) -> Iterator[Known]:
    """Every listed business, 20,000 a transaction; notes which are new or changed."""
    after = 0
    while True:
        with tenant_context(tenant_id):
            goes_on = _alive(run)
            rows = Business.objects.listed().filter(pk__gt=after).order_by("pk")[:MATCH_PAGE]
            page = list(rows.values_list(*_COLUMNS)) if goes_on else []
        if not goes_on:
            raise _StoppedError
        for row in page:
            known = _known(row, run.changed_since)
            if known.is_new:
                touched.add(known.id)
            yield known
        run.progress += len(page)
        if len(page) < MATCH_PAGE:
            return
        after = page[-1][0]


def _known(row: tuple, since: datetime | None) -> Known:
    """A row of `_COLUMNS` as it is compared; what came from the unemployment agency takes no part (BR-6)."""
    *texts, fein, fein_source, naics, naics_source, employer, updated = row
    number, name, alias, legal, address, town, municipality, state, zip_code, phone, website = texts
    return Known(
        id=number, name=name, alias=alias, legal_name=legal, address=address, town=town,
        municipality_id=municipality, state=state, zip_code=zip_code, phone=phone, website=website,
        fein="" if fein_source == Source.UC else fein,
        naics="" if naics_source == Source.UC or naics is None else naics,
        employer_id=employer, is_new=since is None or updated >= since,
    )  # fmt: skip


def _write(run: MatchRun, scored: list[ScoredPair], settled: set[Pair]) -> set[Pair]:
    new, again, kept = pairs_keep(scored, settled)
    run.pairs_found, run.pairs_new = run.pairs_found + len(kept), run.pairs_new + new + again
    return kept


def _alive(run: MatchRun) -> bool:
    """Give a sign of life with the progress; False if it was cancelled or another worker has it. Queries: 1-2."""
    mine = MatchRun.objects.filter(pk=run.pk, state=State.RUNNING, attempts=run.attempts)
    told = {"heartbeat_at": timezone.now(), "progress": run.progress}
    told |= {"pairs_found": run.pairs_found, "pairs_new": run.pairs_new}
    if mine.filter(cancel_requested=False).update(**told):
        return True
    mine.update(state=State.CANCELLED, finished_at=timezone.now())
    return False


def _end(run: MatchRun, state: str, problem: str = "") -> None:
    run.state, run.problem, run.finished_at = state, problem, timezone.now()
    run.save()
