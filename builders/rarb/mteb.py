"""RAR-b's tasks as MTEB keeps them on the Hub: a corpus, queries and judgements, each a config.

A config is a folder of Parquet files. Their checksums are not published, the commits are; so what
is read is compared with the authors' own files, whose checksums are: the rows are written out again
in the authors' form. Where that gives other bytes, a warning says so and the commit stands.
"""

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from heptathlon.builders import sources
from heptathlon.builders.rarb.published import Published
from heptathlon.builders.rarb.reader import VARIABLE
from heptathlon.builders.sources import Source
from heptathlon.errors import HeptathlonError

logger = logging.getLogger(__name__)

BATCH = 4_096
"""Rows that are decoded at once."""

Part = Literal["corpus", "queries"]


def rows(task: Published, part: Part) -> Iterator[dict[str, Any]]:
    """Yield the documents or queries of a task in the authors' form: ``_id``, ``text``, ``title``.

    Raises:
        HeptathlonError: if the files cannot be had, or a row is not of this form.
    """
    source = task.corpus_parquet if part == "corpus" else task.queries_parquet
    columns = ("title", "text") if part == "corpus" else ("text",)
    total = hashlib.sha256()
    for path, number, row in _read(source):
        # Version 2 of mteb writes "id", version 1 wrote "_id".
        name = row.get("_id", row.get("id"))
        texts = {c: row.get(c) for c in columns}
        if "title" in texts:
            texts["title"] = texts["title"] or ""
        if name is None or not all(isinstance(t, str) for t in texts.values()):
            raise HeptathlonError(f"{path}, row {number}: is no row of {part}.")
        found: dict[str, Any] = {"_id": str(name), **texts, "metadata": {}}
        total.update(json.dumps(found).encode() + b"\n")
        yield found
    published = task.corpus_sha256 if part == "corpus" else task.queries_sha256
    if total.hexdigest() != published:
        logger.warning(
            "%s (revision %s): its %s are not, byte for byte, the authors' file %s; set %s=authors "
            "to read that one.",
            task.mteb, task.mteb_revision, part, task.hub, VARIABLE,
        )  # fmt: skip


def judgements(task: Published) -> dict[str, list[str]]:
    """Return the ids of the relevant documents of each query.

    Raises:
        HeptathlonError: if the files cannot be had, or a row is not a judgement.
    """
    out: dict[str, list[str]] = {}
    for path, number, row in _read(task.qrels_parquet):
        try:
            query, document, score = str(row["query-id"]), str(row["corpus-id"]), int(row["score"])
        except (KeyError, TypeError, ValueError):
            raise HeptathlonError(f"{path}, row {number}: is no judgement.") from None
        if score > 0:
            out.setdefault(query, []).append(document)
    return out


def _read(source: Source) -> Iterator[tuple[Path, int, Mapping[str, Any]]]:
    for path in map(sources.fetch, sources.matching(source)):
        number = 0
        try:
            for batch in pq.ParquetFile(path).iter_batches(BATCH):
                for row in batch.to_pylist():
                    yield path, number, row
                    number += 1
        except pa.ArrowException as error:
            raise HeptathlonError(f"{path}: is no Parquet file ({error}).") from None
