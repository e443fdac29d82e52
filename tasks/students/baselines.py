"""Scripted forecasters: what a sceptic would try, the fitted references, and the oracle.

The bar of the twins is the best of those that learn from the prompt's own examples. The fitted
forecasters of a population need the training students, whom no entrant sees; the builder asked
them, and their forecasts stand in the record. Of twins they can only say what all have in common.
"""

import math
from collections.abc import Callable, Sequence

from heptathlon.seeding import Stream
from heptathlon.tasks.players import Doc, Player, Sees, by_name
from heptathlon.tasks.students import fitted
from heptathlon.tasks.students.prompts import LETTERS, NO, YES
from heptathlon.tasks.students.twin_prompts import labels_of

Probabilities = Sequence[float]

SURE = 0.65
"""Chance that ``always_correct`` gives the key: about the share of right answers."""
REPEATED = 0.8
"""Chance that ``repeat_the_bug`` gives the answer of the wrong rule that it saw last."""
LEAST = 1e-6
TWINNED = ("twin", "several")
"""Forms of three students with the same questions, whose options are those of :func:`labels_of`."""


def _count(doc: Doc) -> int:
    return 2 if doc["form"] == "several" else len(doc["options"])


def _uniform(doc: Doc) -> Probabilities:
    return [1 / _count(doc)] * _count(doc)


def _constant(doc: Doc) -> Probabilities:
    return _on_one(doc, 0, REPEATED)


def _random(doc: Doc) -> Probabilities:
    at = Stream("students player", "random", str(doc.get("ask_id", doc["item_id"])))
    # The rotations of a question are one draw, turned.
    return _on_one(doc, (at.below(_count(doc)) - doc.get("rotation", 0)) % _count(doc), REPEATED)


def _on_one(doc: Doc, place: int, share: float) -> Probabilities:
    n = _count(doc)
    return [share if i == place else (1 - share) / (n - 1) for i in range(n)]


def _always_correct(doc: Doc) -> Probabilities:
    if doc["form"] == "several":
        return _on_one(doc, int(doc["option"] in doc["right"]), SURE)
    return _on_one(doc, int(doc["key"]), SURE)


def _repeat_the_bug(doc: Doc) -> Probabilities:
    """Look at the last answer on the topic: right again, or by the same wrong rule again."""
    if doc["form"] == "several":
        return _last_marked(doc)
    for answered in reversed(doc["past"]):
        if answered["topic"] != doc["topic"]:
            continue
        behind = answered["carries"][answered["chosen"]]
        if behind == "key":
            return _on_one(doc, int(doc["key"]), REPEATED)
        if behind and behind in doc["carries"]:
            return _on_one(doc, list(doc["carries"]).index(behind), REPEATED)
        return _fitted("mastery")(doc)
    return _fitted("mastery")(doc)


def _last_marked(doc: Doc) -> Probabilities:
    """Say yes if the last question's option of the same kind was marked."""
    last = doc["past"][-1]
    place = list(last["carries"]).index(doc["carries"][doc["option"]])
    return _on_one(doc, int(place in last["chosen"]), REPEATED)


def _learnt(
    twin: Callable[[Doc], Probabilities], several: Callable[[Doc], Probabilities] = _uniform
) -> Callable[[Doc], Probabilities]:
    """Return what learns from the examples of twins' prompts, and elsewhere knows nothing."""

    def forecast(doc: Doc) -> Probabilities:
        if doc["form"] == "several":
            return several(doc)
        return twin(doc) if doc["form"] == "twin" else _uniform(doc)

    return forecast


def _fitted(name: str) -> Callable[[Doc], Probabilities]:
    def forecast(doc: Doc) -> Probabilities:
        stored: Probabilities = doc["base"] if doc["form"] in TWINNED else doc["forecasts"][name]
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
        if doc["form"] in TWINNED:
            said = labels_of(doc)
            return [math.log(max(p[said.index(option.strip())], LEAST)) for option in options]
        return [math.log(max(p[LETTERS.index(option.strip())], LEAST)) for option in options]

    def choose(doc: Doc, options: Sequence[str]) -> int:
        weights = weigh(doc, options)
        return weights.index(max(weights))

    def answer(doc: Doc) -> str:
        p = list(forecast(doc))
        if doc["form"] in TWINNED:
            return f"ANSWER: {labels_of(doc)[p.index(max(p))]}"
        return LETTERS[p.index(max(p))]

    return Player(name, says, answer, choose, oracle=oracle, weigh=weigh, sees=sees)


PLAYERS = by_name(
    _player("constant", "expects the first option", _constant),
    _player("random", "expects an option drawn at random", _random),
    _player("uniform", "gives every option the same chance", _uniform),
    _player("always_correct", "expects the right answer, with 65 %", _always_correct),
    _player("same_place", "expects the place that was chosen before", _learnt(fitted.same_place)),
    _player(
        "same_rank",
        "expects the rank of the number (or length) that was chosen before",
        _learnt(fitted.same_rank),
    ),
    _player(
        "same_letters",
        "expects what shares letters with what was chosen before",
        _learnt(fitted.same_letters, fitted.same_marks),
    ),
    _player(
        "in_context",
        "a logit on places, lengths, numbers and signs of the options, fitted on the examples",
        _learnt(fitted.in_context),
    ),
    _player(
        "like_a_peer",
        "expects what those of the other students chose who chose alike before",
        _learnt(fitted.like_a_peer),
    ),
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
