"""What a chunk of rows would change, and changing it: the same plan for the preview and for the run."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from bizworks.tenancy.actor import Actor
from businesses.constants import Scheme
from businesses.models import Business, BusinessIdentifier, Employer, ImportRowProblem
from businesses.services.derivation import DERIVED, Derivation
from businesses.services.employers import employer_change
from businesses.services.import_files import ListRow
from businesses.services.import_rows import RowInterpreter, RowRefusedError, TakenRow
from businesses.validators import hide_ssn

_PLACE = ("address", "town", "state", "zip_code", "municipality_id", "county_id")
_SINGLE = ("name", "alias", "phone", "website", "naics_id", "employees")
_WORDS = {"naics_id": "NAICS code", "employees": "number of employees", "county_id": "address"}
_SAVED = (
    *("name", "alias", "phone", "website", "naics", "naics_source", "employees", "employees_source", "employer"),
    *("address", "town", "state", "zip_code", "municipality", "county", "version", "updated_at"),
    *DERIVED,
)


@dataclass
class Plan:
    """What a chunk comes to. `known` pairs a row with its identifier in the directory."""

    new: list[TakenRow] = field(default_factory=list)
    known: list[tuple[TakenRow, BusinessIdentifier]] = field(default_factory=list)
    unchanged: list[TakenRow] = field(default_factory=list)
    problems: list[ImportRowProblem] = field(default_factory=list)
    taken: list[TakenRow] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        """How many rows are not taken."""
        return sum(problem.is_rejected for problem in self.problems)

    @property
    def unplaced(self) -> int:
        """How many rows are taken but lie in no area."""
        return sum(problem.is_unplaced for problem in self.problems)


class Planner:
    """Plans chunk after chunk of one file; remembers keys, so that a row that stands twice is taken once."""

    def __init__(self, interpreter: RowInterpreter) -> None:
        """Begin with no row seen."""
        self._interpreter = interpreter
        self._seen: dict[int, int] = {}

    def remember(self, row: ListRow) -> None:
        """Note a row that an earlier run of the same import has handled."""
        if not row.broken:
            self._seen.setdefault(hash(self._interpreter.key(row)), row.number)

    def plan(self, rows: Iterable[ListRow]) -> Plan:
        """Read rows and look up which are known. Queries: 1-2."""
        plan = Plan()
        for row in rows:
            try:
                plan.taken.append(self._first_of_its_key(self._interpreter.read(row)))
            except RowRefusedError as refusal:
                plan.problems.append(_problem(row, str(refusal), is_rejected=True))
        keys = [taken.key for taken in plan.taken]
        rows_known = BusinessIdentifier.objects.filter(scheme=Scheme.LIST, value__in=keys)
        known = {identifier.value: identifier for identifier in rows_known}
        for taken in plan.taken:
            identifier = known.get(taken.key)
            if identifier is None:
                plan.new.append(taken)
            elif identifier.listed == taken.values:
                plan.unchanged.append(taken)
            else:
                plan.known.append((taken, identifier))
        _explain_unplaced(plan, known)
        return plan

    def _first_of_its_key(self, taken: TakenRow) -> TakenRow:
        first = self._seen.setdefault(hash(taken.key), taken.row.number)
        if first != taken.row.number:
            raise RowRefusedError(f"Row {first:,} of this file is the same business: {self._interpreter.same}.")
        return taken


def _problem(row: ListRow, reason: str, *, is_rejected: bool = False, is_unplaced: bool = False) -> ImportRowProblem:
    """Keep a row as it came, but for numbers that may not be stored."""
    cells = [hide_ssn(cell).replace("\x00", "") for cell in row.cells]
    return ImportRowProblem(
        row_number=row.number, reason=reason, cells=cells, is_rejected=is_rejected, is_unplaced=is_unplaced
    )


def _explain_unplaced(plan: Plan, known: dict[str, BusinessIdentifier]) -> None:
    """Note every taken row without area, unless its business was placed by hand."""
    suspects = [taken for taken in plan.taken if taken.unplaced]
    ids = [known[taken.key].business_id for taken in suspects if taken.key in known]
    placed = set(Business.objects.filter(pk__in=ids, area__isnull=False).values_list("pk", flat=True)) if ids else set()
    for taken in suspects:
        if taken.key not in known or known[taken.key].business_id not in placed:
            plan.problems.append(_problem(taken.row, taken.unplaced, is_unplaced=True))


def plan_apply(plan: Plan, *, actor: Actor, source: str, derivation: Derivation) -> int:
    """Write a plan: new businesses, then changed ones; returns how many businesses changed.

    Remarks on new and changed rows join `plan.problems`. Unchanged rows cost nothing.
    Queries: about 8 for new rows and 5 for changed ones, whatever their number, and 4 for each new FEIN of a known one.
    """
    _add_new(plan.new, actor=actor, source=source, derivation=derivation)
    plan.problems += [_problem(taken.row, " ".join(taken.remarks)) for taken in plan.new if taken.remarks]
    return _change_known(plan, actor=actor, source=source, derivation=derivation)


def _add_new(rows: list[TakenRow], *, actor: Actor, source: str, derivation: Derivation) -> None:
    employers = _employers(rows, actor=actor, source=source)
    businesses = []
    for taken, employer in zip(rows, employers, strict=True):
        values = {name: value for name, value in taken.values.items() if name != "fein"}
        business = Business(employer=employer, recorded_by_id=actor.staff_id, **values)
        business.naics_source = source if business.naics_id else ""
        business.employees_source = source if business.employees is not None else ""
        derivation.apply(business)
        businesses.append(business)
    Business.objects.bulk_create(businesses)
    BusinessIdentifier.objects.bulk_create(
        BusinessIdentifier(business=business, scheme=Scheme.LIST, value=taken.key, source=source, listed=taken.values)
        for business, taken in zip(businesses, rows, strict=True)
    )


def _employers(rows: list[TakenRow], *, actor: Actor, source: str) -> list[Employer]:
    """An employer for each row: the one with its FEIN, else a new one."""
    feins = {taken.values["fein"] for taken in rows} - {""}
    by_fein = {employer.fein: employer for employer in Employer.objects.filter(fein__in=feins)} if feins else {}
    employers, fresh = [], []
    for taken in rows:
        fein = taken.values["fein"]
        employer = by_fein.get(fein)
        if employer is None:
            employer = Employer(
                name=taken.values["name"],
                fein=fein,
                fein_source=source if fein else "",
                recorded_by_id=actor.staff_id,
            )
            fresh.append(employer)
            if fein:
                by_fein[fein] = employer
        employers.append(employer)
    Employer.objects.bulk_create(fresh)
    return employers


def _change_known(plan: Plan, *, actor: Actor, source: str, derivation: Derivation) -> int:
    ids = [identifier.business_id for _, identifier in plan.known]
    locked = Business.objects.select_for_update(of=("self",)).select_related("employer").order_by("id")
    businesses = locked.in_bulk(ids) if ids else {}
    changed = []
    for taken, identifier in plan.known:
        business = businesses[identifier.business_id]
        kept: list[str] = []
        if _merge(business, identifier.listed or {}, taken.values, kept, actor=actor, source=source):
            business.version, business.updated_at = business.version + 1, timezone.now()
            derivation.apply(business)
            changed.append(business)
        identifier.listed = taken.values
        remarks = [*taken.remarks, f"Kept as staff changed it: {', '.join(kept)}."] if kept else taken.remarks
        if remarks:
            plan.problems.append(_problem(taken.row, " ".join(remarks)))
    if plan.known:
        Business.objects.bulk_update(changed, _SAVED)
        BusinessIdentifier.objects.bulk_update([identifier for _, identifier in plan.known], ["listed"])
    return len(changed)


def _merge(
    business: Business, before: dict[str, Any], now: dict[str, Any], kept: list[str], *, actor: Actor, source: str
) -> bool:
    """Take over what the list changed since its last import, unless staff changed it meanwhile (then it is `kept`).

    An empty cell changes nothing. Returns whether the business changed.
    """
    changed = False
    for names in (_PLACE, *((name,) for name in _SINGLE)):
        news = [name for name in names if now[name] != before.get(name) and now[name] not in ("", None)]
        if not news:
            continue
        if any(getattr(business, name) != before.get(name) for name in names):
            kept.append(_WORDS.get(names[-1], names[-1]))
            continue
        for name in names if names is _PLACE else news:
            setattr(business, name, now[name])
        if news == ["name"] and business.employer.name == before.get("name"):
            business.employer.name = now["name"]
            business.employer.save(update_fields=["name"])
        if news == ["naics_id"]:
            business.naics_source = source
        if news == ["employees"]:
            business.employees_source = source
        changed = True
    return _merge_fein(business, before, now, kept, actor=actor, source=source) or changed


def _merge_fein(
    business: Business, before: dict[str, Any], now: dict[str, Any], kept: list[str], *, actor: Actor, source: str
) -> bool:
    fein = now["fein"]
    if not fein or fein in (before.get("fein"), business.employer.fein):
        return False
    if business.employer.fein != before.get("fein", ""):
        kept.append("FEIN")
        return False
    employer_change(actor=actor, business=business, name=business.employer.name, fein=fein, source=source)
    return True
