"""Prompts of twins: each question has three wordings, and the record says which it has.

All say the same of the student: that there are wrong rules, and that the student mostly keeps to
them. The options' letters change with the wording, so that no letter is one of all.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Doc = Mapping[str, Any]

YES, NO = "yes", "no"
LABELS = ("ABCD", "EFGH", "BDFH")
"""Letters of the options, by wording."""
HEADINGS = (
    "Forecast which option a student will choose.",
    "A pupil has misunderstood something",
    "These are notes on one learner,",
)
"""How the prompts of each wording begin."""
SEVERAL_HEADINGS = (
    "Forecast which options a student will mark.",
    "A pupil has misunderstood what belongs",
    "These are notes on one learner's marks,",
)
_PERSON = (
    f"{HEADINGS[0]} The student holds wrong rules, one in each topic, and nearly always answers by "
    "them, so that the option chosen will seldom be the right one. Below are the student's earlier "
    "answers, oldest first.",
    f"{HEADINGS[1]} in each topic and keeps to it: nearly every answer follows from a wrong rule "
    "of the pupil's own. Here is what the pupil answered so far. Which answer comes last?",
    f"{HEADINGS[2]} who follows a wrong rule in each topic, with few slips, and so is seldom "
    "right. Complete the last note.",
)
_SEVERAL_PERSON = (
    f"{SEVERAL_HEADINGS[0]} Several options are right. The student knows most of them, and takes "
    "one other kind of thing for right as well. Below are the student's earlier answers.",
    f"{SEVERAL_HEADINGS[1]} to a kind of thing: beside the right options, of which there are "
    "several, the pupil marks another kind as well. Here is what the pupil marked so far.",
    f"{SEVERAL_HEADINGS[2]} several of which can be right. The learner knows what is right, and "
    "nearly always marks one more kind of thing.",
)
_QUESTION = ("Question {n}: {text}", "Task {n}: {text}", "{n}. Asked: {text}")
_CHOSEN = ("Chosen:", "The pupil's answer:", "Ticked:")
_MARKED = ("Marked:", "The pupil marks:", "Ticked:")
_OTHERS = ("Other students:", "Other pupils:", "Others ticked:")
_SAY = (
    "Reply with the letter of the option on one line that begins with 'ANSWER:', in the form "
    "'ANSWER: {label}'."
)
_SAY_SEVERAL = "Reply with one line: 'ANSWER: yes' or 'ANSWER: no'."


def labels_of(doc: Doc) -> tuple[str, ...]:
    """Return what is answered for each option: its letter, or no and yes."""
    if doc["form"] == "several":
        return (NO, YES)
    return tuple(LABELS[doc["wording"]][: len(doc["options"])])


def contents_of(doc: Doc) -> list[str]:
    """Return what the labels stand for."""
    return [NO, YES] if doc["form"] == "several" else list(doc["options"])


def options(doc: Doc) -> list[str]:
    """Return the options whose likelihoods are compared."""
    return list(labels_of(doc))


def gold(doc: Doc) -> int:
    """Return the index of the option that the student chose; 1 for one that is marked, else 0."""
    return int(doc["chosen"])


def target(doc: Doc) -> str:
    """Return the answer that the scorer reads as the gold one."""
    return f"ANSWER: {labels_of(doc)[gold(doc)]}"


def _listed(doc: Doc, shown: Sequence[str]) -> str:
    letters = LABELS[doc["wording"]] if doc["form"] == "twin" else "ABCDE"
    form = ("{}) {}", "({}) {}", "{}: {}")[doc["wording"]]
    return "  ".join(form.format(letter, text) for letter, text in zip(letters, shown, strict=True))


def _asked(doc: Doc, number: int, text: str, shown: Sequence[str]) -> str:
    question = _QUESTION[doc["wording"]].format(n=number, text=text)
    return f"{question}\n{_listed(doc, shown)}"


def _others(doc: Doc, place: int) -> str:
    """Return the line of what the other students chose in a question; empty without any."""
    if not doc["peers"]:
        return ""
    letters = LABELS[doc["wording"]]
    said = ", ".join(f"{peer['name']} {letters[peer['chosen'][place]]}" for peer in doc["peers"])
    return f"\n{_OTHERS[doc['wording']]} {said}"


def _twin_body(doc: Doc) -> str:
    wording = doc["wording"]
    parts = [_PERSON[wording]]
    for place, one in enumerate(doc["past"]):
        chosen = f"{_CHOSEN[wording]} {LABELS[wording][one['chosen']]}"
        asked = _asked(doc, place + 1, one["question"], one["options"])
        parts.append(f"{asked}{_others(doc, place)}\n{chosen}")
    last = len(doc["past"])
    parts.append(_asked(doc, last + 1, doc["question"], doc["options"]) + _others(doc, last))
    return "\n\n".join(parts)


def twin(doc: Doc) -> str:
    """Return the prompt of the form ``twin``: the student's letter comes next."""
    return f"{_twin_body(doc)}\n{_CHOSEN[doc['wording']]}"


def _unlabelled(doc: Doc) -> tuple[str, list[str]]:
    """Return the question of the form ``twin`` in texts of options, and these."""
    wording = doc["wording"]
    parts = [_PERSON[wording]]
    for place, one in enumerate((*doc["past"], doc)):
        question = _QUESTION[wording].format(n=place + 1, text=one["question"])
        lines = [question, f"Offered: {'; '.join(one['options'])}"]
        if doc["peers"]:
            said = (f"{p['name']} {one['options'][p['chosen'][place]]}" for p in doc["peers"])
            lines.append(f"{_OTHERS[wording]} {', '.join(said)}")
        last = one is doc
        chosen = "" if last else one["options"][one["chosen"]]
        lines.append("Which answer is chosen?" if last else f"{_CHOSEN[wording]} {chosen}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts), list(doc["options"])


QUESTIONS = {"twin": _unlabelled}
"""By prompt, the question without labels; see :mod:`heptathlon.tasks.prompt_forms.questions`."""


def twin_say(doc: Doc) -> str:
    """Return the prompt that asks for the letter in words."""
    ask = f"Which option will the student choose? {_SAY.format(label=labels_of(doc)[0])}"
    return f"{_twin_body(doc)}\n\n{ask}"


def _several_body(doc: Doc) -> str:
    wording = doc["wording"]
    parts = [_SEVERAL_PERSON[wording]]
    for place, one in enumerate(doc["past"]):
        marked = ", ".join(one["options"][i] for i in one["chosen"]) or "nothing"
        asked = _asked(doc, place + 1, one["question"], one["options"])
        parts.append(f"{asked}\n{_MARKED[wording]} {marked}")
    last = _asked(doc, len(doc["past"]) + 1, doc["question"], doc["options"])
    word = doc["options"][doc["option"]]
    parts.append(f"{last}\nWill the student mark '{word}', {YES} or {NO}?")
    return "\n\n".join(parts)


def several(doc: Doc) -> str:
    """Return the prompt of the form ``several``: yes or no comes next."""
    return _several_body(doc)


def several_say(doc: Doc) -> str:
    """Return the prompt that asks for yes or no in words."""
    return f"{_several_body(doc)} {_SAY_SEVERAL}"
