"""What a model said of its own answers, as it is kept beside a run's samples."""

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from heptathlon.errors import HeptathlonError
from heptathlon.files import loads_strict, read_text_limited
from heptathlon.models.told import whole
from heptathlon.running.runs import Run, Sample

MAX_BYTES = 2**30


class Confided(BaseModel):
    """What a model said of one answer: a line of ``confided_<task>.jsonl``.

    What was not asked, or could not be read, is null.

    Attributes:
        item_id: the document.
        confided_by: name of the model, which is the run's.
        wording_sha256: hash of the questions' wording.
        answer_sha256: hash of the response that was asked about.
        right: how right the answer is by the suite's scorer.
        scored: the words whose likelihoods were compared.
        tokens: their tokens, where the model tells them.
        logs: log-likelihoods of the two labels by question: yes first, then no first.
        p_true: probability that the answer is right.
        p_true_samples: the same, samples of the model's own being shown.
        p_ik: probability that the model knows.
        said: the stated probability.
        said_reply: the reply to that question.
        agree: share of samples that say the same as the answer.
        samples: the samples.
        digit: predicted quality from 0 to 9.
        digit_reply: the reply, where no likelihoods could be had.
        other_right: how right another model's answer to the document is.
        other: name of that model.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    item_id: str
    confided_by: str
    wording_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    answer_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    right: float = Field(ge=0, le=1, allow_inf_nan=False)
    scored: list[str] = Field(default_factory=list)
    tokens: list[list[int]] = Field(default_factory=list)
    logs: dict[str, list[tuple[float, float]]] = Field(default_factory=dict)
    p_true: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)
    p_true_samples: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)
    p_ik: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)
    said: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)
    said_reply: str | None = None
    agree: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)
    samples: list[str] = Field(default_factory=list)
    digit: float | None = Field(default=None, ge=0, le=9, allow_inf_nan=False)
    digit_reply: str | None = None
    other_right: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)
    other: str = ""


def answer_hash(sample: Sample) -> str:
    """Return the hash of a response."""
    said = sample.response if isinstance(sample.response, str) else list(sample.response)
    text = whole(said) if isinstance(said, str) else repr(said)
    return hashlib.sha256(text.encode()).hexdigest()


def file_of(run: Run, task: str) -> Path:
    """Return the file of what was said of a task's answers."""
    return run.folder / f"confided_{task}.jsonl"


def read(run: Run) -> dict[str, dict[str, Confided]]:
    """Return what a model said of a run's answers, by task and item; empty if it was not asked.

    Raises:
        HeptathlonError: if a file is damaged, or tells of other answers than the run's.
    """
    out: dict[str, dict[str, Confided]] = {}
    for task, samples in run.samples.items():
        path = file_of(run, task)
        if not path.is_file():
            continue
        hashes = {str(one.doc["item_id"]): answer_hash(one) for one in samples}
        lines: dict[str, Confided] = {}
        text = read_text_limited(path, max_bytes=MAX_BYTES)
        for number, line in enumerate(text.split("\n"), 1):
            if not line:
                continue
            where = f"{path}, line {number}"
            try:
                one = Confided.model_validate(loads_strict(line, where=where))
            except ValidationError as error:
                first = error.errors()[0]
                at = ".".join(map(str, first["loc"]))
                raise HeptathlonError(f"{where}: {at}: {first['msg']}.") from None
            if hashes.get(one.item_id) != one.answer_sha256:
                raise HeptathlonError(
                    f"{where}: tells of another answer than the run holds now; run heptathlon "
                    "confide again, or delete the file."
                )
            lines[one.item_id] = one
        out[task] = lines
    return out
