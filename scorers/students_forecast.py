"""What a forecast of a student's answer is, and the figures of one forecast."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from heptathlon.scorers.verdict import Verdict

FLOOR = 1e-4
"""Least chance that a forecast is taken to give an option: a loss of 9.2 nats, so that one sure
and wrong forecast does not decide a run."""

Probabilities = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Forecast(Verdict):
    """A verdict that keeps the forecast it is on.

    Attributes:
        probabilities: chance of each of the document's options (of ``no`` and ``yes`` in the form
            ``option``).
        logs: log chances of the options, not cut off at ``FLOOR``; for twins alone.
    """

    probabilities: Probabilities = ()
    logs: tuple[float, ...] = ()


def softmax(likelihoods: Sequence[float], temperature: float = 1.0) -> Probabilities:
    """Return chances from log-likelihoods; equal ones where none is finite."""
    top = max(likelihoods)
    if not math.isfinite(top):
        return tuple(1 / len(likelihoods) for _ in likelihoods)
    weights = [math.exp((x - top) / temperature) for x in likelihoods]
    total = sum(weights)
    return tuple(w / total for w in weights)


def hit(p: Sequence[float], gold: int) -> float:
    """Return whether the likeliest option is the gold one; among equals, their share."""
    best = max(p)
    return 1 / sum(x == best for x in p) if p[gold] == best else 0.0


def log_chance(p: float) -> float:
    """Return the log of a chance, not below that of ``FLOOR``."""
    return math.log(max(p, FLOOR))


def brier(p: Sequence[float], gold: int) -> float:
    """Return 1 - half the squared distance between a forecast and the outcome."""
    return 1 - sum((x - (i == gold)) ** 2 for i, x in enumerate(p)) / 2


def gain_over(base: Sequence[float], p: Sequence[float], top: Sequence[float]) -> float:
    """Return by how many nats a forecast beats another, expected under a third."""
    gains = [log_chance(x) - log_chance(b) for x, b in zip(p, base, strict=True)]
    return sum(t * gain for t, gain in zip(top, gains, strict=True))
