"""The published documents themselves, kept for the next submission, each text of a set once."""

import hashlib
import json
import marshal
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from heptathlon import salts
from heptathlon.builders import store
from heptathlon.errors import HeptathlonError, OwnFaultError
from heptathlon.records import MARSHAL, doc_digest
from heptathlon.scoring import playing
from heptathlon.tasks import catalog
from heptathlon.tasks.catalog import TaskData

MAX_DOCUMENTS = 11_000
"""Documents that are kept, with what the players made of them: as many as the scored families' lite
tiers have. Of a longer submission each family's are let go."""
SHARED = 256
"""Characters from which on a text is looked for among those that are there already: the questions
on one text each carry all of it."""
NESTED = 64
"""Bytes from which on a list or an object in a document is: the same past answers stand in the
histories of many."""


@dataclass(frozen=True)
class Documents:
    """The documents of a task, in the order in which lm-eval numbers them.

    Attributes:
        rows: the documents.
        digests: digest of each.
    """

    rows: Sequence[dict[str, Any]]
    digests: Sequence[str]

    @cached_property
    def place(self) -> dict[str, int]:
        """Number of each document by its item_id."""
        return {row["item_id"]: number for number, row in enumerate(self.rows)}

    @cached_property
    def by_digest(self) -> dict[str, int]:
        """Number of each document by its digest."""
        return {digest: number for number, digest in enumerate(self.digests)}

    @cached_property
    def hashes(self) -> list[str]:
        """lm-eval's own hash of each document, which depends on the order of its keys."""
        return [
            hashlib.sha256(json.dumps(row, indent=2, ensure_ascii=False).encode()).hexdigest()
            for row in self.rows
        ]


@dataclass
class _Set:
    """What is kept of a set: texts and nested values, each once, and the tasks' documents."""

    folder: Path
    texts: dict[str, str] = field(default_factory=dict)
    nested: dict[bytes, Any] = field(default_factory=dict)
    tasks: dict[str, Documents] = field(default_factory=dict)
    shots: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


_sets: OrderedDict[store.SetName, _Set] = OrderedDict()


def documents(data: TaskData, season: str) -> Documents:
    """Return a task's documents.

    Raises:
        OwnFaultError: if the set cannot be had here, or is damaged.
    """
    kept = _kept(data, season)
    if data.task not in kept.tasks:
        rows = list(filter(data.asks, _read(kept, data.config, "test")))
        kept.tasks[data.task] = Documents(rows, [doc_digest(row) for row in rows])
        _let_go()
    return kept.tasks[data.task]


def shots(data: TaskData, season: str) -> list[dict[str, Any]]:
    """Return the documents from which a task's worked examples are taken, as lm-eval sees them.

    Raises:
        OwnFaultError: if the set cannot be had here, or is damaged.
    """
    kept = _kept(data, season)
    if data.task not in kept.shots:
        rows = _read(kept, data.config, "fewshot")
        process = catalog.definition(data.task).get("fewshot_config", {}).get("process_docs")
        kept.shots[data.task] = _processed(process, rows) if process else rows
    return kept.shots[data.task]


def _processed(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    from datasets import Dataset

    return list(catalog.function(name)(Dataset.from_list(rows)))


def _kept(data: TaskData, season: str) -> _Set:
    name = store.SetName(data.family.name, data.edition, data.tier, season, salts.named())
    if name not in _sets:
        try:
            _sets[name] = _Set(store.locate(name))
        except HeptathlonError as error:
            raise OwnFaultError(f"the published set {name.folder} cannot be had: {error}") from None
    _sets.move_to_end(name)
    return _sets[name]


def _let_go() -> None:
    """Forget the sets that were not asked for longest, if more documents are kept than may be."""
    count = sum(len(one.rows) for kept in _sets.values() for one in kept.tasks.values())
    while count > MAX_DOCUMENTS and len(_sets) > 1:
        _, oldest = _sets.popitem(last=False)
        count -= sum(len(one.rows) for one in oldest.tasks.values())
        playing.forget_tasks(oldest.tasks)


def _read(kept: _Set, config: str, split: str) -> list[dict[str, Any]]:
    try:
        return [
            {key: _shared(kept, value) for key, value in row.items()}
            for row in store.each_doc(kept.folder, config, split)
        ]
    except HeptathlonError as error:
        raise OwnFaultError(f"the published set {kept.folder.name} is damaged: {error}") from None


def _shared(kept: _Set, value: Any) -> Any:
    """Return a value of a document as the same object as all that are equal to it."""
    if isinstance(value, str):
        return kept.texts.setdefault(value, value) if len(value) > SHARED else value
    if isinstance(value, list):
        value = [_shared(kept, one) for one in value]
    elif isinstance(value, dict):
        value = {key: _shared(kept, one) for key, one in value.items()}
    else:
        return value
    # What marshal writes tells 1, 1.0 and true apart, which are equal.
    told = marshal.dumps(value, MARSHAL)
    if len(told) < NESTED:
        return value
    return kept.nested.setdefault(hashlib.blake2b(told, digest_size=24).digest(), value)
