"""Before and after an edit: is the memory gone, and is the rest as it was?

The shape is that of the studies on memorised images (Finding NeMo, arXiv 2406.02366): medians over
items with their median absolute deviation, similarity of the targets down, everything else kept.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Spread:
    """A median with its spread.

    Attributes:
        median: of the items; the mean of the two middle ones of an even number (NumPy's rule;
            torch, which the published code uses, takes the lower of the two).
        mad: median absolute deviation from it, not scaled.
        items: number of items.
    """

    median: float
    mad: float
    items: int


def spread(values: ArrayLike) -> Spread | None:
    """Return the median of values with their median absolute deviation; None without any."""
    x = np.asarray(values, float)
    if not x.size:
        return None
    median = float(np.median(x))
    return Spread(median, float(np.median(np.abs(x - median))), int(x.size))


@dataclass(frozen=True)
class Change:
    """One set of items before and after.

    Attributes:
        before: the items before; None without items.
        after: the same items after.
        fallen: share of the items whose score fell.
        risen: share of them whose score rose.
    """

    before: Spread | None
    after: Spread | None
    fallen: float | None
    risen: float | None


def change(before: ArrayLike, after: ArrayLike) -> Change:
    """Return how items' scores changed.

    Raises:
        ValueError: if the two are not of the same items.
    """
    x, y = np.asarray(before, float), np.asarray(after, float)
    if x.shape != y.shape:
        raise ValueError(f"{x.size} scores before and {y.size} after cannot be of the same items")
    if not x.size:
        return Change(None, None, None, None)
    return Change(spread(x), spread(y), float(np.mean(y < x)), float(np.mean(y > x)))


def kept(before: float, after: float, chance: float) -> float | None:
    """Return the share of what lay above chance that is left, from 0 to 1; None if nothing did."""
    above = before - chance
    return None if above <= 0 else float(np.clip((after - chance) / above, 0.0, 1.0))
