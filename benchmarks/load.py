"""A leaderboard's load: thousands of real submissions, checked and built by the commands.

``python -m benchmarks.load`` makes the folders (10,000; ``--count`` fewer), runs ``heptathlon
submit validate`` and ``heptathlon leaderboard build`` on them as a maintainer would, and prints the
table. A submission is the maze family's smoke tier, answered by one of its scripted players and
entered as a model of another name; each has an envelope and results of its own. The board is built
three times: when nothing was checked before, again, and with one more submission for each hundred.
"""

import argparse
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks._timing import table
from benchmarks.validate import submissions
from heptathlon.files import sha256_file
from heptathlon.leaderboard import board, kept
from heptathlon.leaderboard.schema import ENVELOPE
from heptathlon.leaderboard.standings import numbered

SHOWN = 2
"""Processors of the machine that the targets are for."""


def entered(source: Path, folder: Path, number: int) -> None:
    """Write a player's submission as that of a model with a name and a date of its own."""
    folder.mkdir(parents=True)
    envelope = json.loads((source / ENVELOPE).read_text(encoding="utf-8"))
    name = f"organisation-{number % 500}/Model-{number}"
    for file in source.glob("samples_*"):
        shutil.copyfile(file, folder / file.name)
    (results_file,) = source.glob("results_*")
    results = json.loads(results_file.read_text(encoding="utf-8"))
    old = results["config"]["model_args"]
    results["config"] |= {"model": "hf", "model_args": {"pretrained": name}}
    results |= {"model_source": "hf", "model_name": name, "date": results["date"] - number}
    results["model_name_sanitized"] = name.replace("/", "__")
    (folder / results_file.name).write_text(json.dumps(results), encoding="utf-8")
    envelope["model"] = {"name": name, "kind": "model", "revision": "", "url": ""}
    words = ["--model heptathlon", f"--model_args player={old['player']}"]
    for word, new in zip(words, ["--model hf", f"--model_args pretrained={name}"], strict=True):
        envelope["command"] = envelope["command"].replace(word, new)
    for entry in envelope["files"]:
        path = folder / entry["path"]
        entry |= {"bytes": path.stat().st_size, "sha256": sha256_file(path)}
    (folder / ENVELOPE).write_text(json.dumps(envelope), encoding="utf-8")


def timed(command: Sequence[str]) -> float:
    """Run the command line and return the seconds it took.

    Raises:
        RuntimeError: if it refuses.
    """
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "heptathlon", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout[-2000:]}")
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=SHOWN)
    args = parser.parse_args()
    logging.disable(logging.INFO)
    busy = os.getloadavg()[0]
    work = Path(tempfile.mkdtemp(prefix="heptathlon-load-"))
    # Its own cache: what was checked before must not be known, nor remain.
    os.environ["HEPTATHLON_HOME"] = str(work / "home")
    try:
        players = submissions(work / "players")
        folder, out = work / "submissions", work / "site"
        more = max(1, args.count // 100)

        def enter(numbers: range) -> None:
            for number in numbers:
                entered(players[number % len(players)], folder / f"model-{number:05d}", number)

        enter(range(args.count))
        many = ["--processes", str(args.processes)]
        build = ["leaderboard", "build", str(folder), "--out", str(out), *many]
        checked = timed(["submit", "validate", str(folder), *many])
        first = timed(build)
        page = sha256_file(out / "index.html")
        again = timed(build)
        if sha256_file(out / "index.html") != page:
            raise RuntimeError("the same submissions gave another page")
        checks = work / "home" / kept.FOLDER
        size_kept = sum(p.stat().st_size for p in checks.rglob("*") if p.is_file()) / 1e6
        rows, items = board.gather([folder], out, processes=args.processes, kept=checks)
        start = time.perf_counter()
        files = board.site_of(numbered(rows.values()), items)
        site = time.perf_counter() - start
        size = len(files["index.html"].encode()) / 1e6
        enter(range(args.count, args.count + more))
        grown = timed(build)
        reports = sum(1 for _ in (out / board.REPORTS).iterdir())
        if (len(rows), reports) != (args.count, args.count + more):
            raise RuntimeError(f"{len(rows)} rows and {reports} reports of {args.count}")
    finally:
        shutil.rmtree(work)
    print(
        f"{args.count:,} submissions, {args.processes} processes, {os.cpu_count()} cores; "
        f"load average {busy:.1f} before, {os.getloadavg()[0]:.1f} after.\n"
    )
    print(
        table(
            [
                ("", "measured", "target"),
                ("heptathlon submit validate", f"{args.count / checked:.0f} a second", "50"),
                ("heptathlon leaderboard build, the first", f"{first:.1f} s", ""),
                ("the next, nothing changed", f"{again:.1f} s", "20 s"),
                ("of that, the site of rows that were read", f"{site:.1f} s", ""),
                (f"the next, with {more:,} new submissions", f"{grown:.1f} s", ""),
                ("size of index.html", f"{size:.2f} MB", "5 MB"),
                ("kept of the checks", f"{size_kept:.0f} MB", ""),
            ]
        )
    )


if __name__ == "__main__":
    main()
