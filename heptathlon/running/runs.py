"""Reading a run folder: lm-eval's results and samples, parsed strictly and unmodified."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from heptathlon.errors import HeptathlonError
from heptathlon.files import loads_strict, open_plain, read_text_limited
from heptathlon.running import sidecar
from heptathlon.running.broken import FIELD
from heptathlon.running.sidecar import Sidecar

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
SIDECAR_NAME = re.compile(rf"^heptathlon_({_DATE})\.jsonl$")

Response = str | list[tuple[float, bool]]


@dataclass(frozen=True)
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

    Where a task was run more than once, its newest samples count, as lm-eval's own tools do.

    Raises:
        HeptathlonError: if results or samples are missing or broken.
    """
    folder = find_run_folder(path)
    results_files = sorted(p for p in folder.iterdir() if RESULTS_NAME.match(p.name))
    newest: dict[str, Path] = {}
    for file in sorted(folder.iterdir()):
        if match := SAMPLES_NAME.match(file.name):
            task, date = match.groups()
            if not task.startswith("heptathlon_"):
                continue
            old = newest.get(task)
            if old is None or (date or "") > _date_of(old):
                newest[task] = file
    if not newest:
        raise HeptathlonError(
            f"{folder}: holds no samples_heptathlon_*.jsonl; run again with --log_samples, "
            "because every score is recomputed from the samples."
        )
    told = {
        _date_of(p, SIDECAR_NAME): sidecar.read(p)
        for p in folder.iterdir()
        if SIDECAR_NAME.match(p.name)
    }
    dates = {task: _date_of(file) for task, file in newest.items()}
    return Run(
        folder=folder,
        results=[read_results(p) for p in results_files],
        results_files=results_files,
        samples={
            task: _with_finish(read_samples(file, task), task, told.get(dates[task]))
            for task, file in sorted(newest.items())
        },
        samples_files=newest,
        told={newest[task]: told[date] for task, date in dates.items() if date in told},
    )


def _date_of(file: Path, name: re.Pattern[str] = SAMPLES_NAME) -> str:
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
                yield _sample(loads_strict(text, where=where, nan_is_null=True), task, where)


def _sample(row: Any, task: str, where: str) -> Sample:
    if not isinstance(row, dict):
        raise HeptathlonError(f"{where}: holds a {type(row).__name__}, not a sample.")

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
