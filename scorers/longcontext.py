"""The longcontext scorer: one option or none, corrected for chance, and how far that reaches.

``right`` is one of a document; ``reach`` is that, or both of a pair of twins, on the scale from
chance (0) to always right (1). As every form has equally many documents at every length, the mean
of ``reach`` is the mean over lengths and forms.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from heptathlon.scorers.likelihoods import likeliest, logs_of
from heptathlon.scorers.reading import Unread, options, read, settled
from heptathlon.scorers.stats.falling import falling_means
from heptathlon.scorers.verdict import RATE, Row, Verdict
from heptathlon.tasks.longcontext.prompts import HEADING, NO_TEXT, PASSAGES

METRICS: dict[str, tuple[str, ...]] = dict.fromkeys(
    (
        "needle", "latent", "update", "absent", "hops", "count", "order", "set", "listops", "rare",
        "given", "which", "unsaid", "retrieved",
    ),
    ("right",),
)  # fmt: skip
"""Metrics of each form; :func:`across` adds ``reach`` or ``above``, ``robust``, ``recall``, ``f1``.
"""
BOUNDS = dict.fromkeys(("reach", "above", "robust"), (-1.0, 1.0))
TWINS = ("absent", "unsaid")
MANY = 5
"""Passages from which on an answer counts as robust."""
PAIR_CHANCE = 1 / 32
"""Most that blind answers can have of pairs of twins: ``nobody`` half of the time, else one of
eight people, is right on both in p (1 - p) / 8."""
NOTHING = ("nobody", "unknown")
"""Options that say that nothing answers."""
NEXT_ITEMS = (HEADING, PASSAGES, NO_TEXT)


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge one text, or a (log-likelihood, is greedy) pair for each option.

    A text is right if it names exactly one option and that is the gold one; of a set, if it names
    all that belong to it and nothing else that was offered. Of equally likely
    options each counts its part.

    Args:
        doc: the record.
        responses: what the model gave.

    Raises:
        KeyError: if the document's form is none of the family's.
        ValueError: if the responses are not of the form, which no model can cause.
    """
    METRICS[doc["form"]]
    offered = [str(option) for option in doc["options"]]
    if len(responses) == 1 and isinstance(responses[0], str):
        said = _said(responses[0], offered, doc)
        if isinstance(said, Unread):
            return Verdict({"right": 0.0}, said.value, invalid=True)
        if said not in offered:
            return Verdict({"right": 0.0}, _set_missed(doc, said), said)
        best = [offered.index(said)]
    else:
        if len(responses) != len(offered):
            raise ValueError(f"{len(offered)} options have {len(responses)} likelihoods")
        best = likeliest(logs_of(responses))
    right = (int(doc["gold"]) in best) / len(best)
    outcome = "undecided" if len(best) > 1 else "right" if right else _missed(doc, offered[best[0]])
    return Verdict({"right": right}, outcome, offered[best[0]] if len(best) == 1 else "")


_ASKED = re.compile(r"What (?:is|was) the (.+?)(?: now| last known to be)?\?")
"""What a question for a value calls it; so a reply may call it too that says it in a sentence."""


def _said(response: str, offered: Sequence[str], doc: Mapping[str, Any]) -> str | Unread:
    """Return the one option that a text names, or the values, in the order of the alphabet."""
    reading = read(response, NEXT_ITEMS)
    values = doc.get("values") or ()
    if values:
        return settled(reading, lambda text: _some(text, values), lambda line: _all(line, values))

    def alone(line: str) -> str | Unread:
        found = options.option_alone(line, offered, offered)
        return found if isinstance(found, Unread) else offered[found]

    asked = _ASKED.fullmatch(doc["question"])
    nouns = (asked[1],) if asked else ()
    return settled(reading, lambda text: options.named_in(text, offered), alone, nouns)


def _some(text: str, values: Sequence[str]) -> str | Unread:
    """Return all values that a text names and does not deny; one *or* the other is no answer."""
    line = options.one_line(text)[: options.LONGEST]
    said = options.undenied(line)
    found = sorted(v for v in values if _standing(v).search(said))
    if not found:
        denied = any(_standing(v).search(line) for v in values)
        return Unread.DENIED if denied else Unread.UNREADABLE
    return Unread.SEVERAL if _EITHER.search(said) else ", ".join(found)


def _all(line: str, values: Sequence[str]) -> str | Unread:
    """Return the values of a line that has nothing but values, and what parts them."""
    left = line
    for value in values:
        left = _standing(value).sub("", left)
    return Unread.UNREADABLE if _MORE.search(left) else _some(line, values)


_EITHER = re.compile(r"\bor\b", re.IGNORECASE)
_MORE = re.compile(r"(?!and\b)\w+", re.IGNORECASE)


@cache
def _standing(value: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(value)}\b", re.IGNORECASE)


def _set_missed(doc: Mapping[str, Any], said: str) -> str:
    """Return whether values lack, or others are named, or both."""
    gold, found = _members(doc["options"][doc["gold"]]), _members(said)
    if found < gold:
        return "too_few"
    return "too_many" if found > gold else "wrong"


