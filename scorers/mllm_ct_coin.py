"""CoIN's truth alignment, read strictly: one extractor a kind of gold answer.

The published code counts an ImageNet answer as right that is part of the gold one, the empty text
included; it cuts a digit off each end of a box whose brackets it has removed already; and it takes
the first single letter of a text as an option. None of that is done here.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from heptathlon.scorers.mllm_ct_paper import MAX_ANSWER, alone_in, named, plain_words
from heptathlon.scorers.reading import Unread, clean, read
from heptathlon.scorers.reading.options import letter_in
from heptathlon.scorers.verdict import Verdict

METRICS = ("strict", "parsed", "lenient")
LETTERS = "ABCDE"
RIGHT_OVERLAP = 0.5
"""A box is right if it overlaps with the gold one by more than this: CoIN's own bound."""
ENOUGH_VOTES = 3
"""Of the other people: so many give an answer its full share (VQA, Antol et al. 2015)."""
MAX_WORDS = 12
"""Words of an answer of the asked form: the prompts ask for a single word or phrase."""

_LETTER = re.compile(r"\(?([A-Ea-e])\)?(?:[.:)]|[.:)] [^\n]{1,400})?")
_NUMBER = r"\d{1,6}(?:\.\d{1,8})?"
_FOUR = r"\s{0,3},\s{0,3}".join([f"({_NUMBER})"] * 4)
_BOX = re.compile(rf"\[{_FOUR}\]|\({_FOUR}\)|{_FOUR}")
_ANY_BOX = re.compile(rf"(?<![\w.,-])\s?{_FOUR}(?![\w])(?!\.\d)(?!\s?,)")
_FIGURES = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "ten": "10",
}  # fmt: skip

Box = tuple[float, float, float, float]


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge the response to one row.

    Args:
        doc: the record.
        responses: one text.

    Returns:
        ``strict``: the reply is the answer and nothing else, and right; in TextVQA the share that
        the votes give it. ``parsed``: of the asked form. ``lenient``: likewise for an answer that
        stands within a sentence, on the last line or in a mark.

    Raises:
        ValueError: if the responses are not one text.
    """
    if len(responses) != 1 or not isinstance(responses[0], str):
        raise ValueError("the form 'coin' is answered by one text")
    reading = read(responses[0])
    kind = doc["kind"]
    whole = (reading.answer if reading.marked else reading.text)[-MAX_ANSWER:].strip()
    strict = _strict(kind, whole)
    exact = _worth(kind, strict, doc["golds"]) if strict else 0.0
    found = named(reading, lambda text: _lenient(kind, text), alone_in(kind))
    if found is Unread.SEVERAL:
        strict, exact = "", 0.0
    told = "" if isinstance(found, Unread) else found
    # A short sentence is of the form of a phrase, and may still hold the answer.
    lenient = strict if exact or not told else told
    worth = _worth(kind, lenient, doc["golds"]) if lenient else 0.0
    metrics = {"strict": exact, "parsed": float(bool(strict)), "lenient": worth}
    outcome = ("right" if worth else "wrong") + "_off_form" * (worth > exact or not strict)
    return Verdict(metrics, outcome if lenient else str(found), lenient, invalid=not strict)


def _strict(kind: str, text: str) -> str:
    if "\n" in text:
        return ""
    if kind == "letter":
        found = _LETTER.fullmatch(text)
        return found[1].upper() if found and letter_in(text, LETTERS) is not Unread.SEVERAL else ""
    if kind == "box":
        return text if box_of(text) else ""
    words = normal(text)
    return words if len(words.split()) <= MAX_WORDS else ""


def _lenient(kind: str, text: str) -> str | Unread:
    if kind == "letter":
        return letter_in(text, LETTERS)
    if kind == "box":
        found = {match[0].strip() for match in _ANY_BOX.finditer(text)}
        if len(found) != 1:
            return Unread.SEVERAL if found else Unread.UNREADABLE
        return found.pop()
    return normal(text) or Unread.UNREADABLE


def _worth(kind: str, answer: str, golds: Sequence[str]) -> float:
    if kind == "letter":
        return float(answer == golds[0])
    if kind == "box":
        mine, gold = box_of(answer), box_of(golds[0])
        return float(bool(mine and gold) and overlap(mine, gold) > RIGHT_OVERLAP)  # type: ignore[arg-type]
    if kind == "votes":
        return votes_for(answer, golds)
    return float(answer == normal(golds[0]))


def normal(text: str) -> str:
    """Return a text as answers are compared: without case, punctuation, articles; digits for words.

    Example:
        >>> normal("The two  Boats."), normal("don't")
        ('2 boats', 'dont')
    """
    return " ".join(_FIGURES.get(word, word) for word in plain_words(clean(text)).split())


def votes_for(answer: str, golds: Sequence[str]) -> float:
    """Return the VQA accuracy: the mean over all people of min(1, votes of the others / 3).

    Example:
        >>> votes_for("red", ["red"] * 3 + ["blue"] * 7)
        0.9
    """
    wanted = normal(answer)
    if not wanted or not golds:
        return 0.0
    same = [normal(gold) == wanted for gold in golds]
    total = sum(same)
    shares = [min(1.0, (total - own) / ENOUGH_VOTES) for own in same]
    return round(sum(shares) / len(shares), 12)


def box_of(text: str) -> Box | None:
    """Return the four numbers that a text consists of, in brackets or not; None if it does not.

    Example:
        >>> box_of("[1.00, 0.2, 1.00, 0.45]"), box_of("1, 2, 3")
        ((1.0, 0.2, 1.0, 0.45), None)
    """
    found = _BOX.fullmatch(text.strip().rstrip("."))
    if found is None:
        return None
    left, top, right, bottom = (float(part) for part in found.groups() if part is not None)
    return left, top, right, bottom


def overlap(a: Box, b: Box) -> float:
    """Return intersection over union; 0 if a box has no area.

    Example:
        >>> overlap((0, 0, 2, 1), (1, 0, 3, 1))
        0.3333333333333333
    """
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    areas = [max(0.0, x[2] - x[0]) * max(0.0, x[3] - x[1]) for x in (a, b)]
    if wide <= 0 or high <= 0 or not all(areas):
        return 0.0
    common = wide * high
    return common / (areas[0] + areas[1] - common)
