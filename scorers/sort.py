"""The SORT scorer: which option was chosen, and what the text was worth.

An answer is a choice among a few options, read from likelihoods in two ways that are both reported
(lm-eval's and the paper's), or from text. The headline of the fresh edition looks at both orders of
a pair together, so that a habit of one letter or place decides nothing; that of the paper edition
at the same question with the text and without it.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from heptathlon.scorers.reading import Unread, options, read
from heptathlon.scorers.verdict import Row, Verdict
from heptathlon.tasks.sort.prompts import HEADING, NO_TEXT, labels

BASIC = ("acc", "acc_paper", "a_rate", "p_right")
METRICS: dict[str, tuple[str, ...]] = dict.fromkeys(
    ("order", "first", "middle", "before", "nearer", "told", "happened"), BASIC
)
"""Metrics of each form, in the order in which they are reported.

``acc``: lm-eval's plain likelihood: the option with the greatest is the answer, the first one of
equals. ``acc_paper``: the same, but wrong unless the option is sure to be among the model's 20
likeliest next tokens, outside of which the paper's code counts an answer as wrong; where the ranks
of the letters are recorded (``sort_book_ranks``), the paper's own reading itself. ``a_rate``:
whether the first option was chosen; its mean shows a bias by position, and neither a high nor a
low one is good. ``p_right``: the share of the options' probability that the right one has; of an
answer in text, whether it is right.

:func:`across` adds ``acc_both``, ``consistent``, ``all_orders``, ``uplift`` and ``disturbed``.
"""
BOTH = "acc_both"
ALL_METRICS = (*BASIC, BOTH, "consistent", "all_orders", "uplift", "disturbed")

BOUNDS = {"uplift": (-1.0, 1.0), "disturbed": (-1.0, 1.0)}
TIE = 1e-9
"""Difference of two sums of probabilities that rounding alone could make."""

TOP = 20
"""The paper's code looks among so many next tokens (evaluation.py: ``logprobs=20``)."""
SURE = 1.0 / (TOP + 1)
"""A token likelier than this is among the 20 likeliest: 20 others as likely would sum to over 1."""

NEXT_ITEMS = (HEADING, NO_TEXT.partition("{")[0])


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge the responses to one document.

    Args:
        doc: the record.
        responses: one (log-likelihood, is greedy) pair an option, or one text.

    Raises:
        KeyError: if the document's form is none of the family's.
        ValueError: if the responses are neither, which no model can cause.
    """
    names = METRICS[doc["form"]]
    said = labels(doc)
    ranked = _ranked(responses[0]) if len(responses) == 1 else None
    if ranked:
        values = [ranked.get(f"_{label}", ranked.get(label, UNSEEN)).score for label in said]
        chosen = max(range(len(values)), key=values.__getitem__)
        share = _share(values, doc["gold"])
        seen = True
    elif len(responses) == 1 and isinstance(responses[0], str):
        choice = options.chosen(read(responses[0], NEXT_ITEMS), said, list(doc["options"]))
        if isinstance(choice, Unread):
            return Verdict(dict.fromkeys(names, 0.0), choice.value, invalid=True)
        chosen, seen = choice, True
        share = float(choice == doc["gold"])
    else:
        if len(responses) != len(said):
            raise ValueError(f"{len(said)} options have {len(responses)} likelihoods")
        values = [float(value) for value, _ in responses]
        if any(math.isnan(value) for value in values):
            raise ValueError("a likelihood is not a number")
        chosen = max(range(len(values)), key=values.__getitem__)
        seen = bool(responses[chosen][1]) or values[chosen] > math.log(SURE)
        share = _share(values, doc["gold"])
    right = float(chosen == doc["gold"])
    metrics = {
        "acc": right,
        "acc_paper": _as_published(ranked, said, doc["gold"]) if ranked else right * seen,
        "a_rate": float(chosen == 0),
        "p_right": share,
    }
    return Verdict(metrics, "right" if right else "wrong", said[chosen])


class _Ranked(NamedTuple):
    """A letter, with a blank before it or without, among all next tokens.

    Attributes:
        rank: its rank, from 1.
        score: its log-probability.
    """

    rank: int
    score: float


UNSEEN = _Ranked(0, -math.inf)
_RANKS = re.compile(r"RANKS( _?\S{1,20}=\d{1,8}:-?\d{1,6}(\.\d{1,20})?(e-?\d{1,3})?){1,8}")


def _ranked(response: Any) -> dict[str, _Ranked] | None:
    """Return the ranks that a model class recorded, by form; None for any other answer."""
    if not isinstance(response, str) or not _RANKS.fullmatch(response):
        return None
    out = {}
    for word in response.split()[1:]:
        form, _, said = word.rpartition("=")
        rank, _, score = said.partition(":")
        out[form] = _Ranked(int(rank), float(score))
    return out


def _as_published(ranked: Mapping[str, _Ranked], said: Sequence[str], gold: int) -> float:
    """Return whether an answer is right as the paper's code reads it.

    Of each letter the first form among the 20 likeliest tokens counts, bare before blank; the
    likelier letter is the answer, the first one of equals, and none is wrong (evaluation.py).
    """
    scores = [
        next(
            (
                ranked[f].score
                for f in (label, f"_{label}")
                if 0 < ranked.get(f, UNSEEN).rank <= TOP
            ),
            -math.inf,
        )
        for label in said
    ]
    best = max(range(len(scores)), key=scores.__getitem__)
    return float(scores[best] > -math.inf and best == gold)


def _share(values: Sequence[float], gold: int) -> float:
    """Return an option's part of the probability of all; an equal one if none has any."""
    best = max(values)
    if best == -math.inf:
        return 1 / len(values)
    weights = [math.exp(value - best) for value in values]
    return weights[gold] / sum(weights)


