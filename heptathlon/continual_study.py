"""The first kind of study: what a sequence of checkpoints forgets (``kind: continual``).

Rows are the base model and the checkpoint after each task, columns the tasks in the same order. For
each metric of the documents (of the stream: strict, parsed, lenient, reasoning and its parts) there
is one matrix with every figure of :mod:`heptathlon.scorers.continual`.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from heptathlon import scorecard
from heptathlon.errors import HeptathlonError
from heptathlon.scorecard import SEED
from heptathlon.scorers import continual
from heptathlon.scorers.continual import Figure, Matrix, TaskScores
from heptathlon.study import Row, Study
from heptathlon.tasks import catalog

RESAMPLES = 2_000
STRICT, LENIENT, REASONING = "strict", "lenient", "reasoning"


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FigureCard(_Closed):
    """A figure with its interval; see :class:`heptathlon.scorers.continual.Figure`."""

    value: float | None = Field(allow_inf_nan=False)
    reason: str = ""
    low: float | None = Field(default=None, allow_inf_nan=False)
    high: float | None = Field(default=None, allow_inf_nan=False)


class MetricCard(_Closed):
    """One metric's matrix and figures.

    Attributes:
        metric: name of the metric in the verdicts.
        base: scores of the base model by task; None where it was not run.
        scores: scores after each task, in order; None where a cell is missing.
        figures: every figure by name.
    """

    metric: str
    base: list[float | None]
    scores: list[list[float | None]]
    figures: dict[str, FigureCard]


class ContinualCard(_Closed):
    """A continual study, scored.

    Attributes:
        study: its title.
        tasks: the tasks in the order of learning.
        checkpoints: names of the base (empty if there is none) and of the checkpoint after each
            task (empty for a missing one).
        documents: documents by task.
        metrics: the matrices by metric.
        split: backward transfer of the strict score and its essential and superficial parts.
        apart: backward transfer of the lenient answers less that of the reasoning: below 0 if
            answers were forgotten more than reasoning.
        says: the formula of each figure.
        higher_is_better: whether a higher value of a figure is better.
    """

    schema_version: Literal[1] = 1
    kind: Literal["continual"] = "continual"
    study: str
    tasks: list[str]
    checkpoints: list[str]
    documents: dict[str, int]
    metrics: dict[str, MetricCard]
    split: dict[str, FigureCard]
    apart: FigureCard
    says: dict[str, str]
    higher_is_better: dict[str, bool]


class ContinualKind:
    """Base model and checkpoints in the order of the tasks."""

    name: ClassVar[str] = "continual"

    def check(self, study: Study) -> None:
        """Refuse checkpoints that do not go with the tasks.

        Raises:
            HeptathlonError: for a checkpoint after a task that is not in the study, or two
                checkpoints after the same one, or two base models.
        """
        seen: dict[str | None, str] = {}
        for checkpoint in study.checkpoints:
            after = checkpoint.after
            if after is not None and after not in study.tasks:
                raise HeptathlonError(
                    f"The checkpoint {checkpoint.name!r} comes after {after!r}, which is none of "
                    "the study's tasks."
                )
            if after in seen:
                place = f"after {after}" if after else "the base model (no 'after')"
                raise HeptathlonError(
                    f"The checkpoints {seen[after]!r} and {checkpoint.name!r} are both {place}; "
                    "a study has one row for each."
                )
            seen[after] = checkpoint.name
        for task in {**study.references.alone, **study.references.guess}:
            if task not in study.tasks:
                raise HeptathlonError(f"The references name {task!r}, none of the study's tasks.")

    def score(self, study: Study, rows: Sequence[Row]) -> ContinualCard:
        """Return the matrices, their figures with intervals, and the split of forgetting."""
        by_place = {row.checkpoint.after: row for row in rows}
        ordered = [by_place.get(after) for after in (None, *study.tasks)]
        tasks = study.tasks
        scores = {m: [_scores(task, m, ordered) for task in tasks] for m in _metrics(study, rows)}
        references = continual.References(**study.references.model_dump())
        resampled = {m: _resampled(s) for m, s in scores.items()}
        matrices = {m: continual.matrix_of(tasks, s) for m, s in scores.items()}
        cards = {}
        for metric, matrix in matrices.items():
            figures = continual.measure(matrix, references)
            rows_of = resampled[metric]
            if rows_of is not None:
                figures = continual.with_intervals(figures, tasks, rows_of)
            cards[metric] = MetricCard(
                metric=metric,
                base=_cells(matrix.base),
                scores=[_cells(row) for row in matrix.scores],
                figures={name: _card(figure) for name, figure in figures.items()},
            )
        split, apart = _comparisons(matrices, resampled)
        return ContinualCard(
            study=study.study,
            tasks=list(tasks),
            checkpoints=[row.checkpoint.name if row else "" for row in ordered],
            documents={
                task: one.values.shape[1]
                for task, one in zip(tasks, next(iter(scores.values())), strict=True)
            },
            metrics=cards,
            split={name: _card(figure) for name, figure in split.items()},
            apart=_card(apart),
            says={name: formula.says for name, formula in continual.FORMULAS.items()},
            higher_is_better={n: f.higher_is_better for n, f in continual.FORMULAS.items()},
        )


def _metrics(study: Study, rows: Sequence[Row]) -> list[str]:
    """Return the metrics that every document of the study has, or else its families' headline."""
    having = [
        set(one.verdict.metrics) for row in rows for ones in row.scored.values() for one in ones
    ]
    first = next(one for row in rows for ones in row.scored.values() for one in ones)
    common = set.intersection(*having)
    shared = [name for name in first.verdict.metrics if name in common]
    if shared:
        return shared
    families = sorted({catalog.task_data(task).family.name for task in study.tasks})
    raise HeptathlonError(
        f"The study's tasks ({', '.join(families)}) have no metric in common; make one study of "
        "each form of question."
    )


