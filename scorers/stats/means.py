"""The interval of a mean of items that fall into clusters.

Sources:
    Wilson 1927, *J. Am. Stat. Assoc.* 22:209, the score interval of a proportion.
    Miller 2024, arXiv:2411.00640, standard errors for evaluations: clustering, pairing, power.
    Bell and McCaffrey 2002, *Survey Methodology* 28:169, the small-sample correction (CR2).
    Franco, Little, Louis and Slud 2019, *J. Survey Stat. Methodol.* 7:334, which recommends
    Wilson's interval on the effective sample size for proportions of clustered samples.
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from heptathlon.scorers.stats.groups import (
    ROUNDING,
    Floats,
    Groups,
    check_share,
    finite,
    group,
    is_binary,
    limits_of,
    normal,
    student,
)
from heptathlon.scorers.stats.interval import (
    CLUSTERED_T,
    CLUSTERED_WILSON,
    NO_METHOD,
    NO_SPREAD,
    WILSON,
    WILSON_ON_CLUSTERS,
    Bounds,
    Interval,
    no_items,
    without_ends,
    without_spread,
)


def wilson(successes: int, n: int, level: float = 0.95) -> Interval:
    """Wilson's score interval of a proportion of independent items (Wilson 1927).

    Args:
        successes: number of successes, ``0 .. n``.
        n: number of items.
        level: confidence level.

    Raises:
        ValueError: if ``successes`` is not an integer in ``0 .. n`` or ``level`` not in (0, 1).

    Example:
        >>> i = wilson(8, 10)
        >>> round(i.low, 4), round(i.high, 4)
        (0.4902, 0.9433)
    """
    check_share("level", level)
    if n != int(n) or successes != int(successes) or not 0 <= successes <= n:
        raise ValueError(f"successes must be an integer in 0 .. n, got {successes} of {n}")
    if n == 0:
        return no_items()
    value = successes / n
    low, high = wilson_ends(value, n, normal(level))
    return Interval(value, low, high, int(n), int(n), WILSON)


def mean_interval(
    values: ArrayLike,
    clusters: ArrayLike | None = None,
    *,
    level: float = 0.95,
    bounds: Bounds | None = None,
) -> Interval:
    """The interval that suits a mean: Wilson's for independent 0/1 items, else a clustered one.

    Args:
        values: figures of the items, shape (n,).
        clusters: labels of the items' clusters, shape (n,); None if every item is its own.
        level: confidence level.
        bounds: see :func:`clustered_mean`.

    Raises:
        ValueError: for a wrong shape, a value that is not finite or out of bounds, or a level
            not in (0, 1).
    """
    y = finite("values", values)
    groups = group(clusters, y.size)
    limits = limits_of(y, bounds)
    if y.size and groups.singletons and limits == (0.0, 1.0) and is_binary(y):
        return wilson(int(y.sum()), y.size, level)
    return mean_of(y, groups, limits, level)


def clustered_mean(
    values: ArrayLike,
    clusters: ArrayLike,
    level: float = 0.95,
    *,
    bounds: Bounds | None = None,
) -> Interval:
    """Mean over items with an interval from the spread between clusters.

    The variance is Miller's clustered one with the CR2 correction: each cluster's squared residual
    sum is divided by 1 less the cluster's share of the items. With ``G`` clusters of one size that
    is the factor ``G / (G - 1)``. Quantiles are Student's with Bell and McCaffrey's degrees of
    freedom: ``G - 1`` for clusters of one size, fewer if some are much larger than others.

    A mean of bounded figures gets Wilson's interval with the effective sample size
    ``p (1 - p) / variance`` in the place of ``n`` (Franco et al. 2019): it stays within the bounds
    and covers far better than a symmetric one near them. Other figures get ``mean +- t * SE``.

    Where all clusters have the same mean ``c``, the standard error of 0 would be a certain nothing.
    What such a sample does show is that other clusters are rare, a share of at most ``u``: the
    upper end of Wilson's interval for 0 of the effective number of clusters
    ``(sum m)**2 / sum m**2``. The mean then lies within ``c - u (c - lowest)`` and
    ``c + u (highest - c)``.

    What no correction mends: with few clusters, figures much alike within them and a mean near a
    bound, the clusters that would show the spread are mostly not in the sample, and an interval of
    95 % may hold the mean in 80 to 90 % of samples only (``benchmarks/coverage.py``).

    Args:
        values: figures of the items, shape (n,).
        clusters: labels of the items' clusters, shape (n,).
        level: confidence level.
        bounds: lowest and highest possible figure of an item. None takes the figures for rates,
            bounded by 0 and 1, if they all lie there, and for unbounded otherwise.

    Returns:
        The mean; without interval if there is one cluster only, or no spread and no bounds.

    Raises:
        ValueError: as :func:`mean_interval`.
    """
    y = finite("values", values)
    return mean_of(y, group(clusters, y.size), limits_of(y, bounds), level)


def mean_of(y: Floats, groups: Groups, limits: Bounds, level: float) -> Interval:
    """Return the interval of :func:`clustered_mean` for items that are sorted already."""
    check_share("level", level)
    if not y.size:
        return no_items()
    value = float(np.clip(y.mean(), *limits))
    base = Interval(value, value, value, groups.n, groups.count, NO_METHOD)
    if groups.count == 1:
        return without_spread(base)
    lowest, highest = limits
    bounded = math.isfinite(lowest) and math.isfinite(highest)
    scale = highest - lowest if bounded else float(np.abs(y).max())
    se = groups.standard_error(groups.sums(y))
    if se <= ROUNDING * scale:
        if not bounded:
            return without_ends(base, NO_SPREAD)
        low, high = no_spread_ends(value, limits, groups.effective, level)
        return replace(base, low=low, high=high, method=WILSON_ON_CLUSTERS)
    t = student(groups.df, level)
    if bounded:
        share = (value - lowest) / scale
        n_effective = share * (1 - share) / (se / scale) ** 2
        low, high = (lowest + scale * x for x in wilson_ends(share, n_effective, t))
        # The mean lies between the ends; rounding at the scale of the bounds may not undo that.
        return replace(base, low=min(low, value), high=max(high, value), method=CLUSTERED_WILSON)
    low, high = max(lowest, value - t * se), min(highest, value + t * se)
    return replace(base, low=low, high=high, method=CLUSTERED_T)


def wilson_ends(share: float, n: float, quantile: float) -> tuple[float, float]:
    """Return Wilson's ends for a share of ``n`` (possibly fractional) items."""
    q2 = quantile**2 / n
    centre = (share + q2 / 2) / (1 + q2)
    half = math.sqrt(share * (1 - share) * q2 + q2**2 / 4) / (1 + q2)
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def no_spread_ends(
    value: float, limits: Bounds, effective: float, level: float
) -> tuple[float, float]:
    """Return the ends for a mean whose clusters are all alike; see :func:`clustered_mean`."""
    _, unseen = wilson_ends(0.0, effective, normal(level))
    return value - unseen * (value - limits[0]), value + unseen * (limits[1] - value)
