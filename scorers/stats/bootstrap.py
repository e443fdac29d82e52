"""Intervals of any statistic, from resampling whole clusters.

Source: Hesterberg 2015, *Am. Stat.* 69:371, the expanded percentile interval of the bootstrap.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from heptathlon.scorers.stats.groups import (
    ROUNDING,
    Floats,
    Groups,
    Integers,
    check_share,
    finite,
    group,
    limits_of,
    student,
)
from heptathlon.scorers.stats.interval import (
    CLUSTER_BOOTSTRAP,
    NO_METHOD,
    NO_SPREAD,
    WILSON_ON_CLUSTERS,
    Interval,
    no_items,
    without_ends,
    without_spread,
    without_value,
)
from heptathlon.scorers.stats.means import mean_of, no_spread_ends

Statistic = Callable[[Floats, Integers], float | None]

CHUNK = 1 << 16
"""Numbers held at once by the bootstrap: half a megabyte, so that a chunk stays in the cache."""
# Drawing counts of distinct clusters costs about this many times the drawing of one cluster.
_COUNT_COST = 16
_FEWEST_RESAMPLES = 100


def cluster_bootstrap(
    values: ArrayLike,
    clusters: ArrayLike,
    statistic: Statistic | None = None,
    *,
    strata: ArrayLike | None = None,
    resamples: int = 10_000,
    seed: int,
    level: float = 0.95,
) -> Interval:
    """Interval of a statistic from resampling whole clusters with replacement.

    The ends are expanded percentiles (Hesterberg 2015): the quantiles of the resampled statistic
    are taken further out, as Student's t is from the normal, because resampling understates the
    spread of few clusters. A resample on which the statistic is undefined counts as beyond either
    end, so it can only widen the interval; enough of them leave none.

    Means are computed from sums per cluster. Where few distinct pairs of sum and size exist (0/1
    figures), the numbers of clusters of each kind are drawn from their multinomial distribution,
    which is the same bootstrap in a fraction of the time.

    Args:
        values: figures of the items, shape (n,); with a ``statistic`` also (n, ...).
        clusters: labels of the items' clusters, shape (n,).
        statistic: function of ``values`` and the items' multiplicities, shape (n,), that returns
            a number, or None (or NaN) where it is undefined; called once a resample. None is the
            mean over items.
        strata: labels of the items' strata, shape (n,), for the mean of the strata's means.
        resamples: number of resamples, at least 100.
        seed: seed of the resampling; the same seed gives the same interval.
        level: confidence level.

    Raises:
        ValueError: for a wrong shape, a value that is not finite, too few resamples, a level
            not in (0, 1), or both a statistic and strata.
    """
    check_share("level", level)
    rng = generator(seed, resamples)
    if statistic is not None:
        if strata is not None:
            raise ValueError("give either a statistic or strata, not both")
        return _bootstrap_statistic(values, clusters, statistic, resamples, rng, level)
    y = finite("values", values)
    groups = group(clusters, y.size)
    if strata is not None:
        return _bootstrap_macro(y, groups, strata, resamples, rng, level)
    analytic = mean_of(y, groups, limits_of(y, None), level)
    if analytic.value is None or analytic.method in (NO_METHOD, WILSON_ON_CLUSTERS):
        return analytic
    drawn = resample([groups.sums(y), groups.sizes], resamples, rng)
    return percentiles(analytic.value, drawn[0] / drawn[1], groups, level)


def generator(seed: int, resamples: int) -> np.random.Generator:
    """Return the source of a bootstrap's draws, refusing too few of them."""
    if resamples < _FEWEST_RESAMPLES:
        raise ValueError(f"resamples must be at least {_FEWEST_RESAMPLES}, got {resamples}")
    return np.random.Generator(np.random.PCG64(seed))


def _bootstrap_statistic(
    values: ArrayLike,
    clusters: ArrayLike,
    statistic: Statistic,
    resamples: int,
    rng: np.random.Generator,
    level: float,
) -> Interval:
    y = finite("values", values, any_width=True)
    groups = group(clusters, len(y))
    if not len(y):
        return no_items()

    def evaluate(weights: Integers) -> float:
        result = statistic(y, weights)
        return math.nan if result is None else float(result)

    value = evaluate(np.ones(len(y), dtype=np.intp))
    base = Interval(0.0, 0.0, 0.0, groups.n, groups.count, NO_METHOD)
    if not math.isfinite(value):
        return without_value(base, "the statistic is undefined on these items")
    base = replace(base, value=value)
    if groups.count == 1:
        return without_spread(base)
    drawn = np.empty(resamples)
    for i in range(resamples):
        picked = rng.integers(0, groups.count, size=groups.count)
        drawn[i] = evaluate(np.bincount(picked, minlength=groups.count)[groups.index])
    if np.ptp(drawn) <= ROUNDING * abs(value):
        return without_ends(base, "every resample gives the same figure, so its spread is unknown")
    return percentiles(value, drawn, groups, level)


