"""What the suite's task YAML says, read as data: no function in it is imported or run."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from heptathlon.errors import UnknownNameError
from heptathlon.families import Family, family_of_task, task_name

TASKS_PATH = Path(__file__).parent


class _Loader(yaml.SafeLoader):
    """Safe YAML in which ``!function a.b`` is the text ``a.b``."""


def _function_as_text(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("!function", _function_as_text)


@dataclass(frozen=True)
class TaskData:
    """Which documents a task asks.

    Attributes:
        task: lm-eval's name.
        family: the family it belongs to.
        variant: the name without prefix and tier, such as ``maze_dfs``.
        edition: edition of the set.
        tier: tier of the set.
        config: config of the set.
        where: record fields by which the config is filtered.
    """

    task: str
    family: Family
    variant: str
    edition: str
    tier: str
    config: str
    where: Mapping[str, str] = field(default_factory=dict)


@cache
def read_yaml(path: Path) -> dict[str, Any]:
    """Return a task's YAML with its includes merged the way lm-eval merges them."""
    # The loader subclasses SafeLoader and builds plain values only.
    text = path.read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506
    included = data.pop("include", [])
    merged: dict[str, Any] = {}
    for name in [included] if isinstance(included, str) else included:
        merged |= read_yaml((path.parent / name).resolve())
    return merged | data


@cache
def task_files() -> dict[str, Path]:
    """Return the YAML file of every leaf task, by name."""
    out = {}
    for path in sorted(TASKS_PATH.rglob("*.yaml")):
        data = read_yaml(path)
        if isinstance(data.get("task"), str):
            out[data["task"]] = path
    return out


@cache
def group_files() -> dict[str, Path]:
    """Return the YAML file of every group, by name."""
    out = {}
    for path in sorted(TASKS_PATH.rglob("*.yaml")):
        data = read_yaml(path)
        if isinstance(data.get("group"), str):
            out[data["group"]] = path
    return out


def leaves_of(group: str) -> list[str]:
    """Return the leaf tasks of a group and of the groups in it, in their order."""
    out: list[str] = []
    for name in read_yaml(group_files()[group])["task"]:
        out += leaves_of(name) if name in group_files() else [name]
    return out


def task_data(task: str) -> TaskData:
    """Return what a leaf task asks, from the suite's own YAML.

    Raises:
        UnknownNameError: if there is no such task, with the nearest names.
    """
    files = task_files()
    if task not in files:
        raise UnknownNameError("heptathlon task", task, files)
    family = family_of_task(task)
    options = dict(read_yaml(files[task]).get("dataset_kwargs", {}))
    tier = options.pop("tier", "full")
    variant = task.removeprefix("heptathlon_")
    if tier != "full":
        variant = variant.removesuffix(f"_{tier}")
    return TaskData(
        task=task,
        family=family,
        variant=variant,
        edition=options.pop("edition", "fresh"),
        tier=tier,
        config=options.pop("config"),
        where={k: str(v) for k, v in options.items()},
    )


def is_generated(task: str) -> bool:
    """Tell whether a leaf task is answered by a text, and not by likelihoods of options.

    Raises:
        UnknownNameError: if there is no such task.
    """
    task_data(task)
    return str(read_yaml(task_files()[task]).get("output_type")) == "generate_until"


def prompt_of(task: str, doc: Mapping[str, Any]) -> str:
    """Return a document's prompt without worked examples, by the function that the YAML names.

    Raises:
        UnknownNameError: if there is no such task.
    """
    task_data(task)
    return str(_function(str(read_yaml(task_files()[task])["doc_to_text"]))(doc))


def _function(name: str) -> Callable[[Mapping[str, Any]], Any]:
    """Return a function of this package by its name."""
    if not name.startswith("heptathlon."):
        raise TypeError(f"{name} is not a function of this package")
    module, _, function = name.rpartition(".")
    found: Callable[[Mapping[str, Any]], Any] = getattr(importlib.import_module(module), function)
    return found


def choices_of(task: str, doc: Mapping[str, Any]) -> list[str]:
    """Return the options of a multiple-choice document, by the function that the YAML names.

    Raises:
        UnknownNameError: if there is no such task.
        TypeError: if the task's options are not given by a function of this package.
    """
    task_data(task)
    name = read_yaml(task_files()[task]).get("doc_to_choice")
    if not isinstance(name, str) or not name.startswith("heptathlon."):
        raise TypeError(f"{task}: doc_to_choice is not a function of this package")
    choices: list[str] = _function(name)(doc)
    return choices


def named_option(options: Sequence[str], index: int) -> str:
    """Return the option at an index; a negative one says that none of them is right."""
    return options[index] if index >= 0 else "(none of these)"


def target_delimiter(task: str) -> str:
    """Return what lm-eval puts between a task's prompt and its answer."""
    return str(read_yaml(task_files()[task]).get("target_delimiter", " "))


def sibling(data: TaskData, variant: str) -> str:
    """Return the name of another variant of the same family in the same tier."""
    return task_name(variant, data.tier)
