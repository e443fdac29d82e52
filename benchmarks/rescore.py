"""Scoring logged samples again: seconds for 100,000 answers to the maze set's own documents.

``python -m benchmarks.rescore`` prints the table. Answers are those of the scripted players, and
for the third row the same after a page of reasoning, one verdict a sample, in one process. There
is no peer: lm-eval does not score logged samples again.
"""

import argparse
from collections.abc import Callable
from itertools import cycle, islice

from benchmarks._timing import median_of, table
from heptathlon.builders import store
from heptathlon.scorers import maze
from heptathlon.tasks.maze.baselines import PLAYERS

SAMPLES = 100_000
REASONING = f"<think>{'Going up is blocked, so I turn right and try again. ' * 80}</think>"
Sample = tuple[dict[str, object], list[str]]


def scored(samples: list[Sample]) -> Callable[[], None]:
    """Return a function that scores the samples."""

    def score() -> None:
        for doc, responses in samples:
            maze.verdict(doc, responses)

    return score


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    folder = store.ensure(store.SetName("maze"))
    docs = store.read_docs(folder, "path")
    rows: list[tuple[object, ...]] = [("answers", f"{SAMPLES:,} samples", "samples a second")]
    for name, player, before in (
        ("greedy", "greedy", ""),
        ("the oracle", "oracle", ""),
        ("the oracle, after 4,000 characters of reasoning", "oracle", REASONING),
    ):
        answers = [(doc, [f"{before}{PLAYERS[player].answer(doc)}"]) for doc in docs]
        time = median_of(scored(list(islice(cycle(answers), SAMPLES))), args.runs)
        rows.append((name, time, f"{SAMPLES / time.median:,.0f}"))
    print(f"{len(docs):,} mazes of the full set; median (least to most) of {args.runs} runs.\n")
    print(table(rows))


if __name__ == "__main__":
    main()
