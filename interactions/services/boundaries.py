"""Services follow a boundary that is changed for days already past (BR-11)."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from bizworks.directory.models import AreaRegion, AreaTerritory
from bizworks.directory.services.map_changes import MapMove
from bizworks.tenancy.tasks import hint_counts_changed
from interactions.models import ServiceDelivered


def services_follow_move(move: MapMove) -> int:
    """Place services again that began since a move and still stand where its subject was; returns how many.

    Services that began before it never move, nor do those of a business whose area is set by hand
    when a town or county moves, nor those that stand elsewhere because the business was elsewhere
    then. Runs in the transaction of the move. Queries: 2, and one for each region the new area has
    been in.
    """
    rows = _during(ServiceDelivered.objects.all(), move.since, move.until)
    if move.subject == "area":
        changed = rows.filter(_was("region", move), area=move.subject_id).update(region=move.to_id)
    else:
        rows = rows.filter(_was("area", move), _lies_in(move), business__area_override=None)
        changed = _give_area(rows, move.to_id)
    if changed:
        hint_counts_changed()
    return changed


def _during(rows: QuerySet, since: date, until: date | None) -> QuerySet:
    rows = rows.filter(started_on__gte=since)
    return rows if until is None else rows.filter(started_on__lt=until)


def _was(column: str, move: MapMove) -> Q:
    known = [holder for holder in move.from_ids if holder is not None]
    where = Q(**{f"{column}__in": known})
    return where | Q(**{column: None}) if None in move.from_ids else where


def _lies_in(move: MapMove) -> Q:
    """The business's place; a town with an area of its own on the day does not follow its county."""
    if move.subject == "municipality":
        return Q(business__municipality=move.subject_id)
    own = AreaTerritory.objects.filter(
        Q(retired_on=None) | Q(retired_on__gt=OuterRef("started_on")),
        municipality=OuterRef("business__municipality"),
        starts_on__lte=OuterRef("started_on"),
    )
    return Q(business__county=move.subject_id) & ~Exists(own)


def _give_area(rows: QuerySet, area_id: int) -> int:
    """Write the area, and the region it lay in on the day each service began."""
    ids = list(rows.values_list("pk", flat=True))
    chosen = ServiceDelivered.objects.filter(pk__in=ids)
    changed = chosen.update(area=area_id, region=None) if ids else 0
    for membership in AreaRegion.objects.filter(area=area_id) if ids else ():
        _during(chosen, membership.starts_on, membership.retired_on).update(region=membership.region_id)
    return changed
