"""What every record of every family carries, and how its identity is computed."""

import hashlib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from heptathlon.files import canonical_json

ID_LENGTH = 32
"""Hex digits kept of a SHA-256: 128 bits, so two of a billion items collide with p < 1e-20."""


class Record(BaseModel):
    """The common part of a data set's row; each family adds its fields, closed and typed.

    Attributes:
        item_id: hash of everything that distinguishes the item, the gold answer included.
        cluster_id: what several records share (the maze, the excerpt, the student): their
            errors are correlated, so standard errors cluster on it.
        season: the season whose seeds made the item, such as ``2026.1``.
        form: the kind of question, which decides the parser and the metrics.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    item_id: str = Field(pattern=rf"^[0-9a-f]{{{ID_LENGTH}}}$")
    cluster_id: str = Field(min_length=1)
    season: str
    form: str


def content_id(*parts: Any) -> str:
    """Return the id of a value: a truncated SHA-256 of its canonical JSON."""
    return hashlib.sha256(canonical_json(parts).encode()).hexdigest()[:ID_LENGTH]


def doc_digest(doc: Mapping[str, Any]) -> str:
    """Return the full SHA-256 of one document, independent of the order of its keys.

    lm-eval's own ``doc_hash`` depends on key order (and for images on a memory address), so
    identity between a submission and the published set is decided by this one.
    """
    return hashlib.sha256(canonical_json(dict(doc)).encode()).hexdigest()
