"""Two falling curves through the figures of rungs: a logistic one, and one that only falls.

The logistic curve has a floor and a top of its own, so that neither answers that are right by
chance on the hardest rungs nor lapses on the easiest can bend its slope. All curves of a grid are
fitted, each by least squares in floor and top, so that no starting value and no penalty on the
slope decides what is found, and the many curves that fit as well are known beside the best.

Sources:
    Wichmann and Hill 2001, *Percept. Psychophys.* 63:1293, lapses left out bias slope and place.
    Robertson, Wright and Dykstra 1988, *Order Restricted Statistical Inference*, min-max formula.
"""

from dataclasses import dataclass, fields

import numpy as np
from scipy import optimize

from heptathlon.scorers.stats.groups import ROUNDING, Floats

HALF = 0.5
"""The share of the way from bar to ceiling at which a level is read."""
_PLACES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
"""Middles of curves in each step between two rungs, as shares of the step."""
_BEYOND = 8
"""Middles of curves beyond either end of the ladder, as far as half of its length."""
_STEEP = (1 / 200, 1 / 60, 1 / 20)
"""Widths of the steepest curves, as shares of the shortest step: the first is 1 on one rung and 0
on the next wherever between them it falls."""
_WIDTHS = 14
_ROWS = 32
"""Rows fitted at once, so that what is known of every curve stays in the processor's cache."""
_GENTLE = 1 / 10
"""Width of the steepest of the others, up to the whole ladder's length."""


@dataclass(frozen=True)
class Crossings:
    """Where fitted curves cross the half, in units of the ladder's axis.

    A crossing beyond the ladder's ends is minus or plus infinity.

    Attributes:
        best: of the curve that fits best, shape (rows,).
        first: the easiest of all curves that fit as well, shape (rows,).
        last: the hardest of them, shape (rows,).
        curves: middle, width, floor and top of the best curve, shape (rows, 4).
    """

    best: Floats
    first: Floats
    last: Floats
    curves: Floats


def logistic(x: Floats, curve: Floats) -> Floats:
    """Return a falling logistic curve at ``x``; ``curve`` is middle, width, floor and top."""
    middle, width, floor, top = curve
    fallen: Floats = floor + (top - floor) * _share((x - middle) / width)
    return fallen


def _share(z: Floats) -> Floats:
    with np.errstate(over="ignore"):
        share: Floats = 1 / (1 + np.exp(z))
    return share


def logistic_crossings(x: Floats, skills: Floats, weights: Floats, alike: float) -> Crossings:
    """Fit falling logistic curves to rows of figures and return where they cross the half.

    The floor is held at the half or below and the top between the half and 1, so that every curve
    crosses somewhere, if beyond the ladder.

    Args:
        x: the rungs' places on an axis on which they get harder, rising, shape (R,).
        skills: the rungs' figures, 0 at the bar and 1 at the ceiling, shape (rows, R).
        weights: how much each figure counts, shape (rows, R).
        alike: two curves fit equally well if their weighted sums of squares differ by no more.
    """
    middles, widths = _grid(x)
    share = _share((x - middles[:, None]) / widths[:, None])
    parts = [
        _crossings(x, (middles, widths, share), skills[at], weights[at], alike)
        for at in (slice(start, start + _ROWS) for start in range(0, len(skills), _ROWS))
    ]
    return Crossings(
        *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Crossings))
    )


def _crossings(
    x: Floats, grid: tuple[Floats, Floats, Floats], skills: Floats, weights: Floats, alike: float
) -> Crossings:
    """Return :func:`logistic_crossings` of a few rows, on a grid of middles, widths and shares."""
    middles, widths, share = grid
    rest = 1 - share
    w, ws = weights.T, (weights * skills).T
    # Sums for every curve and row, shape (curves, rows).
    a, b, c = rest**2 @ w, (rest * share) @ w, share**2 @ w
    p, q = rest @ ws, share @ ws
    base = (weights * skills**2).sum(axis=1)
    lowest = np.minimum(0.0, skills.min(axis=1))
    floor, top, loss = _fitted(a, b, c, p, q, lowest)
    loss += base
    good = loss <= loss.min(axis=0) + alike + 1e-9 * base
    # Only these crossings are asked for, and logarithms are dear.
    curve, row = np.nonzero(good)
    floors, tops, middle = floor[curve, row], top[curve, row], middles[curve]
    gap = np.maximum(tops - floors, ROUNDING)
    # A curve that lies on the half all the way crosses it at its middle, not at 0 / 0.
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log((tops - HALF) / gap) - np.log((HALF - floors) / gap)
    place = middle + widths[curve] * np.where(gap > ROUNDING, odds, 0.0)
    crossing = np.full(loss.shape, np.nan)
    crossing[good] = np.where(place < x[0], -np.inf, np.where(place > x[-1], np.inf, place))
    first = np.where(good, crossing, np.inf).min(axis=0)
    last = np.where(good, crossing, -np.inf).max(axis=0)
    best = loss.argmin(axis=0)
    at = np.arange(len(skills))
    curves = np.stack([middles[best], widths[best], floor[best, at], top[best, at]], axis=1)
    return Crossings(crossing[best, at], first, last, curves)


