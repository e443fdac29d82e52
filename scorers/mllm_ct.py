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
from heptathlon.scorers.answers import one_letter, one_truth, only
from heptathlon.scorers.reading import Reading, before_next_item, marked_answer, read, reasoning
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

YES, NO = "yes", "no"
MAX_ANSWER = 4_000
"""Characters of an answer that are read leniently, from its end."""

_WHOLE = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?")
_NUMBER = re.compile(r"(?<![\w.,-])-?\d{1,12}(?:\.\d{1,6})?(?![\w])(?!\.\d)")
_LETTER = re.compile(r"\(?([A-D])\)?[.):]?")
_CODE = re.compile(r"(?=.*[0-9])[A-Z0-9]{5}")
"""A code of the boards: any such code is of the asked form, shown or not."""
_SUM = re.compile(
    r"[-+*/×÷−]\s{0,3}\d[\d.]{0,12}\s{0,3}=\s{0,3}(-?\d{1,12}(?:\.\d{1,6})?)\D{0,40}$"  # noqa: RUF001
)


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
    # Before the reasoning is cut off: an invented item brings reasoning tags of its own.
    response = before_next_item(responses[0], heading(doc))
    reading = read(response)
    strict = strict_answer(doc, reading)
    lenient = strict or lenient_answer(doc, reading)
    checked = chain.check(reasoning(response), doc["steps"])
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
    if not lenient:
        outcome = "truncated" if reading.truncated else "no_answer"
    else:
        outcome = ("right" if right else "wrong") + "_off_form" * (not strict)
    return Verdict(metrics, outcome, lenient, invalid=not strict)


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
        return found[1] if found and LETTERS.index(found[1]) < len(doc["options"]) else ""
    if _is_number(doc):
        return answer if _WHOLE.fullmatch(answer) else ""
    if _CODE.fullmatch(doc["content"]):
        return answer.upper() if _CODE.fullmatch(answer.upper()) else ""
    return next((c for c in doc["candidates"] if c.lower() == answer.lower()), "")


def lenient_answer(doc: Mapping[str, Any], reading: Reading) -> str:
    """Return the answer in the asked style, from whatever form names exactly one; else empty."""
    if found := _lenient(doc, reading.answer[-MAX_ANSWER:]):
        return found
    return "" if reading.marked else _lenient(doc, reading.text[-MAX_ANSWER:])


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


def _lenient(doc: Mapping[str, Any], text: str) -> str:
    style = doc["form"]
    if style == "yes_no":
        said, truth = one_truth(text)
        if said:
            return truth
        named = _content(doc, text)
        return "" if not named else YES if chain.same(named, doc["proposed"]) else NO
    if style == "choice":
        several, letter = one_letter(text, LETTERS[: len(doc["options"])])
        if several:
            return ""
        named = only(_named(doc["options"], text))
        if letter:
            option = doc["options"][LETTERS.index(letter)]
            # A letter beside another option's words says two things at once.
            return letter if not named or chain.same(named, option) else ""
        places = [i for i, o in enumerate(doc["options"]) if named and chain.same(o, named)]
        return LETTERS[places[0]] if places else ""
    return _content(doc, text)


def _content(doc: Mapping[str, Any], text: str) -> str:
    """Return the one thing that a text names; empty if it names none or several."""
    if not _is_number(doc):
        return only(_named(doc["candidates"], text))
    if total := _SUM.search(text):
        return total[1]
    return only(_NUMBER.findall(text))


def _named(words: Sequence[str], text: str) -> list[str]:
    """Return the words that stand in a text as whole words (numbers: as whole numbers)."""
    if all(map(_WHOLE.fullmatch, words)):
        return _NUMBER.findall(text)
    low = text.lower()
    return [w for w in words if re.search(rf"(?<![\w-]){re.escape(w.lower())}(?![\w-])", low)]
