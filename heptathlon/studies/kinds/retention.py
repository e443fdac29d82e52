"""How what was read fades (``kind: retention``): the probes over the checkpoints of one training.

Time is counted from a person's last exposure: for who stands in the corpus' first half from its
middle on, for the others from its end. So one corpus has both a near and a far past.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from heptathlon.errors import HeptathlonError
from heptathlon.scorers.traces import retention
from heptathlon.scoring import scorecard
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.studies.files import Card, Closed
from heptathlon.studies.kinds import Kind
from heptathlon.studies.notes import Note
from heptathlon.studies.rows import Row
from heptathlon.studies.trained import (
    Estimate,
    Reader,
    ReadingStudy,
    estimate,
    in_order,
    mean,
    notes_of,
    refuse_other_world,
    samples_of,
)

Floats = NDArray[np.float64]
Measure = Callable[[ScoredSample], float]

WINDOW = 50
"""Steps after the last exposure within which the best checkpoint is looked for."""
LEARNT = 10
"""Exposures from which on retention is measured: below, next to nothing was learnt."""
HALF = 0.5
"""Share of the corpus after which nobody of its first half is told of any more."""
SCORES: Mapping[str, str] = {"recognition": "acc", "recall": "value", "extraction": "acc"}
KINDS = ("verbatim", "reworded", "composed")


class Point(Closed):
    """One checkpoint.

    Attributes:
        name: its name.
        step: optimizer steps since the beginning.
        since: steps since the last exposure; negative before it.
        value: the mean.
        kept: share of what was gained at the best checkpoint that is left; a ratio of means.
    """

    name: str
    step: int
    since: int
    value: Estimate
    kept: Estimate


class Curve(Closed):
    """One probe over the checkpoints, for the people of one half of the corpus.

    Attributes:
        probe: a score (``recognition``), or ``log-likelihood, verbatim`` and the like: the mean
            log-likelihood of the right value, in nats.
        phase: the half of the corpus.
        people: how many people.
        points: the checkpoints in order.
        effectivity: mean of the best checkpoint soon after the last exposure, less that before.
        slope: what is lost of the share in ten times the steps.
        gone: steps after which nothing would be left on that line.
        half_life: steps until half of the share is left.
        floor: mean share of the last three checkpoints.
        reasons: why a figure is missing, by its name.
    """

    probe: str
    phase: str
    people: int
    points: list[Point]
    effectivity: float | None = Field(default=None, allow_inf_nan=False)
    slope: float | None = Field(default=None, allow_inf_nan=False)
    gone: float | None = Field(default=None, allow_inf_nan=False)
    half_life: float | None = Field(default=None, allow_inf_nan=False)
    floor: float | None = Field(default=None, allow_inf_nan=False)
    reasons: dict[str, str]


class RetentionCard(Card):
    """A retention study, scored.

    Attributes:
        world: names the world.
        base: the model before.
        exposures: exposures of the people who are measured, at the least.
        window: steps after the last exposure within which the best checkpoint is looked for.
        curves: the probes, each for both halves of the corpus.
    """

    schema_version: Literal[1] = 1
    kind: Literal["retention"] = "retention"
    world: str
    base: str
    exposures: int
    window: int
    curves: list[Curve]


class Retention(Kind[ReadingStudy, RetentionCard]):
    """Checkpoints of one training, on the way and afterwards."""

    name = "retention"
    says = "how what was read fades, by the steps since it was read last"
    file = ReadingStudy
    card = RetentionCard

    def check(self, study: ReadingStudy) -> None:
        """Refuse a study whose checkpoints did not read the same corpus, or never its end.

        Raises:
            HeptathlonError: see :func:`heptathlon.studies.trained.notes_of`.
        """
        found = notes_of(study)
        if not any(note.share == 1 for note in found.values()):
            raise HeptathlonError(
                "No checkpoint had read the whole corpus, so nothing can fade yet; add the one at "
                "its end."
            )

    def score_rows(self, study: ReadingStudy, rows: Sequence[Row[Reader]]) -> RetentionCard:
        """Return every curve with its figures."""
        found = notes_of(study)
        ordered = in_order(rows, found)
        refuse_other_world(rows, found[ordered[0].member.name])
        written = [found[row.member.name] for row in ordered]
        curves = []
        for phase in ("early", "late"):
            start = _last_told(written, phase)
            for probe, metric in SCORES.items():
                curves.append(_curve(probe, phase, ordered, written, start, _score(metric)))
            for kind in KINDS:
                curves.append(_curve(f"log-likelihood, {kind}", phase, ordered, written, start,
                                     _likelihood))  # fmt: skip
        return RetentionCard(
            study=study.study,
            world=written[0].world,
            base=written[0].base.weights,
            exposures=LEARNT,
            window=WINDOW,
            curves=[curve for curve in curves if curve is not None],
        )


def _last_told(written: Sequence[Note], phase: str) -> int:
    """Return the step at which the last person of a half was told of."""
    end = min(note.step for note in written if note.share == 1)
    return round(end * HALF) if phase == "early" else end


def _score(metric: str) -> Measure:
    return lambda one: one.verdict.metrics[metric]


def _likelihood(one: ScoredSample) -> float:
    return float(one.sample.results[int(one.sample.doc["gold"])][0])


def _curve(
    probe: str,
    phase: str,
    ordered: Sequence[Row[Reader]],
    written: Sequence[Note],
    start: int,
    measure: Measure,
) -> Curve | None:
    """Return a probe's curve for the people of a half; None if the study does not ask it."""
    variant, _, kind = probe.partition(", ")
    tables, people = [], np.array([], dtype=np.str_)
    for row in ordered:
        ones = [
            one for one in samples_of(row, "choice" if kind else variant)
            if one.sample.doc["phase"] == phase and int(one.sample.doc["exposures"]) >= LEARNT
            and kind in {"", one.sample.doc["kind"]}
        ]  # fmt: skip
        if not ones:
            return None
        tables.append(np.array([measure(one) for one in ones], float))
        people = scorecard.clusters(ones)
    since = [note.step - start for note in written]
    before = tables[0]
    soon = [i for i, t in enumerate(since) if 0 <= t <= WINDOW]
    reasons: dict[str, str] = {}
    best: Floats | None = None
    if soon:
        at = max(soon, key=lambda i: float(tables[i].mean()))
        best = tables[at]
        gain = retention.effectivity(float(before.mean()), [float(tables[i].mean()) for i in soon])
        effectivity = gain.value
    else:
        effectivity = None
        reasons["effectivity"] = f"no checkpoint within {WINDOW} steps of the last exposure"
    points = [
        Point(
            name=row.member.name,
            step=note.step,
            since=t,
            value=mean(table, people),
            kept=_kept(before, best, table, people, t),
        )
        for row, note, t, table in zip(ordered, written, since, tables, strict=True)
    ]
    later = [(p.since, p.kept.value) for p in points if p.since > 0 and p.kept.value is not None]
    steps, shares = [float(t) for t, _ in later], [float(v) for _, v in later]
    line = retention.decay(steps, shares)
    half, left = retention.half_life(steps, shares), retention.floor(shares)
    for name, value, reason in (
        ("slope", line.slope, line.reason),
        ("gone", line.gone, line.reason),
        ("half_life", half.value, half.reason),
        ("floor", left.value, left.reason),
    ):
        if value is None:
            reasons[name] = reason if best is not None else reasons["effectivity"]
    return Curve(
        probe=probe,
        phase=phase,
        people=len(set(people.tolist())),
        points=points,
        effectivity=effectivity,
        slope=line.slope,
        gone=line.gone,
        half_life=half.value,
        floor=left.value,
        reasons=reasons,
    )


def _kept(
    before: Floats, best: Floats | None, now: Floats, people: NDArray[np.str_], since: int
) -> Estimate:
    if since < 0:
        return Estimate(value=None, reason="before the last exposure")
    if best is None:
        return Estimate(value=None, reason="no checkpoint soon after the last exposure")
    return estimate(retention.retainability(before, best, now, people))


KIND = Retention()
