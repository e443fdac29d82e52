"""Building the fresh maze set from nothing: seconds and peak memory.

``python -m benchmarks.build`` prints the table. Every run builds into an empty folder, in a new
process on one core, from the first import to the last file.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time

from benchmarks._timing import Timing, table

TIERS = ("smoke", "lite", "full", "long")
# Prints [seconds after the imports, processor seconds in all, peak bytes, records, file bytes];
# ru_maxrss is in KiB, on macOS in bytes.
CODE = """
import json, resource, sys, time
from pathlib import Path
from heptathlon.builders import maze, store
start = time.perf_counter()
folder = store.ensure(store.SetName("maze", tier=sys.argv[1]), out=Path(sys.argv[2]))
seconds = time.perf_counter() - start
unit = 1 if sys.platform == "darwin" else 1024
used = resource.getrusage(resource.RUSAGE_SELF)
records = sum(file.records for file in store.read_manifest(folder).files)
size = sum(file.bytes for file in store.read_manifest(folder).files)
print(json.dumps([seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * unit, records, size]))
"""


def build(tier: str) -> tuple[float, float, float, int, int, int]:
    """Build a tier in a new process.

    Returns:
        Seconds in all, seconds of the build, processor seconds in all, peak bytes, records and
        bytes of the files.
    """
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", CODE, tier, folder], capture_output=True, text=True, check=False
        )
        total = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"the build failed: {done.stderr[-2000:]}")
    seconds, processor, peak, records, size = json.loads(done.stdout)
    return total, seconds, processor, peak, records, size


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tier", action="append", choices=TIERS, help="default: lite and full")
    args = parser.parse_args()
    rows: list[tuple[object, ...]] = [
        (
            "tier",
            "records",
            "files",
            "seconds in all",
            "of which building",
            "processor",
            "peak memory",
        )
    ]
    for tier in args.tier or ("lite", "full"):
        runs = [build(tier) for _ in range(args.runs)]
        totals, builds, processor, peaks, records, sizes = zip(*runs, strict=True)
        times = [Timing(statistics.median(t), min(t), max(t)) for t in (totals, builds, processor)]
        rows.append(
            (
                tier,
                f"{records[0]:,}",
                f"{sizes[0] / 2**20:.1f} MiB",
                *times,
                f"{max(peaks) / 2**20:.0f} MiB",
            )
        )
    print(f"Fresh maze sets, one process, median (least to most) of {args.runs} runs.\n")
    print(table(rows))


if __name__ == "__main__":
    main()
