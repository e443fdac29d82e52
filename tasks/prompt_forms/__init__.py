"""Eight prompt forms of every fresh task that is asked by likelihoods, and their names.

The published prompt of a task mixes wordings, and is what is ranked. The eight forms say how far a
score is one of the prompt: the same questions in each, built from the task's own question, options
and gold. A form of a task is a task of its own, ``heptathlon_verbalizer_choice_form3_lite``, which
no figure of the published prompt counts.

One idea a file: which forms there are (:mod:`.design`), what a question is without its prompt
(:mod:`.question`, :mod:`.questions`), how a form words it (:mod:`.words`), which questions are
asked and shown as solved (:mod:`.items`), and the functions that lm-eval calls (:mod:`.prompts`).
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

HITS = ("acc", "right", "recall_1")
"""Metrics that say whether the chosen option is the right one; a form has one of them at most."""
COUNT = 8
ITEMS = 200
"""Questions that are asked in each form, where the set has as many."""
NAMES = 4096
"""Names whose meaning is kept: it is asked of every sample."""
_NAME = re.compile(r"^(?P<stem>\w+)_form(?P<number>[1-8])(?P<tier>_lite|_smoke|_long)?$")


class Named(NamedTuple):
    """What the name of a form's task says.

    Attributes:
        base: the task whose questions it asks.
        number: the form, from 1.
    """

    base: str
    number: int


@lru_cache(maxsize=NAMES)
def named(task: str) -> Named | None:
    """Return what the name of a form's task says; None for any other name.

    Example:
        >>> named("heptathlon_icl_open_form3_lite")
        Named(base='heptathlon_icl_open_lite', number=3)
        >>> named("heptathlon_icl_open_lite")
    """
    found = _NAME.match(task)
    if not found:
        return None
    return Named(found["stem"] + (found["tier"] or ""), int(found["number"]))


def variant_of(variant: str) -> tuple[str, int] | None:
    """Return the variant and the number that the name of a form's variant says; None for others.

    Example:
        >>> variant_of("icl_open_form3"), variant_of("icl_open")
        (('icl_open', 3), None)
    """
    found = named(variant)
    return (found.base, found.number) if found else None


FUNCTIONS = {"doc_to_text": "text", "doc_to_choice": "options", "process_docs": "chosen"}
"""Fields of a form's definition, and which functions of :mod:`.prompts` stand there."""


def settings(task: str) -> dict[str, Any]:
    """Return what the definition of a form's task says beside that of the task it asks."""
    return {
        **{field: f"{__name__}.prompts.{kind}_{task}" for field, kind in FUNCTIONS.items()},
        "target_delimiter": " ",
        "num_fewshot": 0,
    }
