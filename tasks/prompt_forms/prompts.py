"""The functions of the forms' tasks that lm-eval calls: made when they are asked for by name.

A task's definition names ``text_TASK``, ``options_TASK`` and ``chosen_TASK`` of this module.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from heptathlon.tasks.prompt_forms import FUNCTIONS, named
from heptathlon.tasks.prompt_forms.design import FORMS
from heptathlon.tasks.prompt_forms.items import items_of
from heptathlon.tasks.prompt_forms.questions import question_of
from heptathlon.tasks.prompt_forms.words import answers, render

Doc = Mapping[str, Any]


def __getattr__(name: str) -> Callable[..., Any]:
    """Return the function of a task by its name.

    Raises:
        AttributeError: if it is none.
    """
    kind, _, task = name.partition("_")
    found = named(task)
    if found is None or kind not in FUNCTIONS.values():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _function(kind, *found)


@cache
def _function(kind: str, base: str, number: int) -> Callable[..., Any]:
    form = FORMS[number - 1]

    def text(doc: Doc) -> str:
        season = str(doc["season"])
        solved = items_of(base, season).solved if form.examples else ()
        return render(question_of(base, doc), form, season, solved)

    def options(doc: Doc) -> list[str]:
        return answers(question_of(base, doc), form)

    def chosen(docs: Any) -> Any:
        asked = items_of(base, str(docs[0]["season"])).chosen
        return docs.select([i for i, item in enumerate(docs["item_id"]) if item in asked])

    return {"text": text, "options": options, "chosen": chosen}[kind]
