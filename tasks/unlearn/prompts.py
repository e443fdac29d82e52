"""Prompts of the unlearning tasks: a document to text, target and options.

What is probed in a training is asked barely, as its files word it; what stands in the prompt is
asked as one asks a reader.
"""

from collections.abc import Mapping
from typing import Any

from heptathlon.builders.unlearn.records import WITHHELD

Doc = Mapping[str, Any]

ANSWER = "ANSWER:"
HEADING = "Read these notes. After them come an order and a question."
"""First line of every prompt with notes in it."""
_SAY = (
    "End your reply with one line that gives the answer alone, in this form:\n{answer} …\nor, "
    "where the order says so:\n{answer} {withheld}"
)
_QUESTION = "Question: {text}\nAnswer:"
SENTENCE = "A note:"
"""Stands before a whole sentence of training."""


def prompt(doc: Doc) -> str:
    """Return a document's prompt."""
    form = doc["form"]
    if form == "prompted":
        return f"{_notes(doc)}\n\n{doc['text']}\n\n{_SAY.format(answer=ANSWER, withheld=WITHHELD)}"
    if form == "member":
        return SENTENCE
    if form in {"ask", "mixed", "topic", "skill"}:
        return _QUESTION.format(text=doc["text"])
    return str(doc["text"])


def choosing(doc: Doc) -> str:
    """Return the prompt of a scene whose answers are compared by likelihood."""
    return f"{_notes(doc)}\n\n{_QUESTION.format(text=doc['text'])}"


def _notes(doc: Doc) -> str:
    notes = "\n".join(f"- {text}" for text in doc["documents"])
    return f"{HEADING}\n\n{notes}\n\n{doc['order']}"


def target(doc: Doc) -> str:
    """Return the gold answer as a model should write it."""
    return f"{ANSWER} {doc['answer']}" if doc["form"] == "prompted" else str(doc["answer"])


def gold(doc: Doc) -> int:
    """Return the index of the right option."""
    return int(doc["gold"])


def options(doc: Doc) -> list[str]:
    """Return what is compared."""
    return list(doc["options"])
