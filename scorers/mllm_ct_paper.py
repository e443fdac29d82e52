"""MLLM-CTBench's rows, scored strictly: one extractor a kind of gold answer, and as released.

The repository has three scorers that disagree with one another and accept a gold string anywhere in
the answer, or a similarity of 0.6. ``released`` is the rule of the one that computes its matrices
(``reeval_clmm.py``, revision 17d034b), so that AP and BWT can stand beside published ones; strict
and lenient do none of that. ROUGE-L, a measure of the open tasks there, is a metric of its own.
"""

import re
import string
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from heptathlon.scorers.chain import same
from heptathlon.scorers.reading import Reading, Unread, clean, read, settled
from heptathlon.scorers.reading.numbers import number_alone, number_in, plain_figure
from heptathlon.scorers.reading.options import letter_alone, letter_in, truth_alone, truth_in
from heptathlon.scorers.verdict import Verdict

METRICS = ("strict", "parsed", "lenient", "released", "rouge_l")
LETTERS = "ABCDEFGH"
MAX_ANSWER = 4_000
MAX_TOKENS = 400
"""Words of an answer that ROUGE-L looks at: its time grows with their number times the gold's."""

_LETTER = re.compile(r"\(?([A-Ha-h])\)?[.):]?")
_NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d{1,15}(?:\.\d{1,15})?")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def verdict(doc: Mapping[str, Any], responses: Sequence[Any]) -> Verdict:
    """Judge the response to one row.

    Args:
        doc: the record.
        responses: one text.

    Returns:
        ``strict``: what is marked, or all that follows the reasoning, is of the gold answer's kind
        and equal to it. ``parsed``: of its kind. ``lenient``: equal to it if the answer names one
        thing only. ``released``: right by the repository's own rule, which takes much for right.
        ``rouge_l``: F1 of the longest common subsequence of words (Lin 2004).

    Raises:
        ValueError: if the responses are not one text.
    """
    if len(responses) != 1 or not isinstance(responses[0], str):
        raise ValueError("the form 'paper' is answered by one text")
    reading = read(responses[0])
    kind, gold = doc["kind"], normal(doc["kind"], doc["gold"])
    answer = reading.answer[-MAX_ANSWER:]
    found = named(reading, lambda text: _lenient(kind, text), alone_in(kind))
    whole = answer if reading.marked else reading.text[-MAX_ANSWER:]
    # Several lines are an explanation with an answer in it, not an answer.
    one = found is not Unread.SEVERAL and "\n" not in whole.strip()
    strict = _strict(kind, whole) if one else ""
    lenient = strict or ("" if isinstance(found, Unread) else found)
    right = bool(lenient) and same(lenient, gold)
    metrics = {
        "strict": float(bool(strict) and right),
        "parsed": float(bool(strict)),
        "lenient": float(right),
        "released": float(released(doc["task"], doc["gold"], responses[0])),
        "rouge_l": rouge_l(answer, doc["gold"]),
    }
    outcome = ("right" if right else "wrong") + "_off_form" * (not strict)
    return Verdict(metrics, outcome if lenient else str(found), lenient, invalid=not strict)


def normal(kind: str, text: str) -> str:
    """Return a gold answer in the form in which answers of its kind are compared."""
    return _strict(kind, clean(text)) or text


def _strict(kind: str, answer: str) -> str:
    text = answer.strip()
    if kind == "letter":
        found = _LETTER.fullmatch(text)
        return found[1].upper() if found else ""
    text = text.rstrip(".").strip()
    if kind == "yes_no":
        return text.lower() if text.lower() in {"yes", "no"} else ""
    if kind == "number":
        bare = text.removesuffix("%").strip()
        return plain_figure(bare) if _NUMBER.fullmatch(bare) else ""
    return plain_words(text)


def named(
    reading: Reading, name: Callable[[str], str | Unread], alone: Callable[[str], str | Unread]
) -> str | Unread:
    """Return the answer that a mark, an announcing sentence or a line gives.

    Args:
        reading: the response.
        name: reads an answer from a text of any form.
        alone: reads a line that is nothing but an answer.
    """
    found = settled(reading, lambda text: name(text[-MAX_ANSWER:]), alone)
    if reading.silent or reading.marked or not isinstance(found, Unread):
        return found
    # Nothing is looked for behind lines that give several answers; a question is no answer.
    if found is Unread.SEVERAL or reading.aside:
        return found
    return name(reading.answer[-MAX_ANSWER:])


def alone_in(kind: str) -> Callable[[str], str | Unread]:
    """Return what reads a line that is nothing but an answer of a kind; free text has none."""
    readers: dict[str, Callable[[str], str | Unread]] = {
        "letter": lambda line: letter_alone(line, LETTERS),
        "yes_no": truth_alone,
        "number": number_alone,
    }
    return readers.get(kind, lambda line: Unread.UNREADABLE)


