"""The rows of the memorability data sets: one closed pydantic model a form of question."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from heptathlon.records import Id, Record

LOWEST, HIGHEST = 0, 99
"""Ends of the scale, LAMBDA's own: 00 to 99."""

Part = Literal["test", "practice"]


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
        set: the set of items, ``words``, ``phrases``, ``sentences``, ``slogans``, ``lambda`` or
            ``quotes``; ``world``; or the law of memory that is asked about.
        part: ``test`` if it is scored; ``practice`` if players, attacks and anyone may learn from
            it and from its items, none of which is ever scored.
        k: worked examples that the record itself brings into the prompt.
        raters: people behind one score, as far as known, in words.
        shots: those examples, in the order in which they are shown.
        item: the identity of what is asked about, the same in every form that asks about it.
        gap: points of the share of right answers that lie between the best of a list and its
            others, at the least; None where there is no such list.
        contaminated: whether the answers stand on the web for all to read, so that a model may
            have met them: published scores, IMDb's memorable quotes.
    """

    set: str
    part: Part
    k: int = Field(ge=0)
    raters: str
    shots: list[Shot]
    item: Id
    gap: int | None = Field(default=None, ge=0)
    contaminated: bool = False


class ListRecord(MemorabilityRecord):
    """Which of these will be remembered best?

    Attributes:
        wording: which of the wordings the question has.
        items: the items in the order in which they are shown.
        take: how many are to be picked.
        best: places of the best remembered ones, rising.
        measured: how well each item was remembered, in points: the share of right answers of 100;
            in the world, the rule's own value.
        knowing: places that someone would pick who knows the true shares, one draw of what the
            counts leave plausible; in the world, the exact Bayes answer given the examples.
        reachable: share of the best ones that such a pick is expected to hold.
    """

    form: Literal["list"]
    wording: int = Field(ge=0)
    items: list[str] = Field(min_length=2)
    take: int = Field(ge=1)
    best: list[int] = Field(min_length=1)
    measured: list[float]
    knowing: list[int] = Field(min_length=1)
    reachable: float = Field(ge=0, le=1)


class LawRecord(MemorabilityRecord):
    """Which of two words does a law of memory favour? Every design is asked about both its groups.

    Attributes:
        wording: which of the wordings the study is told in.
        lists: the study list of each group, word by word.
        tests: what each group does after the list, such as ``recall`` or ``recognise``.
        asked: the group that is asked about, from 0.
        forgotten: whether the question is which word is remembered worse.
        options: the two words in the order in which they are offered.
        gold: place of the right one.
        design: what the questions about both groups share, in which the favoured word is not the
            same.
    """

    form: Literal["law"]
    wording: int = Field(ge=0)
    lists: list[list[str]] = Field(min_length=2)
    tests: list[str] = Field(min_length=2)
    asked: int = Field(ge=0, le=1)
    forgotten: bool
    options: list[str] = Field(min_length=2, max_length=2)
    gold: int = Field(ge=0, le=1)
    design: Id


class RecitalRecord(MemorabilityRecord):
    """Which row does the published file have for this item? Nobody can know who has not read it.

    Attributes:
        wording: which of the wordings the question has.
        text: the item.
        options: published rows of items that were remembered as well, as text; one is the item's.
        gold: place of the item's own.
    """

    form: Literal["recital"]
    wording: int = Field(ge=0)
    text: str = Field(min_length=1)
    options: list[str] = Field(min_length=2)
    gold: int = Field(ge=0)


class ScoreRecord(MemorabilityRecord):
    """How well will people remember this?

    Attributes:
        text: the item as it is shown.
        human: the score that was measured, 0 to 99.
        neutral: what an answer without a readable score counts as: one number a set, so that
            it orders nothing.
        brand: whose advertisement it is; empty where there is none.
        brand_mean: mean score of the same brand's advertisements in the training part, or of its
            other test items where there is no training part; of all items where it has none; None
            where there are no brands.
        frequency: log frequency of the word, or the mean of the words, in a corpus, as the
            source gives it; None where it gives none.
        ceiling: the best Spearman correlation that these scores allow, from their noise.
        video: name of the advertisement's video, by which its frames are found; empty where there
            is none.
    """

    form: Literal["score"]
    text: str = Field(min_length=1)
    human: float = Field(ge=LOWEST, le=HIGHEST)
    neutral: float = Field(ge=LOWEST, le=HIGHEST)
    brand: str
    brand_mean: float | None
    frequency: float | None
    ceiling: float = Field(ge=0, le=1)
    video: str = ""


class PairRecord(MemorabilityRecord):
    """Which of two items will be remembered better? Every pair is asked in both orders.

    Attributes:
        pair_id: what the two orders of a pair share.
        first: the item shown as A.
        second: the item shown as B.
        gold: 0 if A was remembered better, else 1.
        frequency: log corpus frequency of both items, where the source gives it.
    """

    form: Literal["pair"]
    pair_id: Id
    first: str = Field(min_length=1)
    second: str = Field(min_length=1)
    gold: int = Field(ge=0, le=1)
    frequency: tuple[float, float] | None


class AdRecord(MemorabilityRecord):
    """Write a memorable advertisement: scored by form alone.

    Attributes:
        brand: the brand that it is for.
        title: its title.
        seconds: its length.
        order: the official prompt that orders it; empty where the suite's own wording does.
        reference: the official description of the advertisement; empty where there is none.
    """

    form: Literal["ad"]
    brand: str = Field(min_length=1)
    title: str
    seconds: int = Field(ge=1)
    order: str = ""
    reference: str = ""
