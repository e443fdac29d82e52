"""Prompts of the longcontext tasks: the text, made from its recipe, then the question.

The text stands first, so that a server with a prefix cache reads it once for all its questions.
"""

from collections.abc import Mapping
from typing import Any

from heptathlon.builders.longcontext.passages import passages_of
from heptathlon.builders.longcontext.text import text_of

Doc = Mapping[str, Any]

ANSWER = "ANSWER:"
HEADING = "Read the following text. After it comes a question about what it says."
"""First line of every prompt with a text; the scorer knows an invented further item by it."""
PASSAGES = "Read the following passages. After them comes a question."
"""First line of every prompt with passages."""
NO_TEXT = "Here is a question about a text that is not given. If you do not know the answer, guess."
_OFFERED = "One of these is the answer: {options}."
_SOME = "The answer is one or more of these: {values}."
_SAY = (
    "End your reply with one line of this form, with one of them in the place of the dots:\n"
    "{answer} ..."
)
_SAY_SOME = (
    "End your reply with one line of this form, with all that are right, parted by commas, in the "
    "place of the dots:\n{answer} ..."
)


def choose(doc: Doc) -> str:
    """Return text and question; the options are compared as what comes next."""
    return f"{_read(doc)}\n\n{question(doc)}\nAnswer:"


def choose_notext(doc: Doc) -> str:
    """Return the question alone: what a model thinks of the options by themselves."""
    return f"{NO_TEXT}\n\n{question(doc)}\nAnswer:"


def say(doc: Doc) -> str:
    """Return text and question, to be answered in text."""
    return f"{_read(doc)}\n\n{_to_say(doc)}"


def say_notext(doc: Doc) -> str:
    """Return the question alone, to be answered in text."""
    return f"{NO_TEXT}\n\n{_to_say(doc)}"


def _to_say(doc: Doc) -> str:
    """Return the question, and how it is answered in text; of a set the values are offered."""
    if not doc.get("values"):
        return f"{question(doc)}\n\n{_SAY.format(answer=ANSWER)}"
    offered = _SOME.format(values=", ".join(doc["values"]))
    return f"Question: {doc['question']}\n{offered}\n\n{_SAY_SOME.format(answer=ANSWER)}"


def _read(doc: Doc) -> str:
    """Return what comes before the question: a text, or passages, of which there may be none."""
    if "passages" not in doc:
        return f"{HEADING}\n\n{text_of(doc)}"
    if not doc["passages"]:
        return NO_TEXT
    shown = (f"Passage {n}: {one}" for n, one in enumerate(passages_of(doc), start=1))
    return "\n\n".join([PASSAGES, *shown])


def question(doc: Doc) -> str:
    """Return the question with its options, without the text."""
    parted = "; " if doc.get("values") else ", "
    return f"Question: {doc['question']}\n{_OFFERED.format(options=parted.join(doc['options']))}"


def options(doc: Doc) -> list[str]:
    """Return the options."""
    return list(doc["options"])


def gold(doc: Doc) -> int:
    """Return the index of the right option."""
    return int(doc["gold"])


def target(doc: Doc) -> str:
    """Return the gold answer as a model should write it."""
    return f"{ANSWER} {doc['options'][doc['gold']]}"
