"""Sums of signed terms: months on and back, blocks this way and that, goods in and out.

The right sum and the seven wrong ones are drawn before the terms, and the start before either, so
that no place of a document among the others, and no distance from the start, is likelier to be
right. Terms are large beside the differences and of both signs, and no difference is a term's: one
of them, the first, the last or the largest, says next to nothing of where the sum lies.
"""

from dataclasses import dataclass

from heptathlon.builders.rarb.problem import Corner, corner
from heptathlon.seeding import Stream

TRIES = 400


@dataclass(frozen=True)
class Total:
    """A sum that can be wrong in three ways.

    Attributes:
        base: the sum at the corner without any of the three offsets, counted from the start.
        offsets: what each of the three bits of a corner adds.
        gold: the right corner.
        terms: terms of the right sum, in order.
    """

    base: int
    offsets: tuple[int, int, int]
    gold: Corner
    terms: tuple[int, ...]

    def at(self, place: Corner) -> int:
        """Return the sum at a corner."""
        return self.base + _offset(self.offsets, place)


def total(
    steps: int, slips: tuple[int, int], misread: tuple[int, int], sizes: tuple[int, int],
    stream: Stream,
) -> Total | None:  # fmt: skip
    """Draw a sum with three faults: two slips of fixed size, and one term misread by more.

    Args:
        steps: number of terms.
        slips: the two fixed offsets.
        misread: least and greatest of the third.
        sizes: least and greatest size of the terms.
        stream: the problem's random stream.

    Returns:
        None if no terms were found.
    """
    low, high = sizes
    offsets = (*slips, stream.between(*misread))
    spread = sum(offsets)
    # All eight sums are within what a single term can be, so that any number of terms has them.
    base = signed(low, high - spread, spread, stream)
    gold = corner(stream)
    terms = parts(base + _offset(offsets, gold), steps, sizes, stream)
    return Total(base, offsets, gold, tuple(terms)) if terms else None


def _offset(offsets: tuple[int, int, int], place: Corner) -> int:
    return sum(offset for offset, bit in zip(offsets, place, strict=True) if bit)


def signed(low: int, high: int, spread: int, stream: Stream) -> int:
    """Draw a number from ``low`` to ``high``, or its mirror image if ``spread`` is added to it."""
    found = stream.between(low, high)
    return -found - spread if stream.below(2) else found


def parts(goal: int, n: int, sizes: tuple[int, int], stream: Stream) -> list[int] | None:
    """Draw ``n`` signed numbers that add up to a goal, in random order; None if none were found.

    Args:
        goal: what they add up to.
        n: how many there are.
        sizes: least and greatest size of each, whatever its sign.
        stream: the problem's random stream.
    """
    low, high = sizes
    for _ in range(TRIES):
        out = [stream.between(low, high) * (1 if stream.below(2) else -1) for _ in range(n - 1)]
        last = goal - sum(out)
        if low <= abs(last) <= high:
            out.append(last)
            stream.shuffle(out)
            return out
    return None
