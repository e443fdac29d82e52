"""The paper edition: RAR-b's published tasks, multiple choice and full retrieval.

The tier ``lite`` is multiple choice on the seven files whose checksums are known; ``full`` is all
of it. Corpora are never copied into a set: :mod:`heptathlon.builders.rarb.corpora` reads them from
the published files when they are searched.
"""

import ast
import csv
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from heptathlon.builders import sources
from heptathlon.builders.rarb import csts, mteb, originals, recipes
from heptathlon.builders.rarb.published import Published, published, published_tasks
from heptathlon.builders.rarb.reader import reader
from heptathlon.builders.rarb.records import (
    NOT_STATED,
    ChoiceRecord,
    PublishedJudgeRecord,
    PublishedRetrieveRecord,
)
from heptathlon.builders.sources import Source
from heptathlon.builders.store.names import brings_own_data, own_data
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.records import Record, content_id
from heptathlon.seeding import Stream

logger = logging.getLogger(__name__)

LITE = ("arc", "alphanli", "piqa", "siqa", "winogrande", "spartqa", "tempreason_l2_pure")
TIERS = ("lite", "full")
_STORY = re.compile(r"start: (.*) end: (.*)", re.DOTALL)
MAX_FIELD = 2**27
"""Longest cell of a file: contexts reach 116,000 characters, and Python's limit is lower."""

Built = dict[tuple[str, str], list[Record]]


def configs() -> dict[str, type[Record]]:
    """Return the configurations of the paper edition with the model of their rows."""
    return {
        "mcr": ChoiceRecord,
        "mcr_judge": PublishedJudgeRecord,
        "retrieve": PublishedRetrieveRecord,
    }


def tasks(tier: str) -> list[Published]:
    """Return the published tasks of a tier.

    Raises:
        UnknownNameError: for an unknown tier.
    """
    if tier not in TIERS:
        raise UnknownNameError("tier of rarb's paper edition", tier, TIERS)
    return [published(name) for name in (LITE if tier == "lite" else published_tasks())]


def shards(tier: str) -> list[str]:
    """Return the names of a tier's tasks; C-STS is among them where a user brings its file.

    Raises:
        UnknownNameError: for an unknown tier.
    """
    names = [task.name for task in tasks(tier)]
    return names + (list(csts.INSTRUCTIONS) if brings_own_data("rarb", "paper") else [])


def generate(tier: str, shard: str, season: str, salt: str) -> Built:
    """Return the records of one published task; neither season nor salt changes the data.

    Raises:
        HeptathlonError: if a source file cannot be had, or is not what was published.
    """
    del salt
    if shard in csts.INSTRUCTIONS:
        return _choices(shard, csts.INSTRUCTIONS[shard], season, csts.rows(_csts_file(), shard))
    task = published(shard)
    built: Built = {}
    if task.choices:
        built |= _choices(shard, task.instruction, season, choice_rows(task))
    if tier == "full":
        built["retrieve", "test"] = list(_queries(task, season))
    return built


def needed(tier: str) -> tuple[Source, ...]:
    """Return the files that a tier is built from; corpora are read when they are searched."""
    files: list[Source] = []
    for task in tasks(tier):
        if task.choices:
            files.append(task.choices_file)
        if tier == "full":
            files += _retrieval_files(task)
    return tuple(dict.fromkeys(files))


def wanted(tier: str) -> tuple[Source, ...]:
    """Return the files that must be there before a tier is built.

    Whoever rebuilds the files rebuilds the corpora too, when they are searched; what they are made
    of is asked for at once.
    """
    files = list(needed(tier))
    if tier == "full" and reader() == "sources":
        files += [s for task in tasks(tier) for s in originals.corpus_from(task)]
    return tuple(dict.fromkeys(files))


def _retrieval_files(task: Published) -> list[Source]:
    """Return what a task's queries and judgements are read from, as :func:`query_lines` does."""
    if reader() == "sources" and not recipes.RECIPES[task.name].no_order:
        return [task.qrels_file, *originals.queries_from(task)]
    if task.name in REBUILT:
        return [task.qrels_file]
    if reader() == "mteb":
        return [task.qrels_parquet, task.queries_parquet]
    return [task.qrels_file, task.queries_file]


# --- multiple choice -----------------------------------------------------------------------------


def choice_rows(task: Published) -> Iterator[dict[str, Any]]:
    """Yield a published multiple-choice file's rows: query, documents (a list) and label.

    Raises:
        HeptathlonError: naming the row that cannot be read.
    """
    path = sources.fetch(task.choices_file)
    csv.field_size_limit(MAX_FIELD)
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            where = f"{task.choices_file}, row {number}"
            try:
                documents = ast.literal_eval(row["documents"])
                label = int(row["labels"])
                query = row["queries"]
            except (KeyError, TypeError, ValueError, SyntaxError) as error:
                raise HeptathlonError(f"{where}: cannot be read ({error}).") from None
            texts = isinstance(documents, list) and all(isinstance(d, str) for d in documents)
            if not texts or not 0 <= label < len(documents):
                raise HeptathlonError(f"{where}: the label {label} is none of its documents.")
            yield {"query": query, "documents": documents, "label": label}


