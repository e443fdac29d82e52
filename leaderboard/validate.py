"""``heptathlon submit validate``: small named checks that believe nothing and compute it all again.

The checks stand on four steps, and each step rests on the one before: the folder and its envelope,
the files, what lm-eval recorded, and the figures. A step with findings is the last one taken.
Everything in a submission is hostile: it is read as data, in bounded size, and never run.
"""

import hashlib
import math
import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rich.text import Text

from heptathlon import families
from heptathlon.errors import HeptathlonError
from heptathlon.files import read_json_strict
from heptathlon.harmless import label
from heptathlon.leaderboard.schema import (
    ENVELOPE,
    Envelope,
    claims_of,
    command_of,
    unprintable,
)
from heptathlon.records import doc_digest
from heptathlon.running import runs
from heptathlon.running.runs import Run, Sample
from heptathlon.scoring import scorecard
from heptathlon.scoring.cards import Scorecard
from heptathlon.scoring.scorecard import Published, ScoredSample
from heptathlon.tasks import catalog
from heptathlon.tasks.catalog import TaskData
from heptathlon.tasks.players import players_of

MAX_ENVELOPE_BYTES = 2**20
MAX_FILE_BYTES = 512 * 2**20
MAX_TOTAL_BYTES = 2 * 2**30
MAX_LINE_BYTES = 4 * 2**20
"""A document, its prompt and the answer; a context of a million tokens would just fit."""
MAX_FINDINGS = 20
"""Findings kept of one check: the first ones show what is wrong."""
CLOCK_SKEW = 24 * 3600.0
"""Seconds by which a run may seem to lie in the future: its clock, or its time zone, was off."""
CHUNK = 20
"""Submissions that a process is given at a time; fewer than two lots are not worth a process."""
TOLERANCE = 1e-9
"""Figures closer than this are the same: sums differ in their last bits between processors."""

WELL_FORMED = "well-formed"
RE_SCORED = "re-scored"
RE_RUN = "re-run"

T = TypeVar("T")
FindPublished = Callable[[TaskData, str], Published]


class Finding(BaseModel):
    """Why a submission is refused.

    Attributes:
        check: name of the check.
        file: the file that is concerned, by its name in the folder; empty for the whole.
        field: the field in it; empty for the whole file.
        message: one sentence that names file, field and mend.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: str
    file: str
    field: str
    message: str


class Report(BaseModel):
    """What validation found.

    Attributes:
        submission: the folder.
        accepted: whether it may stand on the board.
        badges: ``well-formed`` if its files can be read, ``re-scored`` if scoring them again gave
            its figures, ``re-run`` if its answers were generated again and are the same.
        findings: why it is refused; empty if it is accepted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    submission: str
    accepted: bool
    badges: list[str]
    findings: list[Finding]


@dataclass
class Case:
    """A submission under examination; each step adds what it has read.

    Attributes:
        folder: where its files lie.
        published: returns the published documents of a task in a season.
        now: the present, in seconds of Unix time.
        details: whether the scorecard shall have strata and forms.
    """

    folder: Path
    published: FindPublished
    now: float
    details: bool = False
    findings: list[Finding] = field(default_factory=list)
    badges: list[str] = field(default_factory=list)
    _envelope: Envelope | None = None
    _run: Run | None = None
    _card: Scorecard | None = None
    scored: list[ScoredSample] = field(default_factory=list)

    @property
    def envelope(self) -> Envelope:
        """The envelope, once the first step is taken."""
        return _present(self._envelope)

    @property
    def run(self) -> Run:
        """lm-eval's files as read, once the third step has begun."""
        return _present(self._run)

    @property
    def card(self) -> Scorecard:
        """The scorecard, once the fourth step has begun."""
        return _present(self._card)

    @property
    def report(self) -> Report:
        """What was found."""
        return Report(
            submission=str(self.folder),
            accepted=not self.findings,
            badges=self.badges,
            findings=self.findings,
        )


def _present(value: T | None) -> T:
    if value is None:
        raise RuntimeError("an earlier step of the validation has not been taken")
    return value


