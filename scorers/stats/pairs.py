"""Two models, or two runs, on the same items."""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from heptathlon.scorers.stats.groups import (
    ROUNDING,
    Floats,
    Groups,
    check_same_shape,
    check_share,
    finite,
    group,
    is_binary,
    limits_of,
)
from heptathlon.scorers.stats.interval import (
    CLUSTERED_T,
    CLUSTERED_WILSON,
    MCNEMAR,
    NO_METHOD,
    UNBOUNDED,
    Bounds,
    Interval,
    no_items,
)
from heptathlon.scorers.stats.means import mean_of


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
    check_share("level", level)
    first, second = finite("a", a), finite("b", b)
    check_same_shape(first, second)
    groups = group(clusters, first.size)
    if not first.size:
        return PairedResult(None, None, no_items(), None, NO_METHOD, 0, 0, 0, None, None, None)
    a_better, b_better = int((first > second).sum()), int((first < second).sum())
    lowest, highest = limits_of(np.concatenate([first, second]), None)
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
    sums = contrast(groups.sums(first), groups.sums(second))[None, :]
    exact = groups.singletons and is_binary(first) and is_binary(second)
    p = float(p_values_of(sums, groups, np.array([exact]))[0])
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


def fewest_clusters(level: float) -> int:
    """Return how many clusters must differ before :func:`paired` can give a verdict.

    Example:
        >>> fewest_clusters(0.95)
        6
    """
    return math.ceil(1 - math.log2(1 - level))


def _difference(d: Floats, groups: Groups, limits: Bounds, level: float) -> Interval:
    """Return the t interval of a mean difference, cut to the limits.

    Wilson's form, which a single mean gets, is not used: it would not agree with the t test.
    """
    bound = mean_of(d, groups, limits, level)
    if bound.method != CLUSTERED_WILSON:
        return bound
    interval = mean_of(d, groups, UNBOUNDED, level)
    if interval.low is None or interval.high is None:
        return bound
    return replace(interval, low=max(limits[0], interval.low), high=min(limits[1], interval.high))


def contrast(a: Floats, b: Floats) -> Floats:
    """Return differences of the clusters' sums, with what is only rounding set to 0."""
    difference = a - b
    noise = ROUNDING * np.maximum(np.abs(a), np.abs(b))
    result: Floats = np.where(np.abs(difference) <= noise, 0.0, difference)
    return result


def p_values_of(sums: Floats, groups: Groups, exact: NDArray[np.bool_]) -> Floats:
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
