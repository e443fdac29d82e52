"""Scripted retrieval players: what a sceptic would try, and the oracle.

Each gives every document a score; choosing, listing and full retrieval follow from the scores. What
looks random is drawn from a stream keyed by the player's name and the item.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from heptathlon.builders.rarb.corpora import Corpus, corpus
from heptathlon.builders.rarb.words import in_words
from heptathlon.lexical import Bm25, TfIdf, best_first, ranks_among, shared, tokens
from heptathlon.seeding import Stream
from heptathlon.tasks.players import Doc, Player, by_name
from heptathlon.tasks.rarb.prompts import ANSWER, MOST_NAMED, TRUE_FALSE, judge_gold

Floats = NDArray[np.float64]
Weigher = Callable[[Doc, Sequence[str]], Sequence[float]]
Searcher = Callable[[Doc, Corpus], Floats]

JUDGED = ("judge", "mcr_judge")
"""Forms that ask about one document at a time."""
NUMBERS = {in_words(n): n for n in range(1_000)}
"""Numbers by their words, as queries write them."""
NUMBERLESS = 10_000
"""Distance of a text without figures: more than any between two figures."""


def _stream(name: str, doc: Doc) -> Stream:
    return Stream("rarb player", name, str(doc["item_id"]))


def _player(
    name: str,
    says: str,
    weigh: Weigher,
    search: Searcher,
    judge: Callable[[Doc], int],
    *,
    oracle: bool = False,
) -> Player:
    """Return a player from its parts.

    Args:
        name: the player's name.
        says: what it does.
        weigh: its scores of a few documents, for an item.
        search: its scores of a whole corpus, for a query.
        judge: its verdict on one document: 0 for true, 1 for false.
        oracle: whether it is told the answer.
    """

    def scores(doc: Doc, options: Sequence[str]) -> Sequence[float]:
        if doc["form"] in JUDGED:
            return [1.0 if i == judge(doc) else 0.0 for i in range(len(options))]
        return weigh(doc, options)

    def choose(doc: Doc, options: Sequence[str]) -> int:
        found = list(scores(doc, options))
        best = [i for i, s in enumerate(found) if s == max(found)]
        return _stream(name, doc).choice(best)

    def answer(doc: Doc) -> str:
        if doc["form"] == "retrieve":
            place = corpus(doc["corpus"], doc["season"])
            counted = [*doc["gold_ids"], *doc["hard_ids"]]
            ranks = ranks_among(search(doc, place), place.ids, counted)
            return " ".join(["RANKS", *(f"{i}={r}" for i, r in zip(counted, ranks, strict=True))])
        if doc["form"] in JUDGED:
            return f"{ANSWER} {TRUE_FALSE[judge(doc)]}"
        if doc["form"] == "choose":
            return f"{ANSWER} {choose(doc, doc['candidates']) + 1}"
        found = np.asarray(weigh(doc, doc["candidates"]), dtype=np.float64)
        best = best_first(found, doc["candidate_ids"], MOST_NAMED)
        return f"{ANSWER} {', '.join(str(i + 1) for i in best)}"

    return Player(name, says, answer, choose, oracle=oracle, weigh=scores)


def _false(doc: Doc) -> int:
    del doc
    return 1


# --- by words in common --------------------------------------------------------------------------


MODELS: dict[str, type[Bm25] | type[TfIdf]] = {"bm25": Bm25, "tfidf": TfIdf}


@lru_cache(maxsize=4)
def _index(model: str, name: str, season: str) -> Bm25 | TfIdf:
    return MODELS[model](corpus(name, season).texts)


def _lexical(name: str, says: str) -> Player:
    """Return a player that scores by words in common; it judges true what shares most words."""

    def weigh(doc: Doc, options: Sequence[str]) -> Sequence[float]:
        found: list[float] = MODELS[name](options).scores([doc["query"]])[0].tolist()
        return found

    return _player(name, says, weigh, _by_words(name), _shares_words)


def _by_words(model: str) -> Searcher:
    def search(doc: Doc, place: Corpus) -> Floats:
        found: Floats = _index(model, place.name, doc["season"]).scores([doc["query"]])[0]
        return found

    return search


def _shares_words(doc: Doc) -> int:
    asked = set(tokens(doc["query"]))
    said = set(tokens(doc["candidate"]))
    return 0 if 2 * len(asked & said) > len(said) else 1


def _in_common(doc: Doc, options: Sequence[str]) -> Sequence[float]:
    """Count a document's words that stand in the query: a problem's eight have equally many."""
    return [float(sum(shared(doc["query"], text).values())) for text in options]


def _nearest_number(doc: Doc, options: Sequence[str]) -> Sequence[float]:
    """Take the document that has most words of the query, among equals the nearest in its figures.

    Figures are looked for in figures and in words, so that a stock is near what it was at first.
    """
    asked = _numbers(doc["query"])
    found = []
    for common, text in zip(_in_common(doc, options), options, strict=True):
        own = _numbers(text)
        far = min((abs(a - b) for a in own for b in asked), default=NUMBERLESS)
        found.append(common - min(far, NUMBERLESS) / (2 * NUMBERLESS))
    return found


def _numbers(text: str) -> list[int]:
    words = text.lower().replace(",", " ").replace(".", " ").split()
    return [NUMBERS[w] for w in words if w in NUMBERS] + [int(w) for w in words if w.isdecimal()]


# --- without the question ------------------------------------------------------------------------


def _random(doc: Doc, options: Sequence[str]) -> Sequence[float]:
    stream = _stream("random", doc)
    return [stream.uniform() for _ in options]


def _longest(doc: Doc, options: Sequence[str]) -> Sequence[float]:
    del doc
    return [float(len(text)) for text in options]


def _first(doc: Doc, options: Sequence[str]) -> Sequence[float]:
    del doc
    return [float(-i) for i in range(len(options))]


def _typical(doc: Doc, options: Sequence[str]) -> Sequence[float]:
    """Score each option by the words that it has in common with the others."""
    del doc
    bags = [set(tokens(text)) for text in options]
    return [float(sum(len(a & b) for b in bags)) for a in bags]


def _whole(weigh: Weigher) -> Searcher:
    def search(doc: Doc, place: Corpus) -> Floats:
        return np.asarray(weigh(doc, place.texts), dtype=np.float64)

    return search


def _frequent(doc: Doc, place: Corpus) -> Floats:
    """Score each document of a corpus by how many documents have its words."""
    return _commonness(place.name, doc["season"])


@lru_cache(maxsize=2)
def _commonness(name: str, season: str) -> Floats:
    bags = [set(tokens(text)) for text in corpus(name, season).texts]
    holders = Counter(word for bag in bags for word in bag)
    return np.array([float(sum(holders[word] for word in bag)) for bag in bags])


# --- the oracle ----------------------------------------------------------------------------------


def _right(doc: Doc, options: Sequence[str]) -> Sequence[float]:
    golds = doc["golds"] if "golds" in doc else [doc["gold"]]
    return [1.0 if i in golds else 0.0 for i in range(len(options))]


def _right_first(doc: Doc, place: Corpus) -> Floats:
    gold = set(doc["gold_ids"])
    return np.array([1.0 if i in gold else 0.0 for i in place.ids])


PLAYERS = by_name(
    _player(
        "random",
        "ranks at random and tosses coins",
        _random,
        _whole(_random),
        lambda doc: _stream("random", doc).below(2),
    ),
    _lexical("bm25", "ranks by words in common with the query (BM25)"),
    _lexical("tfidf", "ranks by words in common with the query (tf-idf cosine)"),
    _player(
        "eight_at_random",
        "takes the documents with most words of the query: a problem's eight, in random order",
        _in_common,
        _by_words("bm25"),
        _shares_words,
    ),
    _player(
        "nearest_number",
        "takes of those eight the one whose figures are nearest to the query's",
        _nearest_number,
        _by_words("bm25"),
        _shares_words,
    ),
    _player(
        "longest",
        "takes the longest document",
        _longest,
        _whole(_longest),
        _false,
    ),
    _player(
        "constant",
        "takes the first document offered; judges every document false",
        _first,
        _whole(_first),
        _false,
    ),
    _player(
        "typical",
        "takes the document that has most words in common with the others offered",
        _typical,
        _frequent,
        _false,
    ),
    _player(
        "oracle",
        "is told the right document",
        _right,
        _right_first,
        judge_gold,
        oracle=True,
    ),
)
