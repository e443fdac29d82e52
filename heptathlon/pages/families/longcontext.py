"""What longcontext's page shows: the curve over lengths, how far it holds, and where it fails."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from scipy.stats import linregress

from heptathlon.pages import base as pages
from heptathlon.pages.drawings import (
    SIDE,
    THIS_RUN,
    Drawings,
    Figure,
    Played,
    Samples,
    chart,
    with_interval,
)
from heptathlon.scorers.longcontext import KEPT, LEAST, MANY, effective
from heptathlon.scorers.stats import Interval, mean_interval
from heptathlon.scoring.figures import SEED, clusters, columns
from heptathlon.scoring.scorecard import ScoredSample, estimate

RESAMPLES = 1_000
SURE = (0.025, 0.975)
DECILES = 10
LEAST_HALF = 5
"""Questions that half of a run must have, to choose a peak on it."""


def draw(played: Played) -> list[Figure]:
    """Show reach by length and form, the effective length, and reach by depth and length."""
    run = [one for one in played[THIS_RUN] if "reach" in one.verdict.metrics]
    if not run:
        return []
    return [_curve(run), _effective(run), _heat(run)]


def _words(one: ScoredSample) -> int:
    return int(one.sample.doc["words"])


def _lengths(run: Samples) -> list[int]:
    return sorted({_words(one) for one in run})


def _curve(run: Samples) -> Figure:
    forms = list(dict.fromkeys(one.form for one in run))
    rows = []
    points = []
    lengths = _lengths(run)
    for i, words in enumerate(lengths):
        here = [one for one in run if _words(one) == words]
        by_form = [estimate("reach", [one for one in here if one.form == form]) for form in forms]
        whole = estimate("reach", here)
        rows.append((f"{words:,}", *map(with_interval, (whole, *by_form))))
        points.append((SIDE * (i + 0.5) / len(lengths), whole))
    line = " ".join(f"{x:.1f},{SIDE * (1 - (e.value or 0.0)):.1f}" for x, e in points)
    drawn = [Markup('<polyline class="curve" points="{}"/>').format(line)]
    for x, e in points:
        if e.low is not None and e.high is not None:
            drawn.append(
                Markup('<line class="curve" x1="{0:.1f}" y1="{1:.1f}" x2="{0:.1f}" y2="{2:.1f}"/>')
                .format(x, SIDE * (1 - e.low), SIDE * (1 - e.high))
            )  # fmt: skip
    return Figure(
        "Reach by length",
        "Right answers from chance (0) to always (1), over the words of the text. Diagram: all "
        "forms together, upwards from 0 to 1, one length beside the other, with 95 % intervals.",
        ("words", "all", *forms),
        tuple(rows),
        chart(drawn, chance=0.0),
    )


def _effective(run: Samples) -> Figure:
    """Return how far the run reads; what lies beyond the lengths asked is said to lie there."""
    forms = ["all", *dict.fromkeys(one.form for one in run)]
    rows = []
    for form in forms:
        mine = [one for one in run if form in ("all", one.form)]
        value, low, high = effective_of(mine)
        ends = _lengths(mine)
        known = not np.isnan(value)
        interval = f"{_said(low, ends)} to {_said(high, ends)}" if known else pages.DASH
        rows.append((form, _said(value, ends), interval))
    return Figure(
        "Effective length",
        f"Words up to which {KEPT:g} of what is reached in the shortest texts is kept, by a "
        "falling fit, read off between lengths on their logarithm; 95 % by resampling texts within "
        "lengths. Beyond the lengths that were asked nothing is extrapolated, and there is none "
        f"where less than {LEAST:g} is reached in the shortest texts.",
        ("form", "words", "95 %"),
        tuple(rows),
    )


def _said(value: float, lengths: Sequence[int]) -> str:
    if np.isnan(value):
        return "none"
    if np.isinf(value):
        return f"> {lengths[-1]:,}"
    return f"{value:,.0f}"


def effective_of(run: Samples, *, resamples: int = RESAMPLES) -> tuple[float, float, float]:
    """Return the effective length with its interval; infinity stands for beyond the longest.

    Resamples in which there is none count as shorter than any.

    Args:
        run: samples with a reach.
        resamples: draws of texts within lengths.
    """
    lengths = _lengths(run)
    sums, sizes = [], []
    for words in lengths:
        here = [one for one in run if _words(one) == words]
        of_text = np.unique(clusters(here), return_inverse=True)[1]
        sums.append(np.bincount(of_text, columns(["reach"], here)[:, 0]))
        sizes.append(np.bincount(of_text).astype(float))
    draw = np.random.default_rng(SEED)

    def drawn(count: Callable[[int], np.ndarray]) -> float:
        times = [count(len(s)) for s in sums]
        weights = [float(t @ n) for t, n in zip(times, sizes, strict=True)]
        means = [float(t @ s) / w for t, s, w in zip(times, sums, weights, strict=True)]
        return effective(lengths, means, weights)

    value = drawn(np.ones)
    found = [drawn(lambda n: draw.multinomial(n, np.full(n, 1 / n))) for _ in range(resamples)]
    ordered = np.sort(np.nan_to_num(found, nan=0.0, posinf=np.inf))
    low, high = (float(ordered[int(q * (resamples - 1))]) for q in SURE)
    return value, low, high


def _heat(run: Samples) -> Figure:
    lengths = _lengths(run)
    rows = []
    for depth in range(DECILES):
        cells: list[str | Markup] = [f"{depth / DECILES:.1f} to {(depth + 1) / DECILES:.1f}"]
        for words in lengths:
            here = [
                one for one in run if _words(one) == words and int(one.sample.doc["depth"]) == depth
            ]
            cells.append(_cell(here))
        rows.append(tuple(cells))
    return Figure(
        "Reach by depth and length",
        "Where in the text the fact stands that answers, from its beginning (0) to its end (1), by "
        "words of the text; in brackets the documents. The bar under a figure is as long as it.",
        ("depth", *(f"{words:,}" for words in lengths)),
        tuple(rows),
    )


def _cell(here: Samples) -> str | Markup:
    if not here:
        return pages.DASH
    value = float(columns(["reach"], here).mean())
    bar = Markup(
        '<svg class="chart" viewBox="0 0 {0} 8" aria-hidden="true" focusable="false">'
        '<rect class="frame" width="{0}" height="8"/>'
        '<line class="curve" x1="0" y1="4" x2="{1:.1f}" y2="4" stroke-width="6"/></svg>'
    ).format(SIDE, SIDE * min(1.0, max(0.0, value)))
    return Markup("{} ({}){}").format(pages.figure(value, 2), len(here), bar)


def draw_beside(run: Samples) -> list[Figure]:
    """Show what each form before passages reaches over their number, and by where it stands."""
    out = []
    for variant in dict.fromkeys(one.variant for one in run if "passages" in one.sample.doc):
        mine = [one for one in run if one.variant == variant]
        out.append(_passages(variant, mine))
        if mine[0].form == "given":
            out.append(_slopes(variant, mine))
        out.append(_places(variant, mine))
    return out


_METRICS = {"given": "right", "retrieved": "right"}
"""What stands over the number of passages; of the other forms what is above chance."""
_SAYS = {
    "given": "Right answers. One passage always answers, but for none at all; the others are of "
    "the kind that heads the column.",
    "which": "The number of the passage that answers, from chance (0) to always right (1); the "
    "others are of the kind that heads the column.",
    "unsaid": "Right both where a passage answers and where another one stands in its place, from "
    "chance (0) to always (1); the others are of the kind that heads the column.",
    "retrieved": "Right answers before what BM25 found in a collection, in the order that heads "
    "the column; recall is how often what answers is among it.",
}


def _passages(variant: str, run: Samples) -> Figure:
    form = run[0].form
    metric = _METRICS.get(form, "above")
    field = "order" if form == "retrieved" else "kind"
    heads = list(dict.fromkeys(str(one.sample.doc[field]) for one in run))
    rows: list[tuple[str | Markup, ...]] = []
    for count in sorted({int(one.sample.doc["passages"]) for one in run}):
        here = [one for one in run if one.sample.doc["passages"] == count]
        of = [[one for one in here if one.sample.doc[field] == head] for head in heads]
        # Intervals of every column would make the table wider than a screen.
        cells = [with_interval(estimate(metric, here)), *(_value(metric, one) for one in of)]
        if form == "retrieved":
            cells.insert(0, with_interval(estimate("recall", here)))
        rows.append((str(count), *cells))
    says = f"{_SAYS[form]} The passages for a number are among those for the next."
    if form == "given":
        says = f"{says} {_fall(run)}"
    first = ("passages", "recall", "all") if form == "retrieved" else ("passages", "all")
    return Figure(f"By number of passages ({variant})", says, (*first, *heads), tuple(rows))


def _value(metric: str, run: Samples) -> str:
    return pages.figure(estimate(metric, run).value) if run else pages.DASH


def _slopes(variant: str, run: Samples) -> Figure:
    kinds = dict.fromkeys(str(one.sample.doc["kind"]) for one in run)
    of = {kind: [one for one in run if one.sample.doc["kind"] == kind] for kind in kinds}
    return Figure(
        f"What a doubling of passages changes ({variant})",
        "Right answers, by what the passages are like that do not answer: the slope of a line "
        "through each question's, with 95 % over questions.",
        ("kind", "change"),
        tuple((kind, _in_words(slope_of(one))) for kind, one in {"all": run, **of}.items()),
    )


def _in_words(found: Interval | None) -> str:
    if found is None:
        return pages.DASH
    return f"{pages.figure(found.value)} ({pages.interval(found.low, found.high) or pages.DASH})"


def _fall(run: Samples) -> str:
    found = fall_of(run)
    if found is None:
        return "There are too few questions for a fall from the peak."
    return (
        f"Fall from the peak to most passages: {_in_words(found)}, paired by question; the peak is "
        "chosen on one half of the questions and measured on the other."
    )


def slope_of(run: Samples) -> Interval | None:
    """Return by how much right answers change where passages are doubled: a line each question.

    Args:
        run: samples of one variant; what was asked before no passage does not count.
    """
    curves: dict[str, list[tuple[float, float]]] = {}
    for one in run:
        if one.sample.doc["passages"]:
            point = (math.log2(one.sample.doc["passages"]), one.verdict.metrics["right"])
            curves.setdefault(str(one.sample.doc["cluster_id"]), []).append(point)
    slopes = [linregress(*np.array(curve).T).slope for curve in curves.values() if len(curve) > 1]
    if len(slopes) < 2:
        return None
    # Numbers of passages at least double, so that no line is steeper.
    bounded = np.clip(slopes, -1.0, 1.0)
    return mean_interval(bounded, np.arange(len(slopes)), bounds=(-1.0, 1.0))


THIRDS = ("first", "middle", "last")
SHUFFLES = 200


def _third(one: ScoredSample) -> str:
    """Return where the passage stands that answers."""
    doc = one.sample.doc
    if doc["place"] in THIRDS:
        return str(doc["place"])
    return THIRDS[len(THIRDS) * int(doc["at"]) // int(doc["passages"])]


def _places(variant: str, run: Samples) -> Figure:
    metric = "robust"
    there = [one for one in run if one.sample.doc["at"] >= 0 and metric in one.verdict.metrics]
    of = {third: [one for one in there if _third(one) == third] for third in THIRDS}
    rows = [(third, with_interval(estimate(metric, ones))) for third, ones in of.items()]
    spread, luck = spread_of(there)
    rows.append(("largest less smallest", pages.figure(spread)))
    rows.append(("of shuffled places", pages.figure(luck)))
    return Figure(
        f"By the place of what answers ({variant})",
        f"From chance (0) to always right (1), with {MANY} passages and more, by where among them "
        "the one stands that answers. The largest of three figures lies above the smallest by "
        "luck alone: by how much is told by the same answers with their places shuffled.",
        ("place", metric),
        tuple(rows),
    )


def spread_of(run: Samples) -> tuple[float | None, float | None]:
    """Return the spread between places of what answers, and what it is if they say nothing.

    Args:
        run: samples before passages, one of which answers.
    """
    places = np.array([THIRDS.index(_third(one)) for one in run])
    if len(set(places.tolist())) < len(THIRDS):
        return None, None
    values = columns(["robust"], run)[:, 0]
    # A question that has one place before all its passages is shuffled as a whole.
    of = np.unique(clusters(run), return_inverse=True)[1]
    own = np.array([places[of == n][0] for n in range(of.max() + 1)])
    together = bool((own[of] == places).all())

    def spread(at: NDArray[np.intp]) -> float:
        counts = np.bincount(at, minlength=len(THIRDS))
        means = np.bincount(at, values, minlength=len(THIRDS)) / counts
        return float(means.max() - means.min())

    draw = np.random.default_rng(SEED)
    drawn = [
        spread(draw.permutation(own)[of] if together else draw.permutation(places))
        for _ in range(SHUFFLES)
    ]
    return spread(places), float(np.mean(drawn))


def fall_of(run: Samples) -> Interval | None:
    """Return how much less is right with most passages than at the peak, each half's own.

    Args:
        run: samples of one variant; the same questions before every number of passages.
    """
    names = sorted({str(one.sample.doc["cluster_id"]) for one in run})
    counts = sorted({int(one.sample.doc["passages"]) for one in run if one.sample.doc["passages"]})
    right = np.full((len(names), len(counts)), np.nan)
    for one in run:
        if one.sample.doc["passages"]:
            place = names.index(str(one.sample.doc["cluster_id"]))
            column = counts.index(int(one.sample.doc["passages"]))
            right[place, column] = one.verdict.metrics["right"]
    right = right[~np.isnan(right).any(axis=1)]
    if len(right) < 2 * LEAST_HALF or len(counts) < 2:
        return None
    # Ids are hashes, so that the two halves are drawn as good as at random.
    half = np.arange(len(right)) % 2
    falls = np.empty(len(right))
    for mine in (0, 1):
        peak = int(right[half != mine].mean(axis=0).argmax())
        falls[half == mine] = right[half == mine, peak] - right[half == mine, -1]
    return mean_interval(falls, np.arange(len(falls)), bounds=(-1.0, 1.0))


DRAWINGS = Drawings(figures=draw, beside=draw_beside)
