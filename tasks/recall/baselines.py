"""Scripted forecasters: none of them reads a name or a date but ``yearbook``, which only does that.

All but it and the two oracles answer a question alike in every arm, so their recall index is 0.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from heptathlon.seeding import Stream
from heptathlon.tasks.players import Doc, Player, by_name
from heptathlon.tasks.recall.prompts import ANSWER, target


def _values(doc: Doc) -> list[float]:
    return [float(v) for v in doc["history"]]


def _known(doc: Doc) -> list[float]:
    """Return the values shown; where none are, those of the yearbook on the same country."""
    return _values(doc) or [v for _, v in _line(doc)] or [5.0, 5.0]


def _line(doc: Doc) -> list[tuple[str, float]]:
    """Return dates and values of the yearbook's line on the document's country."""
    for note in doc["notes"]:
        if doc["country"] and note.startswith(f"{doc['country']},"):
            return [(d, float(v)) for d, v in re.findall(r"(\d+): (-?\d+(?:\.\d+)?)", note)]
    return []


def _last(doc: Doc) -> float:
    return _known(doc)[-1]


def _drift(doc: Doc) -> float:
    """Go on by the mean change of the history."""
    values = _known(doc)
    return values[-1] + (values[-1] - values[0]) / max(len(values) - 1, 1)


def _majority(doc: Doc) -> float:
    """Go on by one mean step in the direction in which the history moved more often."""
    values = _known(doc)
    changes = [b - a for a, b in pairwise(values)]
    ups = sum(c > 0 for c in changes) - sum(c < 0 for c in changes)
    size = sum(map(abs, changes)) / max(len(changes), 1)
    return values[-1] + size * ((ups > 0) - (ups < 0))


def _mean(doc: Doc) -> float:
    values = _known(doc)
    return sum(values) / len(values)


def _random(doc: Doc) -> float:
    """Draw from the range of the history."""
    values = _known(doc)
    share = Stream("recall player", str(doc["item_id"])).uniform()
    return min(values) + share * (max(values) - min(values))


def _yearbook(doc: Doc) -> float:
    """Look the date up in the yearbook; where it is not to be found, the last value."""
    return dict(_line(doc)).get(str(doc["date"]), _last(doc))


def _best(doc: Doc) -> float:
    """Give the best forecast where it is known, else the last value."""
    return float(doc["optimal"]) if doc["optimal"] else _last(doc)


def _remembered(doc: Doc) -> str:
    named = doc["form"] not in {"masked", "placebo"}
    return target(doc) if named else f"{ANSWER} {doc['last']}"


def _player(
    name: str, says: str, forecast: Callable[[Doc], float], *, oracle: bool = False
) -> Player:
    def answer(doc: Doc) -> str:
        return f"{ANSWER} {forecast(doc):.{int(doc['digits'])}f}"

    return Player(name=name, says=says, answer=answer, choose=_nothing, oracle=oracle)


def _nothing(doc: Doc, options: Sequence[str]) -> int:
    del doc, options
    return 0


PLAYERS = by_name(
    _player("last_value", "says the last value again: the random walk", _last),
    _player("drift", "goes on by the mean change", _drift),
    _player("majority_direction", "goes on a step in the more frequent direction", _majority),
    _player("mean", "says the mean of the values shown", _mean),
    _player("random", "says a value within the range of those shown", _random),
    Player(
        name="refuser",
        says="declines to answer",
        answer=lambda doc: "I cannot know that.",
        choose=_nothing,
    ),
    _player("yearbook", "looks the date up in the yearbook", _yearbook, oracle=True),
    _player("forecaster", "gives the best forecast from the history, where it is known", _best,
            oracle=True),
    Player(name="oracle", says="gives the gold answer where the series is named, else the last one",
           answer=_remembered, choose=_nothing, oracle=True),
)  # fmt: skip
ALSO = {"constant": "refuser"}
"""Names that every family has, and which of the players they mean here."""
