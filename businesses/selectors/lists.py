"""The list of businesses: what may be asked of it, in which order it stands, and its pages by position."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils import timezone

from bizworks.reference.models import Municipality, NaicsCode
from bizworks.reference.names import place_key
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import SIZE_ORDER, Source
from businesses.models import Business, BusinessActivity, BusinessTag
from businesses.selectors.businesses import business_list
from businesses.selectors.hooks import list_condition, served_condition
from businesses.selectors.relationships import lead_condition
from businesses.selectors.search import businesses_matching

PAGE_SIZE = 50
MOST_TOWNS = 200
NOT_KNOWN = "unknown"
NOBODY, ANYONE, NEVER = "none", "any", "never"
Parameters = dict[str, list[str]]
"""{filter: [values]}, as in the list's address; known filters with checked values only (see `filters.ListForm`)."""


def business_filtered(*, actor: Actor, parameters: Mapping[str, Sequence[str]]) -> QuerySet[Business]:
    """Businesses the directory shows that meet every filter; of several values of one filter, any.

    Filters never tell what the actor may not know: services by `served_condition` (BR-3), industry
    codes without those from the unemployment agency (BR-6). Errors: NotAllowedError. Queries: at most 1.
    """
    return business_narrowed(business_list(actor=actor).select_related(None), actor=actor, parameters=parameters)


def business_narrowed(
    rows: QuerySet[Business], *, actor: Actor, parameters: Mapping[str, Sequence[str]]
) -> QuerySet[Business]:
    """Those of some businesses that meet every filter, as `business_filtered`. Queries: at most 1."""
    for name, values in parameters.items():
        if values and name in CONDITIONS:
            rows = CONDITIONS[name](rows, actor, list(values))
    return rows


def _ids(field: str) -> Callable[[QuerySet, Actor, list[str]], QuerySet]:
    def narrow(rows: QuerySet, actor: Actor, values: list[str]) -> QuerySet:
        known = [value for value in values if value != NOBODY]
        if NOBODY not in values:
            return rows.filter(**{f"{field}__in": known}) if len(known) > 1 else rows.filter(**{field: known[0]})
        return rows.filter(Q(**{field: None}) | Q(**{f"{field}__in": known}))

    return narrow


def _text(rows: QuerySet, actor: Actor, values: list[str]) -> QuerySet:
    return businesses_matching(rows, actor=actor, text=values[0])


def _town(rows: QuerySet, actor: Actor, values: list[str]) -> QuerySet:
    """Towns whose name begins so, and places written exactly so; by equality alone, which row security lets indexes see."""
    text = values[0]
    towns = Municipality.objects.filter(name_key__startswith=place_key(text)).values_list("id", flat=True)
    written = {text, text.title(), text.upper(), text.capitalize()}
    return rows.filter(Q(municipality__in=list(towns[:MOST_TOWNS])) | Q(town__in=written))


def _naics(rows: QuerySet, actor: Actor, values: list[str]) -> QuerySet:
    condition = Q()
    for value in values:
        condition |= Q(naics__in=NaicsCode.objects.filter(code__startswith=value).values("code"))
    seen = rows if actor.may(Permission.SEE_UC_VALUES) else rows.exclude(naics_source=Source.UC)
    return seen.filter(condition)


def _size(rows: QuerySet, actor: Actor, values: list[str]) -> QuerySet:
    return rows.filter(size_order__in=[SIZE_ORDER.index("" if value == NOT_KNOWN else value) for value in values])


def _tag(rows: QuerySet, actor: Actor, values: list[str]) -> QuerySet:
    tagged = BusinessTag.objects.filter(business=OuterRef("pk"))
    known = [value for value in values if value != NOBODY]
    condition = Q(Exists(tagged.filter(tag__in=known))) if known else Q()
    return rows.filter(condition | ~Q(Exists(tagged)) if NOBODY in values else condition)


def _lead(rows: QuerySet, actor: Actor, values: list[str]) -> QuerySet:
    condition: Any = Q()
    for value in values:
        condition = lead_condition(actor=actor, who=value) | condition
    return rows.filter(condition)


