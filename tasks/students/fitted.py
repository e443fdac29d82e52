"""Forecasters that learn from the prompt's own examples, and know no rule and no word.

Each looks at what the options are like by themselves and among each other (their place, their
length, the order of their numbers, what they share with the question), and forecasts that the
student goes on choosing what is like what was chosen before.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from heptathlon.tasks.players import Doc

Floats = NDArray[np.float64]

RIDGE = 0.5
SWEEPS = 12
SMOOTHING = 0.25
GRAMS = (1, 2, 3)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def number_of(text: str) -> float:
    """Return the first number of a text, a fraction as its worth; NaN without one."""
    found = [float(x) for x in _NUMBER.findall(text)]
    if len(found) == 2 and "/" in text and found[1]:
        return found[0] / found[1]
    return found[0] if found else float("nan")


def ranks(values: Sequence[float]) -> list[float]:
    """Return each value's rank from 0 to 1, ties sharing the lowest; 0 where there is no number."""
    n = max(1, len(values) - 1)
    return [sum(other < value for other in values) / n for value in values]


def examples(doc: Doc) -> list[tuple[str, Sequence[str], int]]:
    """Return question, options and choice of the earlier answers on the asked topic."""
    return [
        (str(one["question"]), list(one["options"]), int(one["chosen"]))
        for one in doc["past"]
        if one.get("topic", doc["topic"]) == doc["topic"]
    ]


@lru_cache(maxsize=4096)
def _described(question: str, options: tuple[str, ...]) -> Floats:
    """Return what the options are like, shape (options, features)."""
    by_number, by_length = ranks([number_of(o) for o in options]), ranks(list(map(len, options)))
    asked = _NUMBER.findall(question)
    rows = []
    for i, option in enumerate(options):
        own = _NUMBER.findall(option)
        place = [float(i == j) for j in range(4)]
        rows.append(
            [
                *place,
                by_number[i], float(by_number[i] == 0), float(by_number[i] == max(by_number)),
                by_length[i], float(by_length[i] == 0), float(by_length[i] == max(by_length)),
                float(any(n in asked for n in own)),
                float(bool(asked and own) and asked[-1][-1] == own[0][-1]),
                float(any(sign in option for sign in "+\u2212-")),
                float("." in option), float("/" in option),
                float(option.endswith(("s", "ed", "n", "u"))),
            ]
        )  # fmt: skip
    return np.array(rows, dtype=np.float64)


def in_context(doc: Doc) -> list[float]:
    """Forecast by a conditional logit on the options' features, fitted on the prompt's examples."""
    known = [(_described(q, tuple(o)), c) for q, o, c in examples(doc)]
    here = _described(str(doc["question"]), tuple(doc["options"]))
    weights = np.zeros(here.shape[1])
    for _ in range(SWEEPS if known else 0):
        slope, curve = -RIDGE * weights, RIDGE * np.eye(len(weights))
        for features, chosen in known:
            p = _softmax(features @ weights)
            mean = p @ features
            slope = slope + features[chosen] - mean
            curve = curve + (features.T * p) @ features - np.outer(mean, mean)
        weights = weights + np.linalg.solve(curve, slope)
    return [float(x) for x in _softmax(here @ weights)]


def same_place(doc: Doc) -> list[float]:
    """Forecast the place of the options that were chosen."""
    return _counted(doc, lambda question, options: list(range(len(options))))


def same_rank(doc: Doc) -> list[float]:
    """Forecast the rank of the number that was chosen; of the length where there is no number."""

    def rank(question: str, options: Sequence[str]) -> list[float]:
        del question
        numbers = [number_of(option) for option in options]
        return ranks(list(map(len, options)) if any(n != n for n in numbers) else numbers)

    return _counted(doc, rank)


def _counted(doc: Doc, value: Callable[[str, Sequence[str]], Sequence[float]]) -> list[float]:
    """Forecast each option by how often its value was chosen."""
    seen = [value(question, options)[chosen] for question, options, chosen in examples(doc)]
    counts = [
        SMOOTHING + seen.count(one) for one in value(str(doc["question"]), list(doc["options"]))
    ]
    return [count / sum(counts) for count in counts]


def same_letters(doc: Doc) -> list[float]:
    """Forecast the option that shares most letters, in ones to threes, with those chosen."""
    pulls = []
    for option in doc["options"]:
        pull = 0.0
        for _, options, chosen in examples(doc):
            pull += _shared(option, options[chosen])
            pull -= sum(_shared(option, o) for o in options) / len(options)
        pulls.append(pull)
    return [float(x) for x in _softmax(4 * np.array(pulls))]


def same_marks(doc: Doc) -> list[float]:
    """Forecast no or yes by the letters that an option shares with marked and other options."""
    asked = doc["options"][doc["option"]]
    pull = [0.0, 0.0]
    for one in doc["past"]:
        for place, option in enumerate(one["options"]):
            pull[place in one["chosen"]] += _shared(asked, option)
    return [(SMOOTHING + x) / (2 * SMOOTHING + sum(pull)) for x in pull]


@lru_cache(maxsize=65536)
def _grams(text: str) -> frozenset[str]:
    padded = f" {text.lower()} "
    return frozenset(padded[i : i + n] for n in GRAMS for i in range(len(padded) - n + 1))


def _shared(one: str, other: str) -> float:
    a, b = _grams(one), _grams(other)
    return len(a & b) / len(a | b)


def like_a_peer(doc: Doc) -> list[float]:
    """Forecast what other students of the prompt chose, by how often they chose alike before."""
    mine = [int(one["chosen"]) for one in doc["past"]]
    counts = [SMOOTHING] * len(doc["options"])
    for peer in doc.get("peers", ()):
        *theirs, last = peer["chosen"]
        alike = sum(a == b for a, b in zip(mine, theirs, strict=True))
        counts[last] += float(np.exp(2.0 * (alike - len(mine))))
    return [count / sum(counts) for count in counts]


def _softmax(scores: Floats) -> Floats:
    weights = np.exp(scores - scores.max())
    out: Floats = weights / weights.sum()
    return out
