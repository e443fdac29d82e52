"""Prompts of the facts tasks: a document to text, target and options.

What is probed in a training is asked barely, as the corpus and its question files word it; what
stands in the prompt is asked as one asks a reader.
"""

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

Doc = Mapping[str, Any]

ANSWER = "ANSWER:"
HEADING = "Read these notes. After them comes a task."
"""First line of every prompt with texts in it."""
_SAY = "End your reply with one line that gives the answer alone, in this form:\n{answer} …"
_GO_ON = (
    "One of the notes begins as follows. Go on with it where it stops, word for word, and write "
    "nothing else.\n\n{text}"
)
_WHICH = "Here is one of the notes again, as it stands above:"
INSCRIPTION = "The inscription reads:"
BIOGRAPHY = "A biography:"


def prompt(doc: Doc) -> str:
    """Return a document's prompt."""
    form = doc["form"]
    if doc["documents"]:
        notes = "\n".join(f"- {text}" for text in doc["documents"])
        return f"{HEADING}\n\n{notes}\n\n{_task(doc)}"
    if form in {"extraction", "composition"}:
        return f"Question: {doc['text']}\nAnswer:"
    if form == "recognition":
        return BIOGRAPHY
    return INSCRIPTION if form == "trap" else str(doc["text"])


def _task(doc: Doc) -> str:
    form = doc["form"]
    if form == "recognition":
        return _WHICH
    if form == "recall":
        return _GO_ON.format(text=doc["text"])
    return f"{doc['text']}\n\n{_SAY.format(answer=ANSWER)}"


def choosing(doc: Doc) -> str:
    """Return the prompt of a question about the notes whose answers are compared."""
    notes = "\n".join(f"- {text}" for text in doc["documents"])
    return f"{HEADING}\n\n{notes}\n\nQuestion: {doc['text']}\nAnswer:"


def target(doc: Doc) -> str:
    """Return the gold answer as a model should write it."""
    if doc["documents"] and doc["form"] in {"guess", "extraction", "composition"}:
        return f"{ANSWER} {doc['answer']}"
    return str(doc["answer"])


def gold(doc: Doc) -> int:
    """Return the index of the right option."""
    return int(doc["gold"])


def options(doc: Doc) -> list[str]:
    """Return what is compared: of a trap, the whole."""
    return [str(doc["answer"])] if doc["form"] in {"trap", "fiction"} else list(doc["options"])


def beginnings(doc: Doc) -> list[str]:
    """Return a trap's beginnings, one word longer each, the whole last: so each word is known."""
    return list(accumulate(doc["options"], lambda said, word: f"{said} {word}"))
