"""Every figure of a matrix, with what some of them need beside it, and the split of forgetting."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from heptathlon.scorers.continual.formulas import (
    FORMULAS,
    MEMORY,
    NO_DENOMINATOR,
    OWN,
    diagonal,
    figure_of,
    last,
    triangle,
    why_not,
)
from heptathlon.scorers.continual.matrix import Figure, Floats, Matrix

BESIDE = {
    "a_bar": ("mean over stages t of the accuracy on all documents of the tasks up to t", "code of "
              "PILOT"),
    "a_b": ("accuracy on all documents after the last task", "code of PILOT"),
    "intransigence": ("mean_j (a_j - R[j,j]), a_j the score of a model tuned on j alone", MEMORY),
    "fwt_single": ("mean_j (R[j,j] - a_j): what SAPT calls FWT; minus intransigence", "code of "
                   "SAPT"),
    "plasticity": ("mean_j R[j,j] / a_j", OWN),
    "f1_avg": ("harmonic mean of general ability and acc_last", "GeRe's published figures, "
               "recomputed"),
    "delta_general": ("mean change of general benchmarks, base to last", MEMORY),
    "delta_instruction": ("the same for instruction following", MEMORY),
    "delta_safety": ("the same for safety", MEMORY),
}  # fmt: skip
"""What the figures that need more than the matrix say, and where their definitions are from."""


@dataclass(frozen=True)
class References:
    """What some figures need beside the matrix.

    Attributes:
        alone: score on each task of a model tuned on it alone, by task. Scores of one tuned jointly
            on all tasks give figures of the same name that are other numbers: say which they are.
        sizes: test documents by task.
        guess: score of blind guessing by task, which stands in for a missing base row in ``fwt``.
        general: (base, last) score of each general-ability benchmark, by name.
        instruction: the same for benchmarks of instruction following.
        safety: the same for benchmarks of safety.
    """

    alone: Mapping[str, float] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    guess: Mapping[str, float] = field(default_factory=dict)
    general: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    instruction: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    safety: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def measure(matrix: Matrix, references: References | None = None) -> dict[str, Figure]:
    """Return every figure of a matrix.

    Args:
        matrix: the scores.
        references: what some figures need beside it; those are null without.
    """
    given = references or References()
    rows = _with_guess(matrix, given)
    out = {name: figure_of(formula, rows, matrix.tasks) for name, formula in FORMULAS.items()}
    out |= _micro(matrix, given)
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


def _against_alone(matrix: Matrix, references: References) -> dict[str, Figure]:
    names = ("intransigence", "fwt_single", "plasticity")
    absent = [task for task in matrix.tasks if task not in references.alone]
    reason = f"needs the score of a model tuned on {absent[0]} alone" if absent else ""
    if reason := reason or why_not(diagonal, 1, matrix.rows, matrix.tasks):
        return dict.fromkeys(names, Figure(None, reason))
    alone = np.array([references.alone[task] for task in matrix.tasks])
    learned = np.diagonal(matrix.scores)
    behind = float((alone - learned).mean())
    plasticity = (
        Figure(float((learned / alone).mean())) if alone.all() else Figure(None, NO_DENOMINATOR)
    )
    return {
        "intransigence": Figure(behind),
        "fwt_single": Figure(-behind),
        "plasticity": plasticity,
    }


def _micro(matrix: Matrix, references: References) -> dict[str, Figure]:
    """Return the accuracies over all classes seen, in which a task counts by its test documents."""
    absent = [task for task in matrix.tasks if task not in references.sizes]
    reason = f"needs the number of test documents of {absent[0]}" if absent else ""
    out = {}
    for name, needs in (("a_bar", triangle), ("a_b", last)):
        if missing := reason or why_not(needs, 1, matrix.rows, matrix.tasks):
            out[name] = Figure(None, missing)
            continue
        sizes = np.array([float(references.sizes[task]) for task in matrix.tasks])
        seen = np.tri(len(sizes)) * sizes
        stages = (seen * np.nan_to_num(matrix.scores)).sum(axis=1) / seen.sum(axis=1)
        out[name] = Figure(float(stages.mean() if name == "a_bar" else stages[-1]))
    return out


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
    whole = figure_of(formula, strict.rows, strict.tasks)
    essential = figure_of(formula, lenient.rows, lenient.tasks)
    if whole.value is None or essential.value is None:
        superficial = Figure(None, whole.reason or essential.reason)
    else:
        superficial = Figure(whole.value - essential.value)
    return {"bwt_strict": whole, "bwt_essential": essential, "bwt_superficial": superficial}


def says() -> dict[str, str]:
    """Return each figure's formula in words."""
    return {name: f.says for name, f in FORMULAS.items()} | {n: s for n, (s, _) in BESIDE.items()}


def sources() -> dict[str, str]:
    """Return where each figure's formula is from."""
    return {name: f.source for name, f in FORMULAS.items()} | {n: s for n, (_, s) in BESIDE.items()}


def by_stage(matrix: Matrix) -> dict[str, list[float | None]]:
    """Return curves over the stages, None where a cell is missing.

    Returns:
        ``acc``: mean over the tasks up to the stage. ``fm``: mean over the tasks before it of the
        best earlier score less that of the stage (``fm_incl_last`` of the matrix cut there).
    """
    out: dict[str, list[float | None]] = {"acc": [], "fm": []}
    for stage in range(1, len(matrix.tasks) + 1):
        part = Matrix(matrix.tasks[:stage], matrix.scores[:stage, :stage], matrix.base[:stage])
        for name, figure in (("acc", "acc_last"), ("fm", "fm_incl_last")):
            out[name].append(figure_of(FORMULAS[figure], part.rows, part.tasks).value)
    return out


def by_interval(matrix: Matrix) -> list[float | None]:
    """Return the mean score by the number of tasks learned since, from 0 to T - 1.

    It is None where no cell is known: what is missing is left out of a mean here, because intervals
    have different numbers of cells anyway.
    """
    out: list[float | None] = []
    for since in range(len(matrix.tasks)):
        cells = np.diagonal(matrix.scores, offset=-since)
        known = cells[~np.isnan(cells)]
        out.append(float(known.mean()) if known.size else None)
    return out
