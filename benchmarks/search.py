"""Exact search: ``heptathlon/search.py`` beside the plain product, MTEB's way, and faiss.

``python -m benchmarks.search`` prints the table. All get the same embeddings and must give the same
nDCG@10, recall@100 and MRR@10 to five decimals. MTEB's way is what its search does: per chunk of
50,000 documents a product and ``torch.topk`` of 1,000, merged in a heap a query, then pytrec_eval
over 1,000 documents a query. Where faiss or pytrec_eval is missing, its row says so.
"""

import argparse
import heapq
import math
import os
import resource
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks._timing import median_of, table
from heptathlon.scorers import ranking
from heptathlon.search import count_ranks, id_order

SEED = 2026
CHUNK = 50_000
"""Documents that MTEB scores at once."""
PRODUCT_BLOCK = 8_192
NOISE = 5.0
"""Length of the noise that is added to a right document of length 1 to make its query."""
DEPTH = 1_000
"""Documents a query that MTEB keeps."""
Figures = tuple[float, float, float]


def data(documents: int, queries: int, dimensions: int) -> tuple[Any, ...]:
    """Return embeddings, ids and gold: each query is a noisy copy of its right document."""
    rng = np.random.default_rng(SEED)
    d = rng.standard_normal((documents, dimensions), dtype=np.float32)
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    gold = rng.choice(documents, queries, replace=False)
    noise = rng.standard_normal((queries, dimensions), dtype=np.float32)
    q = d[gold] + noise * np.float32(NOISE / math.sqrt(dimensions))
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    return q, d, [f"d{i}" for i in range(documents)], gold


def figures(ranks: list[int]) -> Figures:
    """Return nDCG@10, recall@100 and MRR@10, rounded to five decimals."""
    n = len(ranks)
    return (
        round(sum(ranking.ndcg([r], 10) for r in ranks) / n, 5),
        round(sum(ranking.recall([r], 100) for r in ranks) / n, 5),
        round(sum(1 / r for r in ranks if r <= 10) / n, 5),
    )


def counted(q: Any, d: Any, ids: list[str], gold: Any) -> Figures:
    """Ours: ranks counted block by block."""
    ranks = count_ranks(q, d, id_order(ids), gold[:, None].astype(np.int64))
    return figures(ranks[:, 0].tolist())


def product(q: Any, d: Any) -> None:
    """The bound: the products alone, in the blocks that suit them best, nothing done with them."""
    for start in range(0, len(d), PRODUCT_BLOCK):
        q @ d[start : start + PRODUCT_BLOCK].T


def mtebs_way(q: Any, d: Any, ids: list[str], gold: Any) -> Figures:
    """What MTEB's search does from embeddings to figures, without its loading and logging."""
    import pytrec_eval
    import torch

    asked, texts = torch.from_numpy(q), torch.from_numpy(d)
    heaps: list[list[tuple[float, str]]] = [[] for _ in q]
    for start in range(0, len(d), CHUNK):
        scores = asked @ texts[start : start + CHUNK].T
        k = min(DEPTH + 1, scores.shape[1])
        values, places = torch.topk(scores, k, dim=1)
        for heap, row, where in zip(heaps, values.tolist(), places.tolist(), strict=True):
            for value, place in zip(row, where, strict=True):
                entry = (value, ids[start + place])
                if len(heap) < DEPTH:
                    heapq.heappush(heap, entry)
                else:
                    heapq.heappushpop(heap, entry)
    run = {str(i): {doc: s for s, doc in heap} for i, heap in enumerate(heaps)}
    relevant = {str(i): {ids[g]: 1} for i, g in enumerate(gold.tolist())}
    evaluator = pytrec_eval.RelevanceEvaluator(relevant, {"ndcg_cut.10", "recall.100"})
    found = evaluator.evaluate(run)
    mrr = 0.0
    for i, g in enumerate(gold.tolist()):
        best = sorted(run[str(i)].items(), key=lambda e: (e[1], e[0]), reverse=True)[:10]
        mrr += next((1 / r for r, (doc, _) in enumerate(best, 1) if doc == ids[g]), 0.0)
    n = len(found)
    return (
        round(sum(f["ndcg_cut_10"] for f in found.values()) / n, 5),
        round(sum(f["recall_100"] for f in found.values()) / n, 5),
        round(mrr / n, 5),
    )


def by_faiss(q: Any, d: Any, ids: list[str], gold: Any) -> Figures:
    """A flat faiss index, 100 documents a query."""
    import faiss

    index = faiss.IndexFlatIP(d.shape[1])
    index.add(d)
    _, best = index.search(q, 100)
    del ids
    missing = len(d)
    ranks = []
    for row, g in zip(best.tolist(), gold.tolist(), strict=True):
        ranks.append(row.index(g) + 1 if g in row else missing)
    return figures(ranks)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--dimensions", type=int, default=384)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    q, d, ids, gold = data(args.documents, args.queries, args.dimensions)
    ways: dict[str, Callable[[], Figures]] = {
        "heptathlon: ranks counted": lambda: counted(q, d, ids, gold),
        "faiss flat, top 100": lambda: by_faiss(q, d, ids, gold),
        "MTEB's way: top 1,000, heap, pytrec_eval": lambda: mtebs_way(q, d, ids, gold),
    }
    bound = median_of(lambda: product(q, d), args.runs)
    rows: list[tuple[object, ...]] = [
        ("from embeddings to metrics", "time", "of the product's rate", "peak memory after",
         "nDCG@10, recall@100, MRR@10"),
        ("numpy product alone", bound, "100 %", _peak(), ""),
    ]  # fmt: skip
    for name, way in ways.items():
        try:
            found = way()
        except ImportError as error:
            rows.append((name, f"{error.name} is not installed", "", "", ""))
            continue
        took = median_of(way, args.runs)
        rows.append((name, took, f"{100 * bound.median / took.median:.0f} %", _peak(), found))
    print(
        f"{args.documents:,} documents, {args.queries:,} queries, {args.dimensions} dimensions, "
        f"{os.cpu_count()} cores; median (fastest to slowest) of {args.runs} runs.\n"
    )
    print(table(rows))


def _peak() -> str:
    """Return the process's peak memory so far; embeddings included."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"{used * (1 if sys.platform == 'darwin' else 1024) / 2**20:,.0f} MiB"


if __name__ == "__main__":
    main()
