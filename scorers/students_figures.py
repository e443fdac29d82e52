"""The students family's figures of many documents: shares of a gap, correlations, equality."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heptathlon.scorers.verdict import Statistic

Floats = NDArray[np.float64]


def _share_of(values: Floats, weights: NDArray[Any]) -> float:
    """Return the weighted sum of the first column over that of the second."""
    below = float(weights @ values[:, 1])
    return float(weights @ values[:, 0]) / below if below > 0 else math.nan


def _bounded_share(values: Floats, weights: NDArray[Any]) -> float:
    return max(-1.0, _share_of(values, weights))


def _correlation(values: Floats, weights: NDArray[Any]) -> float:
    """Return Matthews' correlation from columns tp, fp, fn, tn (Matthews 1975)."""
    tp, fp, fn, tn = (float(x) for x in weights @ values)
    below = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return (tp * tn - fp * fn) / math.sqrt(below) if below > 0 else math.nan


def _f1(values: Floats, weights: NDArray[Any]) -> float:
    tp, fp, fn = (float(x) for x in weights @ values)
    return 2 * tp / (2 * tp + fp + fn) if tp + fp + fn > 0 else math.nan


def _equality(values: Floats, weights: NDArray[Any]) -> float:
    """Return 1 - the largest gap in accuracy between terciles (columns: accuracy, members)."""
    members = weights @ values[:, 1:]
    if not np.all(members > 0):
        return math.nan
    shares = (weights * values[:, 0]) @ values[:, 1:] / members
    return 1 - float(np.max(shares) - np.min(shares))


STATISTICS: dict[str, Statistic] = {
    "bounded_gap": Statistic(
        ("bounded_gain", "room"),
        _bounded_share,
        "share of the gap in expected log-loss between the best forecast without the student's "
        "answers and the exact posterior that is closed by what sets a student's forecast apart "
        "from the twins', times one factor that was fitted on the other half of the groups",
    ),
    "gap_closed": Statistic(
        ("gain", "room"),
        _share_of,
        "share of the gap in log-loss between the base and the top forecast that is closed",
    ),
    "gap_closed_tempered": Statistic(
        ("tempered_gain", "room"),
        _share_of,
        "the same with a temperature that was fitted on the other half of the students",
    ),
    "acc_when_wrong": Statistic(
        ("wrong_hit", "wrong"),
        _share_of,
        "of the students' wrong answers, the share where the likeliest wrong option was theirs",
    ),
    "mcc": Statistic(
        ("tp", "fp", "fn", "tn"),
        _correlation,
        "Matthews' correlation over all options between said to be chosen and chosen",
    ),
    "f1": Statistic(("tp", "fp", "fn"), _f1, "F1 of the options said to be chosen"),
    "f1_no": Statistic(("tn", "fn", "fp"), _f1, "F1 of the options said not to be chosen"),
    "mcc_paper": Statistic(
        ("tp_paper", "fp_paper", "fn_paper", "tn_paper"),
        _correlation,
        "the same correlation, an option being said to be chosen where its logit is above 0.5",
    ),
    "f1_paper": Statistic(
        ("tp_paper", "fp_paper", "fn_paper"), _f1, "F1 of the chosen options, decided so"
    ),
    "f1_no_paper": Statistic(
        ("tn_paper", "fn_paper", "fp_paper"), _f1, "F1 of the other options, decided so"
    ),
    "equality": Statistic(
        ("mean_acc", "is_low", "is_middle", "is_high"),
        _equality,
        "1 - the largest gap in accuracy between terciles of mastery (predictive equality)",
    ),
}
