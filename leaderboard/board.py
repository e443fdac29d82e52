"""``heptathlon leaderboard build``: from accepted submissions to the static site."""

import contextlib
import functools
import logging
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from heptathlon.errors import HeptathlonError
from heptathlon.families import FAMILIES, of_role
from heptathlon.files import write_text_atomic
from heptathlon.leaderboard import kept as kept_entries
from heptathlon.leaderboard import rerun, seen, validate
from heptathlon.leaderboard.copies import Submission, first_seen
from heptathlon.leaderboard.division import TIERS
from heptathlon.leaderboard.kept import Came, Kept, digest_of
from heptathlon.leaderboard.page import site
from heptathlon.leaderboard.propose import envelope_hash
from heptathlon.leaderboard.rows import read, rows_of
from heptathlon.leaderboard.schema import ENVELOPE
from heptathlon.leaderboard.standings import (
    MAX_PAIRED_ROWS,
    Items,
    Row,
    Table,
    numbered,
    of_families,
    tables,
)
from heptathlon.pages import report

REPORTS = "reports"
"""Folder of the rows' reports in the site."""
REPORT_NAME = re.compile(r"^[a-z0-9-]{1,60}-[0-9a-f]{10}\.html$")

logger = logging.getLogger("heptathlon")


def build(
    submissions: Sequence[Path],
    out: Path,
    *,
    reruns: Path | None = None,
    hidden: Sequence[Row] = (),
    processes: int = 1,
    kept: Path | None = None,
    recheck: bool = False,
    accepted: Path | None = None,
) -> Path:
    """Write the site of all accepted submissions and return its page.

    A refused submission is left out with a warning that says why; a copy of another one too.
    Where this installation is at fault, nothing is written.

    Args:
        submissions: submission folders, or folders of them.
        out: folder of the site.
        reruns: folder of a maintainer's records of repeated runs, which give the badge.
        hidden: rows on the hidden splits, from a maintainer's records.
        processes: how many submissions are read at a time.
        kept: folder of what came of submissions that were checked before (see :mod:`.kept`); if
            left out, all are checked and nothing is kept.
        recheck: whether all are checked, whatever is kept.
        accepted: list of accepted submissions, which decides who was first (see :mod:`.seen`);
            what is accepted now is added to it.

    Raises:
        HeptathlonError: if there is no submission, none is accepted, or ``kept`` lies in one.
        OwnFaultError: if a published set or this machine is at fault.
    """
    rows, items = gather(
        submissions,
        out,
        reruns=reruns,
        processes=processes,
        kept=kept,
        recheck=recheck,
        accepted=accepted,
    )
    _remove_old_reports(out / REPORTS, rows)
    for name, text in site_of(numbered(rows.values()), items, hidden).items():
        write_text_atomic(out / name, text)
    return out / "index.html"


def gather(
    submissions: Sequence[Path],
    out: Path,
    *,
    reruns: Path | None = None,
    processes: int = 1,
    kept: Path | None = None,
    recheck: bool = False,
    accepted: Path | None = None,
) -> tuple[dict[str, Row], dict[str, Items]]:
    """Check submissions, write the report of each row, and return rows and items by slug.

    The arguments and errors are those of :func:`build`.
    """
    rows: dict[str, Row] = {}
    items: dict[str, Items] = {}
    repeated = rerun.records(reruns)
    known = seen.read_list(accepted)
    folders = find_submissions(submissions)
    with _entries(kept) as entries:
        found = list(_checked(folders, entries, processes, recheck))
        for one in found:
            if isinstance(one, str):
                logger.warning("left out: %s", one)
        good = [
            Submission(folder, *one)
            for folder, one in zip(folders, found, strict=True)
            if not isinstance(one, str)
        ]
        if not good:
            raise HeptathlonError("leaderboard: no submission is accepted; the warnings say why.")
        for place, (source, number, row) in enumerate(first_seen(good, known)):
            record = repeated.get(source.came.envelope)
            # Runs are counted in the order in which they were seen.
            rows[row.slug] = _re_run(row, record).model_copy(update={"seen": place})
            if len(items) <= MAX_PAIRED_ROWS * len(TIERS):
                mine = entries.items(source.key, number)
                if mine is not None:
                    items[row.slug] = mine
            # Not before all is checked: where this machine is at fault, nothing is written.
            path = out / REPORTS / f"{row.slug}.html"
            if digest_of(path) != source.came.reports[number]:
                write_text_atomic(path, entries.report(source.key, number))
        seen.extend_list(accepted, known, [one.came.envelope for one in good])
        entries.forget_others()
    return rows, items


