"""Calibration error in bins of equal mass, with the noise taken off, and its null.

Sources:
    Kumar, Liang and Ma 2019, arXiv 1909.10155: the debiased squared calibration error.
    Roelofs et al. 2022, arXiv 2012.08668: bins of equal mass are the less biased ones.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from heptathlon.scorers.calibration.answers import Answers
from heptathlon.scorers.calibration.means import LEVEL
from heptathlon.scorers.stats.groups import Floats, Integers, check_share
from heptathlon.scorers.stats.interval import (
    CLUSTERED_T,
    NO_METHOD,
    NO_SPREAD,
    Interval,
    no_items,
    without_ends,
    without_value,
)

MOST_BINS = 15
PER_BIN = 20
"""Answers a bin at least."""
FEW = f"fewer than {2 * PER_BIN} answers make no two bins"
ONE_BIN = "nearly all confidences are the same, which makes no two bins"
LONE = "a bin holds answers of one cluster only, of which the noise cannot be told"
REDRAWS = 1_000
_CHUNK = 1 << 20


@dataclass(frozen=True)
class CalibrationError:
    """The expected calibration error, beside what a calibrated model would show.

    Attributes:
        value: mean distance of a bin's confidence from its accuracy; None without bins.
        null_mean: its mean where the outcomes are drawn anew from the confidences.
        null_95: the 95 % point of these.
        bins: number of bins.
        reason: why there is none; empty otherwise.
    """

    value: float | None
    null_mean: float | None
    null_95: float | None
    bins: int
    reason: str = ""

    @property
    def shown(self) -> bool | None:
        """Whether more error shows than a calibrated model has in 95 of 100 draws."""
        if self.value is None or self.null_95 is None:
            return None
        return self.value > self.null_95


def bins_for(n: int) -> int:
    """Return in how many bins so many answers are sorted; 0 or 1 where they are too few."""
    return min(MOST_BINS, n // PER_BIN)


def _sorted(found: Answers, bins: int) -> tuple[Integers, Integers]:
    """Return the order of the answers by confidence, and where each bin begins.

    Answers of one confidence stay together, so that no order of theirs matters.
    """
    order = np.argsort(found.p, kind="stable")
    p = found.p[order]
    whole, more = divmod(found.n, bins)
    cuts = np.cumsum([whole + (i < more) for i in range(bins)])[:-1]
    moved = np.unique(np.searchsorted(p, p[cuts - 1], side="right"))
    starts = np.concatenate([[0], moved[moved < found.n]]).astype(np.intp)
    if starts.size > 1 and found.n - starts[-1] < 2:
        starts = starts[:-1]
    return order.astype(np.intp), starts


def _edges(found: Answers, bins: int | None) -> tuple[Integers, Integers] | str:
    """Return :func:`_sorted` of a number of bins, or why there are none."""
    number = bins_for(found.n) if bins is None else bins
    if number < 2 or found.n < 2 * number:
        return FEW
    order, starts = _sorted(found, number)
    return (order, starts) if starts.size > 1 else ONE_BIN


def calibration_error(
    found: Answers, bins: int | None = None, *, seed: int, redraws: int = REDRAWS
) -> CalibrationError:
    """Expected calibration error in bins of equal mass, and its null.

    It is never below 0 and grows as answers get fewer, of a calibrated model too: the null says by
    how much. The null draws each outcome for itself, so it is too small where the outcomes of a
    cluster go together. No interval: see this package's note.

    Args:
        found: the answers.
        bins: number of bins; None takes that of :func:`bins_for`.
        seed: seed of the redraws.
        redraws: number of redraws.
    """
    edges = _edges(found, bins)
    if isinstance(edges, str):
        return CalibrationError(None, None, None, 0, edges)
    order, starts = edges
    p = found.p[order]
    sure = np.add.reduceat(p, starts)
    value = float(np.abs(np.add.reduceat(found.y[order], starts) - sure).sum() / found.n)
    drawn = np.empty(redraws)
    rng = np.random.Generator(np.random.PCG64(seed))
    rows = max(1, _CHUNK // found.n)
    for start in range(0, redraws, rows):
        size = min(rows, redraws - start)
        outcomes = (rng.random((size, found.n)) < p).astype(np.float64)
        gaps = np.abs(np.add.reduceat(outcomes, starts, axis=1) - sure)
        drawn[start : start + size] = gaps.sum(axis=1) / found.n
    return CalibrationError(
        value, float(drawn.mean()), float(np.quantile(drawn, 0.95)), int(starts.size)
    )


def squared_error(found: Answers, bins: int | None = None, level: float = LEVEL) -> Interval:
    """Squared calibration error in bins of equal mass, debiased: 0 on average if calibrated.

    In a bin only pairs of answers of *different* clusters are multiplied, which leaves the square
    of what their gaps have in common, and none of the noise. Where every answer is its own cluster
    this is Kumar, Liang and Ma's ``(y - p)**2 - y (1 - y) / (n - 1)`` of a bin's means. It may be
    below 0, and is printed as it is.

    The interval is a jackknife's over whole clusters with Student's t: where the truth is near 0
    the square is skewed, and the interval is a little too wide (``docs/numbers.md``).

    Args:
        found: the answers.
        bins: number of bins; None takes that of :func:`bins_for`.
        level: confidence level.
    """
    check_share("level", level)
    if not found.n:
        return no_items()
    base = Interval(0.0, 0.0, 0.0, found.n, found.groups.count, NO_METHOD)
    edges = _edges(found, bins)
    if isinstance(edges, str):
        return without_value(base, edges)
    order, starts = edges
    cell = np.empty(found.n, dtype=np.intp)
    cell[order] = np.repeat(np.arange(starts.size), np.diff(np.append(starts, found.n)))
    shape = (found.groups.count, starts.size)
    at = found.groups.index * starts.size + cell

    def sums(values: Floats) -> Floats:
        out = np.bincount(at, values, minlength=shape[0] * shape[1])
        return out.astype(np.float64).reshape(shape)

    y, p, m = sums(found.y), sums(found.p), sums(np.ones(found.n))
    parts = np.stack([y, p, m, y * y, y * m, m * m])
    whole = parts.sum(axis=1)
    value = _debiased(whole[:, None, :], found.n)[0]
    if not math.isfinite(value):
        return without_value(base, LONE)
    left = _debiased(whole[:, None, :] - parts, found.n - found.groups.sizes)
    if not np.isfinite(left).all():
        return without_ends(Interval(value, value, value, base.n, base.clusters, NO_METHOD), LONE)
    count = found.groups.count
    se = math.sqrt((count - 1) / count * float(((left - left.mean()) ** 2).sum()))
    if not se:
        return without_ends(
            Interval(value, value, value, base.n, base.clusters, NO_METHOD), NO_SPREAD
        )
    half = float(special.stdtrit(count - 1, (1 + level) / 2)) * se
    return Interval(value, value - half, value + half, base.n, base.clusters, CLUSTERED_T)


def _debiased(moments: Floats, n: Floats | float) -> Floats:
    """Return the debiased squared error from sums over clusters.

    Args:
        moments: sums of y, p, m, y*y, y*m and m*m of the clusters' parts, shape (6, r, bins).
        n: answers that are left, a number or shape (r,).

    Returns:
        Shape (r,); NaN where a bin has no two clusters.
    """
    y, p, m, yy, ym, mm = moments
    with np.errstate(divide="ignore", invalid="ignore"):
        sure = p / m
        gap = y - m * sure
        same = yy - 2 * sure * ym + sure**2 * mm
        pairs = m * m - mm
        squares = np.where(pairs > 0.5, (gap**2 - same) / pairs, np.nan)
        found: Floats = np.where(m > 0.5, m * squares, 0.0).sum(axis=-1) / n
    return found
