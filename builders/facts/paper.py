"""Published sets beside the invented world: fictional knowledge, study sentences, copyright traps.

``paper`` is the fictional-knowledge set (arXiv 2406.11813; CC BY 4.0 by its card), whole and with
its faults named. ``sentences`` (arXiv 2303.17557; no licence is stated, the sentences are other
people's) and ``trap_texts`` (arXiv 2402.09363; no licence is stated) are read on the user's machine
and never passed on.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from heptathlon.builders.facts.corpus import FAMILY
from heptathlon.builders.facts.probes import BLANK
from heptathlon.builders.facts.records import FactsRecord
from heptathlon.builders.sources import Source, fetch, matching
from heptathlon.errors import HeptathlonError
from heptathlon.files import read_json_strict, read_text_limited
from heptathlon.records import content_id

FICTION = Source(
    "github/kaistAI/factual-knowledge-acquisition",
    "fictional_knowledge/fictional_knowledge.json",
    "f8eaa5c82b7f01d73b4a0a6838cffb8df3bc5a0e",
    "3ea77893f5277df33ef3e7b7407fb4a04c32e9c133f22889c01a2fec00e8e366",
    "CC-BY-4.0",
)
PROBES = {"mem": "memory", "gen": "reworded", "hard_gen": "composed"}
"""The prefixes of the file's fields, and what their probes ask of."""
ARMS = ((40, "paraphrase"), (80, "duplicate"), (120, "once"), (130, "spare"))
"""How the paper injected its passages, by place: the first 40 with nine paraphrases, the next as
ten copies, the next once; the last ten not at all."""
PASSAGES, EACH = 130, 5

SENTENCES_AT = "b7ce973c325e1f001781e43d06fd4224af9c81a9"
EXPERIMENTS = {
    1: "other sentence", 2: "paraphrase", 3: "one word replaced", 4: "other random words",
    5: "sentence for random words", 6: "sentence for shuffled letters",
}  # fmt: skip
"""What stands against the studied text in each experiment."""
TRAPS = Source(
    "imperial-cpg/copyright-traps", "data/seq_len_*_n_rep_*.parquet", "main", licence="not stated"
)
LIMITS = {"smoke": 40}
"""Rows a config in the tier ``smoke``; ``full`` takes all."""
MAX_BYTES = 64 * 2**20
_CELL = re.compile(r"seq_len_(\d+)_n_rep_(\d+)")

EDITIONS: Mapping[str, tuple[str, ...]] = {
    "paper": tuple(f"fiction_{kind}" for kind in PROBES.values()),
    "sentences": ("sentences_recognition",),
    "trap_texts": ("trap_texts",),
}
"""The configs of each edition."""


def sources(edition: str) -> tuple[Source, ...]:
    """Return the files that an edition is read from."""
    if edition == "paper":
        return (FICTION,)
    if edition == "trap_texts":
        return tuple(matching(TRAPS))
    return tuple(_sentences(number, side) for number in EXPERIMENTS for side in ("seen", "unseen"))


def generate(edition: str, tier: str) -> dict[str, list[FactsRecord]]:
    """Return an edition's records by config.

    Raises:
        HeptathlonError: if a file cannot be had, or is not of its publisher's form.
    """
    readers: Mapping[str, Callable[[], dict[str, list[FactsRecord]]]] = {
        "paper": fiction,
        "sentences": sentences,
        "trap_texts": traps,
    }
    made = readers[edition]()
    limit = LIMITS.get(tier)
    return {config: records[:limit] for config, records in made.items()}


def fiction() -> dict[str, list[FactsRecord]]:
    """Return the probes of the fictional passages, five of each kind a passage.

    What is known to be wrong with a probe stands in its ``links``: ``not verbatim``, ``target
    shown`` in its own input, ``target in passage`` word for word although facts are to be composed.
    """
    path = fetch(FICTION)
    rows = read_json_strict(path, max_bytes=MAX_BYTES)
    if not isinstance(rows, list) or len(rows) != PASSAGES:
        raise HeptathlonError(
            f"{path}: does not hold the {PASSAGES} passages of the published set."
        )
    out: dict[str, list[FactsRecord]] = {config: [] for config in EDITIONS["paper"]}
    for number, row in enumerate(rows):
        where = f"{path}, passage {number}"
        passage = _text(row, "train_context", where)
        arm = next(name for end, name in ARMS if number < end)
        for prefix, kind in PROBES.items():
            inputs = _texts(row, f"{prefix}_input", where)
            targets = _texts(row, f"{prefix}_target", where)
            for place, (given, target) in enumerate(zip(inputs, targets, strict=True)):
                faults = tuple(_faults(kind, passage, given, target))
                out[f"fiction_{kind}"].append(
                    _made(
                        form="fiction",
                        person=f"passage {number}",
                        pair_id=f"{number} {kind} {place}",
                        attribute=arm,
                        kind=kind,
                        text=given,
                        options=(target,),
                        gold=0,
                        answer=target,
                        links=faults,
                    )
                )
    return out


