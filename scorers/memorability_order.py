"""Rank correlations of weighted items, and the monotone map from predictions to scores."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

Floats = NDArray[np.float64]


def monotone_map(predicted: Floats, human: Floats) -> Callable[[float], float]:
    """Return the non-decreasing map from predictions to scores with the least squared error.

    Between the predictions that it was fitted on it is linear, beyond them constant.
    """
    levels, index, repeats = np.unique(predicted, return_inverse=True, return_counts=True)
    means = np.bincount(index, weights=human) / repeats
    fitted = isotonic_regression(means, weights=repeats).x
    return lambda value: float(np.interp(value, levels, fitted))


def mid_ranks(values: Floats, weights: Floats) -> Floats:
    """Return ranks in a sample where item ``i`` stands ``weights[i]`` times; ties share a rank.

    Args:
        values: shape (n,).
        weights: how often each item counts, shape (n,).
    """
    index = _dense_ranks(np.asarray(values, dtype=np.float64).tobytes())
    totals = np.bincount(index, weights=weights)
    ranks: Floats = (totals.cumsum() - totals / 2)[index]
    return ranks


# A bootstrap asks about the same values thousands of times and changes only the weights.
@lru_cache(maxsize=16)
def _dense_ranks(values: bytes) -> NDArray[np.intp]:
    """Return the rank of every float64 of a buffer among the different ones, from 0."""
    _, index = np.unique(np.frombuffer(values), return_inverse=True)
    return index


def _correlation(x: Floats, y: Floats, weights: Floats) -> float:
    """Return Pearson's correlation; 0 where ``x`` has no spread, NaN where ``y`` has none."""
    total = weights.sum()
    if not total:
        return math.nan
    x = x - (weights @ x) / total
    y = y - (weights @ y) / total
    spread_x, spread_y = float(weights @ (x * x)), float(weights @ (y * y))
    if spread_y <= 1e-12 * total:
        return math.nan
    if spread_x <= 1e-12 * total:
        return 0.0
    return float(np.clip((weights @ (x * y)) / math.sqrt(spread_x * spread_y), -1.0, 1.0))


def spearman(values: Floats, weights: NDArray[Any]) -> float:
    """Return Spearman's correlation of the first two columns.

    Predictions that are all the same order nothing: their correlation is 0, its expectation if
    ties are broken by lot. Measured scores that are all the same can be ordered by nobody: NaN.

    Args:
        values: predicted and measured scores, shape (n, 2 or more).
        weights: how often each item counts, shape (n,).
    """
    w = np.asarray(weights, dtype=np.float64)
    return _correlation(mid_ranks(values[:, 0], w), mid_ranks(values[:, 1], w), w)


def kendall(values: Floats, weights: NDArray[Any]) -> float:
    """Return Kendall's tau-b of the first two columns; see :func:`spearman` for the limits.

    Pairs are counted with the product of their weights, and a repeated item is tied with itself.
    Takes O(n log n) time: discordant pairs are the inversions that a merge sort mends.
    """
    keep = np.asarray(weights) > 0
    w = np.asarray(weights, dtype=np.float64)[keep]
    x, y = values[keep, 0], values[keep, 1]
    if not w.size:
        return math.nan
    pairs = _pairs(np.array([w.sum()]))
    tied_x = _pairs(_totals(x, w))
    tied_y = _pairs(_totals(y, w))
    if pairs == tied_y:
        return math.nan
    if pairs == tied_x:
        return 0.0
    _, both = np.unique(np.stack([x, y], axis=1), axis=0, return_inverse=True)
    tied_both = _pairs(_totals(both.ravel().astype(np.float64), w))
    order = np.lexsort((y, x))
    discordant = _inversions(y[order], w[order])
    concordant_less = pairs - tied_x - tied_y + tied_both - 2 * discordant
    return float(concordant_less / math.sqrt((pairs - tied_x) * (pairs - tied_y)))


def _totals(values: Floats, weights: Floats) -> Floats:
    _, index = np.unique(values, return_inverse=True)
    return np.bincount(index, weights=weights).astype(np.float64, copy=False)


def _pairs(totals: Floats) -> float:
    """Return the pairs of distinct draws within groups of such sizes."""
    return float((totals * (totals - 1) / 2).sum())


def _inversions(values: Floats, weights: Floats) -> float:
    """Return the weight of pairs that stand in strictly descending order.

    Ranks are split bit by bit, the highest first: of two ranks that agree so far, the pair is
    descending if the earlier one has the bit and the later one has not. Every level is one pass
    over all items, and leaves them sorted by the bits seen, each group in its old order.
    """
    _, ranks = np.unique(values, return_inverse=True)
    count = 0.0
    for bit in reversed(range(int(ranks.max()).bit_length())):
        group = ranks >> (bit + 1)
        high = (ranks >> bit) & 1
        before = np.concatenate([[0.0], (weights * high).cumsum()])
        first = np.concatenate([[True], group[1:] != group[:-1]])
        start = np.maximum.accumulate(np.where(first, np.arange(ranks.size), 0))
        count += float((weights * (1 - high)) @ (before[:-1] - before[start]))
        order = np.argsort(ranks >> bit, kind="stable")
        ranks, weights = ranks[order], weights[order]
    return count
