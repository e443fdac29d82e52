"""Reading a run folder: lm-eval's results and samples, parsed strictly and unmodified."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from heptathlon.errors import HeptathlonError
from heptathlon.files import loads_strict, open_plain, read_text_limited
from heptathlon.running import sidecar
from heptathlon.running.broken import FIELD
from heptathlon.running.identity import Identity, differences, identity_of, in_words, time_of
from heptathlon.running.sidecar import Sidecar
from heptathlon.tasks import catalog

MAX_RESULTS_BYTES = 64 * 2**20
MAX_SAMPLES_BYTES = 2 * 2**30
MAX_LINE_CHARS = 16 * 2**20
_UNMEASURED = "bypass"
"""What lm-eval's ``--predict_only`` logs in the place of every metric."""
MAX_REASON = 500
"""Characters of the reason why a sample is broken."""

_DATE = r"\d{4}-\d{2}-\d{2}T[\d.-]+"
RESULTS_NAME = re.compile(rf"^(?:results|[^/]+_({_DATE}))\.json$")
"""A results file; ``--output_path X.json`` names it after X, and a rescued one has no date."""
SAMPLES_NAME = re.compile(rf"^samples_([A-Za-z0-9_]+?)(?:_({_DATE}))?\.jsonl$")
ANY_SAMPLES = re.compile(rf"^samples_([^/]+?)(?:_({_DATE}))?\.jsonl$")
SIDECAR_NAME = re.compile(rf"^heptathlon_({_DATE})\.jsonl$")

Response = str | list[tuple[float, bool]]


@dataclass(frozen=True, slots=True)
class Sample:
    """One logged document: what was asked, what came back, what lm-eval wrote of it.

    Attributes:
        task: lm-eval's task name.
        doc_id: lm-eval's index of the document in the task.
        doc: the record.
        prompt: the first request's text as the model saw it.
        response: the answer's text, or for multiple choice one (log-likelihood, is greedy) pair
            an option.
        metrics: the per-document figures that the run logged; none for a broken sample.
        broken: why there is no answer that could be scored; empty if there is one.
        finish: why the answer ended, as the sidecar tells; empty without one.
    """

    task: str
    doc_id: int
    doc: dict[str, Any]
    prompt: str
    response: Response
    metrics: dict[str, float]
    broken: str = ""
    finish: str = ""

    @property
    def results(self) -> list[Any]:
        """The response in the form in which lm-eval hands it to ``process_results``."""
        return [self.response] if isinstance(self.response, str) else list(self.response)


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
    samples: dict[str, list[Sample]]
    samples_files: dict[str, Path]
    told: dict[Path, Sidecar] = field(default_factory=dict)

    @property
    def broken(self) -> dict[str, list[str]]:
        """Why answers are broken, for each document of each task that has such answers."""
        found = {task: [one.broken for one in ones] for task, ones in self.samples.items()}
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


def read_run(path: Path) -> Run:
    """Read a run folder strictly.

    A folder may hold several runs. Of each task its newest samples count, by the time that their
    results file records. All must be answers of one model, and those of one headline must have
    been asked for in the same way.

    Args:
        path: the folder; or one results file in it, to read that run alone.

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
    files = {task: chosen[task].samples[task] for task in sorted(chosen)}
    dates = {task: date_of(file) for task, file in files.items()}
    return Run(
        folder=folder,
        results=[one.results for one in used],
        results_files=[one.file for one in used],
        samples={
            task: _with_finish(read_samples(file, task), task, told.get(dates[task]))
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


def _with_finish(samples: Iterable[Sample], task: str, told: Sidecar | None) -> list[Sample]:
    lines = told.answers.get(task, {}) if told else {}
    if not lines:
        return list(samples)
    return [
        replace(one, finish=lines[one.doc_id].finish) if one.doc_id in lines else one
        for one in samples
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


def read_samples(path: Path, task: str) -> Iterator[Sample]:
    """Yield the samples of one task's file.

    Raises:
        HeptathlonError: naming the file, the line and the field.
    """
    for where, row in read_rows(path):
        yield _sample(row, task, where)


def read_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each line of a file of samples as it was logged, and where it stands.

    Raises:
        HeptathlonError: naming the file and the line.
    """
    if path.stat().st_size > MAX_SAMPLES_BYTES:
        raise HeptathlonError(f"{path}: larger than {MAX_SAMPLES_BYTES:,} bytes.")
    with open_plain(path) as file:
        for number, line in enumerate(file, start=1):
            where = f"{path}, line {number}"
            if len(line) > MAX_LINE_CHARS:
                raise HeptathlonError(f"{where}: longer than {MAX_LINE_CHARS:,} bytes.")
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise HeptathlonError(f"{where}: not UTF-8 text.") from None
            if text.strip():
                row = loads_strict(text, where=where, nan_is_null=True)
                if not isinstance(row, dict):
                    raise HeptathlonError(f"{where}: holds a {type(row).__name__}, not a sample.")
                yield where, row


def _sample(row: dict[str, Any], task: str, where: str) -> Sample:
    def part(key: str, kind: type) -> Any:
        value = row.get(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise HeptathlonError(f"{where}: the field {key!r} is missing or no {kind.__name__}.")
        return value

    doc = part("doc", dict)
    arguments = part("arguments", dict)
    names = part("metrics", list)
    response, broken = _response(part("filtered_resps", list), where)
    if FIELD in row:
        broken = part(FIELD, str)[:MAX_REASON] or "no reason given"
    metrics: dict[str, float] = {}
    for name in () if broken else names:
        if name == _UNMEASURED:
            continue
        value = row.get(name) if isinstance(name, str) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise HeptathlonError(f"{where}: the metric {name!r:.60} has no finite value.")
        metrics[name] = float(value)
    try:
        prompt = arguments["gen_args_0"]["arg_0"]
    except (KeyError, TypeError):
        raise HeptathlonError(f"{where}: the field 'arguments' holds no prompt.") from None
    return Sample(
        task=task,
        doc_id=part("doc_id", int),
        doc=doc,
        prompt=str(prompt),
        response=response,
        metrics=metrics,
        broken=broken,
    )


def _response(raw: list[Any], where: str) -> tuple[Response, str]:
    """Turn lm-eval's logged responses back into what the model returned, and tell what is broken.

    Generations are logged as ``["text"]``, log-likelihoods as ``[["-1.5", "False"], …]``: lm-eval
    writes every leaf as text.
    """
    if len(raw) == 1 and isinstance(raw[0], str):
        return raw[0], ""
    broken = ""
    pairs: list[tuple[float, bool]] = []
    for item in raw:
        match item:
            case [str() | int() | float() as value, str() | bool() as greedy]:
                try:
                    number = float(value)
                except ValueError:
                    raise HeptathlonError(f"{where}: {value!r:.60} is no log-likelihood.") from None
                if math.isnan(number) or number == math.inf:
                    broken = f"log-likelihood {number}"
                pairs.append((number, str(greedy) == "True"))
            case _:
                raise HeptathlonError(
                    f"{where}: 'filtered_resps' is neither one text nor a list of likelihoods."
                )
    if not pairs:
        raise HeptathlonError(f"{where}: 'filtered_resps' is empty.")
    return pairs, broken
