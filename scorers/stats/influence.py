"""What each cluster adds to a figure, so that two figures of the same items can be paired.

A mean is the sum of its clusters' parts; a ratio or a correlation is so nearly, which is what the
jackknife says: leave a cluster out, and see how far the figure moves. Two rows' parts of the same
clusters give the covariance of their figures, whatever kind of figure it is.

Sources:
    Efron and Stein 1981, *Ann. Stat.* 9:586, the jackknife's variance.
    Bell and McCaffrey 2002, *Survey Methodology* 28:169, the correction of it for a mean.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heptathlon.scorers.stats.bootstrap import Statistic
from heptathlon.scorers.stats.groups import Floats, finite, group


@dataclass(frozen=True)
class Influence:
    """A figure and its clusters' parts in it.

    Attributes:
        value: the figure.
        clusters: labels of the clusters, in order, shape (G,).
        parts: each cluster's part, shape (G,). The sum of their squares is the variance of the
            figure (CR2 for a mean); the sum of two rows' products their covariance.
        shares: each cluster's share of the items, shape (G,).
        df: degrees of freedom of the variance.
    """

    value: float
    clusters: NDArray[np.str_]
    parts: Floats
    shares: Floats
    df: float

    @property
    def standard_error(self) -> float:
        """The figure's standard error."""
        return math.sqrt(float(self.parts @ self.parts))


def influence(
    values: ArrayLike, clusters: ArrayLike, statistic: Statistic | None = None
) -> Influence | None:
    """Return a figure with its clusters' parts, by leaving one cluster out at a time.

    The distance ``figure - figure without the cluster`` is multiplied by the square root of 1 less
    the cluster's share of the items. For a mean the squares then add up to the CR2 variance, to
    the last digit; for another figure that is the same correction of the jackknife.

    Args:
        values: figures of the items, shape (n,); with a ``statistic`` also (n, ...).
        clusters: labels of the items' clusters, shape (n,).
        statistic: function of ``values`` and the items' multiplicities, as in
            :func:`cluster_bootstrap`; None is the mean over items.

    Returns:
        None with fewer than two clusters, and where the figure is undefined with all items or
        without one cluster's.

    Raises:
        ValueError: for a wrong shape or a value that is not finite.
    """
    y = finite("values", values, any_width=statistic is not None)
    groups = group(clusters, len(y))
    if groups.count < 2:
        return None
    labels = np.unique(np.asarray(clusters)).astype(np.str_)
    shares = groups.sizes / groups.n
    if statistic is None:
        value = float(y.mean())
        parts = (groups.sums(y) - value * groups.sizes) / (groups.n * np.sqrt(1 - shares))
        return Influence(value, labels, parts, shares, groups.df)

    def evaluate(weights: NDArray[np.intp]) -> float:
        found = statistic(y, weights)
        return math.nan if found is None else float(found)

    value = evaluate(np.ones(len(y), dtype=np.intp))
    without = [evaluate((groups.index != g).astype(np.intp)) for g in range(groups.count)]
    parts = (value - np.array(without)) * np.sqrt(1 - shares)
    if not np.isfinite(parts).all() or not math.isfinite(value):
        return None
    return Influence(value, labels, parts, shares, groups.df)