def _served(rows: QuerySet, actor: Actor, values: list[str]) -> QuerySet:
    if NOBODY in values:
        return rows.exclude(served_condition(actor=actor, agency_id=None))
    if ANYONE in values:
        return rows.filter(served_condition(actor=actor, agency_id=None))
    condition: Any = Q()
    for value in values:
        condition = served_condition(actor=actor, agency_id=int(value)) | condition
    return rows.filter(condition)


def _contacted(since: date) -> Exists:
    return Exists(BusinessActivity.objects.filter(business=OuterRef("pk"), last_contact_on__gte=since))


def _contact(rows: QuerySet, actor: Actor, values: list[str]) -> QuerySet:
    """`in-90` = within 90 days, `out-90` = not within, `never`."""
    if values[0] == NEVER:
        return rows.exclude(_contacted(date.min))
    kind, _, days = values[0].partition("-")
    today = timezone.now().astimezone(ZoneInfo(actor.time_zone)).date()
    recent = _contacted(today - timedelta(days=int(days)))
    return rows.filter(recent) if kind == "in" else rows.exclude(recent)


def _since(rows: QuerySet, actor: Actor, values: list[str]) -> QuerySet:
    return rows.filter(_contacted(date.fromisoformat(values[0])))


def _before(rows: QuerySet, actor: Actor, values: list[str]) -> QuerySet:
    return rows.exclude(_contacted(date.fromisoformat(values[0])))


def _step(rows: QuerySet, actor: Actor, values: list[str]) -> QuerySet:
    condition = list_condition("open_step", actor=actor)
    return rows.exclude(condition) if NOBODY in values else rows.filter(condition)


CONDITIONS: dict[str, Callable[[QuerySet, Actor, list[str]], QuerySet]] = {
    "q": _text,
    "region": _ids("region_id"),
    "area": _ids("area_id"),
    "county": _ids("county_id"),
    "town": _town,
    "sector": _ids("sector_id"),
    "naics": _naics,
    "size": _size,
    "status": _ids("status"),
    "tag": _tag,
    "lead": _lead,
    "served": _served,
    "contact": _contact,
    "since": _since,
    "before": _before,
    "step": _step,
}
"""Every filter of the list, with what it does to it."""


@dataclass(frozen=True)
class Order:
    """An order of the list: the columns it goes by, the last one unique; all up or all down.

    `by_activity` = by the day of the last contact, kept in a table of its own; businesses without
    stand at the end when the newest comes first, else in front.
    """

    label: str
    fields: tuple[str, ...]
    down: bool = False
    by_activity: bool = False


ORDERS: dict[str, Order] = {
    "name": Order("Name, A to Z", ("search_text", "id")),
    "-name": Order("Name, Z to A", ("search_text", "id"), down=True),
    "-contact": Order("Last contact, newest first", ("last_contact_on", "business_id"), down=True, by_activity=True),
    "contact": Order("Last contact, longest ago first", ("last_contact_on", "business_id"), by_activity=True),
    "town": Order("Town", ("town", "search_text", "id")),
    "size": Order("Size, largest first", ("size_order", "search_text", "id")),
    "-added": Order("Added, newest first", ("created_at", "id"), down=True),
    "added": Order("Added, oldest first", ("created_at", "id")),
}
DEFAULT_ORDER = "name"


@dataclass(frozen=True)
class IdPage:
    """Numbers of the businesses of a page, in order; the cursors are empty where there is no further page."""

    ids: list[int]
    previous: str = ""
    next: str = ""


