"""An estimate with its interval, and why one may be missing."""

import math
from dataclasses import dataclass, replace

Bounds = tuple[float, float]

UNBOUNDED: Bounds = (-math.inf, math.inf)

WILSON = "wilson"
CLUSTERED_WILSON = "clustered-wilson"
CLUSTERED_T = "clustered-t"
WILSON_ON_CLUSTERS = "wilson-on-clusters"
CLUSTER_BOOTSTRAP = "cluster-bootstrap"
JACKKNIFE_T = "jackknife-t"
MCNEMAR = "mcnemar-exact"
NO_METHOD = "none"

NO_ITEMS = "there are no items"
ONE_ITEM = "one item shows no spread"
ONE_CLUSTER = "all items belong to one cluster, so the spread between clusters is unknown"
NO_SPREAD = "all clusters give the same figure, so its spread is unknown"


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
            ``wilson-on-clusters`` (a bound for a sample without spread), ``cluster-bootstrap``,
            ``jackknife-t`` (means over pairs) or ``none``.
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


def no_items() -> Interval:
    """Return the figure of nothing."""
    return Interval(None, None, None, 0, 0, NO_METHOD, NO_ITEMS)


def without_ends(base: Interval, reason: str) -> Interval:
    """Return a figure whose interval cannot be given."""
    return replace(base, low=None, high=None, method=NO_METHOD, reason=reason)


def without_spread(base: Interval) -> Interval:
    """Return a figure of a single cluster, which has no interval."""
    return without_ends(base, ONE_ITEM if base.n == 1 else ONE_CLUSTER)


def without_value(base: Interval, reason: str) -> Interval:
    """Return a figure that is not defined."""
    return replace(without_ends(base, reason), value=None)
