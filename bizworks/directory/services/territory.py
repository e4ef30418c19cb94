"""Who belongs to what, from when: towns and counties to areas, areas to regions.

On every date a town or county belongs to at most one area and an area to at most one region, and
what belongs somewhere never falls out: a move closes one row and opens the next (BR-11).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.models import Area, AreaRegion, AreaTerritory, DatedModel, Region, TenantProfile
from bizworks.directory.services.map_changes import MEMBERSHIP, TERRITORY, MapMove, map_changed, map_moved
from bizworks.directory.services.words import day
from bizworks.reference.models import County, Municipality
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission


@dataclass(frozen=True)
class Span:
    """A stretch of time in which something belongs to `holder_id`; `until` is the first day it no longer does."""

    holder_id: int
    since: date
    until: date | None


def spans_after_move(spans: Sequence[Span], holder_id: int, effective_on: date) -> list[Span]:
    """Work out who holds what after a move; pure, so that a page can show it before it is done.

    The new holder has it from `effective_on` until the next planned move, or for good. Spans must
    not overlap; the answer does not either, and covers every day that was covered. Errors: BusinessRuleError (effective_on) if the holder has it on that day already.
    """
    ordered = sorted(spans, key=lambda span: span.since)
    now = next((s for s in ordered if s.since <= effective_on and (s.until is None or s.until > effective_on)), None)
    if now is not None and now.holder_id == holder_id:
        raise BusinessRuleError({"effective_on": ["It belongs there on that day already."]})
    until = next((span.since for span in ordered if span.since > effective_on), None)
    kept = [span for span in ordered if span is not now]
    if now is not None and now.since < effective_on:
        kept.append(Span(now.holder_id, now.since, effective_on))
    return sorted([*kept, Span(holder_id, effective_on, until)], key=lambda span: span.since)


def spans_of(rows: QuerySet, holder: str) -> list[Span]:
    """Read the spans of one place or area; `holder` names the column. Queries: 1."""
    return [Span(*row) for row in rows.values_list(holder, "starts_on", "retired_on")]


@transaction.atomic
def territory_move(
    *,
    actor: Actor,
    area_id: int,
    effective_on: date,
    municipality_ids: Sequence[int] = (),
    county_ids: Sequence[str] = (),
) -> int:
    """Let towns and counties belong to an area from a date on; returns how many moved.

    All or nothing. A move dated before today is allowed: services dated on or after it are placed
    again by the listeners of the map, earlier ones stay (BR-11). Locks: the tenant's map.
    Errors: NotAllowedError, BusinessRuleError (area, places, effective_on). Queries: 5 + 3 per place.
    """
    actor.require(Permission.MANAGE_DIRECTORY)
    _lock_map()
    area = Area.objects.filter(pk=area_id).first()
    towns = list(Municipality.objects.filter(pk__in=municipality_ids))
    counties = list(County.objects.filter(pk__in=county_ids))
    if area is None:
        raise BusinessRuleError({"area": ["Choose an area."]})
    found = len(towns) + len(counties)
    if not found or found < len({*municipality_ids}) + len({*county_ids}):
        raise BusinessRuleError({"places": ["Choose at least one town or county from the list."]})
    for place in (*towns, *counties):
        column = "municipality" if isinstance(place, Municipality) else "county"
        try:
            _move(AreaTerritory, "area_id", area, effective_on, {column: place})
        except BusinessRuleError as error:
            field, messages = next(iter(error.errors.items()))
            raise BusinessRuleError({field: [f"{place}: {message}" for message in messages]}) from error
    map_changed(frozenset({TERRITORY}))
    return found


@transaction.atomic
def area_move(*, actor: Actor, area_id: int, region_id: int, effective_on: date) -> None:
    """Let an area lie in a region from a date on; earlier services keep the region they had (BR-11).

    Locks: the tenant's map. Errors: NotAllowedError, BusinessRuleError (region, effective_on),
    DoesNotExist. Queries: 6.
    """
    actor.require(Permission.MANAGE_DIRECTORY)
    _lock_map()
    area = Area.objects.get(pk=area_id)
    region = Region.objects.filter(pk=region_id).first()
    if region is None:
        raise BusinessRuleError({"region": ["Choose a region."]})
    if effective_on < area.starts_on:
        raise BusinessRuleError({"effective_on": [f"{area.name} begins on {day(area.starts_on)}."]})
    _move(AreaRegion, "region_id", region, effective_on, {"area": area})
    map_changed(frozenset({MEMBERSHIP}))


def _lock_map() -> None:
    """One change of the map at a time in a tenant: two moves cannot both see the same row as the last."""
    TenantProfile.objects.select_for_update().first()


def _move(model: type[DatedModel], column: str, holder: Any, effective_on: date, subject: dict[str, Any]) -> None:
    """Write the difference between the spans as they are and as they shall be; tell the listeners of the move."""
    present: dict[date, DatedModel] = {row.starts_on: row for row in model.objects.filter(**subject)}
    spans = [Span(getattr(row, column), row.starts_on, row.retired_on) for row in present.values()]
    after = spans_after_move(spans, holder.pk, effective_on)
    new = next(span for span in after if span.since == effective_on)
    _refuse_outside(holder, new)
    for span in after:
        row = present.get(span.since)
        if row is None:
            model.objects.create(**subject, **{column: span.holder_id}, starts_on=span.since, retired_on=span.until)
        elif (getattr(row, column), row.retired_on) != (span.holder_id, span.until):
            setattr(row, column, span.holder_id)
            row.retired_on = span.until
            row.save(update_fields=[column.removesuffix("_id"), "retired_on"])
    name, thing = next(iter(subject.items()))
    map_moved(MapMove(name, thing.pk, _former(spans, new, thing), holder.pk, new.since, new.until))


def _former(spans: Sequence[Span], new: Span, subject: Any) -> frozenset[int | None]:
    """Who had it in the time of the new span: its own holders, and for a town without one its county's."""
    own = [span for span in spans if _overlap(span, new)]
    found: set[int | None] = {span.holder_id for span in own}
    if not own or own[0].since > new.since or any(span.until and span.until != new.until for span in own):
        found.add(None)
        if isinstance(subject, Municipality) and subject.county_id:
            county = spans_of(AreaTerritory.objects.filter(county=subject.county_id), "area")
            found |= {span.holder_id for span in county if _overlap(span, new)}
    return frozenset(found)


def _overlap(span: Span, other: Span) -> bool:
    return (span.until is None or span.until > other.since) and (other.until is None or other.until > span.since)


def _refuse_outside(holder: Area | Region, span: Span) -> None:
    if holder.starts_on > span.since:
        raise BusinessRuleError({"effective_on": [f"{holder.name} begins on {day(holder.starts_on)}."]})
    if holder.retired_on is not None and (span.until is None or span.until > holder.retired_on):
        raise BusinessRuleError({"effective_on": [f"{holder.name} ends on {day(holder.retired_on)}."]})
