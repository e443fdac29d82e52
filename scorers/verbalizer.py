"""The verbalizer scorer: did the model answer with the asked word, or with its own?

One item is asked under many mappings. Right under the natural words means that the model knows the
item; right under another mapping as well means that it obeys. ``across`` puts the two together.

The headline, ``joint``, wants both answers right, to the same words. Who does not read the mapping
gives both questions one answer, and one of the two is wrong. Who does not read the input is right
under both for one class at the most: that share is its 0.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heptathlon.scorers.reading import Reading, Unread, read, statements, taken_back
from heptathlon.scorers.verdict import Row, Statistic, Verdict

GENERATED = ("acc", "strict", "above_chance", "uncaptured")
CHOSEN = ("acc", "acc_norm", "acc_mutual_info", "above_chance", "uncaptured")
FORMS = (
    "natural", "neutral", "unnatural", "congruent", "same_field", "antonym", "derangement",
    "demonstrations", "both", "conflict", "after",
)  # fmt: skip
METRICS: dict[str, tuple[str, ...]] = dict.fromkeys(FORMS, GENERATED)
"""Metrics of each form when a word is generated; ``CHOSEN`` when likelihoods are compared."""

SWAPPED = {
    "foo_bar": "bar_foo",
    "sfo_lax": "lax_sfo",
    "lake_river": "river_lake",
    "nouns": "nouns_turned",
}
"""Neutral sets and the ones with the same words for other classes."""
KNOWING = ("natural", "names")
"""Form and verbalizer of the record that shows whether a model knows an item."""
REASONED = "_cot"
"""Ends the names of tasks that let a model reason in writing."""
AGAINST = ("unnatural", "derangement")
"""Forms in which the asked word is another class's own."""
BOUNDS = {"joint": (-1.0, 1.0), "above_chance": (-1.0, 1.0)}


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge the responses to one document.

    Args:
        doc: the record.
        responses: one text; or one (log-likelihood, is greedy) pair a word, with or without as
            many for the words alone after them.

    Raises:
        ValueError: if the responses are neither, which no model can cause.
    """
    if len(responses) == 1 and isinstance(responses[0], str):
        return _generated(doc, responses[0])
    return _chosen(doc, responses)


def process_results(doc: Mapping[str, Any], results: Sequence[Any]) -> dict[str, float]:
    """Return every metric of the document, for lm-eval."""
    return verdict(doc, results).metrics


# --- generated answers -------------------------------------------------------------------------


def _generated(doc: Mapping[str, Any], response: str) -> Verdict:
    reading = read(response, [f"{doc['inputs'][0]['label']}:"], at_once=True)
    found = [] if reading.silent else lenient(reading, doc)
    gold = doc["words"][doc["gold"]]
    acc = float(len(found) == 1 and found[0] == gold.casefold())
    answer = found[0] if len(found) == 1 else ""
    allowed = answer in {word.casefold() for word in doc["words"]}
    if reading.silent:
        outcome = str(reading.silent)
    elif len(found) > 1:
        outcome = "several"
    else:
        outcome = _outcome(doc, answer) if answer else "off_list"
    metrics = {
        "acc": acc,
        "strict": float(reading.text == gold),
        "above_chance": _above_chance(acc, doc),
        "uncaptured": 1.0 - float(_is_capture(doc, answer)),
    }
    return Verdict(metrics, outcome, answer, invalid=not allowed)


NOUNS = ("output", "label", "word", "response", "class", "verdict")
"""What an answer of this family is called besides "answer"."""


def lenient(reading: Reading, doc: Mapping[str, Any]) -> list[str]:
    """Return the words that a reply answers with, in lower case; one if it is an answer.

    Words count if they are asked for, or natural for the classes. What is tried, in this order:
    marked answers; sentences such as "the output is"; lines that are nothing but a word; all words
    in the text. A word after "not" does not count. Asked words go before natural ones that are not
    asked for: "it is positive, so foo" answers ``foo``.
    """
    asked = {str(word).casefold() for word in doc["words"]}
    labels = tuple(str(part["label"]) for part in doc["inputs"])
    pattern = _pattern(tuple(sorted(asked | _natural(doc))), labels)

    def words(part: str) -> list[str]:
        found = dict.fromkeys(
            m["word"].casefold() for m in pattern.finditer(part) if m["word"] and not m["denied"]
        )
        preferred = [word for word in found if word in asked]
        return preferred or list(found)

    def alone(line: str) -> str | Unread:
        word = line.rstrip(".").casefold()
        return word if word in asked else Unread.UNREADABLE

    if reading.marked and (found := [word for one in reading.listed for word in words(one)]):
        if taken_back(reading, found[0], alone, alone):
            return sorted(asked)
        return list(dict.fromkeys(found))
    bare = [w for line in reading.lines if not isinstance(w := alone(line), Unread)]
    if asked <= {*bare}:
        return sorted(asked)
    for said in statements(reading.text, NOUNS):
        if found := words(said):
            return found
    return list(dict.fromkeys(bare)) or words(reading.text)


@lru_cache(maxsize=1024)
def _pattern(words: tuple[str, ...], labels: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern that finds whole words, and skips the labels of inputs.

    Without the labels, "Sentence 1" would answer ``1``.
    """
    skipped = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    wanted = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(
        rf"\b(?:{skipped})\b|(?P<denied>\b(?:not|isn't|never"
        rf"|(?:wrong|incorrect|false) (?:answer|label|output|word):?) [\"'*`]{{0,4}})?"
        rf"(?<![\w-])(?P<word>{wanted})(?![\w-])",
        re.IGNORECASE,
    )


