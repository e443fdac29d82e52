"""Intervals of figures: documents are drawn again, the same ones for every checkpoint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heptathlon.scorers.continual.formulas import FORMULAS
from heptathlon.scorers.continual.matrix import Figure, Floats, Matrix

LEVEL = 0.95
_ROUNDING = 1e-12
"""Spread below which resamples are alike."""


@dataclass(frozen=True)
class TaskScores:
    """Scores of every checkpoint on one task's documents.

    Attributes:
        values: shape (T + 1, documents), the base in row 0; a row of NaN for a checkpoint that was
            not run on the task.
        clusters: label of each document's cluster, shape (documents,).
    """

    values: Floats
    clusters: NDArray[Any]


def matrix_of(tasks: Sequence[str], scores: Sequence[TaskScores]) -> Matrix:
    """Return the matrix of the documents' means."""
    rows = np.stack([one.values.mean(axis=1) for one in scores], axis=1)
    return Matrix(tuple(tasks), rows[1:], rows[0])


def resampled_rows(scores: Sequence[TaskScores], *, resamples: int, seed: int) -> Floats:
    """Return matrices of resampled documents, shape (resamples, T + 1, T).

    Within each task, clusters of documents are drawn with replacement, the same ones for every
    checkpoint: what the checkpoints have in common cancels in their differences. The tasks are the
    stream's own and are not resampled.

    Raises:
        ValueError: if a task has fewer than two clusters.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    columns = []
    for one in scores:
        _, index = np.unique(one.clusters, return_inverse=True)
        count = int(index.max(initial=-1)) + 1
        if count < 2:
            raise ValueError("an interval needs at least two clusters of documents a task")
        sizes = np.bincount(index, minlength=count).astype(np.float64)
        sums = np.stack([np.bincount(index, weights=row, minlength=count) for row in one.values])
        weights = rng.multinomial(count, np.full(count, 1 / count), size=resamples)
        columns.append((weights @ sums.T) / (weights @ sizes)[:, None])
    return np.stack(columns, axis=2)


def with_intervals(
    figures: Mapping[str, Figure],
    tasks: Sequence[str],
    rows: Floats,
    *,
    level: float = LEVEL,
) -> dict[str, Figure]:
    """Add percentile intervals to the figures that are defined by the matrix alone.

    Args:
        figures: from :func:`measure`.
        tasks: the tasks in order.
        rows: from :func:`resampled_rows`.
        level: confidence level.
    """
    out = dict(figures)
    for name, formula in FORMULAS.items():
        if name not in figures or figures[name].value is None:
            continue
        low, high = percentiles(formula.compute(rows), level)
        out[name] = Figure(figures[name].value, low=low, high=high)
    return out


def percentiles(values: Floats, level: float = LEVEL) -> tuple[float | None, float | None]:
    """Return the central interval of resampled figures.

    There are no ends if some resamples are undefined, or if all are alike: documents that show no
    spread say nothing of its size, and an interval of no width would claim to.
    """
    if not np.isfinite(values).all() or np.ptp(values) <= _ROUNDING:
        return None, None
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
