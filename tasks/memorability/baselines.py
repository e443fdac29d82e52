"""Scripted memorability players: what a sceptic would try, and the oracles.

A player gives every item a number. It picks the highest of a list, prefers the higher of a pair,
and answers with the number where a score is asked for. Of a law's two words it takes the one that
its rule favours in the list of the group that is asked about.

The bar of the lists is the best player that is fitted on the practice pool: which words are rare,
long, or have many synonyms is what anyone who has read English brings along, and the practice pool
is public. Whoever knows what people said of these very items is a reference.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from heptathlon.builders.memorability.people import POINTS, PRIOR
from heptathlon.seeding import Stream
from heptathlon.tasks.memorability import fitted
from heptathlon.tasks.memorability.law_prompts import law_target
from heptathlon.tasks.memorability.prompts import (
    LABELS,
    OPTIONS,
    ad_target,
    official_ad_target,
    option_of,
)
from heptathlon.tasks.players import CHOSEN, PASSED_OVER, Doc, Player, Sees, by_name

Guess = Callable[[Doc, str], float]
"""Maps a document and one of its items to a number; the higher, the better remembered."""
Rule = Callable[[Sequence[str], str], float]
"""Maps a study list and one of its words to a number; the higher, the better remembered."""

CONSTANT = 50.0
UNLIKELY = 1e-9
"""Probability of an option that a player does not mean."""


def _coin(name: str, doc: Doc, sides: int) -> int:
    """Return a draw that documents share that ask the same with opposite answers."""
    shared = {"pair": "pair_id", "law": "design"}.get(doc["form"], "item_id")
    return Stream("memorability player", name, str(doc[shared])).below(sides)


# --- numbers of items ----------------------------------------------------------------------------


def _constant(doc: Doc, text: str) -> float:
    del doc, text
    return CONSTANT


def _random(doc: Doc, text: str) -> float:
    return float(_coin(f"random {text}", doc, 100))


def _length(doc: Doc, text: str) -> float:
    del doc
    return _held(len(text) / 100)


def _rare(doc: Doc, text: str) -> float:
    """Favour what is rare in a corpus; the sources' log frequencies lie between -20 and 20."""
    item = fitted.known(doc["set"]).get(text)
    if item is None:
        return _neutral(doc)
    found = item.norms.get("frequency", item.norms.get("ngram"))
    return _neutral(doc) if found is None else _held(CONSTANT - 2.5 * found)


def _norms(doc: Doc, text: str) -> float:
    return _by(doc, text, fitted.by_norms(doc["set"], rated=False))


def _rated(doc: Doc, text: str) -> float:
    return _by(doc, text, fitted.by_norms(doc["set"], rated=True))


def _letters(doc: Doc, text: str) -> float:
    return _by(doc, text, fitted.by_letters(doc["set"], doc["season"]))


def _both(doc: Doc, text: str) -> float:
    return (_norms(doc, text) + _letters(doc, text)) / 2


def _by(doc: Doc, text: str, model: Callable[[str], float] | None) -> float:
    return _neutral(doc) if model is None else _held(model(text))


def _neutral(doc: Doc) -> float:
    return float(doc.get("neutral", CONSTANT))


def _shots(doc: Doc) -> tuple[tuple[str, float], ...]:
    return tuple((str(shot["text"]), float(shot["score"])) for shot in doc["shots"])


def _nearest(doc: Doc, text: str) -> float:
    shots = _shots(doc) or fitted.learnt_from(doc["set"], doc["season"])
    return fitted.nearest(shots, text) if shots else _neutral(doc)


def _shot_ridge(doc: Doc, text: str) -> float:
    shots = _shots(doc)
    return fitted.shot_ridge(shots)(text) if shots else _neutral(doc)


def _shot_kernel(doc: Doc, text: str) -> float:
    shots = _shots(doc)
    return fitted.shot_kernel(shots)(text) if shots else _neutral(doc)


def _brand_mean(doc: Doc, text: str) -> float:
    del text
    mean = doc.get("brand_mean")
    return _neutral(doc) if mean is None else float(mean)


def _another_study(doc: Doc, text: str) -> float:
    """Return the share of right answers of as many other people: a draw of the predictive law."""
    item = fitted.known(doc["set"]).get(text)
    if item is None:
        return _neutral(doc)
    alpha, beta = PRIOR[doc["set"]]
    seed = Stream("memorability player", "another study", text).word()
    draw = np.random.default_rng(seed)
    share = draw.beta(alpha + item.right, beta + item.trials - item.right)
    return POINTS * float(draw.binomial(item.trials, share)) / item.trials


def _held(value: float) -> float:
    return min(99.0, max(0.0, value))


# --- rules for study lists -----------------------------------------------------------------------


def _earlier(words: Sequence[str], word: str) -> float:
    return -float(words.index(word)) if word in words else -math.inf


def _later(words: Sequence[str], word: str) -> float:
    return float(max((i for i, one in enumerate(words) if one == word), default=-1))


def _oftener(words: Sequence[str], word: str) -> float:
    return float(list(words).count(word))


def _longer(words: Sequence[str], word: str) -> float:
    del words
    return float(len(word))


def _by_rule(name: str, doc: Doc, rule: Rule | None) -> int:
    """Return the word that a rule favours in the list of the group asked about."""
    if rule is None:
        return 0 if name == "constant" else _coin(name, doc, 2)
    words = doc["lists"][doc["asked"]]
    one, other = (rule(words, option) for option in doc["options"])
    if one == other:
        return _coin(name, doc, 2)
    return int((one < other) != doc["forgotten"])


