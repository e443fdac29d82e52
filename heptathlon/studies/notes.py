"""What a model was trained on, as a note beside its weights: written by a trainer, read by studies.

A run's results say which model answered, not what it had read. The note does, by digests, so that a
study can refuse two runs that read different corpora or cannot be compared for another reason.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from heptathlon.errors import HeptathlonError
from heptathlon.files import canonical_json, dump_json, read_json_strict, write_text_atomic

NOTE = "training.json"
MAX_BYTES = 2**16


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Base(_Closed):
    """The model that training began from.

    Attributes:
        architecture: transformers' ``model_type``.
        parameters: number of its parameters.
        weights: what it was called where it was trained, for people; never compared.
        tokenizer: SHA-256 over the vocabulary and a few texts' tokens.
    """

    architecture: str
    parameters: int = Field(ge=1)
    weights: str
    tokenizer: str = Field(pattern=r"^[0-9a-f]{64}$")


class Note(_Closed):
    """One checkpoint's training.

    Attributes:
        world: names the world of the corpus, as its manifest and the probes on it do.
        corpus: digest of the training files.
        design: digest of the ledger.
        base: the model before.
        phase: ``before`` anything was read, within the ``corpus``, or in the ``retention`` stream.
        step: optimizer steps since the beginning.
        after: optimizer steps since the corpus' last document; 0 before that.
        share: share of the corpus that was read.
        run: number of the run of ``subsets``, if only its people were read about.
        merged: whether an adapter was merged into the weights.
    """

    schema_version: Literal[1] = 1
    world: str
    corpus: str
    design: str
    base: Base
    phase: Literal["before", "corpus", "retention"]
    step: int = Field(ge=0)
    after: int = Field(default=0, ge=0)
    share: float = Field(ge=0, le=1)
    run: int | None = None
    merged: bool = False


def write(folder: Path, note: Note) -> Path:
    """Write a checkpoint's note into its folder and return the file."""
    path = folder / NOTE
    folder.mkdir(parents=True, exist_ok=True)
    write_text_atomic(path, dump_json(note.model_dump()))
    return path


def read(folder: Path) -> Note:
    """Read a checkpoint's note.

    Raises:
        HeptathlonError: if there is none, or it is damaged.
    """
    path = folder / NOTE
    if not path.is_file():
        raise HeptathlonError(
            f"{folder}: holds no {NOTE}, so nobody can tell what the model had read; train it with "
            "examples/facts_training, or write the note as heptathlon.studies.notes says."
        )
    try:
        return Note.model_validate(read_json_strict(path, max_bytes=MAX_BYTES))
    except ValueError as error:
        said = " ".join(str(error).split())
        raise HeptathlonError(f"{path}: is no note of this version ({said:.200}).") from None


def tokenizer_digest(tokenizer: Any) -> str:
    """Return a digest of a transformers tokenizer: its vocabulary and how it cuts a few texts."""
    texts = ("The quick brown fox, 1,234.5.", "Question: wo?\nAnswer:", " a  b\tc")
    parts = [sorted(tokenizer.get_vocab().items()), [tokenizer(t)["input_ids"] for t in texts]]
    return hashlib.sha256(canonical_json(json.loads(json.dumps(parts))).encode()).hexdigest()
