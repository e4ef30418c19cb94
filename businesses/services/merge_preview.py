"""What a merge would do, before anything is done (BR-13)."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

from django.db.models import Count
from django.utils.formats import date_format

from bizworks.core.errors import BusinessRuleError
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import Status
from businesses.models import Business
from businesses.permissions import may_see_fein, may_see_value
from businesses.selectors.businesses import HIDDEN
from businesses.selectors.merges import merge_effects
from businesses.services.merge_fields import (
    ABSORBED,
    BOTH,
    FIELD_GROUPS,
    SURVIVOR,
    FieldGroup,
    SamePerson,
    names_joined,
    proposed,
    same_people,
)
from businesses.services.merge_moves import with_rivals
from businesses.services.merge_registry import MergeRelation, Policy, relations_to


@dataclass(frozen=True)
class FieldChoice:
    """One thing both records say; `options` are (side, words) to choose from."""

    key: str
    label: str
    options: tuple[tuple[str, str], ...]
    proposed: str
    differs: bool


@dataclass(frozen=True)
class Moving:
    """How many rows of a kind follow, as far as the actor may know of them; `same` the survivor has already."""

    label: str
    number: int
    same: int = 0
    is_closing: bool = False


@dataclass(frozen=True)
class MergePreview:
    """Two records side by side, and what becomes of what hangs on them."""

    survivor: Business
    absorbed: Business
    fields: tuple[FieldChoice, ...]
    people: tuple[SamePerson, ...]
    moving: tuple[Moving, ...]
    effects: tuple[str, ...]
    warnings: tuple[str, ...]
    other_has_more: bool
    """Whether more hangs on the record that would go: then it is the better survivor."""

    @property
    def differing(self) -> list[FieldChoice]:
        """What has to be chosen."""
        return [choice for choice in self.fields if choice.differs]

    @property
    def agreeing(self) -> list[FieldChoice]:
        """What both say alike, if they say anything."""
        return [choice for choice in self.fields if not choice.differs and choice.options[0][1] != NOTHING]


NOTHING = "Nothing"


def merge_preview(*, actor: Actor, survivor_id: int, absorbed_id: int) -> MergePreview:
    """Show what merging would keep, move and change; numbers tell only of what the actor may know (BR-3).

    Errors: NotAllowedError; BusinessRuleError if the two cannot be merged; DoesNotExist.
    Queries: 4, 1 or 2 for each kind of row that is named, and the sources' of effects.
    """
    actor.require(Permission.MERGE_BUSINESSES)
    rows = Business.objects.select_related("employer__recorded_by", "naics", "area_override", "merged_into")
    survivor, absorbed = rows.get(pk=survivor_id), rows.get(pk=absorbed_id)
    _require_two(survivor, absorbed)
    totals = {survivor_id: 0, absorbed_id: 0}
    moving = [
        _moving(r, actor, survivor_id, absorbed_id, totals) for r in relations_to(Business) if r.label and r.moves
    ]
    return MergePreview(
        survivor=survivor,
        absorbed=absorbed,
        fields=tuple(_choice(group, actor, survivor, absorbed) for group in FIELD_GROUPS),
        people=tuple(same_people(survivor_id, absorbed_id)),
        moving=tuple(kind for kind in moving if kind.number),
        effects=tuple(merge_effects(actor=actor, survivor_id=survivor_id, absorbed_id=absorbed_id)),
        warnings=tuple(_warnings(survivor, absorbed)),
        other_has_more=totals[absorbed_id] > totals[survivor_id],
    )


def _require_two(survivor: Business, absorbed: Business) -> None:
    if survivor.pk == absorbed.pk:
        raise BusinessRuleError("A business cannot be merged into itself.")
    for business in (survivor, absorbed):
        if business.status == Status.MERGED:
            into = f" into {business.merged_into.name}" if business.merged_into else ""
            raise BusinessRuleError(f"{business.name} was already merged{into}.")


def _moving(
    relation: MergeRelation, actor: Actor, survivor_id: int, absorbed_id: int, totals: dict[int, int]
) -> Moving:
    """Count the rows of one kind at both records; adds to `totals`. Queries: 1, and 1 if places can be taken."""
    rows = relation.model.objects.filter(**{f"{relation.field}__in": (survivor_id, absorbed_id)})  # type: ignore[attr-defined]
    if relation.known:
        rows = rows.filter(relation.known(actor))
    column = relation.key.attname
    found = dict(rows.order_by().values_list(column).annotate(number=Count("pk")))
    for pk in totals:
        totals[pk] += found.get(pk, 0)
    number = found.get(absorbed_id, 0)
    same = 0
    if number and relation.uniques:
        rivals = with_rivals(relation, {absorbed_id: survivor_id}).filter(rival__isnull=False)
        same = (rivals.filter(relation.known(actor)) if relation.known else rivals).count()
    return Moving(relation.label, number, same, relation.policy is Policy.MOVE_OR_CLOSE)


def _choice(group: FieldGroup, actor: Actor, survivor: Business, absorbed: Business) -> FieldChoice:
    words = [_words(group, actor, business) or NOTHING for business in (survivor, absorbed)]
    options = [(SURVIVOR, words[0]), (ABSORBED, words[1])]
    differs = any(getattr(survivor, column) != getattr(absorbed, column) for column in group.columns)
    if group.key == "alias":
        every = names_joined(survivor, absorbed, name=survivor.name)
        options = options[:1] if words[0] == words[1] else options
        options.append((BOTH, f"Every name: {every}" if every else NOTHING))
        differs = bool(every) and not every == survivor.alias == absorbed.alias
    return FieldChoice(group.key, group.label, tuple(options), proposed(group, survivor, absorbed), differs)


def _words(group: FieldGroup, actor: Actor, business: Business) -> str:
    """What a record says, for people; what the actor may not see is not shown, but can be chosen (BR-6)."""
    if group.key in _SPOKEN:
        return _SPOKEN[group.key](actor, business)
    return str(getattr(business, group.columns[0]))


def _address(actor: Actor, business: Business) -> str:
    return ", ".join(filter(None, (business.address, f"{business.place} {business.zip_code}".strip())))


def _area(actor: Actor, business: Business) -> str:
    area = business.area_override
    return f"{area.name}: {business.area_override_reason}" if area else ""


def _status(actor: Actor, business: Business) -> str:
    day = business.closed_on
    return f"{business.get_status_display()}{f' on {date_format(day)}' if day else ''}"


def _naics(actor: Actor, business: Business) -> str:
    return _sourced(actor, business, str(business.naics or ""), "naics_source")


def _employees(actor: Actor, business: Business) -> str:
    number = "" if business.employees is None else f"{business.employees:,}"
    return _sourced(actor, business, number, "employees_source")


def _sourced(actor: Actor, business: Business, value: str, column: str) -> str:
    source = getattr(business, column)
    if not value:
        return ""
    if not may_see_value(actor, source=source):
        return HIDDEN
    label = getattr(business, f"get_{column}_display")()
    return f"{value} ({label})" if label else value


def _employer(actor: Actor, business: Business) -> str:
    employer = business.employer
    if not employer.fein:
        return f"{employer.name}, no FEIN"
    agency_id = employer.recorded_by.agency_id if employer.recorded_by else None
    seen = may_see_fein(actor, source=employer.fein_source, recorded_by_agency_id=agency_id)
    fein = f"{employer.fein[:2]}-{employer.fein[2:]}" if seen else f"••\u2011•••{employer.fein[-4:]}"
    return f"{employer.name}, FEIN {fein}"


_SPOKEN: dict[str, Callable[[Actor, Business], str]] = {
    "employer": _employer,
    "address": _address,
    "area": _area,
    "status": _status,
    "naics": _naics,
    "employees": _employees,
}


def _door(business: Business) -> str:
    """What tells addresses of one town apart: the house number; streets are written in too many ways."""
    number = "".join(takewhile(str.isdigit, business.address))
    return number or business.address.casefold()


def _warnings(survivor: Business, absorbed: Business) -> list[str]:
    found = []
    ours, theirs = survivor.employer, absorbed.employer
    if ours.fein and theirs.fein and ours.fein != theirs.fein:
        found.append("Their employers have different FEINs. Are they really one place of work of one employer?")
    if survivor.municipality_id != absorbed.municipality_id or survivor.state != absorbed.state:
        found.append("They lie in different towns. Two locations of one employer are two businesses.")
    elif survivor.address and absorbed.address and _door(survivor) != _door(absorbed):
        found.append("They have different street addresses. Two locations of one employer are two businesses.")
    if Business.objects.listed().filter(employer=theirs.pk).exclude(pk=absorbed.pk).exists() and ours.pk != theirs.pk:
        found.append(f"{theirs.name} has other locations; they stay with it.")
    return found
