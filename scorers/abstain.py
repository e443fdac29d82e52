"""The abstain scorer: the answer where the text gives one, and the word for none where it does not.

The headline counts twins, of which one is answered by its text and the other, one edit away, is
not: both must be right. Who always answers and who never does score 0, whatever they know.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from heptathlon.scorers import squad
from heptathlon.scorers.facts import named, only_denied
from heptathlon.scorers.likelihoods import likeliest, logs_of
from heptathlon.scorers.reading import Unread, agreed, plain, read
from heptathlon.scorers.verdict import Row, Verdict
from heptathlon.tasks.abstain import NOT_STATED
from heptathlon.tasks.abstain.prompts import HEADING, LETTERS, QUESTION, costs

METRICS: dict[str, tuple[str, ...]] = {
    "told": ("right", "lenient"),
    "untold": ("right", "lenient"),
    "choice": ("right",),
    "priced": ("right", "lenient", "earned"),
    "squad": ("exact", "f1"),
}
"""Metrics of each form, in the order in which they are reported.

``right``: the right value, or the fixed word where there is none. ``lenient``: the same, other
words for *not stated* (a closed list) counting too. ``earned``: 1 for a right value, 0 for the
fixed word, less the stated price for anything else. ``exact`` and ``f1`` are SQuAD 2.0's
(:mod:`.squad`), the fixed word being its empty text.

:func:`across` adds ``twin``; on documents with an answer ``answered`` (``right`` there) and
``willing`` (something was answered); on those without ``abstained`` (``right`` there) and
``untrapped`` (the plausible wrong value was not given). On SQuAD 2.0 it adds the official parts,
``HasAns_exact`` and ``HasAns_f1`` or ``NoAns_exact`` and ``NoAns_f1``.
"""
BOUNDS = {"earned": (-3.0, 1.0)}
MAX_ANSWER = 400
"""Characters of an answer that are read."""
SILENT = "silent"
"""Outcome of the fixed word where there is an answer."""
_FIXED = re.compile(r"\W*not[ _-]stated\W*", re.IGNORECASE)
_DECLINES = re.compile(
    r"\b(?:not (?:stated|mentioned|given|specified|said|told|known|provided|clear|possible|enough)"
    r"|(?:does|do|did)(?: not|n't) (?:say|tell|mention|state|specify|know|provide|contain|answer)"
    r"|unknown|unclear|unspecified|unanswerable|undetermined|ambiguous"
    r"|(?:can ?not|can't|could not|couldn't) (?:be|tell|say|know|answer|determine)"
    r"|no (?:answer|information|mention|such)|none|n/a|nobody knows|insufficient)\b",
    re.IGNORECASE,
)
"""Other words for no answer. What is not in this list is wrong, and no judge is asked."""


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge the responses to one document.

    Args:
        doc: the record.
        responses: one text, or one (log-likelihood, is greedy) pair an option.

    Raises:
        KeyError: if the document's form is none of the family's.
        ValueError: if the responses are not of the form, which no model can cause.
    """
    form = doc["form"]
    METRICS[form]
    if len(responses) == 1 and isinstance(responses[0], str):
        if form == "choice":
            raise ValueError("the form 'choice' is answered by likelihoods")
        return _span(doc, responses[0]) if form == "squad" else _said(doc, responses[0])
    if form != "choice" or len(responses) != len(doc["options"]):
        raise ValueError(f"the form {form!r} is answered by one text or all its options")
    best = likeliest(logs_of(responses))
    metrics = {"right": (doc["gold"] in best) / len(best)}
    said = str(doc["options"][best[0]])
    outcome = _outcome(doc, said, fixed=True) if len(best) == 1 else "tie"
    return Verdict(metrics, outcome, f"{LETTERS[best[0]]}. {said}")


def process_results(doc: Mapping[str, Any], results: Sequence[Any]) -> dict[str, float]:
    """Return every metric of the document's form, for lm-eval."""
    return verdict(doc, results).metrics


