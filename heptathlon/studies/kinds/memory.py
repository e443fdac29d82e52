"""What a model remembers of texts that it was tuned on (``kind: memory``), with a control.

One model is asked without the texts before it was tuned, after it was tuned on some of them, and
after it was tuned in the same way on others, which is the control: what tuning on any such text
teaches (the form of the answer, how chronicles go on) both have, so only what stood in the texts
themselves is left in their difference. Each is the other's control, which cancels how hard the
texts happen to be.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from heptathlon.errors import HeptathlonError
from heptathlon.scorers import stats
from heptathlon.scoring import scorecard
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.studies.files import Card, Closed, Member, Study
from heptathlon.studies.kinds import Kind
from heptathlon.studies.rows import Row
from heptathlon.studies.trained import Estimate, Floats, estimate, mean

TITLE = "title"
"""Record field that names the text."""
SHOWN = frozenset(("text", "between"))
"""Conditions in which the prompt holds the text: no memory is asked for."""
FEWEST_TEXTS = 5
"""Texts from which on intervals are clustered by text; below, by the pair that is asked about."""


class MemoryStudy(Study):
    """Three runs of one model, and what two of them were tuned on.

    Attributes:
        before: the run before it was tuned.
        after: the run after it was tuned on ``read``.
        control: the run after it was tuned on ``control_read`` instead.
        read: titles of the texts that ``after`` was tuned on.
        control_read: titles of those that ``control`` was tuned on.
        metric: the metric of the answers.
    """

    before: Member
    after: Member
    control: Member
    read: tuple[str, ...] = Field(min_length=1)
    control_read: tuple[str, ...] = Field(min_length=1)
    metric: str = "p_right"

    @model_validator(mode="after")
    def _apart(self) -> "MemoryStudy":
        if both := set(self.read) & set(self.control_read):
            raise ValueError(f"both were tuned on {sorted(both)[0]!r}, so neither is a control")
        return self

    @property
    def members(self) -> tuple[Member, ...]:
        """The three runs."""
        return (self.before, self.after, self.control)


class TextsCard(Closed):
    """The answers about some of the texts.

    Attributes:
        texts: number of texts.
        documents: number of questions.
        before: mean before.
        after: mean of the model tuned on ``read``.
        control: mean of the control.
        gained: after less before, paired by question.
        control_gained: control less before.
        apart: after less control.
    """

    texts: int
    documents: int
    before: Estimate
    after: Estimate
    control: Estimate
    gained: Estimate
    control_gained: Estimate
    apart: Estimate


class MemoryCard(Card):
    """A study of memory, scored.

    Attributes:
        metric: the metric.
        clustered_by: what the intervals are clustered by, ``text`` or ``pair``.
        memory: tuned less control on what each was tuned on, both directions together: what stood
            in the texts and nothing else.
        parts: answers about what ``after`` read, what ``control`` read, and what neither read.
    """

    schema_version: Literal[1] = 1
    kind: Literal["memory"] = "memory"
    metric: str
    clustered_by: Literal["text", "pair"]
    memory: Estimate
    parts: dict[str, TextsCard]


class Memory(Kind[MemoryStudy, MemoryCard]):
    """A model before it was tuned, after it, and one tuned on other texts."""

    name = "memory"
    says = "what a model remembers of texts that it was tuned on, against one tuned on others"
    file = MemoryStudy
    card = MemoryCard

    def score_rows(self, study: MemoryStudy, rows: Sequence[Row[Member]]) -> MemoryCard:
        """Return what was remembered.

        Raises:
            HeptathlonError: if a prompt holds its text, a title has no question, or a metric is
                not there.
        """
        before, after, control = ([one for ones in r.scored.values() for one in ones] for r in rows)
        _refuse(study, before)
        titles = [str(one.sample.doc[TITLE]) for one in before]
        x, y, z = (
            scorecard.columns([study.metric], ones)[:, 0] for ones in (before, after, control)
        )
        read = np.array([t in study.read for t in titles])
        other = np.array([t in study.control_read for t in titles])
        few = len({t for t in titles if t in {*study.read, *study.control_read}}) < FEWEST_TEXTS
        field = "pair_id" if few else TITLE
        by = np.array([str(one.sample.doc[field]) for one in before])

        def about(mask: Floats) -> TextsCard:
            def change(one: Floats, base: Floats) -> Estimate:
                return estimate(stats.paired(one[mask], base[mask], by[mask]).difference)

            return TextsCard(
                texts=len({t for t, chosen in zip(titles, mask, strict=True) if chosen}),
                documents=int(mask.sum()),
                before=mean(x[mask], by[mask]),
                after=mean(y[mask], by[mask]),
                control=mean(z[mask], by[mask]),
                gained=change(y, x),
                control_gained=change(z, x),
                apart=change(y, z),
            )

        tuned = read | other
        own, others = np.where(read, y, z), np.where(read, z, y)
        parts = {"read": read, "read by the control": other, "read by neither": ~tuned}
        return MemoryCard(
            study=study.study,
            metric=study.metric,
            clustered_by="pair" if few else "text",
            memory=estimate(stats.paired(own[tuned], others[tuned], by[tuned]).difference),
            parts={name: about(mask) for name, mask in parts.items() if mask.any()},
        )


def _refuse(study: MemoryStudy, asked: Sequence[ScoredSample]) -> None:
    """Refuse documents that cannot tell what is remembered."""
    for one in asked:
        doc = one.sample.doc
        if TITLE not in doc or "pair_id" not in doc:
            raise HeptathlonError(
                f"{one.task.task}: its questions are about no text with a title; ask tasks of sort."
            )
        if doc.get("condition") in SHOWN:
            raise HeptathlonError(
                f"{one.task.task}: its prompts hold the text, so nothing need be remembered; ask "
                "the tasks without it, such as heptathlon_sort_notext_e250_lite."
            )
        if study.metric not in one.verdict.metrics:
            raise HeptathlonError(
                f"{one.task.task}: has no metric {study.metric!r}; it has "
                f"{', '.join(one.verdict.metrics)}."
            )
    known = {str(one.sample.doc[TITLE]) for one in asked}
    if missing := [t for t in (*study.read, *study.control_read) if t not in known]:
        raise HeptathlonError(f"No question is about {missing[0]!r}; correct the study's titles.")


KIND = Memory()
