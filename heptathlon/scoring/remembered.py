"""What scripted players make of published sets, kept on disk: most of the time of a score.

A player's answer depends on the document alone, and the verdict on it on the code. So both are
found by the digest of the set, and of the code and the libraries, and whoever scores a second run
of the same documents need not play again. A damaged file is as good as none.
"""

import contextlib
import marshal
import shutil
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from heptathlon.files import home, write_bytes_atomic
from heptathlon.scorers.students_forecast import Forecast
from heptathlon.scorers.verdict import Verdict
from heptathlon.scoring import playing
from heptathlon.scoring.environment import environment
from heptathlon.scoring.samples import Published

FOLDER = "players"
"""Name of the entries' folder below the suite's cache."""
ENVIRONMENTS = 4
"""Versions of the code whose entries are kept, the last that were used."""
LEVEL = 1
"""Of zlib: verdicts are much alike, and a higher level gains little."""
DIGITS = 16
"""Of a digest in a name."""
KINDS: Mapping[str, type[Verdict]] = {"Verdict": Verdict, "Forecast": Forecast}
"""Kinds of verdict that are kept; of others the players are asked each time."""


@contextlib.contextmanager
def players(sets: Mapping[str, Published]) -> Iterator[None]:
    """Let players remember what they said of sets, and keep what they say in the block.

    Args:
        sets: published documents by task.
    """
    tasks: dict[Path, set[str]] = {}
    for task, known in sets.items():
        tasks.setdefault(_file(known), set()).add(task)
    before = {file: _load(file, of) for file, of in tasks.items()}
    yield
    for file, of in tasks.items():
        _keep(file, of, before[file])


def _file(known: Published) -> Path:
    return _folder() / f"{known.name}-{known.digest[:DIGITS]}"


def _folder() -> Path:
    return home() / FOLDER / _environment()[:DIGITS]


@cache
def _environment() -> str:
    return environment()


def _load(file: Path, tasks: set[str]) -> int:
    """Give the players what a file holds of some tasks; return the number of its verdicts."""
    try:
        kept: dict[str, Any] = marshal.loads(zlib.decompress(file.read_bytes()))  # noqa: S302
        found = {
            (player, task, item): _verdict(row)
            for task in tasks
            for player, rows in kept.get(task, {}).items()
            for item, row in rows.items()
        }
    except (OSError, ValueError, TypeError, EOFError, KeyError, AttributeError, zlib.error):
        return 0
    playing.remember(found)
    return len(found)


def _keep(file: Path, tasks: set[str], before: int) -> None:
    """Write what the players have said of some tasks, if it is more than a file held of them."""
    said = playing.said(tasks)
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    count = 0
    for (player, task, item), verdict in said.items():
        if KINDS.get(type(verdict).__name__) is type(verdict):
            rows.setdefault(task, {}).setdefault(player, {})[item] = _row(verdict)
            count += 1
    if count <= before:
        return
    try:
        others = marshal.loads(zlib.decompress(file.read_bytes()))  # noqa: S302
    except (OSError, ValueError, TypeError, EOFError, zlib.error):
        others = {}
    # A cache that cannot be written costs time, and no score.
    with contextlib.suppress(OSError):
        write_bytes_atomic(file, zlib.compress(marshal.dumps({**others, **rows}), LEVEL))
        _drop_old()


def _drop_old() -> None:
    folders = sorted(_folder().parent.iterdir(), key=lambda one: one.stat().st_mtime)
    for folder in folders[:-ENVIRONMENTS]:
        shutil.rmtree(folder, ignore_errors=True)


def _row(verdict: Verdict) -> tuple[Any, ...]:
    metrics = {name: float(value) for name, value in verdict.metrics.items()}
    row = (type(verdict).__name__, metrics, verdict.outcome, verdict.answer, bool(verdict.invalid))
    if isinstance(verdict, Forecast):
        return (*row, *(tuple(map(float, one)) for one in (verdict.probabilities, verdict.logs)))
    return row


def _verdict(row: tuple[Any, ...]) -> Verdict:
    kind, *fields = row
    return KINDS[kind](*fields)
