"""Lists of words, phrases or sentences of which people remembered some better than the others.

A list holds :data:`LENGTH` items of the scored pool. Its :data:`TAKE` best were recognised more
often than the others, with a gap between the worst of the best and the best of the others: a wide
gap makes an easy list. A season deals the items of a set into blocks that share none, and makes one
list of each gap from every block. So lists of one block may share items, and their errors with
them, while blocks are independent: standard errors cluster on the block.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from heptathlon.builders.memorability.people import (
    POINTS,
    RATERS,
    Item,
    Pool,
    bare,
    plausible_shares,
    pooled,
)
from heptathlon.builders.memorability.records import ListRecord
from heptathlon.families import FAMILIES
from heptathlon.records import content_id
from heptathlon.seeding import Stream

FAMILY = "memorability"
VERSION = FAMILIES[FAMILY].version

LENGTH, TAKE = 24, 6
GAPS = (12, 9, 6, 3, 0)
"""Points of the share of right answers that lie between the best and the others, at the least."""
CUT = 0.72
"""Share of a pool below the middle of the gap: near the three quarters that a list's others are."""
PLAUSIBLE = 100
"""Draws of the true shares by which a list's best reachable overlap is estimated."""
WORDINGS = 3


@dataclass(frozen=True)
class Block:
    """Items that no other block of the same season has.

    Attributes:
        number: its place among the set's blocks, from 0.
        high: items above the widest gap.
        rest: the other items.
    """

    number: int
    high: tuple[Item, ...]
    rest: tuple[Item, ...]


@cache
def middle(name: str, pool: Pool) -> float:
    """Return the share of right answers, in points, about which a pool's gaps lie."""
    scores = sorted(POINTS * item.share for item in askable(name, pool))
    return scores[int(CUT * len(scores))]


@cache
def askable(name: str, pool: Pool) -> tuple[Item, ...]:
    """Return the items of a pool that lists are made of: no item stands in two sets."""
    words = {bare(item.text) for item in pooled("words", pool)}
    return tuple(
        item for item in pooled(name, pool) if name != "phrases" or bare(item.text) not in words
    )


def deal(name: str, pool: Pool, stream: Stream) -> list[Block]:
    """Deal a pool into blocks, as many as have :data:`TAKE` items above the widest gap each.

    Args:
        name: the set.
        pool: which of its items.
        stream: source of the order.
    """
    items = list(askable(name, pool))
    stream.shuffle(items)
    above = middle(name, pool) + GAPS[0] / 2
    high = [item for item in items if POINTS * item.share >= above]
    rest = [item for item in items if POINTS * item.share < above]
    count = len(high) // TAKE
    return [Block(n, tuple(high[n::count]), tuple(rest[n::count])) for n in range(count)]


def list_record(
    name: str, pool: Pool, block: Block, gap: int, stream: Stream, season: str
) -> ListRecord:
    """Draw one list of a block.

    Args:
        name: the set.
        pool: the pool that the block is from.
        block: the block.
        gap: points between the best and the others.
        stream: source of the draw.
        season: for the record.
    """
    centre = middle(name, pool)
    known = [*block.high, *block.rest]
    best = [item for item in known if POINTS * item.share >= centre + gap / 2]
    others = [item for item in known if POINTS * item.share < centre - gap / 2]
    items = stream.sample(best, TAKE) + stream.sample(others, LENGTH - TAKE)
    stream.shuffle(items)
    gold = best_of([item.share for item in items], TAKE)
    picks = _plausible_picks(name, items, stream)
    shown = [item.text for item in items]
    return ListRecord(
        item_id=content_id(FAMILY, "list", name, shown, gold),
        cluster_id=content_id(FAMILY, "block", season, name, pool, *sorted(i.text for i in known)),
        season=season,
        form="list",
        set=name,
        part="test" if pool == "scored" else "practice",
        k=0,
        raters=RATERS[name],
        shots=[],
        item=content_id(FAMILY, "items", *sorted(shown)),
        gap=gap,
        wording=stream.below(WORDINGS),
        items=shown,
        take=TAKE,
        best=gold,
        measured=[round(POINTS * item.share, 2) for item in items],
        knowing=picks[0],
        reachable=round(sum(len({*p} & {*gold}) for p in picks) / (len(picks) * TAKE), 4),
    )


def best_of(values: Sequence[float], take: int) -> list[int]:
    """Return the places of the highest values, in rising order; of equals the earlier.

    Example:
        >>> best_of([0.5, 0.9, 0.7, 0.9], 2)
        [1, 3]
    """
    return sorted(sorted(range(len(values)), key=lambda i: (-values[i], i))[:take])


def _plausible_picks(name: str, items: Sequence[Item], stream: Stream) -> list[list[int]]:
    """Return what those would pick who know the true shares, in draws that the counts allow."""
    words = stream.words(PLAUSIBLE * len(items)).reshape(PLAUSIBLE, len(items))
    # The middle of one of 2**53 equal parts of (0, 1): neither end can come up.
    chances = ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return [best_of(row, TAKE) for row in plausible_shares(name, items, chances).tolist()]
