"""Items as a model sees them, rendered by lm-eval itself."""

from collections.abc import Iterator
from typing import NamedTuple

from heptathlon.families import family as family_named
from heptathlon.families import task_name
from heptathlon.running.runner import silence_advice
from heptathlon.tasks import catalog, derived


class RenderedItem(NamedTuple):
    """One item: where it stands, the whole prompt, the gold answer."""

    heading: str
    prompt: str
    target: str


def rendered_items(
    family: str, *, n: int, task: str = "", tier: str = "smoke", num_fewshot: int = 0
) -> Iterator[RenderedItem]:
    """Yield the first items of a task.

    Args:
        family: name in the registry.
        n: how many items.
        task: a leaf task; the first of the family's headline in ``tier`` if empty.
        tier: tier of the set, if no task is named.
        num_fewshot: worked examples before each item.

    Raises:
        UnknownNameError: for an unknown family or task.
    """
    from lm_eval.tasks import TaskManager

    entry = family_named(family)
    name = task or task_name(entry.headline.variants[0], tier)
    catalog.task_data(name)
    silence_advice()
    manager = TaskManager(include_path=str(derived.include_path()), include_defaults=False)
    loaded = manager.load([name])["tasks"][name]
    loaded.set_fewshot_seed(0)
    for number, doc in enumerate(loaded.test_docs().select(range(n))):
        prompt = loaded.fewshot_context(
            doc, num_fewshot=num_fewshot, gen_prefix=loaded.doc_to_prefix(doc)
        )
        target = loaded.doc_to_target(doc)
        if isinstance(target, int):
            target = catalog.named_option(loaded.doc_to_choice(doc), target)
        yield RenderedItem(f"{name}, item {number}: {doc['item_id']}", str(prompt), f" {target}")
