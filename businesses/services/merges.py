"""Making two records of one business one, and two again (BR-13, BR-37)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError, StaleVersionError
from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.actor import Actor, system_actor
from bizworks.tenancy.context import current_tenant_id
from bizworks.tenancy.policy import Permission
from bizworks.tenancy.tasks import hint_counts_changed
from businesses.constants import Status
from businesses.models import Business, BusinessMerge, Contact, Employer, MergePart
from businesses.selectors.merges import merge_later
from businesses.services.checks import Problems
from businesses.services.derivation import Derivation
from businesses.services.merge_fields import (
    FIELD_GROUPS,
    person_unite,
    restore,
    same_people,
    values_write,
)
from businesses.services.merge_moves import carry_out, claim, take_back
from businesses.services.merge_registry import relations_to, unlisted_relations

STALE = "Someone else changed one of the two meanwhile. Look at them again, then merge."
_COLLECT_HOURS = 1
MERGING_LOCK = 7_219_454
"""First key of the advisory lock "one merges in this tenant"; the second is the tenant."""


@dataclass(frozen=True)
class MergeData:
    """Which record goes into which, and what is kept.

    `choices` is {field group: "survivor", "absorbed" or, for the trading name, "both"}; a group left out goes as
    proposed. `united` are the absorbed record's contacts that are the same person as one of the survivor's;
    None = all that seem to be. `versions` are those that were read, survivor's first; None = whatever they are now.
    """

    survivor_id: int
    absorbed_id: int
    choices: Mapping[str, str] = field(default_factory=dict)
    united: Collection[int] | None = None
    note: str = ""
    versions: tuple[int, int] | None = None


@dataclass(frozen=True)
class Unmerged:
    """A merge that was undone; `stayed` rows could not go back because their place was taken meanwhile."""

    merge: BusinessMerge
    stayed: int


def business_merge(*, actor: Actor, data: MergeData) -> BusinessMerge:
    """Merge one business into another; both numbers stay resolvable, and the log can undo it exactly (BR-13).

    Everything listed in `merge_registry` follows; a foreign key nobody listed refuses the merge.
    Errors: NotAllowedError; BusinessRuleError by input name; StaleVersionError. Locks: other merges
    of the tenant wait; both records and those merged into the absorbed one, by id; then the rows that move, table by table, by id.
    Queries: about 20, and 1 to 4 for each foreign key that has rows, whatever their number.
    """
    actor.require(Permission.MERGE_BUSINESSES)
    note = _note(data.note)
    with transaction.atomic():
        _one_at_a_time()
        survivor, absorbed = _lock(data)
        merge = BusinessMerge(
            survivor=survivor,
            absorbed=absorbed,
            note=note,
            merged_by_id=actor.staff_id,
            status_before=absorbed.status,
            fields=values_write(survivor, absorbed, data.choices),
        )
        _unite(merge, data.united)
        merge.save(force_insert=True)
        MergePart.objects.bulk_create(_carry_out_all(merge, actor))
        absorbed.status, absorbed.merged_into = Status.MERGED, survivor
        _save(absorbed, derive=False)
        _save(survivor, derive=bool(merge.fields))
    hint_counts_changed()
    return merge


def _note(text: str) -> str:
    problems = Problems()
    clean = problems.texts(BusinessMerge, {"note": text})
    problems.raise_if_any()
    return clean["note"]


def _lock(data: MergeData) -> tuple[Business, Business]:
    """Both records, locked, if they can be merged. Errors: BusinessRuleError, StaleVersionError."""
    if data.survivor_id == data.absorbed_id:
        raise BusinessRuleError({"absorbed_id": ["A business cannot be merged into itself."]})
    if unlisted := unlisted_relations():
        raise BusinessRuleError(f"Merging is not possible: this version does not know how to move {unlisted[0]}.")
    rows = _locked(Q(pk__in=(data.survivor_id, data.absorbed_id)) | Q(merged_into=data.absorbed_id))
    problems = Problems()
    for name in ("survivor_id", "absorbed_id"):
        business = rows.get(getattr(data, name))
        if business is None:
            problems.add(name, "There is no such business.")
        elif business.status == Status.MERGED:
            into = business.merged_into
            where = f" into {into.name}. Choose that one" if into else ""
            problems.add(name, f"{business.name} was already merged{where}.")
    problems.raise_if_any()
    survivor, absorbed = rows[data.survivor_id], rows[data.absorbed_id]
    if data.versions is not None and data.versions != (survivor.version, absorbed.version):
        raise StaleVersionError(STALE)
    return survivor, absorbed


def _one_at_a_time() -> None:
    """Let merges and undos of the tenant wait for each other: those of a chain share rows in no one order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [MERGING_LOCK, current_tenant_id()])


def _locked(condition: Q) -> dict[int, Business]:
    """Lock businesses in the order of their ids, so that merges that share one wait and never block each other."""
    rows = Business.objects.filter(condition).order_by("pk").select_for_update(no_key=True)
    return {business.pk: business for business in rows}


def _unite(merge: BusinessMerge, wanted: Collection[int] | None) -> None:
    """Settle which contacts are one person, and let the survivor's know what the other knew. Queries: 3."""
    pairs = same_people(merge.survivor_id, merge.absorbed_id)
    known = {pair.absorbed.pk for pair in pairs}
    if wanted is not None and not set(wanted) <= known:
        raise BusinessRuleError({"united": ["Only people with the same e-mail address or name can be united."]})
    chosen = {pair.absorbed.pk: pair.survivor.pk for pair in pairs if wanted is None or pair.absorbed.pk in wanted}
    if not chosen:
        return
    rows = Contact.objects.filter(pk__in=(*chosen, *chosen.values())).order_by("pk").select_for_update(no_key=True)
    people = {contact.pk: contact for contact in rows}
    changes = {kept: person_unite(people[kept], people[other]) for other, kept in chosen.items()}
    merge.united = {str(other): kept for other, kept in chosen.items()}
    merge.people = {str(pk): change for pk, change in changes.items() if change}
    _save_people([people[pk] for pk, change in changes.items() if change], changes)


