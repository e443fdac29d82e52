"""Reading a file of samples: each line parsed strictly and unmodified."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heptathlon.errors import HeptathlonError
from heptathlon.files import loads_strict, open_plain
from heptathlon.running.broken import FIELD

MAX_SAMPLES_BYTES = 2 * 2**30
MAX_LINE_CHARS = 16 * 2**20
_UNMEASURED = "bypass"
"""What lm-eval's ``--predict_only`` logs in the place of every metric."""
MAX_REASON = 500
"""Characters of the reason why a sample is broken."""

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
    doc: Mapping[str, Any]
    prompt: str
    response: Response
    metrics: dict[str, float]
    broken: str = ""
    finish: str = ""

    @property
    def written(self) -> bool:
        """Whether the response is a text, and not likelihoods."""
        return isinstance(self.response, str)

    @property
    def results(self) -> list[Any]:
        """The response in the form in which lm-eval hands it to ``process_results``."""
        return [self.response] if isinstance(self.response, str) else list(self.response)


def read_samples(path: Path, task: str) -> Iterator[Sample]:
    """Yield the samples of one task's file.

    Raises:
        HeptathlonError: naming the file, the line and the field.
    """
    for where, row in read_rows(path):
        yield sample_of(row, task, where)


def read_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each line of a file of samples as it was logged, and where it stands.

    Raises:
        HeptathlonError: naming the file and the line.
    """
    for number, _, line in read_lines(path):
        where = f"{path}, line {number}"
        if (row := row_of(line, number, where)) is not None:
            yield where, row


def read_lines(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Yield each line of a file of samples with its number, from 1, and its place in bytes.

    Raises:
        HeptathlonError: naming the file and the line.
    """
    if path.stat().st_size > MAX_SAMPLES_BYTES:
        raise HeptathlonError(f"{path}: larger than {MAX_SAMPLES_BYTES:,} bytes.")
    place = 0
    with open_plain(path) as file:
        for number, line in enumerate(file, start=1):
            if len(line) > MAX_LINE_CHARS:
                raise HeptathlonError(
                    f"{path}, line {number}: longer than {MAX_LINE_CHARS:,} bytes."
                )
            yield number, place, line
            place += len(line)


def row_of(line: bytes, number: int, where: str) -> dict[str, Any] | None:
    """Return what a line of samples holds; None for an empty one.

    Raises:
        HeptathlonError: if it is none that lm-eval writes.
    """
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError:
        raise HeptathlonError(f"{where}: not UTF-8 text.") from None
    if not text.strip():
        return None
    row = loads_strict(text, where=where, nan_is_null=True)
    if not isinstance(row, dict):
        raise HeptathlonError(f"{where}: holds a {type(row).__name__}, not a sample.")
    return row


def sample_of(row: Mapping[str, Any], task: str, where: str) -> Sample:
    """Return a line's sample.

    Raises:
        HeptathlonError: naming the field that is missing or of another kind.
    """

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
