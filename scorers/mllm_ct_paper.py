"""MLLM-CTBench's rows, scored strictly: one extractor a kind of gold answer.

The repository has three scorers that disagree with one another and accept a gold string anywhere in
the answer, or a similarity of 0.6. None of that is done here; ROUGE-L, its measure of the open
tasks, stands beside as a metric of its own.
"""

import re
import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from heptathlon.scorers.chain import same
from heptathlon.scorers.reading import Reading, Unread, clean, read, settled
from heptathlon.scorers.reading.numbers import number_alone, number_in, plain_figure
from heptathlon.scorers.reading.options import letter_alone, letter_in, truth_alone, truth_in
from heptathlon.scorers.verdict import Verdict

METRICS = ("strict", "parsed", "lenient", "rouge_l")
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
        ``strict``: marked, of the gold answer's kind and equal to it. ``parsed``: marked and of
        its kind. ``lenient``: equal to it if the answer names one thing only. ``rouge_l``: F1 of
        the longest common subsequence of words (Lin 2004).

    Raises:
        ValueError: if the responses are not one text.
    """
    if len(responses) != 1 or not isinstance(responses[0], str):
        raise ValueError("the form 'paper' is answered by one text")
    reading = read(responses[0])
    kind, gold = doc["kind"], normal(doc["kind"], doc["gold"])
    answer = reading.answer[-MAX_ANSWER:]
    found = named(reading, lambda text: _lenient(kind, text), alone_in(kind))
    several = found is Unread.SEVERAL
    strict = _strict(kind, answer) if reading.marked and not several else ""
    lenient = strict or ("" if isinstance(found, Unread) else found)
    right = bool(lenient) and same(lenient, gold)
    metrics = {
        "strict": float(bool(strict) and right),
        "parsed": float(bool(strict)),
        "lenient": float(right),
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
    if found is Unread.SEVERAL or reading.asks:
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
