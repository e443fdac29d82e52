"""``heptathlon run --form``: prompt forms of what is asked, in the place of the published one."""

import logging
from typing import Any

from heptathlon.errors import HeptathlonError
from heptathlon.tasks import catalog, derived, prompt_forms
from heptathlon.tasks.prompt_forms.items import TooFewError, items_of

logger = logging.getLogger("heptathlon")

FLAG = "--form"
ALL = "all"


def ask_in_forms(config: Any, wanted: str) -> None:
    """Let a run ask prompt forms: those that a flag says, or that are among its tasks by name.

    Args:
        config: lm-eval's configuration of the run; its tasks and folders are changed.
        wanted: what the flag says: ``all``, numbers with commas, or nothing.

    Raises:
        HeptathlonError: for a number that is none, or if nothing of what is asked has forms.
    """
    if wanted:
        config.tasks = _of_flag(config.tasks, _numbers(wanted))
    named = [task for task in config.tasks if prompt_forms.named(task) and catalog.is_leaf(task)]
    if named:
        config.include_path = [*config.include_path, str(derived.forms_path(named).resolve())]


def _numbers(wanted: str) -> list[int]:
    if wanted == ALL:
        return list(range(1, prompt_forms.COUNT + 1))
    parts = [part.strip() for part in wanted.split(",")]
    known = [str(number) for number in range(1, prompt_forms.COUNT + 1)]
    if strangers := [part for part in parts if part not in known]:
        raise HeptathlonError(
            f"run: {FLAG} {strangers[0] or wanted!r} is no prompt form; give {ALL!r}, or numbers "
            f"from 1 to {prompt_forms.COUNT} with commas."
        )
    return sorted({int(part) for part in parts})


def _of_flag(names: list[str], numbers: list[int]) -> list[str]:
    found: list[str] = []
    without: list[str] = []
    few: list[str] = []
    for task in dict.fromkeys(task for name in names for task in catalog.asked(name)):
        if not catalog.has_forms(task):
            without.append(task)
            continue
        try:
            items_of(task, "")
        except TooFewError as error:
            few.append(str(error))
            continue
        found += [catalog.forms_of_task(task)[number - 1] for number in numbers]
    if not found:
        why = few[0] if few else (
            f"{without[0]}: has no prompt forms; they are of fresh tasks that are asked by "
            "likelihoods and have one right option."
        )  # fmt: skip
        raise HeptathlonError(f"run: {why}")
    if without:
        logger.warning("without prompt forms, and left out: %s", ", ".join(without))
    for said in few:
        logger.warning("left out: %s", said)
    return found
