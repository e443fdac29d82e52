"""Exact search at the speed of a matrix product: ranks are counted, never sorted.

A query of a benchmark has one to three documents that count. The rank of such a document is one
more than the number of documents that score higher, or as high and come first by the field's rule
for ties (score, then document id, both falling: trec_eval's). So a block of scores can be thrown
away as soon as it was compared, and memory is proportional to the queries.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_info, threadpool_limits

BLOCK_DOCUMENTS = 8_192
BLOCK_QUERIES = 1_024
"""Documents and queries that a thread scores at once, in 32 MiB that it uses again: the product
reaches its full rate only on large blocks."""
STRIP = 128
"""Documents of a block whose scores are compared at once, so that the flags stay in the cache;
fewer than 256, since they are counted in bytes."""
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


def count_ranks(
    queries: Vectors,
    documents: Vectors,
    ids: Sequence[str],
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
        ids: the documents' ids, by which ties are broken.
        wanted: indices of the documents to rank, shape (queries, wanted); -1 fills up rows.
        progress: called with the number of documents done.

    Returns:
        Ranks from 1, shape (queries, wanted); 0 where ``wanted`` is -1.
    """
    n, dimensions = documents.shape
    own = np.stack([_products(queries, documents[np.maximum(w, 0)]) for w in wanted.T], axis=1)
    own[wanted < 0] = np.inf  # nothing stands before it
    task = _Task(
        queries=queries,
        own=own,
        wanted=wanted,
        unit=SAFETY * math.sqrt(dimensions) * HALF_STEP * _lengths(queries),
        # Few runs have ties, and ordering many ids takes a while.
        order=cache(lambda: id_order(ids)),
    )
    todo, lock, done = iter(range(0, n, BLOCK_DOCUMENTS)), Lock(), 0

    def work(counter: _Counter) -> Ranks:
        nonlocal todo, done
        try:
            while True:
                with lock:
                    first = next(todo, None)
                if first is None:
                    return counter.before
                block = np.asarray(documents[first : first + BLOCK_DOCUMENTS])
                counter.add(block, first)
                with lock:
                    done += len(block)
                    if progress:
                        progress(done)
        finally:
            # What fails or is interrupted stops the other threads too.
            todo = iter(range(0))

    # A thread that multiplies and compares its own blocks leaves no core idle between products.
    threads = max(1, min(_blas_threads(), math.ceil(n / BLOCK_DOCUMENTS)))
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        counters = [_Counter(task, n) for _ in range(threads)]
        try:
            counted = list(pool.map(work, counters))
        except BaseException:
            todo = iter(range(0))
            raise
    ranks: Ranks = 1 + np.sum(counted, axis=0)
    ranks[wanted < 0] = 0
    return ranks


def _blas_threads() -> int:
    """Return on how many threads NumPy multiplies matrices, environment variables obeyed."""
    pools = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
    return max(pools, default=1)


@dataclass(frozen=True)
class _Task:
    """What is counted.

    Attributes:
        queries: shape (queries, dimensions).
        own: the wanted documents' exact scores, shape (queries, wanted).
        wanted: their indices.
        unit: what a score may be wrong by in single precision, for documents of length 1.
        order: returns the documents' places by which ties are broken.
    """

    queries: Vectors
    own: NDArray[np.float64]
    wanted: NDArray[np.int64]
    unit: NDArray[np.float64]
    order: Callable[[], NDArray[np.int64]]


