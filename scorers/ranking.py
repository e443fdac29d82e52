"""Figures of one ranking, from the ranks of its relevant documents: no list is ever sorted.

A rank is counted from 1. Relevance is binary, the discount is ``1 / log2(1 + rank)`` and the ideal
ranking has all relevant documents first: nDCG is trec_eval's ``ndcg_cut``, and recall, reciprocal
rank and average precision are its ``recall``, ``recip_rank`` and ``map``.
"""

import math
from collections.abc import Callable, Sequence


def ndcg(ranks: Sequence[int], k: int) -> float:
    """Return nDCG at ``k``.

    Args:
        ranks: ranks of all relevant documents, in any order; at least one.
        k: cut-off.

    Example:
        >>> ndcg([1], 10), round(ndcg([2], 10), 4), ndcg([11], 10)
        (1.0, 0.6309, 0.0)
    """
    gain = math.fsum(1 / math.log2(1 + r) for r in ranks if r <= k)
    return gain / ideal(len(ranks), k)


def ideal(relevant: int, k: int) -> float:
    """Return the discounted gain at ``k`` of so many relevant documents that all stand first."""
    return math.fsum(1 / math.log2(1 + r) for r in range(1, min(relevant, k) + 1))


def recall(ranks: Sequence[int], k: int) -> float:
    """Return the share of the relevant documents among the first ``k``."""
    return sum(r <= k for r in ranks) / len(ranks)


def reciprocal_rank(ranks: Sequence[int]) -> float:
    """Return one over the rank of the first relevant document."""
    return 1 / min(ranks)


def average_precision(ranks: Sequence[int]) -> float:
    """Return the mean of the precision at each relevant document."""
    return math.fsum(i / r for i, r in enumerate(sorted(ranks), start=1)) / len(ranks)


def expected(figure: Callable[[Sequence[int]], float], above: int, tied: int) -> float:
    """Return the mean of a figure over all orders of tied documents, one being relevant.

    Scores that are equal say nothing of the order, so no order of theirs may be rewarded: a scorer
    that gives everything the same score gets what guessing gets.

    Args:
        figure: a function of the ranks.
        above: documents with a higher score than the relevant one.
        tied: other documents with the same score.
    """
    return math.fsum(figure([above + 1 + i]) for i in range(tied + 1)) / (tied + 1)
