"""The smallest true difference that a comparison finds."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from heptathlon.scorers.stats.groups import ROUNDING, check_share, finite, group, student
from heptathlon.scorers.stats.interval import NO_ITEMS, NO_SPREAD, ONE_CLUSTER
from heptathlon.scorers.stats.pairs import fewest_clusters, paired


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
    that was found. Fewer clusters than a verdict needs show none at all.

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
    check_share("level", level)
    check_share("power", power)
    if b_clusters is None:
        result = paired(a, b, clusters, level)
        if result.standard_error is None or result.df is None:
            reason = result.difference.reason or "the difference is the same in every cluster"
            return Detectable(None, None, None, "paired", reason)
        if reason := _too_few(group(clusters, np.size(a)).count, level):
            return Detectable(None, result.standard_error, result.df, "paired", reason)
        return _detectable(result.standard_error, result.df, "paired", power, level)
    variances, dfs = [], []
    for name, values, labels in (("a", a, clusters), ("b", b, b_clusters)):
        y = finite(name, values)
        groups = group(labels, y.size)
        if groups.count < 2:
            reason = f"{name}: {ONE_CLUSTER if y.size else NO_ITEMS}"
            return Detectable(None, None, None, "unpaired", reason)
        se = groups.standard_error(groups.sums(y))
        if se <= ROUNDING * float(np.abs(y).max()):
            return Detectable(None, None, None, "unpaired", f"{name}: {NO_SPREAD}")
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
    check_share("level", level)
    check_share("power", power)
    inflation = 1 + (cluster_size - 1) * icc
    if not (0 < sd < math.inf and clusters >= 2 and cluster_size >= 1 and icc <= 1):
        raise ValueError(
            "needs sd > 0, clusters >= 2, cluster_size >= 1 and icc <= 1, "
            f"got {sd}, {clusters}, {cluster_size} and {icc}"
        )
    if inflation <= 0:
        raise ValueError(f"icc {icc} is too low for clusters of {cluster_size} items")
    if design == "paired" and (reason := _too_few(clusters, level)):
        return Detectable(None, None, None, design, reason)
    models = 1 if design == "paired" else 2
    se = sd * math.sqrt(models * inflation / (clusters * cluster_size))
    return _detectable(se, float(models * (clusters - 1)), design, power, level)


def _too_few(clusters: int, level: float) -> str:
    """Return why so few clusters show no difference, however large; empty if they can."""
    if clusters >= fewest_clusters(level):
        return ""
    return f"{clusters} clusters can show no difference at {level:.0%}, however large"


def _detectable(
    se: float, df: float, design: Literal["paired", "unpaired"], power: float, level: float
) -> Detectable:
    multiple = student(df, level) + float(special.stdtrit(df, power))
    return Detectable(max(0.0, multiple * se), se, df, design)
