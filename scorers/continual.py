"""The continual-learning scorer: a matrix of scores in, every published figure of it out.

Useful alone: ``measure(read_matrix(path))``. Row ``t`` of the matrix holds the scores on all tasks
after the ``t``-th was learned, column ``j`` those on task ``j``; a row ``base`` before them, where
there is one, those of the model before any tuning. Papers and libraries divide the same sums by
different numbers, so every figure carries its denominator or its range in its name. Means are macro
means over tasks. A missing cell makes the figures that need it null, with the reason.

``R[t, j]`` below is the score on task ``j`` after task ``t``, from 1 to ``T``; row 0 is the base.

Sources:
    GEM: Lopez-Paz and Ranzato 2017, arXiv 1706.08840 (ACC, BWT, FWT).
    Diaz-Rodriguez et al. 2018, arXiv 1810.13166 (averages over all pairs).
    Chaudhry et al. 2018, "Riemannian Walk" (forgetting, intransigence).
    SEFE, arXiv 2505.02486 (MFT, MFN, MAA; superficial and essential forgetting).
    GeRe, arXiv 2508.04676 (F1-Avg). TRACE, arXiv 2310.06762 (deltas of general ability).
    MEMO, arXiv 2205.13218 (accuracy at aligned memory).
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from heptathlon.errors import HeptathlonError
from heptathlon.files import loads_strict, read_text_limited

Floats = NDArray[np.float64]
Cells = NDArray[np.bool_]

BASE = "base"
MAX_BYTES = 16 * 2**20
LEVEL = 0.95
_ROUNDING = 1e-12
"""Spread below which resamples are alike."""


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


@dataclass(frozen=True)
class References:
    """What some figures need beside the matrix.

    Attributes:
        alone: score on each task of a model tuned on it alone (or jointly on all), by task.
        guess: score of blind guessing by task, which stands in for a missing base row in ``fwt``.
        general: (base, last) score of each general-ability benchmark, by name.
        instruction: the same for benchmarks of instruction following.
        safety: the same for benchmarks of safety.
    """

    alone: Mapping[str, float] = field(default_factory=dict)
    guess: Mapping[str, float] = field(default_factory=dict)
    general: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    instruction: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    safety: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Formula:
    """How a figure is computed from the matrix alone.

    Attributes:
        says: the formula in words.
        needs: maps the number of tasks to the cells that it rests on, shape (T + 1, T) with the
            base in row 0.
        compute: maps rows of shape (..., T + 1, T) to figures of shape (...).
        fewest: number of tasks below which it is not defined.
        higher_is_better: whether a higher figure is better.
    """

    says: str
    needs: Callable[[int], Cells]
    compute: Callable[[Floats], Floats]
    fewest: int = 1
    higher_is_better: bool = True


# --- which cells a figure rests on ---------------------------------------------------------------


def _with_base(cells: Cells) -> Cells:
    return np.concatenate([np.zeros((1, len(cells)), dtype=np.bool_), cells])


def _last(n: int) -> Cells:
    out = np.zeros((n + 1, n), dtype=np.bool_)
    out[n] = True
    return out


def _diagonal(n: int) -> Cells:
    return _with_base(np.eye(n, dtype=np.bool_))


def _triangle(n: int) -> Cells:
    return _with_base(np.tri(n, dtype=np.bool_))


def _ends(n: int) -> Cells:
    return _last(n) | _diagonal(n)


def _before_learning(n: int) -> Cells:
    """The row just before each task from the second on: ``R[j - 1, j]``."""
    return _with_base(np.eye(n, k=1, dtype=np.bool_))


def _fwt_cells(n: int) -> Cells:
    out = _before_learning(n)
    out[0, 1:] = True
    return out


# --- formulas ------------------------------------------------------------------------------------


def _mean_over(cells: Callable[[int], Cells]) -> Callable[[Floats], Floats]:
    def compute(rows: Floats) -> Floats:
        chosen: Floats = rows[..., cells(rows.shape[-1])]
        return chosen.mean(axis=-1)  # type: ignore[no-any-return]

    return compute


def _learned(rows: Floats) -> Floats:
    """Return ``R[j, j]``, shape (..., T)."""
    return np.diagonal(rows[..., 1:, :], axis1=-2, axis2=-1)


def _changes(rows: Floats) -> Floats:
    """Return ``R[T, j] - R[j, j]`` of every task but the last, shape (..., T - 1)."""
    return (rows[..., -1, :] - _learned(rows))[..., :-1]


def _bwt_gem(rows: Floats) -> Floats:
    return _changes(rows).mean(axis=-1)  # type: ignore[no-any-return]


def _bwt_over_t(rows: Floats) -> Floats:
    return _changes(rows).sum(axis=-1) / rows.shape[-1]  # type: ignore[no-any-return]


def _bwt_all_pairs(rows: Floats) -> Floats:
    n = rows.shape[-1]
    below = np.tri(n, k=-1, dtype=np.bool_)
    apart = rows[..., 1:, :] - _learned(rows)[..., None, :]
    return apart[..., below].mean(axis=-1)  # type: ignore[no-any-return]


def _anytime(rows: Floats) -> Floats:
    n = rows.shape[-1]
    seen = np.where(np.tri(n, dtype=np.bool_), rows[..., 1:, :], 0.0)
    return (seen.sum(axis=-1) / np.arange(1, n + 1)).mean(axis=-1)  # type: ignore[no-any-return]


def _best_from(rows: Floats, end: int) -> Floats:
    """Return ``max R[l, j]`` over ``j <= l < end`` of every task but the last."""
    n = rows.shape[-1]
    known = np.where(np.tri(n, dtype=np.bool_), rows[..., 1:, :], -np.inf)
    return known[..., :end, :-1].max(axis=-2)  # type: ignore[no-any-return]


def _fm_chaudhry(rows: Floats) -> Floats:
    n = rows.shape[-1]
    lost = _best_from(rows, n - 1) - rows[..., -1, :-1]
    return lost.mean(axis=-1)  # type: ignore[no-any-return]


def _fm_incl_last(rows: Floats) -> Floats:
    n = rows.shape[-1]
    lost = _best_from(rows, n) - rows[..., -1, :-1]
    return lost.mean(axis=-1)  # type: ignore[no-any-return]


def _fm_first_last(rows: Floats) -> Floats:
    return -_bwt_gem(rows)


def _ahead(rows: Floats) -> Floats:
    """Return ``R[j - 1, j]`` of every task from the second on, shape (..., T - 1)."""
    return np.diagonal(rows[..., 1:, :], offset=1, axis1=-2, axis2=-1)


def _fwt(rows: Floats) -> Floats:
    return (_ahead(rows) - rows[..., 0, 1:]).mean(axis=-1)  # type: ignore[no-any-return]


def _fwt_without_b(rows: Floats) -> Floats:
    return _ahead(rows).mean(axis=-1)  # type: ignore[no-any-return]


def _min_acc(rows: Floats) -> Floats:
    n = rows.shape[-1]
    later = np.where(np.tri(n, k=-1, dtype=np.bool_), rows[..., 1:, :], np.inf)
    return later[..., :-1].min(axis=-2).mean(axis=-1)  # type: ignore[no-any-return]


def _wc_acc(rows: Floats) -> Floats:
    n = rows.shape[-1]
    return rows[..., -1, -1] / n + (1 - 1 / n) * _min_acc(rows)  # type: ignore[no-any-return]


def _stability(rows: Floats) -> Floats:
    learned = _learned(rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = np.maximum(0.0, learned - rows[..., -1, :]) / learned
    return 1 - lost.mean(axis=-1)  # type: ignore[no-any-return]


_ACC_LAST = Formula("mean of the last row: (1/T) sum_j R[T,j]", _last, _mean_over(_last))
_ACC_LEARN = Formula("mean of the diagonal: (1/T) sum_j R[j,j]", _diagonal, _mean_over(_diagonal))
_ACC_ANYTIME = Formula("(1/T) sum_t (1/t) sum_{j<=t} R[t,j]", _triangle, _anytime)

FORMULAS: dict[str, Formula] = {
    "acc_last": _ACC_LAST,
    "acc_learn": _ACC_LEARN,
    "acc_anytime": _ACC_ANYTIME,
    "acc_all_pairs": Formula(
        "mean of all cells with j <= t (Diaz-Rodriguez)", _triangle, _mean_over(_triangle)
    ),
    "mfn": _ACC_LAST,
    "mft": _ACC_LEARN,
    "maa": _ACC_ANYTIME,
    "bwt_gem": Formula("sum_{j<T} (R[T,j] - R[j,j]) / (T - 1)", _ends, _bwt_gem, 2),
    "bwt_over_t": Formula("the same sum over T", _ends, _bwt_over_t, 2),
    "bwt_all_pairs": Formula(
        "mean of R[t,j] - R[j,j] over all t > j (Diaz-Rodriguez)", _triangle, _bwt_all_pairs, 2
    ),
    "fm_chaudhry": Formula(
        "mean_{j<T} (max_{j<=l<T} R[l,j] - R[T,j]); may be negative",
        _triangle,
        _fm_chaudhry,
        2,
        higher_is_better=False,
    ),
    "fm_incl_last": Formula(
        "the same with the last row in the maximum; never negative",
        _triangle,
        _fm_incl_last,
        2,
        higher_is_better=False,
    ),
    "fm_first_last": Formula(
        "mean_{j<T} (R[j,j] - R[T,j]): bwt_gem with the sign turned (Avalanche)",
        _ends,
        _fm_first_last,
        2,
        higher_is_better=False,
    ),
    "fwt": Formula("sum_{j>1} (R[j-1,j] - b_j) / (T - 1), b the base", _fwt_cells, _fwt, 2),
    "fwt_without_b": Formula(
        "sum_{j>1} R[j-1,j] / (T - 1): nothing subtracted", _before_learning, _fwt_without_b, 2
    ),
    "min_acc": Formula("mean_{j<T} min_{l>j} R[l,j]", _triangle, _min_acc, 2),
    "wc_acc": Formula("R[T,T] / T + (1 - 1/T) min_acc", _triangle, _wc_acc, 2),
    "stability": Formula(
        "1 - mean_j max(0, R[j,j] - R[T,j]) / R[j,j]; this suite's own", _ends, _stability
    ),
}
"""Figures of the matrix alone. ``mfn``, ``mft`` and ``maa`` are SEFE's names of the first three.

