"""Confidence from likelihoods of options: the chosen one's share of their probability."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heptathlon.scorers.stats.groups import Floats

LEAST = -700.0
"""Lowest log-likelihood that is told from the highest: below it a double has no share left."""


@dataclass(frozen=True, eq=False)
class Choice:
    """What likelihoods choose, and how surely.

    Attributes:
        logs: log-likelihoods less the greatest, not below ``LEAST``, shape (options,).
        p: share of the options' probability that the chosen one has.
        right: 1 if the chosen option is right, 0 if not; of equals each is chosen as often.
        gold: index of the right option; negative if none is.
    """

    logs: Floats
    p: float
    right: float
    gold: int


def choice_of(logs: Sequence[float], gold: int, lengths: Sequence[int] | None = None) -> Choice:
    """Return what options' log-likelihoods choose.

    Args:
        logs: log-likelihood of each option, two at least.
        gold: index of the right one; negative if none is.
        lengths: bytes of each option, to choose by the likelihood of a byte; None chooses by the
            likelihood of the whole.

    Raises:
        ValueError: for fewer than two options, or a number that is none.
    """
    values = np.asarray(logs, dtype=np.float64)
    if values.size < 2 or np.isnan(values).any():
        raise ValueError("a choice needs the likelihoods of two options or more")
    if lengths is not None:
        values = values / np.maximum(1, np.asarray(lengths, dtype=np.float64))
    top = float(values.max())
    even = top == -math.inf
    shifted = np.zeros_like(values) if even else np.maximum(values - top, LEAST)
    best = shifted == 0
    p = 1 / float(np.exp(shifted).sum())
    right = float(best[gold]) / float(best.sum()) if gold >= 0 else 0.0
    return Choice(shifted, p, right, gold)