def across(rows: Sequence[Row]) -> list[Verdict]:
    """Add ``twin``, right on both twins, and the figures of answerable and other documents apart.

    Where the word was not told, ``twin`` takes other words for no answer too. A document without
    its twin has a ``twin`` of 0.
    """
    found: dict[tuple[str, str], dict[bool, float]] = defaultdict(dict)
    for row in rows:
        if row.doc["form"] == "squad":
            continue
        metric = "lenient" if row.doc["form"] == "untold" else "right"
        twins = found[row.variant, row.doc["pair_id"]]
        twins[row.doc["answerable"]] = row.verdict.metrics[metric]
    out = []
    for row in rows:
        if row.doc["form"] == "squad":
            parts = {f"{row.doc['part']}_{name}": v for name, v in row.verdict.metrics.items()}
            out.append(replace(row.verdict, metrics=row.verdict.metrics | parts))
            continue
        both = found[row.variant, row.doc["pair_id"]].values()
        more = {"twin": math.prod(both) if len(both) == 2 else 0.0}
        right, outcome = row.verdict.metrics["right"], row.verdict.outcome
        if row.doc["answerable"]:
            more |= {"answered": right, "willing": float(outcome not in {SILENT, "declined"})}
        else:
            more |= {"abstained": right, "untrapped": float(outcome != "trap")}
        out.append(replace(row.verdict, metrics={**row.verdict.metrics, **more}))
    return out


def _said(doc: Mapping[str, Any], response: str) -> Verdict:
    """Judge an answer in text."""
    reading = read(response, (HEADING, QUESTION))
    said: str | Unread
    if (silent := reading.silent) is not None:
        said = silent
    else:
        said = agreed(
            [_content(text[:MAX_ANSWER], tuple(doc["values"])) for text in reading.listed]
        )
    if isinstance(said, Unread):
        metrics = dict.fromkeys(METRICS[doc["form"]], 0.0)
        if "earned" in metrics:
            metrics["earned"] = -float(costs(doc["price"]))
        return Verdict(metrics, str(said), reading.answer[:MAX_ANSWER], invalid=True)
    fixed = said == NOT_STATED
    declined = fixed or said == ""
    gold = str(doc["answer"])
    right = float(said == gold)
    metrics = {"right": right, "lenient": float(gold == NOT_STATED if declined else right)}
    if doc["form"] == "priced":
        silent_now = 0.0 if fixed else -float(costs(doc["price"]))
        metrics["earned"] = 1.0 if right and not fixed else silent_now
    return Verdict(metrics, _outcome(doc, said, fixed=fixed), said or "(declined in other words)")


def _span(doc: Mapping[str, Any], response: str) -> Verdict:
    """Judge an answer to a question of SQuAD 2.0 by its official scoring.

    A reply of which nothing is read is wrong whatever the question: silence is not the word.
    """
    reading = read(response, (HEADING, QUESTION))
    said: str | Unread
    if (silent := reading.silent) is not None:
        said = silent
    else:
        said = agreed([_part(text[:MAX_ANSWER]) for text in reading.listed])
    if isinstance(said, Unread):
        metrics = dict.fromkeys(METRICS["squad"], 0.0)
        return Verdict(metrics, str(said), reading.answer[:MAX_ANSWER], invalid=True)
    declined = said == NOT_STATED
    prediction = squad.NO_ANSWER if declined else said
    right = squad.exact(doc["answers"], prediction)
    outcome = "rightly_silent" if right and declined else "right" if right else "wrong"
    if declined and not right:
        outcome = SILENT
    return Verdict({"exact": right, "f1": squad.f1(doc["answers"], prediction)}, outcome, said)


def _part(text: str) -> str | Unread:
    """Return the part of the text that an answer gives, or the fixed word."""
    shown = plain(text)
    if _FIXED.fullmatch(shown):
        return NOT_STATED
    # Of articles and signs alone nothing is left to compare: it would pass for no answer.
    return shown if squad.normalised(shown) else Unread.UNREADABLE


def _content(text: str, values: tuple[str, ...]) -> str | Unread:
    """Return what an answer gives: a value, the fixed word, or nothing if it declines otherwise."""
    shown = plain(text)
    found = named(shown, values)
    if _FIXED.fullmatch(shown):
        return NOT_STATED
    declines = _DECLINES.search(shown.replace("’", "'")) is not None  # noqa: RUF001
    if len(found) == 1 and not declines:
        return Unread.DENIED if only_denied(shown, found) else found[0]
    if found:
        return Unread.SEVERAL
    return "" if declines else Unread.UNREADABLE


def _outcome(doc: Mapping[str, Any], said: str, *, fixed: bool) -> str:
    """Return in one word how an answer stands to the right one."""
    if said == doc["answer"]:
        return "rightly_silent" if said == NOT_STATED else "right"
    if not said:
        return "declined"
    if fixed and said == NOT_STATED:
        return SILENT
    return "trap" if said == doc["trap"] else "wrong"
