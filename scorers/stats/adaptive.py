"""Where on a ladder a level lies, from a few answers, and which rung tells most about it.

As in computerised adaptive testing, what is asked next is what the answers so far leave open; but
the difficulty of a rung is known from how its items are made, and nothing is learnt from the
answers of other models. The skill is taken to fall along the ladder as a logistic curve from a top
to nothing; place, steepness and top are unknown, and each is weighed by what was answered.
"""

import math
from collections.abc import Sequence

import numpy as np

from heptathlon.scorers.stats.groups import Floats

STEEP = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Steepness of the curves that are weighed: per mean step of the ladder."""
TOPS = (1.0, 0.9, 0.8)
"""Skill far below the level: 1 less the rate of lapses."""
PLACES = 121
RARE = 1e-3
"""Least chance of a figure that seemed impossible: an oracle may slip."""


class Curves:
    """Falling curves along a ladder, weighed by what was answered on its rungs.

    Args:
        places: the rungs on an axis on which they get harder, rising, shape (R,).
        low: figure that is expected on each rung of someone who knows nothing, from 0 to 1.
        high: figure that is expected on each rung of someone who knows all, from 0 to 1.
    """

    def __init__(self, places: Floats, low: Floats, high: Floats) -> None:
        step = float(np.diff(places).mean())
        at = np.linspace(places[0] - step, places[-1] + step, PLACES)[:, None, None]
        steep = (np.array(STEEP) / step)[None, :, None]
        top = np.array(TOPS)[None, None, :]
        with np.errstate(divide="ignore"):
            half = at + np.log(2 * top - 1) / steep
        self._levels = np.clip(half, places[0], places[-1])
        away = np.clip(steep[..., None] * (places - at[..., None]), -50, 50)
        share = top[..., None] / (1 + np.exp(away))
        self._figures = np.clip(low + (high - low) * share, RARE, 1 - RARE)
        self._weights = np.zeros(self._levels.shape)

    def answered(self, rung: int, sum_: float, count: float) -> None:
        """Take note of answers on a rung.

        Args:
            rung: its place on the ladder.
            sum_: sum of the figures of independent units, each from 0 to 1.
            count: how many there are.
        """
        expected = self._figures[..., rung]
        self._weights += sum_ * np.log(expected) + (count - sum_) * np.log1p(-expected)

    @property
    def level(self) -> tuple[float, float]:
        """The level's mean and standard deviation on the axis, within the ladder's ends."""
        weights = self._share()
        mean = float((weights * self._levels).sum())
        return mean, math.sqrt(float((weights * (self._levels - mean) ** 2).sum()))

    def gains(self) -> Floats:
        """Return how much one more answer on each rung says of the level, shape (R,).

        The square of the covariance of level and answer over the variance of the answer: how much
        less the level's variance is expected to be, if the two went together in a straight line.
        """
        weights = self._share()
        mean, _ = self.level
        expected = np.tensordot(weights, self._figures, axes=3)
        apart = (weights * (self._levels - mean))[..., None] * (self._figures - expected)
        together: Floats = apart.sum(axis=(0, 1, 2))
        gains: Floats = together**2 / (expected * (1 - expected))
        return gains

    def _share(self) -> Floats:
        found = np.exp(self._weights - self._weights.max())
        shares: Floats = found / found.sum()
        return shares


def next_rung(curves: Curves, places: Floats, left: Sequence[bool], near: int) -> int:
    """Return the rung to ask next: of those near the level the one that says most.

    What a rung costs does not count: where the hard ones are the dear ones, what is asked would lie
    below the level, and the level be found too low.

    Args:
        curves: what is known.
        places: the rungs on the axis.
        left: whether a rung has anything left to be asked.
        near: how many rungs on either side of the level are near; all, where nothing is left there.
    """
    mean, _ = curves.level
    above = int(np.searchsorted(places, mean))
    close = range(max(0, above - near), min(len(places), above + near))
    open_ = [i for i in close if left[i]] or [i for i in range(len(places)) if left[i]]
    gains = curves.gains()
    return max(open_, key=lambda i: (gains[i], -i))
