"""Figures that a family adds to the report: one function a family that has something to show.

A figure holds numbers and words of this package and of its data sets only. It is a table, so that
it can be read aloud and copied, with a mark or a diagram where a picture says it faster.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from heptathlon import harmless
from heptathlon.pages import base as pages
from heptathlon.pages import plots
from heptathlon.scorers import memorability
from heptathlon.scoring.cards import Estimate
from heptathlon.scoring.scorecard import ScoredSample, estimate, level_order

THIS_RUN = "this run"
BINS = 10
"""Bins of the reliability diagram, each with an equal share of the questions."""

Played = Mapping[str, Sequence[ScoredSample]]


@dataclass(frozen=True)
class Figure:
    """A table with its title.

    Attributes:
        title: heading.
        caption: what is shown, in one or two sentences.
        head: names of the columns; the first is that of the rows' names.
        rows: cells as text or as marks.
        diagram: SVG that stands before the table; empty if there is none.
    """

    title: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | Markup, ...], ...]
    diagram: Markup = field(default=Markup(""))


def figures(
    family: str, played: Callable[[], Played], beside: Sequence[ScoredSample] = ()
) -> list[Figure]:
    """Return a family's figures; none if it has no function for them.

    Args:
        family: name in the registry.
        played: returns the scored samples of the headline's documents by who answered, the run
            (``THIS_RUN``) first and then the players; called only if they are needed.
        beside: the run's other scored samples of the family.
    """
    draw = FIGURES.get(family)
    found = draw(played()) if draw else []
    draw_beside = FIGURES_BESIDE.get(family)
    return found + (draw_beside(beside) if draw_beside else [])


# --- students ------------------------------------------------------------------------------------


def draw_students(played: Played) -> list[Figure]:
    """Show calibration, log-loss by length of history, and which errors are taken for which."""
    run = played[THIS_RUN]
    if not run:
        return []
    return [_reliability(run), _loss_by_history(played), _confusion(run)]


def _questions(samples: Iterable[ScoredSample]) -> list[ScoredSample]:
    """Return one sample a question: its rotations (or options) share the question's figures."""
    first: dict[str, ScoredSample] = {}
    for one in samples:
        first.setdefault(str(one.sample.doc["ask_id"]), one)
    return [one for one in first.values() if "mean_log_score" in one.verdict.metrics]


def _reliability(run: Sequence[ScoredSample]) -> Figure:
    asked = _questions(run)
    metrics = [one.verdict.metrics for one in asked]
    order = sorted(range(len(asked)), key=lambda i: metrics[i]["confidence"])
    bins = [part for part in np.array_split(np.array(order, dtype=int), BINS) if len(part)]
    points = [
        (
            float(np.mean([metrics[i]["confidence"] for i in part])),
            float(np.mean([metrics[i]["mean_acc"] for i in part])),
            len(part),
        )
        for part in bins
    ]
    scale = plots.Scale(0.0, 1.0)
    rows = tuple(
        (
            f"{said:.3f}",
            f"{was:.3f}",
            str(count),
            plots.interval(scale, was, None, None, references=[plots.Reference(said)]),
        )
        for said, was, count in points
    )
    return Figure(
        "Reliability",
        "Questions in ten parts by how sure the forecast is of its likeliest option: a calibrated "
        "forecast is right as often as it says. Dashed: what it says; dot: how often it is right.",
        ("sure of it", "right", "questions", "said and right"),
        rows,
        _diagram(points),
    )


SIDE = 100
"""Side of the diagram in its own units."""


def _diagram(points: Sequence[tuple[float, float, int]]) -> Markup:
    """Return the reliability diagram: what is said to the right, what is right upwards."""
    dot = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2.2"/>')
    path = " ".join(f"{SIDE * said:.1f},{SIDE * (1 - was):.1f}" for said, was, _ in points)
    dots = Markup("").join(dot.format(SIDE * s, SIDE * (1 - w)) for s, w, _ in points)
    return Markup(
        '<svg class="chart" viewBox="-3 -3 {0} {0}" aria-hidden="true" focusable="false">'
        '<rect class="frame" width="{1}" height="{1}"/>'
        '<line class="frame dashed" x1="0" y1="{1}" x2="{1}" y2="0"/>'
        '<polyline class="curve" points="{2}"/>{3}</svg>'
    ).format(SIDE + 6, SIDE, path, dots)