def process_results(doc: Mapping[str, Any], results: Sequence[Any]) -> dict[str, float]:
    """Return every metric of the document's form, for lm-eval."""
    return verdict(doc, results).metrics


def across(rows: Sequence[Row]) -> list[Verdict]:
    """Add the figures that need several documents of a run.

    ``acc_both``, of forms with two options: whether the right one has the greater probability in
    the mean of both orders, and 1/2 if both have the same. In log-odds that is the sign of what the
    text is worth: a preference for a label or a place, which both orders share, cancels out. Of
    answers in text it is the share of right ones. ``consistent``: whether the same segment or event
    was chosen in every order in which it was offered; ``all_orders``: whether it was the right one
    each time. These three are there where every order was asked. ``uplift``: right with the text
    minus right without it (1, 0 or -1), where the same question was answered in the same way
    without the text. ``disturbed``: right with other texts between the text and the question minus
    right without them.
    """
    added: list[dict[str, float]] = [{} for _ in rows]
    for indices in _groups(rows, _same_pair).values():
        if len(indices) < _orders(rows[indices[0]].doc):
            continue
        picked = {_picked(rows[i]) for i in indices}
        right = [rows[i].verdict.metrics["acc"] for i in indices]
        both = sum(rows[i].verdict.metrics["p_right"] for i in indices) - len(indices) / 2
        for i in indices:
            if len(rows[i].doc["options"]) == 2:
                added[i][BOTH] = 0.5 if abs(both) < TIE else float(both > 0)
            added[i]["consistent"] = float(len(picked) == 1 and None not in picked)
            added[i]["all_orders"] = min(right)
    found = {
        condition: {
            (baseline_of(row.variant), row.doc["asked_id"]): row.verdict.metrics["acc"]
            for row in rows
            if row.doc["condition"] == condition
        }
        for condition in ("notext", "text")
    }
    for row, more in zip(rows, added, strict=True):
        key = (baseline_of(row.variant), row.doc["asked_id"])
        if row.doc["condition"] != "notext" and key in found["notext"]:
            more["uplift"] = row.verdict.metrics["acc"] - found["notext"][key]
        if row.doc["condition"] == "between" and key in found["text"]:
            more["disturbed"] = row.verdict.metrics["acc"] - found["text"][key]
    return [
        replace(row.verdict, metrics={**row.verdict.metrics, **more})
        for row, more in zip(rows, added, strict=True)
    ]


def baseline_of(variant: str) -> str:
    """Return the way of asking that a task shares with the task it is measured against.

    Answers in text are compared with answers in text, the paper's prompts with the paper's
    prompts; a prompt without the title is not compared with one that names it.
    """
    if variant.startswith(("sort_book_say", "sort_book_memory")):
        return "sort_book_say"
    if variant.startswith("sort_write"):
        return "sort_write"
    if variant.startswith(("sort_say", "sort_memory")):
        return "sort_say"
    if variant.startswith(("sort_own_say", "sort_own_memory")):
        return "sort_own_say"
    for way in ("sort_book_untitled", "sort_book", "sort_untitled"):
        if variant.startswith(way):
            return way
    return "sort_own" if variant.startswith("sort_own") else "sort"


def _same_pair(row: Row) -> Hashable:
    return (baseline_of(row.variant), row.doc["condition"], row.doc["pair_id"])


def _orders(doc: Mapping[str, Any]) -> int:
    """Return in how many orders a question is offered."""
    return 3 if doc["form"] == "middle" else 2


def _picked(row: Row) -> Hashable:
    """Return what was chosen, in whatever place it was offered; None if nothing was."""
    doc, answer = row.doc, row.verdict.answer
    if row.verdict.invalid:
        return None
    if doc["form"] == "before":
        # "X before Y" and "Y after X" are one answer.
        x, y = doc["events"]
        return (x, y) if answer == doc["options"][0] else (y, x)
    return str(doc["options"][labels(doc).index(answer)])


def _groups(rows: Sequence[Row], key: Callable[[Row], Hashable]) -> dict[Hashable, list[int]]:
    out: dict[Hashable, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        out[key(row)].append(index)
    return out


class PromptScore(NamedTuple):
    """What a model reached in one of the paper's prompts.

    Attributes:
        number: number of the prompt.
        acc: accuracy.
        a_rate: share of answers that chose the first option.
        pairs: number of validation pairs.
    """

    number: int
    acc: float
    a_rate: float
    pairs: int


def sweep(rows: Sequence[Row]) -> list[PromptScore]:
    """Return what a model reached in each prompt of the sweep, the paper's choice first.

    The most accurate one; of equals the one whose share of A is nearest to a half (repository
    history of bridge-ai-neuro/SORT, 5917c78), and of those the one with the lowest number.

    Raises:
        ValueError: if no row is of the sweep.
    """
    by_prompt: dict[int, list[Verdict]] = defaultdict(list)
    for row in rows:
        if "prompt" in row.doc:
            by_prompt[int(row.doc["prompt"])].append(row.verdict)
    if not by_prompt:
        raise ValueError("no document of the sweep is among the rows")

    def mean(metric: str, verdicts: Sequence[Verdict]) -> float:
        return sum(v.metrics[metric] for v in verdicts) / len(verdicts)

    found = [
        PromptScore(number, mean("acc", verdicts), mean("a_rate", verdicts), len(verdicts))
        for number, verdicts in by_prompt.items()
    ]
    return sorted(found, key=lambda one: (-one.acc, abs(one.a_rate - 0.5), one.number))


def pick_prompt(rows: Sequence[Row]) -> int:
    """Return the paper's prompt that serves a model best on the validation pairs, by :func:`sweep`.

    Raises:
        ValueError: if no row is of the sweep.
    """
    return sweep(rows)[0].number
