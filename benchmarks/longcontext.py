"""Texts of the event longcontext: MB a second of one core from a recipe, and seconds of a set.

``python -m benchmarks.longcontext`` prints the table, in processor time: the whole way from a
recipe to a text that was held against its digest. ``--memory 10000000`` reads one long text with
the lexical memory, block by block, and prints what that takes.
"""

import argparse
import resource
import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from heptathlon.builders import store
from heptathlon.builders.longcontext import text
from heptathlon.models import memory as memories

LENGTHS = (4_000, 16_000, 64_000, 128_000)
TIERS = ("smoke", "lite")


def speed(words: int, seed: int) -> float:
    """Return the bytes a second at which one text is made, and checked by its digest."""
    recipe = text.Recipe(seed, words, ("Ada Byron had a photograph taken.",), (words // 2,))
    digest = text.digest_of(text.blocks(recipe))
    text.text_by.cache_clear()
    start = time.process_time()
    size = len(text.text_by(recipe, digest).encode())
    return size / (time.process_time() - start)


class Reading(NamedTuple):
    """What a lexical memory of a long text took.

    Attributes:
        observed: processor seconds in which the text was made and read, block by block.
        first: seconds of the first question, for which the index is built.
        next: seconds of one that follows it.
        found: whether the passage with the fact that was asked for was shown each time.
        resident: the most memory of the process, in bytes.
    """

    observed: float
    first: float
    next: float
    found: bool
    resident: int


def read(words: int) -> Reading:
    """Let the lexical memory read a text of so many words, and ask it twice about one fact."""
    fact = "The password of Zlatan Quispe is turmeric."
    shown: list[str] = []

    def speak(prompt: str, max_tokens: int | None = None) -> str:
        del max_tokens
        shown.append(prompt)
        return ""

    memory = memories.make("bm25_text", speak, {})
    clock = [time.process_time()]
    for block in text.blocks(text.Recipe(1, words, (fact,), (words // 2,))):
        memory.observe(block, "a benchmark")
    clock.append(time.process_time())
    for _ in range(2):
        memory.ask("What is the password of Zlatan Quispe?")
        clock.append(time.process_time())
    took = [after - before for before, after in pairwise(clock)]
    # Linux counts kilobytes, macOS bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return Reading(*took, all(fact in prompt for prompt in shown), peak)


def built(tier: str) -> float:
    """Return the seconds in which a tier is built into an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        store.ensure(store.SetName("longcontext", tier=tier), out=Path(folder))
        return time.process_time() - start


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="texts of each length")
    parser.add_argument(
        "--memory", type=int, metavar="WORDS", help="read one text with the lexical memory instead"
    )
    args = parser.parse_args()
    runs = args.runs
    if args.memory:
        one = read(args.memory)
        shown = "shown" if one.found else "not shown"
        print(
            f"{args.memory:,} words: made and read in {one.observed:.1f} s, first question "
            f"{one.first:.1f} s, the next {one.next:.2f} s, fact {shown}, "
            f"at most {one.resident / 1e6:,.0f} MB resident"
        )
        return 0
    print("| words | MB a second, median | least | most |\n|---|---|---|---|")
    for words in LENGTHS:
        found = sorted(speed(words, seed) / 1e6 for seed in range(runs))
        print(f"| {words:,} | {statistics.median(found):.1f} | {found[0]:.1f} | {found[-1]:.1f} |")
    print("\n| tier | seconds to build |\n|---|---|")
    for tier in TIERS:
        print(f"| {tier} | {built(tier):.1f} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
