"""Problems about an order of four or five things, told in clues about two neighbours each."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from heptathlon.builders.rarb.problem import Problem, problem
from heptathlon.seeding import Stream

FAULTS = ("swapped_first_two", "swapped_last_two", "reversed_order")
SIZES = (4, 5)


def faulty(order: Sequence[str], first_two: bool, last_two: bool, reverse: bool) -> list[str]:
    """Return an order with faults.

    The two swaps and the reversal make a group of eight permutations, so the eight orders are
    alike: from each, the same three faults lead to the other seven.

    Example:
        >>> faulty(["a", "b", "c", "d"], True, False, True)
        ['d', 'c', 'a', 'b']
    """
    out = list(order)
    if first_two:
        out[0], out[1] = out[1], out[0]
    if last_two:
        out[-2], out[-1] = out[-1], out[-2]
    return out[::-1] if reverse else out


def order_problem(
    topic: str,
    stream: Stream,
    *,
    names: Sequence[str],
    clue: Callable[[str, str, bool], str],
    query: Callable[[list[str], str], str],
    document: Callable[[list[str]], str],
) -> Problem | None:
    """Return a problem about an order.

    Args:
        topic: the problem's topic.
        stream: the problem's random stream.
        names: things to choose from.
        clue: says of two neighbours which comes first; the flag asks for the turned wording.
        query: makes the question of the names in random order and the clues.
        document: makes a document of the names in order.
    """
    order = stream.sample(names, stream.choice(SIZES))
    clues = [clue(a, b, bool(stream.below(2))) for a, b in pairwise(order)]
    stream.shuffle(clues)
    mentioned = stream.sample(order, len(order))
    return problem(
        topic,
        len(clues),
        query(mentioned, " ".join(clues)),
        FAULTS,
        lambda *faults: document(faulty(order, *faults)),
    )
