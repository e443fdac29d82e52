"""The icl players: learning algorithms that read a prompt's examples, and those told more.

They answer every form, so that a model's answers can be set beside each of theirs. Where a form has
nothing for an algorithm to fit on (an urn has no inputs), it goes by the shares of the draws.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from heptathlon.builders.icl import numbers, paper, rules
from heptathlon.seeding import Stream
from heptathlon.tasks.icl import algorithms
from heptathlon.tasks.icl.prompts import ANSWER, target
from heptathlon.tasks.players import Doc, Player, Sees, by_name

Shares = list[float]
FLOOR = 1e-6
"""Least chance that a player gives an option."""


def _arrays(doc: Doc) -> tuple[algorithms.Floats, algorithms.Floats, algorithms.Floats]:
    parse: Callable[[str], Sequence[str]] = str.split if doc["form"] == "linear" else list
    inputs = np.array([[float(v) for v in parse(text)] for text in doc["inputs"]])
    query = np.array([float(v) for v in parse(doc["query"])])
    return inputs, np.array(doc["answers"], dtype=float), query


def _counts(doc: Doc) -> list[int]:
    return [list(doc["draws"]).count(option) for option in doc["options"]]


def _drawn_shares(doc: Doc) -> Shares:
    return [n / len(doc["draws"]) for n in _counts(doc)]


def _sure(at: int, count: int) -> Shares:
    return [float(at == i) for i in range(count)]


# --- forecasts: the chance of each option, or a value --------------------------------------------


def _fitted(name: str) -> Callable[[Doc], Shares]:
    def forecast(doc: Doc) -> Shares:
        if doc["form"] == "urns":
            ends = {"copy_last": -1, "copy_first": 0}
            if name not in ends:
                return _drawn_shares(doc)
            return _sure(list(doc["options"]).index(doc["draws"][ends[name]]), 3)
        one = algorithms.of_bits(name, *_arrays(doc))
        return [1 - one, one]

    return forecast


def _bayes(doc: Doc, *, told: bool) -> Shares:
    if doc["form"] == "urns":
        return [float(share) for share in numbers.mixture(_urns(doc), _counts(doc))]
    truths = [at == doc["positive"] for at in doc["answers"]]
    if doc["form"] == "bool":
        true = float(paper.belief(doc["inputs"], truths, doc["query"]))
        return [1 - true, true]
    known = doc["rule"] if told else None
    true = float(rules.belief(doc["inputs"], truths, known)[doc["query"]])
    return [1 - true, true] if doc["positive"] else [true, 1 - true]


def _memoriser(doc: Doc) -> Shares:
    if doc["form"] == "urns":
        return [float(share) for share in numbers.memoriser(_urns(doc), _counts(doc))]
    # Only the paper edition shows queries before, so that who looks them up finds something.
    if doc["query"] in doc["inputs"]:
        return _sure(int(doc["answers"][list(doc["inputs"]).index(doc["query"])]), 2)
    return [0.5, 0.5]


def _generaliser(doc: Doc) -> Shares:
    if doc["form"] == "urns":
        return [float(share) for share in numbers.generaliser(_counts(doc))]
    ones = sum(doc["answers"])
    share = (ones + 1) / (len(doc["answers"]) + 2)
    return [1 - share, share]


def _urns(doc: Doc) -> list[list[int]]:
    return [[int(n) for n in urn.split()] for urn in doc["urns"]]


def _gold(doc: Doc) -> Shares:
    if doc["form"] in {"open", "urns"}:
        return [float(share) for share in doc["exact"]]
    return _sure(int(doc["gold"]), len(doc["options"]))


def _value(name: str) -> Callable[[Doc], int]:
    def forecast(doc: Doc) -> int:
        algorithm = {**algorithms.DIRECT, **algorithms.LINEAR}[name]
        # Half to even, as Python rounds.
        return round(round(algorithm(*_arrays(doc)), 9))

    return forecast


def _exact_value(doc: Doc) -> int:
    examples = [[int(n) for n in text.split()] for text in doc["inputs"]]
    query = [int(n) for n in doc["query"].split()]
    return numbers.likeliest(numbers.likely(examples, doc["answers"], query, doc["noise"]))


# --- players -------------------------------------------------------------------------------------


def _coin(name: str, doc: Doc, count: int) -> int:
    return Stream("icl player", name, str(doc["item_id"])).below(count)


def _player(
    name: str,
    says: str,
    forecast: Callable[[Doc], Shares],
    value: Callable[[Doc], int],
    *,
    sees: Sees = "prompt",
    oracle: bool = False,
) -> Player:
    """Return a player; of equally likely options a coin decides, once for every way of asking."""

    def choose(doc: Doc, options: Sequence[str]) -> int:
        shares = [round(share, 9) for share in forecast(doc)]
        best = [at for at in range(len(options)) if shares[at] == max(shares)]
        return best[_coin(name, doc, len(best))]

    def weigh(doc: Doc, options: Sequence[str]) -> Sequence[float]:
        logs = [math.log(max(share, FLOOR)) for share in forecast(doc)]
        # What a coin decided is made the likeliest by a hair.
        logs[choose(doc, options)] = max(logs) + 1e-9
        return logs

    def answer(doc: Doc) -> str:
        if doc["form"] == "linear":
            return f"{ANSWER} {value(doc)}"
        return f"{ANSWER} {doc['options'][choose(doc, doc['options'])]}"

    return Player(name, says, answer, choose, oracle=oracle, weigh=weigh, sees=sees)


def _algorithm(name: str, says: str) -> Player:
    return _player(name, says, _fitted(name), _value(name))


def _random_value(doc: Doc) -> int:
    return int(doc["answers"][_coin("random", doc, len(doc["answers"]))])


PLAYERS = by_name(
    _player("constant", "takes the first option, or 0",
            lambda doc: _sure(0, len(doc["options"])), lambda doc: 0),
    _player("random", "takes any option, or the value of any example",
            lambda doc: [1 / len(doc["options"])] * len(doc["options"]), _random_value),
    _algorithm("nearest", "gives the label of the example nearest to the query"),
    _algorithm("three_nearest", "gives the label that two of the three nearest examples have"),
    _algorithm("mean", "gives the more frequent label, or the mean value"),
    _algorithm("copy_last", "gives the label of the last example"),
    _algorithm("copy_first", "gives the label of the first example"),
    _algorithm("averaging", "weighs each example by its likeness to the query"),
    _algorithm("least_squares", "fits the shortest weights by least squares"),
    _algorithm("ridge_tenth", "ridge regression of strength 0.1"),
    _algorithm("ridge_one", "ridge regression of strength 1"),
    _algorithm("one_step", "takes one gradient step from weights of 0"),
    _player("memoriser", "knows the urns shown and no other; looks a query up", _memoriser,
            _random_value),
    _player("generaliser", "takes every urn for a new one; shares of labels by Laplace's rule",
            _generaliser, _value("mean")),
    _player("bayes", "tries all rules of the class that was drawn, or all weights or urns",
            lambda doc: _bayes(doc, told=True), _exact_value, sees="document"),
    _player("bayes_untold", "tries all rules of all classes, whether the class is told or not",
            lambda doc: _bayes(doc, told=False), _exact_value, sees="world"),
    _player("oracle", "gives the gold answer, or the exact chances", _gold,
            lambda doc: int(target(doc).split()[-1]), oracle=True),
)  # fmt: skip
