"""Problems about an order of four things, told in clues about two things each.

The four are two pairs that stay together. Three relations decide the order, the order within each
pair and which pair comes first, and each follows from a chain of clues. A clue's two things are
named in either order, and what is said of both pairs names all four, so that neither what stands
near what, nor what is named first, tells more than chance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from heptathlon.builders.rarb.problem import Asked, Corner, Problem, corner, problem
from heptathlon.builders.rarb.words import capital, listed
from heptathlon.seeding import Stream

FAULTS = ("swapped_first_pair", "swapped_second_pair", "exchanged_pairs")


@dataclass(frozen=True)
class Words:
    """The words of an order.

    Attributes:
        names: things to choose from.
        article: what stands before a name in a query.
        clues: in each wording, how it is said that ``a`` comes before ``b``: naming ``a`` first,
            and naming ``b`` first.
        queries: in each wording, the question, with ``{clues}`` and ``{four}`` in it.
    """

    names: Sequence[str]
    article: str
    clues: Sequence[tuple[str, str]]
    queries: Sequence[str]


def ordered(four: Sequence[str], place: Corner) -> list[str]:
    """Return the order at a corner: which of each pair comes first, and which pair.

    Example:
        >>> ordered(["a", "b", "c", "d"], (True, False, True))
        ['c', 'd', 'b', 'a']
    """
    first, second = list(four[:2]), list(four[2:])
    if place[0]:
        first.reverse()
    if place[1]:
        second.reverse()
    return second + first if place[2] else first + second


def order_problem(
    asked: Asked,
    stream: Stream,
    words: Words,
    said: dict[str, str],
    document: Callable[[list[str]], str],
) -> Problem | None:
    """Return a problem about an order.

    Args:
        asked: what the problem is about; its facts are the four things.
        stream: the problem's random stream.
        words: the words.
        said: what else stands in the question.
        document: makes a document of the four in order.
    """
    four = list(asked.facts)
    gold = corner(stream)
    order = ordered(four, gold)
    free = [name for name in words.names if name not in four]
    between = stream.sample(free, 3 * (asked.steps - 1))

    def named(group: Sequence[str]) -> str:
        both = stream.sample(group, len(group))
        return words.article + (f" and {words.article}".join(both))

    # The ends of the three chains: within the first pair, within the second, between the pairs.
    ends = [(order[:1], order[1:2]), (order[2:3], order[3:]), (order[:2], order[2:])]
    clues = []
    for (start, end), number in zip(ends, range(3), strict=True):
        middle = between[number::3][: asked.steps - 1]
        chain = [start, *([name] for name in middle), end]
        for earlier, later in pairwise(chain):
            form = words.clues[asked.wording][stream.below(2)]
            clue = form.format(a=_both(earlier, named), b=_both(later, named))
            clues.append(capital(clue))
    stream.shuffle(clues)
    shown = listed([words.article + name for name in stream.sample(four, len(four))])
    query = words.queries[asked.wording].format(clues=" ".join(clues), four=shown, **said)
    return problem(asked, query, gold, FAULTS, lambda c: document(ordered(four, c)))


def _both(group: Sequence[str], named: Callable[[Sequence[str]], str]) -> str:
    return f"both {named(group)}" if len(group) > 1 else named(group)
