"""What memorability's page shows: what was picked, what was passed over, and predicted scores."""

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
from heptathlon.tasks.memorability.prompts import LABELS

CELLS = 20
"""Cells of the density plot along either axis."""
MISSES = 10
NAME = 90
"""Characters of an item's text in the table of misses."""
SCALE_END = 99.0


def draw_memorability(played: Played) -> list[Figure]:
    """Show the overlap by gap, and the best remembered items that were passed over most often."""
    if not played[THIS_RUN]:
        return []
    return [_by_gap(played), _passed_over(played[THIS_RUN])]


def _by_gap(played: Played) -> Figure:
    gaps = sorted({one.sample.doc["gap"] for one in played[THIS_RUN]}, reverse=True)
    means = {who: _overlaps(samples, gaps) for who, samples in played.items()}
    rows = [
        (who, *(f"{value:.2f}" for value in values))
        for who, values in sorted(means.items(), key=lambda pair: (-pair[1][0], pair[0]))
    ]
    reachable = [
        memorability.ceiling([one.row for one in played[THIS_RUN] if one.sample.doc["gap"] == gap])
        for gap in gaps
    ]
    rows.append(("reachable", f"{np.mean(reachable):.2f}", *(f"{x:.2f}" for x in reachable)))
    return Figure(
        "Picked and remembered",
        "Overlap of the items picked with the best remembered ones, corrected for chance, by the "
        "points that lie between the best and the others: the smaller the gap, the harder the "
        "list. Reachable is what someone would reach who knew the true shares.",
        ("who", "all", *(f"gap {gap}" for gap in gaps)),
        tuple(rows),
    )


def _overlaps(samples: Sequence[ScoredSample], gaps: Sequence[int]) -> list[float]:
    """Return the mean overlap of all samples, and of those of each gap."""
    values = [(one.sample.doc["gap"], one.verdict.metrics["overlap"]) for one in samples]
    every = float(np.mean([value for _, value in values]))
    return [every, *(float(np.mean([v for g, v in values if g == gap])) for gap in gaps)]


def _passed_over(run: Sequence[ScoredSample]) -> Figure:
    shown: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    points: dict[str, float] = {}
    for one in run:
        doc, picked = one.sample.doc, one.verdict.answer
        for place in doc["best"]:
            text = str(doc["items"][place])
            points[text] = float(doc["measured"][place])
            shown[text] += 1
            missed[text] += LABELS[place] not in picked
    worst = sorted(missed, key=lambda text: (-missed[text], -points[text], text))[:MISSES]
    rows = tuple(
        (harmless.label(text, NAME), f"{points[text]:.0f}", f"{missed[text]} of {shown[text]}")
        for text in worst
    )
    return Figure(
        "Passed over",
        "Items that people remembered best and that were not picked, those first that were passed "
        "over most often.",
        ("item", "measured", "passed over"),
        rows,
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
