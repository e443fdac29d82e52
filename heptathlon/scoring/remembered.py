"""What scripted players make of published sets, kept on disk: most of the time of a score.

A player's answer depends on the document alone, and the verdict on it on the code. So both are
found by the digest of the set, and of the code and the libraries, and whoever scores a second run
of the same documents need not play again. Their headlines stand in a file of their own: mostly
nothing else is asked. A damaged file is as good as none.
"""

import contextlib
import marshal
import shutil
import zlib
from collections.abc import Iterator, Mapping
from functools import cache, partial
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
MAX_HEADLINES = 32
"""Sets of documents, whole or in part, of which the players' headlines are kept in a file."""
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
    headlines: dict[Path, dict[str, playing.Headlines]] = {}
    for file, of in tasks.items():
        headlines[file] = _headlines(_headlines_of(file))
        playing.remember_headlines(of, headlines[file])
        playing.remember_later(str(file), of, partial(_load, file, of))
    yield
    for file, of in tasks.items():
        if playing.made(of):
            _keep(file, of)
            playing.kept(of)
        found = playing.headlines_of(of)
        if found.keys() - headlines[file].keys():
            newest = list({**headlines[file], **found}.items())[-MAX_HEADLINES:]
            _write(_headlines_of(file), dict(newest))


def _headlines(file: Path) -> dict[str, playing.Headlines]:
    """Return the headlines that a file holds, by what stands for the documents."""
    found = _read(file)
    whole = all(
        isinstance(one, dict) and all(v is None or isinstance(v, float) for v in one.values())
        for one in found.values()
    )
    return found if whole else {}


def _headlines_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.headlines")


def _file(known: Published) -> Path:
    return _folder() / f"{known.name}-{known.digest[:DIGITS]}"


def _folder() -> Path:
    return home() / FOLDER / _environment()[:DIGITS]


@cache
def _environment() -> str:
    return environment()


def _read(file: Path) -> dict[str, Any]:
    try:
        found = marshal.loads(zlib.decompress(file.read_bytes()))  # noqa: S302
    except (OSError, ValueError, TypeError, EOFError, zlib.error):
        return {}
    return found if isinstance(found, dict) else {}


def _write(file: Path, rows: Mapping[str, Any]) -> None:
    # A cache that cannot be written costs time, and no score.
    with contextlib.suppress(OSError):
        write_bytes_atomic(file, zlib.compress(marshal.dumps(dict(rows)), LEVEL))
        _drop_old()


def _load(file: Path, tasks: set[str]) -> None:
    """Give the players what a file holds of some tasks."""
    kept = _read(file)
    with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
        playing.remember(
            {
                (player, task, item): _verdict(row)
                for task in tasks
                for player, rows in kept.get(task, {}).items()
                for item, row in rows.items()
            }
        )


def _keep(file: Path, tasks: set[str]) -> None:
    """Write what the players have said of some tasks."""
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    for (player, task, item), verdict in playing.said(tasks).items():
        if KINDS.get(type(verdict).__name__) is type(verdict):
            rows.setdefault(task, {}).setdefault(player, {})[item] = _row(verdict)
    _write(file, {**_read(file), **rows})


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
