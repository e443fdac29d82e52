"""The formulas: which cells of the matrix each rests on, how it is computed, and who says so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from heptathlon.scorers.continual.matrix import BASE, Cells, Figure, Floats

MEMORY = "from memory: the paper could not be read"
OWN = "this suite's own"
NO_DENOMINATOR = "a score of 0 stands in a denominator"


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
        source: where the definition is from; see ``FORMULAS``.
    """

    says: str
    needs: Callable[[int], Cells]
    compute: Callable[[Floats], Floats]
    fewest: int = 1
    higher_is_better: bool = True
    source: str = OWN


# --- which cells a figure rests on ---------------------------------------------------------------


def _with_base(cells: Cells) -> Cells:
    return np.concatenate([np.zeros((1, len(cells)), dtype=np.bool_), cells])


def last(n: int) -> Cells:
    """Return the last row."""
    out = np.zeros((n + 1, n), dtype=np.bool_)
    out[n] = True
    return out


def diagonal(n: int) -> Cells:
    """Return the cells of each task right after it was learned."""
    return _with_base(np.eye(n, dtype=np.bool_))


def triangle(n: int) -> Cells:
    """Return the cells of tasks that were learned already."""
    return _with_base(np.tri(n, dtype=np.bool_))


def _all_but_base(n: int) -> Cells:
    return _with_base(np.ones((n, n), dtype=np.bool_))


def _everything(n: int) -> Cells:
    return np.ones((n + 1, n), dtype=np.bool_)


def _ends(n: int) -> Cells:
    return last(n) | diagonal(n)


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


def _fm_any_earlier(rows: Floats) -> Floats:
    lost = rows[..., 1:-1, :-1].max(axis=-2) - rows[..., -1, :-1]
    return lost.mean(axis=-1)  # type: ignore[no-any-return]


def _fm_any_or_base(rows: Floats) -> Floats:
    lost = rows[..., :-1, :-1].max(axis=-2) - rows[..., -1, :-1]
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


_ACC_LAST = Formula(
    "mean of the last row: (1/T) sum_j R[T,j]",
    last,
    _mean_over(last),
    source="code of MLLM-CTBench",
)
_ACC_LEARN = Formula(
    "mean of the diagonal: (1/T) sum_j R[j,j]",
    diagonal,
    _mean_over(diagonal),
    source="definition shared by MCITlib and UCIT",
)
_ACC_ANYTIME = Formula(
    "(1/T) sum_t (1/t) sum_{j<=t} R[t,j]",
    triangle,
    _anytime,
    source="definition shared by MCITlib and UCIT",
)

FORMULAS: dict[str, Formula] = {
    "acc_last": _ACC_LAST,
    "acc_learn": _ACC_LEARN,
    "acc_anytime": _ACC_ANYTIME,
    "acc_all_pairs": Formula(
        "mean of all cells with j <= t (Diaz-Rodriguez)",
        triangle,
        _mean_over(triangle),
        source="code of Continuum 1.2.7",
    ),
    "mfn": _ACC_LAST,
    "mft": _ACC_LEARN,
    "maa": _ACC_ANYTIME,
    "bwt_gem": Formula(
        "sum_{j<T} (R[T,j] - R[j,j]) / (T - 1)",
        _ends,
        _bwt_gem,
        2,
        source="code of Mammoth and MLLM-CTBench",
    ),
    "bwt_over_t": Formula("the same sum over T", _ends, _bwt_over_t, 2, source="code of SAPT"),
    "bwt_all_pairs": Formula(
        "mean of R[t,j] - R[j,j] over all t > j (Diaz-Rodriguez)",
        triangle,
        _bwt_all_pairs,
        2,
        source="description in Continuum 1.2.7, whose loop leaves pairs out",
    ),
    "fm_chaudhry": Formula(
        "mean_{j<T} (max_{j<=l<T} R[l,j] - R[T,j]); may be negative",
        triangle,
        _fm_chaudhry,
        2,
        higher_is_better=False,
        source=MEMORY,
    ),
    "fm_any_earlier": Formula(
        "the same with the maximum over all rows before the last, 1 <= l < T, those before the "
        "task was learned included",
        _all_but_base,
        _fm_any_earlier,
        2,
        higher_is_better=False,
        source="code of SAPT",
    ),
    "fm_any_or_base": Formula(
        "the same with the base among them, 0 <= l < T",
        _everything,
        _fm_any_or_base,
        2,
        higher_is_better=False,
    ),
    "fm_incl_last": Formula(
        "the maximum from the task's own row on, the last row included; never negative",
        triangle,
        _fm_incl_last,
        2,
        higher_is_better=False,
        source="code of Mammoth and PILOT",
    ),
    "fm_first_last": Formula(
        "mean_{j<T} (R[j,j] - R[T,j]): bwt_gem with the sign turned",
        _ends,
        _fm_first_last,
        2,
        higher_is_better=False,
        source="code of Avalanche 0.6.0",
    ),
    "fwt": Formula(
        "sum_{j>1} (R[j-1,j] - b_j) / (T - 1), b the base; GEM's, and not fwt_single",
        _fwt_cells,
        _fwt,
        2,
        source="code of Mammoth",
    ),
    "fwt_without_b": Formula(
        "sum_{j>1} R[j-1,j] / (T - 1): nothing subtracted",
        _before_learning,
        _fwt_without_b,
        2,
        source="code of Continuum 1.2.7",
    ),
    "min_acc": Formula("mean_{j<T} min_{l>j} R[l,j]", triangle, _min_acc, 2, source=MEMORY),
    "wc_acc": Formula("R[T,T] / T + (1 - 1/T) min_acc", triangle, _wc_acc, 2, source=MEMORY),
    "stability": Formula("1 - mean_j max(0, R[j,j] - R[T,j]) / R[j,j]", _ends, _stability),
}
"""Figures of the matrix alone. ``mfn``, ``mft`` and ``maa`` are SEFE's names of the first three.

``source`` says whose published code or definition was read and agrees; ``MEMORY`` that the paper
could not be read and the formula stands as it is remembered; ``OWN`` that it is this suite's.
``min_acc`` and ``wc_acc`` (the stability gap's worst case) count checkpoints after each task, not
within one. Two figures are called FWT in the literature; ``fwt`` is GEM's, ``fwt_single`` SAPT's.
"""


def figure_of(formula: Formula, rows: Floats, tasks: Sequence[str]) -> Figure:
    """Return a figure of a matrix's rows, or why there is none."""
    if reason := why_not(formula.needs, formula.fewest, rows, tasks):
        return Figure(None, reason)
    value = float(formula.compute(rows))
    return Figure(value) if np.isfinite(value) else Figure(None, NO_DENOMINATOR)


def why_not(needs: Callable[[int], Cells], fewest: int, rows: Floats, tasks: Sequence[str]) -> str:
    """Return why a figure cannot be computed; empty if it can."""
    n = len(tasks)
    if n < fewest:
        return f"needs at least {fewest} tasks"
    holes = np.argwhere(needs(n) & np.isnan(rows))
    if not len(holes):
        return ""
    row, column = (int(i) for i in holes[0])
    after = BASE if row == 0 else f"after {tasks[row - 1]}"
    more = f" and {len(holes) - 1} more" if len(holes) > 1 else ""
    return f"missing: {tasks[column]} {after}{more}"
