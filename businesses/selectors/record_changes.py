"""Changes of a business's own record as entries of its timeline, read off the audit trail."""

from collections.abc import Iterable

from django.db.models import Q
from django.db.models.functions import TruncDate

from bizworks.directory.models import StaffMember
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.models import AuditEvent
from businesses.constants import Status
from businesses.models import Business
from businesses.selectors.timeline import Bounds, TimelineEntry

_COLUMNS = {
    "name": "Name",
    "alias": "Trading name",
    "address": "Street address",
    "town": "Town",
    "status": "Status",
    "closed_on": "Closed on",
    "phone": "Telephone",
    "website": "Website",
}
"""What every reader may know (BR-2); no value with a source is among them (BR-6)."""


def record_timeline(*, actor: Actor, business_id: int, bounds: Bounds, limit: int) -> list[TimelineEntry]:
    """Changes of name, address, status and how to reach the business, with who made them. Queries: 2, or none."""
    if not bounds.wants("change"):
        return []
    rows = AuditEvent.objects.filter(
        table_name=Business._meta.db_table, row_id=business_id, operation="update", changes__has_any_keys=list(_COLUMNS)
    )
    rows = bounds.within(rows.annotate(day=TruncDate("at")), "day")
    if bounds.agency_id is not None:
        people = StaffMember.objects.filter(agency=bounds.agency_id).exclude(user=None)
        rows = rows.filter(user_id__in=people.values("user_id"))
    if bounds.text:
        said = Q()
        for column in _COLUMNS:
            said |= Q(**{f"changes__{column}__icontains": bounds.text})
        rows = rows.filter(said)
    found = list(rows.order_by("-at", "-id")[:limit])
    people = StaffMember.objects.filter(user__in={row.user_id for row in found if row.user_id}).select_related("agency")
    by_user = {person.user_id: person for person in people} if found else {}
    return [_entry(row, by_user.get(row.user_id)) for row in found]


def _entry(row: AuditEvent, person: StaffMember | None) -> TimelineEntry:
    changes = [(column, *row.changes[column]) for column in _COLUMNS if column in row.changes]
    labels = [_COLUMNS[column] for column, _, _ in changes]
    return TimelineEntry(
        row.day,
        "change",
        f"{labels[0]} changed" if len(labels) == 1 else f"Changed: {', '.join(label.lower() for label in labels)}",
        agency_name=person.agency.name if person and person.agency else "",
        staff_names=(person.name,) if person else (),
        body="\n".join(_sentences(changes)),
    )


def _sentences(changes: Iterable[tuple[str, str | None, str | None]]) -> Iterable[str]:
    for column, *values in changes:
        words = [Status(v).label if column == "status" and v in Status.values else v or "nothing" for v in values]
        yield f"{_COLUMNS[column]}: {words[0]} → {words[1]}"