def _loss_by_history(played: Played) -> Figure:
    lengths = sorted({str(one.sample.doc["history"]) for one in played[THIS_RUN]}, key=level_order)
    rows = []
    for who, samples in played.items():
        losses: dict[str, list[float]] = {length: [] for length in lengths}
        for one in _questions(samples):
            loss = -one.verdict.metrics["mean_log_score"]
            losses[str(one.sample.doc["history"])].append(loss)
        cells = [f"{np.mean(v):.3f}" if v else harmless.ELLIPSIS for v in losses.values()]
        every = [x for v in losses.values() for x in v]
        mean = float(np.mean(every)) if every else math.inf
        rows.append((mean, (who, *cells, f"{mean:.3f}" if every else harmless.ELLIPSIS)))
    return Figure(
        "Log-loss by length of history",
        "Nats a question, lower is better, of the run and of every player on the same questions.",
        ("who", *(f"{length} earlier answers" for length in lengths), "all"),
        tuple(row for _, row in sorted(rows, key=lambda pair: pair[0])),
    )


KEY, PLAIN = "key", ""
_TAKEN = ("right answer", "the same rule", "another rule", "no rule")


def _confusion(run: Sequence[ScoredSample]) -> Figure:
    counts: dict[str, Counter[str]] = {}
    for one in run:
        doc, p = one.sample.doc, getattr(one.verdict, "probabilities", ())
        behind = list(doc["carries"])
        if len(p) != len(behind):
            continue
        chosen, taken = behind[int(doc["chosen"])], behind[p.index(max(p))]
        if taken == KEY:
            kind = _TAKEN[0]
        elif taken == PLAIN:
            kind = _TAKEN[3]
        else:
            kind = _TAKEN[1] if taken == chosen else _TAKEN[2]
        counts.setdefault(chosen, Counter())[kind] += 1
    names = sorted(counts, key=lambda n: (n != KEY, n == PLAIN, -sum(counts[n].values()), n))
    words = {KEY: "right answer", PLAIN: "wrong, by no rule"}
    rows = tuple(
        (
            words.get(name, name.replace("_", " ")),
            *(str(counts[name][kind]) for kind in _TAKEN),
            str(sum(counts[name].values())),
        )
        for name in names
    )
    return Figure(
        "Chosen and forecast misconceptions",
        "Documents by what stands behind the option that the student chose (rows) and behind the "
        "one that the forecast holds likeliest (columns).",
        ("the student's option", *_TAKEN, "documents"),
        rows,
    )


# --- memorability --------------------------------------------------------------------------------

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
        ((THIS_RUN, _with_interval(rho), mark),),
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
    return Markup(
        '<svg class="chart" viewBox="-3 -3 {0} {0}" aria-hidden="true" focusable="false">{2}'
        '<rect class="frame" width="{1}" height="{1}"/>'
        '<line class="frame dashed" x1="0" y1="{1}" x2="{1}" y2="0"/></svg>'
    ).format(SIDE + 6, SIDE, Markup("").join(cells))


def _score_pairs(samples: Sequence[ScoredSample]) -> NDArray[np.float64]:
    rows = [[one.verdict.metrics[m] for m in ("predicted", "human")] for one in samples]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 2)


def _places(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return mid-ranks as shares between 0 and 1."""
    places: NDArray[np.float64] = memorability.mid_ranks(values, np.ones(len(values))) / len(values)
    return places


# --- sort ----------------------------------------------------------------------------------------

DASHES = ("", "6 2", "3 2", "1.5 1.5", "6 1.5 1.5 1.5")
"""How the curves of the five lengths of text are dashed, the shortest one whole."""
CHANCE = 0.5


def draw_sort(played: Played) -> list[Figure]:
    """Show accuracy by distance and by place in the text, a curve a length of text."""
    run = [one for one in played[THIS_RUN] if one.sample.doc["condition"] == "text"]
    if not run:
        return []
    return [
        _curves(
            run,
            "distance",
            "Accuracy by distance",
            "How far apart the two passages begin, in four bins of the text's length.",
        ),
        _curves(
            run,
            "place",
            "Accuracy by place in the text",
            "In which fifth of the text the middle between the two passages lies: a dip in the "
            "middle is what is called lost in the middle.",
        ),
    ]


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
        (level, *(_with_interval(estimates[i]) for estimates in found.values()))
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


def _with_interval(e: Estimate) -> str:
    return f"{pages.figure(e.value)} ({pages.interval(e.low, e.high) or pages.DASH})"


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
    return Markup(
        '<svg class="chart" viewBox="-3 -3 {0} {0}" aria-hidden="true" focusable="false">'
        '<rect class="frame" width="{1}" height="{1}"/>'
        '<line class="frame dashed" x1="0" y1="{2}" x2="{1}" y2="{2}"/>{3}</svg>'
    ).format(SIDE + 6, SIDE, SIDE * (1 - CHANCE), Markup("").join(drawn))


FIGURES: dict[str, Callable[[Played], list[Figure]]] = {
    "students": draw_students,
    "memorability": draw_memorability,
    "sort": draw_sort,
}
FIGURES_BESIDE: dict[str, Callable[[Sequence[ScoredSample]], list[Figure]]] = {
    "memorability": draw_other_scores,
}
"""Figures of what a run answered beside the headline's documents."""