Check = Callable[[Case], Iterable[Finding]]


def validate(path: Path, *, now: float | None = None) -> Report:
    """Check one submission.

    Args:
        path: its folder, or the envelope in it.
        now: the present in seconds of Unix time; the clock's if left out.
    """
    return examine(path, now=now).report


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
    # A fresh interpreter each: a fork would copy the threads' locks of Arrow and of torch.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(function, paths, chunksize=CHUNK)


def examine(
    path: Path,
    *,
    now: float | None = None,
    published: FindPublished = scorecard.published,
    details: bool = False,
) -> Case:
    """Check one submission and keep what was read and scored.

    Args:
        path: its folder, or the envelope in it.
        now: the present in seconds of Unix time; the clock's if left out.
        published: returns the published documents of a task in a season.
        details: whether the scorecard shall have strata and forms; they are not claimed.
    """
    folder = path.parent if path.name == ENVELOPE else path
    case = Case(folder, published, time.time() if now is None else now, details)
    for step in (_open, _check_files, _check_record, _check_figures):
        step(case)
        if case.findings:
            break
    return case


def _take(case: Case, *checks: Check) -> None:
    """Run checks in order, keeping the first findings of each."""
    for check in checks:
        for number, finding in enumerate(check(case)):
            if number == MAX_FINDINGS:
                break
            case.findings.append(finding)


def _finding(check: str, file: str, field: str, message: str) -> Finding:
    return Finding(check=check, file=file, field=field, message=label(message, 1000))


# --- first step: the folder and its envelope -----------------------------------------------------


def _open(case: Case) -> None:
    _take(case, folder_is_plain)
    if case.findings:
        return
    path = case.folder / ENVELOPE
    try:
        data = read_json_strict(path, max_bytes=MAX_ENVELOPE_BYTES)
        case._envelope = Envelope.model_validate(data, strict=True)
    except ValidationError as error:
        case.findings += explain(error, str(path))
    except HeptathlonError as error:
        case.findings.append(_finding("envelope", ENVELOPE, "", str(error)))


def folder_is_plain(case: Case) -> Iterator[Finding]:
    """The submission is a folder of regular files: no links, no folders, no pipes."""
    name = "folder_is_plain"
    folder = case.folder
    if folder.is_symlink() or not folder.is_dir():
        yield _finding(name, "", "", f"{folder}: is no folder; name the submission's own folder.")
        return
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink() or not entry.is_file():
            yield _finding(
                name,
                entry.name,
                "",
                f"{folder}/{entry.name}: is a link or a folder; leave regular files only.",
            )
    if not (folder / ENVELOPE).is_file():
        yield _finding(
            name,
            ENVELOPE,
            "",
            f"{folder}/{ENVELOPE}: is missing; make the folder with heptathlon submit prepare.",
        )


_MENDS: dict[tuple[str, ...], str] = {
    ("model", "name"): "give org/name, in letters, digits, '.', '_' and '-'",
    ("model", "url"): "give an https:// link, or leave it empty",
    ("files", "path"): "list lm-eval's own results_*.json and samples_*.jsonl by their bare names",
}


def explain(error: ValidationError, where: str) -> list[Finding]:
    """Return pydantic's errors as findings in a person's words.

    Args:
        error: what pydantic raised on an envelope.
        where: names the file in the message.
    """
    out = []
    for one in error.errors(include_url=False, include_context=False)[:MAX_FINDINGS]:
        place = label(".".join(str(part) for part in one["loc"]), 120) or "the whole"
        names = tuple(str(part) for part in one["loc"] if isinstance(part, str))
        match one["type"]:
            case "extra_forbidden":
                fault, mend = "is no part of a submission", "remove it"
            case "missing":
                fault, mend = "is missing", "write the envelope with heptathlon submit prepare"
            case "string_too_long" | "too_long":
                fault, mend = "is too long", "shorten it"
            case _:
                said = one["msg"].removeprefix("Value error, ").removesuffix(".")
                given = "" if isinstance(one["input"], dict | list) else f": {one['input']!r:.80}"
                fault = f"is not accepted ({said[0].lower()}{said[1:]}){given}"
                mend = _MENDS.get(names, "write the envelope with heptathlon submit prepare")
        out.append(_finding("envelope", ENVELOPE, place, f"{where}: {place} {fault}; {mend}."))
    return out