def _bootstrap_macro(
    y: Floats,
    groups: Groups,
    strata: ArrayLike,
    resamples: int,
    rng: np.random.Generator,
    level: float,
) -> Interval:
    check_share("level", level)
    blocks = group(strata, y.size)
    if not y.size:
        return no_items()
    value = float((blocks.sums(y) / blocks.sizes).mean())
    base = Interval(value, value, value, groups.n, groups.count, NO_METHOD)
    if groups.count == 1:
        return without_spread(base)
    limits = limits_of(y, None)
    if np.ptp(y) == 0 and math.isfinite(limits[0]):
        # A cluster's part in this mean is not its share of the items: small strata weigh more.
        parts = groups.sums(1 / (blocks.count * blocks.sizes[blocks.index]))
        low, high = no_spread_ends(value, limits, 1 / float((parts**2).sum()), level)
        return replace(base, low=low, high=high, method=WILSON_ON_CLUSTERS)
    total = np.zeros(resamples)
    inside = [blocks.index == s for s in range(blocks.count)]
    columns = [c for i in inside for c in (groups.sums(np.where(i, y, 0.0)), groups.sums(1.0 * i))]
    drawn = resample(columns, resamples, rng)
    for sums, sizes in zip(drawn[::2], drawn[1::2], strict=True):
        total += np.divide(sums, sizes, out=np.full(resamples, np.nan), where=sizes > 0)
    if np.ptp(total) <= ROUNDING * float(np.abs(y).max()):
        return without_ends(base, NO_SPREAD)
    return percentiles(value, total / blocks.count, groups, level)


def resample(columns: Sequence[Floats], resamples: int, rng: np.random.Generator) -> Floats:
    """Return the columns' sums over clusters drawn with replacement.

    Args:
        columns: k columns of one figure a cluster, each of shape (G,).
        resamples: number of resamples.
        rng: source of the draws.

    Returns:
        Sums, shape (k, resamples). Memory beside them is bounded by a chunk of draws.
    """
    profiles = np.stack(columns, axis=1)
    count = len(profiles)
    distinct, repeats = np.unique(profiles, axis=0, return_counts=True)
    drawn = np.empty((len(columns), resamples))
    if len(distinct) * _COUNT_COST <= count:
        rows = max(1, CHUNK // len(distinct))
        for start in range(0, resamples, rows):
            size = min(rows, resamples - start)
            counts = rng.multinomial(count, repeats / count, size=size)
            drawn[:, start : start + size] = (counts @ distinct).T
        return drawn
    # Drawing indices and gathering is several times faster than multinomial weights and a matrix
    # product as long as the columns are few; a constant column needs neither.
    constant = [float(np.ptp(c)) == 0 for c in columns]
    rows = max(1, CHUNK // count)
    for start in range(0, resamples, rows):
        part = slice(start, min(start + rows, resamples))
        picked = rng.integers(0, count, size=(part.stop - start, count))
        for i, column in enumerate(columns):
            drawn[i, part] = count * column[0] if constant[i] else column.take(picked).sum(axis=1)
    return drawn


def percentiles(value: float, drawn: Floats, groups: Groups, level: float) -> Interval:
    """Return the expanded percentile interval; NaN stands for an undefined resample."""
    df = groups.df
    # Hesterberg's sqrt(n / (n - 1)) with df in the place of n - 1.
    tail = float(special.ndtr(-math.sqrt((df + 1) / df) * student(df, level)))
    undefined = np.isnan(drawn)
    low = np.quantile(np.where(undefined, -np.inf, drawn), tail, method="lower")
    high = np.quantile(np.where(undefined, np.inf, drawn), 1 - tail, method="higher")
    base = Interval(value, value, value, groups.n, groups.count, NO_METHOD)
    if not (np.isfinite(low) and np.isfinite(high)):
        return without_ends(
            base, f"undefined in {int(undefined.sum())} of {drawn.size} bootstrap resamples"
        )
    # A biased statistic's resamples may all lie to one side; the interval still holds the estimate.
    ends = min(float(low), value), max(float(high), value)
    return replace(base, low=ends[0], high=ends[1], method=CLUSTER_BOOTSTRAP)
