"""What can honestly be said of a mean, of a skill and of the difference between two models.

Items that share a cluster (one maze, one book, one student) are not independent, so every function
here takes the items' cluster labels and rests on the spread between clusters, not between items.

An undefined figure is ``None`` with a reason, never NaN and never 0. In particular a sample without
spread (all right, all wrong, two models that agree on every item) has a standard error of 0 but
says little if it is small: it gets a bound, not an interval of no width.

Sources:
    Wilson 1927, *J. Am. Stat. Assoc.* 22:209, the score interval of a proportion.
    Miller 2024, arXiv:2411.00640, standard errors for evaluations: clustering, pairing, power.
    Bell and McCaffrey 2002, *Survey Methodology* 28:169, the small-sample correction (CR2).
    Franco, Little, Louis and Slud 2019, *J. Survey Stat. Methodol.* 7:334, which recommends
    Wilson's interval on the effective sample size for proportions of clustered samples.
    Hesterberg 2015, *Am. Stat.* 69:371, the expanded percentile interval of the bootstrap.
    Holm 1979, *Scand. J. Stat.* 6:65, p-values adjusted for their number.
    Klein, Wright and Wieczorek 2020, *J. R. Stat. Soc. C* 69:589, ranks from intervals.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Bounds = tuple[float, float]
Statistic = Callable[[Floats, Integers], float | None]

UNBOUNDED: Bounds = (-math.inf, math.inf)

WILSON = "wilson"
CLUSTERED_WILSON = "clustered-wilson"
CLUSTERED_T = "clustered-t"
WILSON_ON_CLUSTERS = "wilson-on-clusters"
CLUSTER_BOOTSTRAP = "cluster-bootstrap"
MCNEMAR = "mcnemar-exact"
NO_METHOD = "none"

# A standard error below this share of the scale is the rounding of sums, not spread.
_ROUNDING = 1e-12
# Numbers held at once by the bootstrap: half a megabyte, so that a chunk stays in the cache.
_CHUNK = 1 << 16
# Drawing counts of distinct clusters costs about this many times the drawing of one cluster.
_COUNT_COST = 16
_FEWEST_RESAMPLES = 100

_NO_ITEMS = "there are no items"
_ONE_ITEM = "one item shows no spread"
_ONE_CLUSTER = "all items belong to one cluster, so the spread between clusters is unknown"
_NO_SPREAD = "all clusters give the same figure, so its spread is unknown"


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval.

    Attributes:
        value: the point estimate; None if it is not defined.
        low: lower end; None if no interval can be given.
        high: upper end; None exactly when ``low`` is.
        n: items that it rests on.
        clusters: independent clusters among them.
        method: how the interval was made: ``wilson``, ``clustered-wilson``, ``clustered-t``,
            ``wilson-on-clusters`` (a bound for a sample without spread), ``cluster-bootstrap``
            or ``none``.
        reason: why the value or the interval is missing; empty if neither is.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    clusters: int
    method: str
    reason: str = ""

    def __post_init__(self) -> None:
        numbers = [x for x in (self.value, self.low, self.high) if x is not None]
        if not all(map(math.isfinite, numbers)):
            raise ValueError(f"an interval holds a number that is not finite: {self}")
        if (self.low is None) != (self.high is None):
            raise ValueError(f"an interval has only one end: {self}")
        if (len(numbers) < 3) != bool(self.reason):
            raise ValueError(f"a reason goes with what is missing, and only with that: {self}")


@dataclass(frozen=True)
class PairedResult:
    """Two models, or two runs, on the same items.

    Attributes:
        a: mean of the first; None without items.
        b: mean of the second; None without items.
        difference: mean of ``a - b`` with its interval. Where the test cannot exclude 0 the
            interval reaches to 0, so that the two never contradict each other.
        p_value: two-sided, for a difference of 0; None if there is no test.
        test: ``mcnemar-exact`` for 0/1 figures of independent items, else ``clustered-t``;
            ``none`` without a test.
        a_better: items on which the first scores higher (discordant, in favour of ``a``).
        b_better: items on which the second scores higher.
        equal: items on which they score the same.
        verdict: the better one, or ``tie`` if they cannot be told apart; None without a test.
        standard_error: of the difference; None if it is unknown.
        df: degrees of freedom of the standard error; None if it is unknown.
    """

    a: float | None
    b: float | None
    difference: Interval
    p_value: float | None
    test: str
    a_better: int
    b_better: int
    equal: int
    verdict: Literal["a", "b", "tie"] | None
    standard_error: float | None
    df: float | None

    @property
    def direction(self) -> Literal["a", "b"] | None:
        """Which one scored higher, by however little; None if neither did."""
        value = self.difference.value
        if value is None or value == 0:
            return None
        return "a" if value > 0 else "b"


@dataclass(frozen=True)
class Detectable:
    """The smallest true difference that a comparison finds with the wanted power.

    Attributes:
        value: the difference, in the unit of the metric; None if it is unknown.
        standard_error: of the difference.
        df: degrees of freedom of the standard error.
        design: ``paired`` (both models on the same items) or ``unpaired``.
        reason: why the value is missing; empty otherwise.
    """

    value: float | None
    standard_error: float | None
    df: float | None
    design: Literal["paired", "unpaired"]
    reason: str = ""


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


# --- one mean ------------------------------------------------------------------------------------


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
    _check_share("level", level)
    if n != int(n) or successes != int(successes) or not 0 <= successes <= n:
        raise ValueError(f"successes must be an integer in 0 .. n, got {successes} of {n}")
    if n == 0:
        return _no_items()
    value = successes / n
    low, high = _wilson_ends(value, n, _normal(level))
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
    y = _finite("values", values)
    groups = _group(clusters, y.size)
    limits = _limits(y, bounds)
    if y.size and groups.singletons and limits == (0.0, 1.0) and _is_binary(y):
        return wilson(int(y.sum()), y.size, level)
    return _mean(y, groups, limits, level)


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
    y = _finite("values", values)
    return _mean(y, _group(clusters, y.size), _limits(y, bounds), level)


def _mean(y: Floats, groups: "_Groups", limits: Bounds, level: float) -> Interval:
    _check_share("level", level)
    if not y.size:
        return _no_items()
    value = float(np.clip(y.mean(), *limits))
    base = Interval(value, value, value, groups.n, groups.count, NO_METHOD)
    if groups.count == 1:
        return _without_spread(base)
    lowest, highest = limits
    bounded = math.isfinite(lowest) and math.isfinite(highest)
    scale = highest - lowest if bounded else float(np.abs(y).max())
    se = groups.standard_error(groups.sums(y))
    if se <= _ROUNDING * scale:
        if not bounded:
            return _without_ends(base, _NO_SPREAD)
        low, high = _no_spread_ends(value, limits, groups.effective, level)
        return replace(base, low=low, high=high, method=WILSON_ON_CLUSTERS)
    t = _student(groups.df, level)
    if bounded:
        share = (value - lowest) / scale
        n_effective = share * (1 - share) / (se / scale) ** 2
        low, high = (lowest + scale * x for x in _wilson_ends(share, n_effective, t))
        # The mean lies between the ends; rounding at the scale of the bounds may not undo that.
        return replace(base, low=min(low, value), high=max(high, value), method=CLUSTERED_WILSON)
    low, high = max(lowest, value - t * se), min(highest, value + t * se)
    return replace(base, low=low, high=high, method=CLUSTERED_T)


def _wilson_ends(share: float, n: float, quantile: float) -> tuple[float, float]:
    """Return Wilson's ends for a share of ``n`` (possibly fractional) items."""
    q2 = quantile**2 / n
    centre = (share + q2 / 2) / (1 + q2)
    half = math.sqrt(share * (1 - share) * q2 + q2**2 / 4) / (1 + q2)
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def _no_spread_ends(
    value: float, limits: Bounds, effective: float, level: float
) -> tuple[float, float]:
    """Return the ends for a mean whose clusters are all alike; see :func:`clustered_mean`."""
    _, unseen = _wilson_ends(0.0, effective, _normal(level))
    return value - unseen * (value - limits[0]), value + unseen * (limits[1] - value)


