"""How well could anyone do? The best correlation that noisy human scores allow.

Scores are means over few people, so not even the true memorability of every item would order them
perfectly. Where the counts behind the scores are known, halves of them are compared (Spearman and
Brown); where they are not, a model of the counts is fitted to the scores.

Sources:
    Spearman 1910 and Brown 1910, *Br. J. Psychol.* 3: reliability from halves; and Spearman 1904,
    *Am. J. Psychol.* 15:72: a correlation is dampened by the square root of the reliability.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from heptathlon.seeding import Stream

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

SPLITS = 20
"""Random halvings; their mean correlation then varies by about 0.002."""
MOST_RATERS = 9
"""Largest panel that the model of LAMBDA's scores considers: its scores name none beyond."""
_ITERATIONS = 300
_TRUE_GRID = 400
"""Quantiles of the true recall by which the ceiling is summed up."""
_LIKENESS_GRID = np.linspace(0.02, 0.98, 25)
"""Shares of the variance of single responses that lie between items: 1 / (1 + alpha + beta)."""
_MEAN_GRID = np.linspace(0.45, 0.85, 17)


@dataclass(frozen=True)
class Reliability:
    """What the halves say.

    Attributes:
        halves: mean Spearman correlation between two halves of the people.
        whole: reliability of all people together, by Spearman and Brown: ``2 r / (1 + r)``.
        ceiling: the correlation that the true values would have with the scores, ``sqrt(whole)``.
    """

    halves: float
    whole: float
    ceiling: float


