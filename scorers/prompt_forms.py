"""How far a score is one of the prompt: the same questions in several forms.

Sources:
    Cochran 1950, *Biometrika* 37:256: Q, and its law where forms are equal.
    Cameron, Gelbach and Miller 2011, *J. Bus. Econ. Stat.* 29:238: errors clustered in two ways.
    Kendall 1945, *Biometrika* 33:239: tau-b.

The best of eight equal forms beats the worst by about 2.85 standard errors, so that no range is a
finding by itself. It is shown beside what equal forms give: within each cluster the forms change
places at random, which keeps how hard each question is and how alike those of a cluster are.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import kendalltau

from heptathlon.scorers import stats
from heptathlon.scorers.stats.groups import Floats, Groups, group, student

REDRAWS = 2_000
SIMULTANEOUS = 0.95
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Answered:
    """Questions that were each asked in every form.

    Attributes:
        y: outcomes, shape (n, k): 1 right, 0 wrong, a share where options were tied.
        labels: labels of the questions' clusters, shape (n,).
        groups: the same, sorted.
    """

    y: Floats
    labels: Sequence[str]
    groups: Groups

    @property
    def means(self) -> Floats:
        """Share of right answers in each form, shape (k,)."""
        found: Floats = self.y.mean(axis=0)
        return found


def answered(y: ArrayLike, labels: Sequence[str]) -> Answered:
    """Return questions with their outcomes, refusing what can be none.

    Args:
        y: outcomes from 0 to 1, shape (n, k), of at least one question and two forms.
        labels: labels of the questions' clusters, shape (n,).

    Raises:
        ValueError: for another shape, or an outcome out of 0 to 1.
    """
    outcomes = np.asarray(y, dtype=np.float64)
    if outcomes.ndim != 2 or not outcomes.shape[0] or outcomes.shape[1] < 2:
        raise ValueError(f"needs questions in two forms or more, got the shape {outcomes.shape}")
    if not (np.isfinite(outcomes).all() and outcomes.min() >= 0 and outcomes.max() <= 1):
        raise ValueError("an outcome lies out of 0 to 1")
    return Answered(outcomes, list(labels), group(list(labels), len(outcomes)))


def mean(found: Answered) -> stats.Interval:
    """Return the mean over forms and questions, for these forms: only the questions are drawn."""
    return stats.mean_interval(found.y.mean(axis=1), found.labels, bounds=(0.0, 1.0))


def mean_two_ways(found: Answered) -> stats.Interval:
    """Return the same mean where the forms are drawn as well: for other forms like these.

    The variance is that between clusters of questions, plus that between forms, less that of their
    cells, and never below the first; Student's t has the degrees of freedom of the fewer of both.
    """
    one_way = mean(found)
    if one_way.value is None or one_way.low is None:
        return one_way
    n, k = found.y.shape
    gaps = found.y - found.y.mean()
    cells = np.stack([found.groups.sums(column) for column in gaps.T])
    count = found.groups.count

    def variance(sums: Floats, clusters: int) -> float:
        return float((sums**2).sum() * clusters / (clusters - 1) / (n * k) ** 2)

    by_questions = variance(cells.sum(axis=0), count)
    total = by_questions + variance(cells.sum(axis=1), k) - variance(cells, count * k)
    half = student(min(count, k) - 1, 0.95) * math.sqrt(max(total, by_questions))
    value = one_way.value
    return stats.Interval(
        value,
        max(0.0, min(one_way.low, value - half)),
        min(1.0, max(one_way.high or value, value + half)),
        n,
        count,
        stats.CLUSTERED_T,
    )


@dataclass(frozen=True)
class Spread:
    """How far forms differ, and how far equal ones would.

    Attributes:
        sigma: standard deviation of the forms beyond the noise of the questions.
        sigma_null_95: the 95 % point of it where forms are equal.
        q: Cochran's Q; None where every question went alike in all forms.
        p: share of redraws with as high a Q, the data's own among them.
        range: best form less worst.
        range_null: its mean where forms are equal.
        range_null_95: the 95 % point there.
    """

    sigma: float
    sigma_null_95: float
    q: float | None
    p: float
    range: float
    range_null: float
    range_null_95: float


def spread(found: Answered, *, seed: int, redraws: int = REDRAWS) -> Spread:
    """Return how far the forms differ beside what equal forms would give.

    Args:
        found: the questions.
        seed: seed of the redraws.
        redraws: how often the forms change places.
    """
    n, k = found.y.shape
    sums = np.stack([found.groups.sums(column) for column in found.y.T], axis=1)
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = np.stack([rng.permuted(sums, axis=1).sum(axis=0) for _ in range(redraws)]) / n
    means = found.means
    between = _between(drawn)
    own = _between(means[None])[0]
    # Within a question the forms change places, so what they have in all stays the same.
    within = float(((found.y - found.y.mean(axis=1, keepdims=True)) ** 2).sum()) / n
    ranges = np.ptp(drawn, axis=1)
    denominator = float((found.y.mean(axis=1) * (1 - found.y.mean(axis=1))).sum())
    return Spread(
        sigma=float(_sigma(np.array([own]), within, n, k)[0]),
        sigma_null_95=float(np.quantile(_sigma(between, within, n, k), 0.95)),
        q=float((k - 1) * n**2 * own / (k * denominator)) if denominator > _ROUNDING else None,
        p=float((1 + (between >= own - _ROUNDING).sum()) / (1 + redraws)),
        range=float(np.ptp(means)),
        range_null=float(ranges.mean()),
        range_null_95=float(np.quantile(ranges, 0.95)),
    )


def _between(means: Floats) -> Floats:
    """Return the squared gaps of forms from their mean, summed; of shape (r, k) to (r,)."""
    found: Floats = ((means - means.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    return found


def _sigma(between: Floats, within: float, n: int, k: int) -> Floats:
    """Return the forms' standard deviation: root of (MS_form - MS_rest) / n, not below 0.

    Args:
        between: see :func:`_between`, shape (r,).
        within: squared gaps of outcomes from their question's mean, a question.
        n: questions.
        k: forms.
    """
    form = n * between / (k - 1)
    rest = n * (within - between) / max(1, (n - 1) * (k - 1))
    return np.sqrt(np.maximum(0.0, form - rest) / n)


def always(found: Answered) -> stats.Interval:
    """Return the share of questions that are right in every form."""
    return _share(found, (found.y == 1).all(axis=1))


def ever(found: Answered) -> stats.Interval:
    """Return the share of questions that are right in some form."""
    return _share(found, (found.y == 1).any(axis=1))


def flips(found: Answered) -> stats.Interval:
    """Return the share of questions that do not go alike in all forms."""
    return _share(found, np.ptp(found.y, axis=1) > 0)


def _share(found: Answered, which: NDArray[np.bool_]) -> stats.Interval:
    return stats.mean_interval(which.astype(np.float64), found.labels)


def effects(found: Answered, levels: Mapping[str, Sequence[bool]]) -> dict[str, stats.Interval]:
    """Return what the second level of each factor adds to the first, paired by question.

    The intervals hold all together with 95 %, by Bonferroni.

    Args:
        found: the questions.
        levels: by factor, which forms have its second level, shape (k,).

    Raises:
        ValueError: for a factor that has one level only.
    """
    out = {}
    for name, high in levels.items():
        mask = np.asarray(high, dtype=np.bool_)
        if mask.all() or not mask.any():
            raise ValueError(f"{name}: no form has one of its levels")
        gains = found.y[:, mask].mean(axis=1) - found.y[:, ~mask].mean(axis=1)
        level = 1 - (1 - SIMULTANEOUS) / len(levels)
        out[name] = stats.mean_interval(gains, found.labels, level=level, bounds=(-1.0, 1.0))
    return out


@dataclass(frozen=True)
class Agreement:
    """Whether forms put models in the same order.

    Attributes:
        mean: mean of Kendall's tau-b over pairs of forms; None where no pair has one.
        lowest: the lowest.
        pairs: pairs of forms that have one: in neither are all models level.
    """

    mean: float | None
    lowest: float | None
    pairs: int


def agreement(scores: ArrayLike) -> Agreement:
    """Return how far forms agree on the order of models.

    Args:
        scores: share of right answers, shape (models, k).

    Raises:
        ValueError: for fewer than three models, whose order says next to nothing.
    """
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or len(table) < 3:
        raise ValueError("an order needs three models")
    k = table.shape[1]
    taus = [
        float(kendalltau(table[:, i], table[:, j]).statistic)
        for i in range(k)
        for j in range(i)
        if np.ptp(table[:, i]) and np.ptp(table[:, j])
    ]
    return Agreement(float(np.mean(taus)) if taus else None, min(taus) if taus else None, len(taus))
