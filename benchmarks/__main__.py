"""Every table, one after the other: ``python -m benchmarks``; about a quarter of an hour.

A benchmark that needs something that is not there (the maze peer's environment, a browser) says
so in a sentence and the others go on; the exit code is then 1.
"""

import argparse
import subprocess
import sys
import time

BENCHMARKS = (
    "maze",
    "build",
    "rescore",
    "scale",
    "validate",
    "load",
    "bootstrap",
    "search",
    "start",
    "site",
    "coverage",
    "stopping",
    "adaptive",
    "prefixes",
    "gpu",
    "total",
    "longcontext",
)


def main() -> int:
    """Run each benchmark in a process of its own, so that none sees another's memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("only", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    chosen = parser.parse_args().only or BENCHMARKS
    if unknown := set(chosen) - set(BENCHMARKS):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    failed = []
    for name in chosen:
        print(f"# {name}\n", flush=True)
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False)
        print(f"\n({time.perf_counter() - start:.0f} s)\n", flush=True)
        if done.returncode:
            failed.append(name)
    if failed:
        print(f"Not measured: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