# --- second step: the files ----------------------------------------------------------------------


def _check_files(case: Case) -> None:
    for check in (files_are_listed, files_are_small, files_are_unchanged):
        _take(case, check)
        if case.findings:
            return


def files_are_listed(case: Case) -> Iterator[Finding]:
    """Every file is listed once, and every listed file is there."""
    name = "files_are_listed"
    listed = [entry.path for entry in case.envelope.files]
    there = {p.name for p in case.folder.iterdir()} - {ENVELOPE}
    for path in sorted({p for p in listed if listed.count(p) > 1} if _repeats(listed) else ()):
        yield _finding(
            name, ENVELOPE, "files", f"{case.folder}/{ENVELOPE}: files lists {path} twice; once."
        )
    for path in sorted(set(listed) - there):
        yield _finding(
            name, path, "", f"{case.folder}/{path}: is listed but missing; add the file."
        )
    for path in sorted(there - set(listed)):
        yield _finding(
            name,
            path,
            "",
            f"{case.folder}/{path}: is not listed in {ENVELOPE}; remove the file, or prepare the "
            "submission again.",
        )


def _repeats(listed: list[str]) -> bool:
    return len(set(listed)) < len(listed)


def files_are_small(case: Case) -> Iterator[Finding]:
    """Each file, and all together, stay within what is read."""
    name = "files_are_small"
    total = 0
    for entry in case.envelope.files:
        size = (case.folder / entry.path).stat().st_size
        total += size
        limit = runs.MAX_RESULTS_BYTES if entry.path.endswith(".json") else MAX_FILE_BYTES
        if size > limit:
            yield _finding(
                name,
                entry.path,
                "",
                f"{case.folder}/{entry.path}: has {size:,} bytes, and {limit:,} are read; "
                "submit its tasks apart.",
            )
    if total > MAX_TOTAL_BYTES:
        yield _finding(
            name,
            "",
            "",
            f"{case.folder}: has {total:,} bytes in all, and {MAX_TOTAL_BYTES:,} are read; "
            "submit its families apart.",
        )


def files_are_unchanged(case: Case) -> Iterator[Finding]:
    """Each file has the size and checksum that the envelope lists, and no endless line."""
    name = "files_are_unchanged"
    for entry in case.envelope.files:
        path = case.folder / entry.path
        size, digest, longest = _scan(path)
        if (size, digest) != (entry.bytes, entry.sha256):
            yield _finding(
                name,
                entry.path,
                "",
                f"{path}: has {size:,} bytes with the checksum {digest[:12]}…, not the "
                f"{entry.bytes:,} with {entry.sha256[:12]}… that {ENVELOPE} lists; submit the "
                "files as lm-eval wrote them.",
            )
        elif longest > MAX_LINE_BYTES:
            yield _finding(
                name,
                entry.path,
                "",
                f"{path}: has a line of more than {MAX_LINE_BYTES:,} bytes; limit the length of "
                "the answers and run again.",
            )


def _scan(path: Path) -> tuple[int, str, int]:
    """Return a file's size, SHA-256 and a lower bound of its longest line, read in blocks."""
    digest = hashlib.sha256()
    size = line = longest = 0
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
            size += len(block)
            first, newline, rest = block.partition(b"\n")
            longest = max(longest, line + len(first))
            # Lines that begin and end within a block are shorter than any limit.
            line = len(rest) - rest.rfind(b"\n") - 1 if newline else line + len(first)
    return size, digest.hexdigest(), max(longest, line)


# --- third step: what lm-eval recorded -----------------------------------------------------------


class _Config(BaseModel):
    """The part of lm-eval's ``config`` that is read, checked for its types."""

    model_config = ConfigDict(strict=True)

    model: str
    model_args: dict[str, Any] | str | None = None
    model_sha: str | None = None
    gen_kwargs: dict[str, Any] | None = None
    batch_size: int | str | None = None
    limit: float | None = None


