"""Texts of the event longcontext: MB a second of one core from a recipe, and seconds of a set.

``python -m benchmarks.longcontext`` prints the table, in processor time: the whole way from a
recipe to a text that was held against its digest.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from heptathlon.builders import store
from heptathlon.builders.longcontext import text

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
    runs = parser.parse_args().runs
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
