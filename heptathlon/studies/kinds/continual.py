"""What a sequence of checkpoints forgets (``kind: continual``).

Rows are the base model and the checkpoint after each task, columns the tasks in the same order. For
each metric of the documents (of the stream: strict, parsed, lenient, reasoning and its parts) there
is one matrix with every figure of :mod:`heptathlon.scorers.continual`. Where a judge was asked
(``heptathlon judge``), its score is one more metric, ``judged``, which carries the judge's name.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from heptathlon.errors import HeptathlonError
from heptathlon.scorers import continual
from heptathlon.scorers.continual import Figure, Matrix, TaskScores
from heptathlon.scoring import judging, scorecard
from heptathlon.scoring.judging import Judge
from heptathlon.scoring.scorecard import SEED
from heptathlon.studies.files import Card, Closed, Member, Study
from heptathlon.studies.kinds import Kind
from heptathlon.studies.rows import Row
from heptathlon.tasks import catalog

RESAMPLES = 2_000
STRICT, LENIENT, REASONING, JUDGED = "strict", "lenient", "reasoning", "judged"


class Checkpoint(Member):
    """A model on its way.

    Attributes:
        after: the task that it was tuned on last; None for the base model.
    """

    after: str | None = None


class References(Closed):
    """Scores from elsewhere that some figures need; see ``scorers/continual.py``.

    Attributes:
        alone: score on each task of a model tuned on it alone.
        guess: score of blind guessing by task.
        general: [base, last] score of each general benchmark; likewise the other two.
    """

    alone: dict[str, float] = Field(default={})
    guess: dict[str, float] = Field(default={})
    general: dict[str, tuple[float, float]] = Field(default={})
    instruction: dict[str, tuple[float, float]] = Field(default={})
    safety: dict[str, tuple[float, float]] = Field(default={})


class ContinualStudy(Study):
    """A base model and its checkpoints; ``tasks`` are in the order in which they were learned.

    Attributes:
        checkpoints: the base model, where there is one, and the checkpoints.
        references: scores from elsewhere.
        method: how the models were tuned, in a word or two, for a board of studies.
        base: the model that was tuned, likewise.
        order: the order of the tasks, likewise.
    """

    checkpoints: tuple[Checkpoint, ...] = Field(min_length=1)
    references: References = References()
    method: str = Field(default="", max_length=80)
    base: str = Field(default="", max_length=200)
    order: str = Field(default="", max_length=80)

    @property
    def members(self) -> tuple[Checkpoint, ...]:
        """The checkpoints."""
        return self.checkpoints


class FigureCard(Closed):
    """A figure with its interval; see :class:`heptathlon.scorers.continual.Figure`."""

    value: float | None = Field(allow_inf_nan=False)
    reason: str = ""
    low: float | None = Field(default=None, allow_inf_nan=False)
    high: float | None = Field(default=None, allow_inf_nan=False)


class MetricCard(Closed):
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


class JudgeCard(Judge):
    """Whose opinion the metric ``judged`` is.

    Attributes:
        left_out: documents by task that have no score under some checkpoint, because the judge's
            reply could not be read; they are left out under all.
    """

    left_out: dict[str, int]


class ContinualCard(Card):
    """A continual study, scored.

    Attributes:
        tasks: the tasks in the order of learning.
        checkpoints: names of the base (empty if there is none) and of the checkpoint after each
            task (empty for a missing one).
        documents: documents by task.
        metrics: the matrices by metric.
        split: backward transfer of the strict score and its essential and superficial parts.
        apart: backward transfer of the lenient answers less that of the reasoning: below 0 if
            answers were forgotten more than reasoning.
        apart_by: the metric that stands for the reasoning there: ``reasoning``, which is checked
            against facts, or else ``judged``; empty if there is neither.
        judge: whose opinion ``judged`` is; None if no judge was asked.
        says: the formula of each figure.
        sources: where each formula is from.
        method: how the models were tuned; likewise ``base`` and ``order`` of the study's file.
        higher_is_better: whether a higher value of a figure is better.
    """

    schema_version: Literal[1] = 1
    kind: Literal["continual"] = "continual"
    tasks: list[str]
    checkpoints: list[str]
    documents: dict[str, int]
    metrics: dict[str, MetricCard]
    split: dict[str, FigureCard]
    apart: FigureCard
    apart_by: str = ""
    judge: JudgeCard | None = None
    says: dict[str, str]
    sources: dict[str, str] = Field(default={})
    method: str = ""
    base: str = ""
    order: str = ""
    higher_is_better: dict[str, bool]


class Continual(Kind[ContinualStudy, ContinualCard]):
    """Base model and checkpoints in the order of the tasks."""

    name = "continual"
    says = "what a sequence of checkpoints learns and forgets, task after task"
    file = ContinualStudy
    card = ContinualCard

    def check(self, study: ContinualStudy) -> None:
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

    def score_rows(self, study: ContinualStudy, rows: Sequence[Row[Checkpoint]]) -> ContinualCard:
        """Return the matrices, their figures with intervals, and the split of forgetting."""
        by_place = {row.member.after: row for row in rows}
        ordered = [by_place.get(after) for after in (None, *study.tasks)]
        tasks = study.tasks
        scores = {m: [_scores(task, m, ordered) for task in tasks] for m in _metrics(study, rows)}
        judge, readable = _judge(tasks, ordered)
        if judge:
            scores[JUDGED] = [
                _judged(task, ordered, judge, mask)
                for task, mask in zip(tasks, readable, strict=True)
            ]
        documents = {
            task: one.values.shape[1]
            for task, one in zip(tasks, next(iter(scores.values())), strict=True)
        }
        references = continual.References(**study.references.model_dump(), sizes=documents)
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
        by = next((m for m in (REASONING, JUDGED) if m in scores), "")
        apart = _apart(scores, by, readable)
        return ContinualCard(
            study=study.study,
            method=study.method,
            base=study.base,
            order=study.order,
            tasks=list(tasks),
            checkpoints=[row.member.name if row else "" for row in ordered],
            documents=documents,
            metrics=cards,
            split={n: _card(figure) for n, figure in _split(matrices, resampled).items()},
            apart=_card(apart),
            apart_by="" if apart.value is None else by,
            judge=judge,
            says=continual.says(),
            sources=continual.sources(),
            higher_is_better={n: f.higher_is_better for n, f in continual.FORMULAS.items()},
        )


def _metrics(study: Study, rows: Sequence[Row[Checkpoint]]) -> list[str]:
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


def _scores(task: str, metric: str, ordered: Sequence[Row[Checkpoint] | None]) -> TaskScores:
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


def _judge(
    tasks: Sequence[str], ordered: Sequence[Row[Checkpoint] | None]
) -> tuple[JudgeCard | None, list[NDArray[np.bool_]]]:
    """Return who judged the study, and which documents of each task have a score throughout.

    Raises:
        HeptathlonError: if two cells were judged by two judges, or by two prompts.
    """
    first: tuple[Judge, str] | None = None
    readable, left_out = [], {}
    for task in tasks:
        known = next(row.scored[task] for row in ordered if row and task in row.scored)
        items = [str(one.sample.doc["item_id"]) for one in known]
        mask = np.ones(len(items), dtype=np.bool_)
        for row in ordered:
            if row is None or task not in row.judged:
                continue
            judge, opinions = row.judged[task]
            here = f"{task} of {row.member.name}"
            first = first or (judge, here)
            if judge != first[0]:
                raise HeptathlonError(
                    f"{first[1]} was judged by {first[0].judged_by} and {here} by "
                    f"{judge.judged_by}, or by another prompt or server; judge both alike."
                )
            mask &= np.array([opinions[item].score is not None for item in items])
        readable.append(mask)
        left_out[task] = int((~mask).sum())
    if first is None:
        return None, readable
    return JudgeCard(**first[0].model_dump(), left_out=left_out), readable


def _judged(
    task: str,
    ordered: Sequence[Row[Checkpoint] | None],
    judge: JudgeCard,
    readable: NDArray[np.bool_],
) -> TaskScores:
    """Return a judge's scores, from 0 to 1; NaN where a checkpoint was not judged.

    Documents without a score are left out under every checkpoint, so that the same ones are
    compared; if none is left, nothing is known.
    """
    highest = judging.rubric_of(judge.rubric).highest
    known = next(row.scored[task] for row in ordered if row and task in row.scored)
    table = np.full((len(ordered), len(known)), np.nan)
    for place, row in enumerate(ordered):
        if row and task in row.judged:
            opinions = row.judged[task][1]
            scores = [opinions[str(one.sample.doc["item_id"])].score for one in known]
            table[place] = [np.nan if score is None else score / highest for score in scores]
    return _part(TaskScores(table, scorecard.clusters(known)), readable)


def _part(scores: TaskScores, mask: NDArray[np.bool_]) -> TaskScores:
    """Return the scores of some documents; all of them as unknown if none is left."""
    if not mask.any():
        return TaskScores(np.full_like(scores.values, np.nan), scores.clusters)
    return TaskScores(scores.values[:, mask], scores.clusters[mask])


def _split(
    matrices: dict[str, Matrix], resampled: dict[str, NDArray[np.float64] | None]
) -> dict[str, Figure]:
    """Return the split of forgetting by form and knowledge."""
    if not {STRICT, LENIENT} <= matrices.keys():
        return {}
    split = continual.split_forgetting(matrices[STRICT], matrices[LENIENT])
    strict, lenient = resampled[STRICT], resampled[LENIENT]
    if strict is None or lenient is None or split["bwt_strict"].value is None:
        return split
    compute = continual.FORMULAS["bwt_gem"].compute
    samples = {
        "bwt_strict": compute(strict),
        "bwt_essential": compute(lenient),
        "bwt_superficial": compute(strict) - compute(lenient),
    }
    for name, values in samples.items():
        low, high = continual.percentiles(values)
        split[name] = Figure(split[name].value, low=low, high=high)
    return split


def _apart(
    scores: dict[str, list[TaskScores]], by: str, readable: Sequence[NDArray[np.bool_]]
) -> Figure:
    """Return the backward transfer of the lenient answers less that of the reasoning."""
    if LENIENT not in scores or not by:
        return Figure(None, "the study's tasks have no lenient and no reasoning score")
    answers, reasons = scores[LENIENT], scores[by]
    if by == JUDGED:
        answers = [_part(one, mask) for one, mask in zip(answers, readable, strict=True)]
    tasks = [str(place) for place in range(len(answers))]
    answered = continual.measure(continual.matrix_of(tasks, answers))["bwt_gem"]
    reasoned = continual.measure(continual.matrix_of(tasks, reasons))["bwt_gem"]
    if answered.value is None or reasoned.value is None:
        return Figure(None, answered.reason or reasoned.reason)
    value = answered.value - reasoned.value
    drawn = _resampled(answers), _resampled(reasons)
    if drawn[0] is None or drawn[1] is None:
        return Figure(value)
    compute = continual.FORMULAS["bwt_gem"].compute
    low, high = continual.percentiles(compute(drawn[0]) - compute(drawn[1]))
    return Figure(value, low=low, high=high)


def _cells(row: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(x) else float(x) for x in row]


def _card(figure: Figure) -> FigureCard:
    return FigureCard(**asdict(figure))


KIND = Continual()
