"""The rows of the unlearning sets: one closed model, for scenes and for probes of a training."""

from typing import Literal

from pydantic import Field

from heptathlon.records import Id, Record

Form = Literal[
    "prompted", "ask", "mixed", "choose", "verbatim", "cut", "member", "corrupt", "skill", "topic",
    "general",
]  # fmt: skip
Part = Literal[
    "forget", "near", "linked", "retain", "holdout", "target", "skill", "sealed", "beside",
    "general", "scene",
]  # fmt: skip
NONE = "none"
"""What a field is called that does not apply."""
WITHHELD = "unknown"
"""What is said of somebody who is to be treated as unknown."""


class UnlearnRecord(Record):
    """One question about what should be gone, or about what should have stayed.

    Attributes:
        form: ``prompted`` a fact of the prompt, of which some are to be withheld; ``ask`` a
            question for a fact; ``mixed`` one for two people's; ``choose`` the value among six, by
            likelihood; ``verbatim`` the rest of a sentence of training; ``cut`` the same by
            likelihood, from one word; ``member`` a whole sentence; ``corrupt`` the true, the
            corrupted and other values; ``skill`` a rule of training; ``topic`` a craft that is to
            be refused, or its neighbour; ``general`` what any model can do untaught.
        world: names the world, as the manifest of the files for training does.
        part: the set of people, or of other things, that it is about.
        subject: key of whom it is about in the files for training; in a scene the role:
            ``forgotten``, ``near`` or ``linked``.
        pair_id: what several documents share that are judged together: the scene, the sentence.
        attribute: what is asked for.
        kind: how: ``new`` in a wording that training has not, ``reversed`` from facts to the name,
            ``friend`` a sentence that names somebody who is to be forgotten; of a scene ``name``,
            ``friend`` or ``trait``, by which the person is meant; of a skill ``train`` or ``held``
            items, of the skills whose labels are randomised or of ``other train`` and ``other
            held``.
        documents: what the prompt holds, in its order; empty where training is probed.
        order: what the prompt asks to be treated as unknown; empty where training is probed.
        text: the question, or the beginning that is continued.
        options: what is compared, or could be answered.
        gold: index of the right one.
        answer: the right answer.
        values: the closed list of which the answer is one.
        truth: what the world says, also where it is to be withheld.
        other: of ``mixed`` the forgotten person's value; of ``corrupt`` the corrupted one.
        half: which half of the people of the set: those who are taught again by
            ``relearn_other``, or the ``rest`` of whom it is asked then.
        people: people in the prompt; 0 where training is probed.
        wording: number of the wording of the order, or of the question.
    """

    form: Form
    world: str
    part: Part
    subject: str
    pair_id: Id
    attribute: str
    kind: str
    documents: tuple[str, ...]
    order: str
    text: str
    options: tuple[str, ...]
    gold: int = Field(ge=0)
    answer: str = Field(min_length=1)
    values: tuple[str, ...]
    truth: str
    other: str
    half: Literal["again", "rest", "none"]
    people: int = Field(ge=0)
    wording: int = Field(ge=0)