def _members(said: str) -> set[str]:
    return set(said.split(", ")) if said else set()


def f1(said: str, gold: str) -> float:
    """Return the F1 of a set, parted by commas: what is missing and what is too much count alike.

    Example:
        >>> f1("cumin, nutmeg, saffron", "cumin, saffron"), f1("", "cumin")
        (0.8, 0.0)
    """
    one, other = _members(said), _members(gold)
    return 2 * len(one & other) / (len(one) + len(other))


def _missed(doc: Mapping[str, Any], answer: str) -> str:
    """Return in what way a wrong answer is wrong, where a form knows more than that."""
    if doc["form"] in TWINS:
        if doc["asks"] == "untold":
            return "invented"
        return "unseen" if answer in NOTHING else "wrong"
    if doc["form"] == "update":
        person = doc["question"].partition(" of ")[2].removesuffix(" now?")
        mine = [fact for fact in doc["told"] if person in fact]
        if doc["ending"] != "none" and answer in mine[-1]:
            return "not_yet" if doc["ending"] == "planned" else doc["ending"]
        return "stale" if any(answer in fact for fact in mine) else "wrong"
    return "wrong"


def process_results(doc: Mapping[str, Any], results: Sequence[Any]) -> dict[str, float]:
    """Return every metric of the document's form, for lm-eval."""
    return verdict(doc, results).metrics


def across(rows: Sequence[Row]) -> list[Verdict]:
    """Add ``reach``: right, or right on both twins, from chance (0) to always (1).

    A twin without its partner has none. Before passages it is called ``above``, and on documents
    with ``MANY`` or more ``robust`` too: with fewer there is little to be misled by. Whether what
    answers was found is their ``recall``; sets have their ``f1``.
    """
    twins: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for row in rows:
        if row.doc["form"] in TWINS:
            key = (row.variant, str(row.doc["pair_id"]))
            twins[key][row.doc["asks"]] = row.verdict.metrics["right"]
    out = []
    for row in rows:
        more: dict[str, float] = {}
        doc, right = row.doc, row.verdict.metrics["right"]
        both = twins.get((row.variant, str(doc["pair_id"])), {})
        if doc["form"] not in TWINS or len(both) > 1:
            above = corrected(math.prod(both.values()) if both else right, _chance(doc))
            more["above" if "passages" in doc else "reach"] = above
            if doc.get("passages", 0) >= MANY:
                more["robust"] = above
        if doc["form"] == "set":
            more["f1"] = f1(row.verdict.answer, doc["options"][doc["gold"]])
        if doc["form"] == "retrieved":
            more["recall"] = float(doc["at"] >= 0)
        out.append(replace(row.verdict, metrics={**row.verdict.metrics, **more}))
    return out


def least(metric: str, doc: Mapping[str, Any]) -> float:
    """Return what a document has that is answered wrongly: below chance, by its form."""
    if metric not in BOUNDS:
        return RATE[0]
    return corrected(0.0, _chance(doc))


def _chance(doc: Mapping[str, Any]) -> float:
    """Return how often blind answers are right, on both of a pair where there are twins."""
    return PAIR_CHANCE if doc["form"] in TWINS else 1 / len(doc["options"])


def corrected(share: float, chance: float) -> float:
    """Return a share on the scale from chance (0) to always (1).

    Example:
        >>> corrected(0.5625, 0.125)
        0.5
    """
    return (share - chance) / (1 - chance)


# --- effective length ----------------------------------------------------------------------------

KEPT = 0.85
"""Share of what is reached in the shortest texts that an effective length still has."""
LEAST = 0.3
"""What must be reached in the shortest texts, above chance, for the figure to say something."""


def effective(lengths: Sequence[int], reached: Sequence[float], weights: Sequence[float]) -> float:
    """Return the words up to which a model keeps ``KEPT`` of what it has in the shortest texts.

    The figures are made to fall (pooling neighbours that rise), and the crossing is read off a
    straight line over the logarithm of the length.

    Args:
        lengths: words of the texts, rising.
        reached: figures at each length, 0 at chance.
        weights: documents at each length.

    Returns:
        Words; infinity if it never falls so low, and NaN if less than ``LEAST`` is reached at the
        shortest.

    Example:
        >>> curve = [(a - 0.25) / 0.75 for a in (0.95, 0.90, 0.70, 0.40)]
        >>> round(effective([1000, 4000, 16000, 64000], curve, [1] * 4))
        5856
    """
    falling = falling_means(np.array([reached], float), np.array([weights], float))[0]
    if not falling[0] >= LEAST:
        return math.nan
    bar = KEPT * falling[0]
    below = np.flatnonzero(falling < bar)
    if not len(below):
        return math.inf
    after = int(below[0])
    high, low = falling[after - 1], falling[after]
    share = (high - bar) / (high - low)
    steps = np.log2([lengths[after - 1], lengths[after]])
    return float(2 ** (steps[0] + share * (steps[1] - steps[0])))
