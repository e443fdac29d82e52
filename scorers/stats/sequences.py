"""Intervals that hold at every moment of an evaluation, so that it may stop when it will.

A 95 % interval of a fixed number of items is wrong once its own width, or what it leaves out, has
decided when to stop. A confidence sequence holds for all numbers of items together: the chance that
it ever leaves the truth out is at most 5 %, whenever and why ever one looks or stops.

Items come in clusters, in a random order. A bet is on the next cluster: under the mean ``m`` the
sum of ``y - m`` over its items is fair, whatever the clusters' sizes, and it is bounded by the
largest cluster. Nothing is approximated, and nothing but the bounds of a figure is assumed.

Sources:
    Waudby-Smith and Ramdas 2024, *J. R. Stat. Soc. B* 86:1 (arXiv:2010.09686): confidence sequences
    by betting; capital in both directions (their hedged capital), bets spread over a grid and held
    (their grid Kelly), which makes the set of means that are left an interval.
    Howard, Ramdas, McAuliffe and Sekhon 2021, *Ann. Stat.* 49:1055 (arXiv:1810.08240), equation
    (14): the normal mixture, what such an interval costs beside one of fixed size.
    Ville 1939: a fair capital multiplies itself by 1 / a with a chance of at most a.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heptathlon.scorers.stats.groups import Floats, check_share, finite
from heptathlon.scorers.stats.interval import Bounds

BETTING = "betting-sequence"
"""Name of the method on a card."""
BETS = 24
"""Bets of a grid."""
SMALLEST_BET, LARGEST_BET = 0.01, 0.95
"""Shares of the largest bet that cannot lose more than there is. Small differences want small bets,
so that equal steps of the grid are equal ratios."""
HALVINGS = 40
"""Of the range of a mean, until its bound is found."""


@dataclass(frozen=True)
class Sequence:
    """A mean with an interval that held at every moment.

    Attributes:
        value: mean over the items; None without any.
        low: lower end of all intervals so far.
        high: upper end.
        n: items.
        clusters: clusters.
    """

    value: float | None
    low: float
    high: float
    n: int
    clusters: int

    @property
    def half_width(self) -> float:
        """Half of the interval's length."""
        return (self.high - self.low) / 2


def bets() -> Floats:
    """Return the grid of bets, shape (BETS,)."""
    return np.geomspace(SMALLEST_BET, LARGEST_BET, BETS)


def log_capital(sums: ArrayLike, sizes: ArrayLike, largest: float, mean: float) -> Floats:
    """Return the logarithm of the capital of who bets that the mean is higher, after each cluster.

    Args:
        sums: sum of each cluster's figures, which lie in 0 to 1, shape (G,), in the order in which
            they came.
        sizes: items of each cluster, shape (G,).
        largest: items of the largest cluster that may come.
        mean: the mean that is bet against.

    Returns:
        Shape (G,). Its exponential has an expectation of at most 1 if the mean is not higher.
    """
    total, count = finite("sums", sums), finite("sizes", sizes)
    grid = bets()[:, None]
    with np.errstate(divide="ignore"):
        steps = np.log1p(grid * (total / max(mean, 1e-300) - count) / largest)
    grown = np.cumsum(steps, axis=1)
    most = grown.max(axis=0)
    out: Floats = most + np.log(np.exp(grown - most).mean(axis=0))
    return out


