"""A question without its prompt."""

from typing import NamedTuple


class Question(NamedTuple):
    """What is asked and what is offered, without labels, list or cue for an answer.

    Attributes:
        text: all that must be read to answer.
        options: texts of the options, in the record's order.
        gold: index of the right one.
    """

    text: str
    options: tuple[str, ...]
    gold: int
