"""County shapes for maps: from the packaged topology to one small file a state (ADR 0006). Standard library only."""

import json
import math
from pathlib import Path
from typing import Any

WIDTH = 1000
"""Units across a state; its height follows."""
SMALLEST = 6
"""Rings (islands) smaller than this square of units are left out, unless a county has no other."""

Point = tuple[float, float]
Ring = list[Point]


def build(topology: Path, target: Path) -> int:
    """Write `<state FIPS>.json` for each state: {width, height, counties: {FIPS: {d, x, y, w, h}}}; returns how many.

    `d` is an SVG path, (x, y) the place for a number, (w, h) the size of the largest part.
    """
    atlas = json.loads(topology.read_text())
    arcs = _arcs(atlas)
    states: dict[str, dict[str, list[Ring]]] = {}
    for shape in atlas["objects"]["counties"]["geometries"]:
        fips = str(shape["id"]).zfill(5)
        states.setdefault(fips[:2], {})[fips] = _rings(shape, arcs)
    target.mkdir(parents=True, exist_ok=True)
    for state, counties in states.items():
        (target / f"{state}.json").write_text(json.dumps(_state(counties), separators=(",", ":")))
    return len(states)


def _arcs(atlas: dict[str, Any]) -> list[Ring]:
    """Turn the topology's differences into degrees."""
    (scale_x, scale_y), (move_x, move_y) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    lines = []
    for arc in atlas["arcs"]:
        x = y = 0
        line = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((x * scale_x + move_x, y * scale_y + move_y))
        lines.append(line)
    return lines


def _rings(shape: dict[str, Any], arcs: list[Ring]) -> list[Ring]:
    """The outlines of a shape; holes too, which an even-odd fill leaves open."""
    polygons = {"Polygon": lambda a: [a], "MultiPolygon": lambda a: a}.get(shape["type"], lambda a: [])(
        shape.get("arcs", [])
    )
    rings = []
    for polygon in polygons:
        for ring in polygon:
            points: Ring = []
            for number in ring:
                line = arcs[number] if number >= 0 else arcs[~number][::-1]
                points += line[1:] if points else line
            rings.append(points)
    return rings


def _state(counties: dict[str, list[Ring]]) -> dict[str, Any]:
    """Fit a state into the width: degrees of longitude shrink with the latitude, north is up."""
    points = [_unrolled(point) for rings in counties.values() for ring in rings for point in ring]
    south, north = min(y for _, y in points), max(y for _, y in points)
    shrink = math.cos(math.radians((south + north) / 2))
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    scale = WIDTH / ((east - west) * shrink)

    def place(point: Point) -> Point:
        x, y = _unrolled(point)
        return round((x - west) * shrink * scale), round((north - y) * scale)

    placed = {fips: [[place(p) for p in ring] for ring in rings] for fips, rings in counties.items()}
    height = round((north - south) * scale)
    return {"width": WIDTH, "height": height, "counties": {fips: _county(r) for fips, r in sorted(placed.items())}}


def _unrolled(point: Point) -> Point:
    """Islands beyond the date line lie west of the others, not on the far side of the world."""
    return (point[0] - 360 if point[0] > 0 else point[0]), point[1]


def _county(rings: list[Ring]) -> dict[str, Any]:
    largest = max(rings, key=lambda ring: abs(_area(ring)))
    kept = [ring for ring in rings if ring is largest or abs(_area(ring)) >= SMALLEST**2]
    xs, ys = [x for x, _ in largest], [y for _, y in largest]
    x, y = _middle(largest)
    size = {"w": round(max(xs) - min(xs)), "h": round(max(ys) - min(ys))}
    return {"d": "".join(_path(ring) for ring in kept), "x": round(x), "y": round(y), **size}


def _path(ring: Ring) -> str:
    points = [point for n, point in enumerate(ring) if n == 0 or point != ring[n - 1]]
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in points) + "Z"


def _area(ring: Ring) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True)) / 2


def _middle(ring: Ring) -> Point:
    """The centroid; the middle of its corners for a ring without surface."""
    area = _area(ring)
    if not area:
        return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)
    pairs = [(a, b, a[0] * b[1] - b[0] * a[1]) for a, b in zip(ring, ring[1:] + ring[:1], strict=True)]
    x = sum((a[0] + b[0]) * cross for a, b, cross in pairs) / (6 * area)
    y = sum((a[1] + b[1]) * cross for a, b, cross in pairs) / (6 * area)
    return x, y
