"""What a chunk of rows would change, and changing it: the same plan for the check and for the run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import current_tenant_id
from businesses.constants import MatchedPolicy, RowEffect, Scheme
from businesses.models import Business, BusinessIdentifier, Employer, ImportEffect, ImportRowProblem
from businesses.services.derivation import Derivation
from businesses.services.employers import employer_change
from businesses.services.import_changes import Change, change_by_list, change_by_match
from businesses.services.import_files import ListRow
from businesses.services.import_match import DOUBT, Match, Matcher
from businesses.services.import_rows import RowInterpreter, RowRefusedError, TakenRow
from businesses.services.import_write import new_rows_write, rows_update
from businesses.validators import hide_ssn

SAVED = (
    *("name", "alias", "phone", "website", "naics_id", "naics_source", "employees", "employees_source", "employer_id"),
    *("address", "town", "state", "zip_code", "municipality_id", "county_id", "version", "updated_at"),
    *("search_text", "size_band", "area_id", "region_id", "sector_id"),
)
_EMPLOYER = ("id", "name", "fein", "fein_source")
_LOOK_UP = """
SELECT i.value, i.id, i.business_id, i.fingerprint,
  (SELECT b.area_id IS NULL FROM businesses_business b WHERE b.tenant_id = i.tenant_id AND b.id = i.business_id)
FROM businesses_businessidentifier i
WHERE i.tenant_id = %s AND i.scheme = 'list' AND i.value = ANY(string_to_array(%s, chr(31)))
"""


class _Known(NamedTuple):
    """A row of the list that was imported before."""

    identifier_id: int
    business_id: int
    fingerprint: int | None
    is_unplaced: bool


@dataclass
class Plan:
    """What a chunk comes to; every row is in one of `new`, `changes`, `unchanged` or a rejecting problem.

    `changes` are rows of known businesses that may change something: of this list, or (with a match) of others.
    `doubtful` are the new rows that resemble a known business.
    """

    new: list[TakenRow] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unchanged: list[ListRow] = field(default_factory=list)
    doubtful: dict[int, Match] = field(default_factory=dict)
    problems: list[ImportRowProblem] = field(default_factory=list)

    def count(self, effect: RowEffect) -> int:
        """How many rows come to this."""
        if effect is RowEffect.NEW:
            return len(self.new)
        if effect is RowEffect.REJECTED:
            return sum(problem.is_rejected for problem in self.problems)
        changes = sum(change.effect is effect for change in self.changes)
        return changes + (len(self.unchanged) if effect is RowEffect.UNCHANGED else 0)

    @property
    def unplaced(self) -> int:
        """How many rows are taken but lie in no area."""
        return sum(problem.is_unplaced for problem in self.problems)


class Planner:
    """Plans chunk after chunk of one file; remembers keys, so that a row that stands twice is taken once."""

    def __init__(self, interpreter: RowInterpreter, *, source: str, source_name: str, policy: str) -> None:
        """Begin with no row seen."""
        self._interpreter = interpreter
        self._matcher = Matcher(source_name)
        self._source = source
        self._policy = policy
        self._seen: dict[int, int] = {}

    def remember(self, row: ListRow) -> None:
        """Note a row that an earlier run of the same import has handled."""
        if not row.broken:
            self._seen.setdefault(hash(self._interpreter.key(row)), row.number)

    def plan(self, rows: Sequence[ListRow], *, locks: bool = False) -> Plan:
        """Read rows, look up which are known and what they change. `locks` the known businesses. Queries: 1-8."""
        plan = Plan()
        keyed = self._first_of_their_keys(rows, plan)
        known = _look_up([key for _, key in keyed])
        fresh: list[TakenRow] = []
        again: list[tuple[TakenRow, _Known]] = []
        for row, key in keyed:
            found, fingerprint = known.get(key), self._interpreter.fingerprint(row)
            is_same = found is not None and found.fingerprint == fingerprint
            if is_same and not found.is_unplaced:
                plan.unchanged.append(row)
                continue
            try:
                taken = self._interpreter.read(row, key, fingerprint)
            except RowRefusedError as refusal:
                plan.problems.append(problem_of(row, str(refusal), is_rejected=True))
                continue
            if taken.unplaced and (found is None or found.is_unplaced):
                plan.problems.append(problem_of(row, taken.unplaced, is_unplaced=True))
            if found is None:
                fresh.append(taken)
            elif is_same:
                plan.unchanged.append(row)
            else:
                again.append((taken, found))
        self._sort_fresh(plan, fresh, again, locks=locks)
        return plan

    def _first_of_their_keys(self, rows: Iterable[ListRow], plan: Plan) -> list[tuple[ListRow, str]]:
        """Rows with their keys; one that is broken or stands in the file before is rejected."""
        keyed = []
        for row in rows:
            if row.broken:
                plan.problems.append(problem_of(row, row.broken, is_rejected=True))
                continue
            key = self._interpreter.key(row)
            first = self._seen.setdefault(hash(key), row.number)
            if first == row.number:
                keyed.append((row, key))
            else:
                reason = f"Row {first:,} of this file is the same business: {self._interpreter.same}."
                plan.problems.append(problem_of(row, reason, is_rejected=True))
        return keyed

    def _sort_fresh(
        self, plan: Plan, fresh: list[TakenRow], again: list[tuple[TakenRow, _Known]], *, locks: bool
    ) -> None:
        """New ones from those known from elsewhere, and of those known from this list what they change."""
        matches = self._matcher.find(fresh)
        sure: list[tuple[TakenRow, Match]] = []
        for taken in fresh:
            match = matches.get(taken.row.number)
            if match is not None and match.is_sure and self._policy != MatchedPolicy.ADD:
                sure.append((taken, match))
                continue
            plan.new.append(taken)
            if match is not None:
                plan.doubtful[taken.row.number] = match
        identifiers = BusinessIdentifier.objects.in_bulk([found.identifier_id for _, found in again]) if again else {}
        changed = [(taken, found) for taken, found in again if identifiers[found.identifier_id].listed != taken.values]
        plan.unchanged += [t.row for t, f in again if identifiers[f.identifier_id].listed == t.values]
        ids = {found.business_id for _, found in changed} | {match.business_id for _, match in sure}
        businesses = _businesses(ids, locks=locks)
        for taken, found in changed:
            identifier = identifiers[found.identifier_id]
            plan.changes.append(change_by_list(taken, businesses[found.business_id], identifier, source=self._source))
        for taken, match in sure:
            fills = self._policy == MatchedPolicy.FILL
            business = businesses[match.business_id]
            plan.changes.append(change_by_match(taken, business, match, source=self._source, fills=fills))


def _look_up(keys: list[str]) -> dict[str, _Known]:
    """Rows that were imported before, by key. Queries: 1, none without keys."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_UP, [current_tenant_id(), "\x1f".join(keys)])
        return {value: _Known(*rest) for value, *rest in cursor.fetchall()}


