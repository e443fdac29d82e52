"""The retrieval builder: which problems, documents and first stages make up a tier.

A shard is one kind of reasoning (in the paper edition, one published task) and is generated alone.
Problems stand in towns: two dozen of a kind share one, and three of a block share what they are
about but for one mark. What is ranked is the shelf of a block: its three problems' documents, eight
each. Whoever looks at the documents alone sees three problems alike, and whoever matches words gets
to the eight of the one that is asked, and no further. To find the shelf among all others, one needs
the town and the facts: that is asked by full retrieval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, TypeVar

from heptathlon.builders.rarb import causal, numerical, own, paper, programs, spatial, temporal
from heptathlon.builders.rarb.corpora import FRESH
from heptathlon.builders.rarb.problem import CUBE, Asked, Problem
from heptathlon.builders.rarb.records import (
    CandidatesRecord,
    DocumentRecord,
    JudgeRecord,
    RetrieveRecord,
)
from heptathlon.builders.rarb.words import PLACES
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.families import FAMILIES
from heptathlon.records import ID_LENGTH, Record, content_id
from heptathlon.seeding import Stream

FAMILY = "rarb"
VERSION = FAMILIES[FAMILY].version
EDITIONS = ("fresh", "paper", "own")
KINDS: dict[str, ModuleType] = {
    "temporal": temporal,
    "spatial": spatial,
    "numerical": numerical,
    "code": programs,
    "causal": causal,
}
"""Each has ``TOPICS``, ``blocks`` of a town, and ``draw``, which returns a problem."""
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
STEPS = (1, 2, 3, 5, 8)
"""Reasoning steps: the rungs of the ladder."""
WORDINGS = 3
BLOCKS = 8
"""Blocks of a town."""
MARKS = 3
"""Problems of a block."""
POOL = MARKS * len(CUBE)
"""Documents of a block, which are ranked."""
OTHER = "other"
MAX_DRAWS = 400
"""Draws of one problem before its generator is called broken; about one in four is not fair."""
FEWSHOT = 2


@dataclass(frozen=True)
class _Size:
    """How many towns of each kind a tier has, and how many problems of them each form asks."""

    towns: int
    rank: int
    choose: int
    judge: int
    retrieve: int


SIZES = {
    "smoke": _Size(towns=2, rank=5, choose=5, judge=1, retrieve=16),
    "lite": _Size(towns=10, rank=60, choose=60, judge=12, retrieve=60),
    "full": _Size(towns=41, rank=300, choose=300, judge=50, retrieve=300),
}
"""41 towns of 24 problems of eight documents in five kinds are a corpus of 39,360. A form asks
about one problem of a block at most, so that its items share no document."""

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
            "judge": JudgeRecord,
            "retrieve": RetrieveRecord,
            "corpus": DocumentRecord,
        }
    if edition == "paper":
        return {**paper.configs()}
    if edition == "own":
        return {**own.configs()}
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
        problems = self._problems("test", self._places[: size.towns], BLOCKS)
        built = self._ask(problems, size, "test")
        few = self._problems("fewshot", self._places[-1:], FEWSHOT)
        built |= self._ask(few, _Size(1, FEWSHOT, FEWSHOT, 1, FEWSHOT), "fewshot")
        built["corpus", "corpus"] = [
            with_id(
                DocumentRecord,
                {
                    "cluster_id": self._block(p),
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

    def _problems(self, split: str, places: Sequence[str], blocks: int) -> list[Problem]:
        """Return the problems of some towns: first one of every block, then the blocks' second."""
        asked: dict[int, list[Asked]] = {mark: [] for mark in range(MARKS)}
        for place in places:
            town = self._stream(split, "town", place)
            for topic, facts, marks in KINDS[self.kind].blocks(town, blocks):
                for i, mark in enumerate(marks):
                    others = tuple(m for m in marks if m != mark)
                    step, wording = self._cell(split, topic, i, self._dealt(asked[i], topic))
                    asked[i].append(Asked(place, topic, facts, mark, others, step, wording))
        return [self._problem(split, one) for layer in asked.values() for one in layer]

    def _dealt(self, asked: Sequence[Asked], topic: str) -> int:
        return sum(one.topic == topic for one in asked)

    def _cell(self, split: str, topic: str, layer: int, number: int) -> tuple[int, int]:
        """Return steps and wording of the problem with a number among those of a topic.

        All pairs of the two are dealt before any comes again, in an order of its own each time.
        """
        deal, place = divmod(number, len(STEPS) * WORDINGS)
        cells = [(steps, wording) for wording in range(WORDINGS) for steps in STEPS]
        self._stream(split, "cells", topic, layer, deal).shuffle(cells)
        return cells[place]

    def _stream(self, split: str, *what: str | int) -> Stream:
        return Stream(FAMILY, VERSION, self.season, split, self.kind, *what, salt=self.salt)

    def _problem(self, split: str, asked: Asked) -> Problem:
        stream = self._stream(split, "problem", asked.place, *asked.facts, asked.mark)
        for _ in range(MAX_DRAWS):
            found: Problem | None = KINDS[self.kind].draw(asked, stream)
            if found:
                return found
        raise HeptathlonError(
            f"rarb: {MAX_DRAWS} draws gave no fair problem of the kind {self.kind!r}; report this "
            f"with the season {self.season} and {asked}."
        )

    def _ask(self, problems: list[Problem], size: _Size, split: str) -> Built:
        """Return the questions about the first problems, over the documents of all of them."""
        texts = [text for p in problems for text in p.documents]
        if len(set(texts)) != len(texts):
            raise HeptathlonError(f"rarb: two problems of kind {self.kind!r} share a document.")
        shelves: dict[str, list[str]] = {}
        for p in problems:
            shelves.setdefault(self._block(p), []).extend(p.documents)
        built: Built = {(config, split): [] for config in ("rank", "choose", "judge")}
        for index, p in enumerate(problems[: max(size.rank, size.judge)]):
            shelf = shelves[self._block(p)]
            if index < size.rank:
                built["rank", split].append(self._candidates("rank", p, shelf))
            if index < size.judge:
                built["judge", split] += self._judged(p, shelf)
        built["choose", split] = [
            self._candidates("choose", p, list(p.documents)) for p in problems[: size.choose]
        ]
        built["retrieve", split] = [
            self._retrieved(p, len(texts) * len(KINDS)) for p in problems[: size.retrieve]
        ]
        return built

    def _shared(self, p: Problem) -> dict[str, Any]:
        return {
            "cluster_id": self._block(p),
            "season": self.season,
            "kind": self.kind,
            "topic": p.asked.topic,
            "steps": p.asked.steps,
            "wording": p.asked.wording,
            "nearest": p.nearest,
            "query": p.query,
            "instruction": INSTRUCTIONS[self.kind],
        }

    def _block(self, p: Problem) -> str:
        marks = sorted([p.asked.mark, *p.asked.others])
        return content_id(FAMILY, "block", self.season, p.asked.place, *p.asked.facts, *marks)

    def _candidates(self, form: str, p: Problem, pool: list[str]) -> Record:
        faults = dict(zip(p.documents, p.faults, strict=True))
        # Sorted first, so that the order depends on the item alone and not on which was made first.
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
                "gold": shown.index(gold),
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
                "query_id": content_id(FAMILY, "query", p.query),
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
