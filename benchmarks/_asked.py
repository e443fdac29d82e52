"""``heptathlon run`` with the asking timed, or profiled: ``python -m benchmarks._asked FILE 0 …``.

What is before the first task, imports and weights, is left out: a long run does not notice it.
"""

import cProfile
import json
import sys
import time
from pathlib import Path
from typing import Any

from heptathlon.running import runner


def main() -> None:
    """Run, and write the seconds (or, for 1, the profile) of the asking into a file."""
    file, profiled, *flags = sys.argv[1:]
    original = runner.Run.results

    def results(self: runner.Run) -> Any:
        profile = cProfile.Profile()
        start = time.perf_counter()
        if profiled == "1":
            return _kept(profile, original, self, file)
        try:
            return original(self)
        finally:
            Path(file).write_text(json.dumps(time.perf_counter() - start), encoding="utf-8")

    runner.Run.results = results  # type: ignore[method-assign]
    runner.run(flags, brief=True)


def _kept(profile: cProfile.Profile, original: Any, run: runner.Run, file: str) -> Any:
    try:
        return profile.runcall(original, run)
    finally:
        profile.dump_stats(file)


if __name__ == "__main__":
    main()
