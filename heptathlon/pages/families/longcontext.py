"""What longcontext's page shows: the curve over lengths, how far it holds, and where it fails."""

from collections.abc import Callable, Sequence

import numpy as np
from markupsafe import Markup

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
from heptathlon.scorers.longcontext import KEPT, LEAST, effective
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
    """Show right answers over the number of passages, by what the others are like."""
    out = []
    for variant in dict.fromkeys(one.variant for one in run if one.form == "given"):
        out.append(_passages(variant, [one for one in run if one.variant == variant]))
    return out


def _passages(variant: str, run: Samples) -> Figure:
    kinds = list(dict.fromkeys(str(one.sample.doc["kind"]) for one in run))
    counts = sorted({int(one.sample.doc["passages"]) for one in run})
    rows = []
    for count in counts:
        here = [one for one in run if one.sample.doc["passages"] == count]
        of = [[one for one in here if one.sample.doc["kind"] == kind] for kind in kinds]
        rows.append((str(count), *(with_interval(estimate("right", one)) for one in (here, *of))))
    found = fall_of(run)
    fall = "too few questions for a fall from the peak"
    if found is not None:
        fall = (
            f"fall from the peak to {counts[-1]} passages: {pages.figure(found.value)} "
            f"({pages.interval(found.low, found.high) or pages.DASH})"
        )
    return Figure(
        f"Right answers by number of passages ({variant})",
        "One passage always answers, but for none at all; the others are of the kind that heads "
        f"the column, and those for a number are among those for the next. The {fall}, paired by "
        "question; the peak is chosen on one half of the questions and measured on the other.",
        ("passages", "all", *kinds),
        tuple(rows),
    )


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
