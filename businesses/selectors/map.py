"""The map beside the list: how many businesses the filters show in each place, and where that place is drawn.

A tenant whose areas are made of counties gets the shapes of its counties; one whose areas are made
of towns gets a tile for each area, placed as its towns lie (ADR 0006).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, sqrt
from typing import Any

from django.conf import settings
from django.db.models import Count, F, QuerySet
from django.utils import timezone

from bizworks.directory.models import Area, AreaTerritory
from bizworks.reference.models import County
from bizworks.tenancy.actor import Actor
from businesses.models import Business
from businesses.selectors.lists import business_filtered

SHADES = 5
TILE, GAP = 150, 12
Place = tuple[float, float]


@dataclass(frozen=True)
class MapShape:
    """One place: its number of businesses, how dark it is (0 = none), and how it is drawn.

    `key` is the value of the filter that the shape stands for. `path` is an SVG path; (x, y) the
    middle; `size` the size of the number there, 0 where none fits: the table has it.
    """

    key: str
    name: str
    number: int
    shade: int
    path: str
    x: float
    y: float
    size: float
    lines: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The number as it fits into a shape."""
        if self.number < 1000:
            return str(self.number)
        return f"{self.number / 1000:.1f}k" if self.number < 10_000 else f"{self.number // 1000}k"


@dataclass(frozen=True)
class BusinessMap:
    """A map of what the list shows; `by` is the filter its shapes set: "county" or "area"."""

    by: str
    width: float
    height: float
    shapes: list[MapShape]
    elsewhere: int
    left: float = 0
    top: float = 0


def business_map(*, actor: Actor, parameters: Mapping[str, Sequence[str]]) -> BusinessMap | None:
    """The map of a list; the filter that its own shapes set is left out, so that the neighbors stay in sight.

    None for a tenant without areas. Queries: at most 4, one of them counts.
    """
    areas = {area.pk: area.name for area in Area.objects.in_force(timezone.now().date())}
    ground = _ground()
    if not areas or not ground:
        return None
    counties = {county for _, county, is_town in ground if not is_town and county}
    by_county = bool(counties) and not any(is_town for *_, is_town in ground)
    by = "county" if by_county else "area"
    rows = business_filtered(actor=actor, parameters={k: v for k, v in parameters.items() if k != by})
    numbers = _numbers(rows, f"{by}_id")
    if by_county and (drawn := _by_county(counties, numbers)):
        return drawn
    if by_county:
        return None
    return _by_area(areas, ground, numbers)


def _ground() -> list[tuple[int, str | None, bool]]:
    """(area, county, whether it is a town) of the territory in force; towns of an area and county once. Queries: 1."""
    rows = AreaTerritory.objects.in_force(timezone.now().date()).values_list(
        "area_id", "county_id", "municipality__county_id", "municipality_id"
    )
    found: dict[tuple[int, str | None, bool], None] = {}
    for area, county, town_county, town in rows:
        found[(area, county or town_county, town is not None)] = None
    return list(found)


def _numbers(rows: QuerySet[Business], field: str) -> dict[Any, int]:
    """How many businesses lie in each place. Queries: 1."""
    counted = rows.order_by().values(place=F(field)).annotate(number=Count("id"))
    return {row["place"]: row["number"] for row in counted}


def _shade(number: int, top: int) -> int:
    """0 for none, then four steps by the square root, so that a metropolis leaves the others their differences."""
    return 0 if not number else min(SHADES - 1, 1 + int((SHADES - 1) * sqrt(number / top) * 0.999))


@lru_cache(maxsize=60)
def _shapes_of(state_fips: str) -> dict[str, Any] | None:
    """The shapes of a state as they were built at install; None where they were not."""
    path = settings.MAPS_DIR / f"{state_fips}.json"
    return json.loads(path.read_text()) if path.is_file() else None


