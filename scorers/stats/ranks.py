"""What can be said of many models at once: adjusted p-values, and ranges of ranks.

Sources:
    Holm 1979, *Scand. J. Stat.* 6:65, p-values adjusted for their number.
    Klein, Wright and Wieczorek 2020, *J. R. Stat. Soc. C* 69:589, ranks from intervals.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heptathlon.scorers.stats.bootstrap import CHUNK
from heptathlon.scorers.stats.groups import Floats, check_share, finite, group, is_binary
from heptathlon.scorers.stats.interval import Interval
from heptathlon.scorers.stats.pairs import contrast, p_values_of


@dataclass(frozen=True)
class RankRange:
    """The ranks that a row may have; 1 is the best.

    Attributes:
        best: 1 + the rows that are surely better.
        worst: all rows less those that are surely worse.
    """

    best: int
    worst: int

    def __str__(self) -> str:
        return str(self.best) if self.best == self.worst else f"{self.best}-{self.worst}"


def holm(p_values: ArrayLike) -> Floats:
    """Return p-values adjusted for their number, in the order given (Holm 1979).

    Rejecting those below ``alpha`` errs anywhere among them with a probability of at most
    ``alpha``, however they depend on each other.

    Args:
        p_values: shape (m,), each in [0, 1].

    Raises:
        ValueError: for a wrong shape or a p-value out of [0, 1].

    Example:
        >>> holm([0.01, 0.04, 0.03]).tolist()
        [0.03, 0.06, 0.06]
    """
    p = finite("p_values", p_values)
    if p.size and not (p.min() >= 0 and p.max() <= 1):
        raise ValueError("p_values must lie in [0, 1]")
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    return np.minimum(adjusted, 1.0)


def rank_ranges(intervals: Sequence[Interval]) -> list[RankRange]:
    """Ranks that rows may have, from their intervals alone (Klein, Wright and Wieczorek 2020).

    A row is surely better than another only if its interval lies wholly above the other's. Rows
    whose intervals overlap share ranks; a row without interval may have any rank. So

    - the ranges are cautious: two rows that overlap a little may well differ, and a paired
      comparison on the same items (:func:`paired_rank_ranges`) often shows it;
    - all true ranks lie in their ranges at once with the probability that all intervals hold at
      once. For intervals of 95 % each that is less than 95 %; intervals at the level
      ``1 - 0.05 / rows`` make it 95 %.

    Takes O(rows log rows) time and O(rows) memory.

    Args:
        intervals: one a row, in any order, higher being better.
    """
    lows = np.array([-math.inf if i.low is None else i.low for i in intervals])
    highs = np.array([math.inf if i.high is None else i.high for i in intervals])
    better = lows.size - np.searchsorted(np.sort(lows), highs, side="right")
    worse = np.searchsorted(np.sort(highs), lows, side="left")
    return [
        RankRange(1 + int(up), lows.size - int(down))
        for up, down in zip(better, worse, strict=True)
    ]


def paired_rank_ranges(
    values: ArrayLike, clusters: ArrayLike | None = None, level: float = 0.95
) -> list[RankRange]:
    """Ranks that rows may have, from comparing every two of them on the same items.

    Two rows are told apart if their p-value (:func:`paired`), adjusted for the number of pairs
    (:func:`holm`), is below ``1 - level``. With the probability ``level`` no pair is told apart
    wrongly, and then every row's true rank lies in its range.

    Takes O(rows**2 * clusters) time and O(rows**2) memory.

    Args:
        values: figures of the rows on the same items, shape (rows, n), higher being better.
        clusters: labels of the items' clusters, shape (n,); None if every item is its own.
        level: confidence level of all ranges together.

    Raises:
        ValueError: as :func:`paired`.
    """
    check_share("level", level)
    y = finite("values", values, any_width=True)
    if y.ndim != 2:
        raise ValueError(f"values must have the shape (rows, n), got {y.shape}")
    rows = len(y)
    groups = group(clusters, y.shape[1])
    if groups.count < 2:
        return [RankRange(1, rows)] * rows
    binary = np.array([groups.singletons and is_binary(row) for row in y], dtype=np.bool_)
    sums = np.stack([groups.sums(row) for row in y]) if rows else np.empty((0, groups.count))
    first, second = np.triu_indices(rows, k=1)
    p = np.empty(first.size)
    chunk = max(1, 16 * CHUNK // groups.count)
    for start in range(0, first.size, chunk):
        i, j = first[start : start + chunk], second[start : start + chunk]
        p[start : start + chunk] = p_values_of(
            contrast(sums[i], sums[j]), groups, binary[i] & binary[j]
        )
    apart = holm(p) < 1 - level
    means = sums.sum(axis=1)
    higher = means[first] > means[second]
    above = np.where(higher, first, second)[apart]
    below = np.where(higher, second, first)[apart]
    better = np.bincount(below, minlength=rows)
    worse = np.bincount(above, minlength=rows)
    return [
        RankRange(1 + int(up), rows - int(down)) for up, down in zip(better, worse, strict=True)
    ]