# --- bootstrap -----------------------------------------------------------------------------------


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
    _check_share("level", level)
    if resamples < _FEWEST_RESAMPLES:
        raise ValueError(f"resamples must be at least {_FEWEST_RESAMPLES}, got {resamples}")
    rng = np.random.Generator(np.random.PCG64(seed))
    if statistic is not None:
        if strata is not None:
            raise ValueError("give either a statistic or strata, not both")
        return _bootstrap_statistic(values, clusters, statistic, resamples, rng, level)
    y = _finite("values", values)
    groups = _group(clusters, y.size)
    if strata is not None:
        return _bootstrap_macro(y, groups, strata, resamples, rng, level)
    analytic = _mean(y, groups, _limits(y, None), level)
    if analytic.value is None or analytic.method in (NO_METHOD, WILSON_ON_CLUSTERS):
        return analytic
    drawn = _resample([groups.sums(y), groups.sizes], resamples, rng)
    return _percentiles(analytic.value, drawn[0] / drawn[1], groups, level)


def ratio(
    numerators: ArrayLike,
    denominators: ArrayLike,
    clusters: ArrayLike,
    *,
    resamples: int = 10_000,
    seed: int,
    level: float = 0.95,
) -> Interval:
    """Ratio of two sums over the same items, with a cluster bootstrap interval.

    The interval is left out where the sum of the denominators cannot be told from 0: the ratio
    then has no bounded confidence set (Fieller 1954, *J. R. Stat. Soc. B* 16:175).

    Args:
        numerators: shape (n,).
        denominators: shape (n,).
        clusters: labels of the items' clusters, shape (n,).
        resamples: number of resamples, at least 100.
        seed: seed of the resampling.
        level: confidence level.

    Raises:
        ValueError: as :func:`cluster_bootstrap`, or if the shapes differ.
    """
    _check_share("level", level)
    if resamples < _FEWEST_RESAMPLES:
        raise ValueError(f"resamples must be at least {_FEWEST_RESAMPLES}, got {resamples}")
    num, den = _finite("numerators", numerators), _finite("denominators", denominators)
    _check_same_shape(num, den)
    groups = _group(clusters, num.size)
    if not num.size:
        return _no_items()
    total = float(den.sum())
    if abs(total) <= _ROUNDING * float(np.abs(den).sum()):
        return Interval(
            None, None, None, groups.n, groups.count, NO_METHOD, "the denominators sum to 0"
        )
    value = float(num.sum()) / total
    base = Interval(value, value, value, groups.n, groups.count, NO_METHOD)
    if groups.count == 1:
        return _without_spread(base)
    residuals = groups.sums(num - value * den)
    if np.abs(residuals).max() <= _ROUNDING * float(np.abs(num).sum() + np.abs(den).sum()):
        return _without_ends(base, _NO_SPREAD)
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = _resample([groups.sums(num), groups.sums(den)], resamples, rng)
    usable = drawn[1] * math.copysign(1.0, total) > _ROUNDING * abs(total)
    ratios = np.divide(drawn[0], drawn[1], out=np.full(resamples, np.nan), where=usable)
    return _percentiles(value, ratios, groups, level)


