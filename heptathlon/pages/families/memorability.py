"""What memorability's page shows: predicted against measured scores, and the worst misses."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from heptathlon import harmless
from heptathlon.pages import plots
from heptathlon.pages.drawings import (
    SIDE,
    THIS_RUN,
    Drawings,
    Figure,
    Played,
    chart,
    with_interval,
)
from heptathlon.scorers import memorability
from heptathlon.scoring.scorecard import ScoredSample, estimate

CELLS = 20
"""Cells of the density plot along either axis."""
MISSES = 10
NAME = 90
"""Characters of an item's text in the table of misses."""
SCALE_END = 99.0


def draw_memorability(played: Played) -> list[Figure]:
    """Show predicted against measured scores, what order can be reached, and the worst misses."""
    if not played[THIS_RUN]:
        return []
    return [_predicted_and_measured(played), _worst_misses(played[THIS_RUN])]


def _predicted_and_measured(played: Played) -> Figure:
    ceiling = memorability.ceiling([one.row for one in played[THIS_RUN]])
    rhos = []
    for who, samples in played.items():
        values = _score_pairs(samples)
        rhos.append((memorability.spearman(values, np.ones(len(values))), who))
    scale = plots.Scale.of([*(rho for rho, _ in rhos if math.isfinite(rho)), ceiling])
    best = plots.Reference(ceiling, "solid")
    rows = tuple(
        (
            who,
            f"{rho:.3f}" if math.isfinite(rho) else harmless.ELLIPSIS,
            plots.interval(
                scale, rho if math.isfinite(rho) else None, None, None, references=[best]
            ),
        )
        for rho, who in sorted(rhos, key=lambda pair: (math.isnan(pair[0]), -pair[0], pair[1]))
    )
    return Figure(
        "Predicted and measured",
        "Diagram: this run's predicted scores (to the right) against measured ones (upwards), "
        "darker where more documents lie. Table: Spearman's correlation of the run and of every "
        f"player; the line is the best that can be reached, {ceiling:.2f}.",
        ("who", "rho", "rho and ceiling"),
        rows,
        density(_score_pairs(played[THIS_RUN])),
    )


def draw_other_scores(beside: Sequence[ScoredSample]) -> list[Figure]:
    """Show predicted against measured scores of the sets that are not the headline's."""
    sets: dict[str, list[ScoredSample]] = {}
    for one in beside:
        if one.form == "score" and not one.variant.endswith("_dev"):
            sets.setdefault(one.variant, []).append(one)
    return [_one_set(variant, run) for variant, run in sets.items()]


def _one_set(variant: str, run: Sequence[ScoredSample]) -> Figure:
    values = _score_pairs(run)
    rho = estimate("rho", run)
    ceiling = memorability.ceiling([one.row for one in run])
    drawn, placed = values, ""
    if variant.endswith("_surprisal"):
        # Nats have no scale of 0 to 99: what counts is the order.
        drawn = np.stack([SCALE_END * _places(values[:, 0]), values[:, 1]], axis=1)
        placed = " (by rank)"
    scale = plots.Scale.of([rho.value, rho.low, rho.high, ceiling])
    mark = plots.interval(
        scale, rho.value, rho.low, rho.high, references=[plots.Reference(ceiling, "solid")]
    )
    return Figure(
        f"Predicted and measured: {variant}",
        f"Predicted scores{placed} to the right against measured ones upwards, darker where more "
        f"documents lie. The line is the best correlation that can be reached, {ceiling:.2f}.",
        ("who", "rho", "rho and ceiling"),
        ((THIS_RUN, with_interval(rho), mark),),
        density(drawn),
    )


def _worst_misses(run: Sequence[ScoredSample]) -> Figure:
    values = _score_pairs(run)
    off = _places(values[:, 0]) - _places(values[:, 1])
    worst = np.argsort(-np.abs(off), kind="stable")[:MISSES]
    rows = tuple(
        (
            harmless.label(str(run[i].sample.doc["text"]), NAME),
            f"{values[i, 0]:.0f}",
            f"{values[i, 1]:.0f}",
            f"{off[i]:+.0%}",
        )
        for i in worst
    )
    return Figure(
        "Worst misses",
        "Documents whose predicted rank lies farthest from the measured one, as a share of all "
        "ranks.",
        ("item", "predicted", "measured", "ranks off"),
        rows,
    )


def density(values: NDArray[np.float64]) -> Markup:
    """Return a two-dimensional histogram as SVG.

    Args:
        values: predicted and measured scores, shape (n, 2), each from 0 to 99.
    """
    cell = SIDE / CELLS
    places = np.clip((values / SCALE_END * CELLS).astype(int), 0, CELLS - 1)
    counts = Counter((int(x), int(y)) for x, y in places)
    most = max(counts.values())
    drawn = Markup('<rect class="cell" x="{:g}" y="{:g}" width="{:g}" height="{:g}" {}/>')
    cells = [
        drawn.format(
            x * cell,
            SIDE - (y + 1) * cell,
            cell,
            cell,
            Markup('fill-opacity="{:.2f}"').format(0.15 + 0.85 * count / most),
        )
        for (x, y), count in sorted(counts.items())
    ]
    return chart([], behind=cells)


def _score_pairs(samples: Sequence[ScoredSample]) -> NDArray[np.float64]:
    rows = [[one.verdict.metrics[m] for m in ("predicted", "human")] for one in samples]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 2)


def _places(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return mid-ranks as shares between 0 and 1."""
    places: NDArray[np.float64] = memorability.mid_ranks(values, np.ones(len(values))) / len(values)
    return places


DRAWINGS = Drawings(figures=draw_memorability, beside=draw_other_scores)
