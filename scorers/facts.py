"""The facts scorer: one value named, one text preferred, or words that go on as they were read.

An answer in text counts if it names exactly one value of the closed list, and the right one. Of a
continuation only the words that follow what was given are scored: what stands in the prompt earns
nothing. Equal likelihoods share the point.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from heptathlon.scorers.likelihoods import likeliest, logs_of
from heptathlon.scorers.reading import after_reasoning, plain, read
from heptathlon.scorers.reading.options import undenied
from heptathlon.scorers.verdict import Row, Verdict

METRICS: dict[str, tuple[str, ...]] = {
    "guess": ("acc",),
    "recognition": ("acc",),
    "recall": ("value", "exact", "f1"),
    "extraction": ("acc",),
    "composition": ("acc",),
    "choice": ("acc",),
    "opinion": ("acc",),
    "trap": ("known",),
    "fiction": ("value", "known"),
}
"""Metrics of each form, in the order in which they are reported.

``acc``: right; of n equal likelihoods the right one earns one n-th. ``both``, which :func:`across`
adds: right where the name fits the country and where it misleads. ``value``: the continuation names
the value, and no other; ``exact``: it is word for word what was read; ``f1``: of its words.
``known``: geometric mean of the chances that a text's words were given. Of ``fiction`` the
``value`` is whether the target is what the model would say next.
"""
ALL_METRICS = ("acc", "both", "value", "exact", "f1", "known")
GENERATED = frozenset({"recall", "extraction", "composition", "guess"})
SLACK = 4
"""Words beyond the length of the gold continuation in which its value may still stand."""
MAX_ANSWER = 400
"""Characters of an answer that are read: longer ones are no answer to a question for one value."""

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")  # noqa: RUF001
_ARTICLES = ("a ", "an ", "the ")
_GENERIC = frozenset({"school", "foundry", "brewery", "shipyard", "glassworks", "tannery", "paper",
                      "mill", "printworks", "bank"})  # fmt: skip


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge the responses to one document.

    Args:
        doc: the record.
        responses: one text, or one (log-likelihood, is greedy) pair an option; of a trap one for
            the whole, or one for every beginning of it, the whole last.

    Raises:
        KeyError: if the document's form is none of the family's.
        ValueError: if the responses are neither, which no model can cause.
    """
    form = doc["form"]
    names = METRICS[form]
    if len(responses) == 1 and isinstance(responses[0], str):
        if form not in GENERATED:
            raise ValueError(f"the form {form!r} is not answered in text")
        return _continued(doc, responses[0]) if form == "recall" else _named(doc, responses[0])
    values = logs_of(responses)
    if form == "fiction":
        known = math.exp(min(values[-1], 0.0) / max(len(doc["answer"].split()), 1))
        greedy = bool(responses[-1][1])
        return Verdict({"value": float(greedy), "known": known}, "next" if greedy else "not next")
    if form == "trap":
        if len(values) not in {1, len(doc["options"])}:
            raise ValueError(f"a trap of {len(doc['options'])} words has {len(values)} likelihoods")
        known = math.exp(min(values[-1], 0.0) / len(doc["options"]))
        return Verdict({"known": known}, "read")
    if len(values) != len(doc["options"]):
        raise ValueError(f"{len(doc['options'])} options have {len(values)} likelihoods")
    best = likeliest(values)
    share = 1 / len(best) if doc["gold"] in best else 0.0
    metrics = dict.fromkeys(names, 0.0) | {"acc": share}
    outcome = "right" if share == 1 else "tie" if share else "wrong"
    return Verdict(metrics, outcome, str(doc["options"][best[0]]))


def process_results(doc: Mapping[str, Any], results: Sequence[Any]) -> dict[str, float]:
    """Return every metric of the document's form, for lm-eval."""
    return verdict(doc, results).metrics


def across(rows: Sequence[Row]) -> list[Verdict]:
    """Add ``both``: right in both scenes of a pair, asked in the same way; 0 without the other."""
    pairs: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in rows:
        if row.doc["form"] == "guess":
            pairs[row.variant, row.doc["pair_id"]].append(row.verdict.metrics["acc"])
    out = []
    for row in rows:
        if row.doc["form"] != "guess":
            out.append(row.verdict)
            continue
        right = pairs[row.variant, row.doc["pair_id"]]
        both = float(len(right) > 1 and min(right) == 1)
        out.append(replace(row.verdict, metrics={**row.verdict.metrics, "both": both}))
    return out