def skill(
    score_values: ArrayLike,
    trivial_values: ArrayLike,
    clusters: ArrayLike,
    ceiling: float,
    *,
    resamples: int = 10_000,
    seed: int,
    level: float = 0.95,
) -> Interval:
    """Share of the way from a trivial player to the ceiling: 0 is no better than it, 1 perfect.

    ``(mean score - mean trivial) / (ceiling - mean trivial)``, with an interval from one cluster
    bootstrap of both players on the same resampled items. The trivial player is taken as given:
    if it was chosen as the best of several on these very items, skill is a little understated.

    A model that differs from the trivial player (or from the ceiling) on no item gets the bound of
    a sample without spread; see :func:`clustered_mean`.

    Args:
        score_values: figures of the model, shape (n,).
        trivial_values: figures of the trivial player on the same items, shape (n,).
        clusters: labels of the items' clusters, shape (n,).
        ceiling: best reachable mean.
        resamples: number of resamples, at least 100.
        seed: seed of the resampling.
        level: confidence level.

    Returns:
        The skill; value and interval are both missing where the trivial player reaches the
        ceiling, or comes so near that the distance left cannot be told from 0.

    Raises:
        ValueError: as :func:`ratio`, or if the ceiling is not finite.
    """
    score, trivial = (
        _finite("score_values", score_values),
        _finite("trivial_values", trivial_values),
    )
    _check_same_shape(score, trivial)
    if not math.isfinite(ceiling):
        raise ValueError(f"ceiling must be finite, got {ceiling}")
    gain, room = score - trivial, ceiling - trivial
    estimate = ratio(gain, room, clusters, resamples=resamples, seed=seed, level=level)
    if not score.size:
        return estimate
    if estimate.value is None or room.mean() < 0:
        return _without_value(estimate, "the trivial player reaches the ceiling on these items")
    if estimate.reason == _NO_SPREAD:
        return _skill_without_spread(estimate, score, trivial, clusters, ceiling, level)
    if estimate.reason and estimate.clusters > 1:
        return _without_value(
            estimate, "the trivial player's distance to the ceiling cannot be told from 0"
        )
    return estimate


