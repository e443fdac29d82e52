"""A level: the rung of known difficulty at which half of the way from bar to ceiling is reached.

The rungs are known from how the items were made; nothing is estimated from others' answers.
A level is a *marginal* one: of the items of that difficulty, taken together, half of the way is
won; some of them may be far harder for the model than others.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from heptathlon.scorers.stats.bootstrap import CHUNK, Statistic, generator
from heptathlon.scorers.stats.falling import (
    crossings_of,
    falling_means,
    logistic,
    logistic_crossings,
    polished,
)
from heptathlon.scorers.stats.groups import Floats, Groups, check_share, finite, group, student
from heptathlon.scorers.stats.points import Anchors

Beyond = Literal["", "easier", "harder"]

FEWEST_RUNGS = 3
FEWEST_CLUSTERS = 20
"""Clusters below which no level is given: its interval would be too narrow too often
(``benchmarks/coverage.py``)."""
ALIKE = 0.1
"""Two curves fit equally well if their sums of squares differ by less than this many variances: a
third of a standard error, far less than can be told."""


@dataclass(frozen=True)
class Rung:
    """One rung with its figures.

    Attributes:
        rung: its difficulty, in the ladder's own units.
        n: items on it.
        headline: their headline figure; None where it is not defined.
        skill: the share of the way from the rung's own bar to its own ceiling.
        logistic: the fitted logistic curve.
        falling: the fitted curve that only falls.
    """

    rung: float
    n: int
    headline: float | None
    skill: float | None
    logistic: float | None = None
    falling: float | None = None


@dataclass(frozen=True)
class Level:
    """The rung at which a fit crosses half of the way from bar to ceiling, with its interval.

    Attributes:
        value: in the ladder's units; the easiest or hardest rung if it lies ``beyond`` it; None if
            there is none, and then ``reason`` says why.
        easy: end of the 95 % interval on the side of the easier rungs; None beyond the ladder.
        hard: end on the side of the harder rungs; None beyond the ladder.
        beyond: whether the level lies beyond the ladder's easier or harder end.
        falling: the same from the curve that only falls; None beyond the ladder.
        top: upper end of the logistic curve: 1 less the rate of lapses.
        floor: lower end of the logistic curve.
        rungs: the rungs' figures, easiest first.
        n: items.
        clusters: independent clusters among them.
        reason: why there is no level; empty otherwise.
    """

    value: float | None
    easy: float | None
    hard: float | None
    beyond: Beyond
    falling: float | None
    top: float | None
    floor: float | None
    rungs: tuple[Rung, ...]
    n: int
    clusters: int
    reason: str = ""


def level_on(
    values: ArrayLike,
    clusters: ArrayLike,
    on: ArrayLike,
    rungs: Sequence[float],
    anchors: Sequence[Anchors],
    statistic: Statistic | None = None,
    *,
    log: bool = False,
    resamples: int = 1_000,
    seed: int,
    confidence: float = 0.95,
) -> Level:
    """Return the level of items on a ladder.

    The rungs' skills (each between its own bar and ceiling) are fitted by a falling logistic curve
    with floor and top of its own, and by one that only falls. The level is where the logistic curve
    crosses the half. Its interval comes from resampling whole clusters, bars and ceilings drawn
    anew within their errors; where several curves fit a resample equally well, as when the figures
    drop from top to floor between two rungs, the interval holds the crossings of all of them.
    Outside the ladder nothing is extrapolated: the level is "below 3" or "above 30".

    There is no level where the two curves cross further apart than the interval is long, or where
    the interval reaches from beyond one end of the ladder to beyond the other.

    Args:
        values: figures of the items, shape (n,); with a ``statistic`` also (n, ...).
        clusters: labels of the items' clusters, shape (n,).
        on: each item's rung, shape (n,).
        rungs: the ladder's rungs, easiest first.
        anchors: bar and ceiling of each rung.
        statistic: the headline as a function of ``values`` and multiplicities; None is the mean.
        log: whether equal steps of the ladder are equal ratios.
        resamples: number of resamples, at least 100.
        seed: seed of the resampling.
        confidence: confidence level of the interval.

    Raises:
        ValueError: for a wrong shape, a value that is not finite, or an item on no rung.
    """
    check_share("confidence", confidence)
    y = finite("values", values, any_width=statistic is not None)
    places = finite("on", on)
    groups = group(clusters, len(y))
    if places.shape != (len(y),) or len(anchors) != len(rungs):
        raise ValueError("needs a rung for each item, and bar and ceiling for each rung")
    if not np.isin(places, rungs).all():
        raise ValueError("an item stands on no rung of the ladder")
    used = [i for i, rung in enumerate(rungs) if (places == rung).any() and not anchors[i].reached]
    if len(used) < FEWEST_RUNGS:
        said = f"a level needs {FEWEST_RUNGS} rungs with room between bar and ceiling"
        return _without((), groups, said)
    ladder = np.array([rungs[i] for i in used], dtype=np.float64)
    mine = [anchors[i] for i in used]
    table = _Table(y, groups, [places == rung for rung in ladder], statistic)
    own, counts = table.figures(np.ones((1, groups.count), dtype=np.intp))
    rows = _rungs(ladder, mine, own[0], counts[0])
    if reason := _too_few(groups, rows):
        return _without(rows, groups, reason)
    x = _axis(ladder, log)
    rng = generator(seed, resamples)
    drawn, sizes = table.resampled(resamples, rng)
    room = np.array([a.room for a in mine])
    bars, ceilings = _drawn_anchors(mine, resamples, rng)
    skills = (drawn - bars) / (ceilings - bars)
    weights = np.where(np.isfinite(skills), sizes * room**2, 0.0)
    skills = np.where(weights > 0, skills, 0.0)
    own_skill = (own - np.array([a.bar for a in mine])) / room
    own_weight = counts * room**2
    alike = ALIKE * _noise(own, drawn, weights, groups, room)
    fit = logistic_crossings(x, own_skill, own_weight, alike)
    again = logistic_crossings(x, skills, weights, alike)
    tail = _tail(groups.df, confidence)
    first = min(float(np.quantile(again.first, tail, method="lower")), float(fit.first[0]))
    last = max(float(np.quantile(again.last, 1 - tail, method="higher")), float(fit.last[0]))
    curve, best = fit.curves[0], float(fit.best[0])
    ends = float(fit.first[0]), float(fit.last[0])
    if all(map(math.isfinite, ends)):
        # Where the figures leave the place open, no curve is the best one, and none is polished.
        if ends[1] - ends[0] < np.diff(x).min() / 4:
            curve, best = polished(x, own_skill[0], own_weight[0], curve)
        else:
            best = sum(ends) / 2
    falling = falling_means(own_skill, own_weight)
    plain = float(crossings_of(x, falling)[0])
    shown = logistic(x, curve)
    rows = tuple(
        Rung(r.rung, r.n, r.headline, r.skill, float(a), float(b))
        for r, a, b in zip(rows, shown, falling[0], strict=True)
    )
    return _told(x, best, (min(first, best), max(last, best)), plain, curve, rows, groups, log)


def _too_few(groups: Groups, rows: Sequence[Rung]) -> str:
    """Say why there can be no level; empty if there can be one."""
    if any(r.skill is None for r in rows):
        return "the headline is not defined on every rung"
    if groups.count < FEWEST_CLUSTERS:
        return f"{groups.count} independent clusters are too few for a level"
    return ""


def _axis(ladder: Floats, log: bool) -> Floats:
    """Return the rungs on an axis on which they get harder."""
    x = np.log(ladder) if log else ladder
    return x if x[-1] > x[0] else -x


def _rungs(
    ladder: Floats, anchors: Sequence[Anchors], own: Floats, counts: Floats
) -> tuple[Rung, ...]:
    out = []
    for rung, a, value, n in zip(ladder, anchors, own, counts, strict=True):
        known = math.isfinite(value)
        skill = (float(value) - a.bar) / a.room if known else None
        out.append(Rung(float(rung), int(n), float(value) if known else None, skill))
    return tuple(out)


def _without(rows: tuple[Rung, ...], groups: Groups, reason: str) -> Level:
    return Level(None, None, None, "", None, None, None, rows, groups.n, groups.count, reason)


def _tail(df: float, confidence: float) -> float:
    """Return the share of resamples beyond either end; see :func:`..bootstrap.percentiles`."""
    return float(special.ndtr(-math.sqrt((df + 1) / df) * student(df, confidence)))


def _noise(own: Floats, drawn: Floats, weights: Floats, groups: Groups, room: Floats) -> float:
    """Return the variance of a rung's figure times its weight, the mean over rungs.

    Figures that are alike in all clusters vary in others: no error is taken to be below the one
    that a single other cluster would make.
    """
    spread = np.nanstd(drawn, axis=0)
    least = (np.nanmax(own) - np.nanmin(own) or 1.0) / (groups.count + 2)
    errors = np.maximum(spread, least) / room
    return float((weights.mean(axis=0) * errors**2).mean())


def _drawn_anchors(
    anchors: Sequence[Anchors], resamples: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return bars and ceilings within their errors, shape (resamples, R) each."""

    def drawn(value: Floats, error: Floats) -> Floats:
        df = min(a.df for a in anchors)
        shape = (resamples, value.size)
        z = rng.standard_normal(shape) if math.isinf(df) else rng.standard_t(df, shape)
        found: Floats = value + z * error
        return found

    bars = drawn(np.array([a.bar for a in anchors]), np.array([a.bar_se for a in anchors]))
    ceilings = drawn(
        np.array([a.ceiling for a in anchors]), np.array([a.ceiling_se for a in anchors])
    )
    least = np.array([a.room for a in anchors]) / 4
    return bars, np.maximum(ceilings, bars + least)


