"""What a model says of its own answer, as numbers.

Sources:
    Kadavath et al. 2022, arXiv 2207.05221: P(True), with and without samples of the model's own,
    and P(IK).
    Ye et al. 2024, arXiv 2409.00935 (Self-J): quality as the expectation over the digits' tokens.
"""

import math
import re
from collections.abc import Sequence

import numpy as np
from scipy import special
from scipy.stats import spearmanr

from heptathlon.scorers import stats
from heptathlon.scorers.reading import Unread, after_reasoning
from heptathlon.scorers.reading.numbers import figures_in, score_in
from heptathlon.scorers.stats.groups import Floats, Integers

DIGITS = tuple("0123456789")
PERCENT = (0.0, 100.0)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|per ?cent\b)")
_CONSTANT = "all answers have the same {what}, and so no order"


def in_both_orders(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the probability of yes from the log-likelihoods of two labels in both orders.

    The log odds of both orders are averaged, so that a preference for a label cancels.

    Args:
        first: of the first and of the second label, yes standing first.
        second: the same, yes standing second.

    Raises:
        ValueError: for a likelihood that is not a number.

    Example:
        >>> in_both_orders((-1.0, -2.0), (-1.0, -2.0))
        0.5
    """
    logs = (*first, *second)
    if any(math.isnan(log) for log in logs):
        raise ValueError(f"a likelihood of {logs} is not a number")
    # An option without any likelihood is sure not to be meant; twice so leaves nothing to say.
    capped = [max(log, -1e6) for log in logs]
    odds = (capped[0] - capped[1] + capped[3] - capped[2]) / 2
    return float(special.expit(odds))


def expected_digit(logs: Sequence[float]) -> float | None:
    """Return the mean of the ten digits by their likelihoods; None if none of them has any.

    Args:
        logs: log-likelihoods of the digits from 0 to 9, shape (10,).

    Raises:
        ValueError: if there are not ten, or one is not a number.
    """
    if len(logs) != len(DIGITS) or any(math.isnan(log) for log in logs):
        raise ValueError(f"needs the likelihoods of ten digits, got {list(logs)}")
    if not any(math.isfinite(log) for log in logs):
        return None
    return float(special.softmax(np.asarray(logs, dtype=np.float64)) @ np.arange(len(DIGITS)))


def percent_said(reply: str) -> float | Unread:
    """Return the percentage that a reply states on its first line, or why it states none.

    A fraction such as 0.9 may be a share or a percentage, and is not guessed at.

    Example:
        >>> percent_said("85%"), percent_said("I am 70% sure"), percent_said("0.9").value
        (85.0, 70.0, 'unreadable')
    """
    line = _first_line(reply)
    found = score_in(line.replace("%", ""), *PERCENT)
    if found is Unread.UNREADABLE and len(figures_in(line)) == 1 and (one := _PERCENT.search(line)):
        found = score_in(one[1], *PERCENT)
    if isinstance(found, float) and 0 < found < 1 and "%" not in line:
        return Unread.UNREADABLE
    return found


def digit_said(reply: str) -> float | Unread:
    """Return the score from 0 to 9 that a reply states on its first line, or why it states none."""
    return score_in(_first_line(reply), 0.0, 9.0)


def _first_line(reply: str) -> str:
    lines = (line.strip() for line in after_reasoning(reply).splitlines())
    return next((line for line in lines if line), "")


def rank_correlation(
    predicted: Sequence[float], scores: Sequence[float], labels: Sequence[str], *, seed: int
) -> stats.Interval:
    """Return Spearman's correlation of predicted with true quality, by whole clusters.

    Args:
        predicted: what the model predicted, shape (n,).
        scores: what the answers scored, shape (n,).
        labels: the answers' clusters, shape (n,).
        seed: seed of the resampling.
    """
    values = np.stack([np.asarray(predicted, float), np.asarray(scores, float)], axis=1)
    for column, what in enumerate(("prediction", "score")):
        if len(values) and not np.ptp(values[:, column]):
            reason = _CONSTANT.format(what=what)
            count = len(set(labels))
            return stats.Interval(None, None, None, len(values), count, stats.NO_METHOD, reason)

    def spearman(rows: Floats, weights: Integers) -> float | None:
        drawn = np.repeat(rows, weights, axis=0)
        if len(drawn) < 2 or not np.ptp(drawn[:, 0]) or not np.ptp(drawn[:, 1]):
            return None
        return float(spearmanr(drawn[:, 0], drawn[:, 1]).statistic)

    return stats.cluster_bootstrap(values, list(labels), spearman, resamples=500, seed=seed)


def kept_scores(
    predicted: Sequence[float], scores: Sequence[float], coverages: Sequence[float]
) -> list[tuple[float, float]]:
    """Return the mean score of the answers that are given, by their share of all.

    The answers of the lowest prediction are withheld first; equals count with their mean.

    Args:
        predicted: what the model predicted, shape (n,), of one answer at least.
        scores: what the answers scored, shape (n,).
        coverages: shares of all answers, above 0 and up to 1.
    """
    order = np.argsort(-np.asarray(predicted, float), kind="stable")
    levels = np.asarray(predicted, float)[order]
    values = np.asarray(scores, float)[order]
    _, place = np.unique(-levels, return_inverse=True)
    even = (np.bincount(place, values) / np.bincount(place))[place]
    counts = [max(1, math.ceil(share * len(values) - 1e-9)) for share in coverages]
    return [(share, float(even[:k].mean())) for share, k in zip(coverages, counts, strict=True)]
