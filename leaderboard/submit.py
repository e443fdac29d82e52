"""``heptathlon submit prepare``: a run's own files and an envelope in one folder, whole or not."""

import re
import shutil
import tempfile
from pathlib import Path

from pydantic import ValidationError

from heptathlon.errors import HeptathlonError
from heptathlon.files import dump_json, sha256_file, write_text_atomic
from heptathlon.leaderboard import validate
from heptathlon.leaderboard.schema import (
    ENVELOPE,
    HTTPS_URL,
    MODEL_NAME,
    Entrant,
    Envelope,
    FileEntry,
    claims_of,
    command_of,
    unprintable,
)
from heptathlon.leaderboard.standings import EDITIONS
from heptathlon.running import runs
from heptathlon.scoring import scorecard
from heptathlon.scoring.cards import Scorecard

__all__ = ["ENVELOPE", "prepare"]


def prepare(
    folder: Path, out: Path, *, model_name: str = "", submitter: str = "", url: str = ""
) -> Path:
    """Write a submission of a run and return its folder.

    The run's files are copied as they are, its figures are computed again from the samples, and
    the result has passed :func:`.validate.validate` before it appears.

    Args:
        folder: what ``heptathlon run`` wrote.
        out: the submission's folder, which may not exist yet.
        model_name: ``org/name`` on the board; lm-eval's own if left out. A player keeps its name.
        submitter: who submits.
        url: https link to the model.

    Raises:
        HeptathlonError: if ``out`` exists, the run cannot be read or scored, or a check refuses.
    """
    if out.exists():
        raise HeptathlonError(f"{out}: exists already; remove it or choose another --out.")
    run = runs.read_run(folder)
    model = scorecard.model_card(run.results[-1])
    name = _name(model_name, model.name, model.kind == "player")
    _check_words(submitter, url)
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}.", suffix=".part"))
    try:
        for file in _needed_files(run):
            shutil.copyfile(file, staging / file.name)
        copied = runs.read_run(staging)
        card, _ = scorecard.score_run(copied)
        _check_editions(card, run.folder)
        try:
            envelope = Envelope(
                model=Entrant(name=name, kind=model.kind, revision=card.model.revision, url=url),
                submitter=submitter,
                command=command_of(copied, name),
                settings=card.settings,
                files=[_entry(p) for p in sorted(staging.iterdir())],
                claims=claims_of(card),
            )
        except ValidationError as error:
            raise HeptathlonError(validate.explain(error, str(run.folder))[0].message) from None
        write_text_atomic(staging / ENVELOPE, dump_json(envelope.model_dump()))
        report = validate.validate(staging)
        if not report.accepted:
            more = f" ({len(report.findings) - 1} more)" if len(report.findings) > 1 else ""
            said = report.findings[0].message.replace(str(staging), str(run.folder))
            raise HeptathlonError(f"{said}{more}")
        # mkdtemp makes private folders; a submission is made to be given away.
        staging.chmod(0o755)
        staging.rename(out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return out


def _name(wanted: str, recorded: str, player: bool) -> str:
    if player:
        if wanted not in ("", recorded):
            raise HeptathlonError(
                f"--model-name {wanted}: this run is of the player {recorded!r}, which keeps its "
                "name; leave the option out."
            )
        return recorded
    name = wanted or recorded
    if not re.fullmatch(MODEL_NAME, name):
        raise HeptathlonError(
            f"--model-name: {name[:100]!r} is not of the form org/name; give the name that the "
            "board shall show, such as --model-name Qwen/Qwen3-0.6B."
        )
    return name


def _check_editions(card: Scorecard, folder: Path) -> None:
    for name, family in card.families.items():
        if family.edition not in EDITIONS:
            raise HeptathlonError(
                f"{folder}: {name} is of the edition {family.edition}, which rests on files that "
                "are not published; the board takes the fresh and the paper edition. Run those "
                "alone."
            )


def _check_words(submitter: str, url: str) -> None:
    if unprintable(submitter) or len(submitter) > 80 or submitter != submitter.strip():
        raise HeptathlonError(
            f"--submitter: {submitter[:100]!r} is not a plain name of at most 80 characters."
        )
    if url and not re.fullmatch(HTTPS_URL, url):
        raise HeptathlonError(f"--url: {url[:100]!r} is not an https:// link; give one or none.")


def _needed_files(run: runs.Run) -> list[Path]:
    """Return the samples that count, and of the results files those made with them."""
    needed: dict[Path, None] = {}
    for task in run.samples:
        for results, file in zip(reversed(run.results), reversed(run.results_files), strict=True):
            if task in results["versions"]:
                needed[file] = None
                break
    return [*needed, *run.samples_files.values()]


def _entry(path: Path) -> FileEntry:
    return FileEntry(path=path.name, bytes=path.stat().st_size, sha256=sha256_file(path))