def _told(
    x: Floats,
    best: float,
    ends: tuple[float, float],
    plain: float,
    curve: Floats,
    rows: tuple[Rung, ...],
    groups: Groups,
    log: bool,
) -> Level:
    """Return a level from crossings on the axis, or why there is none."""
    falls = rows[0].rung > rows[-1].rung

    def rung_at(place: float) -> float:
        place = -place if falls else place
        return math.exp(place) if log else place

    def inside(place: float) -> float | None:
        return rung_at(place) if math.isfinite(place) else None

    first, last = ends
    if math.isinf(first) and first < 0 and math.isinf(last) and last > 0:
        said = "the figures do not say where on the ladder half of the way is crossed"
        return _without(rows, groups, said)
    at, other, low, high = (float(np.clip(p, x[0], x[-1])) for p in (best, plain, first, last))
    if abs(at - other) > high - low:
        said = (
            f"the logistic curve crosses half of the way at {rung_at(at):.3g} and the one that "
            f"only falls at {rung_at(other):.3g}, which is further apart than the interval is long"
        )
        return _without(rows, groups, said)
    beyond: Beyond = "" if math.isfinite(best) else "easier" if best < 0 else "harder"
    return Level(
        value=rows[-(beyond == "harder")].rung if beyond else rung_at(at),
        easy=inside(first),
        hard=inside(last),
        beyond=beyond,
        falling=inside(plain),
        top=float(curve[3]),
        floor=float(curve[2]),
        rungs=rows,
        n=groups.n,
        clusters=groups.count,
    )