def _lenient(kind: str, answer: str) -> str | Unread:
    if kind == "letter":
        return letter_in(answer, LETTERS)
    if kind == "yes_no":
        return truth_in(answer)
    if kind == "number":
        return number_in(answer)
    return plain_words(answer) or Unread.UNREADABLE


def plain_words(text: str) -> str:
    """Return a text without case, punctuation and articles; LaTeX without blanks alone."""
    if "\\" in text:
        return "".join(text.strip("$").split())
    words = text.lower().translate(_PUNCTUATION).split()
    return " ".join(w for w in words if w not in {"a", "an", "the"})


def rouge_l(answer: str, gold: str) -> float:
    """Return the F1 of the longest common subsequence of lower-case words and figures.

    Example:
        >>> rouge_l("the red boat", "a red boat")
        0.6666666666666666
    """
    a, b = (re.findall(r"[a-z0-9]+", t.lower())[:MAX_TOKENS] for t in (answer, gold))
    if not a or not b:
        return 0.0
    row = [0] * (len(b) + 1)
    for word in a:
        before = 0
        for j, other in enumerate(b, start=1):
            before, row[j] = row[j], before + 1 if word == other else max(row[j], row[j - 1])
    common = row[-1]
    return 2 * common / (len(a) + len(b))


# --- the repository's own rule -------------------------------------------------------------------

MOST_READ = 20_000
"""Characters of a reply, from its end, that ``released`` looks at."""
ALIKE, LONG = 0.6, 8
"""Share of common characters from which on a gold answer of more than ``LONG`` ones counts."""
CHOICES, OPEN = ("fomc", "science"), ("art", "OCR", "medical")

_ANSWERS = re.compile(r"<answer>(.*?)</answer>", re.DOTALL | re.IGNORECASE)
_THOUGHT = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL | re.IGNORECASE)
_TAGS = re.compile(r"</?answer>", re.IGNORECASE)
_FIRST_LETTER = re.compile(r"\(?\s{0,9}([A-H])\s{0,9}(?:[.):,]|$)", re.IGNORECASE)
_LONE_LETTER = re.compile(r"\b([A-H])\b")
_FIGURE = re.compile(r"-?\d+\.?\d*")


def released(task: str, gold: str, response: str) -> bool:
    """Tell whether a reply is right by the repository's rule for a task.

    Of a choice the first letter counts, an article included; of a number the last one; an open
    answer is right if the gold one stands anywhere in it, or is like it.

    Args:
        task: the repository's key of the task.
        gold: the gold answer alone.
        response: the whole reply.

    Example:
        >>> released("OCR", "ant", "an elephant"), released("fomc", "A", "a rise, so (B)")
        (True, True)
    """
    said = response[-MOST_READ:]
    marked = _ANSWERS.findall(said)
    said = (marked[-1] if marked else _TAGS.sub(" ", _THOUGHT.sub(" ", said))).strip()
    gold = gold.strip()
    if task == "numglue":
        return _same_figure(gold, said)
    if task in CHOICES or (task == "math" and re.fullmatch("[A-Ha-h]", gold)):
        letters = _letter(gold), _letter(said)
        return letters[0] == letters[1] if all(letters) else _like(gold, said)
    if task == "math":
        if gold.lower() in {"yes", "no"}:
            return gold.lower() in _spaced(said).split()[:3]
        return _same_figure(gold, said) or _like(gold, said)
    return _like(gold, said)


def _letter(text: str) -> str:
    found = _FIRST_LETTER.match(text) or _LONE_LETTER.search(text.upper())
    return found[1].upper() if found else ""


def _same_figure(gold: str, said: str) -> bool:
    figures = [_FIGURE.findall(text.replace(",", ""))[-1:] for text in (gold, said)]
    return all(figures) and abs(float(figures[0][0]) - float(figures[1][0])) < 1e-3


def _like(gold: str, said: str) -> bool:
    a, b = _spaced(gold), _spaced(said)
    if not a or a in b:
        return bool(a)
    # No more characters can be common than the shorter text has: long replies are settled here.
    possible = 2 * min(len(a), len(b)) / (len(a) + len(b)) >= ALIKE
    return len(a) > LONG and possible and SequenceMatcher(None, a, b).ratio() >= ALIKE


def _spaced(text: str) -> str:
    """Return a text in lower case with blanks for punctuation."""
    blank = str.maketrans(string.punctuation, " " * len(string.punctuation))
    return " ".join(text.lower().translate(blank).split())
