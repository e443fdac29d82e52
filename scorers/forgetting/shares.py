"""Shares of a way: from the original to the retrained model, from the corrupted to the clean one.

All take arrays of figures, one a resample, so that one draw of people serves every figure; a way of
no length gives NaN.

References:
    Rezaei et al. 2024 (arXiv 2411.00204), RESTOR: what is recovered.
    Zhang, Choshen and Andreas 2024 (arXiv 2409.02228): the forget ratio.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SAME = 0.05
"""Accuracies that differ by no more are taken as the same, where the whole interval says so."""


def _share(part: Floats, whole: Floats) -> Floats:
    out: Floats = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole != 0)
    return out


def removed_share(original: Floats, retrained: Floats, unlearned: Floats) -> Floats:
    """Return how much of the way from original to retrained was gone on the forgotten.

    Example:
        >>> removed_share(np.array([0.9]), np.array([0.2]), np.array([0.4])).round(3).tolist()
        [0.714]
    """
    return _share(original - unlearned, original - retrained)


def folded(share: Floats) -> Floats:
    """Return a share of which going too far costs as much as not going far enough; 0 to 1.

    Example:
        >>> folded(np.array([0.714, 1.0, 1.286, 2.5])).round(3).tolist()
        [0.714, 1.0, 0.714, 0.0]
    """
    out: Floats = np.maximum(0.0, 1.0 - np.abs(1.0 - share))
    return out


def kept(retrained: Floats, unlearned: Floats, trivial: float) -> Floats:
    """Return how much of what the retrained model has above a trivial player was kept; 0 to 1."""
    return np.clip(_share(unlearned - trivial, retrained - trivial), 0.0, 1.0)


def recovered(clean: Floats, corrupted: Floats, unlearned: Floats) -> Floats:
    """Return how much of what corruption took is back.

    Example:
        >>> recovered(np.array([0.65]), np.array([0.3]), np.array([0.55])).round(3).tolist()
        [0.714]
    """
    return _share(unlearned - corrupted, clean - corrupted)


def forgotten(clean: Floats, corrupted: Floats, unlearned: Floats) -> Floats:
    """Return how much of what corruption brought is gone, of shares that give the wrong value."""
    return _share(corrupted - unlearned, corrupted - clean)


def forget_ratio(skilled: Floats, randomised: Floats, chance: float) -> Floats:
    """Return how much of a skill above chance random labels took: 1 is all, more is below chance.

    Example:
        >>> forget_ratio(np.array([0.9]), np.array([0.6]), 0.5).round(3).tolist()
        [0.75]
    """
    return _share(skilled - randomised, skilled - chance)


def regained(
    original: Floats, retrained: Floats, unlearned_after: Floats, retrained_after: Floats
) -> Floats:
    """Return what a probe brings back beyond what it brings to a model that never knew it.

    The share is of the way between original and retrained, before the probe.
    """
    return _share(unlearned_after - retrained_after, original - retrained)


def equivalent(low: float | None, high: float | None, margin: float = SAME) -> bool | None:
    """Tell whether a whole interval lies within a margin round 0; None without an interval."""
    if low is None or high is None:
        return None
    return -margin <= low and high <= margin
