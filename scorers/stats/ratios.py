"""The ratio of two sums, and skill: the share of the way from a trivial player to the ceiling."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from heptathlon.scorers.stats.bootstrap import generator, percentiles, resample
from heptathlon.scorers.stats.groups import (
    ROUNDING,
    Floats,
    check_same_shape,
    check_share,
    finite,
    group,
    limits_of,
)
from heptathlon.scorers.stats.interval import (
    NO_METHOD,
    NO_SPREAD,
    WILSON_ON_CLUSTERS,
    Interval,
    no_items,
    without_ends,
    without_spread,
    without_value,
)
from heptathlon.scorers.stats.means import no_spread_ends


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
    check_share("level", level)
    rng = generator(seed, resamples)
    num, den = finite("numerators", numerators), finite("denominators", denominators)
    check_same_shape(num, den)
    groups = group(clusters, num.size)
    if not num.size:
        return no_items()
    total = float(den.sum())
    if abs(total) <= ROUNDING * float(np.abs(den).sum()):
        return Interval(
            None, None, None, groups.n, groups.count, NO_METHOD, "the denominators sum to 0"
        )
    value = float(num.sum()) / total
    base = Interval(value, value, value, groups.n, groups.count, NO_METHOD)
    if groups.count == 1:
        return without_spread(base)
    residuals = groups.sums(num - value * den)
    if np.abs(residuals).max() <= ROUNDING * float(np.abs(num).sum() + np.abs(den).sum()):
        return without_ends(base, NO_SPREAD)
    drawn = resample([groups.sums(num), groups.sums(den)], resamples, rng)
    usable = drawn[1] * math.copysign(1.0, total) > ROUNDING * abs(total)
    ratios = np.divide(drawn[0], drawn[1], out=np.full(resamples, np.nan), where=usable)
    return percentiles(value, ratios, groups, level)


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
        finite("score_values", score_values),
        finite("trivial_values", trivial_values),
    )
    check_same_shape(score, trivial)
    if not math.isfinite(ceiling):
        raise ValueError(f"ceiling must be finite, got {ceiling}")
    gain, room = score - trivial, ceiling - trivial
    estimate = ratio(gain, room, clusters, resamples=resamples, seed=seed, level=level)
    if not score.size:
        return estimate
    if estimate.value is None or room.mean() < 0:
        return without_value(estimate, "the trivial player reaches the ceiling on these items")
    if estimate.reason == NO_SPREAD:
        return _skill_without_spread(estimate, score, trivial, clusters, ceiling, level)
    if estimate.reason and estimate.clusters > 1:
        return without_value(
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
    lowest, highest = limits_of(np.concatenate([score, trivial]), None)
    if estimate.value is None or not math.isfinite(lowest):
        return estimate
    share = estimate.value
    # A cluster not seen may hold any scores; the mean of these residuals moves skill by itself
    # over the room. They are linear in either score, so the extremes are at the corners.
    corners = [s - t - share * (ceiling - t) for s in (lowest, highest) for t in (lowest, highest)]
    groups = group(clusters, score.size)
    low, high = no_spread_ends(0.0, (min(corners), max(corners)), groups.effective, level)
    room = ceiling - float(trivial.mean())
    return replace(
        estimate,
        low=share + low / room,
        high=share + high / room,
        method=WILSON_ON_CLUSTERS,
        reason="",
    )