def _skill_without_spread(
    estimate: Interval,
    score: Floats,
    trivial: Floats,
    clusters: ArrayLike,
    ceiling: float,
    level: float,
) -> Interval:
    """Bound the skill of a model whose gain is the same share of the room in every cluster."""
    lowest, highest = _limits(np.concatenate([score, trivial]), None)
    if estimate.value is None or not math.isfinite(lowest):
        return estimate
    share = estimate.value
    # A cluster not seen may hold any scores; the mean of these residuals moves skill by itself
    # over the room. They are linear in either score, so the extremes are at the corners.
    corners = [s - t - share * (ceiling - t) for s in (lowest, highest) for t in (lowest, highest)]
    groups = _group(clusters, score.size)
    low, high = _no_spread_ends(0.0, (min(corners), max(corners)), groups.effective, level)
    room = ceiling - float(trivial.mean())
    return replace(
        estimate,
        low=share + low / room,
        high=share + high / room,
        method=WILSON_ON_CLUSTERS,
        reason="",
    )


def _bootstrap_statistic(
    values: ArrayLike,
    clusters: ArrayLike,
    statistic: Statistic,
    resamples: int,
    rng: np.random.Generator,
    level: float,
) -> Interval:
    y = _finite("values", values, any_width=True)
    groups = _group(clusters, len(y))
    if not len(y):
        return _no_items()

    def evaluate(weights: Integers) -> float:
        result = statistic(y, weights)
        return math.nan if result is None else float(result)

    value = evaluate(np.ones(len(y), dtype=np.intp))
    base = Interval(0.0, 0.0, 0.0, groups.n, groups.count, NO_METHOD)
    if not math.isfinite(value):
        return _without_value(base, "the statistic is undefined on these items")
    base = replace(base, value=value)
    if groups.count == 1:
        return _without_spread(base)
    drawn = np.empty(resamples)
    for i in range(resamples):
        picked = rng.integers(0, groups.count, size=groups.count)
        drawn[i] = evaluate(np.bincount(picked, minlength=groups.count)[groups.index])
    if np.ptp(drawn) <= _ROUNDING * abs(value):
        return _without_ends(base, "every resample gives the same figure, so its spread is unknown")
    return _percentiles(value, drawn, groups, level)


def _bootstrap_macro(
    y: Floats,
    groups: "_Groups",
    strata: ArrayLike,
    resamples: int,
    rng: np.random.Generator,
    level: float,
) -> Interval:
    _check_share("level", level)
    blocks = _group(strata, y.size)
    if not y.size:
        return _no_items()
    value = float((blocks.sums(y) / blocks.sizes).mean())
    base = Interval(value, value, value, groups.n, groups.count, NO_METHOD)
    if groups.count == 1:
        return _without_spread(base)
    limits = _limits(y, None)
    if np.ptp(y) == 0 and math.isfinite(limits[0]):
        # A cluster's part in this mean is not its share of the items: small strata weigh more.
        parts = groups.sums(1 / (blocks.count * blocks.sizes[blocks.index]))
        low, high = _no_spread_ends(value, limits, 1 / float((parts**2).sum()), level)
        return replace(base, low=low, high=high, method=WILSON_ON_CLUSTERS)
    total = np.zeros(resamples)
    inside = [blocks.index == s for s in range(blocks.count)]
    columns = [c for i in inside for c in (groups.sums(np.where(i, y, 0.0)), groups.sums(1.0 * i))]
    drawn = _resample(columns, resamples, rng)
    for sums, sizes in zip(drawn[::2], drawn[1::2], strict=True):
        total += np.divide(sums, sizes, out=np.full(resamples, np.nan), where=sizes > 0)
    if np.ptp(total) <= _ROUNDING * float(np.abs(y).max()):
        return _without_ends(base, _NO_SPREAD)
    return _percentiles(value, total / blocks.count, groups, level)


