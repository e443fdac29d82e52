"""The rows of the icl sets: examples, a query, and what can be known of it, exactly."""

from typing import ClassVar, Literal

from pydantic import Field

from heptathlon.records import Id, Record

Told = Literal["told", "untold"]
SHOWN_DIGITS = 6
"""Decimals to which an exact chance is kept."""


class RuleRecord(Record):
    """A query for the label of an input under a hidden rule on five bits.

    Attributes:
        form: ``forced``, ``open`` or ``teach``.
        pair_id: what the two members of a pair share: two queries of one context, or one query
            after teaching and after random examples.
        rule: class of the hidden rule, such as ``parity2``.
        shown: number of examples.
        told: whether the prompt says of which class the rule is.
        near: in how many bits the query differs from the example nearest to it.
        arm: ``teach`` or ``random`` of the form ``teach``; else empty.
        wording: which of the three wordings the prompt has.
        options: the two labels, in an order that is always the same.
        positive: index of the label that stands for true; either may.
        inputs: the examples' bits.
        answers: index of each example's label.
        query: the bits of the input asked about; no example has them.
        exact: the exact chance of each label, by whoever knows what the prompt says and all
            classes.
        gold: index of the hidden rule's label, or of the likelier one in the form ``open``.
    """

    ASKED: ClassVar[str] = "pair_id"

    form: Literal["forced", "open", "teach"]
    pair_id: Id
    rule: str
    shown: int = Field(gt=0)
    told: Told
    near: int = Field(gt=0)
    arm: Literal["", "teach", "random"]
    wording: int = Field(ge=0)
    options: tuple[str, str]
    positive: int = Field(ge=0, le=1)
    inputs: tuple[str, ...]
    answers: tuple[int, ...]
    query: str
    exact: tuple[float, float]
    gold: int = Field(ge=0, le=1)


class LinearRecord(Record):
    """A query for the value of a hidden linear function with small whole weights.

    Attributes:
        form: ``linear``.
        shown: number of examples.
        places: numbers in an input.
        room: whether there are fewer examples than weights, as many, or more.
        noise: whether 1 is sometimes added to a value or taken away.
        wording: which of the three wordings the prompt has.
        inputs: the examples' numbers, parted by blanks.
        answers: the examples' values.
        query: the numbers asked about; no example has them.
        values: every value that is possible, rising.
        exact: the exact chance of each.
        answer: the likeliest value; of equals the one nearest to 0, then the lower one.
    """

    form: Literal["linear"]
    shown: int = Field(gt=0)
    places: int = Field(gt=0)
    room: Literal["below", "at", "above"]
    noise: bool
    wording: int = Field(ge=0)
    inputs: tuple[str, ...]
    answers: tuple[int, ...]
    query: str
    values: tuple[int, ...]
    exact: tuple[float, ...]
    answer: int


class BoolRecord(Record):
    """A query of the paper edition: the label of an input under a hidden signed conjunction.

    Attributes:
        form: ``bool``.
        shown: number of examples.
        near: in how many bits the query differs from the example nearest to it; 0 if it is one.
        seen: whether the query is among the examples, so that looking it up is enough.
        options: the two labels.
        positive: index of the label that stands for true.
        inputs: the examples' bits; inputs repeat.
        answers: index of each example's label.
        query: the bits of the input asked about.
        exact: the exact chance of each label, by whoever knows how functions and inputs are drawn.
        gold: index of the hidden function's label.
    """

    form: Literal["bool"]
    shown: int = Field(gt=0)
    near: int = Field(ge=0)
    seen: Literal["seen", "unseen"]
    options: tuple[str, str]
    positive: int = Field(ge=0, le=1)
    inputs: tuple[str, ...]
    answers: tuple[int, ...]
    query: str
    exact: tuple[float, float]
    gold: int = Field(ge=0, le=1)


class UrnsRecord(Record):
    """A query for the next draw from an urn that is a known one or a new one.

    Attributes:
        form: ``urns``.
        shown: number of draws.
        known: number of known urns.
        origin: whether the draws are from one of them.
        options: the letters of the balls.
        urns: how many balls of each letter every known urn holds, parted by blanks.
        draws: the letters drawn.
        exact: the exact chance of each letter to be drawn next.
        gold: index of the likeliest.
    """

    form: Literal["urns"]
    shown: int = Field(gt=0)
    known: int = Field(gt=0)
    origin: Literal["known", "new"]
    options: tuple[str, ...]
    urns: tuple[str, ...]
    draws: tuple[str, ...]
    exact: tuple[float, ...]
    gold: int = Field(ge=0)
