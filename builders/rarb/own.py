"""A first stage of a user's own, whose best documents are to be ranked again.

The first stage is any retriever's run of full retrieval that lists its best documents
(``--model_args …,top_k=100``): lm-eval stores the lists among its samples, and a set is built from
those files. The authors rank a first stage's 100 best again.
"""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from heptathlon import families
from heptathlon.builders import store
from heptathlon.builders.rarb.corpora import corpus
from heptathlon.builders.rarb.records import RerankRecord
from heptathlon.builders.store.reading import fault_of
from heptathlon.builders.store.writing import alone
from heptathlon.errors import HeptathlonError
from heptathlon.files import home, sha256_file
from heptathlon.records import Record, content_id
from heptathlon.seeding import Stream

FAMILY = "rarb"
GROUP = "rerank"
"""The tasks that ask about such a set."""
KEPT = 100
"""Documents of a list that are ranked again."""
_KEPT_FIELDS = (
    *("cluster_id", "season", "kind", "topic", "steps", "wording", "nearest", "query"),
    *("instruction", "query_id", "corpus"),
)


def configs() -> dict[str, type[RerankRecord]]:
    """Return the configuration of the edition with the model of its rows."""
    return {"rerank": RerankRecord}


def build(
    files: Sequence[Path],
    *,
    lengths: Sequence[int] = (),
    excerpts: int = 0,
    out: Path | None = None,
) -> Path:
    """Build a set from the samples of a first stage and return its folder.

    Args:
        files: lm-eval's samples of tasks of full retrieval, with lists of ids for answers.
        lengths: none; they are for texts.
        excerpts: the same.
        out: folder below which the set's folder is made; the cache if not given.

    Raises:
        HeptathlonError: naming the line that holds no list, or a query that stands twice.
    """
    del excerpts
    if lengths:
        raise HeptathlonError("a first stage has no lengths; leave --length out.")
    sums = {path: sha256_file(path) for path in files if path.is_file()}
    if missing := [str(path) for path in files if path not in sums]:
        raise HeptathlonError(f"{missing[0]}: is no file.")
    name = store.SetName(FAMILY, store.OWN, season=families.CURRENT_SEASON)
    mark = content_id(FAMILY, "first stage", *sums.values())[:12]
    target = (out or home() / "data") / f"{name.folder}-{mark}"
    if fault_of(target, name, check=True):
        seen: dict[tuple[str, str], str] = {}
        records: list[Record] = [record for path in files for record in _records(path, seen)]
        read_from = [
            store.SourceFile(path=path.name, revision="own first stage", sha256=sums[path])
            for path in files
        ]
        with alone(target):
            made = store.Made({("rerank", "test"): records}, configs(), read_from)
            store.write(name, target, made)
    return target


def _records(path: Path, seen: dict[tuple[str, str], str]) -> Iterator[RerankRecord]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            where = f"{path}, line {number}"
            doc, listed = _read(line, where)
            address = (str(doc["kind"]), str(doc["query_id"]))
            if address in seen:
                raise HeptathlonError(f"{where}: the query {address[1]} stands in {seen[address]}.")
            seen[address] = where
            try:
                yield _record(doc, listed, where)
            except (KeyError, TypeError, ValidationError) as error:
                fault = str(error).splitlines()[0]
                raise HeptathlonError(
                    f"{where}: its document is none of full retrieval ({fault})."
                ) from None


def _read(line: str, where: str) -> tuple[dict[str, Any], list[str]]:
    """Return the document of a line of samples, and the ids that were listed."""
    try:
        row = json.loads(line)
        doc, said = row["doc"], row["resps"][0][0]
        form, listed = doc["form"], said.split()
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise HeptathlonError(f"{where}: is no line of lm-eval's samples.") from None
    if form != "retrieve" or not listed or len(set(listed)) < len(listed):
        raise HeptathlonError(f"{where}: holds no list of documents of full retrieval.")
    if listed[0] == "RANKS":
        raise HeptathlonError(
            f"{where}: holds ranks and no list; run the first stage with top_k={KEPT}."
        )
    return doc, listed[:KEPT]


@lru_cache(maxsize=1)
def _texts(name: str, season: str) -> dict[str, str]:
    place = corpus(name, season)
    return dict(zip(place.ids, place.texts, strict=True))


def _record(doc: dict[str, Any], listed: list[str], where: str) -> RerankRecord:
    texts = _texts(doc["corpus"], doc["season"])
    if unknown := [one for one in listed if one not in texts]:
        raise HeptathlonError(f"{where}: the corpus has no document {unknown[0]!r}.")
    shown = list(listed)
    # What the first stage thought must not be read off the order.
    Stream(FAMILY, "rerank", doc["kind"], doc["query_id"]).shuffle(shown)
    right = [one for one in doc["gold_ids"] if one in listed]
    fields = {name: doc[name] for name in _KEPT_FIELDS} | {
        "form": "rerank",
        "candidates": [texts[one] for one in shown],
        "candidate_ids": shown,
        "golds": [shown.index(one) for one in right],
        "first_ranks": [listed.index(one) + 1 for one in right],
        "missed": len(doc["gold_ids"]) - len(right),
    }
    return RerankRecord(item_id=content_id(FAMILY, fields), **fields)
