"""What the benchmarks share: a time with its spread, and a table to print."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds of several runs of one thing.

    Attributes:
        median: median of the runs.
        low: the fastest run.
        high: the slowest run.
    """

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{_seconds(self.median)} ({_seconds(self.low)} to {_seconds(self.high)})"


def median_of(fn: Callable[[], object], runs: int = 5) -> Timing:
    """Call a function several times and return how long it took."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        fn()
        times.append(time.perf_counter() - start)
    times.sort()
    return Timing(times[len(times) // 2], times[0], times[-1])


def table(rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table whose first row is the head."""
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def _seconds(t: float) -> str:
    return f"{t:.2f} s" if t >= 1 else f"{1000 * t:.3g} ms"
