"""A matrix of scores, and a figure of it with its interval or the reason why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Cells = NDArray[np.bool_]

BASE = "base"


@dataclass(frozen=True)
class Figure:
    """One figure of a matrix.

    Attributes:
        value: the figure; None if it is not defined.
        reason: why it is not; empty otherwise.
        low: lower end of its interval; None if none was computed or no spread was seen.
        high: upper end.
    """

    value: float | None
    reason: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Matrix:
    """Scores of a sequence of checkpoints on the tasks of a stream.

    Attributes:
        tasks: the tasks in the order in which they were learned.
        scores: shape (T, T), row ``t`` after task ``t``; NaN where a cell was not measured.
        base: scores before any tuning, shape (T,), with NaN for missing ones; all NaN if the base
            was not measured.

    Raises:
        ValueError: if the shapes do not fit, or a score is infinite.
    """

    tasks: tuple[str, ...]
    scores: Floats
    base: Floats

    def __post_init__(self) -> None:
        n = len(self.tasks)
        if not n or self.scores.shape != (n, n) or self.base.shape != (n,):
            raise ValueError(f"{n} tasks need scores of shape ({n}, {n}) and a base of ({n},)")
        if len(set(self.tasks)) < n:
            raise ValueError("two tasks have the same name")
        if np.isinf(self.scores).any() or np.isinf(self.base).any():
            raise ValueError("a score is infinite")

    @classmethod
    def of(
        cls, scores: ArrayLike, tasks: Sequence[str] | None = None, base: ArrayLike | None = None
    ) -> "Matrix":
        """Return a matrix from nested lists; tasks are numbered from 1 if they are not named."""
        table = np.asarray(scores, dtype=np.float64)
        names = tuple(tasks) if tasks else tuple(str(i + 1) for i in range(len(table)))
        start = np.full(len(names), np.nan) if base is None else np.asarray(base, dtype=np.float64)
        return cls(names, table, start)

    @property
    def rows(self) -> Floats:
        """Base and checkpoints as one array of shape (T + 1, T)."""
        return np.concatenate([self.base[None], self.scores])
