"""What every record of every family carries, and how its identity is computed."""

import hashlib
import marshal
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from heptathlon.files import canonical_json

ID_LENGTH = 32
"""Hex digits kept of a SHA-256: 128 bits, so two of a billion items collide with p < 1e-20."""


class Identity:
    """Marks a field that holds ids: those of a hidden set are keyed by its salt."""


Id = Annotated[str, Identity()]
"""A hash of content, by which records name themselves, each other, or what they share."""

MARSHAL = 2
"""The last version of marshal's format without references: equal values give equal bytes."""

MAX_DIGESTS = 2**15
"""Documents whose digests are kept."""
_digests: dict[bytes, str] = {}


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

    BLOCK: ClassVar[str] = "cluster_id"
    """Field that records share whose prompts have a beginning in common: they stay together."""
    ASKED: ClassVar[str] = "item_id"
    """Field that says what is asked. Configs that ask the same of the same block keep one order, so
    that the beginnings of two of them can be compared in pairs."""

    item_id: Id = Field(pattern=rf"^[0-9a-f]{{{ID_LENGTH}}}$")
    cluster_id: Id = Field(min_length=1)
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
    # Every submission holds the same documents. What marshal writes tells 1, 1.0 and true apart,
    # as JSON does and a comparison does not.
    # A short hash of it finds the digest again, and takes a tenth of the document's room.
    key = hashlib.blake2b(marshal.dumps(dict(doc), MARSHAL), digest_size=24).digest()
    if key not in _digests:
        while len(_digests) >= MAX_DIGESTS:
            _digests.pop(next(iter(_digests)), None)
        _digests[key] = hashlib.sha256(canonical_json(dict(doc)).encode()).hexdigest()
    return _digests[key]
