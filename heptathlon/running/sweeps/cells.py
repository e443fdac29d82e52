"""A cell: one model, one event, texts or pictures; run once, in a folder and a process of its own.

The folder holds everything: what was asked (``cell.json``), the log, lm-eval's files, the journal
while it runs, and ``done.json`` when it is done. So whoever comes later, on whatever machine sees
the folder, knows what is left to do, and what was killed goes on after its last answer.

``python -m heptathlon.running.sweeps.cells FOLDER`` runs the cell of a folder.
"""

import ctypes
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from heptathlon import salts
from heptathlon.errors import HeptathlonError
from heptathlon.families import CURRENT_SEASON
from heptathlon.files import dump_json, read_json_strict, write_text_atomic
from heptathlon.running import runs

ASKED, DONE, LOG, LOCK = "cell.json", "done.json", "log.txt", ".lock"
TOGETHER = "together"
"""Folder beside a model's cells that holds the files of all of them, for ``score``."""
MAX_BYTES = 2**20
PATIENCE = 60.0
"""Seconds that a cell waits for a process that still runs it, as one whose driver was killed."""
MAX_SAID = 300
"""Characters of a log's last line that a message shows."""
_PARENT_DIES = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""


@dataclass(frozen=True)
class Cell:
    """What one process runs.

    Attributes:
        name: names it in messages, such as ``qwen3-0.6b/maze``.
        folder: absolute; nothing else is in it.
        model: class of models.
        model_args: its arguments.
        tasks: lm-eval's names.
        flags: further flags of ``heptathlon run``.
        cpus: processors that it takes.
        gpus: accelerators that it takes; a part of one where several fit.
    """

    name: str
    folder: Path
    model: str
    model_args: Mapping[str, Any]
    tasks: tuple[str, ...]
    flags: tuple[str, ...] = ()
    cpus: float = 1.0
    gpus: float = 0.0

    def asked(self) -> dict[str, Any]:
        """Return what decides about the answers, as ``cell.json`` holds it."""
        salt = salts.named()
        return {
            "model": self.model,
            "model_args": dict(self.model_args),
            "tasks": list(self.tasks),
            "flags": list(self.flags),
            "season": os.environ.get("HEPTATHLON_SEASON") or CURRENT_SEASON,
            "salt": salts.keyed(salt, "folder").hex()[:12] if salt else "",
        }

    @property
    def arguments(self) -> list[str]:
        """The flags of ``heptathlon run``."""
        return run_flags(self.asked(), self.folder)


@dataclass(frozen=True)
class Done:
    """What came of a cell.

    Attributes:
        ok: whether all of its answers are saved.
        said: the log's last line where it failed.
        seconds: that the process took; 0 where it was done before.
    """

    ok: bool
    said: str = ""
    seconds: float = 0.0


def run_flags(asked: Mapping[str, Any], folder: Path) -> list[str]:
    """Return the flags of ``heptathlon run`` for what a ``cell.json`` asks."""
    arguments = ["--model_args", json.dumps(asked["model_args"])] if asked["model_args"] else []
    return [
        *("--model", asked["model"], *arguments),
        *("--tasks", ",".join(asked["tasks"])),
        *("--output_path", str(folder)),
        *asked["flags"],
    ]


def is_done(cell: Cell) -> bool:
    """Tell whether a cell was run to its end."""
    return (cell.folder / DONE).is_file()


def refuse_changed(cell: Cell) -> None:
    """Refuse to go on with a cell of which other things were asked before.

    Raises:
        HeptathlonError: naming what differs.
    """
    if not (cell.folder / ASKED).is_file():
        return
    before, now = _read(cell.folder / ASKED), json.loads(json.dumps(cell.asked()))
    for key, value in now.items():
        if before.get(key) != value:
            raise HeptathlonError(
                f"{cell.folder / ASKED}: was run with another {key} "
                f"({_short(before.get(key))}, now {_short(value)}); give the model another "
                "name or the sweep another output, or delete the folder."
            )


def prepare(cell: Cell) -> None:
    """Write down what a cell asks, once."""
    refuse_changed(cell)
    if not (cell.folder / ASKED).is_file():
        write_text_atomic(cell.folder / ASKED, dump_json(cell.asked()))


