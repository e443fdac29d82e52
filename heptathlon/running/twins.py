"""Likelihood tasks and their generated twins: the same documents, answered in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from heptathlon.errors import HeptathlonError
from heptathlon.facts import SAID, Family, task_name
from heptathlon.running.settings import GENERATED
from heptathlon.tasks import catalog
from heptathlon.tasks.catalog import TaskData

_GENERATED = "generate_until"


def rates(task: Any) -> bool:
    """Tell whether one of lm-eval's tasks asks for likelihoods."""
    return str(task.get_config("output_type")) != _GENERATED


def twins_of(task: str) -> list[str]:
    """Return the suite's generated tasks that ask a task's documents, the closest one first."""
    if task not in catalog.leaves():
        return []
    data = catalog.task_data(task)
    found = []
    for name in catalog.leaves():
        other = catalog.task_data(name)
        if name == task or not _same_documents(data, other):
            continue
        told = catalog.definition(name)
        if told.get("output_type") == _GENERATED and not told.get("doc_to_image"):
            found.append((len(other.where) != len(data.where), len(name), name))
    return [name for *_, name in sorted(found)]


def _same_documents(one: TaskData, other: TaskData) -> bool:
    same = (one.family.name, one.edition, one.tier, one.config)
    if same != (other.family.name, other.edition, other.tier, other.config):
        return False
    common = one.where.keys() & other.where.keys()
    return all(one.where[name] == other.where[name] for name in common)


def refusal(tasks: Mapping[str, Any], why: str) -> HeptathlonError:
    """Return the refusal of likelihood tasks, with the twins that can be asked."""
    asked = [name for name, task in tasks.items() if rates(task)]
    twins = _twins(asked)
    more = f" and {len(asked) - 1} more tasks" if len(asked) > 1 else ""
    offer = (
        f"ask their generated twins with {GENERATED} ({', '.join(twins[:6])}"
        f"{', …' if len(twins) > 6 else ''})"
        if twins
        else "leave them out, because no generated task asks the same"
    )
    return HeptathlonError(f"run: {asked[0]}{more} rate options by likelihood: {why}; {offer}.")


def _twins(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(twin for name in names for twin in twins_of(name)[:1]))


def generated(tasks: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the generated tasks to ask in place of some tasks, and those left out.

    Raises:
        HeptathlonError: if nothing is left.
    """
    kept: dict[str, None] = {}
    left = []
    for name, task in tasks.items():
        if not rates(task):
            kept.setdefault(name)
        elif twins := twins_of(name):
            kept.setdefault(twins[0])
        else:
            left.append(name)
    if not kept:
        raise HeptathlonError(f"run: none of the tasks has a generated form ({', '.join(left)}).")
    return list(kept), left


def group_of(family: Family, edition: str, tier: str) -> str:
    """Return the group that asks a family's headline in an edition and tier."""
    if edition == SAID:
        return said_group(family, tier)
    return task_name(family.name if edition == "fresh" else f"{family.name}_{edition}", tier)


def said_group(family: Family, tier: str) -> str:
    """Return the smallest group that asks what a family's headline in words is of.

    Args:
        family: a family with such a headline.
        tier: the tier.
    """
    wanted = {task_name(variant, tier) for variant in family.said}
    found = [name for name in catalog.groups() if wanted <= set(catalog.leaves_of(name))]
    return min(found, key=lambda name: (len(catalog.leaves_of(name)), name))
