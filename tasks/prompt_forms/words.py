"""How a form words a question; the words are fixed by the season.

The order of the options is the record's in every form: it turns from record to record, and is no
factor.
"""

import hashlib
from collections.abc import Sequence

from heptathlon.tasks.prompt_forms.design import PromptForm
from heptathlon.tasks.prompt_forms.question import Question

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORDERS = (
    "Answer the question by choosing one of its options; give {what}.",
    "Each question has one right option. Reply with {what}.",
    "Choose the option that answers the question, and give {what}.",
)
_WHAT = ("its label", "its text")
_STATEMENTS = (
    "Of these options, the right one is",
    "Among these, the option that is right is",
    "The right one of these options is",
)


def render(question: Question, form: PromptForm, season: str, solved: Sequence[Question]) -> str:
    """Return the prompt of a question in a form.

    Args:
        question: the question.
        form: the form.
        season: season of the record, which fixes the words.
        solved: the questions that are shown with their answers first; the form says whether.
    """
    parts = [] if form.shape else [_of(_ORDERS, season).format(what=_WHAT[form.answer])]
    if form.examples:
        parts += [f"{_asked(one, form, season)}{answers(one, form)[one.gold]}" for one in solved]
    parts.append(_asked(question, form, season).rstrip(" "))
    return "\n\n".join(parts)


def answers(question: Question, form: PromptForm) -> list[str]:
    """Return what is compared: a label or a text for each option."""
    return list(question.options) if form.answer else labels(len(question.options), form)


def labels(count: int, form: PromptForm) -> list[str]:
    """Return the options' labels; numbers are of one width, so that none begins another.

    Raises:
        ValueError: for more options than there are letters.
    """
    if count > len(LETTERS):
        raise ValueError(f"{count} options are more than there are letters")
    if not form.labels:
        return list(LETTERS[:count])
    width = len(str(count))
    return [f"{number:0{width}}" for number in range(1, count + 1)]


def _asked(question: Question, form: PromptForm, season: str) -> str:
    """Return a question with its options, up to the blank before its answer."""
    head, mark = ("{} - ", " - ") if form.separators else ("{}: ", ") ")
    names = labels(len(question.options), form)
    listed = [f"{name}{mark}{text}" for name, text in zip(names, question.options, strict=True)]

    def headed(word: str) -> str:
        return head.format(word.upper() if form.separators else word)

    asked = f"{headed('Question')}{question.text}"
    if form.shape:
        return f"{asked}\n{headed('Options')}{'; '.join(listed)}\n{_of(_STATEMENTS, season)} "
    return "\n".join([asked, *listed, headed("Answer")])


def _of(wordings: Sequence[str], season: str) -> str:
    digest = hashlib.sha256(f"prompt forms/{season}/{wordings[0]}".encode()).digest()
    return wordings[digest[0] % len(wordings)]
