"""One way from embeddings to figures, in a process of its own; ``benchmarks/search.py`` starts it.

``python _search_worker.py WAY FOLDER`` reads the embeddings of a folder, and for every line that it
reads goes the whole way once. Each answer is a JSON object: seconds, nDCG@10, recall@100 and MRR@10
to five decimals, and the most memory that the process has had. A way imports only what it needs, so
that a peer runs in the peer's environment.
"""

import json
import os
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PRODUCT_BLOCK = 8_192
DEPTH = 1_000
"""Documents a query that MTEB keeps."""
MTEB_KS = (1, 3, 5, 10, 20, 100, 1000)
TASK = "ARCChallenge"
"""A task of MTEB's whose metadata stands for the made-up one's."""
Figures = tuple[float, float, float]
Way = Callable[[], Figures | None]


def by_product(q: Any, d: Any, ids: list[str], gold: Any) -> Way:
    """The bound: the products alone, in blocks that suit them, nothing done with them."""
    del ids, gold

    def run() -> None:
        for start in range(0, len(d), PRODUCT_BLOCK):
            q @ d[start : start + PRODUCT_BLOCK].T

    return run


def by_heptathlon(q: Any, d: Any, ids: list[str], gold: Any) -> Way:
    """Ours: ranks counted block by block."""
    from heptathlon.models.search import count_ranks

    wanted = gold[:, None].astype(np.int64)
    return lambda: _figures(count_ranks(q, d, ids, wanted)[:, 0])


def by_faiss(q: Any, d: Any, ids: list[str], gold: Any) -> Way:
    """A flat faiss index, 100 documents a query; its ties are as they come."""
    import faiss

    del ids

    def run() -> Figures:
        index = faiss.IndexFlatIP(d.shape[1])
        index.add(d)
        found = index.search(q, 100)[1] == gold[:, None]
        return _figures(np.where(found.any(axis=1), found.argmax(axis=1) + 1, len(d)))

    return run


def by_mteb(q: Any, d: Any, ids: list[str], gold: Any) -> Way:
    """MTEB's own search and evaluation, given an encoder that hands out the embeddings."""
    import mteb
    import torch
    from datasets import Dataset
    from mteb._evaluators.retrieval_evaluator import RetrievalEvaluator
    from mteb.models import search_wrappers
    from mteb.timing import TimingStack
    from mteb.types import PromptType

    class Ready:
        """An encoder whose embeddings are there already, in the order of the corpus."""

        mteb_model_meta = None

        def __init__(self) -> None:
            self._next = 0

        def encode(self, inputs: Any, *, prompt_type: Any = None, **kwargs: Any) -> Any:
            if prompt_type == PromptType.query:
                return torch.from_numpy(q)
            first, self._next = self._next, self._next + inputs
            return torch.from_numpy(d[first : self._next])

        def similarity(self, a: Any, b: Any) -> Any:
            return torch.as_tensor(a) @ torch.as_tensor(b).T

        def similarity_pairwise(self, a: Any, b: Any) -> Any:
            return (torch.as_tensor(a) * torch.as_tensor(b)).sum(dim=1)

    # The texts are of no use here; an encoder is told only how many there are.
    search_wrappers.create_dataloader = lambda rows, *args, **kwargs: len(rows)
    corpus = Dataset.from_dict({"id": ids, "title": [""] * len(ids), "text": [""] * len(ids)})
    queries = Dataset.from_dict({"id": [f"q{i}" for i in range(len(q))], "text": [""] * len(q)})
    relevant = {f"q{i}": {ids[g]: 1} for i, g in enumerate(gold.tolist())}
    metadata = mteb.get_task(TASK).metadata

    def run() -> Figures:
        evaluator = RetrievalEvaluator(
            corpus, queries, task_metadata=metadata, hf_split="test", hf_subset="default",
            top_k=DEPTH, timer=TimingStack(),
        )  # fmt: skip
        wrapper = search_wrappers.SearchEncoderWrapper(Ready())
        results = evaluator(wrapper, encode_kwargs={"show_progress_bar": False})
        scores = evaluator.evaluate(relevant, results, MTEB_KS)
        return (
            round(scores.ndcg["NDCG@10"], 5),
            round(scores.recall["Recall@100"], 5),
            round(scores.mrr["MRR@10"], 5),
        )

    return run


WAYS: dict[str, Callable[[Any, Any, list[str], Any], Way]] = {
    "product": by_product,
    "heptathlon": by_heptathlon,
    "faiss": by_faiss,
    "mteb": by_mteb,
}


def _figures(ranks: Any) -> Figures:
    """Return nDCG@10, recall@100 and MRR@10 of the ranks of one right document a query."""
    ten = ranks <= 10
    return (
        round(float(np.where(ten, 1 / np.log2(ranks + 1.0), 0).mean()), 5),
        round(float((ranks <= 100).mean()), 5),
        round(float(np.where(ten, 1 / ranks, 0).mean()), 5),
    )


def main(way: str, folder: Path) -> None:
    """Answer every line of the standard input."""
    warnings.simplefilter("ignore")
    # What a library prints must not be taken for an answer.
    answers, sys.stdout = sys.stdout, sys.stderr
    q, d, gold = (np.load(folder / f"{name}.npy") for name in ("queries", "documents", "gold"))
    run = WAYS[way](q, d, [f"d{i}" for i in range(len(d))], gold)
    print(json.dumps({"ready": os.getpid()}), file=answers, flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        found = run()
        seconds = time.perf_counter() - start
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        peak = used * (1 if sys.platform == "darwin" else 1024)
        answer = {"seconds": seconds, "figures": found, "peak": peak}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
