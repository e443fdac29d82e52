"""Answering less: the risk of the answers that are given as the least sure are withheld.

Sources:
    Geifman and El-Yaniv 2017, arXiv 1705.08500: risk and coverage.
    Traub et al. 2024, arXiv 2407.01032: the generalised risk, and the area under it (AUGRC).
"""

import numpy as np
from numpy.typing import NDArray

from heptathlon.scorers.calibration.answers import Answers
from heptathlon.scorers.calibration.means import LEVEL
from heptathlon.scorers.stats.groups import Floats
from heptathlon.scorers.stats.interval import Interval, no_items
from heptathlon.scorers.stats.means import mean_of

RATE = (0.0, 1.0)


def augrc(found: Answers, level: float = LEVEL) -> Interval:
    """Area under the generalised risk-coverage curve: the mean risk of an error that goes through.

    The generalised risk at a coverage is the share of *all* answers that are wrong and given. Its
    area is ``(1 - AUROC) * acc * err + err**2 / 2``: 0 where nothing is wrong, ``err / 2`` where
    confidence says nothing. Answers of one confidence are withheld together.
    """
    if not found.n:
        return no_items()
    area, influence = _undetected(found)
    return mean_of(area + influence, found.groups, (0.0, 0.5), level)


def selective(found: Answers, level: float = LEVEL) -> Interval:
    """``1 - 2 AUGRC``: accuracy, and what confidence adds to it.

    It is ``acc + acc * err * (2 * AUROC - 1)``: the plain accuracy where confidence says nothing,
    ``1 - err**2`` where it ranks every right answer before every wrong one, 1 without any error.
    """
    if not found.n:
        return no_items()
    area, influence = _undetected(found)
    return mean_of(1 - 2 * (area + influence), found.groups, RATE, level)


def _undetected(found: Answers) -> tuple[float, Floats]:
    """Return AUGRC and each answer's influence on it, shape (n,).

    An answer counts in both places of a pair: as the one that is given last, and as an error.
    """
    place, counts = found.ties()
    wrong_here = np.bincount(place, found.wrong)
    surer = (wrong_here.sum() - np.cumsum(wrong_here) + wrong_here / 2)[place] / found.n
    less_sure = ((np.cumsum(counts) - counts / 2) / found.n)[place]
    both = surer + found.wrong * less_sure
    return float(both.mean()) / 2, both - both.mean()


def aurc(found: Answers, level: float = LEVEL) -> Interval:
    """Area under the risk-coverage curve: the mean over k of the share of wrong among the k surest.

    The one surest answer weighs as much as all answers together, so one confident error moves it
    far; it stands beside AUGRC because papers print it. Of answers of one confidence it is what
    is expected of a random order.
    """
    if not found.n:
        return no_items()
    order, starts, lengths, risks = _risks(found)
    n = found.n
    k = np.arange(1, n + 1)
    block = np.repeat(np.arange(starts.size), lengths)
    share = (k - starts[block]) / lengths[block]

    def weight(values: Floats) -> Floats:
        """Return, for each block, the sum of values over all k, by the chance to be in them."""
        inside = np.add.reduceat(share * values, starts)
        after = values[::-1].cumsum()[::-1]
        ends = starts + lengths
        out: Floats = inside + np.append(after, 0.0)[ends]
        return out

    area = float(risks.mean())
    met = (np.add.reduceat(risks, starts) / lengths)[block]
    parts = np.empty(n)
    parts[order] = met + found.wrong[order] * weight(1 / k)[block] - weight(risks / k)[block]
    # Their mean is the area but for rounding.
    return mean_of(parts + (area - parts.mean()), found.groups, RATE, level)


def accuracy_at(found: Answers, coverage: float) -> float | None:
    """Return the accuracy of the surest answers, a share ``coverage`` of all; None without any.

    Of answers of one confidence at the border it is what is expected of a random order.
    """
    kept = round(coverage * found.n)
    return 1 - float(_risks(found)[3][kept - 1]) if kept else None


def _risks(
    found: Answers,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], Floats]:
    """Return the answers surest first, where each confidence begins, its count, and risks at k."""
    place, counts = found.ties()
    order = np.argsort(-place, kind="stable")
    lengths = counts[::-1].astype(np.intp)
    starts = np.cumsum(lengths) - lengths
    errors = np.repeat(np.add.reduceat(found.wrong[order], starts) / lengths, lengths)
    return order, starts, lengths, np.cumsum(errors) / np.arange(1, found.n + 1)
