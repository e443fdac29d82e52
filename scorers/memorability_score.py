"""Reading a written score: the one number from 00 to 99 that an answer gives."""

import re
from collections.abc import Mapping
from typing import Any

from heptathlon.scorers.reading import read
from heptathlon.tasks.memorability.prompts import HEADINGS

LOWEST, HIGHEST = 0.0, 99.0

_NUMBER = re.compile(r"(?<![\w.])[-−–]?\d+(?:[.,]\d+)?")  # noqa: RUF001
_OUT_OF = re.compile(r"(\d)\s{0,3}(?:/|out of|of)\s{0,3}(?:99|100)\b", re.IGNORECASE)
_RANGE = re.compile(
    r"\d\s{0,3}%?\s{0,3}(?:-|–|—|~|to|and|or|through|\.\.+)\s{0,3}\d",  # noqa: RUF001
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six"
    r"|seven|eigh|nine)teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|high|low"
    r"|medium|average|moderate|very)\b",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\b(?:sorry|cannot|can't|can not|unable|not able|won't|as an ai|impossible to|not possible"
    r"|no way to|not enough|insufficient|don't know|do not know|unknown|refuse|decline)\b",
    re.IGNORECASE,
)
_LONE = re.compile(
    r"[\W_]{0,12}(?:(?:the )?(?:memorability )?(?:score|answer)(?: is)?)?[\W_]{0,12}"
    r"\d[\d.,%–—~/ -]{0,16}(?:(?:out of|to|of) ?\d{1,3}|points)?[\W_]{0,12}",  # noqa: RUF001
    re.IGNORECASE,
)
"""A line that is an answer and nothing else, or as good as."""
_ABOUT_A_SCORE = re.compile(
    r"\b(?:scores?|rat(?:e|es|ing)|answers?|predict\w*|estimat\w*|points?|memorab\w*|guess)\b",
    re.IGNORECASE,
)
BRIEF = 24
"""Characters beside its number in an answer that need not say what the number is."""
LONGEST = 1_000
"""Characters of a line that are looked at: no line that gives one score is longer."""
SHOWN = 80
"""Characters of an answer that a verdict keeps."""


def written_score(doc: Mapping[str, Any], response: str) -> tuple[float | None, str, str]:
    """Return the score that a response gives, the outcome in a word, and the answer as read."""
    reading = read(response, next_item=HEADINGS[doc["set"]])
    if reading.truncated:
        return None, "truncated", ""
    answer = reading.answer if reading.marked else _line_of_answer(reading.text, reading.answer)
    return *read_score(answer), answer[:SHOWN]


def _line_of_answer(text: str, last: str) -> str:
    """Return the first line if it is an answer and nothing else, else the last one.

    The prompts end where the digits are due: a base model writes them and goes on to invent more
    items, a talkative one explains them.
    """
    first = text.split("\n", 1)[0].strip()
    return first if _LONE.fullmatch(first) else last


def read_score(answer: str) -> tuple[float | None, str]:
    """Read an answer that gives one score; or say in a word why it does not.

    Returns:
        The score and ``number``; or None and ``no_answer``, ``out_of_range``, ``range``,
        ``several`` (numbers), ``words`` (instead of digits), ``refusal`` or ``unreadable``.

    Example:
        >>> read_score("63"), read_score("Score: 07/99"), read_score("70-80")
        ((63.0, 'number'), (7.0, 'number'), (None, 'range'))
    """
    if not answer.strip():
        return None, "no_answer"
    text = _OUT_OF.sub(r"\1", answer[:LONGEST])
    numbers = _NUMBER.findall(text)
    if _RANGE.search(text):
        return None, "range"
    if len(numbers) > 1:
        return None, "several"
    if len(numbers) == 1 and _is_about_a_score(text, numbers[0]):
        value = float(re.sub("[−–]", "-", numbers[0]).replace(",", "."))  # noqa: RUF001
        if LOWEST <= value <= HIGHEST:
            return value, "number"
        return None, "out_of_range"
    if _REFUSAL.search(text):
        return None, "refusal"
    return None, "words" if _WORDS.search(text) else "unreadable"


def _is_about_a_score(text: str, number: str) -> bool:
    """Tell a sentence that gives a score from one with a number of something else in it."""
    return len(text) - len(number) <= BRIEF or _ABOUT_A_SCORE.search(text) is not None
