"""What a generated problem is: a query, the right document, and seven documents gone wrong.

Three binary faults of reasoning (a wrong year, a relation swapped, a rule missed) span a cube of
eight documents. The cube is drawn first, which of its corners is right second, and the query, which
makes it right, last: so the eight documents, and what the query shares with all of them, say
nothing of which one is right. Who does not do the reasoning has one chance in eight.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from heptathlon.lexical import shared, tokens
from heptathlon.seeding import Stream

Corner = tuple[bool, bool, bool]
NO_FAULT = ""
JOINT = "+"
"""Joins the names of the faults of a document that has more than one."""
CUBE: tuple[Corner, ...] = tuple((a, b, c) for a, b, c in product((False, True), repeat=3))
"""The corners of the cube; as faults, the right document's first."""


@dataclass(frozen=True)
class Asked:
    """What a problem is to be about, before anything of its answer is drawn.

    Attributes:
        place: the town, which two dozen problems of the kind share.
        topic: one of the kind's topics.
        facts: what the problems of a block share beside it: a venture, four names, a shop.
        mark: what tells this problem from the others of its block.
        others: the marks of the others.
        steps: number of reasoning steps, a rung of the ladder.
        wording: which of the three wordings the query has.
    """

    place: str
    topic: str
    facts: tuple[str, ...]
    mark: str
    others: tuple[str, ...]
    steps: int
    wording: int


@dataclass(frozen=True)
class Problem:
    """One problem with its documents.

    Attributes:
        asked: what it is about.
        query: the question.
        documents: eight texts; the first is right, and the fault of each is at its place in
            ``faults``.
        faults: the faults of each document, as one text; empty for the right one.
    """

    asked: Asked
    query: str
    documents: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def nearest(self) -> str:
        """The single fault whose document differs from the right one in the fewest words."""
        gold = tokens(self.documents[0])
        single = [i for i, corner in enumerate(CUBE) if sum(corner) == 1]

        def distance(index: int) -> tuple[int, str]:
            other = tokens(self.documents[index])
            differing = sum(a != b for a, b in zip(gold, other, strict=False))
            return differing + abs(len(gold) - len(other)), self.faults[index]

        return self.faults[min(single, key=distance)]


def corner(stream: Stream) -> Corner:
    """Draw which corner of a cube is right, all eight being equally likely."""
    return CUBE[stream.below(len(CUBE))]


def problem(
    asked: Asked,
    query: str,
    gold: Corner,
    faults: Sequence[str],
    document: Callable[[Corner], str],
) -> Problem | None:
    """Return the problem that three faults span, or None if it would not be fair.

    Fair means that all eight documents are different, are equally long in words, and share the same
    words with the query equally often: a ranking by words in common cannot tell them apart.

    Args:
        asked: what the problem is about.
        query: the question.
        gold: the right corner.
        faults: names of the three faults.
        document: returns the document at a corner.
    """
    texts = tuple(document(_at(gold, wrong)) for wrong in CUBE)
    if len(set(texts)) < len(CUBE) or not evenly_worded(query, texts):
        return None
    names = tuple(
        JOINT.join(name for name, wrong in zip(faults, one, strict=True) if wrong) for one in CUBE
    )
    return Problem(asked, query, texts, names)


def _at(gold: Corner, wrong: Corner) -> Corner:
    first, second, third = (a != b for a, b in zip(gold, wrong, strict=True))
    return first, second, third


def evenly_worded(query: str, texts: Sequence[str]) -> bool:
    """Tell whether texts have the same length and the same words of the query."""
    common = shared(query, texts[0])
    length = len(tokens(texts[0]))
    return all(shared(query, t) == common and len(tokens(t)) == length for t in texts[1:])
