"""The corpora that a retriever searches: the fresh one of a set, or a published file."""

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from heptathlon import salts
from heptathlon.builders import sources, store
from heptathlon.builders.rarb import mteb, originals, recipes
from heptathlon.builders.rarb.published import Published, published
from heptathlon.builders.rarb.reader import reader
from heptathlon.errors import HeptathlonError

logger = logging.getLogger(__name__)

FRESH = "fresh-"
"""Begins the name of a fresh corpus; its tier follows."""


@dataclass(frozen=True)
class Corpus:
    """Documents to search.

    Attributes:
        name: the corpus's name in the records.
        ids: ids of the documents.
        texts: their texts, in the same order.
    """

    name: str
    ids: Sequence[str]
    texts: Sequence[str]

    def __post_init__(self) -> None:
        for document, count in Counter(self.ids).items():
            if count > 1:
                raise HeptathlonError(
                    f"corpus {self.name}: the id {document!r} stands {count} times; "
                    "ids must be unique."
                )

    def check(self, docs: Sequence[Mapping[str, Any]]) -> None:
        """Refuse questions whose right documents the corpus does not hold.

        Raises:
            HeptathlonError: naming the first such question.
        """
        known = set(self.ids)
        for doc in docs:
            if not doc["gold_ids"]:
                raise HeptathlonError(f"the query {doc['item_id']} has no right document.")
            for gold in doc["gold_ids"]:
                if gold not in known:
                    raise HeptathlonError(
                        f"corpus {self.name}: has no document {gold!r}, which is the right one of "
                        f"the query {doc['item_id']}."
                    )


def corpus(name: str, season: str) -> Corpus:
    """Return a corpus by the name that records give it.

    Args:
        name: ``fresh-smoke``, ``fresh-lite``, ``fresh-full``, or a published task.
        season: season of a fresh corpus.

    Raises:
        HeptathlonError: if a published corpus cannot be had, or is damaged.
    """
    return read_corpus(name, season, salts.named() if name.startswith(FRESH) else "")


@lru_cache(maxsize=2)
def read_corpus(name: str, season: str, salt: str) -> Corpus:
    """Return a corpus of a known salt; see :func:`corpus`."""
    if name.startswith(FRESH):
        set_name = store.SetName("rarb", "fresh", name.removeprefix(FRESH), season, salt)
        table = store.read_table(store.ensure(set_name), "corpus", "corpus")
        return Corpus(name, table["doc_id"].to_pylist(), table["text"].to_pylist())
    task = published(name)
    found = _published(task)
    if len(found.ids) != task.documents:
        raise HeptathlonError(
            f"{name}: holds {len(found.ids):,} documents instead of {task.documents:,}."
        )
    return found


def _published(task: Published) -> Corpus:
    if reader() == "mteb":
        return _corpus(task.name, mteb.rows(task, "corpus"))
    if reader() == "sources":
        recipe = recipes.RECIPES[task.name]
        if recipe.pool:
            return _corpus(task.name, originals.lines(originals.corpus(task)))
        logger.warning("%s: is read, not rebuilt, because %s.", task.corpus_file, recipe.no_corpus)
    return read_jsonl(sources.fetch(task.corpus_file), task.name)


def _corpus(name: str, rows: Iterable[Mapping[str, Any]]) -> Corpus:
    """Return a corpus of rows; title and text are joined as the benchmark's own code does."""
    ids, texts = [], []
    for row in rows:
        ids.append(row["_id"])
        texts.append(f"{row['title']} {row['text']}".strip())
    return Corpus(name, ids, texts)


def read_jsonl(path: Path, name: str) -> Corpus:
    """Read a corpus in BEIR's form: a JSON object a line with ``_id``, ``title`` and ``text``.

    Raises:
        HeptathlonError: naming the line that cannot be read, or an id that stands twice.
    """
    return _corpus(name, _lines(path))


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
                yield {
                    "_id": str(row["_id"]),
                    "title": row.get("title") or "",
                    "text": row["text"],
                }
            except (ValueError, KeyError, TypeError, AttributeError):
                raise HeptathlonError(f"{path}, line {number}: is no document.") from None
