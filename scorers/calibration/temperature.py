"""One temperature, fitted on other clusters: how much of a confidence's fault is its scale.

Source: Guo et al. 2017, arXiv 1706.04599. What is fitted on one half of the clusters is applied to
the other, so that no answer has a part in its own repair.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from heptathlon.scorers.calibration.options import Choice
from heptathlon.scorers.stats.groups import Floats

REACH = 100.0
"""Highest temperature, and one over the lowest, that is tried."""


@dataclass(frozen=True, eq=False)
class Tempered:
    """Confidences after a temperature that was fitted on the other half of the clusters.

    Attributes:
        p: the new confidences, shape (n,).
        temperatures: the two that were fitted, on either half; above 1 the model was too sure.
    """

    p: Floats
    temperatures: tuple[float, float]


def halves(clusters: Sequence[str]) -> NDArray[np.bool_]:
    """Return which answers are in the second half of the clusters, shape (n,).

    The clusters take turns in the order of a digest of their labels, which no order of the answers
    changes.
    """
    order = sorted(set(clusters), key=lambda label: hashlib.sha256(label.encode()).digest())
    second = {label: bool(i % 2) for i, label in enumerate(order)}
    return np.array([second[label] for label in clusters], dtype=np.bool_)


def tempered(choices: Sequence[Choice], second: NDArray[np.bool_]) -> Tempered | None:
    """Return the choices' confidences at temperatures from the other half; None if one is empty.

    The temperature is the one with the least log loss of the right option among all options.

    Args:
        choices: shape (n,).
        second: which choices are in the second half, shape (n,).
    """
    known = np.array([choice.gold >= 0 for choice in choices], dtype=np.bool_)
    if not (known & second).any() or not (known & ~second).any():
        return None
    width = max(choice.logs.size for choice in choices)
    logs = np.full((len(choices), width), -np.inf)
    for row, choice in enumerate(choices):
        logs[row, : choice.logs.size] = choice.logs
    gold = np.array([choice.gold for choice in choices], dtype=np.intp)
    fitted = [_fit(logs[known & half], gold[known & half]) for half in (~second, second)]
    scales = np.where(second, 1 / fitted[0], 1 / fitted[1])
    # The greatest log is 0, so the chosen option's share is one over the sum of all.
    p = 1 / np.exp(logs * scales[:, None]).sum(axis=1)
    return Tempered(p, (fitted[0], fitted[1]))


def _fit(logs: Floats, gold: NDArray[np.intp]) -> float:
    """Return the temperature with the least log loss; see :func:`tempered`."""
    target = logs[np.arange(len(gold)), gold]

    def loss(log_scale: float) -> float:
        scale = np.exp(log_scale)
        return float((special.logsumexp(logs * scale, axis=1) - target * scale).mean())

    ends = (-np.log(REACH), np.log(REACH))
    best = optimize.minimize_scalar(loss, bounds=ends, method="bounded")
    return float(np.exp(-best.x))
