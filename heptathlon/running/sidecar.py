"""``heptathlon_<date>.jsonl``: what a server told of its answers, beside a run's own files.

Optional, and the word of whoever ran it: nothing in it changes a score. It says which answers were
cut, so that a reader can tell a model that ran out of tokens from one that had nothing to say, and
what the answers cost. A line tells of the run, and one of each document.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from heptathlon.errors import HeptathlonError
from heptathlon.files import loads_strict, read_text_limited
from heptathlon.models.told import told_of

MAX_BYTES = 2**30
_COUNT = Field(default=None, ge=0, le=2**40)


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class RunLine(_Closed):
    """What was told of the run.

    Attributes:
        kind: ``run``.
        schema_version: of the file.
        models: the models that the server says have answered.
        renamed: parameters that it takes by another name, with that name.
        left_out: parameters that it does not take, so that it answered as it chooses.
    """

    kind: Literal["run"] = "run"
    schema_version: Literal[1] = 1
    models: list[str] = Field(default_factory=list, max_length=100)
    renamed: dict[str, str] = Field(default_factory=dict)
    left_out: list[str] = Field(default_factory=list)


class AnswerLine(_Closed):
    """What was told of the answers to one document.

    Attributes:
        kind: ``answer``.
        task: lm-eval's name of the task.
        doc_id: lm-eval's number of the document.
        finish: why the first answer ended; empty if that was not told.
        prompt_tokens: tokens of the prompts, summed over the document's requests.
        completion_tokens: tokens of the answers, reasoning included.
        reasoning_tokens: tokens of the reasoning.
    """

    kind: Literal["answer"] = "answer"
    task: str = Field(pattern=r"^[A-Za-z0-9_.:-]{1,200}$")
    doc_id: int = Field(ge=0)
    finish: str = Field(default="", max_length=40)
    prompt_tokens: int | None = _COUNT
    completion_tokens: int | None = _COUNT
    reasoning_tokens: int | None = _COUNT


def lines_of(task: str, requests: Iterable[Any], numbers: Mapping[int, int]) -> list[AnswerLine]:
    """Return what was told of a task's answers.

    Args:
        task: its name.
        requests: lm-eval's instances, answered.
        numbers: number of the document, by the number that an instance has of it.
    """
    documents: dict[int, list[Any]] = {}
    for request in requests:
        documents.setdefault(request.doc_id, []).extend(map(told_of, request.resps))
    out = []
    for doc, told in documents.items():
        if not any(one.row() for one in told):
            continue
        line = AnswerLine(
            task=task,
            doc_id=numbers.get(doc, doc),
            finish=told[0].finish,
            prompt_tokens=_sum(one.prompt_tokens for one in told),
            completion_tokens=_sum(one.completion_tokens for one in told),
            reasoning_tokens=_sum(one.reasoning_tokens for one in told),
        )
        out.append(line)
    return out


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def run_line(lm: Any) -> RunLine | None:
    """Return what was found out about a model's server; None if there is none to tell anything."""
    if not hasattr(lm, "server"):
        return RunLine() if getattr(lm, "TELLS", False) else None
    habits = lm.server.habits
    return RunLine(
        models=list(habits.models)[:100],
        renamed=dict(habits.renamed),
        left_out=list(habits.left_out),
    )


def dump(lines: Iterable[BaseModel]) -> str:
    """Return lines as the file holds them."""
    return "".join(f"{line.model_dump_json(exclude_defaults=False)}\n" for line in lines)


class Sidecar(_Closed):
    """A sidecar, read.

    Attributes:
        run: what was told of the run.
        answers: what was told of each document, by task and number.
    """

    run: RunLine
    answers: dict[str, dict[int, AnswerLine]]


def read(path: Path) -> Sidecar:
    """Read a sidecar strictly.

    Raises:
        HeptathlonError: naming file, line and field.
    """
    run: RunLine | None = None
    answers: dict[str, dict[int, AnswerLine]] = {}
    for number, text in enumerate(read_text_limited(path, max_bytes=MAX_BYTES).split("\n"), 1):
        # Not by splitlines: a server's word may hold a line separator of Unicode's.
        if not text.strip():
            continue
        where = f"{path}, line {number}"
        row = loads_strict(text, where=where)
        kind = row.get("kind") if isinstance(row, dict) else None
        try:
            if kind == "run":
                if run is not None:
                    raise HeptathlonError(f"{where}: tells of the run a second time.")
                run = RunLine.model_validate(row)
                continue
            line = AnswerLine.model_validate(row)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"])) or "line"
            raise HeptathlonError(f"{where}: {field}: {first['msg']}.") from None
        if line.doc_id in answers.setdefault(line.task, {}):
            raise HeptathlonError(f"{where}: tells of document {line.doc_id} a second time.")
        answers[line.task][line.doc_id] = line
    if run is None:
        raise HeptathlonError(f"{path}: holds no line of kind 'run'.")
    return Sidecar(run=run, answers=answers)