def _save_people(people: list[Contact], changes: Mapping[int, dict]) -> None:
    if people:
        columns = {column for person in people for column in changes[person.pk]}
        Contact.objects.bulk_update(people, sorted(columns))


def _carry_out_all(merge: BusinessMerge, actor: Actor) -> list[MergePart]:
    """Lock everything that moves, then move it; returns the (unsaved) log in the order in which it was done.

    United contacts themselves stay with the absorbed record; what points to them follows.
    """
    united = {int(other): kept for other, kept in merge.united.items()}
    claims = []
    for relation in (r for r in relations_to(Business) if r.moves):
        leave = tuple(united) if relation.model is Contact else ()
        claims.append(claim(relation, {merge.absorbed_id: merge.survivor_id}, leave=leave))
    if united:
        claims += [claim(relation, united) for relation in relations_to(Contact) if relation.moves]
    return [part for one in claims if one.by_place for part in carry_out(one, merge=merge, actor=actor)]


def _save(business: Business, *, derive: bool) -> None:
    """Save a record whose merge state or values changed; the version guards forms that were open."""
    if derive:
        Derivation(tenant_today()).apply(business)
    business.version += 1
    business.save(force_update=True)


def business_unmerge(*, actor: Actor, merge_id: int) -> Unmerged:
    """Undo a merge: everything it changed and nobody changed since goes back; what was edited keeps its edits (BR-13).

    Rows added to the survivor since stay there. A later merge of either record must be undone first.
    Errors: NotAllowedError; DoesNotExist; BusinessRuleError. Locks: as `business_merge`, and the merge.
    Queries: about 15, and at most 5 for each foreign key that had rows.
    """
    actor.require(Permission.MERGE_BUSINESSES)
    with transaction.atomic():
        _one_at_a_time()
        merge = BusinessMerge.objects.get(pk=merge_id)
        log = MergePart.objects.filter(merge=merge).order_by("-pk")
        led = [pk for ids in log.filter(relation=_LED).values_list("row_ids", flat=True) for pk in ids]
        rows = _locked(Q(pk__in=(merge.survivor_id, merge.absorbed_id, *led)))
        merge = BusinessMerge.objects.select_for_update().get(pk=merge_id)
        if merge.is_undone:
            raise BusinessRuleError("This merge has been undone already.")
        _require_last(merge)
        parts = list(log.all())  # as of the lock: `merges_collect` may just have added to it
        stayed = sum(take_back(part) for part in parts)
        _part_people(merge)
        survivor, absorbed = rows[merge.survivor_id], rows[merge.absorbed_id]
        restored = restore(survivor, merge.fields, _groups_to_restore(merge))
        absorbed.status, absorbed.merged_into = merge.status_before, None
        _save(absorbed, derive=False)
        _save(survivor, derive=restored)
        merge.undone_by_id, merge.undone_at = actor.staff_id, timezone.now()
        merge.save(update_fields=["undone_by", "undone_at"])
    hint_counts_changed()
    return Unmerged(merge, stayed)


_LED = "businesses.Business.merged_into"


def _require_last(merge: BusinessMerge) -> None:
    """Errors: BusinessRuleError naming the later merge that has to be undone first. Queries: 1."""
    last = merge_later(merge=merge)
    if last is not None:
        raise BusinessRuleError(
            f"{last.absorbed.name} was merged into {last.survivor.name} later. Undo that merge first."
        )


def _groups_to_restore(merge: BusinessMerge) -> list[tuple[str, ...]]:
    """The groups of columns that can go back: not the employer, if its record is gone. Queries: 1 if it changed."""
    before = merge.fields.get("employer_id", [None])[0]
    is_gone = before is not None and not Employer.objects.filter(pk=before).exists()
    return [group.columns for group in FIELD_GROUPS if group.key != "employer" or not is_gone]


def _part_people(merge: BusinessMerge) -> None:
    """Take back what united contacts learned of each other, unless it was edited since. Queries: 2, if any."""
    if not merge.people:
        return
    ids = [int(pk) for pk in merge.people]
    rows = Contact.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    changes = {int(pk): change for pk, change in merge.people.items()}
    changed = [row for row in rows if restore(row, changes[row.pk], [(column,) for column in changes[row.pk]])]
    _save_people(changed, changes)


def merges_collect(*, tenant_id: int) -> int:
    """Let rows follow that were being written to an absorbed record while it was merged; returns how many.

    Writers do not wait for merges, so one may commit just after. Idempotent; run by a sweep over the
    merges of the last hour. Queries: 1, and about 15 for each such merge.
    """
    since = timezone.now() - timedelta(hours=_COLLECT_HOURS)
    found = 0
    recent = BusinessMerge.objects.filter(undone_at=None, merged_at__gte=since).order_by("pk")
    for merge_id in recent.values_list("pk", flat=True):
        with transaction.atomic():
            _one_at_a_time()
            merge = BusinessMerge.objects.select_for_update().get(pk=merge_id)
            if merge.is_undone:
                continue
            parts = _carry_out_all(merge, system_actor(tenant_id))
            MergePart.objects.bulk_create(parts)
            found += sum(len(part.row_ids) + len(part.set_aside) for part in parts)
    if found:
        hint_counts_changed()
    return found
