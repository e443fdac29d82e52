"""Which items of a list were picked, and how many of the best ones are among them.

``overlap`` counts each picked item by what it adds over chance: the best ones picked and no other
are 1; picking none, or all, or any at random, is worth 0 in the mean.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heptathlon.scorers.reading import Reading, Unread, agreed, read, taken_back
from heptathlon.scorers.verdict import Verdict
from heptathlon.tasks.memorability.prompts import LABELS, list_heading

Floats = NDArray[np.float64]

METRICS = ("overlap", "named")
BOUNDS = {"overlap": (-1.0, 1.0)}
LONGEST = 4_000
"""Characters of an answer that are looked at: no answer that names a list's items is longer."""
_SEPARATORS = re.compile(r"(?:[\s,;/&|+*_`\"'()\[\]{}.:<>#-]|\b(?:and|und|et|y)\b)+", re.IGNORECASE)
SHOWN = 80
"""Characters of an answer that could not be read which a verdict keeps."""
_BULLET = re.compile(r"^\s{0,8}(?:[-*•]|\d{1,2}[.)])\s{1,4}")


def overlap(hits: float, picked: float, take: int, length: int) -> float:
    """Return how far picks go from chance (0) to the best ones and no other (1).

    Args:
        hits: best ones among the picks.
        picked: how many were picked.
        take: how many best ones there are.
        length: how many items there are.

    Example:
        >>> overlap(6, 6, 6, 24), overlap(1.5, 6, 6, 24), overlap(6, 24, 6, 24)
        (1.0, 0.0, 0.0)
    """
    return (hits - picked * take / length) / (take * (1 - take / length))


def reachable(doc: Mapping[str, Any]) -> float:
    """Return the overlap that is expected of someone who knows the true shares.

    Args:
        doc: the record.
    """
    take = int(doc["take"])
    return overlap(take * float(doc["reachable"]), take, take, len(doc["items"]))


def by_likelihood(doc: Mapping[str, Any], logs: Floats) -> Verdict:
    """Judge the picks of a model that was asked for every item's likelihood as an answer.

    The ``take`` likeliest are picked. Where equal likelihoods leave a choice, every one of the
    equals counts by its chance of being picked if the choice falls by lot.

    Args:
        doc: the record.
        logs: log-likelihoods of its items, shape (items,).
    """
    take = int(doc["take"])
    edge = np.sort(logs)[-take]
    above, level = logs > edge, logs == edge
    shares = above + level * (take - above.sum()) / level.sum()
    hits = float(shares[list(doc["best"])].sum())
    shown = "".join(LABELS[i] for i in np.flatnonzero(shares >= 1))
    outcome = "picked" if len(shown) == take else "undecided"
    return Verdict(_metrics(doc, hits, float(take)), outcome, shown)


def written(doc: Mapping[str, Any], response: str) -> Verdict:
    """Judge picks that a model writes: the labels of items, or the items themselves.

    Fewer picks than were asked for count as they are; more are no answer.
    """
    reading = read(response, [list_heading(doc)])
    picks = _picked(reading, [str(item) for item in doc["items"]])
    if isinstance(picks, Unread):
        return Verdict(_metrics(doc, 0, 0), picks.value, reading.answer[:SHOWN], invalid=True)
    shown = "".join(LABELS[i] for i in sorted(picks))
    if len(picks) > doc["take"]:
        return Verdict(_metrics(doc, 0, 0), "too_many", shown, invalid=True)
    outcome = "picked" if len(picks) == doc["take"] else "too_few"
    hits = len(picks & set(doc["best"]))
    return Verdict(_metrics(doc, hits, len(picks)), outcome, shown)


def _picked(reading: Reading, items: Sequence[str]) -> frozenset[int] | Unread:
    """Return the places that a reply picks.

    What is marked counts, on one line or on those that follow the mark. Without a mark the whole
    reply is one list, or a single line of it is.
    """
    if (silent := reading.silent) is not None:
        return silent

    def named(text: str) -> frozenset[int] | Unread:
        return frozenset(picks_in(text[:LONGEST], items)) or Unread.UNREADABLE

    if not reading.marked:
        whole = named(reading.text)
        if not isinstance(whole, Unread):
            return whole
        found = [p for line in reading.lines if not isinstance(p := named(line), Unread)]
        return agreed(found) if found else Unread.UNREADABLE
    listed = named("\n".join([*reading.listed, reading.after])) if reading.after else named("")
    if not isinstance(listed, Unread):
        return listed
    value = agreed([named(content) for content in reading.listed])
    return Unread.SEVERAL if taken_back(reading, value, named, named) else value


def _metrics(doc: Mapping[str, Any], hits: float, picked: float) -> dict[str, float]:
    take, length = int(doc["take"]), len(doc["items"])
    return {"overlap": overlap(hits, picked, take, length), "named": hits / take}


def picks_in(text: str, items: Sequence[str]) -> set[int]:
    r"""Return the places that a text names, if it names items and says nothing else.

    Example:
        >>> sorted(picks_in("B, C and A", ["pi", "act", "yen"]))
        [0, 1, 2]
        >>> sorted(picks_in("1. B: act\n2. yen", ["pi", "act", "yen"]))
        [1, 2]
        >>> picks_in("A word that nobody forgets", ["pi", "act", "yen"])
        set()
    """
    lines = [_BULLET.sub("", line) for line in text.split("\n") if line.strip()]
    out: set[int] = set()
    for line in lines:
        found = _picks_of_line(line, items)
        if found is None:
            return set()
        out |= found
    return out


def _picks_of_line(line: str, items: Sequence[str]) -> set[int] | None:
    """Return the places that a line names; None if it says anything else."""
    rest = line.casefold()
    out: set[int] = set()
    # The longest first: an item may stand within another.
    for place in sorted(range(len(items)), key=lambda i: -len(items[i])):
        item = re.escape(items[place].casefold().strip())
        rest, count = re.subn(rf"(?<![\w'-]){item}(?![\w'-])", " \n ", rest)
        if count:
            out.add(place)
    labels = [token for token in _SEPARATORS.split(rest) if token]
    known = {label.casefold(): place for place, label in enumerate(LABELS[: len(items)])}
    if any(token not in known for token in labels):
        return None
    return out | {known[token] for token in labels}