def _natural(doc: Mapping[str, Any]) -> set[str]:
    return {str(word).casefold() for word in (*doc["natural"], *doc["names"])}


def _is_capture(doc: Mapping[str, Any], answer: str) -> bool:
    """Tell whether an answer is the gold class's natural word, and was not asked for."""
    gold = doc["gold"]
    natural = {str(doc["natural"][gold]).casefold(), str(doc["names"][gold]).casefold()}
    return answer in natural and answer != str(doc["words"][gold]).casefold()


def _outcome(doc: Mapping[str, Any], answer: str) -> str:
    gold = doc["gold"]
    if answer == str(doc["words"][gold]).casefold():
        return "right"
    if doc["channel"] == "conflict" and answer == str(doc["shown"][gold]).casefold():
        return "shown"
    if _is_capture(doc, answer):
        return "prior"
    return "other" if answer in {str(w).casefold() for w in doc["words"]} else "off_list"


def _above_chance(acc: float, doc: Mapping[str, Any]) -> float:
    """Return accuracy on the scale on which chance is 0 and all right is 1, for any classes.

    Chance is one class in all of them, whichever is guessed; a joint accuracy has the same, because
    a guess may be kept.
    """
    chance = 1.0 / len(doc["words"])
    return (acc - chance) / (1.0 - chance)


# --- likelihoods -------------------------------------------------------------------------------


