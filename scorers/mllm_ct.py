"""The family's scorer: taught tasks, the stream's, the paper's and CoIN's, each by its form.

Of the stream each document gets a vector, so that forgetting can be told apart by what was lost. An
answer is read twice: strictly, in the asked form, and leniently, in whatever form, after the
reasoning is removed (with it in place, gold words in the reasoning would hide forgetting). The
reasoning is checked against the scene's facts. Nothing is ever matched by containment.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from heptathlon.scorers import chain, mllm_ct_blocks, mllm_ct_coin, mllm_ct_paper
from heptathlon.scorers.reading import (
    Reading,
    Unread,
    marked_answer,
    options,
    read,
    reasoning,
    settled,
)
from heptathlon.scorers.reading.numbers import number_alone, number_in, number_said
from heptathlon.scorers.reading.options import NO, YES, bare, named_in, truth_alone, truth_in
from heptathlon.scorers.verdict import Verdict
from heptathlon.tasks.mllm_ct.prompts import LETTERS, WORDS, heading

VECTOR = (
    "strict", "parsed", "lenient", "reasoning", "step_recall", "uncontradicted", "agreement",
)  # fmt: skip
METRICS: dict[str, tuple[str, ...]] = dict.fromkeys(
    ("yes_no", "choice", "short", "brief", "detailed"), VECTOR
)
"""Metrics of each answer style, in the order in which they are reported."""
METRICS["paper"] = mllm_ct_paper.METRICS
METRICS["coin"] = mllm_ct_coin.METRICS
METRICS |= dict.fromkeys(mllm_ct_blocks.FORMS, mllm_ct_blocks.METRICS)
STATISTICS = mllm_ct_blocks.STATISTICS
BOUNDS = mllm_ct_blocks.BOUNDS
across = mllm_ct_blocks.across

MAX_ANSWER = 4_000
"""Characters of an answer that are read leniently, from its end."""

_WHOLE = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?")
_LETTER = re.compile(r"\(?([A-Da-d])\)?[.):]?")
_CODE = re.compile(r"(?=.*[0-9])[A-Z0-9]{5}")
"""A code of the boards: any such code is of the asked form, shown or not."""


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge the response to one document.

    Args:
        doc: the record.
        responses: one text.

    Returns:
        ``strict``: right and in the asked form. ``parsed``: in the asked form. ``lenient``: right
        in whatever form. ``step_recall``: share of the facts stated in the reasoning and not
        contradicted there. ``uncontradicted``: share that nothing contradicts, 0 without any
        statement. ``reasoning``: facts stated less facts contradicted, over all. ``agreement``:
        whether the reasoning's conclusion is the answer given, right or wrong; 0 without either.

    Raises:
        KeyError: if the document's form is none of the family's.
        ValueError: if the responses are not one text, which no model can cause.
    """
    style = doc["form"]
    if style in mllm_ct_blocks.FORMS:
        return mllm_ct_blocks.verdict(doc, responses)
    if style == "paper":
        return mllm_ct_paper.verdict(doc, responses)
    if style == "coin":
        return mllm_ct_coin.verdict(doc, responses)
    if style not in METRICS:
        raise KeyError(style)
    if len(responses) != 1 or not isinstance(responses[0], str):
        raise ValueError(f"the form {style!r} is answered by one text")
    reading = read(responses[0], [heading(doc)])
    found = lenient_answer(doc, reading)
    # Marks that give several answers have none of the asked form either.
    strict = "" if found is Unread.SEVERAL else strict_answer(doc, reading)
    lenient = strict or ("" if isinstance(found, Unread) else found)
    checked = chain.check(reasoning(responses[0], [heading(doc)]), doc["steps"])
    right = bool(lenient) and chain.same(lenient, doc["answer"])
    metrics = {
        "strict": float(bool(strict) and right),
        "parsed": float(bool(strict)),
        "lenient": float(right),
        "reasoning": checked.score,
        "step_recall": checked.recall,
        "uncontradicted": checked.uncontradicted,
        "agreement": float(agrees(doc, checked.conclusion, lenient)),
    }
    outcome = ("right" if right else "wrong") + "_off_form" * (not strict)
    return Verdict(metrics, outcome if lenient else str(found), lenient, invalid=not strict)


