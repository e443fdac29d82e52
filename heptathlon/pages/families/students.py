"""What the students' page shows: calibration, log-loss by history, errors taken for each other."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from markupsafe import Markup

from heptathlon import harmless
from heptathlon.pages import plots
from heptathlon.pages.drawings import SIDE, THIS_RUN, Drawings, Figure, Played, chart
from heptathlon.scoring.scorecard import ScoredSample, level_order

BINS = 10
"""Bins of the reliability diagram, each with an equal share of the questions."""


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
        doc = one.sample.doc
        first.setdefault(str(doc.get("ask_id", doc["item_id"])), one)
    return [one for one in first.values() if _figures(one)]


def _figures(one: ScoredSample) -> dict[str, float]:
    """Return confidence, accuracy and log score of a question; nothing if it is not whole.

    A twin's question stands in one document, another's in several that are averaged.
    """
    metrics = one.verdict.metrics
    p = getattr(one.verdict, "probabilities", ())
    if one.sample.doc["form"] == "twin" and p:
        return {"confidence": max(p), "right": metrics["acc"], "log": metrics["log_score"]}
    if "mean_log_score" not in metrics:
        return {}
    return {
        "confidence": metrics["confidence"],
        "right": metrics["mean_acc"],
        "log": metrics["mean_log_score"],
    }


def _reliability(run: Sequence[ScoredSample]) -> Figure:
    asked = _questions(run)
    metrics = [_figures(one) for one in asked]
    order = sorted(range(len(asked)), key=lambda i: metrics[i]["confidence"])
    bins = [part for part in np.array_split(np.array(order, dtype=int), BINS) if len(part)]
    points = [
        (
            float(np.mean([metrics[i]["confidence"] for i in part])),
            float(np.mean([metrics[i]["right"] for i in part])),
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


def _diagram(points: Sequence[tuple[float, float, int]]) -> Markup:
    """Return the reliability diagram: what is said to the right, what is right upwards."""
    dot = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2.2"/>')
    path = " ".join(f"{SIDE * said:.1f},{SIDE * (1 - was):.1f}" for said, was, _ in points)
    dots = Markup("").join(dot.format(SIDE * s, SIDE * (1 - w)) for s, w, _ in points)
    curve = Markup('<polyline class="curve" points="{}"/>{}').format(path, dots)
    return chart([curve])


def _loss_by_history(played: Played) -> Figure:
    lengths = sorted({str(one.sample.doc["history"]) for one in played[THIS_RUN]}, key=level_order)
    rows = []
    for who, samples in played.items():
        losses: dict[str, list[float]] = {length: [] for length in lengths}
        for one in _questions(samples):
            loss = -_figures(one)["log"]
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


DRAWINGS = Drawings(figures=draw_students)
