"""The rows of the memorability data sets: one closed pydantic model a form of question."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from heptathlon.records import Id, Record

LOWEST, HIGHEST = 0, 99
"""Ends of the scale, LAMBDA's own: 00 to 99."""

Part = Literal["test", "dev"]


class Shot(BaseModel):
    """A worked example that stands in a prompt.

    Attributes:
        text: the item as it is shown.
        score: how well it was remembered, 0 to 99.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(min_length=1)
    score: int = Field(ge=LOWEST, le=HIGHEST)


class MemorabilityRecord(Record):
    """What every form shares.

    Attributes:
        set: the set of items: ``world`` (fresh), ``lambda``, ``words``, ``sentences``,
            ``slogans`` or ``quotes``.
        part: ``test``, or ``dev`` for what rescaling and fitted players learn from.
        k: worked examples that the record itself brings into the prompt.
        raters: people behind one score, as far as known, for the strata.
        shots: those examples, in the order in which they are shown.
        item: the item's identity, which is the same in every form that asks about it.
        contaminated: whether the answers stand on the web for all to read, so that a model may
            have met them: IMDb's memorable quotes.
    """

    set: str
    part: Part
    k: int = Field(ge=0)
    raters: str
    shots: list[Shot]
    item: Id
    contaminated: bool = False


class ScoreRecord(MemorabilityRecord):
    """How well will people remember this?

    Attributes:
        text: the item as it is shown.
        human: the score that was measured, 0 to 99; in the fresh world, the score that the
            world's raters gave.
        neutral: what an answer without a readable score counts as: one number a set, so that
            it orders nothing.
        brand: whose advertisement it is; empty where there is none.
        bayes: the exact Bayes answer given the shots; None outside the fresh world.
        brand_mean: mean score of the same brand's other items, or of all items where it has none;
            None where there are no brands.
        frequency: log frequency of the word, or the mean of the words, in a corpus, as the
            source gives it; None where it gives none.
        ceiling: the best Spearman correlation that these scores allow, from their noise; None in
            the fresh world, where ``bayes`` tells it.
    """

    form: Literal["score"]
    text: str = Field(min_length=1)
    human: float = Field(ge=LOWEST, le=HIGHEST)
    neutral: float = Field(ge=LOWEST, le=HIGHEST)
    brand: str
    bayes: float | None = Field(ge=LOWEST, le=HIGHEST)
    brand_mean: float | None
    frequency: float | None
    ceiling: float | None = Field(ge=0, le=1)


class PairRecord(MemorabilityRecord):
    """Which of two items will be remembered better? Every pair is asked in both orders.

    Attributes:
        pair_id: what the two orders of a pair share.
        first: the item shown as A.
        second: the item shown as B.
        gold: 0 if A was remembered better, else 1.
        bayes: 0 if A is better by the exact Bayes answer given the shots, else 1; None outside
            the fresh world.
        frequency: log corpus frequency of both items, where the source gives it.
    """

    form: Literal["pair"]
    pair_id: Id
    first: str = Field(min_length=1)
    second: str = Field(min_length=1)
    gold: int = Field(ge=0, le=1)
    bayes: int | None = Field(ge=0, le=1)
    frequency: tuple[float, float] | None


class AdRecord(MemorabilityRecord):
    """Write a memorable advertisement: scored by form alone.

    Attributes:
        brand: the brand that it is for.
        title: its title.
        seconds: its length.
    """

    form: Literal["ad"]
    brand: str = Field(min_length=1)
    title: str
    seconds: int = Field(ge=1)
