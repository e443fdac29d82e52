"""Which of two equal submissions was there first: by what a submitter cannot write.

A list of accepted submissions, which the maintainers keep and every build extends, decides; what is
not on it is ordered by the repository's history: the order in which the main branch got its files,
because the dates of commits are their authors' word. Where neither knows, nobody was first.
"""

import logging
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from heptathlon.errors import HeptathlonError
from heptathlon.files import dump_json, read_json_strict, write_text_atomic
from heptathlon.leaderboard.schema import ENVELOPE

MAX_LIST_BYTES = 64 * 2**20
SECONDS = 300
Order = tuple[int, int] | None
"""Sort key of a submission: of what is on the list, then of what history tells; None if unknown."""

logger = logging.getLogger("heptathlon")


def read_list(path: Path | None) -> list[str]:
    """Return the accepted submissions by the hashes of their envelopes, the first one first.

    Raises:
        HeptathlonError: if the file is no such list.
    """
    if path is None or not path.exists():
        return []
    found = read_json_strict(path, max_bytes=MAX_LIST_BYTES)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise HeptathlonError(f"{path}: is no list of accepted submissions.")
    return found


def extend_list(path: Path | None, known: Sequence[str], now: Iterable[str]) -> None:
    """Write the list with what was accepted since, in the order in which it was first seen."""
    if path is None:
        return
    longer = list(dict.fromkeys([*known, *now]))
    if longer != list(known):
        write_text_atomic(path, dump_json(longer))


def orders(folders: Sequence[Path], envelopes: Sequence[str], known: Sequence[str]) -> list[Order]:
    """Return what is known of the order of submissions.

    Args:
        folders: the submissions.
        envelopes: the hash of each one's envelope.
        known: the list of accepted submissions.
    """
    place = {envelope: number for number, envelope in enumerate(known)}
    parents = {folder.resolve().parent for folder in folders}
    history: dict[Path, int] = {}
    for parent in sorted(parents):
        history |= _history(parent)
    out: list[Order] = []
    for folder, envelope in zip(folders, envelopes, strict=True):
        if envelope in place:
            out.append((0, place[envelope]))
        else:
            step = history.get(folder.resolve() / ENVELOPE)
            out.append(None if step is None else (1, step))
    return out


def _history(folder: Path) -> dict[Path, int]:
    """Return in which step of the main branch each envelope below a folder came to be.

    A file that was removed and came again counts from its last coming. Steps that brought several
    submissions at once say nothing of their order: they share a number.
    """
    # Nothing of a submission is among the words: the folder above all of them is the maintainer's.
    command = [
        *("git", "-c", "core.quotepath=off", "-c", "safe.bareRepository=explicit"),
        *("log", "--first-parent", "-m", "--reverse", "--no-renames", "--diff-filter=A"),
        *("--format=%x00", "--name-only", "-z", "--", "."),
    ]
    try:
        top = _git(["git", "rev-parse", "--show-toplevel"], folder).strip()
        said = _git(command, folder)
    except (OSError, subprocess.SubprocessError):
        return {}
    out: dict[Path, int] = {}
    step = -1
    # A commit's mark is an empty name; the names of its files follow.
    for name in said.split("\0"):
        clean = name.strip("\n")
        if not clean:
            step += 1
        elif clean.endswith(f"/{ENVELOPE}") or clean == ENVELOPE:
            out[Path(top) / clean] = step
    return out


def _git(command: list[str], folder: Path) -> str:
    done = subprocess.run(  # noqa: S603
        command, cwd=folder, capture_output=True, check=True, timeout=SECONDS
    )
    return done.stdout.decode(errors="surrogateescape")
