"""Rows on the same items: which of two has more points, and the ranks that each may have.

Source: Zou and Donner 2008, *Stat. Med.* 27:1693, distances to the ends of correlated intervals.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from heptathlon.scorers.stats.groups import ROUNDING, Floats
from heptathlon.scorers.stats.points import FULL
from heptathlon.scorers.stats.ranks import RankRange, holm, ranges_of

_FARTHEST = 12.0
_STEP = 0.05
"""Grid of quantiles on which a p-value is looked up; beyond the last one, p is below 1e-30."""
_CHUNK = 1 << 21
"""Numbers of the grid that are held at once."""


@dataclass(frozen=True)
class Event:
    """Several rows' skills in one event, on the same items.

    Attributes:
        skills: shape (rows,); NaN for a row without this event.
        parts: the clusters' parts in each skill, shape (rows, G); 0 for a row without it.
        shares: the clusters' shares of the items, shape (G,).
        df: degrees of freedom.
    """

    skills: Floats
    parts: Floats
    shares: Floats
    df: float


@dataclass(frozen=True)
class PointDifferences:
    """Differences of points between rows, first less second.

    Attributes:
        value: difference of the mean points over the events that both have, shape (pairs,).
        low: lower end of the interval, shape (pairs,).
        high: upper end.
        p_value: two-sided, for no difference, shape (pairs,).
        events: how many events both rows have, shape (pairs,).
    """

    value: Floats
    low: Floats
    high: Floats
    p_value: Floats
    events: NDArray[np.intp]


def point_differences(
    events: Sequence[Event],
    first: NDArray[np.intp],
    second: NDArray[np.intp],
    level: float = 0.95,
) -> PointDifferences:
    """Compare rows two by two on the same items, over the events that both have.

    In each event the two skills have variances and a covariance, from their clusters' parts. The
    distance from a difference of points to the end of its interval follows from the distances of
    the two, each held between 0 and 1,000 (Zou and Donner 2008, with the correlation): what cannot
    move a row's points cannot move the difference. Inside the two bounds that is the paired t
    interval of the difference, and the p-value that of the t test. As in :func:`paired`, no p-value
    is smaller than ``2**(1 - k)`` where ``k`` clusters differ at all.

    The errors of bar and ceiling are left out: they move both rows alike.

    Args:
        events: the rows' skills, event by event.
        first: numbers of the pairs' first rows, shape (pairs,).
        second: numbers of the second rows, shape (pairs,).
        level: confidence level.

    Returns:
        The differences; NaN, with a p-value of 1, for pairs without a common event.
    """
    pieces = []
    grid = round(_FARTHEST / _STEP) + 1
    chunk = max(1, _CHUNK // (grid * max(1, len(events))))
    sigmas = [np.einsum("rg,rg->r", e.parts, e.parts) ** 0.5 for e in events]
    for start in range(0, len(first), chunk):
        part = slice(start, start + chunk)
        pieces.append(_differences(events, sigmas, first[part], second[part], level))
    if not pieces:
        nothing = np.empty(0)
        return PointDifferences(nothing, nothing, nothing, nothing, np.empty(0, dtype=np.intp))
    return PointDifferences(*(np.concatenate(columns) for columns in zip(*pieces, strict=True)))


def _differences(
    events: Sequence[Event],
    sigmas: Sequence[Floats],
    i: NDArray[np.intp],
    j: NDArray[np.intp],
    level: float,
) -> tuple[Floats, Floats, Floats, Floats, NDArray[np.intp]]:
    z = np.arange(0.0, _FARTHEST + _STEP / 2, _STEP)
    count = np.zeros(i.size, dtype=np.intp)
    differing = np.zeros(i.size)
    difference = np.zeros(i.size)
    down, up = np.zeros((z.size, i.size)), np.zeros((z.size, i.size))
    spread, satterthwaite = np.zeros(i.size), np.zeros(i.size)
    for event, sigma in zip(events, sigmas, strict=True):
        a, b, sa, sb = event.skills[i], event.skills[j], sigma[i], sigma[j]
        both = ~(np.isnan(a) | np.isnan(b))
        a, b = np.where(both, a, 0.0), np.where(both, b, 0.0)
        apart = event.parts[i] - event.parts[j]
        cross = (sa**2 + sb**2 - np.einsum("pg,pg->p", apart, apart)) / 2
        scale = sa * sb
        rho = np.clip(np.divide(cross, scale, out=np.zeros(i.size), where=scale > 0), -1.0, 1.0)
        below = both * _distance(_reach(a, -sa, z), _reach(b, sb, z), rho)
        above = both * _distance(_reach(a, sa, z), _reach(b, -sb, z), rho)
        down += below**2
        up += above**2
        count += both
        difference += both * (_held(a) - _held(b))
        at_two = round(2 / _STEP)
        variance = (below[at_two] ** 2 + above[at_two] ** 2) / 2
        spread += variance
        satterthwaite += variance**2 / event.df
        sums = apart * np.sqrt(1 - event.shares) + (a - b)[:, None] * event.shares
        noise = 1e3 * ROUNDING * (np.abs(a) + np.abs(b) + sa + sb)[:, None]
        differing += both * (variance > 0) * (np.abs(sums) > noise).sum(axis=1)
    events_of = np.maximum(count, 1)
    value = difference / events_of
    df = np.divide(spread**2, satterthwaite, out=np.full(i.size, 1.0), where=satterthwaite > 0)
    down, up = np.sqrt(down) / events_of, np.sqrt(up) / events_of
    quantile = special.stdtrit(df, (1 + level) / 2)
    low, high = value - _at(down, quantile), value + _at(up, quantile)
    reach = _first_beyond(np.where(value >= 0, down, up), np.abs(value))
    p = np.maximum(2 * special.stdtr(df, -reach), 2.0 ** (1 - np.minimum(differing, 1000)))
    p = np.where((value == 0) | (differing == 0), 1.0, np.minimum(p, 1.0))
    alike = p >= 1 - level
    low, high = (
        np.where(alike, np.minimum(low, 0.0), low),
        np.where(alike, np.maximum(high, 0.0), high),
    )
    unknown = count == 0
    return (
        np.where(unknown, np.nan, value),
        np.where(unknown, np.nan, low),
        np.where(unknown, np.nan, high),
        p,
        count,
    )


def _held(skills: Floats) -> Floats:
    return FULL * np.clip(skills, 0.0, 1.0)


def _reach(skills: Floats, errors: Floats, z: Floats) -> Floats:
    """Return how far points move when a skill moves by so many errors, shape (z, pairs)."""
    moved: Floats = np.abs(_held(skills + z[:, None] * errors) - _held(skills))
    return moved


def _distance(x: Floats, y: Floats, rho: Floats) -> Floats:
    """Return the distance of a difference from the distances of its two figures.

    Where one of the two is held and the other moves on, the sum of squares may shrink with a wider
    quantile; a wider interval must not be shorter.
    """
    squares = np.maximum(x**2 + y**2 - 2 * rho * x * y, 0.0)
    widest: Floats = np.sqrt(np.maximum.accumulate(squares, axis=0))
    return widest


def _at(distances: Floats, quantile: Floats) -> Floats:
    """Return the distances at each pair's quantile, between the grid's points in a line."""
    place = np.minimum(quantile / _STEP, len(distances) - 1.0)
    lower = np.minimum(place.astype(np.intp), len(distances) - 2)
    share = place - lower
    pair = np.arange(quantile.size)
    found: Floats = (1 - share) * distances[lower, pair] + share * distances[lower + 1, pair]
    return found


def _first_beyond(distances: Floats, wanted: Floats) -> Floats:
    """Return the quantile at which a distance reaches the wanted one."""
    reached = distances >= wanted
    some = reached.any(axis=0)
    upper = np.where(some, reached.argmax(axis=0), len(distances) - 1)
    lower = np.maximum(upper - 1, 0)
    pair = np.arange(wanted.size)
    x, y = distances[lower, pair], distances[upper, pair]
    share = np.divide(wanted - x, y - x, out=np.ones(wanted.size), where=y > x)
    found: Floats = np.where(some, _STEP * (lower + np.clip(share, 0, 1) * (upper - lower)), np.inf)
    return found


def point_rank_ranges(events: Sequence[Event], level: float = 0.95) -> list[RankRange]:
    """Ranks that rows may have, from comparing every two of them on the same items.

    Two rows are told apart if their p-value, adjusted for the number of pairs (:func:`holm`), is
    below ``1 - level``.

    Args:
        events: the rows' skills, event by event.
        level: confidence level of all ranges together.
    """
    rows = len(events[0].skills) if events else 0
    first, second = np.triu_indices(rows, k=1)
    found = point_differences(events, first, second, level)
    apart = holm(found.p_value) < 1 - level
    return ranges_of(apart, first, second, found.value > 0, rows)