class _Record(BaseModel):
    """The part of lm-eval's results file that is read, checked for its types."""

    model_config = ConfigDict(strict=True, populate_by_name=True)

    config: _Config
    results: dict[str, dict[str, Any]]
    versions: dict[str, int | float | str | None]
    n_shot: dict[str, int] = Field(alias="n-shot")
    date: float = Field(ge=0)
    model_name: str = ""
    model_source: str = ""
    chat_template: str | None = None
    chat_template_sha: str | None = None
    system_instruction: str | None = None
    fewshot_as_multiturn: bool | None = None
    lm_eval_version: str = Field(default="", max_length=40)


def _check_record(case: Case) -> None:
    try:
        case._run = runs.read_run(case.folder)
    except HeptathlonError as error:
        case.findings.append(_finding("readable", "", "", str(error)))
        return
    _take(case, nothing_is_idle, record_is_complete)
    if case.findings:
        return
    _take(
        case,
        one_model_one_setting,
        names_are_plain,
        dates_are_past,
        entrant_is_recorded,
        answers_have_the_form,
        seasons_are_known,
    )
    if not case.findings:
        case.badges.append(WELL_FORMED)


def nothing_is_idle(case: Case) -> Iterator[Finding]:
    """Every file is used: no samples of other tasks, no second samples of the same."""
    used = {p.name for p in case.run.results_files} | {
        p.name for p in case.run.samples_files.values()
    }
    for entry in case.envelope.files:
        if entry.path not in used:
            yield _finding(
                "nothing_is_idle",
                entry.path,
                "",
                f"{case.folder}/{entry.path}: is not used, because it holds no samples of a "
                "heptathlon task or older ones; remove it and its entry.",
            )


def record_is_complete(case: Case) -> Iterator[Finding]:
    """lm-eval's results files have the parts that are read, in their types."""
    for results, path in zip(case.run.results, case.run.results_files, strict=True):
        try:
            _Record.model_validate(results)
        except ValidationError as error:
            one = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in one["loc"])
            yield _finding(
                "record_is_complete",
                path.name,
                place,
                f"{path}: {place} is not what lm-eval writes ({one['msg']}); submit the file as "
                "it was written.",
            )


_SETTINGS = (
    "model_name",
    "model_source",
    "chat_template_sha",
    "system_instruction",
    "fewshot_as_multiturn",
    "lm_eval_version",
)
_CONFIG = ("model_args", "model_sha", "model_dtype", "gen_kwargs", "limit")


def one_model_one_setting(case: Case) -> Iterator[Finding]:
    """Where several runs make up a submission, model and settings are the same in all."""
    newest, file = case.run.results[-1], case.run.results_files[-1]
    for results, path in zip(case.run.results[:-1], case.run.results_files[:-1], strict=True):
        differing = [k for k in _SETTINGS if results.get(k) != newest.get(k)]
        differing += [
            f"config.{k}" for k in _CONFIG if results["config"].get(k) != newest["config"].get(k)
        ]
        if differing:
            yield _finding(
                "one_model_one_setting",
                path.name,
                differing[0],
                f"{path}: {', '.join(differing)} differs from {file.name}; submit runs of "
                "different models or settings apart.",
            )


def names_are_plain(case: Case) -> Iterator[Finding]:
    """Recorded names and arguments, which the board shows, hold no invisible characters."""
    for results, path in zip(case.run.results, case.run.results_files, strict=True):
        config = results["config"]
        for place, value in (
            ("model_name", results.get("model_name", "")),
            ("lm_eval_version", results.get("lm_eval_version", "")),
            ("config.model_args", str(config.get("model_args") or "")),
            ("config.gen_kwargs", str(config.get("gen_kwargs") or "")),
        ):
            # A mapping's text shows what it holds as escapes; only bare text can hide something.
            if found := unprintable(value):
                yield _finding(
                    "names_are_plain",
                    path.name,
                    place,
                    f"{path}: {place} holds the invisible character U+{ord(found):04X}; rename the "
                    "model or its arguments and run again.",
                )


