"""What a generated problem is: a query, the right document, and seven documents gone wrong.

Three binary faults of reasoning (a month too far, a relation swapped, a step left out) span a cube
of eight documents: no fault, each one, each two, all three. The eight differ in nothing else, so no
document stands out as the one that the others were made from: who does not read the query has one
chance in eight.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from heptathlon.lexical import shared, tokens

N_FAULTS = 3
NO_FAULT = ""
JOINT = "+"
"""Joins the names of the faults of a document that has more than one."""
CUBE = tuple(product((False, True), repeat=N_FAULTS))
"""The corners of the cube of faults, the gold one first."""


@dataclass(frozen=True)
class Problem:
    """One problem with its documents.

    Attributes:
        topic: what the problem is about, finer than its kind, such as ``date_shift``.
        steps: number of reasoning steps to the answer.
        query: the question.
        documents: eight texts, in the order of ``CUBE``; the first is right.
        faults: the faults of each document, as one text; empty for the right one.
    """

    topic: str
    steps: int
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


def problem(
    topic: str,
    steps: int,
    query: str,
    faults: Sequence[str],
    document: Callable[[bool, bool, bool], str],
) -> Problem | None:
    """Return the problem that three faults span, or None if it would not be fair.

    Fair means that all eight documents are different, are equally long in words, and share the same
    words with the query equally often: a ranking by words in common cannot tell them apart.

    Args:
        topic: the problem's topic.
        steps: number of reasoning steps.
        query: the question.
        faults: names of the three faults.
        document: returns the document with the faults that are set.
    """
    texts = tuple(document(*corner) for corner in CUBE)
    if len(set(texts)) < len(CUBE) or not evenly_worded(query, texts):
        return None
    names = tuple(
        JOINT.join(name for name, wrong in zip(faults, corner, strict=True) if wrong)
        for corner in CUBE
    )
    return Problem(topic, steps, query, texts, names)


def evenly_worded(query: str, texts: Sequence[str]) -> bool:
    """Tell whether texts have the same length and the same words of the query."""
    common = shared(query, texts[0])
    length = len(tokens(texts[0]))
    return all(shared(query, t) == common and len(tokens(t)) == length for t in texts[1:])
