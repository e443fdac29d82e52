"""Means over answers: by how much too sure, how far off, how surprised."""

import numpy as np

from heptathlon.scorers.calibration.answers import Answers
from heptathlon.scorers.stats.groups import Floats
from heptathlon.scorers.stats.interval import Interval
from heptathlon.scorers.stats.means import mean_of

FLOOR = 1e-4
"""Least chance that the log loss takes an outcome to have had, so that no single answer decides."""
LEVEL = 0.95


def over(found: Answers, level: float = LEVEL) -> Interval:
    """Over-confidence, the mean of confidence less outcome: above 0 too sure, below too modest."""
    return mean_of(found.p - found.y, found.groups, (-1.0, 1.0), level)


def brier(found: Answers, level: float = LEVEL) -> Interval:
    """Brier score, the mean squared distance of confidence and outcome: less is better."""
    return mean_of(squares(found), found.groups, (0.0, 1.0), level)


def log_loss(found: Answers, level: float = LEVEL) -> Interval:
    """Log loss in nats, of chances held between ``FLOOR`` and ``1 - FLOOR``: less is better."""
    p = np.clip(found.p, FLOOR, 1 - FLOOR)
    losses = -(found.y * np.log(p) + found.wrong * np.log1p(-p))
    return mean_of(losses, found.groups, (0.0, float(-np.log(FLOOR))), level)


def squares(found: Answers) -> Floats:
    """Return each answer's Brier score, shape (n,); of a tie, what is expected of drawing one."""
    return found.y * (1 - found.p) ** 2 + found.wrong * found.p**2
