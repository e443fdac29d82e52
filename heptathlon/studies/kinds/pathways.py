"""Routes of fixed texts through the checkpoints of one training (``kind: pathways``).

Whether experts come to be shared while a score rises is looked at beside the step itself, which
agrees with all that rises; of fewer than fifteen checkpoints no p-value is made.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from heptathlon.errors import HeptathlonError
from heptathlon.models import routes
from heptathlon.models.routes import RouteFile
from heptathlon.scorers import pathways, stats
from heptathlon.scoring import scorecard
from heptathlon.studies.files import BesideFile, Card, Closed, Member, Study
from heptathlon.studies.kinds import Kind
from heptathlon.studies.rows import Row, Say
from heptathlon.studies.trained import Estimate, estimate, mean

LOSS = "loss"
"""The outcome that every study has: of the same texts, in nats a token."""
HUB_ARGUMENTS = ("revision", "dtype")
"""Model arguments of lm-eval that transformers needs to load the same checkpoint."""


class Passed(Member):
    """A checkpoint.

    Attributes:
        step: its step, in the study's unit.
        routes: file of its routes; made below the study's output if left out.
    """

    step: float = Field(ge=0, allow_inf_nan=False)
    routes: BesideFile | None = None


class PathwaysStudy(Study):
    """A study file of checkpoints of a mixture of experts.

    Attributes:
        checkpoints: the checkpoints, in the order of training.
        tasks: events that are scored beside the routes; none need be.
        metric: the metric of their answers.
        texts: file of the texts, one JSON object with ``text`` and ``group`` a line; prompts of
            icl that no test set has if left out.
        tokens: tokens of a text that are read at most.
        device: where models run whose routes are read.
        unit: what ``step`` counts.
    """

    checkpoints: tuple[Passed, ...] = Field(min_length=2)
    tasks: tuple[str, ...] = ()
    metric: str = ""
    texts: BesideFile | None = None
    tokens: int = Field(default=128, ge=2)
    device: str = "cpu"
    unit: str = "steps"

    @model_validator(mode="after")
    def _in_order(self) -> "PathwaysStudy":
        steps = [one.step for one in self.checkpoints]
        if steps != sorted(set(steps)):
            raise ValueError("the checkpoints must stand in the order of their steps")
        if bool(self.tasks) != bool(self.metric):
            raise ValueError("tasks and metric go together: name both or neither")
        return self

    @property
    def members(self) -> tuple[Passed, ...]:
        """The checkpoints."""
        return self.checkpoints

    def routes_of(self, member: Passed) -> Path:
        """Return the file of a checkpoint's routes."""
        return member.routes or self.output / f"{member.name}.routes.json"


class Passage(Closed):
    """A checkpoint, scored.

    Attributes:
        name: its name.
        step: its step.
        figures: figures of its routes, by the names of :data:`.scorers.pathways.FIGURES`.
        outcomes: ``loss`` of the texts, and each task's metric.
    """

    name: str
    step: float
    figures: dict[str, Estimate]
    outcomes: dict[str, Estimate]


class Agreed(Closed):
    """How a figure of the routes and an outcome agree over the checkpoints.

    Attributes:
        figure: the figure.
        outcome: the outcome.
        rank: Spearman's correlation.
        with_step: that of the figure with the step, the baseline that any trend has.
        given_step: what is left with the step's order taken out of both.
        p_value: of ``given_step``, Holm over all pairs; null below fifteen checkpoints.
        reason: why something is missing.
    """

    figure: str
    outcome: str
    rank: float | None = Field(allow_inf_nan=False)
    with_step: float | None = Field(allow_inf_nan=False)
    given_step: float | None = Field(default=None, allow_inf_nan=False)
    p_value: float | None = Field(default=None, allow_inf_nan=False)
    reason: str = ""


class PathwaysCard(Card):
    """Routes over a training.

    Attributes:
        architecture: transformers' ``model_type``.
        layers: layers with experts.
        experts: experts of a layer.
        chosen: experts that a token goes to.
        texts: number of texts.
        groups: number of their groups.
        metric: the metric of the scored tasks; empty without any.
        unit: what a step counts.
        passages: the checkpoints.
        agreements: figures beside outcomes.
    """

    schema_version: Literal[1] = 1
    kind: Literal["pathways"] = "pathways"
    architecture: str
    layers: int
    experts: int
    chosen: int
    texts: int
    groups: int
    metric: str
    unit: str
    passages: list[Passage]
    agreements: list[Agreed]


