"""Prompts of the recall tasks: all arms end in the same sentences."""

from collections.abc import Mapping
from typing import Any

from heptathlon.scorers.recall import HEADING

Doc = Mapping[str, Any]

ANSWER = "ANSWER:"
_YEARBOOK = "From a yearbook:\n{notes}"
_TOLD = (
    "Answer as one would have to before {date}: use only the values given above in this question, "
    "and nothing that became known later, wherever it stands."
)
_SAY = "End your reply with one line that gives the number alone, in this form:\n{answer} 12.3"


def prompt(doc: Doc) -> str:
    """Return a document's prompt."""
    parts = [HEADING]
    if doc["notes"]:
        parts.append(_YEARBOOK.format(notes="\n".join(doc["notes"])))
    unit = f", in {doc['unit']}" * bool(doc["unit"])
    series = f"{doc['series']} of {doc['country']}{unit}"
    if doc["form"] == "named":
        parts.append(f"What was the {series}, in {doc['date']}?")
    elif doc["form"] == "masked":
        shown = ", ".join(doc["history"])
        parts.append(f"A series went: {shown}. What was the next value?")
    else:
        shown = ", ".join(
            f"{d}: {v}" for d, v in zip(doc["dates"], doc["history"], strict=True)
        )  # fmt: skip
        parts.append(
            f"The {series}, went: {shown}. What was the next value, that of {doc['date']}?"
        )
    if doc["form"] == "told":
        parts.append(_TOLD.format(date=doc["date"]))
    parts.append(_SAY.format(answer=ANSWER))
    return "\n\n".join(parts)


def target(doc: Doc) -> str:
    """Return the gold answer as a model should write it."""
    return f"{ANSWER} {doc['answer']}"
