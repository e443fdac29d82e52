"""Reading a run folder: lm-eval's results and samples, parsed strictly and unmodified."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from heptathlon.errors import HeptathlonError
from heptathlon.files import loads_strict, read_text_limited
from heptathlon.running import sidecar
from heptathlon.running.identity import Identity, differences, identity_of, in_words, time_of
from heptathlon.running.samples import Response, Sample, read_rows, read_samples
from heptathlon.running.sidecar import Sidecar
from heptathlon.running.streamed import Streamed
from heptathlon.tasks import catalog

__all__ = [
    "Recorded",
    "Response",
    "Run",
    "Sample",
    "find_run_folder",
    "read_recorded",
    "read_results",
    "read_rows",
    "read_run",
    "read_samples",
]

MAX_RESULTS_BYTES = 64 * 2**20

_DATE = r"\d{4}-\d{2}-\d{2}T[\d.-]+"
RESULTS_NAME = re.compile(rf"^(?:results|[^/]+_({_DATE}))\.json$")
"""A results file; ``--output_path X.json`` names it after X, and a rescued one has no date."""
SAMPLES_NAME = re.compile(rf"^samples_([A-Za-z0-9_]+?)(?:_({_DATE}))?\.jsonl$")
ANY_SAMPLES = re.compile(rf"^samples_([^/]+?)(?:_({_DATE}))?\.jsonl$")
SIDECAR_NAME = re.compile(rf"^heptathlon_({_DATE})\.jsonl$")


@dataclass(frozen=True)
class Run:
    """A run folder: one model's results and samples.

    Attributes:
        folder: where the files lie.
        results: content of each results file, oldest first.
        results_files: their paths, in the same order.
        samples: samples of each of the suite's tasks, in the order of the file.
        samples_files: the file that each task was read from.
        told: what servers told of the answers, by the file of the samples; the submitter's word.
    """

    folder: Path
    results: list[dict[str, Any]]
    results_files: list[Path]
    samples: Mapping[str, Sequence[Sample]]
    samples_files: dict[str, Path]
    told: dict[Path, Sidecar] = field(default_factory=dict)

    @property
    def broken(self) -> dict[str, list[str]]:
        """Why answers are broken, for each document of each task that has such answers."""
        found = {
            task: ones.faults if isinstance(ones, Streamed) else [one.broken for one in ones]
            for task, ones in self.samples.items()
        }
        return {task: faults for task, faults in found.items() if any(faults)}


def find_run_folder(path: Path) -> Path:
    """Return the folder that holds the results files: ``path``, or the only such one below it.

    Raises:
        HeptathlonError: if there is none, or more than one to choose from.
    """
    if path.is_file() and RESULTS_NAME.match(path.name):
        return path.parent
    if not path.is_dir():
        raise HeptathlonError(f"{path}: no such run folder.")
    if any(RESULTS_NAME.match(p.name) for p in path.iterdir()):
        return path
    below = sorted({p.parent for p in path.rglob("*.json") if RESULTS_NAME.match(p.name)})
    if len(below) == 1:
        return below[0]
    if not below:
        raise HeptathlonError(
            f"{path}: holds no results_*.json; give the folder that lm-eval's --output_path wrote."
        )
    names = ", ".join(str(p) for p in below[:5])
    raise HeptathlonError(f"{path}: holds {len(below)} runs ({names}, …); name one of them.")


def read_run(path: Path, tasks: Collection[str] | None = None, *, streamed: bool = False) -> Run:
    """Read a run folder strictly.

    A folder may hold several runs. Of each task its newest samples count, by the time that their
    results file records. All must be answers of one model, and those of one headline must have
    been asked for in the same way.

    Args:
        path: the folder; or one results file in it, to read that run alone.
        tasks: the tasks whose samples are wanted; all if None.
        streamed: read the samples when they are asked for, and hold none.

    Raises:
        HeptathlonError: if results or samples are missing or broken, or are of runs that do not
            belong together, naming what differs.
    """
    folder = find_run_folder(path)
    recorded = read_recorded(folder, only=path if path.is_file() else None)
    chosen = newest_whole(folder, recorded)
    refuse_mixed(folder, chosen)
    used = [one for one in recorded if one in chosen.values()]
    told = {
        date_of(p, SIDECAR_NAME): sidecar.read(p)
        for p in folder.iterdir()
        if SIDECAR_NAME.match(p.name)
    }
    wanted = sorted(chosen if tasks is None else chosen.keys() & set(tasks))
    files = {task: chosen[task].samples[task] for task in wanted}
    dates = {task: date_of(file) for task, file in files.items()}
    return Run(
        folder=folder,
        results=[one.results for one in used],
        results_files=[one.file for one in used],
        samples={
            task: samples_of(file, task, told.get(dates[task]), streamed=streamed)
            for task, file in files.items()
        },
        samples_files=files,
        told={files[task]: told[date] for task, date in dates.items() if date in told},
    )


@dataclass(frozen=True)
class Recorded:
    """One results file and the files of samples that were written with it.

    Attributes:
        file: the results file.
        results: its content.
        samples: the tasks of this run, and the file of each one's samples.
    """

    file: Path
    results: dict[str, Any]
    samples: dict[str, Path]

    @property
    def identity(self) -> Identity:
        """Who answered, and how it was asked."""
        return identity_of(self.results)


def read_recorded(
    folder: Path, only: Path | None = None, *, any_task: bool = False
) -> list[Recorded]:
    """Return what runs a folder holds, oldest first.

    lm-eval writes the results and all samples of a run under one date. That of a file's name says
    which belong together, never which is newer.

    Args:
        folder: where the results files lie.
        only: one of them, if the others are not wanted.
        any_task: whether samples of tasks that are not the suite's are wanted too.

    Raises:
        HeptathlonError: if samples belong to no results file, or there are none.
    """
    names = sorted(p for p in folder.iterdir() if RESULTS_NAME.match(p.name))
    by_date: dict[str, list[Path]] = {}
    for file in names:
        by_date.setdefault(date_of(file, RESULTS_NAME), []).append(file)
    samples: dict[str, dict[str, Path]] = {}
    for file in sorted(folder.iterdir()):
        match = (ANY_SAMPLES if any_task else SAMPLES_NAME).match(file.name)
        if match and (any_task or match[1].startswith("heptathlon_")):
            samples.setdefault(match[2] or "", {})[match[1]] = file
    if not samples:
        raise HeptathlonError(
            f"{folder}: holds no samples_{'' if any_task else 'heptathlon_'}*.jsonl; run again "
            "with --log_samples, because every figure is taken from the samples."
        )
    for date, files in samples.items():
        if date not in by_date:
            lone = next(iter(files.values()))
            raise HeptathlonError(
                f"{lone}: belongs to no results file, because none in its folder has its date; "
                "keep the results_*.json of the same run beside it, or take the samples away."
            )
    found = [
        Recorded(file, read_results(file), samples.get(date, {}))
        for date, files in by_date.items()
        for file in files
        if only is None or file == only
    ]
    found = [
        replace(one, samples={t: f for t, f in one.samples.items() if t in one.results["versions"]})
        for one in found
    ]
    return sorted(found, key=lambda one: (time_of(one.results), one.file.name))


def newest_whole(folder: Path, recorded: Sequence[Recorded]) -> dict[str, Recorded]:
    """Return where each task is read from: the newest run that has it."""
    chosen = {task: one for one in recorded for task in one.samples}
    if not chosen:
        raise HeptathlonError(
            f"{folder}: has samples but no results file that lists their tasks; keep the "
            "results_*.json of the same run beside its samples."
        )
    last = [one for one in recorded if one.samples][-1].identity
    same = {task: one for one in recorded if one.identity == last for task in one.samples}
    return same if same.keys() == chosen.keys() else chosen


def refuse_mixed(folder: Path, chosen: Mapping[str, Recorded]) -> None:
    """Refuse answers of two models, and one headline that was asked in two ways.

    Raises:
        HeptathlonError: naming the tasks, the files and what differs.
    """
    first: dict[tuple[str, ...], tuple[str, Recorded]] = {}
    by_age = sorted(chosen, key=lambda task: (time_of(chosen[task].results), task))
    for task in by_age:
        one = chosen[task]
        for key, half in (((), "model"), (_headline_of(task), "settings")):
            held, other = first.setdefault(key, (task, one))
            if found := differences(getattr(other.identity, half), getattr(one.identity, half)):
                raise HeptathlonError(
                    f"{folder}: {held} and {task} were asked of "
                    f"{'two models' if half == 'model' else 'one model in two ways'}: "
                    f"{in_words(found)}; name one of the results files ({other.file.name}, "
                    f"{one.file.name}) in place of the folder, or give each run its own folder."
                )


def _headline_of(task: str) -> tuple[str, ...]:
    """Return what a task's figure is put together with."""
    try:
        data = catalog.task_data(task)
    except HeptathlonError:
        return ("", task)
    return (data.family.name, data.edition, data.tier)