def dates_are_past(case: Case) -> Iterator[Finding]:
    """No run lies in the future."""
    for results, path in zip(case.run.results, case.run.results_files, strict=True):
        if results["date"] > case.now + CLOCK_SKEW:
            when = (
                time.strftime("%Y-%m-%d", time.gmtime(results["date"]))
                if results["date"] < 1e11
                else f"the second {results['date']:g}"
            )
            yield _finding(
                "dates_are_past",
                path.name,
                "date",
                f"{path}: date lies in the future ({when}); set the clock and run again.",
            )


def entrant_is_recorded(case: Case) -> Iterator[Finding]:
    """The envelope names the kind, revision and player that lm-eval recorded."""
    recorded = scorecard.model_card(case.run.results[-1])
    claimed = case.envelope.model
    expected = {"kind": recorded.kind, "revision": recorded.revision}
    if recorded.kind == "player":
        expected["name"] = recorded.name
    for place, value in expected.items():
        if getattr(claimed, place) != value:
            yield _finding(
                "entrant_is_recorded",
                ENVELOPE,
                f"model.{place}",
                f"{case.folder}/{ENVELOPE}: model.{place} is {getattr(claimed, place)!r:.200}, but "
                f"{case.run.results_files[-1].name} records {value!r:.200}; prepare the submission "
                "again.",
            )


def answers_have_the_form(case: Case) -> Iterator[Finding]:
    """A generated answer is one text, a multiple choice has one likelihood an option."""
    for task, sample, file in _samples(case.run):
        if task not in catalog.leaves():
            yield _finding(
                "answers_have_the_form",
                file.name,
                "",
                f"{file}: there is no heptathlon task {task!r}; remove the file and its entry.",
            )
            return
        chooses = catalog.definition(task).get("output_type") == "multiple_choice"
        if chooses == isinstance(sample.response, str):
            kind = "likelihoods of the options" if chooses else "one text"
            yield _finding(
                "answers_have_the_form",
                file.name,
                "filtered_resps",
                f"{file}, document {sample.doc_id}: filtered_resps does not hold {kind}, as the "
                "task asks; run it again without other filters.",
            )


def seasons_are_known(case: Case) -> Iterator[Finding]:
    """The documents say that they are of a season that has been published."""
    for _, sample, file in _samples(case.run):
        season = sample.doc.get("season")
        if season not in families.SEASONS:
            yield _finding(
                "seasons_are_known",
                file.name,
                "doc.season",
                f"{file}, document {sample.doc_id}: doc.season is {season!r:.40}, and the seasons "
                f"are {', '.join(families.SEASONS)}; run the task again with this release.",
            )


def _samples(run: Run) -> Iterator[tuple[str, Sample, Path]]:
    for task, samples in run.samples.items():
        for sample in samples:
            yield task, sample, run.samples_files[task]


# --- fourth step: the figures --------------------------------------------------------------------


def _check_figures(case: Case) -> None:
    try:
        _take(case, every_option_is_answered)
        if case.findings:
            return
        case._card, case.scored = scorecard.score_run(
            case.run, case.published, details=case.details
        )
    except HeptathlonError as error:
        case.findings.append(_finding("scorable", "", "", str(error)))
        return
    _take(
        case,
        nothing_is_missing,
        prompts_are_the_tasks,
        logged_figures_follow,
        aggregates_follow,
        groups_follow,
        claims_follow,
        settings_follow,
        players_play,
    )
    if not case.findings:
        case.badges.append(RE_SCORED)
        if case.envelope.model.kind == "player":
            case.badges.append(RE_RUN)


def _season(samples: list[Sample]) -> str:
    return str(samples[0].doc.get("season")) if samples else ""


