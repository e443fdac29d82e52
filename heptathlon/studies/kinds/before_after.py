"""Before and after an edit, of any two runs (``kind: before_after``): what fell, what was kept.

A study names sets of documents: those whose memory should be gone, and those that should be as they
were (neighbours, utility). Of each it gives medians with their median absolute deviation, as the
studies on memorised images do, and the paired change of the mean.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from heptathlon.errors import HeptathlonError
from heptathlon.scorers import stats
from heptathlon.scorers.traces import edits
from heptathlon.scoring import scorecard
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.studies.files import Card, Closed, Member, Study
from heptathlon.studies.kinds import Kind
from heptathlon.studies.rows import Row
from heptathlon.studies.trained import Estimate, estimate


class Part(Closed):
    """A set of documents.

    Attributes:
        tasks: the study's tasks that it is taken from.
        metric: the metric of their verdicts.
        where: record fields that a document must have with this value, such as ``forget: true``.
        wanted: whether the score should fall, or stay.
        chance: score without any knowledge; what lies above it can be kept.
    """

    tasks: tuple[str, ...] = Field(min_length=1)
    metric: str
    where: Mapping[str, str | int | float | bool] = Field(default={})
    wanted: Literal["down", "kept"]
    chance: float = 0.0


class BeforeAfterStudy(Study):
    """Two runs and the sets of documents by which they are compared.

    Attributes:
        before: the run before the edit.
        after: the run after it.
        sets: the sets by name.
    """

    before: Member
    after: Member
    sets: dict[str, Part] = Field(min_length=1)

    @property
    def members(self) -> tuple[Member, ...]:
        """Both runs."""
        return (self.before, self.after)


class Median(Closed):
    """A median with its median absolute deviation."""

    median: float = Field(allow_inf_nan=False)
    mad: float = Field(allow_inf_nan=False)


class SetCard(Closed):
    """One set before and after.

    Attributes:
        wanted: whether the score should fall, or stay.
        metric: the metric.
        documents: number of documents.
        before: median before.
        after: median after.
        mean_before: mean before.
        mean_after: mean after.
        change: after less before, paired by document.
        fallen: share of the documents whose score fell.
        risen: share of them whose score rose.
        kept: share of what lay above chance that is left; None if nothing did.
    """

    wanted: Literal["down", "kept"]
    metric: str
    documents: int
    before: Median
    after: Median
    mean_before: float
    mean_after: float
    change: Estimate
    fallen: float
    risen: float
    kept: float | None = None


class BeforeAfterCard(Card):
    """A study of an edit, scored.

    Attributes:
        before: name of the run before.
        after: name of the run after.
        sets: the sets by name.
    """

    schema_version: Literal[1] = 1
    kind: Literal["before_after"] = "before_after"
    before: str
    after: str
    sets: dict[str, SetCard]


class BeforeAfter(Kind[BeforeAfterStudy, BeforeAfterCard]):
    """Two runs of the same items."""

    name = "before_after"
    says = "what an edit removed, and what it left as it was"
    file = BeforeAfterStudy
    card = BeforeAfterCard

    def check(self, study: BeforeAfterStudy) -> None:
        """Refuse sets of tasks that the study does not ask.

        Raises:
            HeptathlonError: naming the set and the task.
        """
        for name, part in study.sets.items():
            for task in part.tasks:
                if task not in study.tasks:
                    raise HeptathlonError(f"The set {name!r} names {task!r}, none of the tasks.")

    def score_rows(self, study: BeforeAfterStudy, rows: Sequence[Row[Member]]) -> BeforeAfterCard:
        """Return every set's change."""
        before, after = rows
        return BeforeAfterCard(
            study=study.study,
            before=before.member.name,
            after=after.member.name,
            sets={name: _set(name, part, before, after) for name, part in study.sets.items()},
        )


def _set(name: str, part: Part, before: Row[Member], after: Row[Member]) -> SetCard:
    first, last = (_chosen(part, row) for row in (before, after))
    if not first:
        raise HeptathlonError(f"The set {name!r} holds no document; correct its 'where'.")
    if any(part.metric not in one.verdict.metrics for one in first):
        raise HeptathlonError(
            f"The set {name!r} asks for the metric {part.metric!r}, which its documents lack; they "
            f"have {', '.join(first[0].verdict.metrics)}."
        )
    x, y = (scorecard.columns([part.metric], ones)[:, 0] for ones in (first, last))
    change = edits.change(x, y)
    paired = stats.paired(y, x, scorecard.clusters(first))
    return SetCard(
        wanted=part.wanted,
        metric=part.metric,
        documents=len(first),
        before=_median(change.before),
        after=_median(change.after),
        mean_before=float(np.mean(x)),
        mean_after=float(np.mean(y)),
        change=estimate(paired.difference),
        fallen=change.fallen or 0.0,
        risen=change.risen or 0.0,
        kept=edits.kept(float(np.mean(x)), float(np.mean(y)), part.chance),
    )


def _median(spread: edits.Spread | None) -> Median:
    if spread is None:
        raise ValueError("a set without documents was refused before")
    return Median(median=spread.median, mad=spread.mad)


def _chosen(part: Part, row: Row[Member]) -> list[ScoredSample]:
    asked = [one for task in part.tasks for one in row.scored.get(task, [])]
    return [one for one in asked if _fits(one.sample.doc, part.where)]


def _fits(doc: Mapping[str, object], where: Mapping[str, object]) -> bool:
    return all(str(doc.get(key)) == str(value) for key, value in where.items())


KIND = BeforeAfter()
