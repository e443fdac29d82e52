"""The verbalizer record: one item under one verbalizer, with all that its prompt shows."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from heptathlon.records import Record

Group = Literal["pairs", "natural", "neutral", "unnatural", "pull", "derangement", "channel"]
"""What a task asks. ``pairs`` of the fresh edition has every item under natural words and under the
same words for other classes, so that a task's name does not tell which; the paper edition has a
task for each, as the paper has."""
Form = Literal[
    "natural", "neutral", "unnatural", "congruent", "same_field", "antonym", "derangement",
    "demonstrations", "both", "conflict", "after",
]  # fmt: skip
"""Finer than the group: each level of pull, and each way to give the mapping, on its own."""
Pull = Literal["congruent", "neutral", "same_field", "antonym"]
Channel = Literal["instruction", "demonstrations", "both", "conflict"]
Place = Literal["before", "after"]


class Part(BaseModel):
    """One text of an input, such as a premise, with the label that stands before it.

    Attributes:
        label: what stands before the text, such as ``Premise``.
        text: the text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str = Field(min_length=1)
    text: str = Field(min_length=1)


class Demo(BaseModel):
    """A worked example: an input and the word that answers it.

    Attributes:
        inputs: its texts.
        word: the word that answers it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    inputs: list[Part]
    word: str


class VerbalizerRecord(Record):
    """One item, which asks for one of several words.

    All records of an item share ``cluster_id``; the record with verbalizer ``names`` in the group
    ``natural`` shows whether a model knows the answer.

    Attributes:
        dataset: dataset or grammar that the item is from.
        classes: number of classes.
        rung: rung of the family's ladder, the number of classes that trade names in the notes on
            topics; 0 for an item of another dataset, which is on none.
        template: the grammar's construction; the source's split in the paper edition.
        inputs: the texts.
        names: natural name of each class.
        conditions: what must hold for each class, in words that fit after "if".
        verbalizer: name of the set of words.
        group: the task that asks it.
        pull: what the asked words mean: their class (``congruent``), nothing that bears on it
            (``neutral``), something else in the same field (``same_field``), or its opposite
            (``antonym``).
        words: the word to answer with for each class.
        natural: the word by which each class would naturally be called in this vocabulary: ``yes``
            under ``no/yes``, else the class's name.
        shown: the word that the demonstrations use for each class; empty without any.
        channel: where the mapping is given; under ``conflict`` the instruction gives ``words`` and
            the demonstrations show ``shown``.
        place: whether the mapping stands before or after the input.
        order: classes in the order in which the instruction names them.
        wording: which wording of the instruction is used; an item keeps its own under all words,
            and the wordings take turns over the items.
        demos: worked examples, in order.
        gold: index of the item's class.
    """

    form: Form
    dataset: str
    classes: int = Field(ge=2)
    rung: int = Field(ge=0)
    template: str
    inputs: list[Part]
    names: list[str]
    conditions: list[str]
    verbalizer: str
    group: Group
    pull: Pull
    words: list[str]
    natural: list[str]
    shown: list[str]
    channel: Channel
    place: Place
    order: list[int]
    wording: int = Field(ge=0)
    demos: list[Demo]
    gold: int = Field(ge=0)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        columns = (self.names, self.conditions, self.words, self.natural)
        if any(len(column) != self.classes for column in columns):
            raise ValueError("every class needs a name, a condition, a word and a natural word")
        if sorted(self.order) != list(range(self.classes)) or self.gold >= self.classes:
            raise ValueError("order must be a permutation of the classes, and gold one of them")
        return self
