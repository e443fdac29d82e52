"""Sums of signed terms: months on and back, blocks this way and that, goods in and out.

The right sum and the seven wrong ones are drawn before the terms, and the start before either, so
that no place of a document among the others, and no distance from the start, is likelier to be
right. Terms are large beside the sum and of both signs: one of them, the first, the last or the
largest, says next to nothing of where the sum lies.
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
        return self.base + sum(o for o, bit in zip(self.offsets, place, strict=True) if bit)


def total(
    steps: int, slips: tuple[int, int], turned: tuple[int, int], sizes: tuple[int, int],
    stream: Stream,
) -> Total | None:  # fmt: skip
    """Draw a sum with three faults: two slips of fixed size, and a term taken with the wrong sign.

    Where there is one term only, its sign cannot be wrong alone; then it is misread by as much as
    a turned term would change the sum.

    Args:
        steps: number of terms.
        slips: the two fixed offsets.
        turned: least and greatest size of the term whose sign may be wrong.
        sizes: least and greatest size of the other terms.
        stream: the problem's random stream.

    Returns:
        None if no terms were found.
    """
    low, high = sizes
    size = stream.between(*turned)
    offsets = (*slips, 2 * size)
    # What the other terms add up to differs between corners by the slips alone.
    spread = sum(slips) + (2 * size if steps == 1 else 0)
    rest = stream.between(low, high - spread)
    if stream.below(2):
        rest = -rest - spread
    base = rest if steps == 1 else rest - size
    gold = corner(stream)
    reached = base + sum(o for o, bit in zip(offsets, gold, strict=True) if bit)
    if steps == 1:
        return Total(base, offsets, gold, (reached,))
    fixed = size if gold[2] else -size
    others = parts(reached - fixed, steps - 1, sizes, stream)
    if others is None:
        return None
    terms = [fixed, *others]
    stream.shuffle(terms)
    return Total(base, offsets, gold, tuple(terms))


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
        out = [
            stream.between(low, high) * (1 if stream.below(2) else -1) for _ in range(n - 1)
        ]
        last = goal - sum(out)
        if low <= abs(last) <= high:
            out.append(last)
            stream.shuffle(out)
            return out
    return None