def run_apart(cell: Cell, environment: Mapping[str, str] | None = None) -> Done:
    """Run a cell in a process of its own, which ends with this one; its output goes to the log.

    Args:
        cell: what to run.
        environment: variables beside this process's.
    """
    start = time.monotonic()
    prepare(cell)
    with (cell.folder / LOG).open("ab") as log:
        child = subprocess.Popen(  # noqa: S603 - this program, and a folder of its own making
            [sys.executable, "-m", __name__, str(cell.folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {}), "PYTHONPATH": _paths()},
        )
        try:
            code = child.wait()
        except BaseException:
            # It saves the tasks that it has finished.
            child.send_signal(signal.SIGINT)
            child.wait()
            raise
    seconds = time.monotonic() - start
    if code == 0 and is_done(cell):
        return Done(ok=True, seconds=seconds)
    how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
    return Done(ok=False, said=f"{how}: {_last_line(cell.folder / LOG)}", seconds=seconds)


def run_here(folder: Path) -> bool:
    """Run the cell of a folder in this process, unless it is done.

    Returns:
        Whether it is done: not so where some answers are broken, which are asked again next time.

    Raises:
        HeptathlonError: if it cannot be run to its end, or another process runs it; see
            :func:`heptathlon.running.runner.run`.
    """
    from heptathlon.running import runner

    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=PATIENCE)
    except Timeout:
        raise HeptathlonError(
            f"{folder}: another process runs this cell; wait for it, or end it."
        ) from None
    try:
        if (folder / DONE).is_file():
            return True
        asked = _read(folder / ASKED)
        start = time.monotonic()
        run = saved(folder, asked["tasks"])
        # Else it was killed after its files were in place, and before it could say so.
        if run is None or run.broken:
            written = runner.run(run_flags(asked, folder))
            run = runs.read_run(written[-1].parent) if written else None
        if run is None or run.broken:
            return False
        told = {"seconds": round(time.monotonic() - start, 1)}
        write_text_atomic(folder / DONE, dump_json(told))
        return True
    finally:
        lock.release()


def saved(folder: Path, tasks: Sequence[str]) -> runs.Run | None:
    """Return the run that a folder holds; None unless it is a whole one of all tasks."""
    try:
        run = runs.read_run(folder)
    except HeptathlonError:
        return None
    return run if all(run.samples.get(task) for task in tasks) else None


def put_together(cells: Sequence[Cell]) -> Path | None:
    """Let the files of a model's cells stand in one folder, so that one card tells of all events.

    Args:
        cells: a model's cells, whose folders lie beside each other.

    Returns:
        The folder; None as long as one of the cells is not done.
    """
    if not all(map(is_done, cells)):
        return None
    target = cells[0].folder.parent / TOGETHER
    target.mkdir(exist_ok=True)
    for cell in cells:
        source = runs.find_run_folder(cell.folder)
        # The results last: they say that the samples are there.
        for file in sorted(source.iterdir(), key=lambda file: file.name.startswith("results")):
            if file.is_file() and not (target / file.name).exists():
                _link(file, target / file.name)
    return target


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        # A disk without links.
        shutil.copyfile(source, target)


def _paths() -> str:
    """Return where a child finds this package, which a checkout need not have installed."""
    own = str(Path(__file__).parents[3])
    return os.pathsep.join(filter(None, [own, os.environ.get("PYTHONPATH", "")]))


def _read(path: Path) -> dict[str, Any]:
    found = read_json_strict(path, max_bytes=MAX_BYTES)
    if not isinstance(found, dict):
        raise HeptathlonError(f"{path}: holds no cell; delete its folder.")
    return found


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 100 else f"{text[:99]}…"


def _last_line(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2**14))
        lines = file.read().decode(errors="replace").split("\n")
    return next((one.strip()[:MAX_SAID] for one in reversed(lines) if one.strip()), "no word")


def _end_with_parent() -> None:
    """Let Linux end this process with the one that started it, so that no device stays taken."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DIES, signal.SIGKILL)


def main() -> int:
    """Run the cell of the folder that the command line names."""
    _end_with_parent()
    logging.basicConfig(format="%(message)s")
    logging.getLogger("heptathlon").setLevel(logging.INFO)
    print(f"started {time.strftime('%Y-%m-%d %H:%M:%S')} by process {os.getpid()}", flush=True)
    try:
        done = run_here(Path(sys.argv[1]))
    except HeptathlonError as error:
        print(f"heptathlon: {error}", flush=True)
        return 1
    if not done:
        print("some answers are broken; the same sweep asks them again, and no others", flush=True)
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