class _Counter:
    """What one thread has counted.

    Args:
        task: what is counted.
        documents: how many there are.

    Attributes:
        before: how many documents stand before each wanted one, shape (queries, wanted).
    """

    def __init__(self, task: _Task, documents: int) -> None:
        self._task = task
        shape = (min(documents, BLOCK_DOCUMENTS), min(len(task.queries), BLOCK_QUERIES))
        self._room = np.empty(shape, dtype=np.float32)
        self._flags = np.empty((STRIP, shape[1]), dtype=np.bool_)
        self.before = np.zeros(task.wanted.shape, dtype=np.int64)

    def add(self, block: Vectors, first: int) -> None:
        """Count the documents of a block, of which the first has the index ``first``."""
        error = self._task.unit * _lengths(block).max()
        for start in range(0, len(error), BLOCK_QUERIES):
            part = slice(start, start + BLOCK_QUERIES)
            asked, own = self._task.queries[part], self._task.own[part]
            low = (own - error[part, None]).astype(np.float32)
            high = (own + error[part, None]).astype(np.float32)
            # A part of the room is not contiguous and costs a copy; the last blocks get their own.
            whole = self._room.shape == (len(block), len(asked))
            scores = np.matmul(block, asked.T, out=self._room if whole else None)
            self._count(scores, low, high, block, first, start)

    def _count(
        self, scores: Scores, low: Scores, high: Scores, block: Vectors, first: int, start: int
    ) -> None:
        """Count in the scores of a block for some queries.

        Args:
            scores: shape (documents, queries).
            low: score from which on a document may stand before the wanted one, shape (queries,
                wanted).
            high: score above which it does.
            block: the block's documents.
            first: index of its first document.
            start: index of the first query.
        """
        asked = scores.shape[1]
        least = low.min(axis=1)
        part = slice(start, start + asked)
        found: list[NDArray[np.int64]] = []
        for at in range(0, len(scores), STRIP):
            strip = scores[at : at + STRIP]
            flags = self._flags[: len(strip), :asked]
            np.greater_equal(strip, least, out=flags)
            flat = np.flatnonzero(flags)
            if len(flat) <= SPARSE * strip.size:
                found.append(flat + at * asked)
                continue
            for which in range(low.shape[1]):
                above = strip > high[:, which]
                self.before[part, which] += above.view(np.uint8).sum(axis=0, dtype=np.uint8)
                near = np.flatnonzero((strip >= low[:, which]) & ~above)
                rows, columns = np.divmod(near, asked)
                self._look_again(at + rows, start + columns, block, first, which)
        if not found:
            return
        flat = np.concatenate(found)
        rows, columns = np.divmod(flat, asked)
        values = scores.ravel().take(flat)
        for which in range(low.shape[1]):
            above = values > high[:, which].take(columns)
            self.before[part, which] += np.bincount(columns[above], minlength=asked)
            near = np.flatnonzero((values >= low[:, which].take(columns)) & ~above)
            self._look_again(rows[near], start + columns[near], block, first, which)

    def _look_again(
        self,
        rows: NDArray[np.int64],
        queries: NDArray[np.int64],
        block: Vectors,
        first: int,
        which: int,
    ) -> None:
        """Count those that stand before the wanted one by their exact score, then by their id.

        Args:
            rows: places in the block of the documents to look at.
            queries: index of the query for which each is looked at.
            block: the block's documents.
            first: index of its first document.
            which: column of the wanted document.
        """
        for at in range(0, len(rows), PAIRS):
            row, query = rows[at : at + PAIRS], queries[at : at + PAIRS]
            exact = _products(self._task.queries[query], block[row])
            own, itself = self._task.own[query, which], self._task.wanted[query, which]
            before = exact > own
            tied = np.flatnonzero((exact == own) & (first + row != itself))
            if len(tied):
                order = self._task.order()
                before[tied] = order[first + row[tied]] < order[itself[tied]]
            self.before[:, which] += np.bincount(query[before], minlength=len(self.before))


def _products(queries: Vectors, documents: Vectors) -> NDArray[np.float64]:
    """Return dot products row by row in double precision, the same for equal rows."""
    exact: NDArray[np.float64] = (queries.astype(np.float64) * documents).sum(axis=1)
    return exact


def _lengths(vectors: Vectors) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = np.sqrt(np.vecdot(vectors, vectors)).astype(float)
    return lengths


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
