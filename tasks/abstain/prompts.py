"""Prompts of the abstain tasks: a document to text, target and options."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from heptathlon.tasks.abstain import NOT_STATED

Doc = Mapping[str, Any]

ANSWER = "ANSWER:"
HEADING = "Read this text. A question about it comes after it."
"""First line of every prompt; the scorer knows an invented further item by it."""
QUESTION = "Question:"
LETTERS = ("A", "B", "C", "D")
_WHEN = (
    "Answer from the text alone. Where it does not tell, where more than one person may be meant, "
    "or where the question takes for granted what the text does not say, the answer is {word}.",
    "Use nothing but the text. If the text leaves it open, if the name fits several people, or if "
    "the question assumes something that the text does not say of them, answer {word}.",
    "Only what the text says counts. {word} is the right answer if the text does not say it, if it "
    "is not clear who is meant, or if the question starts from something the text does not say.",
)
_SHORT = (
    "Answer from the text alone.",
    "Use nothing but the text.",
    "Only what the text says counts.",
)
_PART = "Give the shortest part of the text that answers the question, word for word."
_LINE = f"End your reply with one line that gives the answer alone, in this form:\n{ANSWER} …"
_OR = f"\nor\n{ANSWER} {NOT_STATED}"


def costs(price: str) -> Fraction:
    """Return what a wrong answer costs, where answering pays from a confidence ``price`` on.

    Example:
        >>> str(costs("0.75"))
        '3'
    """
    t = Fraction(price)
    return t / (1 - t)


def _text(doc: Doc) -> str:
    return f"{HEADING}\n\n{' '.join(doc['sentences'])}\n\n{QUESTION} {doc['text']}"


def prompt(doc: Doc) -> str:
    """Return the prompt of a document that is answered in text."""
    when = _WHEN[doc["wording"]].format(word=NOT_STATED)
    if doc["form"] == "untold":
        return f"{_text(doc)}\n\n{_SHORT[doc['wording']]} {_LINE}"
    if doc["form"] == "priced":
        cost = costs(doc["price"])
        lost = f"costs {cost} point{'s' * (cost != 1)}" if cost else "costs nothing"
        when = (
            f"{when} A right answer earns 1 point, {NOT_STATED} earns 0, and an answer that is "
            f"wrong {lost}."
        )
    return f"{_text(doc)}\n\n{when} {_LINE}{_OR}"


def span(doc: Doc) -> str:
    """Return the prompt of a question of SQuAD 2.0: a part of the text, or the word for none."""
    when = _WHEN[0].format(word=NOT_STATED)
    return f"{_text(doc)}\n\n{_PART} {when} {_LINE}{_OR}"


def choosing(doc: Doc) -> str:
    """Return the prompt of the form ``choice``."""
    asked, options = _unlabelled(doc)
    lines = "\n".join(f"{x}. {o}" for x, o in zip(LETTERS, options, strict=True))
    return f"{asked}\n\n{lines}\n\n{ANSWER}"


def _unlabelled(doc: Doc) -> tuple[str, list[str]]:
    """Return the question of the form ``choice``, and its options without their letters."""
    when = _WHEN[doc["wording"]].format(word=NOT_STATED)
    return f"{_text(doc)}\n\n{when}", list(doc["options"])


QUESTIONS = {"choosing": _unlabelled}
"""By prompt, the question without labels; see :mod:`heptathlon.tasks.prompt_forms.questions`."""


def target(doc: Doc) -> str:
    """Return the gold answer as a model should write it."""
    return f"{ANSWER} {doc['answer']}"


def gold(doc: Doc) -> int:
    """Return the index of the right option."""
    return int(doc["gold"])


def letters(doc: Doc) -> list[str]:
    """Return what is compared: the options' letters."""
    return list(LETTERS[: len(doc["options"])])
