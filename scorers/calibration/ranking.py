"""Whether confidence tells right answers from wrong ones: the area under the ROC curve."""

from dataclasses import replace

import numpy as np

from heptathlon.scorers.calibration.answers import Answers
from heptathlon.scorers.calibration.means import LEVEL
from heptathlon.scorers.stats.groups import ROUNDING, Floats, student
from heptathlon.scorers.stats.interval import (
    CLUSTERED_WILSON,
    NO_METHOD,
    WILSON_ON_CLUSTERS,
    Interval,
    no_items,
    without_ends,
    without_value,
)
from heptathlon.scorers.stats.means import no_spread_ends, wilson_ends

ALL_RIGHT = "all answers are right, so there are none to tell from them"
ALL_WRONG = "all answers are wrong, so there are none to tell from them"
RARE = "all right answers, or all wrong ones, are of one cluster"


def auroc(found: Answers, level: float = LEVEL) -> Interval:
    """Area under the ROC curve: how often a right answer is surer than a wrong one, ties half.

    0.5 where confidence says nothing of which answers are right. The interval is that of clustered
    data (Obuchowski 1997, *Biometrics* 53:567), Wilson's on the effective number, with no more
    degrees of freedom than the rarer outcome has clusters.

    Returns:
        The area; without value, and with the reason, where all answers are right or all are wrong.
    """
    if not found.n:
        return no_items()
    right, wrong = float(found.y.sum()), float(found.wrong.sum())
    if not right or not wrong:
        base = Interval(0.0, 0.0, 0.0, found.n, found.groups.count, NO_METHOD)
        return without_value(base, ALL_RIGHT if right else ALL_WRONG)
    place, _ = found.ties()
    right_here, wrong_here = np.bincount(place, found.y), np.bincount(place, found.wrong)
    below = ((np.cumsum(wrong_here) - wrong_here / 2) / wrong)[place]
    above = (1 - (np.cumsum(right_here) - right_here / 2) / right)[place]
    area = float((found.y * below).sum() / right)
    parts = (
        area
        + found.n / right * found.y * (below - area)
        + found.n / wrong * found.wrong * (above - area)
    )
    sides = (found.groups.index[found.y > 0], found.groups.index[found.wrong > 0])
    return _interval(parts, found, min(np.unique(side).size for side in sides), level)


def _interval(parts: Floats, found: Answers, rarer: int, level: float) -> Interval:
    """Return the interval of the mean of parts, of which ``rarer`` clusters tell the most."""
    groups = found.groups
    value = float(np.clip(parts.mean(), 0.0, 1.0))
    base = Interval(value, value, value, groups.n, groups.count, NO_METHOD)
    if rarer < 2:
        return without_ends(base, RARE)
    se = groups.standard_error(groups.sums(parts))
    if se <= ROUNDING:
        low, high = no_spread_ends(value, (0.0, 1.0), rarer, level)
        return replace(base, low=low, high=high, method=WILSON_ON_CLUSTERS)
    t = student(min(groups.df, rarer - 1), level)
    low, high = wilson_ends(value, value * (1 - value) / se**2, t)
    return replace(base, low=min(low, value), high=max(high, value), method=CLUSTERED_WILSON)
