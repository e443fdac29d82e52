"""Scripted forecasters: what a sceptic would try, the fitted references, and the oracle.

The fitted ones need the training students, whom a document does not hold; the builder asked them,
and their forecasts stand in the record. The others are computed here from the document.
"""

import math
from collections.abc import Callable, Sequence

from heptathlon.tasks.players import Doc, Player, Sees, by_name
from heptathlon.tasks.students.prompts import LETTERS, NO, YES

Probabilities = Sequence[float]

SURE = 0.65
"""Chance that ``always_correct`` gives the key: about the share of right answers."""
REPEATED = 0.8
"""Chance that ``repeat_the_bug`` gives the answer of the wrong rule that it saw last."""
LEAST = 1e-6


def _uniform(doc: Doc) -> Probabilities:
    n = len(doc["options"])
    return [1 / n] * n


def _on_one(doc: Doc, place: int, share: float) -> Probabilities:
    n = len(doc["options"])
    return [share if i == place else (1 - share) / (n - 1) for i in range(n)]


def _always_correct(doc: Doc) -> Probabilities:
    return _on_one(doc, int(doc["key"]), SURE)


def _repeat_the_bug(doc: Doc) -> Probabilities:
    """Look at the last answer on the topic: right again, or by the same wrong rule again."""
    for answered in reversed(doc["past"]):
        if answered["topic"] != doc["topic"]:
            continue
        behind = answered["carries"][answered["chosen"]]
        if behind == "key":
            return _on_one(doc, int(doc["key"]), REPEATED)
        if behind and behind in doc["carries"]:
            return _on_one(doc, list(doc["carries"]).index(behind), REPEATED)
        return list(doc["forecasts"]["mastery"])
    return list(doc["forecasts"]["mastery"])


def _fitted(name: str) -> Callable[[Doc], Probabilities]:
    def forecast(doc: Doc) -> Probabilities:
        stored: Probabilities = doc["forecasts"][name]
        return stored

    return forecast


def _oracle(doc: Doc) -> Probabilities:
    """Return the exact posterior; on real students, who have none, the answer that was given."""
    if doc["exact"]:
        top: Probabilities = doc["top"]
        return top
    return _on_one(doc, int(doc["chosen"]), 1 - LEAST)


def _player(
    name: str,
    says: str,
    forecast: Callable[[Doc], Probabilities],
    *,
    oracle: bool = False,
    sees: Sees = "prompt",
) -> Player:
    def weigh(doc: Doc, options: Sequence[str]) -> list[float]:
        p = forecast(doc)
        if doc["form"] == "option":
            yes = min(max(p[doc["option"]], LEAST), 1 - LEAST)
            by_word = {YES: yes, NO: 1 - yes}
            return [math.log(by_word[option.strip()]) for option in options]
        return [math.log(max(p[LETTERS.index(option.strip())], LEAST)) for option in options]

    def choose(doc: Doc, options: Sequence[str]) -> int:
        weights = weigh(doc, options)
        return weights.index(max(weights))

    def answer(doc: Doc) -> str:
        p = list(forecast(doc))
        return LETTERS[p.index(max(p))]

    return Player(name, says, answer, choose, oracle=oracle, weigh=weigh, sees=sees)


PLAYERS = by_name(
    _player("uniform", "gives every option the same chance", _uniform),
    _player("always_correct", "expects the right answer, with 65 %", _always_correct),
    _player("popularity", "expects what other students chose", _fitted("popularity"), sees="world"),
    _player(
        "mastery",
        "the student's own share of right answers, times popularity",
        _fitted("mastery"),
        sees="world",
    ),
    _player(
        "tracing",
        "Bayesian knowledge tracing, times popularity",
        _fitted("tracing"),
        sees="world",
    ),
    _player("rasch", "Rasch model, times popularity", _fitted("rasch"), sees="world"),
    _player(
        "neighbours", "votes of students who answered alike", _fitted("neighbours"), sees="world"
    ),
    _player(
        "repeat_the_bug",
        "the wrong rule of the last answer on the topic, again",
        _repeat_the_bug,
        sees="world",
    ),
    _player(
        "oracle",
        "the exact posterior of the simulated student (real students: the answer itself)",
        _oracle,
        oracle=True,
    ),
)
ALSO = {"constant": "always_correct", "random": "uniform"}
"""Names that every family has, and which of the players they mean here."""
