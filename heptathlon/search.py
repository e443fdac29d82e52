"""Exact search at the speed of a matrix product: ranks are counted, never sorted.

A query of a benchmark has one to three documents that count. The rank of such a document is one
more than the number of documents that score higher, or as high and come first by the field's rule
for ties (score, then document id, both falling: trec_eval's). So a block of scores can be thrown
away as soon as it was compared, and memory is proportional to the queries.
"""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from heptathlon.errors import HeptathlonError

BLOCK_DOCUMENTS = 4_096
BLOCK_QUERIES = 1_024
"""Documents and queries scored at once, in 16 MiB that are used again: the product reaches its full
rate only on blocks of many queries, and comparing them costs a tenth of it."""
TOP_QUERIES = 256
"""Queries whose best documents are listed at once."""
SPARSE = 1 / 32
"""Up to this share of a block, looking at documents one by one is quicker than a second pass."""
PAIRS = 4_096
"""Pairs of a query and a document that are multiplied at once in double precision."""
HALF_STEP = 2.0**-24
"""Relative rounding error of one operation in single precision."""
SAFETY = 8.0
"""Rounding errors of a sum of n products grow with the root of n; this many of that are allowed."""

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

    A score is the dot product in double precision. Single precision decides what is clearly above
    or below; only documents within its error of the wanted one are looked at again. So the ranks do
    not depend on how a library orders its sums, and equal vectors tie.

    Args:
        queries: shape (queries, dimensions).
        documents: shape (documents, dimensions); may be a memory map.
        order: the documents' places by which ties are broken; see :func:`id_order`.
        wanted: indices of the documents to rank, shape (queries, wanted); -1 fills up rows.
        progress: called with the number of documents done.

    Returns:
        Ranks from 1, shape (queries, wanted); 0 where ``wanted`` is -1.
    """
    n, dimensions = documents.shape
    unit = SAFETY * math.sqrt(dimensions) * HALF_STEP * _lengths(queries)
    columns = [_Column(queries, documents, order, wanted[:, c]) for c in range(wanted.shape[1])]
    room = np.empty((min(len(queries), BLOCK_QUERIES), min(n, BLOCK_DOCUMENTS)), dtype=np.float32)
    for first in range(0, n, BLOCK_DOCUMENTS):
        block = np.asarray(documents[first : first + BLOCK_DOCUMENTS])
        error = unit * _lengths(block).max()
        for start in range(0, len(queries), BLOCK_QUERIES):
            part = queries[start : start + BLOCK_QUERIES]
            # A part of the room is not contiguous and costs a copy; the last blocks get their own.
            whole = room.shape == (len(part), len(block))
            scores = np.matmul(part, block.T, out=room if whole else None)
            for column in columns:
                column.add(scores, error[start : start + len(part)], block, first, start)
        if progress:
            progress(min(n, first + BLOCK_DOCUMENTS))
    ranks = np.stack([column.ranks for column in columns], axis=1)
    ranks[wanted < 0] = 0
    return ranks


class _Column:
    """The counting of one wanted document a query."""

    def __init__(
        self,
        queries: Vectors,
        documents: Vectors,
        order: NDArray[np.int64],
        wanted: NDArray[np.int64],
    ) -> None:
        self._queries = queries
        self._order = order
        self._place = order[np.maximum(wanted, 0)]
        self._own = _products(queries, documents[np.maximum(wanted, 0)])
        self.ranks = np.ones(len(queries), dtype=np.int64)

    def add(
        self,
        scores: Scores,
        error: NDArray[np.float64],
        block: Vectors,
        first: int,
        start: int,
    ) -> None:
        """Count a block's documents that stand before the wanted one.

        Args:
            scores: shape (queries, documents) of the block.
            error: what single precision may be wrong by, shape (queries,).
            block: the block's documents.
            first: index of its first document.
            start: index of its first query.
        """
        part = slice(start, start + len(scores))
        low = (self._own[part] - error).astype(np.float32)
        high = (self._own[part] + error).astype(np.float32)
        possible = scores >= low[:, None]
        if np.count_nonzero(possible) > SPARSE * possible.size:
            above = scores > high[:, None]
            self.ranks[part] += _count_rows(above)
            near = np.flatnonzero(np.logical_xor(possible, above, out=possible))
            rows, columns = np.divmod(near, scores.shape[1])
        else:
            rows, columns = np.divmod(np.flatnonzero(possible), scores.shape[1])
            clear = scores[rows, columns] > high[rows]
            self.ranks[part] += np.bincount(rows[clear], minlength=len(scores))
            rows, columns = rows[~clear], columns[~clear]
        for at in range(0, len(rows), PAIRS):
            query, near = start + rows[at : at + PAIRS], columns[at : at + PAIRS]
            exact, own = _products(self._queries[query], block[near]), self._own[query]
            earlier = self._order[first + near] < self._place[query]
            before = (exact > own) | ((exact == own) & earlier)
            self.ranks += np.bincount(query[before], minlength=len(self.ranks))


def _products(queries: Vectors, documents: Vectors) -> NDArray[np.float64]:
    """Return dot products row by row in double precision, the same for equal rows."""
    exact: NDArray[np.float64] = (queries.astype(np.float64) * documents).sum(axis=1)
    return exact


def _lengths(vectors: Vectors) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = np.sqrt(np.einsum("ij,ij->i", vectors, vectors)).astype(float)
    return lengths


def _count_rows(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    # Row by row: with an axis, NumPy would first turn the flags into integers of eight bytes.
    return np.array([np.count_nonzero(row) for row in flags], dtype=np.int64)


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
    for start in range(0, len(queries), TOP_QUERIES):
        part = queries[start : start + TOP_QUERIES]
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