# --- players -------------------------------------------------------------------------------------


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


def _picked(doc: Doc, values: Sequence[float]) -> str:
    best = sorted(range(len(values)), key=lambda i: (-values[i], i))[: doc["take"]]
    return "ANSWER: " + ", ".join(LABELS[place] for place in sorted(best))


def _player(
    name: str, says: str, guess: Guess, rule: Rule | None = None, *, sees: Sees = "prompt"
) -> Player:
    """Return a player that answers every form by one number an item, and laws by a rule.

    Equal numbers of a pair are decided by a letter drawn for both orders of the pair, so that
    guessing is right in exactly one of the two.
    """

    def choose(doc: Doc, choices: Sequence[str]) -> int:
        form = doc["form"]
        if form == "score":
            return option_of(guess(doc, doc["text"])) if len(choices) > 1 else 0
        if form == "law":
            return _by_rule(name, doc, rule)
        if form == "recital":
            return 0 if name == "constant" else _coin(name, doc, len(choices))
        if form == "list":
            values = [guess(doc, item) for item in choices]
            return values.index(max(values))
        first, second = guess(doc, doc["first"]), guess(doc, doc["second"])
        return int(first < second) if first != second else _coin(name, doc, 2)

    def weigh(doc: Doc, choices: Sequence[str]) -> Sequence[float]:
        if doc["form"] == "list":
            return [guess(doc, item) - 100 for item in choices]
        if doc["form"] == "score":
            value = guess(doc, doc["text"])
            return expecting(value) if len(choices) > 1 else [-value]
        return likely(choose(doc, choices), len(choices))

    def answer(doc: Doc) -> str:
        form = doc["form"]
        if form == "list":
            return _picked(doc, [guess(doc, item) for item in doc["items"]])
        if form == "law":
            return f"ANSWER: {doc['options'][choose(doc, doc['options'])]}"
        if form == "recital":
            return f"ANSWER: {LABELS[choose(doc, doc['options'])]}"
        return str(doc["title"]) if form == "ad" else f"{guess(doc, doc['text']):.2f}"

    return Player(name, says, answer, choose, weigh=weigh, sees=sees)


def _oracle() -> Player:
    """Return the player that is told the answer: of lists, as well as anyone could know it."""

    def gold(doc: Doc) -> int:
        return option_of(doc["human"]) if doc["form"] == "score" else int(doc["gold"])

    def choose(doc: Doc, choices: Sequence[str]) -> int:
        if doc["form"] == "list":
            return int(doc["knowing"][0])
        return gold(doc) if len(choices) > 1 else 0

    def weigh(doc: Doc, choices: Sequence[str]) -> Sequence[float]:
        if doc["form"] == "list":
            return [
                CHOSEN[0] if i in doc["knowing"] else PASSED_OVER[0] for i in range(len(choices))
            ]
        if doc["form"] == "score":
            value = float(doc["human"])
            return expecting(value) if len(choices) > 1 else [-value]
        return likely(gold(doc), len(choices))

    def answer(doc: Doc) -> str:
        form = doc["form"]
        if form == "list":
            return "ANSWER: " + ", ".join(LABELS[place] for place in doc["knowing"])
        if form == "law":
            return law_target(doc)
        if form == "recital":
            return f"ANSWER: {LABELS[doc['gold']]}"
        if form == "ad":
            return official_ad_target(doc) if doc["reference"] else ad_target(doc)
        return f"{float(doc['human']):.2f}"

    says = (
        "is told the answer: the true shares as well as the counts tell them, or Bayes' in a town"
    )
    return Player("oracle", says, answer, choose, oracle=True, weigh=weigh)


PLAYERS = by_name(
    _player("constant", "finds all items alike; takes the first option", _constant),
    _player("random", "draws a number", _random),
    _player("length", "takes the longer item for the better remembered one", _length, _longer),
    _player("frequency", "takes the rarer words for the better remembered ones", _rare),
    _player(
        "norms",
        "ridge regression on frequency, length, WordNet's synonyms and senses, fitted on practice",
        _norms,
    ),
    _player(
        "tfidf_ridge",
        "ridge regression on tf-idf of words and letters, fitted on practice",
        _letters,
    ),
    _player("fitted", "the mean of norms and tfidf_ridge", _both),
    _player(
        "nearest_neighbour",
        "the score of the example (or practice item) that shares most words with the item",
        _nearest,
    ),
    _player("shot_ridge", "ridge regression on the words of the prompt's examples", _shot_ridge),
    _player("shot_kernel", "a Gaussian process on the letters of the examples", _shot_kernel),
    _player(
        "earlier", "takes the word that stands earlier in the group's list", _constant, _earlier
    ),
    _player("later", "takes the word that stands later in the group's list", _constant, _later),
    _player(
        "oftener", "takes the word that stands more often in the group's list", _constant, _oftener
    ),
    _player(
        "brand_mean",
        "answers with the mean score of the brand's other advertisements",
        _brand_mean,
        sees="document",
    ),
    _player(
        "rated_synonyms",
        "norms and what people said of these items' synonyms and meanings",
        _rated,
        sees="world",
    ),
    _player(
        "another_study",
        "the share of right answers of as many other people",
        _another_study,
        sees="world",
    ),
    _oracle(),
)