def _chosen(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Compare the likelihoods of the asked words.

    ``acc`` compares whole words as they are, ``acc_norm`` a byte, and ``acc_mutual_info`` after
    subtracting the word's own log-likelihood without the prompt. Where that was not asked for (a
    scripted player has none), all words count as equally likely. Words that tie share the 1.
    """
    words = [str(word) for word in doc["words"]]
    values = [float(value) for value, *_ in responses]
    if len(values) not in (len(words), 2 * len(words)) or any(math.isnan(v) for v in values):
        raise ValueError(f"{len(words)} words need as many log-likelihoods, or twice: {values}")
    given, alone = values[: len(words)], values[len(words) :] or [0.0] * len(words)
    by_byte = [value / len(word.encode()) for value, word in zip(given, words, strict=True)]
    gold = doc["gold"]
    best = _best(by_byte)
    acc_norm = _share(best, gold)
    captured = [i for i in best if _is_capture(doc, words[i].casefold())]
    metrics = {
        "acc": _share(_best(given), gold),
        "acc_norm": acc_norm,
        "acc_mutual_info": _share(_best([g - a for g, a in zip(given, alone, strict=True)]), gold),
        "above_chance": _above_chance(acc_norm, doc),
        "uncaptured": 1.0 - len(captured) / len(best),
    }
    answer = " = ".join(words[i] for i in best)
    outcome = "tie" if len(best) > 1 else _outcome(doc, answer.casefold())
    return Verdict(metrics, outcome, answer)


def _best(values: Sequence[float]) -> list[int]:
    highest = max(values)
    return [i for i, value in enumerate(values) if value == highest]


def _share(winners: Sequence[int], gold: int) -> float:
    return (gold in winners) / len(winners)


# --- across documents --------------------------------------------------------------------------


def across(rows: Sequence[Row]) -> list[Verdict]:
    """Put each answer beside the same item's under the natural words.

    Adds to every row that is not natural, and whose item was asked under its natural words in the
    same reading: ``known`` (right there), ``followed`` (right here and there) and ``obeyed`` (the
    same above chance). Adds ``joint`` to both sides of a pair, see :func:`_joint`, and to the first
    of two neutral sets with exchanged words ``swap_gap``: its accuracy less the other's on the same
    item; 0 is best.
    """
    right = {
        (_reading(row), row.doc["cluster_id"]): _accuracy(row)
        for row in rows
        if (row.doc["form"], row.doc["verbalizer"]) == KNOWING
    }
    pairs = _joint(rows)
    neutral = {
        (_reading(row), row.doc["cluster_id"], row.doc["verbalizer"]): _accuracy(row)
        for row in rows
        if row.doc["form"] == "neutral"
    }
    out = []
    for number, row in enumerate(rows):
        added = {"joint": pairs[number]} if number in pairs else {}
        item = (_reading(row), row.doc["cluster_id"])
        if row.doc["form"] != "natural" and item in right:
            known = right[item]
            added["known"] = known
            added["followed"] = known * _accuracy(row)
            added["obeyed"] = known * row.verdict.metrics["above_chance"]
        other = (*item, SWAPPED.get(row.doc["verbalizer"]))
        if row.doc["form"] == "neutral" and other in neutral:
            added["swap_gap"] = _accuracy(row) - neutral[other]
        out.append(replace(row.verdict, metrics={**row.verdict.metrics, **added}))
    return out


def _joint(rows: Sequence[Row]) -> dict[int, float]:
    """Return, by row, how far an item is right both under natural words and under the same turned.

    The scale is that on which a guess which is kept from one question to the other is 0. A question
    in natural words has the mean of its pairs, so that each side of a pair counts alike. Words of
    another vocabulary are no partner: who never reads a mapping could be right under the names and,
    by always turning them, under ``no`` and ``yes``.
    """
    sides: dict[tuple[str, ...], tuple[list[int], list[int]]] = {}
    for number, row in enumerate(rows):
        key = (_reading(row), str(row.doc["cluster_id"]), *map(str, row.doc["natural"]))
        if row.doc["form"] == "natural":
            sides.setdefault(key, ([], []))[0].append(number)
        elif row.doc["form"] in AGAINST:
            sides.setdefault(key, ([], []))[1].append(number)
    out: dict[int, float] = {}
    for named, turned in sides.values():
        if not named or not turned:
            continue
        known = float(np.mean([_accuracy(rows[i]) for i in named]))
        for i in turned:
            out[i] = _above_chance(known * _accuracy(rows[i]), rows[i].doc)
        out |= dict.fromkeys(named, float(np.mean([out[i] for i in turned])))
    return out


def _reading(row: Row) -> str:
    """Return how an answer came about: only answers that came about alike are put together."""
    if row.variant.endswith(REASONED):
        return "reasoned"
    return "chosen" if "acc_norm" in row.verdict.metrics else "generated"


def _accuracy(row: Row) -> float:
    metrics = row.verdict.metrics
    return metrics.get("acc_norm", metrics["acc"])


Values = NDArray[np.float64]


def _ratio(values: Values, weights: NDArray[Any]) -> float:
    """Return the second column's sum over the first's; NaN if the first's is 0."""
    known, done = weights @ values
    return float(done / known) if known > 0 else math.nan


def _mean(values: Iterable[float], weights: NDArray[Any]) -> float:
    total = float(np.sum(weights))
    return float(weights @ np.asarray(values)) / total if total > 0 else math.nan


STATISTICS: dict[str, Statistic] = {
    "obedience": Statistic(
        ("known", "obeyed"),
        _ratio,
        "accuracy, corrected for chance, on the items that are right under the natural words",
    ),
    "right_given_known": Statistic(
        ("known", "followed"),
        _ratio,
        "P(right under the mapping | right under the natural words)",
    ),
    "prior_capture": Statistic(
        ("uncaptured",),
        lambda values, weights: 1.0 - _mean(values[:, 0], weights),
        "share of answers that are the right class's natural word where another was asked for; "
        "lower is better",
    ),
    "order_bias": Statistic(
        ("swap_gap",),
        lambda values, weights: abs(_mean(values[:, 0], weights)),
        "difference in accuracy between a neutral set and the one with its words exchanged; "
        "lower is better",
    ),
}
