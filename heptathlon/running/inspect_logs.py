"""Runs of lm-eval's form from logs of Inspect's: the same answers, scored and saved as others."""

import hashlib
import json
from pathlib import Path
from typing import Any

from heptathlon.errors import HeptathlonError
from heptathlon.models.inspected import NAME, READ, Answered
from heptathlon.models.told import LENGTH, Text, Told, broken_text
from heptathlon.tasks import catalog

MAX_BYTES = 2 * 2**30
FINISH = {"max_tokens": LENGTH, "model_length": LENGTH, "stop": "stop",
          "content_filter": "content_filter"}  # fmt: skip
"""How an answer ended, from Inspect's words to OpenAI's."""
SETTINGS = ("temperature", "top_p", "top_k", "seed", "frequency_penalty", "presence_penalty",
            "reasoning_effort", "reasoning_tokens")  # fmt: skip
"""Settings of generation that a log records and a run's results name."""


def run(log: Path, to: Path) -> list[Path]:
    """Save what a log holds as ``heptathlon run`` would have saved it; return the results files.

    Args:
        log: a log of ``inspect eval heptathlon/…``.
        to: folder of runs.

    Raises:
        HeptathlonError: if the log cannot be read, is of other documents, or holds several answers
            to one.
    """
    from heptathlon.running import runner

    read = read_log(log)
    digest = hashlib.sha256(log.read_bytes()).hexdigest()[:16]
    READ[digest] = read
    numbers: dict[str, list[int]] = {}
    for task, number in sorted(read.answers):
        numbers.setdefault(task, []).append(number)
    flags = ["--model", NAME, "--model_args", f"model={_plain(read.model)},log={digest}"]
    if read.gen_kwargs:
        flags += ["--gen_kwargs", ",".join(f"{k}={v}" for k, v in read.gen_kwargs.items())]
    flags += ["--tasks", ",".join(numbers), "--samples", json.dumps(numbers)]
    try:
        return runner.run([*flags, "--output_path", str(to)], brief=True)
    finally:
        del READ[digest]


def read_log(path: Path) -> Answered:
    """Return the answers in a log of the suite's tasks.

    Raises:
        HeptathlonError: see :func:`run`.
    """
    if not path.is_file():
        raise HeptathlonError(f"{path}: no such file; name a log that inspect eval wrote.")
    if path.stat().st_size > MAX_BYTES:
        raise HeptathlonError(f"{path}: larger than {MAX_BYTES:,} bytes.")
    try:
        from inspect_ai.log import read_eval_log
    except ImportError as error:
        raise HeptathlonError("from-inspect needs Inspect; install heptathlon[inspect].") from error
    try:
        log: Any = read_eval_log(str(path), resolve_attachments=True)
    except Exception as error:  # Its readers raise many kinds.
        words = " ".join(str(error).split())[:200]
        raise HeptathlonError(f"{path}: Inspect cannot read it ({words}).") from None
    if "heptathlon" not in (log.eval.metadata or {}):
        raise HeptathlonError(
            f"{path}: is a log of {str(log.eval.task)[:80]!r}, not of a task of the suite."
        )
    if not log.samples:
        raise HeptathlonError(f"{path}: holds no answer; its state is {log.status!r}.")
    answers: dict[tuple[str, int], Text] = {}
    for sample in log.samples:
        key = _document(path, sample)
        if key in answers:
            raise HeptathlonError(
                f"{path}, sample {str(sample.id)[:80]}: was asked {log.eval.config.epochs} times; "
                "run it with --epochs 1, because a document has one answer."
            )
        answers[key] = _answer(sample)
    chosen = log.eval.model_generate_config.model_dump(exclude_none=True)
    settings = log.plan.config.model_dump(exclude_none=True) | chosen
    return Answered(
        model=str(log.eval.model),
        answers=answers,
        gen_kwargs={name: settings[name] for name in SETTINGS if name in settings},
    )


def _document(path: Path, sample: Any) -> tuple[str, int]:
    """Return a sample's task and number, after a look at the document of that number."""
    from heptathlon.running.inspect_tasks import NUMBER, TASK, item_of

    where = f"{path}, sample {str(sample.id)[:80]}"
    task, number = sample.metadata.get(TASK), sample.metadata.get(NUMBER)
    if task not in catalog.leaves() or type(number) is not int:
        raise HeptathlonError(f"{where}: names no task and document of this version.")
    if item_of(task, number) != sample.id:
        raise HeptathlonError(
            f"{where}: is not document {number} of {task} here; the log is of another season, salt "
            "or version: set HEPTATHLON_SEASON and HEPTATHLON_SALT as they were."
        )
    return task, number


def _answer(sample: Any) -> Text:
    if sample.error is not None:
        return broken_text(" ".join(str(sample.error.message).split())[:200] or "no reason given")
    if sample.output is None or not sample.output.choices:
        return broken_text("no answer")
    usage = sample.output.usage
    told = Told(
        finish=FINISH.get(str(sample.output.stop_reason), ""),
        prompt_tokens=usage.input_tokens if usage else None,
        completion_tokens=usage.output_tokens if usage else None,
        reasoning_tokens=usage.reasoning_tokens if usage else None,
    )
    return Text(sample.output.completion, told)


def _plain(name: str) -> str:
    """Return a name that stands among arguments without becoming another one."""
    return "".join(c if c.isalnum() or c in "/._-:@" else "_" for c in name)[:200]
