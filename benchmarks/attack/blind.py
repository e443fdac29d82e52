"""Strategies that never look at the input: constants, tables of constants, guesses that are kept.

An instruction may be obeyed without reading what it is about: "always the first class, by whatever
name it is asked for" and "guess a class once an item, and keep the guess" win every headline that
counts only what was right before.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.attack.answers import Answers
from benchmarks.attack.items import Batch, Item, Response

PLACES = 6
"""Constant answers that are tried in each place of a table."""
CONFIDENCES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Log-likelihoods by which a constant option stands above the others."""
VALUES = 12
"""Values of a field up to which a table has a row for each."""

Strategy = Callable[[Sequence[Item]], list[Response]]
"""Answers documents, all at a time, because models are asked faster so."""


def each(answer: Callable[[Item], Response]) -> Strategy:
    """Return a strategy that answers every document by itself."""
    return lambda items: [answer(item) for item in items]


@dataclass(frozen=True)
class Found:
    """A way to answer, and what it rests on.

    Attributes:
        kind: what is looked at, in a word or two.
        cue: what it does.
        whole: whether it may use the whole prompt; else it must not pass chance.
        answer: the way.
        task: the task that it answers, the others being left alone; empty if it answers all.
    """

    kind: str
    cue: str
    whole: bool
    answer: Strategy
    task: str = ""


def strategies(batch: Batch, answers: Answers, *, fast: bool) -> Iterator[Found]:
    """Yield strategies, the tables among them fitted to the headline on these documents."""
    yield Found("constant", "says nothing", False, each(answers.nothing))
    for place in range(PLACES):
        yield Found("constant", f"answer number {place}", False, _constant(answers, place))
    if any(item.options for item in batch.items):
        for place in range(2):
            for confidence in CONFIDENCES:
                yield Found(
                    "confidence",
                    f"option {place} with a log-likelihood of {confidence:g}",
                    False,
                    _confident(answers, place, confidence),
                )
        yield Found("length", "the longest option", False, _by_length(answers, 1))
        yield Found("length", "the shortest option", False, _by_length(answers, -1))
    yield from _classes(batch, answers)
    for name in _tabled(batch)[: 4 if fast else None]:
        yield _table(batch, answers, name)


def _constant(answers: Answers, place: int) -> Strategy:
    return each(lambda item: answers.constant(item, place))


def _confident(answers: Answers, place: int, confidence: float) -> Strategy:
    def answer(item: Item) -> Response:
        if not item.options:
            return answers.constant(item, place)
        return answers.option(item, place, confidence)

    return each(answer)


def _by_length(answers: Answers, sign: int) -> Strategy:
    def answer(item: Item) -> Response:
        if not item.options:
            return answers.nothing(item)
        return answers.likely(item, [sign * len(text) for text in item.contents], 1.0)

    return each(answer)


# --- classes by whatever name --------------------------------------------------------------------


def _classes(batch: Batch, answers: Answers) -> Iterator[Found]:
    """Yield "always this class" and "a guess that is kept", for lists that name the classes."""
    for name in _lists_of_answers(batch.items):
        most = max(len(item.doc[name]) for item in batch.items if name in item.doc)
        for place in range(min(most, PLACES)):
            cue = f"always number {place} of {name}, by whatever name it is asked for"
            yield Found("class", cue, False, _class(answers, name, lambda item, at=place: at))
        for key in ("cluster_id", "item_id"):
            cue = f"a number of {name} that is guessed once for each {key.removesuffix('_id')}"
            yield Found("class", cue, False, _class(answers, name, _guess(key)))


def _lists_of_answers(items: Sequence[Item]) -> list[str]:
    """Return the fields that list what may be answered, in every document that has them."""
    out = []
    for name in sorted(set().union(*(item.fields for item in items))):
        having = [item for item in items if isinstance(item.doc.get(name), list)]
        if having and all(_place(item, name) is not None for item in having):
            out.append(name)
    return out


def _place(item: Item, name: str) -> int | None:
    """Return the place of the right answer in a list of the record."""
    gold = item.options[item.gold].strip() if item.gold is not None else item.said
    words = [str(word).casefold() for word in item.doc[name]]
    return words.index(gold.casefold()) if len(words) > 1 and gold.casefold() in words else None


def _guess(key: str) -> Callable[[Item], int]:
    def guess(item: Item) -> int:
        return hashlib.sha256(str(item.doc[key]).encode()).digest()[0]

    return guess


def _class(answers: Answers, name: str, choose: Callable[[Item], int]) -> Strategy:
    def answer(item: Item) -> Response:
        words = item.doc.get(name)
        if not isinstance(words, list):
            return answers.nothing(item)
        word = str(words[choose(item) % len(words)])
        if not item.options:
            return answers.text(item, word)
        options = [option.strip().casefold() for option in item.options]
        if word.casefold() in options:
            return answers.option(item, options.index(word.casefold()))
        return answers.nothing(item)

    return each(answer)


# --- tables of constants -------------------------------------------------------------------------


def _tabled(batch: Batch) -> list[str]:
    """Return what a table may be keyed by: the task, and fields of few values that are shown."""
    names = ["(task)"]
    for name in sorted(set().union(*(item.fields for item in batch.items))):
        values = {_level(item, name) for item in batch.items}
        if 1 < len(values) <= VALUES:
            names.append(name)
    return names


def _level(item: Item, name: str) -> str:
    return item.sample.variant if name == "(task)" else str(item.doc.get(name))[:80]


def _table(batch: Batch, answers: Answers, name: str) -> Found:
    """Fit a constant answer to each value of a field, the headline itself being the aim."""
    levels = sorted({_level(item, name) for item in batch.items})
    table = dict.fromkeys(levels, 0)

    def answer(item: Item) -> Response:
        place = table.get(_level(item, name), 0)
        return answers.nothing(item) if place < 0 else answers.constant(item, place)

    best = batch.value(each(answer)(batch.items))
    for level in levels:
        for place in (-1, *range(PLACES)):
            before, table[level] = table[level], place
            value = batch.value(each(answer)(batch.items))
            if value > best:
                best = value
            else:
                table[level] = before
    words = ", ".join(f"{level}: {place}" for level, place in table.items())
    return Found("table", f"a constant for each {name} ({words})"[:160], False, each(answer))
