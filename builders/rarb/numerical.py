"""Numerical problems: what is left after goods have come and gone."""

from heptathlon.builders.rarb.problem import Asked, Problem, problem
from heptathlon.builders.rarb.sums import total
from heptathlon.builders.rarb.words import capital, in_words, plural
from heptathlon.seeding import Stream

TOPICS = ("stock",)
_SHOPS = (
    "stall", "nursery", "workshop", "library", "bakery", "museum", "pharmacy", "depot", "bazaar",
    "chandlery", "mission", "studio",
)  # fmt: skip
_GOODS = (
    "jar", "tray", "lamp", "atlas", "loaf", "coin", "brush", "box", "candle", "basket", "kettle",
    "blanket", "bottle", "ribbon", "clock", "saddle",
)  # fmt: skip
_OUT = ("were sold", "were given away", "were lent out", "were broken", "were sent back")
_IN = ("were bought", "were handed in", "were brought in", "were made", "were delivered")
FAULTS = ("off_by_one", "carry_slip", "misread_number")
SIZES = (2, 85)
"""Least and greatest change of the stock."""
MISREAD = (12, 60)
"""By how much a number may be misread."""
MIN_COUNT = 1
ORDERS = 50
"""Orders of the changes that are tried, for one in which the goods never run out."""


def blocks(stream: Stream, n: int) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Return topic, shared facts and marks of a town's blocks."""
    return [
        ("stock", (shop,), tuple(stream.sample(_GOODS, 3))) for shop in stream.sample(_SHOPS, n)
    ]


def draw(asked: Asked, stream: Stream) -> Problem | None:
    """Return a numerical problem, or None if the draw was not fair."""
    found = total(asked.steps, (1, 10), MISREAD, SIZES, stream)
    if found is None:
        return None
    # Drawn by what all corners need, so that it tells none of them.
    start = stream.between(MIN_COUNT, 160) + max(0, -found.base)
    changes = list(found.terms)
    for _ in range(ORDERS):
        if _lasts(start, changes):
            break
        stream.shuffle(changes)
    else:
        return None
    place, shop, good = asked.place, asked.facts[0], asked.mark
    things = plural(good)
    told = " ".join(_told(n, good, asked.wording, stream) for n in changes)
    query = (
        f"The {shop} in {place} had {_count(start, good)}. {told} How many {things} does the "
        f"{place} {shop} have in the end?",
        f"How many {things} are left at the {shop} of {place}? At first there were "
        f"{_count(start, good)} at the {place} {shop}. {told}",
        f"Book of the {place} {shop}, {things} only. In the morning: {_count(start, good)}. "
        f"{told} What is written down at night for the {things} of {place}?",
    )[asked.wording]
    return problem(
        asked,
        query,
        found.gold,
        FAULTS,
        lambda c: f"Stock of {things}, {place} {shop}: {start + found.at(c)}.",
    )


def _lasts(start: int, changes: list[int]) -> bool:
    held = start
    for change in changes:
        held += change
        if held < MIN_COUNT:
            return False
    return True


def _count(n: int, good: str) -> str:
    return f"{in_words(n)} {good if n == 1 else plural(good)}"


def _told(change: int, good: str, wording: int, stream: Stream) -> str:
    how, count = stream.choice(_IN if change > 0 else _OUT), _count(abs(change), good)
    return (
        f"{capital(count)} {how}.",
        f"Then {count} {how}.",
        f"{capital(how.removeprefix('were '))}: {in_words(abs(change))}.",
    )[wording]
