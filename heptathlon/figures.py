"""Figures of a whole run for the report: one function a family that has something to show.

A figure is inline SVG and a table; texts of documents are escaped, and nothing of a model's text
gets into it but as a number.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from heptathlon import plots
from heptathlon.cards import FamilyCard
from heptathlon.plots import Reference, Scale
from heptathlon.scorecard import ScoredSample

BINS = 20
"""Cells of the density plot along either axis."""
SIDE = 200
"""Side of the density plot in drawing units."""
MISSES = 10
NAME = 90
"""Characters of an item's text in the table of misses."""


def figure(card: FamilyCard, scored: Sequence[ScoredSample]) -> Markup:
    """Return the figure of a family's samples; empty if it has none.

    Args:
        card: the family's part of the scorecard.
        scored: the samples that the card is about.
    """
    drawn = FIGURES.get(card.family)
    return drawn(card, scored) if drawn else Markup("")


# --- memorability --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Miss:
    """A document whose prediction stands far from its place.

    Attributes:
        name: the item's text, clipped.
        predicted: the predicted score.
        human: the measured score.
        places: how far the predicted rank lies from the measured one, as a share of all ranks.
    """

    name: str
    predicted: float
    human: float
    places: float


def worst_misses(scored: Sequence[ScoredSample], n: int = MISSES) -> list[Miss]:
    """Return the documents whose predicted rank is farthest from the measured one, worst first."""
    values = _scores(scored)
    if not len(values):
        return []
    predicted, human = (_places(values[:, i]) for i in (0, 1))
    off = predicted - human
    order = np.argsort(-np.abs(off), kind="stable")[:n]
    return [
        Miss(
            plots.label(str(scored[i].sample.doc["text"]), NAME),
            float(values[i, 0]),
            float(values[i, 1]),
            float(off[i]),
        )
        for i in order
    ]


def memorability(card: FamilyCard, scored: Sequence[ScoredSample]) -> Markup:
    """Draw predicted against measured scores as a density, the ceiling, and the worst misses.

    Of a run with several readings the headline's is drawn, or else the first that has scores.
    """
    by_variant: dict[str, list[ScoredSample]] = {}
    for one in scored:
        if one.form == "score" and not one.variant.endswith("_dev"):
            by_variant.setdefault(one.variant, []).append(one)
    primary = [form.variant for form in card.forms if form.primary and form.variant in by_variant]
    return Markup("").join(
        _one_reading(card, variant, by_variant[variant])
        for variant in primary or list(by_variant)[:1]
    )


def _one_reading(card: FamilyCard, variant: str, scored: Sequence[ScoredSample]) -> Markup:
    form = next(form for form in card.forms if form.variant == variant)
    rho = form.metrics["rho"]
    ceiling = card.ceiling if form.primary else None
    scale = Scale.of([rho.value, rho.low, rho.high, ceiling])
    references = [] if ceiling is None else [Reference(ceiling, dashed=False)]
    rows = [
        Markup(
            '<tr><td>{}</td><td class="number">{:.0f}</td><td class="number">{:.0f}</td>'
            '<td class="number">{:+.0%}</td></tr>'
        ).format(miss.name, miss.predicted, miss.human, miss.places)
        for miss in worst_misses(scored)
    ]
    return Markup(
        '<figure class="density-figure">{}{}{}'
        '<figcaption class="ui muted">{}: predicted (across) against measured score (upwards), '
        "darker where more documents lie{}</figcaption></figure>"
        '<div class="wide"><table><thead><tr><th>worst misses</th><th class="number">predicted</th>'
        '<th class="number">measured</th><th class="number">ranks off</th></tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(
        density(_scores(scored)),
        plots.axis(scale),
        plots.interval(scale, rho.value, rho.low, rho.high, references=references),
        variant,
        "; below, rho with its interval, and the best rho that can be reached as a line."
        if references
        else "; below, rho with its interval.",
        Markup("").join(rows),
    )


def density(values: NDArray[np.float64]) -> Markup:
    """Return a two-dimensional histogram as SVG.

    Args:
        values: predicted and measured scores, shape (n, 2). The measured axis runs from 0 to 99;
            the predicted one too, unless a reading has another unit, and then over its range.
    """
    if not len(values):
        return Markup("")
    low, high = _range(values[:, 0])
    cell = SIDE / BINS
    places = zip(_bins(values[:, 0], low, high), _bins(values[:, 1], 0.0, 99.0), strict=True)
    counts = Counter(places)
    most = max(counts.values())
    cells = [
        Markup('<rect x="{:g}" y="{:g}" width="{:g}" height="{:g}" fill-opacity="{:.2f}"/>').format(
            x * cell, SIDE - (y + 1) * cell, cell, cell, 0.15 + 0.85 * count / most
        )
        for (x, y), count in sorted(counts.items())
    ]
    return Markup(
        '<svg class="density" role="img" viewBox="0 0 {0} {0}" aria-label="{1} documents, '
        'predicted scores from {2:g} to {3:g}"><rect class="frame" width="{0}" height="{0}"/>'
        '{4}<line x1="0" y1="{0}" x2="{0}" y2="0"/></svg>'
    ).format(SIDE, len(values), low, high, Markup("").join(cells))


def _scores(scored: Sequence[ScoredSample]) -> NDArray[np.float64]:
    rows = [[one.verdict.metrics[m] for m in ("predicted", "human")] for one in scored]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 2)


def _range(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return (0.0, 99.0) if low >= 0 and high <= 99 else (low, high)


def _bins(values: NDArray[np.float64], low: float, high: float) -> list[int]:
    shares = (values - low) / (high - low) if high > low else np.zeros(len(values))
    bins: list[int] = np.clip((shares * BINS).astype(int), 0, BINS - 1).tolist()
    return bins


def _places(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return mid-ranks as shares between 0 and 1."""
    _, index, repeats = np.unique(values, return_inverse=True, return_counts=True)
    places: NDArray[np.float64] = ((repeats.cumsum() - repeats / 2) / len(values))[index]
    return places


FIGURES: dict[str, Callable[[FamilyCard, Sequence[ScoredSample]], Markup]] = {
    "memorability": memorability,
}
