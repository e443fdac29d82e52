"""Scripted memorability players: what a sceptic would try, and the oracles.

They answer with a number, to two decimals, or choose the option or the item that their number
favours. The fitted one learns from the development part of the same set, as built on this machine.
"""

import math
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from heptathlon.builders import store
from heptathlon.seeding import Stream
from heptathlon.tasks.memorability.prompts import OPTIONS, ad_target, option_of
from heptathlon.tasks.players import CHOSEN, PASSED_OVER, Doc, Player, Sees, by_name

Guess = Callable[[Doc], float]
"""Maps a document with an item in ``text`` to a number; the higher, the better remembered."""

CONSTANT = 50
UNLIKELY = 1e-9
"""Probability of an option that a player does not mean."""
_WORD = re.compile(r"[\w']+")


@lru_cache(maxsize=1 << 14)
def words(text: str) -> frozenset[str]:
    """Return the words of a text, in lower case."""
    return frozenset(_WORD.findall(text.lower()))


def _coin(name: str, doc: Doc, sides: int) -> int:
    """Return a draw that both orders of a pair share."""
    drawn_for = doc["pair_id"] if doc["form"] == "pair" else doc["item_id"]
    return Stream("memorability player", name, str(drawn_for)).below(sides)


def _constant(doc: Doc) -> float:
    del doc
    return float(CONSTANT)


def _random(doc: Doc) -> float:
    return float(_coin(f"random {doc['text']}", doc, 100))


def _length(doc: Doc) -> float:
    return _held(len(doc["text"]) / 100)


def _rare(doc: Doc) -> float:
    """Favour what is rare in a corpus; the sources' log frequencies lie between -20 and 20."""
    if doc["frequency"] is None:
        return float(doc.get("neutral", CONSTANT))
    return _held(CONSTANT - 2.5 * float(doc["frequency"]))


def _shot_mean(doc: Doc) -> float:
    scores = [float(shot["score"]) for shot in doc["shots"]]
    return sum(scores) / len(scores) if scores else float(doc.get("neutral", CONSTANT))


def _nearest(doc: Doc) -> float:
    """Return the mean score of the examples that share most words with the item (Jaccard)."""
    examples = [(str(s["text"]), float(s["score"])) for s in doc["shots"]]
    examples = examples or list(learnt_from(doc["set"], doc["season"]))
    own = words(doc["text"])
    alike = [(_alike(own, words(text)), score) for text, score in examples]
    if not alike:
        return float(doc.get("neutral", CONSTANT))
    top = max(share for share, _ in alike)
    best = [score for share, score in alike if share == top]
    return sum(best) / len(best)


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def _brand_mean(doc: Doc) -> float:
    mean = doc.get("brand_mean")
    return _shot_mean(doc) if mean is None else float(mean)


def _tfidf_ridge(doc: Doc) -> float:
    model = fitted(doc["set"], doc["season"])
    return float(doc.get("neutral", CONSTANT)) if model is None else _held(model(doc["text"]))


@lru_cache(maxsize=16)
def learnt_from(name: str, season: str) -> tuple[tuple[str, float], ...]:
    """Return text and score of a set's development part; empty for LAMBDA, which has none."""
    if name in {"lambda", "quotes"}:
        return ()
    fresh = name == "world"
    # The fresh full tier takes its time to build; the lite one has a part of the same items.
    where = store.SetName(
        "memorability", "fresh" if fresh else "paper", "lite" if fresh else "full", season
    )
    docs = store.read_docs(store.ensure(where), name)
    return tuple((str(d["text"]), float(d["human"])) for d in docs if d["part"] == "dev")


@lru_cache(maxsize=16)
def fitted(name: str, season: str) -> Callable[[str], float] | None:
    """Return ridge regression on tf-idf of words and letters, fitted on the development part.

    The penalty is chosen by leave-one-out within that part. None where there is no such part.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline, make_union

    examples = learnt_from(name, season)
    if not examples:
        return None
    features = make_union(
        TfidfVectorizer(sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2, sublinear_tf=True),
    )
    model: Any = make_pipeline(features, RidgeCV(alphas=(0.3, 1.0, 3.0, 10.0, 30.0)))
    model.fit([text for text, _ in examples], [score for _, score in examples])
    return lambda text: float(model.predict([text])[0])


def _held(value: float) -> float:
    return min(99.0, max(0.0, value))


def likely(chosen: int, count: int) -> list[float]:
    """Return log-likelihoods of which the chosen option's is the highest."""
    return [CHOSEN[0] if i == chosen else PASSED_OVER[0] for i in range(count)]


