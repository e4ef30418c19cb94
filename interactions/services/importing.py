"""Services from another system's file, under the same rules, as often as one likes."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction

from bizworks.directory.models import Agency, ServiceItem, TenantProfile
from bizworks.directory.selectors import PlacementMap
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from bizworks.tenancy.tasks import hint_counts_changed
from businesses.constants import Scheme, Status
from businesses.models import Business, BusinessIdentifier
from interactions.constants import Assisted, ServiceStatus, Visibility
from interactions.models import ServiceDelivered
from interactions.selectors.catalogue import local_day
from interactions.services.data import ImportReport, ImportRow, ServiceData
from interactions.services.delivered import service_row
from interactions.services.rules import business_problem, resolved, service_problems

CHUNK = 500
COLUMNS = ("id", "business", "agency", "item", "start", "end", "status", "assisted", "program", "visibility")
REQUIRED_COLUMNS = ("id", "business", "agency", "item", "start")
_SELF_WORDS = {"self", "self-service", "selfservice"}


def services_import(*, actor: Actor, rows: Iterable[ImportRow]) -> ImportReport:
    """Take services from another system's file under the same rules (BR-3, BR-11, BR-14, BR-18).

    The row's `id` is its `source_key`: one that is here already is left alone, so that a second
    import changes nothing. Each row not taken is reported with its reason; the others are saved.
    An orientation comes judged by the system that held the meeting and is taken as a service.
    Errors: NotAllowedError. Locks: none; two imports of the same row at once save it once.
    Queries: 5, and 4 for each 500 rows.
    """
    actor.require(Permission.LOG_INTERACTION)
    world = _ImportWorld()
    taken = known = 0
    refused: list[tuple[ImportRow, str]] = []
    seen: set[str] = set()
    for chunk in _chunks(rows):
        new, old = _import_chunk(actor, world, chunk, seen, refused)
        taken, known = taken + new, known + old
    if taken:
        hint_counts_changed()
    return ImportReport(taken, known, tuple(refused))


class _ImportWorld:
    """What every row is read against. Queries: 5."""

    def __init__(self) -> None:
        self.today = local_day(TenantProfile.objects.get())
        self.items = {item.code.lower(): item for item in ServiceItem.objects.all()}
        self.agencies = {agency.code.lower(): agency for agency in Agency.objects.all()}
        self.places = PlacementMap()


def _chunks(rows: Iterable[ImportRow]) -> Iterable[list[ImportRow]]:
    chunk: list[ImportRow] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _import_chunk(
    actor: Actor, world: _ImportWorld, chunk: list[ImportRow], seen: set[str], refused: list[tuple[ImportRow, str]]
) -> tuple[int, int]:
    cells = {row.number: {name: (row.cells.get(name) or "").strip() for name in COLUMNS} for row in chunk}
    keys = [c["id"] for c in cells.values() if _clean(c["id"])]
    here = set(ServiceDelivered.objects.filter(source_key__in=keys).values_list("source_key", flat=True))
    businesses = _businesses([c["business"] for c in cells.values() if _clean(c["business"])])
    new, known = [], 0
    for row in chunk:
        cell = cells[row.number]
        try:
            _check_key(cell["id"], seen)
            if cell["id"] in here:
                known += 1
                continue
            new.append(_import_row(actor, world, cell, businesses))
        except ValueError as error:
            refused.append((row, str(error)))
    with transaction.atomic():
        ServiceDelivered.objects.bulk_create(new, ignore_conflicts=True)
    return len(new), known


def _clean(text: str) -> bool:
    return bool(text) and len(text) <= 120 and text.isprintable()


def _check_key(key: str, seen: set[str]) -> None:
    if not _clean(key):
        raise ValueError("The row needs an id of at most 120 printable characters.")
    if key in seen:
        raise ValueError(f"The id {key} stands twice in this file.")
    seen.add(key)


def _businesses(names: list[str]) -> dict[str, Business]:
    """Find businesses by the list's own identifier, else by our number; merged ones lead to their survivor."""
    found = {
        row.value: row.business
        for row in BusinessIdentifier.objects.filter(scheme=Scheme.LIST, value__in=names).select_related(
            "business__merged_into"
        )
    }
    numbers = {int(n) for n in names if n not in found and n.isascii() and n.isdigit() and len(n) < 19}
    rows = Business.objects.filter(pk__in=numbers).select_related("merged_into") if numbers else ()
    found |= {str(row.pk): row for row in rows if str(row.pk) not in found}
    return {k: b.merged_into if b.status == Status.MERGED and b.merged_into else b for k, b in found.items()}


def _import_row(
    actor: Actor, world: _ImportWorld, cell: Mapping[str, str], businesses: dict[str, Business]
) -> ServiceDelivered:
    """Read one row. Errors: ValueError with every reason."""
    item = world.items.get(cell["item"].lower())
    agency = world.agencies.get(cell["agency"].lower())
    business = businesses.get(cell["business"])
    visibility = cell["visibility"].lower() or Visibility.SHARED
    reasons = [
        f"{what} is not known: {cell[name] or 'empty'}."
        for name, what, row in (
            ("item", "The item", item),
            ("agency", "The agency", agency),
            ("business", "The business", business),
        )
        if row is None
    ]
    reasons += _unknown_words(cell, visibility)
    start, end = _day(cell["start"], "start", reasons), _day(cell["end"], "end", reasons)
    if start is None and not reasons:
        reasons.append("The start is empty.")
    if reasons:
        raise ValueError(" ".join(reasons))
    status = cell["status"].lower().replace(" ", "_")
    data = resolved(
        ServiceData(
            item_id=item.pk,
            agency_id=agency.pk,
            status=status,
            started_on=start,
            ended_on=end,
            is_ongoing=end is None and status == ServiceStatus.IN_PROGRESS,
            assisted=Assisted.SELF if cell["assisted"].lower() in _SELF_WORDS else Assisted.STAFF,
            program=cell["program"],
        ),
        occurred_on=start,
        agency_id=agency.pk,
    )
    reasons = list(service_problems(data, item=item, agency=agency, today=world.today))
    reasons += filter(None, [business_problem(business, item, start)])
    if reasons:
        raise ValueError(" ".join(reasons))
    return service_row(
        data,
        business,
        world.places,
        visibility=visibility,
        staff=None,
        recorded_by_id=actor.staff_id,
        source_key=cell["id"],
    )


def _unknown_words(cell: Mapping[str, str], visibility: str) -> list[str]:
    reasons = []
    if cell["status"] and cell["status"].lower().replace(" ", "_") not in ServiceStatus.values:
        reasons.append(f"The status is not known: {cell['status']}.")
    if cell["assisted"] and cell["assisted"].lower() not in {*_SELF_WORDS, "staff", "staff-assisted"}:
        reasons.append(f"Assisted by whom is not known: {cell['assisted']}.")
    if visibility not in Visibility.values:
        reasons.append(f"The visibility is not known: {cell['visibility']}.")
    return reasons


def _day(text: str, name: str, reasons: list[str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        reasons.append(f"The {name} is not a date like 2026-03-31: {text[:40]}.")
        return None
