"""Items sorted into clusters, and the checks and quantiles that every figure needs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from heptathlon.scorers.stats.interval import UNBOUNDED, Bounds

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

ROUNDING = 1e-12
"""A standard error below this share of the scale is the rounding of sums, not spread."""


@dataclass(frozen=True)
class Groups:
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
        return df_of_shares(self.sizes / self.n)

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


def df_of_shares(shares: Floats) -> float:
    """Return :attr:`Groups.df` from the clusters' shares of the items, shape (G,)."""
    pulls = shares**2 / (1 - shares)
    return 1 / float((shares**2).sum() + pulls.sum() ** 2 - (pulls**2).sum())


def group(clusters: ArrayLike | None, n: int) -> Groups:
    """Return the items' clusters; None makes every item its own."""
    if clusters is None:
        return Groups(np.arange(n), np.ones(n))
    labels = np.asarray(clusters)
    if labels.shape != (n,):
        raise ValueError(f"needs one cluster label for each of {n} items, got {labels.shape}")
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise ValueError("a cluster label is not a finite number")
    _, index, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    return Groups(index.astype(np.intp), sizes.astype(np.float64))


def finite(name: str, values: ArrayLike, *, any_width: bool = False) -> Floats:
    """Return figures as an array, refusing any that is not finite."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 and not (any_width and array.ndim > 1):
        raise ValueError(f"{name} must have one figure an item, got the shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite")
    return array


def limits_of(y: Floats, bounds: Bounds | None) -> Bounds:
    """Return the bounds of an item's figure; figures that all lie in 0 to 1 are taken for rates."""
    if bounds is None:
        rates = y.size and y.min() >= 0 and y.max() <= 1
        return (0.0, 1.0) if rates else UNBOUNDED
    low, high = bounds
    if not low < high:
        raise ValueError(f"bounds must be a lower and a higher number, got {bounds}")
    if y.size and not (y.min() >= low and y.max() <= high):
        raise ValueError(f"a value lies out of the bounds {bounds}")
    return float(low), float(high)


def is_binary(y: Floats) -> bool:
    """Tell whether all figures are 0 or 1."""
    return bool(((y == 0) | (y == 1)).all())


def check_same_shape(a: Floats, b: Floats) -> None:
    """Refuse figures that cannot be of the same items."""
    if a.shape != b.shape:
        raise ValueError(f"needs figures of the same items, got {a.size} and {b.size}")


def check_share(name: str, share: float) -> None:
    """Refuse a level or power that does not lie between 0 and 1."""
    if not 0 < share < 1:
        raise ValueError(f"{name} must lie between 0 and 1, got {share}")


def normal(level: float) -> float:
    """Return the normal quantile of a two-sided interval."""
    return float(special.ndtri((1 + level) / 2))


def student(df: float, level: float) -> float:
    """Return Student's quantile of a two-sided interval."""
    return float(special.stdtrit(df, (1 + level) / 2))
