"""Time from the command to the first model request: ``heptathlon run`` beside ``lm_eval run``.

``python -m benchmarks.start`` prints the table. Both commands get the same flags and the same
model (lm-eval's ``dummy``), whose first request ends the process; the data set is built before.
Runs take turns, so that a busy moment hits both.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

from benchmarks._timing import Timing, table
from heptathlon.builders import store
from heptathlon.tasks.derived import include_path

TASK = "heptathlon_maze_smoke"
STOP = """
import os, sys
from lm_eval.models.dummy import DummyLM
DummyLM.generate_until = DummyLM.loglikelihood = lambda *a, **k: os._exit(0)
"""
COMMANDS = {
    "lm_eval run": STOP + "from lm_eval.__main__ import cli_evaluate; cli_evaluate()",
    "heptathlon run": STOP + "from heptathlon.cli import main; main()",
}


def seconds_to_first_request(code: str, folder: str) -> float:
    """Run one of the commands until its model is asked, and return how long that took."""
    flags = ["--model", "dummy", "--model_args", "pretrained=dummy/x", "--tasks", TASK]
    flags += ["--include_path", str(include_path()), "--log_samples", "--output_path", folder]
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, "run", *flags],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )
    elapsed = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"the command failed: {done.stderr[-2000:]}")
    return elapsed


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    store.ensure(store.SetName("maze", tier="smoke"))
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as folder:
        for run in range(args.runs + 1):
            for name, code in COMMANDS.items():
                elapsed = seconds_to_first_request(code, folder)
                # The first run of each fills the disk cache.
                if run:
                    times[name].append(elapsed)
    theirs, ours = times.values()
    shares = sorted(b / a for a, b in zip(theirs, ours, strict=True))
    print(f"Command to first request, task {TASK}; median (least to most) of {args.runs} runs.\n")
    rows: list[tuple[object, ...]] = [("command", "seconds")]
    rows += [(f"`{n}`", Timing(statistics.median(t), min(t), max(t))) for n, t in times.items()]
    print(table(rows))
    print(
        f"\n`heptathlon run` takes {statistics.median(shares):.2f} "
        f"({shares[0]:.2f} to {shares[-1]:.2f}) of the time."
    )


if __name__ == "__main__":
    main()