def every_option_is_answered(case: Case) -> Iterator[Finding]:
    """A multiple-choice document of the published set has as many likelihoods as options."""
    for task, samples in case.run.samples.items():
        if catalog.definition(task).get("output_type") != "multiple_choice" or not samples:
            continue
        known = case.published(catalog.task_data(task), _season(samples)).docs
        for sample in samples:
            # Other documents are refused when they are scored; their options mean nothing.
            if known.get(str(sample.doc.get("item_id"))) != doc_digest(sample.doc):
                continue
            count = len(catalog.choices_of(task, sample.doc))
            if len(sample.response) != count:
                file = case.run.samples_files[task]
                yield _finding(
                    "every_option_is_answered",
                    file.name,
                    "filtered_resps",
                    f"{file}, document {sample.doc_id}: filtered_resps has "
                    f"{len(sample.response)} likelihoods for {count} options; submit the file as "
                    "lm-eval wrote it.",
                )


def nothing_is_missing(case: Case) -> Iterator[Finding]:
    """Every document of every task, and every task of each headline, was answered."""
    for task, samples in case.run.samples.items():
        known = case.published(catalog.task_data(task), _season(samples))
        missing = known.docs.keys() - {str(s.doc["item_id"]) for s in samples}
        if missing:
            file = case.run.samples_files[task]
            yield _finding(
                "nothing_is_missing",
                file.name,
                "",
                f"{file}: {len(missing):,} of the {len(known.docs):,} documents of {task} are "
                f"missing, such as {min(missing)}; run the whole task, without --limit.",
            )
    for name, family in case.card.families.items():
        if not family.complete:
            yield _finding(
                "nothing_is_missing",
                "",
                name,
                f"{case.folder}: {name} rests on {family.headline.n:,} of {family.expected:,} "
                f"documents; run the whole group heptathlon_{family.family}"
                f"{'' if family.tier == 'full' else '_' + family.tier}.",
            )


def prompts_are_the_tasks(case: Case) -> Iterator[Finding]:
    """Each logged prompt holds the task's own question, word for word."""
    for one in case.scored:
        question = _question(one.task.task, one.sample.doc)
        if question is not None and question not in one.sample.prompt:
            file = case.run.samples_files[one.task.task]
            yield _finding(
                "prompts_are_the_tasks",
                file.name,
                "arguments",
                f"{file}, document {one.sample.doc_id}: the prompt does not hold the question of "
                f"{one.task.task}; run the suite's own task, with a chat template that keeps the "
                "text.",
            )


_questions: dict[tuple[str, str], str] = {}


def _question(task: str, doc: Mapping[str, Any]) -> str | None:
    """Return a published document's question, kept for the next submission; None for images."""
    told = catalog.definition(task)
    if "doc_to_image" in told:
        return None
    key = (task, str(doc["item_id"]))
    if key not in _questions:
        # Chat templates strip a message, so that its outer white space may be gone.
        _questions[key] = catalog.function(told["doc_to_text"])(doc).strip()
    return _questions[key]


def logged_figures_follow(case: Case) -> Iterator[Finding]:
    """lm-eval's logged figures of each document are what its answer scores."""
    for one in case.scored:
        scorer: Any = scorecard.scorer_of(one.family)
        expected = scorer.process_results(one.sample.doc, one.sample.results)
        logged = one.sample.metrics
        for metric in sorted(logged.keys() | expected.keys()):
            if not _same(logged.get(metric), expected.get(metric)):
                file = case.run.samples_files[one.task.task]
                yield _finding(
                    "logged_figures_follow",
                    file.name,
                    metric,
                    f"{file}, document {one.sample.doc_id}: {metric} is logged as "
                    f"{logged.get(metric)}, but the answer scores {expected.get(metric)}; submit "
                    "the file as lm-eval wrote it.",
                )