def date_of(file: Path, name: re.Pattern[str] = SAMPLES_NAME) -> str:
    """Return the date in a file's name; empty if it has none."""
    match = name.match(file.name)
    return (match and match.groups()[-1]) or ""


def samples_of(file: Path, task: str, told: Sidecar | None, *, streamed: bool) -> Sequence[Sample]:
    """Return a task's samples, with what a server told of them."""
    finish = {n: line.finish for n, line in (told.answers.get(task, {}) if told else {}).items()}
    if streamed:
        return Streamed(file, task, finish)
    return [
        replace(one, finish=finish[one.doc_id]) if one.doc_id in finish else one
        for one in read_samples(file, task)
    ]


def read_results(path: Path) -> dict[str, Any]:
    """Read one of lm-eval's results files and check the parts that the suite relies on.

    Plain lm-eval writes NaN for a figure that is not defined; no figure of it is believed, so that
    it is read as null.

    Raises:
        HeptathlonError: naming the file and the missing part.
    """
    text = read_text_limited(path, max_bytes=MAX_RESULTS_BYTES)
    data = loads_strict(text, where=str(path), nan_is_null=True)
    if not isinstance(data, dict):
        raise HeptathlonError(f"{path}: holds a {type(data).__name__}, not lm-eval's results.")
    for key in ("results", "configs", "versions", "config", "n-shot"):
        if not isinstance(data.get(key), dict):
            raise HeptathlonError(f"{path}: the part {key!r} is missing or not an object.")
    return data
