"""Exact search at the speed of a matrix product: ranks are counted, never sorted.

A query of a benchmark has one to three documents that count. The rank of such a document is one
more than the number of documents that score higher, or as high and come first by the field's rule
for ties (score, then document id, both falling: trec_eval's). So a block of scores can be thrown
away as soon as it was compared, and memory is proportional to the queries.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from heptathlon.errors import HeptathlonError

BLOCK_DOCUMENTS = 8_192
"""Documents scored at once: large enough for the full rate of the product, small enough to stay
near the processor."""
BLOCK_QUERIES = 1_024

Scores = NDArray[np.float32]
Vectors = NDArray[np.float32]
Ranks = NDArray[np.int64]


def id_order(ids: Sequence[str]) -> NDArray[np.int64]:
    """Return each document's place in the falling order of ids, from 0: what ties are broken by."""
    place = np.empty(len(ids), dtype=np.int64)
    place[sorted(range(len(ids)), key=ids.__getitem__, reverse=True)] = np.arange(len(ids))
    return place


def ranks_among(
    scores: NDArray[np.float64], ids: Sequence[str], wanted: Sequence[str]
) -> list[int]:
    """Return the ranks of some documents by all documents' scores for one query.

    Args:
        scores: every document's score, shape (documents,).
        ids: the documents' ids.
        wanted: ids of the documents whose ranks are asked for.

    Raises:
        HeptathlonError: if a wanted document is not there.
    """
    place = {i: n for n, i in enumerate(ids)}
    out = []
    for document in wanted:
        if document not in place:
            raise HeptathlonError(f"the corpus has no document {document!r}.")
        own = scores[place[document]]
        tied = np.flatnonzero(scores == own)
        before = sum(ids[i] > document for i in tied.tolist())
        out.append(1 + int((scores > own).sum()) + before)
    return out


def count_ranks(
    queries: Vectors,
    documents: Vectors,
    order: NDArray[np.int64],
    wanted: NDArray[np.int64],
    *,
    progress: Callable[[int], None] | None = None,
) -> Ranks:
    """Return the exact ranks of a few documents a query among all documents, by dot product.

    Args:
        queries: shape (queries, dimensions).
        documents: shape (documents, dimensions); may be a memory map.
        order: the documents' places by which ties are broken; see :func:`id_order`.
        wanted: indices of the documents to rank, shape (queries, wanted); -1 fills up rows.
        progress: called with the number of documents done.

    Returns:
        Ranks from 1, shape (queries, wanted); 0 where ``wanted`` is -1.
    """
    n = len(documents)
    own, own_place = _own_scores(queries, documents, order, wanted)
    ranks = np.where(wanted >= 0, 1, 0).astype(np.int64)
    for first in range(0, n, BLOCK_DOCUMENTS):
        block = np.ascontiguousarray(documents[first : first + BLOCK_DOCUMENTS]).T
        places = order[first : first + BLOCK_DOCUMENTS]
        for start in range(0, len(queries), BLOCK_QUERIES):
            part = slice(start, start + BLOCK_QUERIES)
            scores = queries[part] @ block
            for column in range(wanted.shape[1]):
                _add(ranks[part, column], scores, own[part, column], own_place[part, column],
                     places, first, wanted[part, column])  # fmt: skip
        if progress:
            progress(min(n, first + BLOCK_DOCUMENTS))
    ranks[wanted < 0] = 0
    return ranks


def _own_scores(
    queries: Vectors, documents: Vectors, order: NDArray[np.int64], wanted: NDArray[np.int64]
) -> tuple[Scores, NDArray[np.int64]]:
    """Return the wanted documents' own scores and places, each of the shape of ``wanted``.

    A product of one row may differ in its last bit from the same row's in a block, so a document
    that is compared with itself, or with its equal, could seem higher. The scores are therefore
    taken from products of the very blocks that they are compared with.
    """
    own = np.full(wanted.shape, np.inf, dtype=np.float32)
    block_of = wanted // BLOCK_DOCUMENTS
    for start in range(0, len(queries), BLOCK_QUERIES):
        part = slice(start, start + BLOCK_QUERIES)
        for number in np.unique(block_of[part][wanted[part] >= 0]).tolist():
            first = number * BLOCK_DOCUMENTS
            block = np.ascontiguousarray(documents[first : first + BLOCK_DOCUMENTS]).T
            rows, columns = np.nonzero((block_of[part] == number) & (wanted[part] >= 0))
            scores = queries[part] @ block
            own[part][rows, columns] = scores[rows, wanted[part][rows, columns] - first]
    return own, order[np.maximum(wanted, 0)]


def _add(
    ranks: Ranks,
    scores: Scores,
    own: Scores,
    own_place: NDArray[np.int64],
    places: NDArray[np.int64],
    first: int,
    wanted: NDArray[np.int64],
) -> None:
    """Add a block's documents that stand before the wanted one to the ranks, in place."""
    ranks += np.count_nonzero(scores > own[:, None], axis=1)
    equal = scores == own[:, None]
    # Most blocks hold no tie but the document itself, so the places are compared for few rows.
    counts = np.count_nonzero(equal, axis=1)
    inside = (wanted >= first) & (wanted < first + len(places))
    for row in np.flatnonzero(counts > inside).tolist():
        ranks[row] += int((places[equal[row]] < own_place[row]).sum())


def top_documents(
    queries: Vectors, documents: Vectors, order: NDArray[np.int64], k: int
) -> Iterator[NDArray[np.int64]]:
    """Yield the indices of the ``k`` best documents of each query, best first, for a run file.

    Args:
        queries: shape (queries, dimensions).
        documents: shape (documents, dimensions).
        order: the documents' places by which ties are broken.
        k: documents to list; all of them if there are fewer.
    """
    kept = min(k, len(documents))
    for start in range(0, len(queries), BLOCK_QUERIES):
        part = queries[start : start + BLOCK_QUERIES]
        best = np.empty((len(part), 0), dtype=np.int64)
        scored = np.empty((len(part), 0), dtype=np.float32)
        for first in range(0, len(documents), BLOCK_DOCUMENTS):
            block = np.ascontiguousarray(documents[first : first + BLOCK_DOCUMENTS]).T
            index = np.broadcast_to(
                np.arange(first, first + block.shape[1]), (len(part), block.shape[1])
            )
            scored = np.hstack([scored, part @ block])
            best = np.hstack([best, index])
            chosen = np.lexsort((order[best], -scored), axis=1)[:, :kept]
            scored = np.take_along_axis(scored, chosen, axis=1)
            best = np.take_along_axis(best, chosen, axis=1)
        yield from best
