"""The retrieval builder: which problems, documents and first stages make up a tier.

A shard is one kind of reasoning (in the paper edition, one published task) and is generated alone.
A problem is the same in every tier; the corpus grows with the tier, and with it what the first
stage, BM25 over the documents of the kind, puts beside the problem's own eight documents.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from heptathlon.builders.rarb import causal, numerical, paper, programs, spatial, temporal
from heptathlon.builders.rarb.corpora import FRESH
from heptathlon.builders.rarb.problem import Problem
from heptathlon.builders.rarb.records import (
    ABSENT,
    CandidatesRecord,
    DocumentRecord,
    JudgeRecord,
    RetrieveRecord,
)
from heptathlon.builders.rarb.words import PLACES
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.families import FAMILIES
from heptathlon.lexical import Bm25, best_first
from heptathlon.records import ID_LENGTH, Record, content_id
from heptathlon.seeding import Stream

FAMILY = "rarb"
VERSION = FAMILIES[FAMILY].version
EDITIONS = ("fresh", "paper")
KINDS: dict[str, Callable[[str, Stream], Problem | None]] = {
    "temporal": temporal.draw,
    "spatial": spatial.draw,
    "numerical": numerical.draw,
    "code": programs.draw,
    "causal": causal.draw,
}
INSTRUCTIONS = {
    "temporal": "Given the following problem about dates and order of time, retrieve the document "
    "that states its answer.",
    "spatial": "Given the following problem about positions, retrieve the document that states its "
    "answer.",
    "numerical": "Retrieve the worked answer to the following word problem.",
    "code": "Retrieve the program that does what the following text describes.",
    "causal": "Given the following rules and events, retrieve the document that states the "
    "outcome.",
}
POOL = 20
"""Documents that the first stage hands on: the problem's own eight and the next best."""
OTHER = "other"
MAX_DRAWS = 400
"""Draws of one problem before its generator is called broken; about one in four is not fair."""
FEWSHOT_PROBLEMS = 2


@dataclass(frozen=True)
class _Size:
    """How many problems of each kind a tier has, and how many of them each form asks."""

    problems: int
    rank: int
    choose: int
    list: int
    judge: int
    retrieve: int


SIZES = {
    "smoke": _Size(problems=40, rank=4, choose=7, list=4, judge=1, retrieve=20),
    "lite": _Size(problems=250, rank=60, choose=60, list=60, judge=12, retrieve=60),
    "full": _Size(problems=980, rank=250, choose=250, list=250, judge=50, retrieve=250),
}
"""980 problems of eight documents in five kinds are a corpus of 39,200; the places that are left
over are for the few-shot problems."""

R = TypeVar("R", bound=Record)
Built = dict[tuple[str, str], list[Record]]


def configs(edition: str) -> dict[str, type[Record]]:
    """Return the data set configurations of an edition, each with the model of its rows.

    Raises:
        UnknownNameError: if the edition does not exist.
    """
    if edition == "fresh":
        return {
            "rank": CandidatesRecord,
            "choose": CandidatesRecord,
            "list": CandidatesRecord,
            "judge": JudgeRecord,
            "retrieve": RetrieveRecord,
            "corpus": DocumentRecord,
        }
    if edition == "paper":
        return paper.configs()
    raise UnknownNameError("edition of rarb", edition, EDITIONS)


def shards(edition: str, tier: str) -> list[str]:
    """Return the names of the independent units of work that make up a tier.

    Raises:
        UnknownNameError: if the edition or the tier does not exist.
    """
    if edition == "paper":
        return paper.shards(tier)
    if edition != "fresh":
        raise UnknownNameError("edition of rarb", edition, EDITIONS)
    if tier not in SIZES:
        raise UnknownNameError("tier of rarb", tier, SIZES)
    return list(KINDS)


def generate(edition: str, tier: str, shard: str, season: str, salt: str) -> Built:
    """Generate one shard.

    Args:
        edition: ``fresh`` or ``paper``.
        tier: ``smoke``, ``lite`` or ``full``.
        shard: one of :func:`shards`.
        season: names the public seeds, such as ``2026.1``.
        salt: empty for the public sets; a secret for a hidden draw.

    Raises:
        HeptathlonError: if a name is unknown, or a source file of the paper edition is missing.
    """
    if shard not in (known := shards(edition, tier)):
        raise UnknownNameError(f"shard of rarb's tier {tier!r}", shard, known)
    if edition == "paper":
        return paper.generate(tier, shard, season, salt)
    return _Kind(shard, season, salt, tier).build(SIZES[tier])


