"""Generating and solving mazes: ``builders/maze/generators.py`` beside maze-dataset 1.4.2.

``python -m benchmarks.maze`` prints the table. maze-dataset runs in an environment of its own,
which ``--peer`` or ``HEPTATHLON_PEER_PYTHON`` names, in one process that is kept for all runs. Each
run times ours, then the peer, on one case after the other, so that a busy moment hits both; the
ratio is the median of the runs' ratios.

One maze is: generate it, draw two distinct cells, give the path between them. Ours reads the path
from the spanning tree's parent pointers; the last column has it search breadth-first instead, as
the builder does, which needs every cell's distance. The peer searches by A*.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from types import TracebackType

from benchmarks._peer import Process
from benchmarks._timing import Timing, table
from heptathlon.builders.maze.generators import Maze, dfs, tree_path, wilson
from heptathlon.grid import Grid
from heptathlon.seeding import Stream

GENERATORS: dict[str, Callable[[int, Stream], Maze]] = {"dfs": dfs, "wilson": wilson}
MAZES = {
    "dfs": {5: 1_000, 10: 300, 20: 60, 30: 30},
    "wilson": {5: 300, 10: 60, 20: 10, 30: 5},
}
"""Mazes that the peer makes in one run: about half a second to some seconds of its time."""
OURS_TIMES = {"dfs": 10, "wilson": 20}
"""How many times as many ours makes, so that its time is not too short to be measured."""
TARGETS = {"dfs": (15, 5), "wilson": (100, 10)}
"""The ratio that is wanted, and from which size on."""

PEER_VARIABLE = "HEPTATHLON_PEER_PYTHON"
PEER_PINS = "'maze-dataset==1.4.2' 'muutils<0.9' 'zanj<0.6'"
HOW_TO = f"""\
The peer needs an environment of its own (its dependencies would replace ours); make one with
  python3 -m venv peer-env && peer-env/bin/pip install {PEER_PINS}
and name its Python: --peer peer-env/bin/python, or {PEER_VARIABLE}=peer-env/bin/python."""

# Runs in the peer's environment: a line [generator, size, mazes] in, a line with seconds out.
PEER_CODE = """
import importlib.metadata, json, sys, time, warnings
warnings.simplefilter("ignore")
from maze_dataset.generation.generators import LatticeMazeGenerators as g
generators = {"dfs": g.gen_dfs, "wilson": g.gen_wilson}
answers, sys.stdout = sys.stdout, sys.stderr
print(json.dumps(importlib.metadata.version("maze-dataset")), file=answers, flush=True)
for line in sys.stdin:
    name, size, mazes = json.loads(line)
    start = time.perf_counter()
    for _ in range(mazes):
        path = generators[name]((size, size)).generate_random_path(endpoints_not_equal=True)
        assert len(path) > 1
    print(json.dumps(time.perf_counter() - start), file=answers, flush=True)
"""


class Peer:
    """maze-dataset in its own process.

    Attributes:
        version: the version that is installed there.
    """

    def __init__(self, python: str) -> None:
        self._process = Process(python, ["-c", PEER_CODE], "maze-dataset", HOW_TO)
        self.version = str(self._process.first)

    def seconds(self, generator: str, size: int, mazes: int) -> float:
        """Return how long it takes for so many mazes."""
        return float(self._process.ask(json.dumps([generator, size, mazes])))

    def __enter__(self) -> "Peer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._process.stop()


def ends(size: int, stream: Stream) -> tuple[int, int]:
    """Return two distinct cells, all pairs equally likely."""
    start, goal = stream.below(size * size), stream.below(size * size - 1)
    return start, goal + (goal >= start)


def by_pointers(maze: Maze, start: int, goal: int) -> int:
    """Return the number of moves, by the tree's own parent pointers."""
    return len(tree_path(maze.parent or [], start, goal)) - 1


def by_search(maze: Maze, start: int, goal: int) -> int:
    """Return the number of moves, by breadth-first search over the whole maze."""
    return len(Grid(maze.side, maze.text).shortest_path(start, goal) or "")


def our_seconds(
    generator: str, size: int, mazes: int, run: int, solve: Callable[[Maze, int, int], int]
) -> float:
    """Return how long ours takes for so many mazes, a stream of its own for each."""
    begin = time.perf_counter()
    for index in range(mazes):
        stream = Stream("benchmark", generator, size, run, index)
        maze = GENERATORS[generator](size, stream)
        if not solve(maze, *ends(size, stream)):
            raise RuntimeError("a path between distinct cells has moves")
    return time.perf_counter() - begin


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peer", default=os.environ.get(PEER_VARIABLE), metavar="PYTHON")
    args = parser.parse_args()
    if not args.peer:
        sys.exit(HOW_TO)
    cases = [(name, size) for name, sizes in MAZES.items() for size in sizes]
    theirs: dict[tuple[str, int], list[float]] = {case: [] for case in cases}
    ours: dict[tuple[str, int], list[float]] = {case: [] for case in cases}
    searched: dict[tuple[str, int], list[float]] = {case: [] for case in cases}
    with Peer(args.peer) as peer:
        for name, size in cases:
            # The first of each fills caches and tables, and is not counted.
            our_seconds(name, size, 3, -1, by_search)
            peer.seconds(name, size, 1)
        for run in range(args.runs):
            for name, size in cases:
                few = MAZES[name][size]
                many = few * OURS_TIMES[name]
                ours[name, size].append(our_seconds(name, size, many, run, by_pointers) / many)
                theirs[name, size].append(peer.seconds(name, size, few) / few)
                searched[name, size].append(our_seconds(name, size, many, run, by_search) / many)
        version = peer.version
    print(
        f"Generate and solve one maze; median (least to most) of {args.runs} runs, one core each.\n"
    )
    rows: list[tuple[object, ...]] = [
        ("maze", "side", f"maze-dataset {version}", "heptathlon", "ratio", "target", "with search")
    ]
    for name, size in cases:
        slow, quick, search = theirs[name, size], ours[name, size], searched[name, size]
        ratios = sorted(a / b for a, b in zip(slow, quick, strict=True))
        wanted, first = TARGETS[name]
        rows.append(
            (
                name,
                size,
                timing(slow),
                timing(quick),
                f"{statistics.median(ratios):.0f}x ({ratios[0]:.0f} to {ratios[-1]:.0f})",
                f"{wanted}x" if size >= first else "",
                f"{statistics.median(a / b for a, b in zip(slow, search, strict=True)):.0f}x",
            )
        )
    print(table(rows))


def timing(times: list[float]) -> Timing:
    """Return the times of several runs as one figure."""
    return Timing(statistics.median(times), min(times), max(times))


if __name__ == "__main__":
    main()