class _Table:
    """The rungs' figures for any weights of the clusters."""

    def __init__(
        self, y: Floats, groups: Groups, inside: Sequence[np.ndarray], statistic: Statistic | None
    ) -> None:
        self._y, self._groups, self._inside, self._statistic = y, groups, inside, statistic
        self._sizes = np.stack([groups.sums(1.0 * on) for on in inside], axis=1)
        if statistic is None:
            self._sums = np.stack([groups.sums(np.where(on, y, 0.0)) for on in inside], axis=1)

    def figures(self, times: np.ndarray) -> tuple[Floats, Floats]:
        """Return figures and items of the rungs, shape (rows, R), for clusters' multiplicities."""
        sizes = times @ self._sizes
        if self._statistic is None:
            sums = times @ self._sums
            return np.divide(sums, sizes, out=np.full(sums.shape, np.nan), where=sizes > 0), sizes
        found = np.full(sizes.shape, np.nan)
        parts = [(self._y[on], self._groups.index[on]) for on in self._inside]
        for row, counts in enumerate(times):
            for rung, (values, index) in enumerate(parts):
                weights = counts[index]
                value = self._statistic(values, weights) if weights.any() else None
                found[row, rung] = math.nan if value is None else float(value)
        return found, sizes

    def resampled(self, resamples: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Return figures and items of the rungs in resamples of whole clusters."""
        count = self._groups.count
        pieces = []
        rows = max(1, CHUNK // count)
        for start in range(0, resamples, rows):
            size = min(rows, resamples - start)
            times = rng.multinomial(count, np.full(count, 1 / count), size=size)
            pieces.append(self.figures(times))
        figures, sizes = (np.concatenate(column) for column in zip(*pieces, strict=True))
        return figures, sizes
