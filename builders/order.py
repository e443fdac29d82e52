"""The order of a set's documents, and the names that a hidden one gives them.

Builders make records cell by cell and answer by answer, so that the place of a record would tell
its gold. Here, through one door for all families, the documents are put into an order that season
and salt decide, and the ids of a hidden set are replaced by keyed ones.
"""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from heptathlon.records import ID_LENGTH, Identity, Record
from heptathlon.salts import keyed

FEWSHOT = "fewshot"
"""The split whose order is the builder's: its first rows are the examples of every prompt."""
Records = dict[tuple[str, str], list[Record]]


def arranged(records: Mapping[tuple[str, str], list[Record]], salt: str) -> Records:
    """Return a set's records in their final order and, with a salt, under keyed ids.

    Blocks that share the beginning of their prompts are permuted as wholes, and the documents
    within each, so that a model that keeps a prompt's beginning still finds it again. The order of
    a block depends on season, salt and the block alone: a smaller tier is a part of a larger one in
    the same order, and configs about the same blocks have them in one order.

    Args:
        records: a whole set, by (config, split).
        salt: empty for a public set.

    Raises:
        HeptathlonError: if the salt is none.
    """
    out: Records = {}
    for (config, split), rows in records.items():
        ordered = rows if split == FEWSHOT else sorted(rows, key=lambda row: _place(row, salt))
        out[config, split] = [_hidden(row, salt) for row in ordered] if salt else list(ordered)
    return out


def _place(row: Record, salt: str) -> tuple[bytes, bytes, bytes]:
    """Return where a record stands: by its block, then by what it asks, then by itself."""
    block, asked = str(getattr(row, row.BLOCK)), str(getattr(row, row.ASKED))
    return (
        keyed(salt, "block", row.season, block),
        keyed(salt, "document", row.season, asked),
        keyed(salt, "document", row.season, row.item_id),
    )


def _hidden(row: Record, salt: str) -> Record:
    """Return a record whose ids say nothing to who does not know the salt."""
    fields = identities(type(row))
    return row.model_copy(update={name: _renamed(getattr(row, name), salt) for name in fields})


def identities(model: type[Record]) -> Iterable[str]:
    """Return the fields of a record that hold ids, or lists of them."""
    for name, field in model.model_fields.items():
        marks = (*field.metadata, *(m for a in get_args(field.annotation) for m in get_args(a)))
        if any(isinstance(mark, Identity) for mark in marks):
            yield name


def _renamed(value: Any, salt: str) -> Any:
    if isinstance(value, str):
        # An empty id names nothing, and must go on doing so.
        return value and keyed(salt, "id", value).hex()[:ID_LENGTH]
    return type(value)(_renamed(one, salt) for one in value)
