"""What studies of trained models share: checkpoints with notes, refusals, figures before and after.

Every such study needs a run from before anything was read. What a model finds likely untaught is
not 50 %, and no figure of the trained model means anything without it.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from heptathlon.builders.facts import corpus
from heptathlon.errors import HeptathlonError
from heptathlon.scorers import stats
from heptathlon.scorers.stats import Interval
from heptathlon.scoring import scorecard
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.studies import notes
from heptathlon.studies.files import BesideFile, Closed, Member, Study
from heptathlon.studies.notes import Note
from heptathlon.studies.rows import Row

Floats = NDArray[np.float64]
Group = Callable[[Mapping[str, Any]], str]
"""Returns the level of a document; empty for one that is left out."""


class Reader(Member):
    """A checkpoint, with what it had read.

    Attributes:
        note: folder with the checkpoint's ``training.json``.
    """

    note: BesideFile


class ReadingStudy(Study):
    """A study file of checkpoints of one training.

    Attributes:
        checkpoints: the model before it read anything, and later ones.
        corpus: folder of the corpus, to check that it is the one of the notes; optional.
    """

    checkpoints: tuple[Reader, ...] = Field(min_length=2)
    corpus: BesideFile | None = None

    @property
    def members(self) -> tuple[Reader, ...]:
        """The checkpoints."""
        return self.checkpoints


class Estimate(Closed):
    """A figure with its interval; null with a reason where it has none."""

    value: float | None = Field(allow_inf_nan=False)
    low: float | None = Field(default=None, allow_inf_nan=False)
    high: float | None = Field(default=None, allow_inf_nan=False)
    n: int = 0
    clusters: int = 0
    reason: str = ""


class Line(Closed):
    """One probe's metric at one level of a stratum, before and after.

    Attributes:
        probe: the task's variant without its family, such as ``recall``.
        metric: the metric.
        by: name of the stratum.
        level: its level.
        before: mean before.
        after: mean after.
        uplift: after less before, paired by item; intervals are clustered by person.
    """

    probe: str
    metric: str
    by: str
    level: str
    before: Estimate
    after: Estimate
    uplift: Estimate


def notes_of(study: ReadingStudy) -> dict[str, Note]:
    """Return the checkpoints' notes by name, refusing what cannot be compared.

    Raises:
        HeptathlonError: naming two checkpoints and what differs, or what is missing.
    """
    found = {member.name: notes.read(Path(member.note)) for member in study.checkpoints}
    first_name, first = next(iter(found.items()))
    for name, note in found.items():
        for what, mine, its in (
            ("another corpus", note.corpus, first.corpus),
            ("a corpus of another world", note.world, first.world),
            ("a corpus with another ledger", note.design, first.design),
            ("another family of models", note.base.architecture, first.base.architecture),
            ("a model of another size", note.base.parameters, first.base.parameters),
            ("a model with another tokenizer", note.base.tokenizer, first.base.tokenizer),
        ):
            if mine != its:
                raise HeptathlonError(
                    f"{name} is or was trained on {what} than {first_name}; a study compares one "
                    "model's training on one corpus."
                )
    if not any(note.phase == "before" for note in found.values()):
        raise HeptathlonError(
            "The study has no checkpoint from before the training; without it nobody can tell what "
            "the model found likely anyway."
        )
    if study.corpus is not None:
        manifest = corpus.check(Path(study.corpus))
        if (manifest.digest, manifest.design) != (first.corpus, first.design):
            raise HeptathlonError(
                f"{study.corpus}: is not the corpus that {first_name}'s note names; give the one "
                "that was trained on."
            )
    return found


def refuse_other_world(rows: Sequence[Row[Reader]], note: Note) -> None:
    """Refuse answers to probes of another world than the corpus' own.

    Raises:
        HeptathlonError: naming the task.
    """
    for row in rows:
        for task, ones in row.scored.items():
            if any(one.sample.doc.get("world") != note.world for one in ones):
                raise HeptathlonError(
                    f"{task}: its probes are of another world than the corpus; run the tier, "
                    "season and salt that the corpus was built with."
                )


def in_order(rows: Sequence[Row[Reader]], found: Mapping[str, Note]) -> list[Row[Reader]]:
    """Return the rows in the order of training, the one before it first."""
    return sorted(rows, key=lambda row: found[row.member.name].step)


def samples_of(row: Row[Any], variant: str) -> list[ScoredSample]:
    """Return a row's samples of one variant of facts, in order of item; none if it has none."""
    return [
        one for ones in row.scored.values() for one in ones if one.variant == f"facts_{variant}"
    ]


def lines(
    before: Row[Any], after: Row[Any], variant: str, metrics: Sequence[str], by: str, group: Group
) -> list[Line]:
    """Return a probe's figures by the levels of a stratum.

    Args:
        before: the run before.
        after: the run after, of the same items.
        variant: the probe.
        metrics: its metrics.
        by: what the stratum is called.
        group: the level of a document.
    """
    first, last = samples_of(before, variant), samples_of(after, variant)
    levels = [group(one.sample.doc) for one in first]
    people = scorecard.clusters(first)
    out = []
    for level in sorted({one for one in levels if one}, key=scorecard.level_order):
        mask = np.array([one == level for one in levels])
        for metric in metrics:
            x, y = (scorecard.columns([metric], ones)[:, 0][mask] for ones in (first, last))
            out.append(
                Line(
                    probe=variant,
                    metric=metric,
                    by=by,
                    level=level,
                    before=mean(x, people[mask]),
                    after=mean(y, people[mask]),
                    uplift=estimate(stats.paired(y, x, people[mask]).difference),
                )
            )
    return out


def mean(values: Floats, people: NDArray[Any]) -> Estimate:
    """Return a mean with its interval by people."""
    return estimate(stats.clustered_mean(values, people))


def estimate(interval: Interval) -> Estimate:
    """Return an interval as a card holds it."""
    return Estimate(
        value=interval.value,
        low=interval.low,
        high=interval.high,
        n=interval.n,
        clusters=interval.clusters,
        reason=interval.reason,
    )


def log_likelihood(one: ScoredSample, option: int | None = None) -> float:
    """Return the log-likelihood of an option of a sample, the right one if none is named."""
    pairs = one.sample.results
    return float(pairs[int(one.sample.doc["gold"]) if option is None else option][0])


def field(name: str) -> Group:
    """Return the group that is a document's own field; ``none`` is left out."""
    return lambda doc: "" if doc[name] == "none" else str(doc[name])


def told(group: Group) -> Group:
    """Return a group without the people who were never told of."""
    return lambda doc: "" if doc["exposures"] in {"0", "none"} else group(doc)


def never_asked(group: Group) -> Group:
    """Return a group of the people about whom training never asked."""
    return lambda doc: group(doc) if doc["asked"] == "not asked" else ""
