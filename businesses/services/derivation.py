"""What of a business follows from something else: search text, size band, area, region, sector. One place."""

from datetime import date

from django.db import connection

from bizworks.directory.selectors import PlacementMap, SectorMap, tenant_today
from bizworks.directory.services.map_changes import MEMBERSHIP, SECTORS, TERRITORY
from bizworks.tenancy.context import current_tenant_id
from bizworks.tenancy.tasks import hint_counts_changed
from businesses.constants import Source, size_band
from businesses.models import Business


class Derivation:
    """The tenant's map in memory, for deriving many businesses as of one date. Queries to make: 4."""

    def __init__(self, on: date) -> None:
        """Read territory and sectors."""
        self._on = on
        self._placement = PlacementMap()
        self._sectors = SectorMap(on)

    def place(
        self, *, municipality_id: int | None, county_id: str | None, override_id: int | None = None
    ) -> tuple[int | None, int | None]:
        """Area and region: the override, else the town's, else the county's (BR-11)."""
        if override_id is not None:
            return override_id, self._placement.region_of_area(override_id, self._on)
        placed = self._placement.place(municipality_id=municipality_id, county_id=county_id, on=self._on)
        return placed.area_id, placed.region_id

    def sector(self, naics: str | None) -> int | None:
        """The sector of a NAICS code (BR-36)."""
        return self._sectors.sector_of(naics)

    def sector_shown(self, naics: str | None, source: str) -> int | None:
        """The sector everyone may see: none for a code of the unemployment agency, which it would give away (BR-6)."""
        return None if source == Source.UC else self.sector(naics)

    def apply(self, business: Business) -> None:
        """Set every derived field of a business from its other fields; does not save."""
        business.search_text = search_text(business.name, business.alias, business.town)
        business.size_band = band_shown(business.employees, business.employees_source)
        business.area_id, business.region_id = self.place(
            municipality_id=business.municipality_id,
            county_id=business.county_id,
            override_id=business.area_override_id,
        )
        hidden = business.naics_source == Source.UC  # a sector would give the code away (BR-6)
        business.sector_id = self.sector(None if hidden else business.naics_id)


def search_text(name: str, alias: str, town: str) -> str:
    """What the order of lists and search read of a business."""
    return " ".join([part for part in (name, alias, town) if part]).lower()


def band_shown(employees: int | None, source: str) -> str:
    """The size band everyone may see: none for a number of the unemployment agency, which it would give away (BR-6)."""
    return size_band(None if source == Source.UC else employees)


DERIVED = ("search_text", "size_band", "area", "region", "sector")

_MOVE = """
UPDATE businesses_business b SET area_id = v.area_id, region_id = v.region_id
FROM unnest(%s::int[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[]) AS v (town_id, county_id, override_id, area_id, region_id)
WHERE b.tenant_id = %s AND coalesce(b.municipality_id, 0) = coalesce(v.town_id, 0)
  AND coalesce(b.county_id, '') = coalesce(v.county_id, '') AND coalesce(b.area_override_id, 0) = coalesce(v.override_id, 0)
  AND (b.area_id, b.region_id) IS DISTINCT FROM (v.area_id, v.region_id)
"""
_SORT = """
UPDATE businesses_business b SET sector_id = v.sector_id FROM unnest(%s::text[], %s::bigint[]) AS v (naics_id, sector_id)
WHERE b.tenant_id = %s AND b.naics_id = v.naics_id AND b.naics_source <> 'uc' AND b.sector_id IS DISTINCT FROM v.sector_id
"""


def businesses_replace(*, changed: frozenset[str] = frozenset({TERRITORY, MEMBERSHIP, SECTORS})) -> int:
    """Derive area, region and sector of every business anew from today's map; returns how many changed.

    Called when an administrator changed boundaries or sectors, and daily for changes that begin on a
    date. Set-based: the map is asked once for each distinct place and NAICS code, whatever the number
    of businesses. Past services keep their own area and region (BR-11). Queries: at most 8.
    """
    derivation = Derivation(tenant_today())
    moved = 0
    if changed & {TERRITORY, MEMBERSHIP}:
        keys = ("municipality_id", "county_id", "area_override_id")
        places = Business.objects.order_by().values_list(*keys, "area_id", "region_id").distinct()
        stale = {
            (town, county, override, *target)
            for town, county, override, area, region in places
            if (target := derivation.place(municipality_id=town, county_id=county, override_id=override))
            != (area, region)
        }
        moved += _update(_MOVE, list(stale))
    if SECTORS in changed:
        shown = Business.objects.order_by().exclude(naics=None).exclude(naics_source=Source.UC)
        codes = shown.values_list("naics_id", "sector_id").distinct()
        misfiled = {(code, sector) for code, now in codes if (sector := derivation.sector(code)) != now}
        moved += _update(_SORT, list(misfiled))
    if moved:
        hint_counts_changed()
    return moved


def _update(statement: str, rows: list[tuple]) -> int:
    """Run one update with the rows as arrays, a column each. RLS: also names the tenant itself."""
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(list(column) for column in zip(*rows, strict=True)), current_tenant_id()])
        return cursor.rowcount


def map_listener(changed: frozenset[str]) -> None:
    """Hear of a change of the tenant's map, in its transaction (registered in `apps.py`)."""
    if changed & {TERRITORY, MEMBERSHIP, SECTORS}:
        businesses_replace(changed=changed)
