"""Skill, points and their mean: from a headline, its bar and its ceiling to one bounded figure.

Skill is the share of the way from bar to ceiling, whatever its size. Points are a thousand times
skill, held between 0 and 1,000: below the bar nothing is lost and beyond the ceiling nothing won,
so that no single event can decide the total.

Bar and ceiling are constants that were measured on a large draw and have errors of their own. The
distances to an interval's ends add up in squares, each side for itself (Zou and Donner 2008,
*Stat. Med.* 27:1693; Donner and Zou 2012, *Stat. Methods Med. Res.* 21:347), for sums of
independent figures and for differences of correlated ones.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from heptathlon.scorers.stats.groups import ROUNDING, normal, student
from heptathlon.scorers.stats.interval import (
    Interval,
    without_ends,
    without_value,
)

FULL = 1000.0
"""Points at the ceiling."""
MOVER = "squared-distances"


@dataclass(frozen=True)
class Anchors:
    """Bar and ceiling of a headline, with their standard errors.

    Attributes:
        bar: headline of the best player that sees what an entrant sees.
        ceiling: best reachable headline.
        bar_se: standard error of the bar.
        ceiling_se: standard error of the ceiling.
        df: degrees of freedom of the two errors.
    """

    bar: float
    ceiling: float
    bar_se: float = 0.0
    ceiling_se: float = 0.0
    df: float = math.inf

    def __post_init__(self) -> None:
        numbers = (self.bar, self.ceiling, self.bar_se, self.ceiling_se)
        if not all(map(math.isfinite, numbers)) or min(numbers[2:]) < 0 or not self.df > 0:
            raise ValueError(f"bar, ceiling and their errors must be finite: {self}")

    @property
    def room(self) -> float:
        """Distance from bar to ceiling."""
        return self.ceiling - self.bar

    @property
    def reached(self) -> bool:
        """Whether the room cannot be told from none."""
        error = math.hypot(self.bar_se, self.ceiling_se)
        return self.room <= max(2 * error, ROUNDING * max(abs(self.bar), abs(self.ceiling)))


def skill_between(headline: Interval, anchors: Anchors, level: float = 0.95) -> Interval:
    """Return the share of the way from bar to ceiling, with the errors of all three.

    Args:
        headline: the headline with its interval.
        anchors: bar and ceiling, measured on other items.
        level: confidence level of the headline's interval.

    Returns:
        The skill; no value where the bar cannot be told from the ceiling.
    """
    if headline.value is None:
        return headline
    if anchors.reached:
        reason = "the bar cannot be told from the ceiling, so there is no way between them"
        return without_value(headline, reason)
    room = anchors.room
    value = (headline.value - anchors.bar) / room
    if headline.low is None or headline.high is None:
        return replace(headline, value=value)
    q = normal(level) if math.isinf(anchors.df) else student(anchors.df, level)
    of_bar = q * anchors.bar_se * (1 - value) / room
    of_ceiling = q * anchors.ceiling_se * value / room
    below = math.hypot((headline.value - headline.low) / room, of_bar, of_ceiling)
    above = math.hypot((headline.high - headline.value) / room, of_bar, of_ceiling)
    return replace(headline, value=value, low=value - below, high=value + above)


def points_of(skill: Interval) -> Interval:
    """Return a skill as points, 0 to 1,000.

    The ends are held like the value: the points of a row whose skill is surely below 0 are surely
    0, an interval of no width that hides nothing.
    """
    value, low, high = (
        None if x is None else held(x) for x in (skill.value, skill.low, skill.high)
    )
    return replace(skill, value=value, low=low, high=high)


def held(skill: float) -> float:
    """Return a skill as points.

    Example:
        >>> held(0.25), held(-4.2), held(1.1)
        (250.0, 0.0, 1000.0)
    """
    return FULL * min(1.0, max(0.0, skill))


def mean_of_points(points: Sequence[Interval]) -> Interval:
    """Return the mean of several events' points, which share no item.

    Args:
        points: points of each event.

    Returns:
        The mean; no value without any, no interval where one of them has none.
    """
    n, clusters = sum(p.n for p in points), sum(p.clusters for p in points)
    base = Interval(0.0, 0.0, 0.0, n, clusters, MOVER)
    values = [p.value for p in points if p.value is not None]
    if not values or len(values) < len(points):
        missing = [p.reason for p in points if p.value is None]
        return without_value(base, missing[0] if missing else "there is no event")
    value = math.fsum(values) / len(values)
    base = replace(base, value=value)
    ends = [(p.value, p.low, p.high) for p in points if None not in (p.value, p.low, p.high)]
    if len(ends) < len(points):
        return without_ends(base, next(p.reason for p in points if p.low is None))
    below = math.hypot(*((v or 0) - (low or 0) for v, low, _ in ends)) / len(ends)
    above = math.hypot(*((high or 0) - (v or 0) for v, _, high in ends)) / len(ends)
    return replace(base, low=value - below, high=value + above)