def process_results(doc: Mapping[str, Any], results: Sequence[Any]) -> dict[str, float]:
    """Return every metric of the document's form, for lm-eval."""
    return verdict(doc, results).metrics


def strict_answer(doc: Mapping[str, Any], reading: Reading) -> str:
    """Return the answer if it has the asked form; empty otherwise.

    The form is the marked line with nothing but the answer on it, and for the two explaining
    styles an explanation of about the asked length before it.
    """
    style = doc["form"]
    if not reading.marked:
        return ""
    answer = reading.answer.rstrip(".").strip()
    if style in WORDS:
        mark = marked_answer(reading.text)
        words = len(reading.text[: mark.start].split()) if mark else 0
        low, high = WORDS[style]
        if not low <= words <= high:
            return ""
    if style == "yes_no":
        return answer.lower() if answer.lower() in (YES, NO) else ""
    if style == "choice":
        found = _LETTER.fullmatch(answer)
        letter = found[1].upper() if found else ""
        return letter if letter in LETTERS[: len(doc["options"])] else ""
    if _is_number(doc):
        return answer if _WHOLE.fullmatch(answer) else ""
    if _CODE.fullmatch(doc["content"]):
        return answer.upper() if _CODE.fullmatch(answer.upper()) else ""
    return next((c for c in doc["candidates"] if c.lower() == answer.lower()), "")


def lenient_answer(doc: Mapping[str, Any], reading: Reading) -> str | Unread:
    """Return the answer in the asked style, from whatever form names exactly one."""
    if (silent := reading.silent) is not None:
        return silent
    if doc["form"] == "choice":
        letters = LETTERS[: len(doc["options"])]
        chosen = options.chosen(reading, letters, list(doc["options"]))
        found: str | Unread = chosen if isinstance(chosen, Unread) else letters[chosen]
    else:
        found = settled(
            reading, lambda text: _lenient(doc, text[-MAX_ANSWER:]), lambda line: _alone(doc, line)
        )
    if reading.marked or not isinstance(found, Unread) or found is Unread.SEVERAL:
        return found
    if reading.aside:
        return Unread.UNREADABLE
    # Of a sentence that announces nothing, a number counts only if it is all that is said.
    if _is_number(doc) and doc["form"] not in {"yes_no", "choice"}:
        return number_said(reading.answer)
    return _lenient(doc, reading.answer[-MAX_ANSWER:])


def agrees(doc: Mapping[str, Any], conclusion: str, answer: str) -> bool:
    """Tell whether the reasoning's conclusion and the answer given are the same."""
    if not conclusion or not answer:
        return False
    if doc["form"] == "yes_no":
        return (answer == YES) == chain.same(conclusion, doc["proposed"])
    if doc["form"] == "choice":
        return chain.same(conclusion, doc["options"][LETTERS.index(answer)])
    return chain.same(conclusion, answer)


def _is_number(doc: Mapping[str, Any]) -> bool:
    return _WHOLE.fullmatch(doc["content"]) is not None


def _lenient(doc: Mapping[str, Any], text: str) -> str | Unread:
    style = doc["form"]
    if style == "yes_no":
        truth = truth_in(text)
        if truth is not Unread.UNREADABLE:
            return truth
        named = _content(doc, text)
        if isinstance(named, Unread):
            return named
        return YES if chain.same(named, doc["proposed"]) else NO
    if style == "choice":
        letters = LETTERS[: len(doc["options"])]
        found = options.option_in(text, letters, list(doc["options"]))
        return found if isinstance(found, Unread) else letters[found]
    return _content(doc, text)


def _alone(doc: Mapping[str, Any], line: str) -> str | Unread:
    """Return the answer that a line is, and nothing else."""
    if doc["form"] == "yes_no":
        return truth_alone(line)
    if _is_number(doc):
        return number_alone(line)
    return next((c for c in doc["candidates"] if bare(c) == bare(line)), Unread.UNREADABLE)


def _content(doc: Mapping[str, Any], text: str) -> str | Unread:
    """Return the one thing that a text names, if it names exactly one."""
    return number_in(text) if _is_number(doc) else named_in(text, list(doc["candidates"]))
