"""Checking submissions: how many small ones a second, every figure of each computed again.

``python -m benchmarks.validate`` prints the table. A submission is the maze family's smoke tier,
100 documents in five tasks; each is a different model's. The first one, which builds the set and
loads the scorer, is not counted. There is no peer that scores submissions again.
"""

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks._timing import median_of, table
from heptathlon.leaderboard import submit, validate
from heptathlon.running import runner
from heptathlon.tasks.maze.baselines import PLAYERS


def submissions(folder: Path) -> list[Path]:
    """Return a submission of every player of the maze family."""
    out = []
    for name in PLAYERS:
        flags = ["--model", "heptathlon", "--model_args", f"player={name}"]
        task = ["--tasks", "heptathlon_maze_smoke", "--output_path", str(folder / "runs" / name)]
        written = runner.run([*flags, *task], brief=True)
        out.append(submit.prepare(written[-1].parent, folder / "submissions" / name))
    return out


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="heptathlon-benchmark-"))
    try:
        found = submissions(folder)

        def check() -> None:
            for one in found:
                if not validate.validate(one).accepted:
                    raise RuntimeError(f"{one} is refused")

        check()
        wall = median_of(check, args.runs)
        start = time.process_time()
        check()
        processor = time.process_time() - start
        envelope = json.loads((found[0] / submit.ENVELOPE).read_text())
        size = sum(entry["bytes"] for entry in envelope["files"])
    finally:
        shutil.rmtree(folder)
    count = len(found)
    rows: list[tuple[object, ...]] = [
        ("submissions", f"{size / 1e3:,.0f} kB each", "a second", "a second of processor time"),
        (count, wall, f"{count / wall.median:.0f}", f"{count / processor:.0f}"),
    ]
    print(f"One process; median (least to most) of {args.runs} runs.\n")
    print(table(rows))


if __name__ == "__main__":
    main()