def polished(x: Floats, skills: Floats, weights: Floats, curve: Floats) -> tuple[Floats, float]:
    """Return the best curve near one of the grid's, and where it crosses the half.

    Args:
        x: the rungs' places, rising, shape (R,).
        skills: the rungs' figures, shape (R,).
        weights: how much each counts, shape (R,).
        curve: middle, width, floor and top to start from.
    """
    middles, widths = _grid(x)
    lowest = min(0.0, float(skills.min()))
    low = np.array([middles.min(), widths.min(), lowest, HALF])
    high = np.array([middles.max(), widths.max(), HALF, 1.0])
    root = np.sqrt(weights)
    start = np.clip(curve, low, high)
    room = 1e-9 * (high - low)

    def missed(p: Floats) -> Floats:
        return root * (logistic(x, p) - skills)

    fit = optimize.least_squares(
        missed,
        np.clip(start, low + room, high - room),
        bounds=(low, high),
        x_scale=np.maximum(high - low, ROUNDING),
    )
    before = float((weights * (logistic(x, curve) - skills) ** 2).sum())
    best = fit.x if 2 * fit.cost < before else curve
    middle, width, floor, top = best
    if top - floor <= ROUNDING or top <= HALF or floor >= HALF:
        # It only touches the half, on one side or all along.
        crossing = middle if top - floor <= ROUNDING else (-np.inf if top <= HALF else np.inf)
    else:
        crossing = middle + width * (np.log(top - HALF) - np.log(HALF - floor))
    crossing = -np.inf if crossing < x[0] else np.inf if crossing > x[-1] else crossing
    return best, float(crossing)


def _grid(x: Floats) -> tuple[Floats, Floats]:
    """Return middles and widths of the curves that are tried, shape (curves,) each."""
    steps = np.diff(x)
    inside = (x[:-1, None] + steps[:, None] * np.array(_PLACES)).ravel()
    reach = (x[-1] - x[0]) / 2 * np.arange(1, _BEYOND + 1) / _BEYOND
    middles = np.concatenate([x[0] - reach, inside, x, x[-1] + reach])
    least = steps.min()
    gentle = np.geomspace(least * _GENTLE, x[-1] - x[0], _WIDTHS)
    widths = np.concatenate([least * np.array(_STEEP), gentle])
    pairs = np.meshgrid(middles, widths, indexing="ij")
    return pairs[0].ravel(), pairs[1].ravel()


def _fitted(
    a: Floats, b: Floats, c: Floats, p: Floats, q: Floats, lowest: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return floor, top and loss (less the constant) of the best curve of each shape.

    The loss is a convex parabola in floor and top: if its least point lies outside their box, the
    best point is on one of the four sides.
    """
    small = ROUNDING * (a + c)
    det = a * c - b * b
    flat = det <= ROUNDING * (a + c) ** 2
    safe = np.where(flat, 1.0, det)
    floor, top = (p * c - q * b) / safe, (q * a - p * b) / safe
    inside = ~flat & (floor >= lowest) & (floor <= HALF) & (top >= HALF) & (top <= 1)

    def loss_of(floor: Floats, top: Floats) -> Floats:
        loss: Floats = (
            floor * floor * a + 2 * floor * top * b + top * top * c - 2 * (floor * p + top * q)
        )
        return loss

    loss = np.where(inside, loss_of(floor, top), np.inf)
    for side in (np.broadcast_to(lowest, a.shape), np.full(a.shape, HALF)):
        other = np.clip((q - side * b) / np.maximum(c, small), HALF, 1.0)
        floor, top, loss = _better(floor, top, loss, side, other, loss_of(side, other))
    for side in (np.full(a.shape, HALF), np.ones(a.shape)):
        other = np.clip((p - side * b) / np.maximum(a, small), lowest, HALF)
        floor, top, loss = _better(floor, top, loss, other, side, loss_of(other, side))
    return floor, top, loss


def _better(
    floor: Floats, top: Floats, loss: Floats, floor_2: Floats, top_2: Floats, loss_2: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return, point by point, the one of two fits that is closer."""
    takes = loss_2 < loss
    return (
        np.where(takes, floor_2, floor),
        np.where(takes, top_2, top),
        np.where(takes, loss_2, loss),
    )


def falling_means(skills: Floats, weights: Floats) -> Floats:
    """Return the falling figures that are nearest to given ones (isotonic regression).

    Args:
        skills: shape (rows, R).
        weights: shape (rows, R); a figure of weight 0 takes what its neighbours allow.
    """
    rungs = skills.shape[1]
    w = np.maximum(weights, ROUNDING * weights.max(axis=1, keepdims=True))
    above = np.zeros((len(skills), rungs + 1))
    below = np.zeros_like(above)
    np.cumsum(w * skills, axis=1, out=above[:, 1:])
    np.cumsum(w, axis=1, out=below[:, 1:])
    found = np.full(skills.shape, np.inf)
    for start in range(rungs):
        blocks = (above[:, start + 1 :] - above[:, [start]]) / (
            below[:, start + 1 :] - below[:, [start]]
        )
        highest = np.maximum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1]
        found[:, start:] = np.minimum(found[:, start:], highest)
    return found


def crossings_of(x: Floats, falling: Floats) -> Floats:
    """Return where falling figures, joined by straight lines, cross the half.

    Args:
        x: the rungs' places, rising, shape (R,).
        falling: shape (rows, R).

    Returns:
        Shape (rows,): minus infinity where the first figure is below the half, plus infinity where
        the last is above; the middle of a stretch that lies on it.
    """
    return (_leaves(x, falling) - _leaves(-x[::-1], 1 - falling[:, ::-1])) / 2


def _leaves(x: Floats, falling: Floats) -> Floats:
    """Return the last place where falling figures are at the half or above."""
    high = falling >= HALF
    last = high.sum(axis=1) - 1
    at = np.arange(len(falling))
    left = np.clip(last, 0, x.size - 2)
    top, bottom = falling[at, left], falling[at, left + 1]
    drop = np.where(top > bottom, top - bottom, 1.0)
    inside = x[left] + (x[left + 1] - x[left]) * np.clip((top - HALF) / drop, 0.0, 1.0)
    end = np.where(falling[:, -1] > HALF, np.inf, x[-1])
    return np.where(last < 0, -np.inf, np.where(last == x.size - 1, end, inside))
