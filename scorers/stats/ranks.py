"""What can be said of many models at once: adjusted p-values, and ranges of ranks.

Sources:
    Holm 1979, *Scand. J. Stat.* 6:65, p-values adjusted for their number.
    Klein, Wright and Wieczorek 2020, *J. R. Stat. Soc. C* 69:589, ranks from intervals.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heptathlon.scorers.stats.groups import Floats, finite
from heptathlon.scorers.stats.interval import Interval


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
      comparison on the same items (:func:`point_rank_ranges`) often shows it;
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


def ranges_of(
    apart: NDArray[np.bool_],
    first: NDArray[np.intp],
    second: NDArray[np.intp],
    higher: NDArray[np.bool_],
    rows: int,
) -> list[RankRange]:
    """Return the ranks that are left where some pairs of rows are told apart.

    Args:
        apart: whether each pair is told apart, shape (pairs,).
        first: number of each pair's first row, shape (pairs,).
        second: number of its second row, shape (pairs,).
        higher: whether the first stands above the second, shape (pairs,).
        rows: number of rows.
    """
    above = np.where(higher, first, second)[apart]
    below = np.where(higher, second, first)[apart]
    better = np.bincount(below, minlength=rows)
    worse = np.bincount(above, minlength=rows)
    return [
        RankRange(1 + int(up), rows - int(down)) for up, down in zip(better, worse, strict=True)
    ]