``min_acc`` and ``wc_acc`` (the stability gap's worst case) count checkpoints after each task, not
within one. ``stability`` has no standard definition; this is the one used here.
"""


def measure(matrix: Matrix, references: References | None = None) -> dict[str, Figure]:
    """Return every figure of a matrix.

    Args:
        matrix: the scores.
        references: what some figures need beside it; those are null without.
    """
    given = references or References()
    rows = _with_guess(matrix, given)
    out = {name: _figure(formula, rows, matrix.tasks) for name, formula in FORMULAS.items()}
    out |= _against_alone(matrix, given)
    last = out["acc_last"]
    out["f1_avg"] = _f1_avg(last, given)
    for name in ("general", "instruction", "safety"):
        out[f"delta_{name}"] = _delta(getattr(given, name), name)
    return out


def _with_guess(matrix: Matrix, references: References) -> Floats:
    """Return the rows, blind guessing in the place of what the base row lacks."""
    rows = matrix.rows
    if np.isnan(rows[0]).any() and references.guess:
        guess = np.array([references.guess.get(task, np.nan) for task in matrix.tasks])
        rows[0] = np.where(np.isnan(rows[0]), guess, rows[0])
    return rows


def _figure(formula: Formula, rows: Floats, tasks: Sequence[str]) -> Figure:
    if reason := _why_not(formula, rows, tasks):
        return Figure(None, reason)
    value = float(formula.compute(rows))
    if not np.isfinite(value):
        return Figure(None, "a score of 0 stands in a denominator")
    return Figure(value)


def _why_not(formula: Formula, rows: Floats, tasks: Sequence[str]) -> str:
    """Return why a figure cannot be computed; empty if it can."""
    n = len(tasks)
    if n < formula.fewest:
        return f"needs at least {formula.fewest} tasks"
    holes = np.argwhere(formula.needs(n) & np.isnan(rows))
    if not len(holes):
        return ""
    row, column = (int(i) for i in holes[0])
    after = BASE if row == 0 else f"after {tasks[row - 1]}"
    more = f" and {len(holes) - 1} more" if len(holes) > 1 else ""
    return f"missing: {tasks[column]} {after}{more}"


def _against_alone(matrix: Matrix, references: References) -> dict[str, Figure]:
    names = ("intransigence", "plasticity")
    absent = [task for task in matrix.tasks if task not in references.alone]
    if absent:
        reason = f"needs the score of a model tuned on {absent[0]} alone"
        return dict.fromkeys(names, Figure(None, reason))
    if reason := _why_not(_ACC_LEARN, matrix.rows, matrix.tasks):
        return dict.fromkeys(names, Figure(None, reason))
    alone = np.array([references.alone[task] for task in matrix.tasks])
    learned = np.diagonal(matrix.scores)
    plasticity = (
        Figure(float((learned / alone).mean()))
        if alone.all()
        else Figure(None, "a score of 0 stands in a denominator")
    )
    return {
        "intransigence": Figure(float((alone - learned).mean())),
        "plasticity": plasticity,
    }


def _f1_avg(acc_last: Figure, references: References) -> Figure:
    if not references.general:
        return Figure(None, "needs the last scores of general-ability benchmarks")
    if acc_last.value is None:
        return Figure(None, acc_last.reason)
    general = float(np.mean([last for _, last in references.general.values()]))
    return harmonic_mean(general, acc_last.value)


def harmonic_mean(general: float, task: float) -> Figure:
    """Return GeRe's F1-Avg: the harmonic mean of general ability and average task score.

    Example:
        >>> round(harmonic_mean(60.7155, 74.0817).value, 2)
        66.74
    """
    if general < 0 or task < 0:
        return Figure(None, "a harmonic mean needs scores that are not negative")
    total = general + task
    return Figure(2 * general * task / total if total else 0.0)


def _delta(pairs: Mapping[str, tuple[float, float]], name: str) -> Figure:
    if not pairs:
        return Figure(None, f"needs base and last scores of {name} benchmarks")
    return Figure(float(np.mean([last - base for base, last in pairs.values()])))


def memory_auc(memory: Sequence[float], accuracy: Sequence[float]) -> Figure:
    """Return the mean height of the accuracy curve over memory (MEMO's AUC, per megabyte).

    The area under the piecewise linear curve is divided by the range of memory, so that the figure
    has the unit of the accuracy and curves over different ranges can be read side by side.
    ``accuracy`` is ``acc_anytime`` for AUC-A and ``acc_last`` for AUC-L.

    Args:
        memory: budgets in megabytes, models and exemplars counted together, at least two.
        accuracy: the score at each budget.

    Raises:
        ValueError: if the lengths differ, or a number is not finite.
    """
    x, y = np.asarray(memory, dtype=np.float64), np.asarray(accuracy, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"needs one accuracy a budget, got {y.size} for {x.size}")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("a budget or an accuracy is not finite")
    order = np.argsort(x)
    x, y = x[order], y[order]
    if len(x) < 2 or (np.diff(x) == 0).any():
        return Figure(None, "needs at least two different memory budgets")
    return Figure(float(np.trapezoid(y, x) / (x[-1] - x[0])))


def split_forgetting(strict: Matrix, lenient: Matrix) -> dict[str, Figure]:
    """Split backward transfer into what was lost of the format and what of the knowledge.

    Essential is ``bwt_gem`` of the lenient score (the answer was still there, in whatever form);
    superficial is what the strict score lost beyond it. The two sum to ``bwt_gem`` of the strict
    score exactly.

    Args:
        strict: scores that demand the asked form.
        lenient: scores of the same answers read without it.

    Raises:
        ValueError: if the matrices are of different tasks.
    """
    if strict.tasks != lenient.tasks:
        raise ValueError("the two matrices are of different tasks")
    formula = FORMULAS["bwt_gem"]
    whole = _figure(formula, strict.rows, strict.tasks)
    essential = _figure(formula, lenient.rows, lenient.tasks)
    if whole.value is None or essential.value is None:
        superficial = Figure(None, whole.reason or essential.reason)
    else:
        superficial = Figure(whole.value - essential.value)
    return {"bwt_strict": whole, "bwt_essential": essential, "bwt_superficial": superficial}


def average_orders(orders: Sequence[Mapping[str, Figure]]) -> dict[str, Figure]:
    """Average each figure over task orders; null if one order lacks it.

    Raises:
        ValueError: without an order, or if they have different figures.
    """
    if not orders:
        raise ValueError("there is no order to average over")
    if any(order.keys() != orders[0].keys() for order in orders):
        raise ValueError("the orders have different figures")
    out = {}
    for name in orders[0]:
        values = [order[name].value for order in orders]
        known = [v for v in values if v is not None]
        if len(known) < len(values):
            number = values.index(None)
            out[name] = Figure(None, f"order {number + 1}: {orders[number][name].reason}")
        else:
            out[name] = Figure(float(np.mean(known)))
    return out


# --- intervals -----------------------------------------------------------------------------------


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


# --- files ---------------------------------------------------------------------------------------


def read_matrix(path: Path) -> Matrix:
    """Read a matrix from ``.json`` or ``.csv``; see :func:`from_json` and :func:`from_csv`.

    Raises:
        HeptathlonError: naming the file, and the row or task at fault.
    """
    text = read_text_limited(path, max_bytes=MAX_BYTES)
    where = str(path)
    if path.suffix == ".csv":
        return from_csv(text, where=where)
    return from_json(loads_strict(text, where=where), where=where)


def from_json(data: Any, *, where: str) -> Matrix:
    """Return the matrix of ``{"tasks": [...], "rows": {"base": {...}, "<task>": {...}}}``.

    A row is named by the task that was learned last and maps tasks to scores; a score that is
    null or absent is missing, and so is a row that is absent.

    Raises:
        HeptathlonError: naming what does not fit.
    """
    if not isinstance(data, dict) or set(data) != {"tasks", "rows"}:
        raise HeptathlonError(f"{where}: a matrix is an object with the keys 'tasks' and 'rows'.")
    tasks, rows = data["tasks"], data["rows"]
    if not isinstance(tasks, list) or not tasks or not all(isinstance(t, str) for t in tasks):
        raise HeptathlonError(f"{where}: 'tasks' must be a list of names in order of learning.")
    if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        raise HeptathlonError(f"{where}: 'rows' must map each checkpoint to its scores by task.")
    return _from_rows(tasks, rows, where)


def from_csv(text: str, *, where: str) -> Matrix:
    """Return the matrix of a table whose header is ``after,<task>,…`` in order of learning.

    The first cell of a row is ``base`` or the task that was learned last; an empty cell is missing.

    Raises:
        HeptathlonError: naming what does not fit.
    """
    lines = [line for line in csv.reader(io.StringIO(text)) if line]
    if not lines or len(lines[0]) < 2 or lines[0][0].strip() != "after":
        raise HeptathlonError(f"{where}: the first line must be after,<task>,<task>,….")
    tasks = [name.strip() for name in lines[0][1:]]
    rows: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(lines[1:], start=2):
        name = line[0].strip()
        if len(line) != len(lines[0]):
            raise HeptathlonError(
                f"{where}, row {number}: has {len(line)} cells, not {len(lines[0])}."
            )
        if name in rows:
            raise HeptathlonError(f"{where}, row {number}: {name!r} has two rows; keep one.")
        rows[name] = {
            task: _number(cell, f"{where}, row {number}")
            for task, cell in zip(tasks, line[1:], strict=True)
        }
    return _from_rows(tasks, rows, where)


def _number(cell: str, where: str) -> float | None:
    if not cell.strip():
        return None
    try:
        return float(cell)
    except ValueError:
        raise HeptathlonError(f"{where}: {cell.strip()[:40]!r} is no number.") from None


def _from_rows(tasks: list[str], rows: Mapping[str, Mapping[str, Any]], where: str) -> Matrix:
    if len(set(tasks)) < len(tasks):
        raise HeptathlonError(f"{where}: a task stands twice among the tasks.")
    for name in rows:
        if name != BASE and name not in tasks:
            raise HeptathlonError(f"{where}: the row {name!r} is neither 'base' nor a task.")
    if unknown := {task for row in rows.values() for task in row} - set(tasks):
        raise HeptathlonError(f"{where}: {min(unknown)!r} is scored but is none of the tasks.")
    table = np.full((len(tasks) + 1, len(tasks)), np.nan)
    for r, name in enumerate([BASE, *tasks]):
        for c, task in enumerate(tasks):
            value = rows.get(name, {}).get(task)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise HeptathlonError(f"{where}: the score {value!r} of {task} is no number.")
            if not np.isfinite(value):
                raise HeptathlonError(f"{where}: the score of {task} is not finite; leave it out.")
            table[r, c] = value
    return Matrix(tuple(tasks), table[1:], table[0])
