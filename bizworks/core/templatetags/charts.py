"""Charts drawn by the server: plain SVG without styles or scripts, each with its table.

Bars are one small SVG a row, so that labels are ordinary text that wraps and never shrinks. The
trend places everything across in percent and everything upward in pixels, so that it fills any
width and its words keep their size.
"""

from collections.abc import Iterable
from math import ceil, floor, log10
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma

register = template.Library()

PLOT_TOP, PLOT_BASE, TREND_HEIGHT = 24, 196, 228


def _get(row: Any, name: str, default: Any = None) -> Any:
    """Read from a dict or an object."""
    return row.get(name, default) if isinstance(row, dict) else getattr(row, name, default)


def _shown(value: Any) -> str:
    """Write a figure for people."""
    if value is None:
        return "–"
    return intcomma(round(value, 1) if isinstance(value, float) and not value.is_integer() else int(value), False)


def nice_ceiling(value: float) -> int:
    """Round up to a figure that divides by four into whole, round steps: the top of an axis."""
    for small in (4, 8, 12):
        if value <= small:
            return small
    power = 10 ** floor(log10(value))
    return next(round(step * power) for step in (1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * power >= value)


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(rows: Iterable[Any], title: str = "", unit: str = "", first: str = "Name") -> dict[str, Any]:
    """Draw horizontal bars; rows have label, value and perhaps url and note. `first` heads the table."""
    rows = list(rows)
    top = max((_get(row, "value") or 0 for row in rows), default=0) or 1
    bars = [
        {
            "label": _get(row, "label"),
            "shown": _shown(_get(row, "value")),
            "width": f"{100 * (_get(row, 'value') or 0) / top:.2f}%",
            "url": _get(row, "url"),
            "note": _get(row, "note"),
        }
        for row in rows
    ]
    return {"bars": bars, "title": title, "unit": unit, "first": first}


@register.inclusion_tag("components/trend_chart.html")
def trend_chart(
    points: Iterable[Any],
    title: str = "",
    unit: str = "",
    compare: str = "",
    first: str = "Period",
    series: str = "This period",
) -> dict[str, Any]:
    """Draw columns over time; points have label, value and perhaps full, url and compare.

    `compare` names the second figure of each point (a year before, say), drawn as a mark.
    """
    points = list(points)
    figures = [_get(p, name) or 0 for p in points for name in ("value", "compare")]
    ceiling = nice_ceiling(max(figures, default=0))
    slot = 100 / (len(points) or 1)
    every = ceil(len(points) / 13)
    columns = [_column(point, index, slot, ceiling, every) for index, point in enumerate(points)]
    lines = [{"y": str(_height(ceiling * n / 4, ceiling)), "shown": _shown(ceiling * n / 4)} for n in range(1, 5)]
    return {
        "columns": columns,
        "lines": lines,
        "title": title,
        "unit": unit,
        "compare": compare,
        "first": first,
        "series": series,
        "height": str(TREND_HEIGHT),
        "base": str(PLOT_BASE),
        "label_y": str(PLOT_BASE + 22),
        "linked": any(column["url"] for column in columns),
    }


def _height(value: float, ceiling: float) -> float:
    """Place a figure on the upright axis, in pixels from the top."""
    return round(PLOT_BASE - (PLOT_BASE - PLOT_TOP) * value / ceiling, 1)


def _column(point: Any, index: int, slot: float, ceiling: float, every: int) -> dict[str, Any]:
    """Work out one column: its place across in percent, its height in pixels, its words."""
    value, before = _get(point, "value"), _get(point, "compare")
    y = _height(value or 0, ceiling)
    return {
        "label": _get(point, "label"),
        "full": _get(point, "full") or _get(point, "label"),
        "shown": _shown(value),
        "before": _shown(before),
        "url": _get(point, "url"),
        "slot_x": f"{slot * index:.3f}%",
        "slot_width": f"{slot:.3f}%",
        "x": f"{slot * (index + 0.18):.3f}%",
        "width": f"{slot * 0.64:.3f}%",
        "middle": f"{slot * (index + 0.5):.3f}%",
        "mark_from": f"{slot * (index + 0.08):.3f}%",
        "mark_to": f"{slot * (index + 0.92):.3f}%",
        "y": str(y),
        "height": str(round(PLOT_BASE - y, 1)),
        "before_y": None if before is None else str(_height(before, ceiling)),
        "labelled": index % every == 0,
    }


@register.inclusion_tag("components/compare_bars.html")
def compare_bars(
    rows: Iterable[Any], first: str, second: str, title: str = "", unit: str = "%", head: str = "Measure"
) -> dict[str, Any]:
    """Draw two bars a row against each other (a region and its state); rows have label, first, second.

    Figures are shares from 0 to 100 when `unit` is "%"; otherwise bars are scaled to the largest.
    """
    rows = list(rows)
    figures = [_get(row, name) or 0 for row in rows for name in ("first", "second")]
    top = 100 if unit == "%" else max(figures, default=0) or 1
    pairs = [
        {
            "label": _get(row, "label"),
            "first": _shown(_get(row, "first")),
            "second": _shown(_get(row, "second")),
            "first_width": f"{min(100, 100 * (_get(row, 'first') or 0) / top):.2f}%",
            "second_width": f"{min(100, 100 * (_get(row, 'second') or 0) / top):.2f}%",
        }
        for row in rows
    ]
    return {"pairs": pairs, "first": first, "second": second, "title": title, "unit": unit, "head": head}
