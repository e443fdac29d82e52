"""``heptathlon submit prepare``: one run's files and an envelope in one folder, whole or not."""

import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from heptathlon.errors import HeptathlonError
from heptathlon.facts import EDITIONS
from heptathlon.files import dump_json, sha256_file, write_text_atomic
from heptathlon.harmless import look_of
from heptathlon.leaderboard import compact, dropped, expected, rendering, validate
from heptathlon.leaderboard.allowed import MODEL_NAME
from heptathlon.leaderboard.schema import (
    ENVELOPE,
    HTTPS_URL,
    Entrant,
    Envelope,
    FileEntry,
    claims_of,
    command_of,
    unprintable,
)
from heptathlon.leaderboard.validate.files import stamp_of
from heptathlon.private import refuse_secrets
from heptathlon.records import doc_digest
from heptathlon.running import runs, stopped
from heptathlon.running.runs import Run
from heptathlon.scoring import scorecard
from heptathlon.scoring.cards import Scorecard
from heptathlon.tasks import catalog, prompt_forms

__all__ = ["ENVELOPE", "prepare"]


def prepare(
    folder: Path, out: Path, *, model_name: str = "", submitter: str = "", url: str = ""
) -> Path:
    """Write a submission of a run and return its folder.

    The run's files are copied, less what :mod:`.dropped` lists and with digests for what the suite
    makes itself (:mod:`.compact`); its figures are computed again from the samples, and the result
    has passed :func:`.validate.validate` before it appears.

    Args:
        folder: what ``heptathlon run`` wrote.
        out: the submission's folder, which may not exist yet.
        model_name: ``org/name`` on the board; lm-eval's own if left out. A player keeps its name,
            and so does a model that was loaded by its name on the Hub.
        submitter: who submits.
        url: https link to the model.

    Raises:
        HeptathlonError: if ``out`` exists, the run cannot be read or scored, holds a secret or
            several runs, or a check refuses.
    """
    if out.exists():
        raise HeptathlonError(f"{out}: exists already; remove it or choose another --out.")
    run = runs.read_run(folder)
    files = _needed_files(run)
    recorded = [runs.read_results(p) for p in files]
    for results, file in zip(recorded, files, strict=True):
        if stopped.of_results(results, str(file)) is not None:
            raise HeptathlonError(f"{file}: {stopped.NOT_WHOLE}")
    for results, file in zip(recorded, files, strict=True):
        refuse_secrets({k: v for k, v in results.items() if k != "pretty_env_info"}, str(file))
    model = scorecard.model_card(run.results[-1])
    name = _name(model_name, run, model.name, model.kind == "player")
    _check_words(submitter, url)
    card, _ = scorecard.score_run(run, details=False)
    _check_editions(card, run.folder)
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}.", suffix=".part"))
    try:
        names = _copy_results(recorded, files, staging)
        staged = _staged(run, staging, files)
        for short in (True, False):
            for file in run.samples_files.values():
                _copy_samples(file, staging / file.name, short=short)
            try:
                envelope = Envelope(
                    model=Entrant(
                        name=name, kind=model.kind, revision=card.model.revision, url=url
                    ),
                    submitter=submitter,
                    command=command_of(staged, name),
                    settings=card.settings,
                    files=[_entry(p) for p in sorted(staging.iterdir()) if p.name != ENVELOPE],
                    claims=claims_of(card),
                    dropped=names,
                )
            except ValidationError as error:
                said = validate.explain(error, str(run.folder))[0].message
                raise HeptathlonError(said) from None
            write_text_atomic(staging / ENVELOPE, dump_json(envelope.model_dump()))
            report = validate.validate(staging)
            if report.accepted or not any(f.field == "arguments" for f in report.findings):
                break
            # A prompt that cannot be made anew is published whole, and the row says so.
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


def _copy_results(recorded: list[dict[str, Any]], files: list[Path], staging: Path) -> list[str]:
    """Write results without what is not published, and return the names of what was left out."""
    names: set[str] = set()
    for results, file in zip(recorded, files, strict=True):
        kept, left = dropped.without(results)
        names |= set(left)
        # As lm-eval writes it, so that what stays is the same to the byte.
        text = json.dumps(kept, indent=2, ensure_ascii=False)
        write_text_atomic(staging / _plain_name(file), text)
    return [name for name in dropped.FIELDS if name in names]