def _businesses(ids: set[int], *, locks: bool) -> dict[int, Business]:
    if not ids:
        return {}
    rows = Business.objects.prefetch_related("employer").order_by("id")
    return (rows.select_for_update(of=("self",)) if locks else rows).in_bulk(ids)


def problem_of(row: ListRow, reason: str, *, is_rejected: bool = False, is_unplaced: bool = False) -> ImportRowProblem:
    """Keep a row as it came, but for numbers that may not be stored."""
    cells = [hide_ssn(cell).replace("\x00", "") for cell in row.cells]
    return ImportRowProblem(
        row_number=row.number, reason=reason, cells=cells, is_rejected=is_rejected, is_unplaced=is_unplaced
    )


def plan_apply(plan: Plan, *, actor: Actor, batch_id: int, source: str, derivation: Derivation) -> None:
    """Write a plan: new businesses, then changed ones, each with its effect, so that it can be undone.

    Remarks on new and changed rows join `plan.problems`. Unchanged rows cost nothing.
    Queries: 10 for new rows and 4 for changed ones, whatever their number, and 4 for each changed employer.
    """
    new_rows_write(plan.new, actor=actor, batch_id=batch_id, source=source, derivation=derivation)
    for taken in plan.new:
        doubt = (DOUBT,) if taken.row.number in plan.doubtful else ()
        if remarks := (*doubt, *taken.remarks):
            plan.problems.append(problem_of(taken.row, " ".join(remarks)))
    if plan.changes:
        _write_changes(plan.changes, actor=actor, batch_id=batch_id, source=source, derivation=derivation)
        plan.problems += [problem_of(c.taken.row, " ".join(c.remarks)) for c in plan.changes if c.remarks]


def _write_changes(changes: list[Change], *, actor: Actor, batch_id: int, source: str, derivation: Derivation) -> None:
    effects, changed, listed = [], {}, []
    for change in changes:
        business, taken, before = change.business, change.taken, _before(change)
        if change.is_any:
            _set(change, before, actor=actor, source=source)
            business.version, business.updated_at = business.version + 1, timezone.now()
            derivation.apply(business)
            changed[business.pk] = business
        if change.identifier is not None:
            change.identifier.listed, change.identifier.fingerprint = taken.values, taken.fingerprint
            listed.append(change.identifier)
        if change.is_any or change.match is not None:
            effects.append(
                ImportEffect(
                    batch_id=batch_id,
                    row_number=taken.row.number,
                    effect=change.effect,
                    business_number=business.pk,
                    version=business.version,
                    before=before,
                )
            )
    rows_update(Business, SAVED, list(changed.values()))
    rows_update(BusinessIdentifier, ("listed", "fingerprint"), listed)
    BusinessIdentifier.objects.bulk_create(
        BusinessIdentifier(
            business=change.business,
            scheme=Scheme.LIST,
            value=change.taken.key,
            source=source,
            listed=change.taken.values,
            fingerprint=change.taken.fingerprint,
        )
        for change in changes
        if change.match is not None
    )
    ImportEffect.objects.bulk_create(effects)


def _before(change: Change) -> dict:
    """The values a change takes the place of, as they are stored for undoing."""
    business, identifier = change.business, change.identifier
    before: dict = {"business": {name: getattr(business, name) for name in change.values}, "set": change.values}
    if change.match is not None:
        before["key"] = change.taken.key
    if identifier is not None:
        before["identifier"] = [identifier.pk, identifier.listed, identifier.fingerprint]
    return before


def _set(change: Change, before: dict, *, actor: Actor, source: str) -> None:
    """Set the values in memory; the employer, where it changes, in the database."""
    business = change.business
    for name, value in change.values.items():
        setattr(business, name, value)
    if change.fein is None and change.employer_name is None:
        return
    before["employer"] = _employer_values(business)
    if change.employer_name is not None:
        business.employer.name = change.employer_name
        business.employer.save(update_fields=["name"])
    if change.fein is not None:
        name = business.employer.name
        employer_change(actor=actor, business=business, name=name, fein=change.fein, source=source)
    before["employer_set"] = _employer_values(business)


def _employer_values(business: Business) -> dict:
    """The employer as it is stored now. Queries: 1."""
    return dict(Employer.objects.filter(pk=business.employer_id).values(*_EMPLOYER).get())
