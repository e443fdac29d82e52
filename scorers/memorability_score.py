"""Reading a written score: the one number from 00 to 99 that an answer gives."""

from collections.abc import Mapping
from typing import Any

from heptathlon.scorers.reading import Reading, Unread, agreed, read, taken_back
from heptathlon.scorers.reading.numbers import last_score, score_in, stands_alone
from heptathlon.tasks.memorability.prompts import HEADINGS

LOWEST, HIGHEST = 0.0, 99.0
SHOWN = 80
"""Characters of an answer that could not be read which a verdict keeps."""


def written_score(doc: Mapping[str, Any], response: str) -> tuple[float | Unread, str]:
    """Return the score that a response gives, or why it gives none; and the answer as read."""
    reading = read(response, next_items(doc["set"]), at_once=True)
    value = _score(reading)
    return value, reading.answer[:SHOWN] if isinstance(value, Unread) else f"{value:g}"


def next_items(of_set: str) -> tuple[str, ...]:
    """Return what the lines begin with where a prompt or an item of a set begins."""
    item = f"{of_set.removesuffix('s').capitalize()}: "
    return (HEADINGS[of_set], item) if of_set != "lambda" else (HEADINGS[of_set],)


def _score(reading: Reading) -> float | Unread:
    """Return the score that a reply gives.

    The prompts end where the digits are due: a base model writes them and goes on to invent more
    items, a talkative one explains them. So without a marked score a first line that is a number
    and nothing else counts, unless another such line differs; else the lines that say that they
    give a score, if they agree.
    """
    if (silent := reading.silent) is not None:
        return silent

    def named(text: str) -> float | Unread:
        return score_in(text, LOWEST, HIGHEST)

    marked = agreed([named(content) for content in reading.listed])
    if reading.marked and marked is not Unread.UNREADABLE:
        return Unread.SEVERAL if taken_back(reading, marked, named, named) else marked
    alone = [line for line in reading.lines if stands_alone(line)]
    if alone and alone[0] == reading.lines[0]:
        return agreed([named(line) for line in alone])
    found = None if reading.marked else last_score(reading.lines, LOWEST, HIGHEST)
    return marked if found is None else found
