"""The rows of the retrieval data sets: one closed pydantic model a form of question."""

from typing import Literal

from pydantic import Field

from heptathlon.records import Id, Record

NOT_STATED = "not_stated"
"""Stratum of published items, whose topics and wrong answers nobody has labelled."""
ABSENT = -1
"""Gold index of an item whose first stage missed the gold document."""


class QueryRecord(Record):
    """What every question shares.

    Attributes:
        kind: kind of reasoning (fresh) or name of the published task (paper).
        topic: what the problem is about, finer than its kind.
        steps: number of reasoning steps, a rung of the ladder; 0 for published items, whose steps
            nobody has counted.
        wording: which of three wordings the query has, from 0; 0 for published items.
        nearest: the fault of the hard negative that is most like the gold document.
        query: the question.
        instruction: the sentence that is put before it where a task is asked with instruction.
    """

    kind: str
    topic: str
    steps: int = Field(ge=0)
    wording: int = Field(ge=0)
    nearest: str
    query: str = Field(min_length=1)
    instruction: str


class CandidatesRecord(QueryRecord):
    """Rank, or choose from, a fixed list of documents.

    Attributes:
        candidates: the documents' texts, in an order that is drawn for the item.
        candidate_ids: their ids in the corpus.
        faults: what is wrong with each: nothing (the gold one), the names of its faults, or
            ``other`` for a document of another problem.
        gold: index of the right document; -1 if the first stage missed it.
    """

    form: Literal["rank", "choose"]
    candidates: list[str]
    candidate_ids: list[Id]
    faults: list[str]
    gold: int = Field(ge=ABSENT)


class JudgeRecord(QueryRecord):
    """Is this document the right answer? All documents of a list are asked about, one by one.

    Attributes:
        candidate: the document's text.
        candidate_id: its id in the corpus.
        fault: as one of ``faults`` in :class:`CandidatesRecord`.
        right: whether it is the gold document.
        pool: number of documents of the same query.
    """

    form: Literal["judge"]
    candidate: str
    candidate_id: Id
    fault: str
    right: bool
    pool: int = Field(ge=1)


class RetrieveRecord(QueryRecord):
    """Retrieve from the whole corpus; only a retriever can.

    Attributes:
        query_id: the query's id in its publisher's files; the cluster's id for a fresh query.
        corpus: name of the corpus, as :mod:`heptathlon.builders.rarb.corpora` knows it.
        corpus_size: number of its documents.
        gold_ids: ids of the right documents.
        hard_ids: ids of the query's own hard negatives; empty for published items.
    """

    form: Literal["retrieve"]
    query_id: Id
    corpus: str
    corpus_size: int = Field(ge=1)
    gold_ids: list[Id] = Field(min_length=1)
    hard_ids: list[Id]


class PublishedRetrieveRecord(RetrieveRecord):
    """A published query, whose ids are its publisher's, as the corpus files have them."""

    query_id: str
    gold_ids: list[str] = Field(min_length=1)
    hard_ids: list[str]


class ChoiceRecord(QueryRecord):
    """A published multiple-choice item.

    Attributes:
        candidates: the published options, shuffled by the item's own seed; options that are the
            same text stand once.
        gold: index of the right one.
        published_label: position of the right one in the published file.
        row: number of the row in the published file, from 0.
    """

    form: Literal["mcr"]
    candidates: list[str] = Field(min_length=2)
    gold: int = Field(ge=0)
    published_label: int = Field(ge=0)
    row: int = Field(ge=0)


class PublishedJudgeRecord(QueryRecord):
    """Is this option of a published multiple-choice item the right one? Each is asked about alone.

    Attributes:
        candidate: the option's text.
        right: whether it is the right one.
        pool: number of options of the item; those that are the same text are asked about once.
        row: number of the item's row in the published file, from 0.
    """

    form: Literal["mcr_judge"]
    candidate: str
    right: bool
    pool: int = Field(ge=2)
    row: int = Field(ge=0)


class RerankRecord(QueryRecord):
    """Rank again what a first stage of a user's own found best in a corpus.

    Attributes:
        query_id: as in :class:`RetrieveRecord`.
        corpus: name of the corpus that was searched.
        candidates: the documents' texts, in an order that is drawn for the item.
        candidate_ids: their ids in the corpus.
        golds: indices of the right ones among them; empty if the first stage found none.
        first_ranks: their ranks in the first stage, from 1, in the same order.
        missed: number of right documents that the first stage did not list.
    """

    form: Literal["rerank"]
    query_id: str
    corpus: str
    candidates: list[str] = Field(min_length=2)
    candidate_ids: list[str] = Field(min_length=2)
    golds: list[int]
    first_ranks: list[int]
    missed: int = Field(ge=0)


class DocumentRecord(Record):
    """One document of the fresh corpus.

    Attributes:
        doc_id: its id: hex digits that depend on the text, so that their order says nothing.
        kind: kind of reasoning of the problem that it was made for.
        text: the document.
    """

    form: Literal["document"]
    doc_id: Id
    kind: str
    text: str