def _staged(run: Run, staging: Path, files: list[Path]) -> Run:
    """Return the run with what its submission's results files say."""
    results = [runs.read_results(staging / _plain_name(f)) for f in files]
    return Run(run.folder, results, files, run.samples, run.samples_files)


def _plain_name(file: Path) -> str:
    """Return lm-eval's usual name of a results file; ``--output_path X.json`` names it after X."""
    return f"results_{stamp_of(file.name)}.json"


def _copy_samples(file: Path, to: Path, *, short: bool) -> None:
    """Copy samples, with digests of their documents and requests if they shall be short.

    Whether these are the published documents, asked as the task asks, is for validation to say.
    """
    if not short:
        shutil.copyfile(file, to)
        return
    with (
        file.open(encoding="utf-8", newline="\n") as source,
        to.open("w", encoding="utf-8", newline="\n") as target,
    ):
        for line in source:
            row: dict[str, Any] = json.loads(line)
            digest = rendering.digest_of(row["arguments"])
            target.write(compact.compacted(row, doc_digest(row["doc"]), digest))


def _name(wanted: str, run: Run, recorded: str, player: bool) -> str:
    if player:
        if wanted not in ("", recorded):
            raise HeptathlonError(
                f"--model-name {wanted}: this run is of the player {recorded!r}, which keeps its "
                "name; leave the option out."
            )
        return recorded
    args = run.results[-1]["config"].get("model_args")
    args = args if isinstance(args, dict) else {}
    loaded = str(args.get("pretrained", args.get("model", "")))
    if re.fullmatch(MODEL_NAME, loaded) and wanted not in ("", loaded):
        raise HeptathlonError(
            f"--model-name {wanted}: this run loaded {loaded}, which is its name; leave the option "
            "out. If that is a folder of yours, run again with its whole path."
        )
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
    fault = "holds what cannot be seen" if unprintable(submitter) else look_of(submitter)
    if fault or len(submitter) > 80 or submitter != submitter.strip():
        raise HeptathlonError(
            f"--submitter: {submitter[:100]!r} is not a plain name of at most 80 characters"
            f"{f' ({fault})' if fault else ''}."
        )
    if url and not re.fullmatch(HTTPS_URL, url):
        raise HeptathlonError(f"--url: {url[:100]!r} is not an https:// link; give one or none.")


def _needed_files(run: Run) -> list[Path]:
    """Return the results files that the samples were made with: those of one run.

    Raises:
        HeptathlonError: if the samples that count come from several runs.
    """
    if of_forms := [task for task in run.samples if prompt_forms.named(task)]:
        raise HeptathlonError(
            f"{run.samples_files[of_forms[0]]}: holds answers in another prompt form than the "
            "published one, which alone is ranked; submit a run without --form."
        )
    by_stamp = {stamp_of(p.name): p for p in run.results_files}
    needed: dict[Path, None] = {}
    for task, file in run.samples_files.items():
        results = by_stamp.get(stamp_of(file.name))
        if results is None:
            raise HeptathlonError(
                f"{file}: has no results file of the same moment; keep the results_*.json of the "
                f"run of {task} beside its samples."
            )
        needed[results] = None
    pictures = {
        stamp: {expected.shows_pictures(t) for t, f in run.samples_files.items()
                if stamp_of(f.name) == stamp and t in catalog.leaves()}
        for stamp in map(stamp_of, (p.name for p in needed))
    }  # fmt: skip
    if len(needed) > 1 and sorted(map(sorted, pictures.values())) != [[False], [True]]:
        raise HeptathlonError(
            f"{run.folder}: holds the samples of {len(needed)} runs; a submission is of one: give "
            "each its own --output_path, and submit each apart."
        )
    return sorted(needed)


def _entry(path: Path) -> FileEntry:
    return FileEntry(path=path.name, bytes=path.stat().st_size, sha256=sha256_file(path))
