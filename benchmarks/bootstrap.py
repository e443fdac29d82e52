"""Bootstrap of a mean: ``scorers/stats`` beside lm-eval's ``bootstrap_stderr``.

``python -m benchmarks.bootstrap`` prints the table. Both draw the same number of resamples of the
same 10,000 items. lm-eval draws items, knows no clusters and returns a standard error; ours draws
whole clusters and returns an interval. lm-eval runs as its users have it: a pool of processes on
all cores, with ``nanmean``, one of the metrics it bootstraps by default. For its ``mean`` metric
it uses a closed form instead. Ours runs in one thread.
"""

import argparse
import contextlib
import io
import os
from collections.abc import Callable
from functools import partial

import numpy as np
from lm_eval.api.metrics import bootstrap_stderr, nanmean

from benchmarks._timing import Timing, median_of, table
from heptathlon.scorers import stats

SEED = 2026
ITEMS = 10_000


def cases(rng: np.random.Generator) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return values and cluster labels, shape (ITEMS,) each, by name."""
    fives, alone = np.arange(ITEMS) // 5, np.arange(ITEMS)
    uneven = np.repeat(np.arange(2000), rng.multinomial(ITEMS - 2000, [1 / 2000] * 2000) + 1)
    rates, bits = rng.random(ITEMS), rng.integers(0, 2, size=ITEMS).astype(float)
    return {
        "0/1, 2,000 clusters of 5": (bits, fives),
        "0/1, 2,000 unequal clusters": (bits, uneven),
        "continuous, 2,000 clusters of 5": (rates, fives),
        "continuous, 2,000 unequal clusters": (rates, uneven),
        "0/1, every item its own cluster": (bits, alone),
        "continuous, every item its own cluster": (rates, alone),
    }


def quietly(fn: Callable[[], object]) -> Callable[[], object]:
    """Return the function without what it prints, lm-eval's progress bar above all."""

    def call() -> object:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return fn()

    return call


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--resamples", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5, help="runs of ours; the median is shown")
    parser.add_argument("--peer-runs", type=int, default=5, help="runs of lm-eval's")
    args = parser.parse_args()
    rows: list[tuple[object, ...]] = [("items", "lm-eval", "heptathlon", "ratio")]
    peers: dict[int, Timing] = {}
    for name, (values, clusters) in cases(np.random.default_rng(SEED)).items():
        # It knows no clusters, so the same values under other labels would be the same work.
        if id(values) not in peers:
            peers[id(values)] = median_of(
                quietly(partial(bootstrap_stderr, nanmean, values.tolist(), args.resamples)),
                args.peer_runs,
            )
        peer = peers[id(values)]
        ours = median_of(
            partial(stats.cluster_bootstrap, values, clusters, resamples=args.resamples, seed=SEED),
            args.runs,
        )
        rows.append((name, peer, ours, f"{peer.median / ours.median:.0f}x"))
    print(
        f"{args.resamples:,} resamples of {ITEMS:,} items, {os.cpu_count()} cores; "
        f"median (fastest to slowest) of {args.peer_runs} and {args.runs} runs.\n"
    )
    print(table(rows))


if __name__ == "__main__":
    main()
