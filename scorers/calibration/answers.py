"""Answers with a confidence and an outcome, sorted into clusters and checked once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heptathlon.scorers.stats.groups import Floats, Groups, Integers, finite, group


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers of one kind of question.

    Attributes:
        p: confidence of each answer, shape (n,), each from 0 to 1.
        y: its outcome, shape (n,): 1 right, 0 wrong, a share where equals were tied.
        groups: the answers' clusters.
    """

    p: Floats
    y: Floats
    groups: Groups

    @property
    def n(self) -> int:
        """Number of answers."""
        return self.p.size

    @property
    def wrong(self) -> Floats:
        """How wrong each answer is, shape (n,)."""
        return 1 - self.y

    def ties(self) -> tuple[Integers, Integers]:
        """Return each answer's place among the distinct confidences, lowest first, and counts.

        Returns:
            Places, shape (n,), and the number of answers of each confidence, shape (distinct,).
        """
        _, place, counts = np.unique(self.p, return_inverse=True, return_counts=True)
        return place.astype(np.intp), counts.astype(np.intp)


def answers(p: ArrayLike, y: ArrayLike, clusters: ArrayLike | None = None) -> Answers:
    """Return answers, refusing what can be none.

    Args:
        p: confidences, shape (n,).
        y: outcomes, shape (n,).
        clusters: labels of the answers' clusters, shape (n,); None if each is its own.

    Raises:
        ValueError: for shapes that differ, or a number out of 0 to 1.
    """
    confidence, outcome = finite("p", p), finite("y", y)
    if confidence.shape != outcome.shape:
        raise ValueError(f"{confidence.size} confidences have {outcome.size} outcomes")
    for name, values in (("confidence", confidence), ("outcome", outcome)):
        if values.size and not (values.min() >= 0 and values.max() <= 1):
            raise ValueError(f"a {name} lies out of 0 to 1")
    return Answers(confidence, outcome, group(clusters, confidence.size))