class _Kind:
    """The problems and documents of one kind in one season and tier."""

    def __init__(self, kind: str, season: str, salt: str, tier: str) -> None:
        self.kind = kind
        self.tier = tier
        self.season = season
        self.salt = salt
        order = Stream(FAMILY, VERSION, season, "places", kind, salt=salt)
        self._places = order.sample(PLACES, len(PLACES))

    def build(self, size: _Size) -> Built:
        """Return the kind's records of a tier."""
        problems = [self._problem("test", i) for i in range(size.problems)]
        built = self._ask(problems, size, "test")
        few = [self._problem("fewshot", i) for i in range(FEWSHOT_PROBLEMS)]
        n = FEWSHOT_PROBLEMS
        built |= self._ask(few, _Size(n, n, n, n, 1, n), "fewshot")
        built["corpus", "corpus"] = [
            with_id(
                DocumentRecord,
                {
                    "cluster_id": self._cluster(p),
                    "season": self.season,
                    "form": "document",
                    "doc_id": document_id(text),
                    "kind": self.kind,
                    "text": text,
                },
            )
            for p in problems
            for text in sorted(p.documents, key=document_id)
        ]
        return built

    def _problem(self, split: str, index: int) -> Problem:
        stream = Stream(FAMILY, VERSION, self.season, split, self.kind, index, salt=self.salt)
        place = self._places[index if split == "test" else -1 - index]
        for _ in range(MAX_DRAWS):
            if found := KINDS[self.kind](place, stream):
                return found
        raise HeptathlonError(
            f"rarb: {MAX_DRAWS} draws gave no fair problem of the kind {self.kind!r}; report this "
            f"with the season {self.season} and the index {index}."
        )

    def _ask(self, problems: list[Problem], size: _Size, split: str) -> Built:
        """Return the questions about the first problems, over the documents of all of them."""
        owner = {text: p for p in problems for text in p.documents}
        texts = list(owner)
        if len(texts) != sum(len(p.documents) for p in problems):
            raise HeptathlonError(f"rarb: two problems of kind {self.kind!r} share a document.")
        ids = [document_id(text) for text in texts]
        asked = problems[: max(size.rank, size.list, size.judge)]
        scores = Bm25(texts).scores([p.query for p in asked])
        built: Built = {(config, split): [] for config in ("rank", "choose", "list", "judge")}
        for index, (p, row) in enumerate(zip(asked, scores, strict=True)):
            pool = [texts[i] for i in best_first(row, ids, POOL)]
            for form, wanted in (("rank", size.rank), ("list", size.list)):
                if index < wanted:
                    built[form, split].append(self._candidates(form, p, pool))
            if index < size.judge:
                built["judge", split] += self._judged(p, pool)
        built["choose", split] = [
            self._candidates("choose", p, list(p.documents)) for p in problems[: size.choose]
        ]
        built["retrieve", split] = [
            self._retrieved(p, len(texts) * len(KINDS)) for p in problems[: size.retrieve]
        ]
        return built

    def _shared(self, p: Problem) -> dict[str, Any]:
        return {
            "cluster_id": self._cluster(p),
            "season": self.season,
            "kind": self.kind,
            "topic": p.topic,
            "steps": str(p.steps),
            "nearest": p.nearest,
            "query": p.query,
            "instruction": INSTRUCTIONS[self.kind],
        }

    def _cluster(self, p: Problem) -> str:
        return content_id(FAMILY, "problem", p.query)

    def _candidates(self, form: str, p: Problem, pool: list[str]) -> Record:
        faults = dict(zip(p.documents, p.faults, strict=True))
        # Sorted first, so that the order depends on the item alone and not on the first stage's.
        shown = sorted(pool)
        address = (FAMILY, VERSION, self.season, "candidates", form, p.query)
        Stream(*address, salt=self.salt).shuffle(shown)
        gold = p.documents[0]
        return with_id(
            CandidatesRecord,
            self._shared(p)
            | {
                "form": form,
                "candidates": shown,
                "candidate_ids": [document_id(text) for text in shown],
                "faults": [faults.get(text, OTHER) for text in shown],
                "gold": shown.index(gold) if gold in shown else ABSENT,
            },
        )

    def _judged(self, p: Problem, pool: list[str]) -> list[Record]:
        faults = dict(zip(p.documents, p.faults, strict=True))
        return [
            with_id(
                JudgeRecord,
                self._shared(p)
                | {
                    "form": "judge",
                    "candidate": text,
                    "candidate_id": document_id(text),
                    "fault": faults.get(text, OTHER),
                    "right": text == p.documents[0],
                    "pool": len(pool),
                    "pool_has_gold": p.documents[0] in pool,
                },
            )
            for text in sorted(pool, key=document_id)
        ]

    def _retrieved(self, p: Problem, corpus_size: int) -> Record:
        ids = [document_id(text) for text in p.documents]
        return with_id(
            RetrieveRecord,
            self._shared(p)
            | {
                "form": "retrieve",
                "query_id": self._cluster(p),
                "corpus": f"{FRESH}{self.tier}",
                "corpus_size": corpus_size,
                "gold_ids": ids[:1],
                "hard_ids": sorted(ids[1:]),
            },
        )


@cache
def document_id(text: str) -> str:
    """Return the id of a document, whose order among others says nothing of what it is."""
    return content_id(FAMILY, "document", text)[: ID_LENGTH // 2]


def with_id(model: type[R], fields: Mapping[str, Any]) -> R:
    """Return a record with the id that its fields give it."""
    return model(item_id=content_id(FAMILY, dict(fields)), **fields)