def _resample(columns: Sequence[Floats], resamples: int, rng: np.random.Generator) -> Floats:
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
        rows = max(1, _CHUNK // len(distinct))
        for start in range(0, resamples, rows):
            size = min(rows, resamples - start)
            counts = rng.multinomial(count, repeats / count, size=size)
            drawn[:, start : start + size] = (counts @ distinct).T
        return drawn
    # Drawing indices and gathering is several times faster than multinomial weights and a matrix
    # product as long as the columns are few; a constant column needs neither.
    constant = [float(np.ptp(c)) == 0 for c in columns]
    rows = max(1, _CHUNK // count)
    for start in range(0, resamples, rows):
        part = slice(start, min(start + rows, resamples))
        picked = rng.integers(0, count, size=(part.stop - start, count))
        for i, column in enumerate(columns):
            drawn[i, part] = count * column[0] if constant[i] else column.take(picked).sum(axis=1)
    return drawn


def _percentiles(value: float, drawn: Floats, groups: "_Groups", level: float) -> Interval:
    """Return the expanded percentile interval; NaN stands for an undefined resample."""
    df = groups.df
    # Hesterberg's sqrt(n / (n - 1)) with df in the place of n - 1.
    tail = float(special.ndtr(-math.sqrt((df + 1) / df) * _student(df, level)))
    undefined = np.isnan(drawn)
    low = np.quantile(np.where(undefined, -np.inf, drawn), tail, method="lower")
    high = np.quantile(np.where(undefined, np.inf, drawn), 1 - tail, method="higher")
    base = Interval(value, value, value, groups.n, groups.count, NO_METHOD)
    if not (np.isfinite(low) and np.isfinite(high)):
        return _without_ends(
            base, f"undefined in {int(undefined.sum())} of {drawn.size} bootstrap resamples"
        )
    # A biased statistic's resamples may all lie to one side; the interval still holds the estimate.
    ends = min(float(low), value), max(float(high), value)
    return replace(base, low=ends[0], high=ends[1], method=CLUSTER_BOOTSTRAP)


# --- two models ----------------------------------------------------------------------------------


def paired(
    a: ArrayLike, b: ArrayLike, clusters: ArrayLike | None = None, level: float = 0.95
) -> PairedResult:
    """Compare two models on the same items (Miller 2024: paired differences).

    The interval is that of a clustered mean of the differences, with Student's t (CR2; see
    :func:`clustered_mean`). The test goes with it, but for 0/1 figures of independent items, where
    it is McNemar's exact one. No p-value is smaller than ``2**(1 - k)``, where ``k`` clusters
    differ at all: no test that knows only the signs could be surer, and Student's t would be,
    wrongly, if few clusters differ. So with fewer than six of them there is no verdict at 95 %.

    Args:
        a: figures of the first model, shape (n,).
        b: figures of the second on the same items in the same order, shape (n,).
        clusters: labels of the items' clusters, shape (n,); None if every item is its own.
        level: confidence level; the verdict errs in at most ``1 - level`` of true ties.

    Raises:
        ValueError: if shapes differ, a figure is not finite, or the level is not in (0, 1).
    """
    _check_share("level", level)
    first, second = _finite("a", a), _finite("b", b)
    _check_same_shape(first, second)
    groups = _group(clusters, first.size)
    if not first.size:
        return PairedResult(None, None, _no_items(), None, NO_METHOD, 0, 0, 0, None, None, None)
    a_better, b_better = int((first > second).sum()), int((first < second).sum())
    lowest, highest = _limits(np.concatenate([first, second]), None)
    limits = lowest - highest, highest - lowest
    result = PairedResult(
        a=float(first.mean()),
        b=float(second.mean()),
        difference=_difference(first - second, groups, limits, level),
        p_value=None,
        test=NO_METHOD,
        a_better=a_better,
        b_better=b_better,
        equal=first.size - a_better - b_better,
        verdict=None,
        standard_error=None,
        df=None,
    )
    if groups.count == 1:
        return result
    sums = _contrast(groups.sums(first), groups.sums(second))[None, :]
    exact = groups.singletons and _is_binary(first) and _is_binary(second)
    p = float(_p_values(sums, groups, np.array([exact]))[0])
    difference = result.difference
    verdict: Literal["a", "b", "tie"] = "tie"
    low, high = difference.low, difference.high
    if low is not None and high is not None:
        if p >= 1 - level:
            difference = replace(difference, low=min(low, 0.0), high=max(high, 0.0))
        elif low > 0:
            verdict = "a"
        elif high < 0:
            verdict = "b"
    se = groups.standard_error(sums[0])
    known = difference.method == CLUSTERED_T
    return replace(
        result,
        difference=difference,
        p_value=p,
        test=MCNEMAR if exact else CLUSTERED_T,
        verdict=verdict,
        standard_error=se if known else None,
        df=groups.df if known else None,
    )


def _difference(d: Floats, groups: "_Groups", limits: Bounds, level: float) -> Interval:
    """Return the t interval of a mean difference, cut to the limits.

    Wilson's form, which a single mean gets, is not used: it would not agree with the t test.
    """
    bound = _mean(d, groups, limits, level)
    if bound.method != CLUSTERED_WILSON:
        return bound
    interval = _mean(d, groups, UNBOUNDED, level)
    if interval.low is None or interval.high is None:
        return bound
    return replace(interval, low=max(limits[0], interval.low), high=min(limits[1], interval.high))


def _contrast(a: Floats, b: Floats) -> Floats:
    """Return differences of the clusters' sums, with what is only rounding set to 0."""
    difference = a - b
    noise = _ROUNDING * np.maximum(np.abs(a), np.abs(b))
    result: Floats = np.where(np.abs(difference) <= noise, 0.0, difference)
    return result


def _p_values(sums: Floats, groups: "_Groups", exact: NDArray[np.bool_]) -> Floats:
    """Return two-sided p-values of mean differences of 0.

    Args:
        sums: differences summed over each cluster, shape (r, G) for r comparisons.
        groups: the clusters.
        exact: whether a comparison takes McNemar's exact test, shape (r,).
    """
    up, down = (sums > 0).sum(axis=1), (sums < 0).sum(axis=1)
    means = np.abs(sums.sum(axis=1)) / groups.n
    se = groups.standard_errors(sums)
    t = np.divide(means, se, out=np.full(means.shape, np.inf), where=se > 0)
    p = np.maximum(2 * special.stdtr(groups.df, -t), 2.0 ** (1 - (up + down)))
    fewer = np.minimum(up, down).astype(np.float64)
    mcnemar = 2 * special.bdtr(fewer, up + down, 0.5)
    p = np.where(exact, mcnemar, p)
    result: Floats = np.where(up + down == 0, 1.0, np.minimum(p, 1.0))
    return result


def minimal_detectable_difference(
    a: ArrayLike,
    b: ArrayLike,
    clusters: ArrayLike,
    *,
    b_clusters: ArrayLike | None = None,
    power: float = 0.8,
    level: float = 0.95,
) -> Detectable:
    """The true difference that a comparison like this one would find with the given power.

    ``(t(1 - alpha / 2) + t(power)) * SE`` with the degrees of freedom of the standard error: Miller
    2024, with Student's quantiles in the place of normal ones (Bloom 1995, *Eval. Rev.*
    19:547). It is a property of the items and of the two models' spread, not of the difference
    that was found.

    Args:
        a: figures of the first model, shape (n,).
        b: figures of the second: on the same items, shape (n,), or with ``b_clusters`` on items
            of its own, shape (m,).
        clusters: labels of the clusters of the first model's items, shape (n,).
        b_clusters: labels of the clusters of the second model's items, shape (m,), if the two
            were asked different, independent items; None for a paired comparison.
        power: wanted probability of a verdict.
        level: confidence level of the verdict.

    Raises:
        ValueError: as :func:`paired`, or if ``power`` is not in (0, 1).
    """
    _check_share("level", level)
    _check_share("power", power)
    if b_clusters is None:
        result = paired(a, b, clusters, level)
        if result.standard_error is None or result.df is None:
            reason = result.difference.reason or "the difference is the same in every cluster"
            return Detectable(None, None, None, "paired", reason)
        return _detectable(result.standard_error, result.df, "paired", power, level)
    variances, dfs = [], []
    for name, values, labels in (("a", a, clusters), ("b", b, b_clusters)):
        y = _finite(name, values)
        groups = _group(labels, y.size)
        if groups.count < 2:
            reason = f"{name}: {_ONE_CLUSTER if y.size else _NO_ITEMS}"
            return Detectable(None, None, None, "unpaired", reason)
        se = groups.standard_error(groups.sums(y))
        if se <= _ROUNDING * float(np.abs(y).max()):
            return Detectable(None, None, None, "unpaired", f"{name}: {_NO_SPREAD}")
        variances.append(se**2)
        dfs.append(groups.df)
    total = sum(variances)
    # Welch and Satterthwaite.
    df = total**2 / sum(v**2 / d for v, d in zip(variances, dfs, strict=True))
    return _detectable(math.sqrt(total), df, "unpaired", power, level)


def planned_detectable_difference(
    sd: float,
    clusters: int,
    *,
    cluster_size: float = 1.0,
    icc: float = 0.0,
    design: Literal["paired", "unpaired"] = "paired",
    power: float = 0.8,
    level: float = 0.95,
) -> Detectable:
    """The true difference that a comparison still to be made would find with the given power.

    As :func:`minimal_detectable_difference`, from the spread that is expected: clusters of one size
    ``m`` and an intraclass correlation ``icc`` inflate the variance by ``1 + (m - 1) icc``.

    Args:
        sd: standard deviation over items of the difference between the two models (paired), or of
            one model's figures (unpaired; both alike).
        clusters: clusters asked (unpaired: of each model), at least 2.
        cluster_size: items in a cluster.
        icc: correlation of two items of one cluster.
        design: ``paired`` if both models answer the same items.
        power: wanted probability of a verdict.
        level: confidence level of the verdict.

    Raises:
        ValueError: for a spread, size or correlation that cannot be.

    Example:
        >>> round(planned_detectable_difference(0.5, 1000).value, 4)
        0.0443
    """
    _check_share("level", level)
    _check_share("power", power)
    inflation = 1 + (cluster_size - 1) * icc
    if not (0 < sd < math.inf and clusters >= 2 and cluster_size >= 1 and icc <= 1):
        raise ValueError(
            "needs sd > 0, clusters >= 2, cluster_size >= 1 and icc <= 1, "
            f"got {sd}, {clusters}, {cluster_size} and {icc}"
        )
    if inflation <= 0:
        raise ValueError(f"icc {icc} is too low for clusters of {cluster_size} items")
    models = 1 if design == "paired" else 2
    se = sd * math.sqrt(models * inflation / (clusters * cluster_size))
    return _detectable(se, float(models * (clusters - 1)), design, power, level)


def _detectable(
    se: float, df: float, design: Literal["paired", "unpaired"], power: float, level: float
) -> Detectable:
    multiple = _student(df, level) + float(special.stdtrit(df, power))
    return Detectable(max(0.0, multiple * se), se, df, design)


# --- many models ---------------------------------------------------------------------------------


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
    p = _finite("p_values", p_values)
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
    _check_share("level", level)
    y = _finite("values", values, any_width=True)
    if y.ndim != 2:
        raise ValueError(f"values must have the shape (rows, n), got {y.shape}")
    rows = len(y)
    groups = _group(clusters, y.shape[1])
    if groups.count < 2:
        return [RankRange(1, rows)] * rows
    binary = np.array([groups.singletons and _is_binary(row) for row in y], dtype=np.bool_)
    sums = np.stack([groups.sums(row) for row in y]) if rows else np.empty((0, groups.count))
    first, second = np.triu_indices(rows, k=1)
    p = np.empty(first.size)
    chunk = max(1, 16 * _CHUNK // groups.count)
    for start in range(0, first.size, chunk):
        i, j = first[start : start + chunk], second[start : start + chunk]
        p[start : start + chunk] = _p_values(
            _contrast(sums[i], sums[j]), groups, binary[i] & binary[j]
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


# --- shared --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Groups:
    """Items sorted into clusters.

    Attributes:
        index: number of each item's cluster, shape (n,).
        sizes: items in each cluster, shape (G,).
    """

    index: Integers
    sizes: Floats

    @property
    def n(self) -> int:
        """Number of items."""
        return self.index.size

    @property
    def count(self) -> int:
        """Number of clusters."""
        return self.sizes.size

    @property
    def singletons(self) -> bool:
        """Whether every item is its own cluster."""
        return self.count == self.n

    @property
    def effective(self) -> float:
        """Kish's effective number of clusters, the number of equal ones that tell as much."""
        return self.n**2 / float((self.sizes**2).sum())

    @property
    def df(self) -> float:
        """Bell and McCaffrey's degrees of freedom of a mean, for independent items.

        Satterthwaite's ``2 E(V)**2 / Var(V)`` of the CR2 variance ``V`` in closed form;
        ``count - 1`` if the clusters are of one size.
        """
        shares = self.sizes / self.n
        pulls = shares**2 / (1 - shares)
        return 1 / float((shares**2).sum() + pulls.sum() ** 2 - (pulls**2).sum())

    def sums(self, values: Floats) -> Floats:
        """Return the sum over each cluster of values of shape (n,)."""
        sums = np.bincount(self.index, weights=values, minlength=self.count)
        return sums.astype(np.float64, copy=False)

    def standard_error(self, sums: Floats) -> float:
        """Return the CR2 standard error of the mean over items, from the clusters' sums."""
        return float(self.standard_errors(sums[None, :])[0])

    def standard_errors(self, sums: Floats) -> Floats:
        """Return standard errors of shape (r,) from sums of shape (r, G)."""
        shares = self.sizes / self.n
        residuals = sums - sums.sum(axis=1, keepdims=True) * shares
        errors: Floats = np.sqrt((residuals**2 / (1 - shares)).sum(axis=1)) / self.n
        return errors


def _group(clusters: ArrayLike | None, n: int) -> _Groups:
    """Return the items' clusters; None makes every item its own."""
    if clusters is None:
        return _Groups(np.arange(n), np.ones(n))
    labels = np.asarray(clusters)
    if labels.shape != (n,):
        raise ValueError(f"needs one cluster label for each of {n} items, got {labels.shape}")
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise ValueError("a cluster label is not a finite number")
    _, index, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    return _Groups(index.astype(np.intp), sizes.astype(np.float64))


def _finite(name: str, values: ArrayLike, *, any_width: bool = False) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 and not (any_width and array.ndim > 1):
        raise ValueError(f"{name} must have one figure an item, got the shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite")
    return array


def _limits(y: Floats, bounds: Bounds | None) -> Bounds:
    if bounds is None:
        rates = y.size and y.min() >= 0 and y.max() <= 1
        return (0.0, 1.0) if rates else UNBOUNDED
    low, high = bounds
    if not low < high:
        raise ValueError(f"bounds must be a lower and a higher number, got {bounds}")
    if y.size and not (y.min() >= low and y.max() <= high):
        raise ValueError(f"a value lies out of the bounds {bounds}")
    return float(low), float(high)


def _is_binary(y: Floats) -> bool:
    return bool(((y == 0) | (y == 1)).all())


def _check_same_shape(a: Floats, b: Floats) -> None:
    if a.shape != b.shape:
        raise ValueError(f"needs figures of the same items, got {a.size} and {b.size}")


def _check_share(name: str, share: float) -> None:
    if not 0 < share < 1:
        raise ValueError(f"{name} must lie between 0 and 1, got {share}")


def _normal(level: float) -> float:
    return float(special.ndtri((1 + level) / 2))


def _student(df: float, level: float) -> float:
    return float(special.stdtrit(df, (1 + level) / 2))


def _no_items() -> Interval:
    return Interval(None, None, None, 0, 0, NO_METHOD, _NO_ITEMS)


def _without_ends(base: Interval, reason: str) -> Interval:
    return replace(base, low=None, high=None, method=NO_METHOD, reason=reason)


def _without_spread(base: Interval) -> Interval:
    return _without_ends(base, _ONE_ITEM if base.n == 1 else _ONE_CLUSTER)


def _without_value(base: Interval, reason: str) -> Interval:
    return replace(_without_ends(base, reason), value=None)
