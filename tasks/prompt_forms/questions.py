"""From a task and a document to the question, its options and its gold.

Most prompts hold no list of options, or one of words: there the question is the prompt without its
last cue. Where a prompt names its options by labels of its own, the module of the prompt says the
question without them: its dictionary ``QUESTIONS`` has, by the name of the prompt's function, the
function that returns text and options.
"""

import importlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from heptathlon.tasks import catalog
from heptathlon.tasks.prompt_forms.question import Question

Doc = Mapping[str, Any]
_CUE = re.compile(r"\s*\bANSWER(?: \([^()\n]*\))?:$", re.IGNORECASE)


def question_of(task: str, doc: Doc) -> Question:
    """Return what a task asks of a document.

    Args:
        task: a task that is asked by likelihoods; of a form, the task whose questions it asks.
        doc: one of its documents.

    Raises:
        UnknownNameError: if there is no such task.
    """
    told = catalog.definition(task)
    gold = int(catalog.function(str(told["doc_to_target"]))(doc))
    module, _, name = str(told["doc_to_text"]).rpartition(".")
    own: Mapping[str, Callable[[Doc], tuple[str, list[str]]]]
    own = getattr(importlib.import_module(module), "QUESTIONS", {})
    if name in own:
        text, options = own[name](doc)
    else:
        text = without_cue(catalog.prompt_of(task, doc))
        options = catalog.choices_of(task, doc)
    return Question(text, tuple(options), gold)


def without_cue(prompt: str) -> str:
    """Return a prompt without the word for an answer that it ends with, if it does."""
    return _CUE.sub("", prompt)