def _re_run(row: Row, record: rerun.Rerun | None) -> Row:
    """Return a row with what a repeated run says of it; a player's row has the badge already."""
    if record is None or row.kind != "model":
        return row
    if record.verdict == "disagrees":
        said = "a repeated run gave other answers"
        return row.model_copy(update={"unranked": (*row.unranked, said)})
    if record.confirms != row.name:
        return row
    badges = (*row.badges, validate.RE_RUN)
    return row.model_copy(update={"badges": badges, "confirmed": record.revision})


@contextlib.contextmanager
def _entries(folder: Path | None) -> Iterator[Kept]:
    """Yield the entries of a folder; without one, those of a folder that is removed at the end.

    Raises:
        HeptathlonError: if the folder lies in a submission, whose submitter could write there.
    """
    environment = kept_entries.environment()
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="heptathlon-board-") as work:
            yield Kept(Path(work), environment)
        return
    for parent in folder.resolve().parents:
        if (parent / ENVELOPE).is_file():
            raise HeptathlonError(
                f"{folder}: lies in the submission {parent}; set HEPTATHLON_HOME to a folder of "
                "your own."
            )
    yield Kept(folder, environment)


def _checked(
    folders: Sequence[Path], kept: Kept, processes: int, recheck: bool
) -> Iterator[tuple[str, Came] | str]:
    """Yield key and entry of each submission, or why it is refused.

    Looking for entries is hashing, which threads do side by side; checking needs processes.
    """
    known: list[tuple[str, Came] | None] = [None] * len(folders)
    if not recheck:
        with ThreadPoolExecutor(max(1, processes)) as pool:
            find = functools.partial(_found, kept=kept)
            known = list(pool.map(find, folders))
    left = [folder for folder, entry in zip(folders, known, strict=True) if entry is None]
    logger.info("%d of %d submissions were checked before", len(folders) - len(left), len(folders))
    check = functools.partial(_check, kept=kept)
    new = iter(validate.spread(check, left, processes))
    for entry in known:
        yield next(new) if entry is None else entry


def _found(folder: Path, *, kept: Kept) -> tuple[str, Came] | None:
    """Return key and entry of a submission that was checked before."""
    key = kept.key(folder)
    came = kept.find(key) if key else None
    return None if key is None or came is None else (key, came)


def _check(folder: Path, *, kept: Kept) -> tuple[str, Came] | str:
    """Check a submission and keep what came of it; or return why it is refused."""
    key = kept.key(folder)
    case = validate.examine(folder, details=True, each=read)
    if case.findings:
        return str(validate.render(case.report))
    found = rows_of(case)
    texts = []
    for row, _ in found:
        # The run knows its model by a path on the submitter's machine.
        model = case.card.model.model_copy(update={"name": row.name})
        card = case.card.model_copy(update={"model": model})
        texts.append(report.of_parts(card, [one.shown for one in case.kept.values()]))
    envelope = envelope_hash(folder)
    if key is None or kept.key(folder) != key:
        return f"{folder}: was changed while it was checked; build the board again."
    return key, kept.keep(key, envelope, case.used, found, texts)


def site_of(
    rows: Sequence[Row], items: Mapping[str, Items], hidden: Sequence[Row] = ()
) -> dict[str, str]:
    """Return the site's files: a page for the scored families, one for each, one that compares.

    A total counts scored families only, so that the others stand on their own pages alone.
    """

    def only(names: Collection[str]) -> list[Table]:
        kept = {slug: part.of_families(names) for slug, part in items.items()}
        return tables(of_families(rows, names), kept, of_families(hidden, names))

    by_family = {name: only([name]) for name in FAMILIES if any(name in row.scores for row in rows)}
    return site(only(of_role("scored")), by_family, items)


def find_submissions(paths: Sequence[Path]) -> list[Path]:
    """Return the submission folders among paths and directly below them, in order of name.

    Raises:
        HeptathlonError: if a path holds none.
    """
    found: list[Path] = []
    for path in paths:
        below = validate.below(path)
        if not (below[0] / ENVELOPE).is_file():
            raise HeptathlonError(
                f"{path}: holds no submission; make one with heptathlon submit prepare."
            )
        found += below
    return list(dict.fromkeys(found))


def _remove_old_reports(folder: Path, rows: Mapping[str, Row]) -> None:
    """Remove the reports of a former build whose rows are gone, and nothing else."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if REPORT_NAME.match(path.name) and path.stem not in rows:
            path.unlink()
