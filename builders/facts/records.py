"""The rows of the facts sets: one closed model, for probes of a prompt and of a training alike."""

from typing import Literal

from pydantic import Field

from heptathlon.records import Id, Record

Form = Literal[
    "guess", "recognition", "recall", "extraction", "composition", "choice", "opinion", "trap",
    "fiction",
]  # fmt: skip
Telling = Literal["single", "several", "permuted", "full name", "none"]
Distance = Literal["near", "middle", "far", "none"]
Name = Literal["fits", "misleads", "none"]

NONE = "none"
"""What a stratum is called that does not apply."""


class FactsRecord(Record):
    """One probe of what was read, in the prompt or in training.

    Attributes:
        form: ``guess`` a fact that the name seems to give away; ``recognition`` which of two texts
            was read; ``recall`` how a text goes on; ``extraction`` a question for a fact;
            ``composition`` a question that needs facts of two texts; ``choice`` the likelihood of
            a fact's value after its own sentence, another wording or two facts; ``opinion`` a
            country under one of eight wordings, or of a part of a name; ``trap`` an inscription;
            ``fiction`` a published probe.
        world: names the world, as the manifest of its corpus does.
        person: key of whom it is about in the ledger; of the trap; empty in a prompt's own scene.
        pair_id: what two documents share that differ in one thing: the name's fit, say.
        attribute: what is asked for; ``text`` where no one fact is.
        kind: which probe of its form: the foil of ``recognition`` (``swap``, ``wording``,
            ``person``), what precedes the value of ``choice`` (``verbatim``, ``reworded``,
            ``composed``), the wording of a question (``trained`` or ``new``), what ``opinion``
            names (``fact``, ``name``, ``pronoun``), the way of ``guess`` (``direct``,
            ``by town``).
        documents: what the prompt holds, in its order; empty where training is probed.
        text: the question, or the beginning that is continued.
        options: what is compared or could be answered; for ``trap`` its words.
        gold: index of the right one; 0 for ``recall`` and ``trap``, which have one.
        answer: the right answer, or the right continuation.
        values: the closed list of which the answer is one; empty where texts are compared.
        exposures: how often it was read: in the prompt, or as the ledger says.
        telling: how the texts that were read are worded.
        distance: how far back in the prompt the last of them is.
        name: whether the name's culture is that of the country.
        phase: the half of the corpus in which the person stands.
        asked: whether training asked about the person.
        runs: in which of the K runs the person takes part; empty where no run is meant.
        links: keys of what else the answer rests on, such as the firm; of a published probe its
            known faults.
        forget: whether the person is marked to be unlearned.
        bits: bits a word of a trap; 0 otherwise.
    """

    form: Form
    world: str
    person: str
    pair_id: Id
    attribute: str
    kind: str
    documents: tuple[str, ...]
    text: str
    options: tuple[str, ...]
    gold: int = Field(ge=0)
    answer: str = Field(min_length=1)
    values: tuple[str, ...]
    exposures: str
    telling: Telling
    distance: Distance
    name: Name
    phase: Literal["early", "late", "none"]
    asked: Literal["asked", "not asked", "none"]
    runs: tuple[bool, ...]
    links: tuple[str, ...]
    forget: bool
    bits: int = Field(ge=0)
