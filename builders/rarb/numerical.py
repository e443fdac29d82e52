"""Numerical problems: word problems, with worked answers as documents."""

from heptathlon.builders.rarb.problem import Problem, problem
from heptathlon.builders.rarb.words import counted, in_words
from heptathlon.seeding import Stream

_GOODS = (
    ("stall", "crate", "jar", "sold", "brought in from the cellar"),
    ("nursery", "tray", "seedling", "given away", "raised under glass"),
    ("workshop", "box", "hinge", "fitted to doors", "found in a drawer"),
    ("library", "shelf", "atlas", "lent to a school", "returned by readers"),
    ("bakery", "rack", "loaf", "eaten at noon", "baked afterwards"),
    ("museum", "drawer", "coin", "sent on loan", "bought at an auction"),
)
"""Place of business, its container, what is in it, how it becomes less, how it becomes more."""
_PLURALS = {"box": "boxes", "shelf": "shelves", "atlas": "atlases", "loaf": "loaves"}
FAULTS = ("miscounted_group", "wrong_operation", "carry_slip")
CARRY = 10
MIN_TOTAL = 12


def _plural(noun: str) -> str:
    return _PLURALS.get(noun, f"{noun}s")


def _count(n: int, noun: str) -> str:
    return counted(n, noun) if n == 1 or noun not in _PLURALS else f"{in_words(n)} {_plural(noun)}"


def draw(place: str, stream: Stream) -> Problem | None:
    """Return a numerical problem of a place, or None if the draw was not fair."""
    shop, container, thing, less, more = stream.choice(_GOODS)
    low, upper = stream.between(3, 12), stream.below(2)
    groups, size = low + upper, stream.between(6, 24)
    changes = [
        (1 if stream.below(2) else -1) * stream.between(4, 60) for _ in range(stream.between(1, 3))
    ]
    turned = stream.below(len(changes))
    # Of the two counts either is as likely to be the right one, so neither gives itself away.
    miscount = 1 - 2 * upper
    slip = CARRY * (2 * stream.below(2) - 1)
    # Never in the first total: that a prime is no product can be seen without the question.
    slipped_at = 1 + stream.below(len(changes))

    def totals(miscounted: bool, wrong_operation: bool, carry_slip: bool) -> list[int]:
        out = [(groups + miscount * miscounted) * size]
        for index, change in enumerate(changes):
            out.append(out[-1] + (-change if wrong_operation and index == turned else change))
        if carry_slip:
            out = [n + slip * (i >= slipped_at) for i, n in enumerate(out)]
        return out

    corners = [totals(a, b, c) for a in (False, True) for b in (False, True) for c in (False, True)]
    if len({c[-1] for c in corners}) < len(corners) or min(map(min, corners)) < MIN_TOTAL:
        return None

    def document(miscounted: bool, wrong_operation: bool, carry_slip: bool) -> str:
        chain = totals(miscounted, wrong_operation, carry_slip)
        running = ", then ".join(map(str, chain))
        return (
            f"Worked answer for the {place} {shop}: running total {running}. "
            f"Result: {chain[-1]} {_plural(thing)}."
        )

    told = [
        f"{in_words(abs(n)).capitalize()} {_plural(thing)} were {less if n < 0 else more}."
        for n in changes
    ]
    query = (
        f"The {place} {shop} had {_count(groups, container)} of {in_words(size)} {_plural(thing)} "
        f"each. {' '.join(told)} How many {_plural(thing)} were there in the end?"
    )
    return problem("stock", 1 + len(changes), query, FAULTS, document)
