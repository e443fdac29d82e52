"""Checkpoints of one training as a learning curve (``kind: curve``): a score over what was seen.

What one training needs to see before it can do something, and another may not, is the figure by
which ways of training are compared: the crossing of a threshold, by a straight line against the
logarithm of what was seen.
"""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from heptathlon.errors import HeptathlonError
from heptathlon.scoring import scorecard
from heptathlon.studies.files import Card, Closed, Member, Study
from heptathlon.studies.kinds import Kind
from heptathlon.studies.rows import Row
from heptathlon.studies.trained import Estimate, mean

ALL = "all"
"""Name of the curve over all documents."""


class Checkpoint(Member):
    """A checkpoint.

    Attributes:
        seen: how much it had seen, in the study's unit: examples, steps, epochs.
    """

    seen: float = Field(gt=0, allow_inf_nan=False)


class CurveStudy(Study):
    """A study file of checkpoints.

    Attributes:
        checkpoints: the checkpoints, in the order of training.
        metric: the metric of their answers.
        by: record field whose values have a curve each, such as ``size``; none if left out.
        unit: what ``seen`` counts.
        threshold: the score whose crossing is looked for.
    """

    checkpoints: tuple[Checkpoint, ...] = Field(min_length=2)
    metric: str
    by: str = ""
    unit: str = "examples"
    threshold: float = 0.5

    @model_validator(mode="after")
    def _in_order(self) -> "CurveStudy":
        seen = [one.seen for one in self.checkpoints]
        if seen != sorted(set(seen)):
            raise ValueError("the checkpoints must stand in the order of what they had seen")
        return self

    @property
    def members(self) -> tuple[Checkpoint, ...]:
        """The checkpoints."""
        return self.checkpoints


class Line(Closed):
    """One learning curve.

    Attributes:
        level: value of the stratum, or ``all``.
        documents: number of documents.
        points: the mean at each checkpoint, its interval clustered.
        crosses: what had been seen where the mean first reached the threshold; None if it never
            did, or did before the first checkpoint.
        reason: why there is no crossing; empty if there is one.
    """

    level: str
    documents: int
    points: list[Estimate]
    crosses: float | None = Field(default=None, allow_inf_nan=False)
    reason: str = ""


class CurveCard(Card):
    """Learning curves.

    Attributes:
        metric: the metric.
        by: the record field of the levels; empty for one curve.
        unit: what ``seen`` counts.
        threshold: the score whose crossing was looked for.
        names: the checkpoints' names.
        seen: what each had seen.
        lines: the curves, that over all documents first.
    """

    schema_version: Literal[1] = 1
    kind: Literal["curve"] = "curve"
    metric: str
    by: str
    unit: str
    threshold: float
    names: list[str]
    seen: list[float]
    lines: list[Line]


class LearningCurve(Kind[CurveStudy, CurveCard]):
    """Checkpoints of one training on the same documents."""

    name = "curve"
    says = "how a score rises over what a model has seen, and where it crosses a threshold"
    file = CurveStudy
    card = CurveCard

    def score_rows(self, study: CurveStudy, rows: Sequence[Row[Checkpoint]]) -> CurveCard:
        """Return the curves.

        Raises:
            HeptathlonError: for a metric or a field that the documents do not have.
        """
        asked = [[one for ones in row.scored.values() for one in ones] for row in rows]
        first = asked[0]
        for one in first:
            if study.metric not in one.verdict.metrics:
                raise HeptathlonError(
                    f"{one.task.task}: has no metric {study.metric!r}; it has "
                    f"{', '.join(one.verdict.metrics)}."
                )
            if study.by and study.by not in one.sample.doc:
                raise HeptathlonError(f"{one.task.task}: its records have no field {study.by!r}.")
        values = [scorecard.columns([study.metric], ones)[:, 0] for ones in asked]
        clusters = scorecard.clusters(first)
        of = [str(one.sample.doc[study.by]) if study.by else ALL for one in first]
        levels = sorted(set(of) - {ALL}, key=scorecard.level_order)
        lines = []
        for level in (ALL, *levels):
            mask = np.array([level in (ALL, own) for own in of])
            points = [mean(one[mask], clusters[mask]) for one in values]
            crosses, reason = _crossing(
                [float(one[mask].mean()) for one in values],
                [one.seen for one in study.checkpoints],
                study.threshold,
            )
            lines.append(
                Line(
                    level=level,
                    documents=int(mask.sum()),
                    points=points,
                    crosses=crosses,
                    reason=reason,
                )
            )
        return CurveCard(
            study=study.study,
            metric=study.metric,
            by=study.by,
            unit=study.unit,
            threshold=study.threshold,
            names=[one.name for one in study.checkpoints],
            seen=[one.seen for one in study.checkpoints],
            lines=lines,
        )


def _crossing(
    means: Sequence[float], seen: Sequence[float], threshold: float
) -> tuple[float | None, str]:
    """Return where a curve first reaches a threshold, and why not.

    Example:
        >>> _crossing([0.0, 0.4, 0.6], [10, 100, 10_000], 0.5)[0]
        1000.0
    """
    if means[0] >= threshold:
        return None, "reached before the first checkpoint"
    for place in range(1, len(means)):
        low, high = means[place - 1], means[place]
        if high >= threshold:
            share = (threshold - low) / (high - low)
            near, far = math.log10(seen[place - 1]), math.log10(seen[place])
            return 10 ** (near + share * (far - near)), ""
    return None, "never reached"


KIND = LearningCurve()
