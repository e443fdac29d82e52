"""Lines over a study's checkpoints, as SVG: shares from 0 to 1, each line named at its end.

Drawn here and by no plotting library, for the reasons that :mod:`.plots` gives.
"""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from heptathlon.harmless import label

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 40, 150, 12, 34
"""Margins of a plot in its own units: the right one holds the names of the lines."""
PARTS = 8
"""Colours of parts in ``base.css``; after so many lines they begin again, with dashes."""

Line = tuple[str, Sequence[float | None]]
"""A line's name and its shares; None where one is missing."""


def plot(lines: Sequence[Line], ticks: Sequence[str], says: str) -> Markup:
    """Return lines over checkpoints as SVG, from 0 to 1; a missing figure breaks its line."""
    text = Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>')
    rule = Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>')
    parts = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(rule.format(LEFT, WIDTH - RIGHT, _y(share), _y(share)))
        parts.append(text.format("tick end", LEFT - 6, _y(share) + 4, f"{share:g}"))
    for place, name in enumerate(ticks):
        parts.append(text.format("tick mid", _x(place, ticks), HEIGHT - 12, label(name, 12)))
    ends = _spaced([(y[-1], name) for name, y in lines])
    for number, (name, values) in enumerate(lines):
        kind = f"part-{number % PARTS + 1}" + " dashed" * (number >= PARTS)
        for run in _unbroken(values):
            points = " ".join(f"{_x(i, ticks):.1f},{_y(v):.1f}" for i, v in run)
            parts.append(Markup('<polyline class="{}" points="{}"/>').format(kind, points))
            parts += [
                Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="3"/>').format(
                    kind, _x(i, ticks), _y(v)
                )
                for i, v in run
            ]
        key = Markup('<circle class="{}" cx="{}" cy="{:.1f}" r="3"/>')
        parts.append(key.format(kind, WIDTH - RIGHT + 12, ends[name] - 4))
        parts.append(text.format("name", WIDTH - RIGHT + 20, ends[name], label(name, 20)))
    svg = Markup('<svg class="curves" role="img" aria-label="{}" viewBox="0 0 {} {}">{}</svg>')
    return svg.format(says, WIDTH, HEIGHT, Markup("").join(parts))


def _x(place: int, ticks: Sequence[Any]) -> float:
    return LEFT + 14 + (WIDTH - LEFT - RIGHT - 28) * place / max(1, len(ticks) - 1)


def _y(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(1.0, max(0.0, share)))


def _unbroken(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for i, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((i, value))
    return [run for run in runs if run]


def _spaced(ends: Sequence[tuple[float | None, str]]) -> dict[str, float]:
    """Return the height of each line's name: beside its end, and no two on one another."""
    step = min(15.0, (HEIGHT - TOP - BOTTOM) / max(1, len(ends)))
    order = sorted(ends, key=lambda e: -(e[0] if e[0] is not None else -1))
    heights: list[float] = []
    for value, _ in order:
        wanted = _y(value if value is not None else 0.0) + 4
        heights.append(max(wanted, heights[-1] + step) if heights else wanted)
    floor = HEIGHT - BOTTOM + 4.0
    for place in range(len(heights) - 1, -1, -1):
        heights[place] = min(heights[place], floor)
        floor = heights[place] - step
    return {name: height for (_, name), height in zip(order, heights, strict=True)}
