"""Items as a model sees them, rendered by lm-eval itself."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from heptathlon.running import noise
from heptathlon.tasks import catalog, derived


class Prompt(NamedTuple):
    """One item as a model sees it.

    Attributes:
        task: lm-eval's task.
        number: its place among the task's documents, from 0.
        item_id: its identity.
        text: the whole prompt; a picture is lm-eval's placeholder ``<image>``.
        options: the options whose likelihoods are asked for; none where a text is generated.
        target: the right answer.
        pictures: the pictures, in their order, as Pillow's images.
    """

    task: str
    number: int
    item_id: str
    text: str
    options: tuple[str, ...]
    target: str
    pictures: tuple[Any, ...]


def prompts(
    name: str, *, tier: str = "", n: int | None = None, fewshot: int = 0
) -> Iterator[Prompt]:
    """Yield the items of a family, a variant, a task or a group; see :func:`.catalog.asked`.

    Args:
        name: what is asked.
        tier: size of the set, where the name does not say it.
        n: how many items of each task at most; all if left out.
        fewshot: worked examples before each item.

    Raises:
        UnknownNameError: if there is no such name, with the nearest ones.
    """
    from lm_eval.tasks import TaskManager

    tasks = catalog.asked(name, tier)
    noise.hush()
    manager = TaskManager(include_path=str(derived.include_path()), include_defaults=False)
    loaded = manager.load(tasks)["tasks"]
    for task in tasks:
        yield from _of_task(task, loaded[task], n, fewshot)


def _of_task(name: str, task: Any, n: int | None, fewshot: int) -> Iterator[Prompt]:
    task.set_fewshot_seed(0)
    for number, doc in enumerate(islice(task.test_docs(), n)):
        text = task.fewshot_context(doc, num_fewshot=fewshot, gen_prefix=task.doc_to_prefix(doc))
        target = task.doc_to_target(doc)
        options = () if catalog.is_generated(name) else tuple(task.doc_to_choice(doc))
        if isinstance(target, int):
            target = catalog.named_option(options, target)
        pictures = task.doc_to_image(doc) if getattr(task, "MULTIMODAL", False) else ()
        yield Prompt(name, number, doc["item_id"], str(text), options, str(target), tuple(pictures))