def expecting(value: float) -> list[float]:
    """Return log-likelihoods of the ten scores under which the expected score is a given one.

    The two scores on either side of it share the probability; beyond the first and the last, that
    one has it all.
    """
    known = [float(option) for option in OPTIONS]
    held = min(known[-1], max(known[0], value))
    upper = next(i for i, option in enumerate(known) if option >= held)
    lower = max(0, upper - 1)
    share = (held - known[lower]) / (known[upper] - known[lower]) if upper else 0.0
    chances = {lower: 1 - share, upper: share} if upper else {0: 1.0}
    return [math.log(max(chances.get(i, 0.0), UNLIKELY)) for i in range(len(known))]


def _player(
    name: str, says: str, guess: Guess, *, oracle: bool = False, sees: Sees = "prompt"
) -> Player:
    """Return a player that answers every form by one number an item.

    In a pair, each item is asked about as if it stood alone; equal numbers are decided by a letter
    drawn for both orders of the pair, so that guessing is right in exactly one of the two.
    """

    def alone(doc: Doc, which: str, index: int) -> Doc:
        frequency = doc["frequency"][index] if doc["frequency"] else None
        return {**doc, "text": doc[which], "frequency": frequency}

    def answer(doc: Doc) -> str:
        if doc["form"] == "ad":
            return ad_target(doc) if oracle else str(doc["title"])
        return f"{guess(doc):.2f}"

    def choose(doc: Doc, choices: Sequence[str]) -> int:
        if doc["form"] != "pair":
            return option_of(guess(doc)) if len(choices) > 1 else 0
        first, second = guess(alone(doc, "first", 0)), guess(alone(doc, "second", 1))
        if first != second:
            return 0 if first > second else 1
        return _coin(name, doc, 2)

    def weigh(doc: Doc, choices: Sequence[str]) -> Sequence[float]:
        if doc["form"] == "pair":
            return likely(choose(doc, choices), len(choices))
        return expecting(guess(doc)) if len(choices) > 1 else [-guess(doc)]

    return Player(name, says, answer, choose, oracle=oracle, weigh=weigh, sees=sees)


def _told(name: str, says: str, guess: Guess, gold: Callable[[Doc], int | None]) -> Player:
    """Return a player that is told the answer."""
    honest = _player(name, says, guess, oracle=True)

    def choose(doc: Doc, choices: Sequence[str]) -> int:
        if doc["form"] != "pair":
            return honest.choose(doc, choices)
        told = gold(doc)
        return _coin(name, doc, 2) if told is None else int(told)

    def weigh(doc: Doc, choices: Sequence[str]) -> Sequence[float]:
        if doc["form"] == "pair":
            return likely(choose(doc, choices), len(choices))
        return honest.weigh(doc, choices) if honest.weigh else []

    return Player(
        name=name, says=says, answer=honest.answer, choose=choose, oracle=True, weigh=weigh
    )


def _bayes(doc: Doc) -> float:
    return float(doc["neutral"] if doc["bayes"] is None else doc["bayes"])


PLAYERS = by_name(
    _player("constant", f"answers {CONSTANT} to everything; orders nothing", _constant),
    _player("random", "draws a number", _random),
    _player("length", "takes the longer item for the better remembered one", _length),
    _player(
        "frequency",
        "takes the rarer words for the better remembered ones",
        _rare,
        sees="world",
    ),
    _player("shot_mean", "answers with the mean of the examples in the prompt", _shot_mean),
    _player(
        "nearest_neighbour",
        "answers with the score of the example that shares most words with the item",
        _nearest,
    ),
    _player(
        "brand_mean",
        "answers with the mean score of the brand's other advertisements",
        _brand_mean,
        sees="world",
    ),
    _player(
        "tfidf_ridge",
        "ridge regression on tf-idf, fitted on the development part of the set",
        _tfidf_ridge,
        sees="world",
    ),
    _told(
        "bayes",
        "gives the exact Bayes answer of the fresh world; is told its prior and the features",
        _bayes,
        lambda doc: doc["bayes"],
    ),
    _told(
        "oracle",
        "gives the best answer there is: Bayes' in the fresh world, else the measured score",
        lambda doc: float(doc["human"] if doc["bayes"] is None else doc["bayes"]),
        lambda doc: int(doc["gold"]),
    ),
)  # fmt: skip
