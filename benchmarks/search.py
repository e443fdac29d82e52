"""Exact search: ``heptathlon/search.py`` beside the plain product, MTEB's own evaluation and faiss.

``python -m benchmarks.search`` prints the table. All get the same embeddings; nDCG@10, recall@100
and MRR@10 must be the same to five decimals. Each way has a process of its own, which is kept for
all runs, so that its peak memory is its own (with the embeddings); one run times all of them, one
after the other, so that a busy moment hits all, and a ratio is the median of the runs' ratios. The
peers run in an environment of their own, which ``--peer`` names.
"""

import argparse
import math
import os
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from benchmarks import _search_worker
from benchmarks._peer import Process
from benchmarks._timing import Timing, table

SEED = 2026
NOISE = 5.0
"""Length of the noise that is added to a right document of length 1 to make its query."""
OURS = {"product": "product of NumPy alone", "heptathlon": "heptathlon: ranks counted"}
PEERS = {
    "faiss": "faiss, flat index, top 100",
    "mteb": "mteb's search and evaluation",
}
PEER_VARIABLE = "HEPTATHLON_SEARCH_PEER_PYTHON"
PEER_PINS = "'mteb==2.26.24' 'faiss-cpu==1.15.1'"
HOW_TO = f"""\
The peers need an environment of their own; make one with
  python3 -m venv peer-env && peer-env/bin/pip install {PEER_PINS}
and name its Python: --peer peer-env/bin/python, or {PEER_VARIABLE}=peer-env/bin/python."""


class Worker:
    """One way in its own process.

    Attributes:
        name: name of the way.
        seconds: how long each run took.
        figures: what it found.
        peak: the most memory it had, in bytes.
    """

    def __init__(self, python: str, name: str, folder: Path) -> None:
        self.name = name
        self.seconds: list[float] = []
        self.figures: tuple[float, ...] | None = None
        self.peak = 0
        self._process = Process(
            python, [str(_search_worker.__file__), name, str(folder)], name, HOW_TO
        )

    def run(self, *, counted: bool) -> None:
        """Go the way once."""
        answer = self._process.ask("")
        self.figures = tuple(answer["figures"]) if answer["figures"] else None
        self.peak = answer["peak"]
        if counted:
            self.seconds.append(answer["seconds"])

    def stop(self) -> None:
        """End the process."""
        self._process.stop()


def write_data(folder: Path, documents: int, queries: int, dimensions: int) -> None:
    """Write embeddings and gold: each query is a noisy copy of its right document."""
    rng = np.random.default_rng(SEED)
    d = rng.standard_normal((documents, dimensions), dtype=np.float32)
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    gold = rng.choice(documents, queries, replace=False)
    noise = rng.standard_normal((queries, dimensions), dtype=np.float32)
    q = d[gold] + noise * np.float32(NOISE / math.sqrt(dimensions))
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    for name, array in (("documents", d), ("queries", q), ("gold", gold)):
        np.save(folder / f"{name}.npy", array)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--dimensions", type=int, default=384)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peer", default=os.environ.get(PEER_VARIABLE), metavar="PYTHON")
    args = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_data(folder, args.documents, args.queries, args.dimensions)
        workers = []
        for name in [*OURS, *(PEERS if args.peer else ())]:
            worker = Worker(args.peer if name in PEERS else sys.executable, name, folder)
            stack.callback(worker.stop)
            # The first run fills caches and starts threads.
            worker.run(counted=False)
            workers.append(worker)
        for _ in range(args.runs):
            for worker in workers:
                worker.run(counted=True)
    threads = os.environ.get("OMP_NUM_THREADS", str(os.cpu_count()))
    print(
        f"{args.documents:,} documents, {args.queries:,} queries, {args.dimensions} dimensions, "
        f"{threads} threads; median (least to most) of {args.runs} runs.\n"
    )
    bound, ours = workers[0].seconds, workers[1].seconds
    rows: list[tuple[object, ...]] = [
        ("from embeddings to metrics", "time", "of the product's rate", "ours is", "peak memory",
         "nDCG@10, recall@100, MRR@10"),
    ]  # fmt: skip
    for worker in workers:
        rate = statistics.median(b / s for b, s in zip(bound, worker.seconds, strict=True))
        faster = statistics.median(s / o for s, o in zip(worker.seconds, ours, strict=True))
        rows.append(
            (
                (OURS | PEERS)[worker.name],
                Timing(statistics.median(worker.seconds), min(worker.seconds), max(worker.seconds)),
                f"{100 * rate:.0f} %",
                f"{faster:.1f}x as fast" if worker.name in PEERS else "",
                f"{worker.peak / 2**20:,.0f} MiB",
                ", ".join(f"{f:.5f}" for f in worker.figures or ()),
            )
        )
    print(table(rows))
    if not args.peer:
        print(f"\n{HOW_TO}")


if __name__ == "__main__":
    main()
