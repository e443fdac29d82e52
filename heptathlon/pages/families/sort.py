"""What sort's page shows: accuracy by distance and by place, a curve a length of text."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from heptathlon.pages.drawings import (
    SIDE,
    THIS_RUN,
    Drawings,
    Figure,
    Played,
    chart,
    with_interval,
)
from heptathlon.scoring.cards import Estimate
from heptathlon.scoring.scorecard import ScoredSample, estimate, level_order

DASHES = ("", "8 2", "6 2", "4 2", "3 2", "1.5 1.5", "6 1.5 1.5 1.5", "4 1 1 1")
"""How the curves of the lengths of text are dashed, the shortest one whole."""
CHANCE = 0.5


def draw_sort(played: Played) -> list[Figure]:
    """Show accuracy by distance and by place in the text, a curve a length of text."""
    run = [one for one in played[THIS_RUN] if _is_drawn(one.sample.doc)]
    if not run:
        return []
    return [
        _curves(
            run,
            "distance",
            "Accuracy by distance",
            "How far apart the two are told, in four bins of the text's length.",
        ),
        _curves(
            run,
            "place",
            "Accuracy by place in the text",
            "In which fifth of the text the middle between the two lies: a dip in the "
            "middle is what is called lost in the middle.",
        ),
    ]


def _is_drawn(doc: Mapping[str, Any]) -> bool:
    """Tell whether a document asks about two pieces of a text that is in the prompt."""
    return doc["condition"] == "text" and doc["form"] in ("order", "first")


def _curves(run: Sequence[ScoredSample], name: str, title: str, says: str) -> Figure:
    levels = sorted({str(one.sample.doc[name]) for one in run}, key=level_order)
    cells: dict[str, dict[str, list[ScoredSample]]] = {}
    for length in sorted({str(one.sample.doc["length"]) for one in run}, key=level_order):
        cells[length] = {level: [] for level in levels}
    for one in run:
        cells[str(one.sample.doc["length"])][str(one.sample.doc[name])].append(one)
    found = {
        length: [estimate("acc", chosen) for chosen in row.values()]
        for length, row in cells.items()
    }
    rows = tuple(
        (level, *(with_interval(estimates[i]) for estimates in found.values()))
        for i, level in enumerate(levels)
    )
    return Figure(
        title,
        f"{says} Diagram: accuracy upwards from 0 to 1, dashed at a coin's one half, a curve a "
        "length of text, the shortest one unbroken, with 95 % intervals.",
        (name, *(f"{length} words" for length in found)),
        rows,
        _curve_diagram(list(found.values())),
    )


def _curve_diagram(curves: Sequence[Sequence[Estimate]]) -> Markup:
    """Return one curve a row, its points evenly apart, each with its interval."""
    line = Markup('<polyline class="curve" points="{}" stroke-dasharray="{}"/>')
    bar = Markup('<line class="curve" x1="{0:.1f}" y1="{1:.1f}" x2="{0:.1f}" y2="{2:.1f}"/>')
    dot = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2.2"/>')
    drawn: list[Markup] = []
    for number, curve in enumerate(curves):
        # A little beside each other, so that intervals do not cover one another.
        aside = 1.5 * (number - (len(curves) - 1) / 2)
        points = [
            (SIDE * (i + 0.5) / len(curve) + aside, e)
            for i, e in enumerate(curve)
            if e.value is not None
        ]
        path = " ".join(f"{x:.1f},{SIDE * (1 - (e.value or 0.0)):.1f}" for x, e in points)
        drawn.append(line.format(path, DASHES[number % len(DASHES)]))
        for x, e in points:
            if e.low is not None and e.high is not None:
                drawn.append(bar.format(x, SIDE * (1 - e.low), SIDE * (1 - e.high)))
            drawn.append(dot.format(x, SIDE * (1 - (e.value or 0.0))))
    return chart(drawn, chance=CHANCE)


DRAWINGS = Drawings(figures=draw_sort)