def aggregates_follow(case: Case) -> Iterator[Finding]:
    """lm-eval's means and their standard errors are those of the logged figures."""
    for task, samples in case.run.samples.items():
        recorded, file = _recorded(case.run, task)
        count = recorded.get("sample_len", len(samples))
        if not _same(count, len(samples)):
            yield _finding(
                "aggregates_follow",
                file.name,
                f"results.{task}.sample_len",
                f"{file}: results.{task}.sample_len is {count!r:.40}, but there are {len(samples)} "
                "samples; submit the file as lm-eval wrote it.",
            )
        for entry in catalog.definition(task).get("metric_list", []):
            metric = entry["metric"]
            if entry.get("aggregation") != "mean":
                continue
            values = [s.metrics[metric] for s in samples if metric in s.metrics]
            for name, expected in _aggregates(metric, values, recorded):
                found = recorded.get(f"{name},none")
                if not _same(found, expected):
                    yield _finding(
                        "aggregates_follow",
                        file.name,
                        f"results.{task}.{name}",
                        f"{file}: results.{task}.{name} is {found!r:.40}, but the samples give "
                        f"{expected}; submit the file as lm-eval wrote it.",
                    )


def _recorded(run: Run, task: str) -> tuple[dict[str, Any], Path]:
    """Return the newest aggregates of a task, which the samples that count belong to."""
    for results, file in zip(reversed(run.results), reversed(run.results_files), strict=True):
        if task in results["versions"]:
            return results["results"].get(task, {}), file
    return {}, run.results_files[-1]


def _aggregates(
    metric: str, values: list[float], recorded: Mapping[str, Any]
) -> Iterator[tuple[str, float]]:
    """Yield what lm-eval aggregates: the mean, and its standard error unless that was off."""
    try:
        yield metric, math.fsum(values) / len(values) if values else math.nan
    except OverflowError:
        # Figures that no answer scores; they are found one by one, and their mean is none.
        yield metric, math.nan
    error = f"{metric}_stderr"
    if len(values) > 1 and isinstance(recorded.get(f"{error},none"), int | float):
        with np.errstate(over="ignore", invalid="ignore"):
            yield error, float(np.std(values, ddof=1)) / math.sqrt(len(values))


def groups_follow(case: Case) -> Iterator[Finding]:
    """lm-eval's figures of each group are those of its tasks in the same file."""
    for results, file in zip(case.run.results, case.run.results_files, strict=True):
        recorded: dict[str, dict[str, Any]] = results["results"]
        for group in sorted(recorded.keys() & catalog.groups().keys()):
            try:
                expected = dict(_group_aggregates(group, recorded))
            except (ArithmeticError, ValueError):
                yield _finding(
                    "groups_follow",
                    file.name,
                    f"results.{group}",
                    f"{file}: the tasks of {group} have figures or sizes of which there is no "
                    "mean; submit the file as lm-eval wrote it.",
                )
                continue
            found = {k: v for k, v in recorded[group].items() if k.endswith(",none")}
            for name in sorted(found.keys() | expected.keys()):
                if not _same(found.get(name), expected.get(name)):
                    yield _finding(
                        "groups_follow",
                        file.name,
                        f"results.{group}.{name.removesuffix(',none')}",
                        f"{file}: results.{group}.{name} is {found.get(name)!r:.40}, but its tasks "
                        f"give {expected.get(name)}; submit the file as lm-eval wrote it.",
                    )


def _group_aggregates(
    group: str, recorded: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, float | str]]:
    """Yield what lm-eval aggregates over a group's tasks: a mean and its standard error.

    The formulas are those of ``lm_eval.api.group.Group.aggregate``: the standard errors are pooled
    where the tasks count by their size, and add up in squares where they count alike.
    """
    leaves = [recorded[task] for task in catalog.leaves_of(group) if task in recorded]
    for entry in catalog.group_definition(group).get("aggregate_metric_list", []):
        metric, by_size = entry["metric"], entry.get("weight_by_size", True)
        having = [leaf for leaf in leaves if f"{metric},none" in leaf]
        values = [_number(leaf[f"{metric},none"]) for leaf in having]
        sizes = [int(_number(leaf.get("sample_len"))) for leaf in having]
        total = sum(sizes)
        if not values or not total:
            continue
        weights = sizes if by_size else [1] * len(values)
        mean = math.fsum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)
        yield f"{metric},none", mean
        raw = [leaf.get(f"{metric}_stderr,none") for leaf in having]
        if not all(isinstance(error, int | float) for error in raw):
            yield f"{metric}_stderr,none", "N/A"
            continue
        errors = [_number(error) for error in raw]
        if not by_size:
            yield f"{metric}_stderr,none", math.hypot(*errors) / len(errors)
        elif total > len(sizes):
            squares = [(n - 1) * e * e * n for n, e in zip(sizes, errors, strict=True)]
            pooled = math.fsum(squares) / (total - len(sizes))
            yield f"{metric}_stderr,none", math.sqrt(pooled / total)