def _scores(task: str, metric: str, ordered: Sequence[Row | None]) -> TaskScores:
    """Return one task's documents under every checkpoint; NaN where a checkpoint was not run."""
    known = [row.scored[task] for row in ordered if row and task in row.scored]
    if not known:
        raise HeptathlonError(f"{task}: no checkpoint of the study was run on it.")
    table = np.full((len(ordered), len(known[0])), np.nan)
    for place, row in enumerate(ordered):
        if row and task in row.scored:
            table[place] = scorecard.columns([metric], row.scored[task])[:, 0]
    return TaskScores(table, scorecard.clusters(known[0]))


def _resampled(scores: Sequence[TaskScores]) -> NDArray[np.float64] | None:
    """Return resampled matrices; None where a task has too few documents for an interval.

    The seed is the same for every metric, and so are the documents drawn: figures of two metrics
    can be subtracted within a resample.
    """
    if any(len(np.unique(one.clusters)) < 2 for one in scores):
        return None
    return continual.resampled_rows(scores, resamples=RESAMPLES, seed=SEED)


def _comparisons(
    matrices: dict[str, Matrix], resampled: dict[str, NDArray[np.float64] | None]
) -> tuple[dict[str, Figure], Figure]:
    """Return the split of forgetting by form and knowledge, and by answer and reasoning."""
    if not {STRICT, LENIENT, REASONING} <= matrices.keys():
        reason = "the study's tasks have no strict, lenient and reasoning score"
        return {}, Figure(None, reason)
    compute = continual.FORMULAS["bwt_gem"].compute
    split = continual.split_forgetting(matrices[STRICT], matrices[LENIENT])
    answers = continual.measure(matrices[LENIENT])["bwt_gem"]
    reasons = continual.measure(matrices[REASONING])["bwt_gem"]
    apart = answers
    if answers.value is not None and reasons.value is not None:
        apart = Figure(answers.value - reasons.value)
    drawn = {m: resampled[m] for m in (STRICT, LENIENT, REASONING)}
    if apart.value is None or any(d is None for d in drawn.values()):
        return split, apart
    changes = {m: compute(d) for m, d in drawn.items() if d is not None}
    samples = {
        "bwt_strict": changes[STRICT],
        "bwt_essential": changes[LENIENT],
        "bwt_superficial": changes[STRICT] - changes[LENIENT],
    }
    for name, values in samples.items():
        low, high = continual.percentiles(values)
        split[name] = Figure(split[name].value, low=low, high=high)
    low, high = continual.percentiles(changes[LENIENT] - changes[REASONING])
    return split, Figure(apart.value, low=low, high=high)


def _cells(row: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(x) else float(x) for x in row]


def _card(figure: Figure) -> FigureCard:
    return FigureCard(**asdict(figure))