def _csts_file() -> Path:
    path = own_data("rarb", "paper")
    if path is None:
        raise HeptathlonError(f"C-STS is not downloaded; name its file by {csts.VARIABLE}.")
    return path


def _choices(name: str, instruction: str, season: str, rows: Iterable[dict[str, Any]]) -> Built:
    """Return a task's items: to choose from, and each option to be judged alone."""
    chosen: list[Record] = []
    judged: list[Record] = []
    for number, row in enumerate(rows):
        gold = row["documents"][row["label"]]
        # An option that stands twice would be right and wrong at once.
        candidates = list(dict.fromkeys(row["documents"]))
        Stream("rarb", "mcr", name, number).shuffle(candidates)
        shared = _shared(name, instruction, season, row["query"]) | {"row": number}
        fields = shared | {
            "form": "mcr",
            "candidates": candidates,
            "gold": candidates.index(gold),
            "published_label": row["label"],
        }
        chosen.append(ChoiceRecord(item_id=content_id("rarb", fields), **fields))
        for option in candidates:
            one = shared | {
                "form": "mcr_judge",
                "candidate": option,
                "right": option == gold,
                "pool": len(candidates),
            }
            judged.append(PublishedJudgeRecord(item_id=content_id("rarb", one), **one))
    return {("mcr", "test"): chosen, ("mcr_judge", "test"): judged}


def _shared(name: str, instruction: str, season: str, query: str) -> dict[str, Any]:
    return {
        "cluster_id": content_id("rarb", name, query),
        "season": season,
        "kind": name,
        "topic": name,
        "steps": 0,
        "wording": 0,
        "nearest": NOT_STATED,
        "query": query,
        "instruction": instruction,
    }


# --- full retrieval ------------------------------------------------------------------------------


def _same(query: str) -> str:
    return query


def _story(query: str) -> str:
    found = _STORY.fullmatch(query)
    if not found:
        raise HeptathlonError(f"alphanli: {query[:60]!r} is not a start and an end of a story.")
    return recipes.story(found[1], found[2])


REBUILT: dict[str, Callable[[str], str]] = {
    "arc": _same,
    "alphanli": _story,
    "piqa": _same,
    "siqa": _same,
    "winogrande": recipes.sentence,
}
"""Tasks whose query file is made from their multiple-choice file: how a query of full retrieval
reads, given that of multiple choice."""


def rebuilt_queries(name: str) -> bytes:
    """Return a published query file, built from the task's multiple-choice file.

    Raises:
        UnknownNameError: for a task whose query file cannot be built so.
        HeptathlonError: if the result is not, byte for byte, the published file.
    """
    if name not in REBUILT:
        raise UnknownNameError("rebuilt query file of rarb", name, REBUILT)
    task = published(name)
    prefix = recipes.RECIPES[name].parts[0].prefix
    data = originals.query_file((prefix, REBUILT[name](row["query"])) for row in choice_rows(task))
    sources.check_bytes(data, task.queries_file)
    return data


def query_lines(task: Published) -> Iterator[dict[str, Any]]:
    """Yield a task's published queries.

    They are MTEB's copy, or the authors' file, or rebuilt from the original data, as
    ``HEPTATHLON_RARB_FILES`` says; those of the tasks of ``REBUILT`` are never downloaded.
    """
    unknown = recipes.RECIPES[task.name].no_order
    if reader() == "sources" and not unknown:
        yield from originals.lines(originals.queries(task))
    elif task.name in REBUILT:
        yield from map(json.loads, rebuilt_queries(task.name).decode().splitlines())
    elif reader() == "mteb":
        yield from mteb.rows(task, "queries")
    else:
        if reader() == "sources":
            logger.warning("%s: is read, not rebuilt, because %s.", task.queries_file, unknown)
        with sources.fetch(task.queries_file).open(encoding="utf-8") as file:
            yield from map(json.loads, file)


def judgements(task: Published) -> dict[str, list[str]]:
    """Return the ids of the relevant documents of each query, from where its queries are.

    Raises:
        HeptathlonError: for a line that is not a judgement.
    """
    if task.name not in REBUILT and reader() == "mteb":
        return mteb.judgements(task)
    path = sources.fetch(task.qrels_file)
    out: dict[str, list[str]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], start=2):
        parts = line.split("\t")
        if len(parts) != 3:
            raise HeptathlonError(f"{path}, line {number}: is no judgement.")
        if int(parts[2]) > 0:
            out.setdefault(parts[0], []).append(parts[1])
    return out


def _queries(task: Published, season: str) -> Iterator[Record]:
    relevant = judgements(task)
    count = 0
    for row in query_lines(task):
        count += 1
        if row["_id"] not in relevant:
            raise HeptathlonError(f"{task.name}: the query {row['_id']} has no right document.")
        fields = _shared(task.name, task.instruction, season, row["text"]) | {
            "form": "retrieve",
            "query_id": row["_id"],
            "corpus": task.name,
            "corpus_size": task.documents,
            "gold_ids": relevant[row["_id"]],
            "hard_ids": [],
        }
        yield PublishedRetrieveRecord(item_id=content_id("rarb", fields), **fields)
    if count != task.queries:
        raise HeptathlonError(f"{task.name}: holds {count} queries instead of {task.queries}.")
