"""What is asked before passages: a value, which passage says it, and whether any does.

The passages for a number are among those for the next one, so that every curve over their number is
paired. In ``given`` one always answers; ``which`` asks for its number; ``unsaid`` has twins, in one
of which another passage stands in its place; ``retrieved`` has what BM25 found, in four orders.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from heptathlon.builders.longcontext.passages import World, passage
from heptathlon.builders.longcontext.text import digest_of
from heptathlon.builders.longcontext.units import OWNERS
from heptathlon.seeding import Stream

Counts = Sequence[int]
PLACES = ("first", "middle", "last")
UNSAID = "unknown"
"""Offered where the passages may not say it."""
LOCATED = 10
"""Passages from which on a question asks which of them answers: all have as many options then."""
ORDERED = 5
"""Passages from which on orders differ enough to be compared."""
Order = Callable[[list[int]], list[int]]
ORDERS: dict[str, Order] = {
    "score": lambda ranked: ranked,
    "reversed": lambda ranked: ranked[::-1],
    # The best stand at both ends (Jin et al. 2024, arXiv 2410.05983): 1 3 5 4 2.
    "reordered": lambda ranked: ranked[::2] + ranked[1::2][::-1],
}
"""Orders of what was found, the best first; a fourth one is ``random``."""


def given(world: World, number: int, counts: Counts) -> Iterator[dict[str, Any]]:
    """Yield the fields of a question before each number of passages, one of which answers."""
    place = PLACES[number % len(PLACES)]
    for count in counts:
        shown = _placed(world.numbers[1:count], 0, place) if count else []
        asked = _value(world, world.values, world.gold)
        yield {**_shown(world, "given", count, shown), **asked, "place": place}


def which(world: World, counts: Counts, stream: Stream) -> Iterator[dict[str, Any]]:
    """Yield the fields of a question for the number of the passage that answers, at any place."""
    at = {n: stream.uniform() for n in world.numbers}
    for count in counts:
        if count < LOCATED:
            continue
        shown = sorted(world.numbers[:count], key=at.__getitem__)
        right = shown.index(0) + 1
        others = [n for n in range(1, count + 1) if n != right]
        offered = stream.sample([right, *stream.sample(others, OWNERS - 1)], OWNERS)
        yield {
            **_shown(world, "which", count, shown),
            "asks": "passage",
            "question": f"Which passage says what the {world.topic} of {world.who} was last known "
            "to be?",
            "options": tuple(map(str, offered)),
            "gold": offered.index(right),
        }


def unsaid(world: World, number: int, counts: Counts, stream: Stream) -> Iterator[dict[str, Any]]:
    """Yield the fields of twins: with the passage that answers, and with another in its place."""
    place = PLACES[number % len(PLACES)]
    options = tuple(stream.sample([*world.values, UNSAID], OWNERS + 1))
    for count in filter(None, counts):
        for asks, one, answer in (
            ("told", 0, world.gold),
            ("untold", world.numbers[count], UNSAID),
        ):
            shown = _placed(world.numbers[1:count], one, place)
            asked = {**_value(world, options, answer), "asks": asks, "place": place}
            yield {**_shown(world, "unsaid", count, shown), **asked}


def retrieved(world: World, counts: Counts, stream: Stream) -> Iterator[dict[str, Any]]:
    """Yield the fields of a question before what was found, in each order."""
    at = {n: stream.uniform() for n in world.numbers}
    orders: dict[str, Order] = {**ORDERS, "random": partial(sorted, key=at.__getitem__)}
    for count in filter(None, counts):
        if 1 < count < ORDERED:
            continue
        for order in orders if count > 1 else ["score"]:
            shown = orders[order](list(world.numbers[:count]))
            asked = _value(world, world.values, world.gold)
            yield {**_shown(world, "retrieved", count, shown), **asked, "order": order}


def _placed(others: Sequence[int], one: int, place: str) -> list[int]:
    at = {"first": 0, "middle": len(others) // 2, "last": len(others)}[place]
    return [*others[:at], one, *others[at:]]


def _value(world: World, options: tuple[str, ...], answer: str) -> dict[str, Any]:
    """Return the fields of a question for a value."""
    return {
        "asks": "value",
        "question": f"What was the {world.topic} of {world.who} last known to be?",
        "options": options,
        "gold": options.index(answer),
    }


def _shown(world: World, form: str, count: int, shown: Sequence[int]) -> dict[str, Any]:
    """Return the fields that say which passages stand before a question."""
    told = tuple(world.said[n] for n in shown)
    return {
        "form": form,
        "passages": count,
        "place": "any",
        "order": "placed",
        "at": shown.index(0) if 0 in shown else -1,
        "topic": world.topic,
        "seed": world.seed,
        "shown": tuple(shown),
        "told": told,
        "digest": digest_of([passage(world.seed, n, t) for n, t in zip(shown, told, strict=True)]),
    }