def business_page_ids(
    rows: QuerySet[Business], *, sort: str = DEFAULT_ORDER, cursor: str = "", size: int = PAGE_SIZE
) -> IdPage:
    """One page by position, not by number: page 1 and page 20,000 cost the same.

    The cursor says where a page ended (or began) by the values of the order, so a row that is added,
    changed or removed meanwhile neither repeats nor hides another. One that was tampered with begins
    at the top. Queries: 1, at most 2 by last contact.
    """
    order = ORDERS.get(sort, ORDERS[DEFAULT_ORDER])
    backwards, part, place = _read_cursor(cursor, order)
    found = _walk(rows, order, backwards, part, place, size + 1)
    more = len(found) > size
    found = found[:size][::-1] if backwards else found[:size]
    if not found:
        return IdPage([])
    has_previous = more if backwards else place is not None
    has_next = True if backwards else more
    return IdPage(
        [key[-1] for _, key in found],
        _write_cursor("b", *found[0]) if has_previous else "",
        _write_cursor("a", *found[-1]) if has_next else "",
    )


Key = tuple[Any, ...]
Place = tuple[int, Key]
"""Where a row stands: the part of the order (see `_parts`) and the values it goes by."""


def _parts(rows: QuerySet[Business], order: Order) -> list[tuple[QuerySet, tuple[str, ...]]]:
    """The order as one or two lists, each with an index of its own: by last contact, those never contacted apart."""
    if not order.by_activity:
        return [(rows, order.fields)]
    activity = BusinessActivity.objects.filter(last_contact_on__isnull=False, business__in=rows.order_by().values("id"))
    contacted = BusinessActivity.objects.filter(business=OuterRef("pk"), last_contact_on__isnull=False)
    parts = [(activity, order.fields), (rows.filter(~Exists(contacted)), ("search_text", "id"))]
    return parts if order.down else parts[::-1]


def _walk(
    rows: QuerySet[Business], order: Order, backwards: bool, part: int, place: Key | None, wanted: int
) -> list[Place]:
    parts = _parts(rows, order)
    if backwards and place is None:
        part = len(parts) - 1
    found: list[Place] = []
    while 0 <= part < len(parts) and len(found) < wanted:
        source, fields = parts[part]
        down = order.down and fields is order.fields
        if place is not None:
            beyond = TupleLessThan if down != backwards else TupleGreaterThan
            source = source.filter(beyond(Tuple(*fields), place))
        sign = "-" if down != backwards else ""
        keys = source.order_by(*(f"{sign}{name}" for name in fields)).values_list(*fields)
        found += [(part, key) for key in keys[: wanted - len(found)]]
        part, place = part + (-1 if backwards else 1), None
    return found


def _write_cursor(direction: str, part: int, key: Key) -> str:
    values = [value.isoformat() if isinstance(value, date | datetime) else value for value in key]
    raw = json.dumps([direction, part, *values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _read_cursor(cursor: str, order: Order) -> tuple[bool, int, Key | None]:
    """(backwards, part, values); the top for whatever is no cursor of this order."""
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        direction, part, *values = json.loads(raw)
        if direction not in ("a", "b") or type(part) is not int or part not in ((0, 1) if order.by_activity else (0,)):
            return False, 0, None
        key = _checked(values, _fields_of(order, part))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return False, 0, None
    return direction == "b", part, key


def _fields_of(order: Order, part: int) -> tuple[str, ...]:
    if order.by_activity and (part == 1) == order.down:
        return ("search_text", "id")
    return order.fields


def _checked(values: list[Any], fields: tuple[str, ...]) -> Key:
    """The values as the columns hold them. Errors: ValueError."""
    if len(values) != len(fields):
        raise ValueError
    readers: dict[str, Callable[[Any], Any]] = {
        "last_contact_on": date.fromisoformat,
        "created_at": _aware,
        "size_order": _number,
        "id": _number,
        "business_id": _number,
    }
    return tuple(readers.get(name, _plain)(value) for name, value in zip(fields, values, strict=True))


def _aware(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError
    return value


def _plain(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value or any(0xD800 <= ord(ch) <= 0xDFFF for ch in value):
        raise ValueError
    return value


def business_ids(rows: QuerySet[Business], *, limit: int) -> list[int]:
    """The numbers of at most `limit` businesses, the first by name. Queries: 1."""
    return list(rows.order_by("search_text", "id").values_list("id", flat=True)[:limit])