def _named(doc: Mapping[str, Any], response: str) -> Verdict:
    """Judge an answer that should name one value."""
    reading = read(response, (str(doc["text"]),))
    said = "\n".join(reading.listed)[:MAX_ANSWER]
    found = named(said, tuple(doc["values"]))
    names = METRICS[doc["form"]]
    if len(found) != 1 or only_denied(said, found):
        outcome = "denied" if len(found) == 1 else "several" if found else "no_answer"
        outcome = "truncated" if reading.truncated else outcome
        return Verdict(dict.fromkeys(names, 0.0), outcome, said, invalid=len(found) < 2)
    right = float(found[0] == doc["answer"])
    metrics = dict.fromkeys(names, 0.0) | {"acc": right}
    return Verdict(metrics, "right" if right else "wrong", found[0])


def _continued(doc: Mapping[str, Any], response: str) -> Verdict:
    """Judge how a text was continued."""
    found = continuation(doc, response)
    exact = float(found.cut == found.gold)
    metrics = {"value": float(found.value), "exact": exact, "f1": found.f1}
    outcome = "verbatim" if exact else "value" if found.value else found.fault
    answer = " ".join(found.said.split()[: len(found.gold)])
    return Verdict(metrics, outcome, answer, invalid=not found.words)


@dataclass(frozen=True)
class Continuation:
    """How a text was continued, beside how it goes on.

    Attributes:
        said: what follows the text, without reasoning and without the text again.
        words: its words.
        gold: the words of the true continuation.
        f1: of the first words, as many as the true continuation has (a bag of words).
        value: whether the true value is named in time, and no other.
    """

    said: str
    words: list[str]
    gold: list[str]
    f1: float
    value: bool

    @property
    def cut(self) -> list[str]:
        """The first words, as many as the true continuation has."""
        return self.words[: len(self.gold)]

    @property
    def fault(self) -> str:
        """What an answer is that does not give the value."""
        return "wrong" if self.words else "no_answer"


def continuation(doc: Mapping[str, Any], response: str) -> Continuation:
    """Read how the text of a document was continued."""
    said = plain(after_reasoning(response)).strip()
    if said.startswith(doc["text"]):
        # A chat model may repeat the beginning before it goes on.
        said = said[len(doc["text"]) :]
    words, gold = _words(said), _words(doc["answer"])
    cut = words[: len(gold)]
    shared = sum((Counter(cut) & Counter(gold)).values())
    f1 = 2 * shared / (len(cut) + len(gold)) if cut else 0.0
    near = " ".join(words[: len(gold) + SLACK])
    value = named(near, tuple(doc["values"])) == [doc["options"][0]]
    return Continuation(said, words, gold, f1, value)


def only_denied(text: str, found: Sequence[str]) -> bool:
    """Tell whether a text denies the values that it names.

    Args:
        text: what was said.
        found: what :func:`named` finds in it.

    Example:
        >>> only_denied("It is not a heron.", ["a heron"]), only_denied("A heron.", ["a heron"])
        (True, False)
    """
    kept = undenied(text)
    return kept != text and bool(found) and not named(kept, tuple(found))


def named(text: str, values: tuple[str, ...]) -> list[str]:
    """Return the values of a closed list that a text names as whole words, each once, in order.

    An article counts for nothing, and neither does the kind of a school or firm where the name
    alone tells which one is meant.

    Example:
        >>> named("She keeps the heron.", ("a heron", "a goat"))
        ['a heron']
    """
    first = _index(values)
    words = _words(text)
    found: list[str] = []
    at = 0
    while at < len(words):
        for pattern, value in first.get(words[at], ()):
            if tuple(words[at : at + len(pattern)]) == pattern:
                if value not in found:
                    found.append(value)
                at += len(pattern) - 1
                break
        at += 1
    return found


@lru_cache(maxsize=256)
def _index(values: tuple[str, ...]) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Return the ways to write each value by their first word, the longest first."""
    out: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for value in values:
        bare = value
        for article in _ARTICLES:
            bare = bare.removeprefix(article)
        words = tuple(_words(bare))
        short = tuple(w for w in words if w not in _GENERIC)
        for pattern in {words, short} - {()}:
            out[pattern[0]].append((pattern, value))
    for ways in out.values():
        ways.sort(key=lambda way: -len(way[0]))
    return dict(out)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
