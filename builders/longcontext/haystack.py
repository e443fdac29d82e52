"""The hay: chronicles of towns, told fast, block by block, from the suite's own templates.

A block is a pure function of the text's seed and its number, so that any one can be made alone and
a text of any length takes no more memory than one block. Nothing in it is asked about, which is
why it needs none of the care for order that :mod:`heptathlon.builders.sort.chronicle` takes.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from heptathlon.builders.sort import words as w
from heptathlon.builders.sort.kinds import KINDS
from heptathlon.builders.sort.things import THINGS
from heptathlon.seeding import Stream

CAST, SCENES = 24, 12
"""People and places of one block."""
ASIDE_IN, FEAST_IN, PARAGRAPH_IN = 2, 4, 3
"""One event in so many has an aside, names a feast, or begins a paragraph."""
BOOKISH = 500
"""Blocks of more words begin as a new chronicle of another town."""
DRAWN = 256
"""Random words taken at a time."""
SHORTEST = 5
"""Words of the shortest aside: less room than that stays empty."""

_PRONOUNS = (("she", "her", "her"), ("he", "him", "his"))


class Piece(NamedTuple):
    """A sentence.

    Attributes:
        text: it, after the blank, or the blank line, that parts it from the one before.
        words: its number of words.
        clings: whether it speaks of the sentence before, so that nothing may come between.
    """

    text: str
    words: int
    clings: bool = False


def _numbers(stream: Stream) -> Callable[[int], int]:
    """Return a fast draw below a small number; its bias, of 1 in 2**57, is no one's advantage."""
    left: list[int] = []

    def below(count: int) -> int:
        if not left:
            left.extend(stream.words(DRAWN).tolist())
        return left.pop() % count

    return below


def pieces(words: int, stream: Stream) -> Iterator[Piece]:
    """Yield the sentences of one block.

    Args:
        words: the most words of the block; it has few less.
        stream: where everything random comes from.
    """
    below = _numbers(stream)
    surnames = stream.sample(w.SURNAMES, CAST)
    given = (stream.sample(w.WOMEN, CAST // 2), stream.sample(w.MEN, CAST // 2))
    people = [(f"{given[i % 2][i // 2]} {name}", *_PRONOUNS[i % 2])
              for i, name in enumerate(surnames)]  # fmt: skip
    places = stream.sample(w.PLACES, SCENES)
    town = w.TOWN_HEADS[below(len(w.TOWN_HEADS))] + w.TOWN_TAILS[below(len(w.TOWN_TAILS))]
    names = tuple(THINGS)
    room = words
    if words > BOOKISH:
        told = f"{w.BEGINNINGS[below(len(w.BEGINNINGS))]} {w.IN_ORDER}".format(town=town)
        room -= len(told.split())
        yield Piece(f"\n\n{told}", words - room)
    while True:
        kind = KINDS[below(len(KINDS))]
        actor = below(CAST)
        who, he, him, his = people[actor]
        thing = f"{w.QUALITIES[below(len(w.QUALITIES))]} {names[below(len(names))]}"
        slots = {
            "who": who, "he": he, "him": him, "his": his,
            "other": people[(actor + 1 + below(CAST - 1)) % CAST][0],
            "thing": f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}",
            "place": places[below(SCENES)],
            "lead": w.LEADS[below(len(w.LEADS))] if below(FEAST_IN) else
            w.FEASTS[below(len(w.FEASTS))].format(saint=w.SAINTS[below(len(w.SAINTS))]),
        }  # fmt: skip
        event = [kind.opens[below(len(kind.opens))], kind.details[below(len(kind.details))]]
        if not below(ASIDE_IN):
            event.append(w.ASIDES[below(len(w.ASIDES))])
        gap = " " if below(PARAGRAPH_IN) else "\n\n"
        for role, template in enumerate(event):
            text = template.format_map(slots)
            count = text.count(" ") + 1
            if count > room:
                yield from _filled(room, below, slots)
                return
            room -= count
            yield Piece(f"{gap}{text[0].upper()}{text[1:]}", count, role == 1)
            gap = " "


def _filled(room: int, below: Callable[[int], int], slots: dict[str, str]) -> Iterator[Piece]:
    """Yield asides as long as one fits."""
    start = below(len(w.ASIDES))
    for at in range(len(w.ASIDES)):
        if room < SHORTEST:
            return
        text = w.ASIDES[(start + at) % len(w.ASIDES)].format_map(slots)
        count = text.count(" ") + 1
        if count <= room:
            room -= count
            yield Piece(f" {text[0].upper()}{text[1:]}", count)


@cache
def vocabulary() -> str:
    """Return all that a chronicle can say, in small letters."""
    towns = [head + tail for head in w.TOWN_HEADS for tail in w.TOWN_TAILS]
    kinds = [line for kind in KINDS for line in (*kind.opens, *kind.details)]
    lists = (w.ASIDES, w.LEADS, w.FEASTS, w.SAINTS, w.WOMEN, w.MEN, w.SURNAMES, w.QUALITIES,
             w.PLACES, w.BEGINNINGS, (w.IN_ORDER,), tuple(THINGS), towns, kinds)  # fmt: skip
    return "\n".join(text.lower() for one in lists for text in one)
