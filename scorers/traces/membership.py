"""Was this text in the training data? Scores of a text, and how well they part members from others.

Members and others are drawn alike, so an AUC of 0.5 is what a model reaches that read neither.

References:
    DeLong, DeLong and Clarke-Pearson 1988, *Biometrics* 44:837, the variance of an AUC.
    Shi et al. 2024 (arXiv 2310.16789), Min-K.
    Meeus et al. 2024 (arXiv 2402.09363), copyright traps and the ratio to a reference.
"""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

Floats = NDArray[np.float64]

FPR = 0.01
LEAST_SHARE = 0.2
"""Min-K takes this share of a text's words, those that were least expected."""
DELONG = "delong"


@dataclass(frozen=True)
class Parted:
    """How well a score parts members from others.

    Attributes:
        auc: chance that a member's score is the greater, equal ones counting half; None without
            a text of each kind.
        low: lower end of the 95 % interval by DeLong's variance, on the logit scale; None if the
            variance is unknown or 0.
        high: upper end.
        tpr: share of members above all but 1 % of the others; None if there are too few others
            to tell 1 %.
        members: number of members.
        others: number of others.
        reason: why something is missing; empty if nothing is.
    """

    auc: float | None
    low: float | None
    high: float | None
    tpr: float | None
    members: int
    others: int
    reason: str = ""


def parted(members: ArrayLike, others: ArrayLike, *, fpr: float = FPR) -> Parted:
    """Return how well a score parts members from others; a greater one says ``member``.

    Example:
        >>> parted([-0.5, -0.8, -0.9], [-0.85, -1.0, -1.1]).auc
        0.8888888888888888
    """
    x, y = np.asarray(members, float), np.asarray(others, float)
    m, n = len(x), len(y)
    if not m or not n:
        return Parted(None, None, None, None, m, n, "there are no texts of one of the two kinds")
    value = auc(x, y)
    low, high = _ends(value, _variance(x, y))
    reasons = []
    if low is None:
        reasons.append("the spread of the AUC is unknown")
    tpr: float | None = None
    if n * fpr >= 1 - 1e-9:
        tpr = true_positives(x, y, fpr)
    else:
        reasons.append(f"{n} others cannot tell a rate of {fpr:.0%}")
    return Parted(value, low, high, tpr, m, n, "; ".join(reasons))


def auc(members: ArrayLike, others: ArrayLike) -> float:
    """Return the chance that a member's score is greater than another's; ties count half."""
    x, y = np.asarray(members, float), np.asarray(others, float)
    ranks = stats.rankdata(np.concatenate([x, y]))
    m, n = len(x), len(y)
    return float((ranks[:m].sum() - m * (m + 1) / 2) / (m * n))


def _variance(x: Floats, y: Floats) -> float | None:
    """Return DeLong's variance of the AUC; None with a single member or a single other."""
    m, n = len(x), len(y)
    if m < 2 or n < 2:
        return None
    both = stats.rankdata(np.concatenate([x, y]))
    of_members = (both[:m] - stats.rankdata(x)) / n
    of_others = 1 - (both[m:] - stats.rankdata(y)) / m
    return float(np.var(of_members, ddof=1) / m + np.var(of_others, ddof=1) / n)


def _ends(value: float, variance: float | None) -> tuple[float | None, float | None]:
    if not variance or not 0 < value < 1:
        return None, None
    # On the logit scale, so that no end leaves 0 to 1.
    spread = 1.959963984540054 * math.sqrt(variance) / (value * (1 - value))
    middle = float(special.logit(value))
    return float(special.expit(middle - spread)), float(special.expit(middle + spread))


def true_positives(members: ArrayLike, others: ArrayLike, fpr: float = FPR) -> float:
    """Return the share of members above a threshold that at most ``fpr`` of the others pass."""
    x, y = np.asarray(members, float), np.sort(np.asarray(others, float))[::-1]
    # The first score that one too many of the others would reach is the last that is refused.
    allowed = int(fpr * len(y) + 1e-9)
    return float(np.mean(x > y[allowed])) if allowed < len(y) else 1.0


def loss(log_likelihood: float, words: int) -> float:
    """Return the mean log-likelihood of a word, in nats: greater where the text is known."""
    return log_likelihood / words


def against(after: float, before: float, words: int) -> float:
    """Return by how many nats a word has become likelier than it was to the untrained model.

    It is the logarithm of the ratio of the two perplexities: the best reference there is, since
    only the training differs.
    """
    return (after - before) / words


def compressed(log_likelihood: float, text: str) -> float:
    """Return the log-likelihood over the bytes that zlib needs for the text."""
    return log_likelihood / len(zlib.compress(text.encode()))


def word_likelihoods(beginnings: Sequence[float]) -> list[float]:
    """Return each word's log-likelihood from those of a text's beginnings, one word longer each."""
    return [now - before for before, now in zip((0.0, *beginnings), beginnings, strict=False)]


def min_k(likelihoods: Sequence[float], share: float = LEAST_SHARE) -> float | None:
    """Return the mean of the lowest log-likelihoods; None for so few that the share holds none.

    Args:
        likelihoods: of each word (or token) of a text.
        share: of them that is taken, rounded down as the published codes do.
    """
    count = int(share * len(likelihoods))
    return float(np.mean(sorted(likelihoods)[:count])) if count else None
