"""SORT prompts of the fresh edition: a document to text, target and options.

All that does not depend on the question stands before the text, and the two orders of a pair part
only where the first option begins: so the prompts of one text share their prefix to the last
possible character, and a server with a prefix cache reads each text once.
"""

from collections.abc import Mapping
from typing import Any

Doc = Mapping[str, Any]

LETTERS = "ABCD"
ANSWER = "ANSWER:"
HEADING = "Read the following text. After it comes a question about the order of what it tells."
"""First line of every prompt that has the text; a scorer knows an invented further item by it."""
NO_TEXT = "Here is a question about the order of what is told in {name}."
_GUESS = "The text is not given here; if you do not know it, guess."
_READ_BEFORE = "You have read the text before."

_QUESTIONS = {
    "first": "Which of these two passages comes first in {name}?",
    "middle": "Which of these three events is told between the other two in {name}?",
    "told": "Which of these two events is told first in {name}, whichever happened first?",
    "happened": "Which of these two events happened first, wherever they are told in {name}?",
}
_BEFORE = (
    "Is this event told before or after the other one in {name}?\nThis event: {x}\n"
    "The other one: {y}"
)
_NEARER = "Which of these two events is told nearer to this one in {name}?\nThis one: {x}"
_SAY = "End your reply with one line that gives the answer alone, in this form:\n{answer} {example}"


def name_of(doc: Doc, *, titled: bool = True) -> str:
    """Return how a question names the text."""
    return f'"{doc["title"]}"' if titled else "the text"


def question(doc: Doc, *, titled: bool = True) -> str:
    """Return the question with its options, without text and without a cue for the answer."""
    name = name_of(doc, titled=titled)
    if doc["form"] == "before":
        x, y = doc["events"]
        return _BEFORE.format(name=name, x=x, y=y)
    if doc["form"] == "nearer":
        asked = _NEARER.format(name=name, x=doc["events"][0])
    else:
        asked = _QUESTIONS[doc["form"]].format(name=name)
    offered = (f"{letter}: {o}" for letter, o in zip(LETTERS, doc["options"], strict=False))
    return "\n".join([asked, *offered])


def _head(doc: Doc, *, titled: bool = True) -> str:
    if doc["condition"] == "text":
        title = f"{doc['title']}\n\n" if titled else ""
        return f"{HEADING}\n\n{title}{doc['text']}"
    what = _READ_BEFORE if doc["condition"] == "memory" else _GUESS
    return f"{NO_TEXT.format(name=name_of(doc, titled=titled))} {what}"


def likelihood(doc: Doc) -> str:
    """Return the prompt whose continuations are compared."""
    return f"{_head(doc)}\n\n{question(doc)}\n{_cue(doc)}"


def untitled(doc: Doc) -> str:
    """Return :func:`likelihood` without the text's title anywhere."""
    return f"{_head(doc, titled=False)}\n\n{question(doc, titled=False)}\n{_cue(doc)}"


def say(doc: Doc) -> str:
    """Return the prompt that is answered in text."""
    return f"{_head(doc)}\n\n{question(doc)}\n\n" + _SAY.format(
        answer=ANSWER, example=labels(doc)[0]
    )


def _cue(doc: Doc) -> str:
    return "Answer (before or after):" if doc["form"] == "before" else "Answer:"


def labels(doc: Doc) -> list[str]:
    """Return what an answer says for each option: a letter, or the word itself."""
    options = list(doc["options"])
    return options if doc["form"] == "before" else list(LETTERS[: len(options)])


def gold(doc: Doc) -> int:
    """Return the index of the right option."""
    return int(doc["gold"])


def say_target(doc: Doc) -> str:
    """Return the gold answer as a model should write it."""
    return f"{ANSWER} {labels(doc)[doc['gold']]}"
