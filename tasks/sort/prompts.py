"""SORT prompts of the fresh edition: a document to text, target and options.

All that does not depend on the question stands before the text, and the two orders of a pair part
only where the first option begins: so a server with a prefix cache reads each text once.
"""

from collections.abc import Mapping
from typing import Any

Doc = Mapping[str, Any]

ANSWER = "ANSWER:"
RANKED_TASK = "heptathlon_sort_book_ranks"
"""Begins the names of the tasks that ask for the ranks of the letters among all next tokens."""
HEADING = "Read the following text. After it comes a question about the order of what it tells."
"""First line of every prompt that has the text; a scorer knows an invented further item by it."""
NO_TEXT = "Here is a question about the order of what is told in {name}."
_GUESS = "The text is not given here; if you do not know it, guess."
_READ_BEFORE = "You have read the text before."
_BETWEEN = "Here is another text. The question will not be about it."
_BACK = "Now comes the question. It is about {name}, which you read at the beginning."

_TOLD = {
    "first": (
        "Which of these two {what} {comes} first in {name}?",
        "In {name}, which of these two {what} {comes} earlier?",
        "Of these two {what}, which {comes} before the other in {name}?",
    ),
    "last": (
        "Which of these two {what} {comes} last in {name}?",
        "In {name}, which of these two {what} {comes} later?",
        "Of these two {what}, which {comes} after the other in {name}?",
    ),
}
"""Questions about the order of telling, by what is asked for."""
_HAPPENED = {
    "first": (
        "Which of these two events happened first, wherever they are told in {name}?",
        "By the dates in {name}, which of these two events is the earlier one?",
        "Of these two events in {name}, which happened before the other, wherever it is told?",
    ),
    "last": (
        "Which of these two events happened last, wherever they are told in {name}?",
        "By the dates in {name}, which of these two events is the later one?",
        "Of these two events in {name}, which happened after the other, wherever it is told?",
    ),
}
_KIND = {
    "order": {"what": "events", "comes": "is told"},
    "first": {"what": "passages", "comes": "comes"},
    "told": {"what": "events", "comes": "is told"},
}
_MIDDLE = "Which of these three events is told between the other two in {name}?"
_BEFORE = (
    "Is this event told before or after the other one in {name}?\nThis event: {x}\n"
    "The other one: {y}"
)
_NEARER = "Which of these two events is told nearer to this one in {name}?\nThis one: {x}"
_WRITE = (
    "Write first what the text tells, one short line an event, in the order in which it is told. "
    "Then answer the question."
)
_SAY = "End your reply with one line that gives the answer alone, in this form:\n{answer} {example}"


def name_of(doc: Doc, *, titled: bool = True) -> str:
    """Return how a question names the text."""
    return f'"{doc["title"]}"' if titled else "the text"


def _asked(doc: Doc, *, titled: bool = True) -> str:
    """Return the question without its options."""
    name, form = name_of(doc, titled=titled), doc["form"]
    if form == "before":
        x, y = doc["events"]
        return _BEFORE.format(name=name, x=x, y=y)
    if form == "nearer":
        return _NEARER.format(name=name, x=doc["events"][0])
    if form == "middle":
        return _MIDDLE.format(name=name)
    if form == "happened":
        return _HAPPENED[doc["asks"]][doc["wording"]].format(name=name)
    return _TOLD[doc["asks"]][doc["wording"]].format(name=name, **_KIND[form])


def question(doc: Doc, *, titled: bool = True) -> str:
    """Return the question with its options, without text and without a cue for the answer."""
    asked = _asked(doc, titled=titled)
    if doc["form"] == "before":
        return asked
    offered = (f"{label}: {o}" for label, o in zip(labels(doc), doc["options"], strict=True))
    return "\n".join([asked, *offered])


def _head(doc: Doc, *, titled: bool = True) -> str:
    name = name_of(doc, titled=titled)
    if doc["condition"] in ("text", "between"):
        title = f"{doc['title']}\n\n" if titled else ""
        text = f"{HEADING}\n\n{title}{doc['text']}"
        if doc["condition"] == "text":
            return text
        others = "\n\n".join(f"{_BETWEEN}\n\n{other}" for other in doc["between"])
        return f"{text}\n\n{others}\n\n{_BACK.format(name=name)}"
    what = _READ_BEFORE if doc["condition"] == "memory" else _GUESS
    return f"{NO_TEXT.format(name=name)} {what}"


def likelihood(doc: Doc) -> str:
    """Return the prompt whose continuations are compared."""
    return f"{_head(doc)}\n\n{question(doc)}\n{_cue(doc)}"


def untitled(doc: Doc) -> str:
    """Return :func:`likelihood` without the text's title anywhere."""
    return f"{_head(doc, titled=False)}\n\n{question(doc, titled=False)}\n{_cue(doc)}"


def _unlabelled(doc: Doc, *, titled: bool = True) -> tuple[str, list[str]]:
    """Return text and question, and the options without their labels."""
    return f"{_head(doc, titled=titled)}\n\n{_asked(doc, titled=titled)}", list(doc["options"])


def _untitled_question(doc: Doc) -> tuple[str, list[str]]:
    return _unlabelled(doc, titled=False)


QUESTIONS = {"likelihood": _unlabelled, "untitled": _untitled_question}
"""By prompt, the question without labels; see :mod:`heptathlon.tasks.prompt_forms.questions`."""


def say(doc: Doc) -> str:
    """Return the prompt that is answered in text."""
    return f"{_head(doc)}\n\n{question(doc)}\n\n{_say(doc)}"


def write(doc: Doc) -> str:
    """Return :func:`say` with the order to write down what is told before answering."""
    return f"{_head(doc)}\n\n{question(doc)}\n\n{_WRITE}\n{_say(doc)}"


def _say(doc: Doc) -> str:
    return _SAY.format(answer=ANSWER, example=labels(doc)[0])


def _cue(doc: Doc) -> str:
    return "Answer (before or after):" if doc["form"] == "before" else "Answer:"


def labels(doc: Doc) -> list[str]:
    """Return what an answer says for each option: a letter, or the word itself."""
    return list(doc["labels"])


def gold(doc: Doc) -> int:
    """Return the index of the right option."""
    return int(doc["gold"])


def say_target(doc: Doc) -> str:
    """Return the gold answer as a model should write it."""
    return f"{ANSWER} {labels(doc)[doc['gold']]}"