def split_half(groups: Sequence[tuple[Counts, Counts]], key: Stream) -> Reliability:
    """Return the reliability of the share of right responses, from random halves of the trials.

    Args:
        groups: for each kind of trial (old items, new items), the items' right and wrong
            responses, shapes (items,). Each kind is halved by itself, as people see both.
        key: source of the halvings.
    """
    sizes = [(right + wrong) // 2 for right, wrong in groups]
    whole_sizes = [right + wrong for right, wrong in groups]
    correlations = []
    for _ in range(SPLITS):
        drawn = [
            _right_in_half(right, wrong, size, key)
            for (right, wrong), size in zip(groups, sizes, strict=True)
        ]
        one = np.sum(drawn, axis=0) / np.sum(sizes, axis=0)
        rest = np.sum([right for right, _ in groups], axis=0) - np.sum(drawn, axis=0)
        other = rest / (np.sum(whole_sizes, axis=0) - np.sum(sizes, axis=0))
        correlations.append(_spearman(one, other))
    halves = float(np.mean(correlations))
    whole = 2 * halves / (1 + halves)
    return Reliability(halves, whole, whole**0.5)


def _right_in_half(right: Counts, wrong: Counts, half: Counts, key: Stream) -> Counts:
    """Draw how many right responses fall into a random half of each item's trials."""
    widest = int((right + wrong).max())
    places = np.arange(widest)
    # Each trial gets a random word; the half is the trials with the smallest. All in whole
    # numbers, so the same trials are drawn on every machine.
    words = key.words(right.size * widest).reshape(right.size, widest)
    words[places >= (right + wrong)[:, None]] = np.iinfo(np.uint64).max
    in_half = words.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable") < half[:, None]
    out: Counts = (in_half & (places < right[:, None])).sum(axis=1)
    return out


def _spearman(a: Floats, b: Floats) -> float:
    return float(stats.spearmanr(a, b).statistic)


# --- scores of few raters ------------------------------------------------------------------------


@dataclass(frozen=True)
class FewRaters:
    """What a model of scores that are shares of few people says: beta-binomial, any panel sizes.

    Attributes:
        mean_raters: expected panel size.
        ceiling: Spearman correlation of the true recall with the scores, its posterior mean.
        low: 2.5 % of its posterior.
        high: 97.5 % of its posterior.
    """

    mean_raters: float
    ceiling: float
    low: float
    high: float


def lambda_label(recalled: int, raters: int) -> int:
    """Return LAMBDA's two-digit score of an ad that so many of its raters recalled.

    All 19 distinct scores of the test part follow this rule.

    Example:
        >>> [lambda_label(k, 3) for k in range(4)]
        [0, 32, 65, 99]
    """
    return max(0, 100 * recalled // raters - 1)


def fit_few_raters(labels: Sequence[int]) -> FewRaters:
    """Return what two-digit scores say of the people behind them and of the ceiling.

    The likelihood is flat between "few raters of ads that differ much" and the reverse, so no
    single fit is believed: the ceiling is averaged over the beta distributions of a grid, uniform
    in their mean and in the likeness of responses to one item, each with its own most likely
    panel sizes (found by EM, in which the likelihood is concave).

    Raises:
        ValueError: if a score is no share of ``MOST_RATERS`` or fewer people.
    """
    values, repeats = np.unique(np.asarray(labels), return_counts=True)
    cells = [
        (n, k, int(np.searchsorted(values, lambda_label(k, n))))
        for n in range(1, MOST_RATERS + 1)
        for k in range(n + 1)
        if lambda_label(k, n) in values
    ]
    if {index for _, _, index in cells} != set(range(values.size)):
        raise ValueError("a score is no share of so few raters")
    rows = []
    for mean in _MEAN_GRID:
        for likeness in _LIKENESS_GRID:
            total = (1 - likeness) / likeness
            a, b = mean * total, (1 - mean) * total
            table = np.zeros((MOST_RATERS, values.size))
            for n, k, index in cells:
                table[n - 1, index] += _beta_binomial(k, n, a, b)
            panels, score = _mix(table, repeats.astype(np.float64))
            rows.append((score, _ceiling(a, b, panels), panels @ np.arange(1, MOST_RATERS + 1)))
    scores, ceilings, sizes = np.array(rows).T
    weights = np.exp(scores - scores.max())
    weights /= weights.sum()
    order = ceilings.argsort()
    low, high = np.interp((0.025, 0.975), weights[order].cumsum(), ceilings[order])
    return FewRaters(float(weights @ sizes), float(weights @ ceilings), float(low), float(high))


def _beta_binomial(k: int, n: int, a: float, b: float) -> float:
    odds = special.betaln(k + a, n - k + b) - special.betaln(a, b)
    return float(special.comb(n, k) * np.exp(odds))


def _mix(table: Floats, counts: Floats) -> tuple[Floats, float]:
    """Return mixture weights of the rows that suit the counts best, and the log-likelihood."""
    weights = np.full(len(table), 1 / len(table))
    for _ in range(_ITERATIONS):
        joint = weights[:, None] * table
        weights = (joint / joint.sum(axis=0) * counts).sum(axis=1) / counts.sum()
    return weights, float((counts * np.log(weights @ table)).sum())


def _ceiling(a: float, b: float, panels: Floats) -> float:
    """Return the Spearman correlation of the true recall with the score, summed, not sampled."""
    rank = (np.arange(_TRUE_GRID) + 0.5) / _TRUE_GRID
    true = special.betaincinv(a, b, rank)
    chance = np.zeros((_TRUE_GRID, len(_SCORES)))
    for n in range(1, MOST_RATERS + 1):
        for k in range(n + 1):
            of_panel = special.comb(n, k) * true**k * (1 - true) ** (n - k)
            chance[:, _SCORES.index(lambda_label(k, n))] += panels[n - 1] * of_panel
    shares = chance.mean(axis=0)
    middle = shares.cumsum() - shares / 2
    covariance = float(((rank - 0.5) * (chance @ middle - 0.5)).mean())
    spread = float((shares * (middle - 0.5) ** 2).sum())
    return covariance / math.sqrt(spread * float(((rank - 0.5) ** 2).mean()))


_SCORES = sorted({lambda_label(k, n) for n in range(1, MOST_RATERS + 1) for k in range(n + 1)})
