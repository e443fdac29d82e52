"""Means over pairs of items, which are not independent: one item is in many pairs."""

from collections.abc import Mapping, Sequence

import numpy as np

from heptathlon.scorers.stats.groups import Floats, student
from heptathlon.scorers.stats.interval import JACKKNIFE_T, NO_METHOD, Interval


def pairwise(figures: Floats, groups: Mapping[str, Sequence[int]], level: float = 0.95) -> Interval:
    """Mean over the pairs of each group, groups alike, with an interval that leaves out one item.

    The variance is the jackknife's within each group (Arvesen 1969), the quantile Student's with
    one degree of freedom less a group than there are items.

    Args:
        figures: a figure of each pair, shape (items, items), alike on both sides of the diagonal.
        groups: items of each group.
        level: confidence level.

    Raises:
        ValueError: if a group has fewer than three items.
    """
    value = variance = 0.0
    for name, at in groups.items():
        n = len(at)
        if n < 3:
            raise ValueError(f"the group {name!r} has {n} items; three have a spread of pairs")
        within = figures[np.ix_(at, at)]
        own = within.sum(axis=1) - np.diag(within)
        mean = own.sum() / (n * (n - 1))
        without = (own.sum() - 2 * own) / ((n - 1) * (n - 2))
        value += mean / len(groups)
        variance += (n - 1) / n * float(((without - mean) ** 2).sum()) / len(groups) ** 2
    count = sum(map(len, groups.values()))
    # Equal pairs leave a rounding error of the sum and no spread.
    if variance <= (1e-12 * max(1.0, abs(value))) ** 2:
        reason = "all pairs have the same figure, so its spread is unknown"
        return Interval(float(value), None, None, count, count, NO_METHOD, reason)
    reach = student(count - len(groups), level) * float(np.sqrt(variance))
    return Interval(float(value), float(value - reach), float(value + reach), count, count,
                    JACKKNIFE_T)  # fmt: skip