def _number(value: object) -> float:
    """Return a recorded figure as a number; 0 for what is none, which then differs."""
    return float(value) if isinstance(value, int | float) else 0.0


def claims_follow(case: Case) -> Iterator[Finding]:
    """The envelope's figures are those of the scorecard."""
    claimed = {name: claim.model_dump() for name, claim in case.envelope.claims.items()}
    expected = {name: claim.model_dump() for name, claim in claims_of(case.card).items()}
    for place in _differences(claimed, expected, "claims"):
        yield _finding(
            "claims_follow",
            ENVELOPE,
            place.path,
            f"{case.folder}/{ENVELOPE}: {place.path} is {place.found!r:.60}, but the samples give "
            f"{place.expected!r:.60}; prepare the submission again.",
        )


def settings_follow(case: Case) -> Iterator[Finding]:
    """The envelope's settings and command are those that lm-eval recorded."""
    own = {"heptathlon_version"}
    claimed = case.envelope.settings.model_dump(exclude=own)
    expected = case.card.settings.model_dump(exclude=own)
    places = list(_differences(claimed, expected, "settings"))
    command = command_of(case.run, case.envelope.model.name)
    if case.envelope.command != command:
        places.append(_Difference("command", case.envelope.command, command))
    for place in places:
        yield _finding(
            "settings_follow",
            ENVELOPE,
            place.path,
            f"{case.folder}/{ENVELOPE}: {place.path} is {place.found!r:.200}, but lm-eval recorded "
            f"{place.expected!r:.200}; prepare the submission again.",
        )


def players_play(case: Case) -> Iterator[Finding]:
    """A player's answers are what the player answers: it is asked again."""
    if case.envelope.model.kind != "player":
        return
    for one in case.scored:
        players = players_of(one.family)
        player = players.get(case.envelope.model.name)
        response = one.sample.response
        if player is None:
            same = False
        elif isinstance(response, str):
            same = player.answer(one.sample.doc) == response
        else:
            options = catalog.choices_of(one.task.task, one.sample.doc)
            expected = player.likelihoods(one.sample.doc, options)
            same = len(response) == len(expected) and all(
                math.isclose(ours, theirs, abs_tol=1e-9)
                for (ours, _), (theirs, _) in zip(expected, response, strict=True)
            )
        if not same:
            file = case.run.samples_files[one.task.task]
            yield _finding(
                "players_play",
                file.name,
                "filtered_resps",
                f"{file}, document {one.sample.doc_id}: this is not the answer of the player "
                f"{case.envelope.model.name!r}; run the player again with this release.",
            )


@dataclass(frozen=True)
class _Difference:
    path: str
    found: object
    expected: object


def _differences(found: object, expected: object, path: str) -> Iterator[_Difference]:
    """Yield where two JSON values differ, figures within the tolerance being the same."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in sorted(found.keys() | expected.keys()):
            yield from _differences(found.get(key), expected.get(key), f"{path}.{key}")
    elif not _same(found, expected):
        yield _Difference(path, found, expected)


def _same(found: object, expected: object) -> bool:
    if isinstance(found, bool) or isinstance(expected, bool):
        return found is expected
    if isinstance(found, int | float) and isinstance(expected, int | float):
        return abs(found - expected) <= TOLERANCE
    return found == expected


def render(report: Report) -> Text:
    """Return a report for the terminal, one finding a line."""
    name = label(report.submission, 300)
    if report.accepted:
        return Text.assemble((f"{name}: ", ""), ("accepted", "green"), f" ({report.badges[-1]})")
    lines = [f"\n  {finding.message}" for finding in report.findings]
    return Text.assemble(f"{name}: ", ("refused", "red"), *lines)