def betting(
    sums: ArrayLike,
    sizes: ArrayLike,
    largest: float,
    *,
    bounds: Bounds = (0.0, 1.0),
    level: float = 0.95,
) -> Sequence:
    """Return the confidence sequence of a mean over items, after the clusters that have come.

    Args:
        sums: sum of each cluster's figures, shape (G,), in the order in which they came, which must
            be random.
        sizes: items of each cluster, shape (G,); a cluster may be empty.
        largest: items of the largest cluster that may come, known before the first one.
        bounds: lowest and highest possible figure of an item.
        level: chance that the interval holds the mean at every moment.

    Raises:
        ValueError: for shapes that differ, a figure out of its bounds, a cluster larger than the
            largest, or a level that is none.
    """
    check_share("level", level)
    total, count = _checked(sums, sizes, largest, bounds)
    lowest, highest = bounds
    scale = highest - lowest
    shares = (total - lowest * count) / scale
    n = int(count.sum())
    value = lowest + scale * float(shares.sum()) / n if n else None
    enough = math.log(2 / (1 - level))
    low = _bound(shares, count, largest, enough)
    high = 1 - _bound(count - shares, count, largest, enough)
    if value is not None and low > high:
        # The sequence has contradicted itself, which it does in at most 1 - level of all cases.
        low = high = (value - lowest) / scale
    return Sequence(value, lowest + scale * low, lowest + scale * high, n, total.size)


def p_of_sequence(
    sums: ArrayLike,
    sizes: ArrayLike,
    largest: float,
    mean: float,
    *,
    bounds: Bounds = (0.0, 1.0),
) -> float:
    """Return a p-value of a mean that holds at every moment; see :func:`betting`.

    It is below ``1 - level`` exactly where :func:`betting` leaves the mean out.
    """
    total, count = _checked(sums, sizes, largest, bounds)
    scale = bounds[1] - bounds[0]
    shares, against = (total - bounds[0] * count) / scale, (mean - bounds[0]) / scale
    if not total.size or not 0 < against < 1:
        return 1.0
    best = max(
        float(log_capital(shares, count, largest, against).max()),
        float(log_capital(count - shares, count, largest, 1 - against).max()),
    )
    return min(1.0, 2 * math.exp(-best))


def _checked(
    sums: ArrayLike, sizes: ArrayLike, largest: float, bounds: Bounds
) -> tuple[Floats, Floats]:
    total, count = finite("sums", sums), finite("sizes", sizes)
    if total.shape != count.shape:
        raise ValueError(f"needs a sum and a size of each cluster, got {total.size}, {count.size}")
    lowest, highest = bounds
    if not (math.isfinite(lowest) and math.isfinite(highest) and lowest < highest):
        raise ValueError(f"a sequence needs two finite bounds, got {bounds}")
    slack = 1e-9 * (highest - lowest) * (count + 1)
    if ((total < lowest * count - slack) | (total > highest * count + slack)).any():
        raise ValueError(f"a cluster's figures lie out of the bounds {bounds}")
    if total.size and not (count.min() >= 0 and 0 < count.max() <= largest):
        raise ValueError(f"a cluster is larger than the largest one, {largest:g}, or all are empty")
    return np.clip(total, lowest * count, highest * count), count


def _bound(shares: Floats, count: Floats, largest: float, enough: float) -> float:
    """Return the highest mean against which the capital has ever reached enough."""
    if not shares.size:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        # A higher mean leaves less capital at every moment, so the bound is one point.
        if float(log_capital(shares, count, largest, middle).max()) >= enough:
            low = middle
        else:
            high = middle
    return low


def normal_mixture(variance: ArrayLike, level: float, rho: float) -> NDArray[np.float64]:
    """Return the two-sided normal mixture boundary of a sum (Howard et al. 2021, equation 14).

    A sum of independent parts that are no wilder than normal ones, with this variance so far, is
    ever further than this from its expectation with a chance of at most ``1 - level``.

    Args:
        variance: of the sum so far.
        level: confidence level.
        rho: says at which variance the boundary is narrow; see :func:`best_rho`.
    """
    check_share("level", level)
    v = np.asarray(variance, dtype=np.float64)
    out: NDArray[np.float64] = np.sqrt(
        (v + rho) * (np.log((v + rho) / rho) - 2 * math.log1p(-level))
    )
    return out


def best_rho(variance: float, level: float) -> float:
    """Return the ``rho`` that makes the boundary about narrowest at a variance.

    Howard et al. 2021, section 3.5, whose solution by Lambert's W is opened up as usual.
    """
    alpha = 1 - level
    return variance / (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1))