def _by_county(counties: Iterable[str], numbers: dict[Any, int]) -> BusinessMap | None:
    fips = sorted(counties)
    state = _shapes_of(fips[0][:2])
    if state is None:
        return None
    names = dict(County.objects.filter(fips__in=fips).values_list("fips", "name"))
    drawn = {key: state["counties"][key] for key in fips if key in state["counties"]}
    boxes = [
        (s["x"] - s["w"] / 2, s["y"] - s["h"] / 2, s["x"] + s["w"] / 2, s["y"] + s["h"] / 2) for s in drawn.values()
    ]
    left, top = min(b[0] for b in boxes) - 20, min(b[1] for b in boxes) - 20
    width, height = max(b[2] for b in boxes) - left + 20, max(b[3] for b in boxes) - top + 20
    most = max((numbers.get(key, 0) for key in drawn), default=0) or 1
    shapes = [
        _county(key, names.get(key, key), shape, numbers.get(key, 0), most, width) for key, shape in drawn.items()
    ]
    elsewhere = sum(number for key, number in numbers.items() if key not in drawn)
    return BusinessMap("county", width, height, shapes, elsewhere, left, top)


def _county(key: str, name: str, shape: dict[str, Any], number: int, most: int, width: float) -> MapShape:
    fits = min(shape["w"] / 3.2, shape["h"] / 1.8, width / 24)
    size = fits if fits >= width / 60 else 0
    return MapShape(key, name, number, _shade(number, most), shape["d"], shape["x"], shape["y"], size)


def _by_area(areas: dict[int, str], ground: list[tuple[int, str | None, bool]], numbers: dict[Any, int]) -> BusinessMap:
    places = _middles(areas, ground)
    cells = _grid(places)
    most = max((numbers.get(area, 0) for area in areas), default=0) or 1
    shapes = []
    for area, (column, row) in cells.items():
        x, y = GAP + column * (TILE + GAP), GAP + row * (TILE + GAP)
        path = f"M{x},{y}h{TILE}v{TILE}h-{TILE}z"
        number, name = numbers.get(area, 0), areas[area]
        middle = (x + TILE / 2, y + TILE / 2)
        shapes.append(
            MapShape(str(area), name, number, _shade(number, most), path, *middle, size=42, lines=_lines(name))
        )
    width = (max(c for c, _ in cells.values()) + 1) * (TILE + GAP) + GAP
    height = (max(r for _, r in cells.values()) + 1) * (TILE + GAP) + GAP
    elsewhere = sum(number for key, number in numbers.items() if key not in areas)
    shapes.sort(key=lambda shape: (shape.y, shape.x))
    return BusinessMap("area", width, height, shapes, elsewhere)


def _middles(areas: Iterable[int], ground: list[tuple[int, str | None, bool]]) -> dict[int, Place]:
    """Where each area lies, west to east and north to south: the mean of the counties its towns lie in."""
    places: dict[int, Place] = {}
    for number, area in enumerate(areas):
        points = []
        for owner, county, _ in ground:
            state = _shapes_of(county[:2]) if county and owner == area else None
            shape = state["counties"].get(county) if state else None
            if shape:
                points.append((shape["x"], shape["y"]))
        if points:
            places[area] = (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
        else:
            places[area] = (1000.0 + number, 1000.0)
    return places


def _grid(places: dict[int, Place]) -> dict[int, tuple[int, int]]:
    """Give each place a cell of its own near where it lies: columns from west to east, in each from north to south."""
    columns = max(1, ceil(sqrt(len(places) * 1.25)))
    rows = ceil(len(places) / columns)
    west_to_east = sorted(places, key=lambda key: (places[key][0], places[key][1], key))
    cells: dict[int, tuple[int, int]] = {}
    for column in range(columns):
        here = west_to_east[column * rows : (column + 1) * rows]
        for row, key in enumerate(sorted(here, key=lambda key: (places[key][1], key))):
            cells[key] = (column, row)
    return cells


def _lines(name: str) -> tuple[str, ...]:
    """A name on at most three short lines."""
    lines = [""]
    for word in name.replace("/", " / ").split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > 11:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return tuple(line[:12] + ("…" if len(line) > 12 else "") for line in lines[:3])