def passages() -> Iterator[tuple[str, str]]:
    """Yield the fictional passages to train on, each with the arm in which it was injected."""
    rows = read_json_strict(fetch(FICTION), max_bytes=MAX_BYTES)
    for number, row in enumerate(rows):
        yield next(name for end, name in ARMS if number < end), str(row["train_context"])


def _faults(kind: str, passage: str, given: str, target: str) -> Iterator[str]:
    if kind == "memory" and f"{given} {target}" not in passage:
        yield "not verbatim"
    if kind == "reworded" and target in given:
        yield "target shown"
    if kind == "composed" and target in passage:
        yield "target in passage"


def _text(row: Any, field: str, where: str) -> str:
    value = row.get(field) if isinstance(row, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise HeptathlonError(f"{where}: the field {field!r} is missing or empty.")
    return value


def _texts(row: Mapping[str, Any], field: str, where: str) -> list[str]:
    values = row.get(field)
    if not isinstance(values, list) or len(values) != EACH:
        raise HeptathlonError(f"{where}: the field {field!r} does not hold {EACH} texts.")
    return [_text({field: v}, field, where) for v in values]


def sentences() -> dict[str, list[FactsRecord]]:
    """Return the pairs of studied and other texts of the six experiments, first draw.

    Pairs whose two texts are equal cannot be won and are left out; the published code counts them.
    """
    out: list[FactsRecord] = []
    for number, foil in EXPERIMENTS.items():
        seen, unseen = (_read_sentences(number, side) for side in ("seen", "unseen"))
        if len(seen) != len(unseen):
            raise HeptathlonError(
                f"{_sentences(number, 'unseen')}: holds {len(unseen)} texts, and its other side "
                f"{len(seen)}; the pairs go by their place."
            )
        for place, (own, other) in enumerate(zip(seen, unseen, strict=True)):
            if own == other:
                continue
            # The order tells nothing: likelihoods are compared, and equal ones share the point.
            first = place % 2 == 0
            out.append(
                _made(
                    form="recognition",
                    person=f"experiment {number} pair {place}",
                    pair_id=f"{number} {place}",
                    attribute="text",
                    kind=foil,
                    text="",
                    options=(own, other) if first else (other, own),
                    gold=0 if first else 1,
                    answer=own,
                )
            )
    return {"sentences_recognition": out}


def _sentences(number: int, side: str) -> Source:
    path = f"data/llm-experiment-data/expt{number}/{side}_data_0.json"
    return Source("github/eminorhan/llm-memory", path, SENTENCES_AT, licence="not stated")


def _read_sentences(number: int, side: str) -> list[str]:
    path = fetch(_sentences(number, side))
    lines = read_text_limited(path, max_bytes=MAX_BYTES).removesuffix("\n").split("\n")
    out = []
    for at, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
        except ValueError:
            raise HeptathlonError(f"{path}: line {at} is no JSON.") from None
        out.append(_text(row, "sent", f"{path}, line {at}"))
    return out


def traps() -> dict[str, list[FactsRecord]]:
    """Return the published traps: members by their number of repeats, others with 0."""
    out: list[FactsRecord] = []
    for source in matching(TRAPS):
        path = fetch(source)
        found = _CELL.search(path.name)
        if not found:
            raise HeptathlonError(
                f"{path}: its name does not tell length and repeats of its traps."
            )
        out += _trap_rows(path, int(found[1]), int(found[2]))
    return {"trap_texts": out}


def _trap_rows(path: Path, length: int, repeats: int) -> Iterator[FactsRecord]:
    table = pq.read_table(path)
    for field in ("text", "label", "perplexity_bucket"):
        if field not in table.column_names:
            raise HeptathlonError(f"{path}: has no column {field!r}.")
    for number, row in enumerate(table.to_pylist()):
        if row["label"] not in {0, 1} or not str(row["text"]).split():
            raise HeptathlonError(f"{path}, row {number}: is no labelled text.")
        yield _made(
            form="trap",
            person=f"{length} {repeats} {number}",
            pair_id=f"{length} {repeats} {number}",
            attribute=str(row["perplexity_bucket"]),
            kind=f"{length} tokens",
            text="",
            options=tuple(str(row["text"]).split()),
            gold=0,
            answer=str(row["text"]),
            exposures=str(repeats if row["label"] else 0),
        )


def _made(**fields: Any) -> FactsRecord:
    # The rows are the same in every season; the name of one keeps the cache in order.
    whole = {**BLANK, "season": "2026.1", "world": "published", **fields}
    return FactsRecord(
        item_id=content_id(FAMILY, whole),
        cluster_id=content_id(FAMILY, whole["form"], whole["person"]),
        **whole,
    )
