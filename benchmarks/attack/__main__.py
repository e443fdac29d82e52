"""``python -m benchmarks.attack [EVENT…]``: print the best that was found in each event."""

import argparse
import logging
import time

from benchmarks._timing import table
from benchmarks.attack.report import Attack, Earned, attack, fast_cut
from heptathlon.families import FAMILIES


def rows_of(found: Attack) -> list[tuple[str, ...]]:
    """Return the table of what was found in one event, the worst first."""
    head = ("looks at", "earns", "95 % interval", "may earn", "", "cue")
    return [head, *(_row(one, one in found.cues) for one in found.best)]


def _row(one: Earned, wins: bool) -> tuple[str, ...]:
    low, high = one.value - 1.96 * one.error, one.value + 1.96 * one.error
    word = "WINS" if wins else ""
    return (
        one.found.kind, f"{one.value:.3f}", f"{low:.3f} to {high:.3f}", f"{one.limit:.3f}", word,
        one.found.cue,
    )  # fmt: skip


def main() -> None:
    """Attack the named events, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attack")
    parser.add_argument("event", nargs="*", choices=[[], *FAMILIES], help="all if left out")
    parser.add_argument("--tier", default="lite")
    parser.add_argument("--salts", type=int, default=3, help="sets learnt from, and sets tried")
    parser.add_argument("--fast", action="store_true", help="the cut that the tests run")
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    for name in args.event or FAMILIES:
        start = time.perf_counter()
        family = FAMILIES[name]
        found = fast_cut(family) if args.fast else attack(family, tier=args.tier, salts=args.salts)
        spent = time.perf_counter() - start
        print(f"## {name}: {found.metric}, chance {found.chance:.3f}, bar {found.bar:.3f}\n")
        print(table(rows_of(found)))
        print(f"\n{found.tried} ways tried in {spent:.0f} s.\n", flush=True)


if __name__ == "__main__":
    main()
