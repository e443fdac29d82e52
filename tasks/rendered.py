"""A document in a task's own words: the question that a model is asked, and its right answer."""

from collections.abc import Mapping
from typing import Any

from heptathlon.tasks import catalog

MULTIPLE_CHOICE = "multiple_choice"


def question(task: str, doc: Mapping[str, Any]) -> str:
    """Return what a task shows of a document, without worked examples or a chat template.

    A picture is lm-eval's placeholder ``<image>``.

    Raises:
        UnknownNameError: if there is no such task.
    """
    return str(catalog.function(str(catalog.definition(task)["doc_to_text"]))(doc))


def answer(task: str, doc: Mapping[str, Any]) -> str:
    """Return the right answer to a document as the task has it, in words and not as an index.

    Raises:
        UnknownNameError: if there is no such task.
        TypeError: if the task's target is not given by a function of this package.
    """
    told = catalog.definition(task)
    target = catalog.function(str(told.get("doc_to_target")))(doc)
    if told.get("output_type") == MULTIPLE_CHOICE and isinstance(target, int):
        target = catalog.named_option(catalog.choices_of(task, doc), target)
    return str(target)
