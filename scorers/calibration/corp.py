"""The Brier score in parts, without bins: miscalibration, discrimination, uncertainty.

Source: Dimitriadis, Gneiting and Jordan 2021, *PNAS* 118 (8), arXiv 2008.03033: isotonic regression
of the outcomes on the confidence (pool adjacent violators) is the calibrated confidence.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from heptathlon.scorers.calibration.answers import Answers
from heptathlon.scorers.calibration.means import squares
from heptathlon.scorers.stats.groups import Floats, Integers

REDRAWS = 200


@dataclass(frozen=True)
class Corp:
    """The parts of a Brier score: ``brier = mcb - dsc + unc``, exactly.

    Attributes:
        mcb: what recalibration would take off.
        dsc: what the recalibrated confidence is better than a constant.
        unc: the score of the best constant, ``acc * (1 - acc)``.
        mcb_null_95: the 95 % point of ``mcb`` where the outcomes are drawn from the confidences:
            isotonic regression fits noise too, so of a calibrated model it is not 0.
    """

    mcb: float
    dsc: float
    unc: float
    mcb_null_95: float


def corp(found: Answers, *, seed: int, redraws: int = REDRAWS) -> Corp | None:
    """Return the parts of a Brier score; None without answers.

    The parts have no interval: both are above 0 by noise alone, and a resample has more of it.

    Args:
        found: the answers.
        seed: seed of the redraws of the null.
        redraws: number of redraws.
    """
    if not found.n:
        return None
    place, counts = found.ties()
    levels = np.unique(found.p)
    weights = counts.astype(np.float64)
    rate = found.y.mean()
    unc = float(rate * (1 - rate))
    whole = float(squares(found).mean())
    recalibrated = _fitted(found.y, place, weights)[place]
    again = float((found.y * (1 - recalibrated) ** 2 + found.wrong * recalibrated**2).mean())
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = np.empty(redraws)
    for i in range(redraws):
        hits = rng.binomial(counts, levels)
        fit = isotonic_regression(hits / weights, weights=weights).x
        gain = hits * ((1 - levels) ** 2 - (1 - fit) ** 2) + (weights - hits) * (levels**2 - fit**2)
        drawn[i] = gain.sum() / found.n
    return Corp(whole - again, unc - again, unc, float(np.quantile(drawn, 0.95)))


def _fitted(y: Floats, place: Integers, weights: Floats) -> Floats:
    """Return the isotonic regression of outcomes on distinct confidences, lowest first."""
    fit: Floats = isotonic_regression(np.bincount(place, y) / weights, weights=weights).x
    return fit
