"""Which of two records' values a merged business keeps, and putting them back (BR-6, BR-13)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model

from bizworks.core.errors import BusinessRuleError
from businesses.models import Business, Contact

SURVIVOR, ABSORBED, BOTH = "survivor", "absorbed", "both"
Changes = dict[str, list[Any]]
"""{column: [before, written]}, as JSON keeps it."""


@dataclass(frozen=True)
class FieldGroup:
    """Columns that are chosen together, because one without the others would be wrong."""

    key: str
    label: str
    columns: tuple[str, ...]


FIELD_GROUPS = (
    FieldGroup("name", "Name", ("name",)),
    FieldGroup("alias", "Trading name", ("alias",)),
    FieldGroup("employer", "Employer", ("employer_id",)),
    FieldGroup("address", "Address", ("address", "town", "municipality_id", "county_id", "state", "zip_code")),
    FieldGroup("area", "Set by hand on the map", ("area_override_id", "area_override_reason")),
    FieldGroup("naics", "Industry", ("naics_id", "naics_source")),
    FieldGroup("status", "Status", ("status", "closed_on")),
    FieldGroup("employees", "Employees here", ("employees", "employees_source")),
    FieldGroup("phone", "Telephone", ("phone",)),
    FieldGroup("website", "Website", ("website",)),
)
_ALIAS_LENGTH = 200


def proposed(group: FieldGroup, survivor: Business, absorbed: Business) -> str:
    """Which value is best kept: the survivor's unless it has none. Queries: 0 with employers loaded."""
    if group.key == "alias":
        return BOTH
    if group.key == "employer":
        return ABSORBED if absorbed.employer.fein and not survivor.employer.fein else SURVIVOR
    ours, theirs = (getattr(business, group.columns[0]) for business in (survivor, absorbed))
    return ABSORBED if ours in ("", None) and theirs not in ("", None) else SURVIVOR


def names_joined(survivor: Business, absorbed: Business, *, name: str) -> str:
    """Every name either record had besides `name`, as one trading name; as many as find room."""
    seen, kept = {name.casefold()}, ""
    for other in (survivor.alias, survivor.name, absorbed.name, absorbed.alias):
        for part in filter(None, (piece.strip() for piece in other.split(";"))):
            longer = f"{kept}; {part}" if kept else part
            if part.casefold() not in seen and len(longer) <= _ALIAS_LENGTH:
                seen.add(part.casefold())
                kept = longer
    return kept


def values_write(survivor: Business, absorbed: Business, choices: Mapping[str, str]) -> Changes:
    """Write the chosen values into the survivor (unsaved); a group nobody chose for goes as proposed.

    Errors: BusinessRuleError by group. Queries: 0 with employers loaded.
    """
    problems = _problems(choices)
    if problems:
        raise BusinessRuleError(problems)
    side = {g.key: choices.get(g.key) or proposed(g, survivor, absorbed) for g in FIELD_GROUPS}
    wanted: dict[str, Any] = {}
    for group in FIELD_GROUPS:
        source = absorbed if side[group.key] == ABSORBED else survivor
        wanted |= {column: getattr(source, column) for column in group.columns}
    if side["alias"] == BOTH:
        wanted["alias"] = names_joined(survivor, absorbed, name=wanted["name"])
    groups = [g for g in FIELD_GROUPS if any(wanted[c] != getattr(survivor, c) for c in g.columns)]
    return write(survivor, {column: wanted[column] for group in groups for column in group.columns})


def _problems(choices: Mapping[str, str]) -> dict[str, list[str]]:
    known = {group.key for group in FIELD_GROUPS}
    problems = {key[:40]: ["There is no such field to choose."] for key in choices if key not in known}
    for key, side in choices.items():
        allowed = (SURVIVOR, ABSORBED, BOTH) if key == "alias" else (SURVIVOR, ABSORBED)
        if key in known and side not in allowed:
            problems[key] = ["Choose which of the two to keep."]
    return problems


def write(row: Model, values: Mapping[str, Any]) -> Changes:
    """Set columns of a row (unsaved) and tell what they were."""
    changes = {column: [plain(getattr(row, column)), plain(value)] for column, value in values.items()}
    for column, value in values.items():
        setattr(row, column, value)
    return changes


def restore(row: Model, changes: Changes, groups: Iterable[tuple[str, ...]]) -> bool:
    """Put back (unsaved) each group of columns that still is as it was written; what was edited since stays.

    Returns whether anything was put back.
    """
    restored = False
    for columns in groups:
        logged = [column for column in columns if column in changes]
        if logged and all(plain(getattr(row, column)) == changes[column][1] for column in logged):
            for column in logged:
                setattr(row, column, row._meta.get_field(column).to_python(changes[column][0]))
            restored = True
    return restored


def plain(value: Any) -> Any:
    """A value as JSON keeps it: dates and times in ISO form."""
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True)
class SamePerson:
    """A contact of the record that goes and the one of the record that stays who seem to be one person."""

    absorbed: Contact
    survivor: Contact
    reason: str


def same_people(survivor_id: int, absorbed_id: int) -> list[SamePerson]:
    """Contacts of two businesses with the same e-mail address, then with the same name; each at most once. Queries: 1."""
    rows = list(Contact.objects.filter(business__in=(survivor_id, absorbed_id)).order_by("id"))
    ours = [row for row in rows if row.business_id == survivor_id]
    theirs = [row for row in rows if row.business_id == absorbed_id]
    found: dict[int, SamePerson] = {}
    taken: set[int] = set()
    for reason, key in (("Same e-mail address", _mail_key), ("Same name", _name_key)):
        free = {key(row): row for row in reversed(ours) if key(row) and row.pk not in taken}
        for row in theirs:
            match = free.get(key(row)) if row.pk not in found else None
            if match is not None and match.pk not in taken:
                taken.add(match.pk)
                found[row.pk] = SamePerson(row, match, reason)
    return list(found.values())


def _mail_key(contact: Contact) -> str:
    return contact.email.strip().casefold()


def _name_key(contact: Contact) -> str:
    return " ".join(contact.name.replace(".", " ").casefold().split())


def person_unite(kept: Contact, other: Contact) -> Changes:
    """Let a contact know (unsaved) what its double knew: blanks are filled, "do not contact" and key roles stay."""
    values: dict[str, Any] = {
        column: getattr(other, column)
        for column in ("title", "phone", "email")
        if not getattr(kept, column) and getattr(other, column)
    }
    for column in ("do_not_contact", "is_key_representative"):
        if getattr(other, column) and not getattr(kept, column):
            values[column] = True
    if kept.left_on and not other.left_on:
        values["left_on"] = None
    return write(kept, values)
