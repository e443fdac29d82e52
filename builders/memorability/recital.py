"""A probe for recital: who knows what the published file says of an item has read the file.

The options are published figures of items that were remembered as well as the one that is asked
about, so that knowing what people remember does not help; one of them is the item's own.
"""

from collections.abc import Sequence

from heptathlon.builders.memorability.lists import WORDINGS
from heptathlon.builders.memorability.people import RATERS, SETS, Item, pooled
from heptathlon.builders.memorability.records import RecitalRecord
from heptathlon.records import content_id
from heptathlon.seeding import Stream

FAMILY = "memorability"
OPTIONS = 4
NEAREST = 12
"""Items with the nearest scores, from which the other options are drawn."""


def figures(item: Item) -> str:
    """Return an item's counts as the probe shows them.

    Example:
        >>> figures(Item("pi", 82, 3, 87, 5, {}))
        '82 hits, 3 misses, 87 correct rejections, 5 false alarms'
    """
    return (
        f"{item.hits} hits, {item.misses} misses, {item.rejections} correct rejections, "
        f"{item.alarms} false alarms"
    )


def recital_records(stream: Stream, season: str, count: int) -> list[RecitalRecord]:
    """Draw items of the scored pools, the sets with published counts in turns.

    Args:
        stream: source of the draw.
        season: for the records.
        count: how many.
    """
    # Of sentences only shares are published, and a share gives its item's score away.
    names = [name for name in SETS if name != "sentences"]
    pools = {
        name: sorted(pooled(name, "scored"), key=lambda i: (i.share, i.text)) for name in names
    }
    orders = {name: stream.sample(range(len(pools[name])), count) for name in names}
    return [
        _record(stream, season, name, pools[name], orders[name][n // len(names)])
        for n in range(count)
        for name in (names[n % len(names)],)
    ]


def _record(
    stream: Stream, season: str, name: str, pool: Sequence[Item], place: int
) -> RecitalRecord:
    item = pool[place]
    own = figures(item)
    # The item's own score has any place among the others', or the middle one would be the answer.
    low = min(max(0, place - stream.below(NEAREST + 1)), len(pool) - NEAREST - 1)
    near = [figures(pool[i]) for i in range(low, low + NEAREST + 1) if i != place]
    others = stream.sample([row for row in dict.fromkeys(near) if row != own], OPTIONS - 1)
    options = [own, *others]
    stream.shuffle(options)
    return RecitalRecord(
        item_id=content_id(FAMILY, "recital", name, item.text, options),
        cluster_id=content_id(FAMILY, "recital", name, item.text),
        season=season,
        form="recital",
        set=name,
        part="test",
        k=0,
        raters=RATERS[name],
        shots=[],
        item=content_id(FAMILY, name, item.text),
        contaminated=True,
        wording=stream.below(WORDINGS),
        text=item.text,
        options=options,
        gold=options.index(own),
    )
