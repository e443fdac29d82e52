"""Student prompts: a document to text, target and options; nothing here is drawn at random.

A prompt shows earlier questions with what the student chose, and then the question whose answer is
to be forecast, in the same form, so that a base model can go on with it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Doc = Mapping[str, Any]

LETTERS = "ABCDEFGHIJ"
YES, NO = "yes", "no"

HEADINGS = {
    "choice": "Forecast which option a student will choose.",
    "option": "Forecast whether a student will choose an option.",
}
"""First line of the prompts of each form."""

_KEY_SHOWN = "Below are the student's earlier answers, oldest first, each with the right answer."
_KEY_HIDDEN = "Below are the student's earlier answers, oldest first."
_PERSON = (
    "Students make slips, and some follow wrong rules of their own, so the option that this "
    "student will choose may be a wrong one."
)


def lettered(options: Sequence[str]) -> str:
    """Return options on one line, each behind its letter; a letter that is all there is, once.

    Example:
        >>> lettered(["2/5", "5/6"]), lettered(["A", "B"])
        ('A) 2/5  B) 5/6', 'A)  B)')
    """
    return "  ".join(
        f"{letter}) {option}" if option != letter else f"{letter})"
        for letter, option in zip(LETTERS, options, strict=False)
    )


def _past(doc: Doc) -> list[str]:
    out = []
    for number, answered in enumerate(doc["past"], start=1):
        lines = [f"Question {number}: {answered['question']}"]
        if answered["options"]:
            lines.append(lettered(answered["options"]))
        lines.append(f"Chosen: {LETTERS[answered['chosen']]}")
        if doc["key_shown"]:
            lines[-1] += f" (right: {LETTERS[answered['key']]})"
        out.append("\n".join(lines))
    return out


def _head(doc: Doc) -> str:
    shown, total = len(doc["past"]), doc["past_total"]
    said = _KEY_SHOWN if doc["key_shown"] else _KEY_HIDDEN
    if total > shown:
        said += f" Of all {total} earlier answers {doc['past_right']} were right."
    return f"{HEADINGS[doc['form']]} {_PERSON} {said}"


def _question(doc: Doc) -> str:
    return f"Question {len(doc['past']) + 1}: {doc['question']}\n{lettered(doc['options'])}"


def choice(doc: Doc) -> str:
    """Return the prompt of the form ``choice``: the student's letter comes next."""
    parts = [_head(doc), *_past(doc), f"{_question(doc)}\nChosen:"]
    return "\n\n".join(parts)


def _unlabelled(doc: Doc) -> tuple[str, list[str]]:
    """Return the question of the form ``choice`` in texts of options, and these.

    Where an option's text is its letter and nothing more, as in real data, it stays.
    """
    parts = [_head(doc)]
    for number, answered in enumerate(doc["past"], start=1):
        shown = answered["options"] or LETTERS
        lines = [f"Question {number}: {answered['question']}"]
        if answered["options"]:
            lines.append(f"Offered: {'; '.join(answered['options'])}")
        lines.append(f"Chosen: {shown[answered['chosen']]}")
        if doc["key_shown"]:
            lines[-1] += f" (right: {shown[answered['key']]})"
        parts.append("\n".join(lines))
    parts.append(f"Question {len(doc['past']) + 1}: {doc['question']}\nWhich option is chosen?")
    return "\n\n".join(parts), list(doc["options"])


QUESTIONS = {"choice": _unlabelled}
"""By prompt, the question without labels; see :mod:`heptathlon.tasks.prompt_forms.questions`."""


def choice_options(doc: Doc) -> list[str]:
    """Return the letters of a document's options, so that all cost the same tokens."""
    return list(LETTERS[: len(doc["options"])])


def choice_gold(doc: Doc) -> int:
    """Return the index of the option that the student chose."""
    return int(doc["chosen"])


def option(doc: Doc) -> str:
    """Return the prompt of the form ``option``: yes or no to one of the options."""
    asked = f"Will the student choose {LETTERS[doc['option']]} ({YES} or {NO})?"
    return "\n\n".join([_head(doc), *_past(doc), f"{_question(doc)}\n{asked}"])


def option_options(doc: Doc) -> list[str]:
    """Return the options of the form ``option``; they do not depend on the document."""
    del doc
    return [NO, YES]


def option_gold(doc: Doc) -> int:
    """Return 1 if the student chose the option that is asked about, else 0."""
    return int(doc["option"] == doc["chosen"])
