"""Does a model know, go by the name, or guess? PrISM's labels, against what was really read.

PrISM (arXiv 2410.14405) reads from a model's own predictions whether one is recalled: it must be
stable over wordings and explained by neither the name nor the prompt. Here it is known who was
read about, so the label itself can be scored. Faults of the published recipe are left out: every
count is of first predictions, and every fact is asked once in each of eight wordings.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

RECALL, HEURISTIC, GUESS = "recall", "heuristic", "guess"
CONFIDENT = 5
"""A prediction is confident that more wordings than this have in common."""


@dataclass(frozen=True)
class Opinion:
    """What a model says of one fact.

    Attributes:
        said: the commonest prediction.
        count: wordings that give it.
        label: ``recall``, ``heuristic`` or ``guess``.
    """

    said: str
    count: int
    label: str


def opinion(
    predictions: Sequence[str], by_name: Sequence[str], by_prompt: Mapping[str, int]
) -> Opinion:
    """Return PrISM's label of a fact.

    Args:
        predictions: one a wording.
        by_name: what the model predicts of the parts of the name alone.
        by_prompt: how many of the wordings' pronoun prompts give each prediction.
    """
    said, count = Counter(predictions).most_common(1)[0]
    if count <= CONFIDENT:
        return Opinion(said, count, GUESS)
    surface = said in by_name or by_prompt.get(said, 0) > CONFIDENT
    return Opinion(said, count, HEURISTIC if surface else RECALL)


def macro_f1(truth: Sequence[bool], label: Sequence[bool]) -> float | None:
    """Return the mean F1 of the two classes; None if the truth has but one.

    Args:
        truth: whether the fact was read.
        label: whether it was labelled as recalled.
    """
    if len(set(truth)) < 2:
        return None
    scores = []
    for positive in (True, False):
        both = sum(t is positive and p is positive for t, p in zip(truth, label, strict=True))
        said, real = list(label).count(positive), list(truth).count(positive)
        scores.append(2 * both / (said + real) if said + real else 0.0)
    return sum(scores) / 2