class Pathways(Kind[PathwaysStudy, PathwaysCard]):
    """Checkpoints of one mixture of experts on the same texts."""

    name = "pathways"
    says = "whether texts come to share experts over a training, beside loss and scores"
    file = PathwaysStudy
    card = PathwaysCard

    def check(self, study: PathwaysStudy) -> None:
        """Refuse texts that cannot be compared.

        Raises:
            HeptathlonError: see :func:`heptathlon.models.routes.read_texts`.
        """
        routes.read_texts(study.texts)

    def run(self, study: PathwaysStudy, say: Say, ray: str = "") -> list[Path]:
        """Read the routes that were not read before, then make the runs of the tasks.

        Raises:
            HeptathlonError: see :func:`heptathlon.models.routers.read`.
        """
        texts = routes.read_texts(study.texts)
        for member in study.checkpoints:
            path = study.routes_of(member)
            if path.is_file():
                say(f"{member.name}: routes read before")
                continue
            say(f"{member.name}: routes of {len(texts)} texts")
            routes.write(path, _read(study, member, texts))
        return super().run(study, say, ray) if study.tasks else []

    def score(self, study: PathwaysStudy) -> PathwaysCard:
        """Read routes and runs, refuse what cannot be compared, and score them together.

        Raises:
            HeptathlonError: naming the file, or two checkpoints and what differs.
        """
        if study.tasks:
            return super().score(study)
        return self.score_rows(study, [])

    def score_rows(self, study: PathwaysStudy, rows: Sequence[Row[Passed]]) -> PathwaysCard:
        """Return figures, outcomes, and how they agree."""
        files = {one.name: routes.read(study.routes_of(one)) for one in study.checkpoints}
        routes.refuse_others(files)
        scored = {row.member.name: _outcomes(study, row) for row in rows}
        passages = [
            Passage(
                name=one.name,
                step=one.step,
                figures=_figures(files[one.name]),
                outcomes={
                    LOSS: mean(
                        np.array([text.loss for text in files[one.name].routes]),
                        np.arange(len(files[one.name].routes)),
                    ),
                    **scored.get(one.name, {}),
                },
            )
            for one in study.checkpoints
        ]
        first = next(iter(files.values()))
        return PathwaysCard(
            study=study.study,
            architecture=first.architecture,
            layers=len(first.layers),
            experts=first.experts,
            chosen=first.chosen,
            texts=len(first.routes),
            groups=len({one.group for one in first.routes}),
            metric=study.metric,
            unit=study.unit,
            passages=passages,
            agreements=_agreements(passages),
        )


def _read(study: PathwaysStudy, member: Passed, texts: Sequence[routes.Text]) -> RouteFile:
    """Return a checkpoint's routes.

    Raises:
        HeptathlonError: if the study does not say where its weights are.
    """
    arguments = {**study.model_args, **member.model_args}
    if "pretrained" not in arguments:
        raise HeptathlonError(
            f"{member.name}: has neither routes nor model_args with pretrained; name one of them."
        )
    # Torch is loaded where a model is, and not to score what others read.
    from heptathlon.models import routers

    options = {key: arguments[key] for key in HUB_ARGUMENTS if key in arguments}
    return routers.read(
        str(arguments["pretrained"]),
        texts,
        tokens=study.tokens,
        device=study.device,
        options=options,
    )


def _figures(file: RouteFile) -> dict[str, Estimate]:
    measured = pathways.measure(
        pathways.Routes(
            shares=np.array([one.shares for one in file.routes]),
            cosines=np.array([one.cosines for one in file.routes]),
            entropies=np.array([one.entropies for one in file.routes]),
            groups=[one.group for one in file.routes],
        )
    )
    return {name: estimate(one) for name, one in measured.items()}


def _outcomes(study: PathwaysStudy, row: Row[Any]) -> dict[str, Estimate]:
    """Return the mean of the study's metric on each of its tasks.

    Raises:
        HeptathlonError: for a metric that a task's documents do not have.
    """
    out = {}
    for task, ones in row.scored.items():
        if lacks := next((o for o in ones if study.metric not in o.verdict.metrics), None):
            raise HeptathlonError(
                f"{task}: has no metric {study.metric!r}; it has "
                f"{', '.join(lacks.verdict.metrics)}."
            )
        values = scorecard.columns([study.metric], ones)[:, 0]
        out[task] = mean(values, scorecard.clusters(ones))
    return out


def _agreements(passages: Sequence[Passage]) -> list[Agreed]:
    steps = [one.step for one in passages]
    found: list[tuple[str, str, pathways.Agreement, float | None]] = []
    for figure in pathways.FIGURES:
        x = _known([one.figures[figure].value for one in passages])
        for outcome in passages[0].outcomes:
            y = _known([_value(one.outcomes, outcome) for one in passages])
            if x is None or y is None:
                none = pathways.Agreement(None, None, None, "a checkpoint has no such figure")
                found.append((figure, outcome, none, None))
                continue
            trend = pathways.agreement(x, steps, steps)
            found.append((figure, outcome, pathways.agreement(x, y, steps), trend.rank))
    known = [one.p_value for _, _, one, _ in found if one.p_value is not None]
    held = iter(stats.holm(known).tolist())
    return [
        Agreed(
            figure=figure,
            outcome=outcome,
            rank=one.rank,
            with_step=trend,
            given_step=one.given_step,
            p_value=next(held) if one.p_value is not None else None,
            reason=one.reason,
        )
        for figure, outcome, one, trend in found
    ]


def _known(values: Sequence[float | None]) -> list[float] | None:
    """Return values if none is missing."""
    known = [one for one in values if one is not None]
    return known if len(known) == len(values) else None


def _value(outcomes: Mapping[str, Estimate], name: str) -> float | None:
    return outcomes[name].value if name in outcomes else None


KIND = Pathways()
