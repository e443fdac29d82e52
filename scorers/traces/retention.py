"""How a fact is acquired at its exposures and fades afterwards: figures over checkpoints.

As in *How Do Large Language Models Acquire Factual Knowledge During Pretraining?*
(arXiv 2406.11813), with its faults left out: retainability is a ratio of means and not a mean of
ratios, in which a fact that was hardly learnt outweighs all others.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heptathlon.scorers.stats import Interval, ratio

Floats = NDArray[np.float64]

FEWEST = 3
"""Points that a slope is fitted to at the least."""


@dataclass(frozen=True)
class Value:
    """A figure that may be undefined.

    Attributes:
        value: the figure; None if it is not defined.
        reason: why it is not; empty otherwise.
    """

    value: float | None
    reason: str = ""


@dataclass(frozen=True)
class Decay:
    """A straight line through retainability against the logarithm of the steps since.

    Attributes:
        slope: what is lost in ten times the steps; None if no line can be fitted.
        gone: steps after which the line reaches 0; None if it does not fall.
        r2: share of the variance that the line explains; None where there is none.
        reason: why something is missing.
    """

    slope: float | None
    gone: float | None
    r2: float | None
    reason: str = ""


def effectivity(before: float, within: Sequence[float]) -> Value:
    """Return by how much a target's log-likelihood rises at most, soon after its exposure.

    Args:
        before: log-likelihood at the exposure.
        within: those of the checkpoints in the window after it.
    """
    if not within:
        return Value(None, "no checkpoint lies in the window after the exposure")
    return Value(max(within) - before)


def retainability(
    before: ArrayLike,
    best: ArrayLike,
    later: ArrayLike,
    clusters: ArrayLike | None = None,
    *,
    resamples: int = 2_000,
    seed: int = 0,
) -> Interval:
    """Return the share of what was gained that is left: a ratio of means over facts.

    Args:
        before: log-likelihood (or score) of each fact before it was read, shape (facts,).
        best: soon after the last exposure.
        later: at a later checkpoint.
        clusters: the person of each fact.
        resamples: of the bootstrap by clusters.
        seed: of the bootstrap.

    Returns:
        The ratio with its interval; null with a reason where nothing was learnt.
    """
    start, top, now = (np.asarray(a, float) for a in (before, best, later))
    gained = top - start
    if not len(gained) or gained.mean() <= 0:
        return Interval(None, None, None, len(gained), len(gained), "none", "nothing was learnt")
    groups = np.arange(len(gained)) if clusters is None else clusters
    return ratio(now - start, gained, groups, resamples=resamples, seed=seed)


def decay(steps: Sequence[float], shares: Sequence[float]) -> Decay:
    """Return the line through retainability against log10 of the steps since the last exposure.

    The published "power law" is this line: what is lost is proportional to the logarithm of time.
    """
    points = [(math.log10(t), r) for t, r in zip(steps, shares, strict=True) if t > 0]
    if len(points) < FEWEST or len({t for t, _ in points}) < FEWEST:
        return Decay(None, None, None, f"fewer than {FEWEST} checkpoints after the last exposure")
    x, y = np.array(points).T
    slope, start = np.polyfit(x, y, 1)
    spread = float(((y - y.mean()) ** 2).sum())
    r2 = 1 - float(((y - start - slope * x) ** 2).sum()) / spread if spread > 0 else None
    if slope >= 0:
        return Decay(float(-slope), None, r2, "it does not fade")
    return Decay(float(-slope), float(10 ** (-start / slope)), r2)


def half_life(steps: Sequence[float], shares: Sequence[float]) -> Value:
    """Return the steps until half is left of what the first checkpoint has.

    Between two checkpoints the share is taken to fall on a line against the logarithm of time.
    """
    if not shares or shares[0] <= 0:
        return Value(None, "nothing was learnt")
    half = shares[0] / 2
    for i in range(1, len(shares)):
        if shares[i] <= half:
            earlier, later = math.log(steps[i - 1]), math.log(steps[i])
            part = (shares[i - 1] - half) / (shares[i - 1] - shares[i])
            return Value(math.exp(earlier + part * (later - earlier)))
    return Value(None, "more than half was left at the last checkpoint")


def floor(shares: Sequence[float], last: int = 3) -> Value:
    """Return what is left in the end: the mean share of the last checkpoints."""
    if len(shares) < last:
        return Value(None, f"fewer than {last} checkpoints")
    return Value(float(np.mean(shares[-last:])))
