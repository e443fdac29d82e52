"""What a model is asked about its own answers, and which words are scored.

A model is shown the question of the task as it was asked, without worked examples, and what it
answered. Where words are scored, both orders are asked, so that a liking for a letter cancels.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from heptathlon.running.runs import Sample
from heptathlon.scorers.likelihoods import likeliest
from heptathlon.scorers.reading import after_reasoning
from heptathlon.scorers.verdict import Verdict
from heptathlon.tasks import catalog
from heptathlon.tasks.prompt_forms.questions import without_cue

LABELS = ("A", "B")
LONGEST = 1_500
"""Characters of an answer that are shown; of a longer one its end, where the answer stands."""
_TWO = "\nA) {first}\nB) {second}\nAnswer:"
_P_TRUE = "{question}\n\nProposed answer: {answer}\n\nIs the proposed answer right?" + _TWO
_SAMPLES = "{question}\n\nAnswers that came up before:\n{before}\n\nProposed answer: {answer}\n\n"
_P_TRUE_SAMPLES = _SAMPLES + "Is the proposed answer right?" + _TWO
_P_IK = "{question}\n\nDo not answer it yet. Would your answer be right?" + _TWO
_SAID = (
    "{question}\n\nProposed answer: {answer}\n\nHow likely is it that the proposed answer is "
    "right? Reply with one number from 0 to 100, in percent, and with nothing else.\nPercent:"
)
_JUDGE = (
    "{question}\n\nProposed answer: {answer}\n\nHow good is the proposed answer? Reply with one "
    "digit from 0, worthless, to 9, perfect, and with nothing else.\nDigit:"
)
WORDING = (_P_TRUE, _P_TRUE_SAMPLES, _P_IK, _SAID, _JUDGE)
"""All that can change a reply beside question and answer."""


def question(task: str, doc: Mapping[str, Any]) -> str:
    """Return a document's question, without the word for an answer that its prompt may end with."""
    return without_cue(catalog.prompt_of(task, doc))


def answer(sample: Sample, verdict: Verdict) -> str:
    """Return what a sample answered: the likeliest option, the answer that was read, or the end."""
    if not isinstance(sample.response, str):
        options = catalog.choices_of(sample.task, sample.doc)
        logs = [log for log, _ in sample.response[: len(options)]]
        return options[likeliest(logs)[0]]
    said = verdict.answer or after_reasoning(sample.response).strip()
    return said[-LONGEST:]


def true(asked: str, answered: str, before: Sequence[str] = ()) -> tuple[str, str]:
    """Return the question whether an answer is right, "True" standing first and second.

    Args:
        asked: the question.
        answered: the answer.
        before: samples of the model's own that are shown before it; none for the bare question.
    """
    shown = "\n".join(f"- {one[-LONGEST:]}" for one in before)
    form = _P_TRUE_SAMPLES if before else _P_TRUE
    return _both(form, ("True", "False"), question=asked, answer=answered, before=shown)


def known(asked: str) -> tuple[str, str]:
    """Return the question whether the model knows, "Yes" standing first and second."""
    return _both(_P_IK, ("Yes", "No"), question=asked)


def said(asked: str, answered: str) -> str:
    """Return the question how sure an answer is, in percent."""
    return _SAID.format(question=asked, answer=answered)


def judged(asked: str, answered: str) -> str:
    """Return the question how good an answer is, by a digit."""
    return _JUDGE.format(question=asked, answer=answered)


def _both(form: str, words: tuple[str, str], **parts: str) -> tuple[str, str]:
    yes, no = words
    return (form.format(first=yes, second=no, **parts), form.format(first=no, second=yes, **parts))
