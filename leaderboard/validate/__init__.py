"""``heptathlon submit validate``: small named checks that believe nothing and compute it all again.

The checks stand on five steps, and each step rests on the one before: the folder and its envelope
(:mod:`.folder`), the files (:mod:`.files`), what lm-eval recorded of the run (:mod:`.record`), the
samples line by line (:mod:`.samples`), and the figures (:mod:`.figures`). A step with findings is
the last one taken. Everything in a submission is hostile: it is read as data, in bounded size, and
never run.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.text import Text

from heptathlon import processes as fresh
from heptathlon.errors import HeptathlonError, OwnFaultError
from heptathlon.harmless import label
from heptathlon.leaderboard.schema import ENVELOPE
from heptathlon.leaderboard.validate.case import (
    RE_RUN,
    RE_SCORED,
    WELL_FORMED,
    Case,
    Each,
    Finding,
    Report,
    T,
    Used,
)
from heptathlon.leaderboard.validate.figures import check_figures
from heptathlon.leaderboard.validate.files import MAX_TOTAL_BYTES, check_files
from heptathlon.leaderboard.validate.folder import MAX_ENVELOPE_BYTES, explain, open_folder
from heptathlon.leaderboard.validate.numbers import TOLERANCE
from heptathlon.leaderboard.validate.record import check_record
from heptathlon.leaderboard.validate.samples import check_samples
from heptathlon.scoring.cards import FamilyCard
from heptathlon.scoring.scorecard import ScoredSample

__all__ = [
    "MAX_ENVELOPE_BYTES",
    "MAX_TOTAL_BYTES",
    "RE_RUN",
    "RE_SCORED",
    "TOLERANCE",
    "WELL_FORMED",
    "Case",
    "Finding",
    "Report",
    "Used",
    "below",
    "examine",
    "explain",
    "let_go",
    "render",
    "spread",
    "validate",
    "validate_all",
]

CHUNK = 20
"""Submissions that a process is given at a time; fewer than two lots are not worth a process."""


def validate(path: Path, *, now: float | None = None) -> Report:
    """Check one submission.

    Args:
        path: its folder, or the envelope in it.
        now: the present in seconds of Unix time; the clock's if left out.

    Raises:
        OwnFaultError: see :func:`examine`.
    """
    return examine(path, now=now, each=let_go).report


def let_go(case: Case, name: str, card: FamilyCard, scored: Sequence[ScoredSample]) -> None:
    """Keep nothing of a family's samples."""


def validate_all(paths: Sequence[Path], processes: int = 1) -> Iterator[Report]:
    """Check submissions, in several processes where that is worth starting them.

    Args:
        paths: submissions, or folders of them.
        processes: how many at a time.

    Yields:
        One report a submission, in order.
    """
    return spread(validate, [one for path in paths for one in below(path)], processes)


def below(path: Path) -> list[Path]:
    """Return the submissions that a folder holds, in order of name; itself if it holds none.

    A folder whose name begins with a dot is being prepared, and left out.
    """
    if (path / ENVELOPE).is_file() or not path.is_dir():
        return [path]
    found = sorted(p.parent for p in path.glob(f"*/{ENVELOPE}"))
    return [p for p in found if not p.name.startswith(".")] or [path]


def spread(function: Callable[[Path], T], paths: Sequence[Path], processes: int) -> Iterator[T]:
    """Yield a function's value of each path, in order; a process reads each set once."""
    if processes < 2 or len(paths) < 2 * CHUNK:
        yield from map(function, paths)
        return
    with fresh.pool(processes) as pool:
        yield from pool.map(function, paths, chunksize=CHUNK)


STEPS = (open_folder, check_files, check_record, check_samples, check_figures)


def examine(
    path: Path,
    *,
    now: float | None = None,
    details: bool = False,
    whole: bool = False,
    each: Each | None = None,
) -> Case:
    """Check one submission and keep what was read and scored.

    The documents of a long submission take much room: with ``each``, no more than one family's
    are held at a time.

    Args:
        path: its folder, or the envelope in it.
        now: the present in seconds of Unix time; the clock's if left out.
        details: whether the scorecard shall have strata, forms and levels; none is claimed.
        whole: whether long answers are kept as they are, and not only their ends.
        each: is given each part of the scorecard and its samples, which are then let go; a long
            submission's in processes of their own.

    Raises:
        OwnFaultError: if this installation's data or this program is at fault. That says nothing
            about the submission.
    """
    folder = path.parent if path.name == ENVELOPE else path
    case = Case(folder, time.time() if now is None else now, details, whole, each)
    try:
        for step in STEPS:
            step(case)
            if case.findings:
                break
            if step is check_record:
                case.badges.append(WELL_FORMED)
    except OwnFaultError:
        raise
    except HeptathlonError as error:
        # What a submission can do wrong has become a finding; what is left is the sets' or ours.
        raise OwnFaultError(
            f"{label(str(folder), 200)}: could not be checked here: {error}"
        ) from error
    except Exception as error:
        raise OwnFaultError(
            f"{label(str(folder), 200)}: the check itself failed ({type(error).__name__}: "
            f"{label(str(error), 200)}); report this with the submission."
        ) from error
    return case


def render(report: Report) -> Text:
    """Return a report for the terminal, one finding a line."""
    name = label(report.submission, 300)
    if report.accepted:
        words = [report.badges[-1], *([] if report.ranked else ["without rank"]), *report.notes]
        said = label("; ".join(words), 600)
        return Text.assemble((f"{name}: ", ""), ("accepted", "green"), f" ({said})")
    lines = [f"\n  {finding.message}" for finding in report.findings]
    return Text.assemble(f"{name}: ", ("refused", "red"), *lines)
