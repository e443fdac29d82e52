"""The maze forms with options: judged by their likelihoods, or by the one that a reply names."""

import math
from collections.abc import Sequence
from typing import Any

from heptathlon.scorers.reading import Reading, Unread, settled
from heptathlon.scorers.reading.moves import moves_in
from heptathlon.scorers.reading.options import chosen
from heptathlon.scorers.verdict import Verdict

CHOICE_METRICS = ("acc", "above_chance", "p_gold")
SAID_METRICS = CHOICE_METRICS[:2]
"""Of the likelihood forms' questions answered in writing."""


def move_in(reading: Reading) -> str | Unread:
    """Return the one move that a reply gives."""

    def one(text: str) -> str | Unread:
        moves = moves_in(text)
        return moves if isinstance(moves, Unread) or len(moves) == 1 else Unread.SEVERAL

    return settled(reading, one, one)


def verdict_in(reading: Reading, options: Sequence[str]) -> str | Unread:
    """Return the one of two words that a reply gives."""
    index = chosen(reading, options, options)
    return index if isinstance(index, Unread) else options[index]


def judge_said(options: Sequence[str], gold: int, said: str | Unread) -> Verdict:
    """Judge the option that a text names: the likelihoods' metrics but for the probability."""
    if isinstance(said, Unread):
        return Verdict(dict.fromkeys(SAID_METRICS, 0.0), str(said), invalid=True)
    right = said == options[gold]
    chance = 1.0 / len(options)
    metrics = {"acc": float(right), "above_chance": (right - chance) / (1.0 - chance)}
    return Verdict(metrics, "right" if right else "wrong", said)


def judge_likelihoods(options: Sequence[str], gold: int, responses: Sequence[Any]) -> Verdict:
    """Judge the log-likelihoods of the options.

    ``acc`` shares its 1 among all options that tie for the best, so that a model that does not
    tell them apart earns chance. ``above_chance`` is (acc - 1/k) / (1 - 1/k), which makes 2, 3 and
    4 options comparable. ``p_gold`` is the gold option's share of the options' probability. All
    options of a form cost the same number of tokens, so none is corrected for length.
    """
    values = [float(value) for value, *_ in responses]
    if len(values) != len(options) or any(math.isnan(v) for v in values):
        raise ValueError(f"{len(options)} options need as many log-likelihoods: {values}")
    best = max(values)
    winners = [i for i, value in enumerate(values) if value == best]
    acc = (gold in winners) / len(winners)
    chance = 1.0 / len(options)
    # Against the best value, no exponent overflows; where all are infinite, the winners share.
    weights = [
        1.0 if value == best else math.exp(value - best) if math.isfinite(best) else 0.0
        for value in values
    ]
    metrics = {
        "acc": acc,
        "above_chance": (acc - chance) / (1.0 - chance),
        "p_gold": weights[gold] / sum(weights),
    }
    outcome = "tie" if len(winners) > 1 else "right" if winners == [gold] else "wrong"
    return Verdict(metrics, outcome, " = ".join(options[i] for i in winners))
