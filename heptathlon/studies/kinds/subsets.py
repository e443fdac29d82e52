"""What a model knows because it read it (``kind: subsets``): K runs, each on half of the people.

Memorisation is how much more often a fact is right in the runs that read about its person than in
those that did not. One fact's figure from twenty runs is mostly noise, so strata are reported.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from heptathlon.errors import HeptathlonError
from heptathlon.scorers.traces import subsets
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.studies.files import Card, Closed
from heptathlon.studies.kinds import Kind
from heptathlon.studies.rows import Row
from heptathlon.studies.trained import (
    Estimate,
    Reader,
    ReadingStudy,
    notes_of,
    refuse_other_world,
    samples_of,
)

FEWEST = 4
"""Runs below which no item's figure is more than a coin's."""
PROBES = {"extraction": "acc", "choice": "acc", "recall": "value", "recognition": "acc"}
STRATA = ("exposures", "telling", "attribute")


class StratumLine(Closed):
    """Memorisation in a stratum.

    Attributes:
        probe: the probe.
        by: name of the stratum.
        level: its level.
        memorisation: mean over items; the interval is two standard errors between people.
        items: items with a figure.
        left_out: items whose person was in every run or in none, which have no figure.
    """

    probe: str
    by: str
    level: str
    memorisation: Estimate
    items: int
    left_out: int


class SubsetsCard(Card):
    """A study of subsets, scored.

    Attributes:
        world: names the world.
        base: the model before.
        runs: numbers of the runs.
        noise: standard deviation of one item's figure if its chance of being right is a half.
        strata: memorisation by stratum.
        influence: for each probe how well estimated influence tells a person's own facts from
            everybody else's (AUC with DeLong's interval).
    """

    schema_version: Literal[1] = 1
    kind: Literal["subsets"] = "subsets"
    world: str
    base: str
    runs: list[int]
    noise: float = Field(allow_inf_nan=False)
    strata: list[StratumLine]
    influence: dict[str, Estimate]


class Subsets(Kind[ReadingStudy, SubsetsCard]):
    """A model before, and K runs of it on halves of the people."""

    name = "subsets"
    says = "what is known because it was read, from runs on random halves of the people"
    file = ReadingStudy
    card = SubsetsCard

    def check(self, study: ReadingStudy) -> None:
        """Refuse a study whose runs are not numbered runs of one corpus.

        Raises:
            HeptathlonError: naming what is missing or stands twice.
        """
        found = notes_of(study)
        numbers = [note.run for note in found.values() if note.phase != "before"]
        if any(number is None for number in numbers):
            raise HeptathlonError(
                "A checkpoint's note names no run of the subsets; train it with --run."
            )
        if len(set(numbers)) < len(numbers):
            raise HeptathlonError("Two checkpoints are of the same run; keep one of each.")
        if len(numbers) < FEWEST:
            raise HeptathlonError(
                f"The study has {len(numbers)} runs; {FEWEST} are needed to tell anything."
            )

    def score_rows(self, study: ReadingStudy, rows: Sequence[Row[Reader]]) -> SubsetsCard:
        """Return memorisation by stratum and the AUC of influence."""
        found = notes_of(study)
        refuse_other_world(rows, next(iter(found.values())))
        runs = [row for row in rows if found[row.member.name].phase != "before"]
        numbers = [int(found[row.member.name].run or 0) for row in runs]
        strata, influence = [], {}
        for probe, metric in PROBES.items():
            tables = [samples_of(row, probe) for row in runs]
            if not all(tables):
                continue
            asked = tables[0]
            right = np.array([[one.verdict.metrics[metric] for one in ones] for ones in tables])
            member = np.array([[one.sample.doc["runs"][k] for one in asked] for k in numbers])
            told = np.array([one.sample.doc["exposures"] != "0" for one in asked])
            values = subsets.memorisation(member, right)
            for by in STRATA:
                strata += _lines(probe, by, asked, values, told)
            influence[probe] = _influence(asked, numbers, right, told)
        if not strata:
            raise HeptathlonError("The study's runs have no probe of the training in common.")
        each = len(numbers) / 2
        return SubsetsCard(
            study=study.study,
            world=next(iter(found.values())).world,
            base=next(iter(found.values())).base.weights,
            runs=sorted(numbers),
            noise=float(np.sqrt(0.25 * 2 / each)),
            strata=strata,
            influence=influence,
        )


def _lines(
    probe: str,
    by: str,
    asked: Sequence[ScoredSample],
    values: subsets.Floats,
    told: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> list[StratumLine]:
    """Return memorisation by level; but by exposures only of people who are told of at all."""
    chosen = [i for i in range(len(asked)) if by == "exposures" or told[i]]
    levels = [str(asked[i].sample.doc[by]) for i in chosen]
    people = [str(asked[i].sample.doc["person"]) for i in chosen]
    out = []
    for level, one in subsets.by_stratum(values[chosen], levels, people).items():
        wide = None if one.spread is None else 1.96 * one.spread
        reason = "" if one.value is not None else "everybody was in every run, or in none"
        out.append(
            StratumLine(
                probe=probe,
                by=by,
                level=level,
                memorisation=Estimate(
                    value=one.value,
                    low=None if one.value is None or wide is None else one.value - wide,
                    high=None if one.value is None or wide is None else one.value + wide,
                    n=one.items,
                    reason=reason,
                ),
                items=one.items,
                left_out=one.left_out,
            )
        )
    return out


def _influence(
    asked: Sequence[ScoredSample],
    numbers: Sequence[int],
    right: subsets.Floats,
    told: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> Estimate:
    """Return the AUC of estimated influence on facts of people who are told of."""
    docs = [one.sample.doc for one, use in zip(asked, told, strict=True) if use]
    people = list(dict.fromkeys(str(doc["person"]) for doc in docs))
    of = {str(doc["person"]): doc["runs"] for doc in docs}
    if not people:
        return Estimate(value=None, reason="nobody who was asked about was told of")
    member = np.array([[of[p][k] for p in people] for k in numbers])
    edges = np.array([[p == doc["person"] for doc in docs] for p in people])
    found = subsets.known_graph(subsets.influence(member, right[:, told]), edges)
    return Estimate(value=found.auc, low=found.low, high=found.high,
                    n=found.members + found.others, reason=found.reason)  # fmt: skip


KIND = Subsets()
