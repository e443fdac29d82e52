"""What the suite asks, from the families' tables: no prompt or data set is loaded for it.

lm-eval's YAML is derived from the same tables; :mod:`heptathlon.tasks.derived` writes it.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.families import FAMILIES, Family, Tier, of_role, task_name
from heptathlon.parts import load_part, part_folder
from heptathlon.tasks import prompt_forms
from heptathlon.tasks.table import MAIN, Group, Table, Variant


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML, read by libyaml where that is built in; ``!function a.b`` is the text ``a.b``."""


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

    def asks(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a row of the config is one of the documents."""
        return all(row[name] == value for name, value in self.where.items())


class Leaf(NamedTuple):
    """A task that asks documents itself: a row of a family's table, in one of its tiers."""

    family: str
    row: Variant
    tier: Tier

    @property
    def task(self) -> str:
        """lm-eval's name."""
        return task_name(f"{self.family}_{self.row.name}", self.tier)


def table_of(family: Family) -> Table:
    """Return a family's table.

    Raises:
        HeptathlonError: if it names an edition, a tier or a form that the family has not.
    """
    table: Table = load_part(family, "table").TABLE
    forms = forms_of(family.name)
    for row in table.variants:
        wrong = [f"tier {tier}" for tier in row.tiers if tier not in family.tiers_of(row.edition)]
        if row.edition not in (*family.editions, *family.further, "own"):
            wrong.append(f"edition {row.edition}")
        if row.form not in forms:
            wrong.append(f"form _{row.form}.yaml")
        if wrong:
            raise HeptathlonError(
                f"table of {family.name}: the row {row.name!r} has the {wrong[0]}, which the "
                "family does not have; correct the row or add what it names."
            )
        if unsaid := row.unsaid(read_form(forms[row.form])):
            raise HeptathlonError(
                f"table of {family.name}: neither the row {row.name!r} nor its form "
                f"_{row.form}.yaml says {unsaid}; let one of them say it."
            )
    return table


@cache
def forms_of(family: str) -> dict[str, Path]:
    """Return the hand-written files that say how something is asked, by their name."""
    folder = part_folder(FAMILIES[family], "tasks")
    return {path.stem[1:]: path for path in sorted(folder.glob("_*.yaml"))}


@cache
def leaves() -> dict[str, Leaf]:
    """Return all tasks that ask documents, by lm-eval's name.

    Raises:
        HeptathlonError: if a family's table cannot be used.
    """
    found = [
        Leaf(family.name, row, tier)
        for family in FAMILIES.values()
        for row in table_of(family).variants
        for tier in row.tiers
    ]
    return {leaf.task: leaf for leaf in found}


@cache
def groups() -> dict[str, dict[str, Any]]:
    """Return what lm-eval is told of every group, by its name: the families', then the suite's."""
    out = {}
    for family in FAMILIES.values():
        table = table_of(family)
        for group in table.groups:
            for tier in group.tiers:
                told = _group(family, table, group, tier)
                out[told["group"]] = told
    return out | suites()


def _group(family: Family, table: Table, group: Group, tier: Tier) -> dict[str, Any]:
    stem = f"{family.name}_{group.name}" if group.name else family.name
    names = table.members(group, tier)
    told: dict[str, Any] = {
        "group": task_name(stem, tier),
        "task": [task_name(f"{family.name}_{name}", tier) for name in names],
    }
    if group.metric:
        average = {"metric": group.metric, "aggregation": "mean", "weight_by_size": group.by_size}
        told["aggregate_metric_list"] = [average]
    return told | {"metadata": {"version": family.version}}


def suites() -> dict[str, dict[str, Any]]:
    """Return the groups of scored families, and those of exhibition families if there are any.

    One line a family; their scores are the scorecard's.
    """
    stems = {"heptathlon": of_role("scored"), "heptathlon_exhibition": of_role("exhibition")}
    names = {
        (stem if tier == "full" else f"{stem}_{tier}"): [task_name(name, tier) for name in members]
        for stem, members in stems.items()
        for tier in MAIN
        if members
    }
    return {name: {"group": name, "task": members} for name, members in names.items()}


def leaves_of(group: str) -> list[str]:
    """Return the leaf tasks of a group and of the groups in it, in their order.

    Raises:
        UnknownNameError: if there is no such group, with the nearest names.
    """
    out: list[str] = []
    for name in group_definition(group)["task"]:
        out += leaves_of(name) if name in groups() else [name]
    return out


def whole_name(name: str, tier: str = "") -> str:
    """Return lm-eval's name of the task or group that a name stands for.

    Args:
        name: lm-eval's name of a task or a group, or that without prefix and tier: a family such as
            ``maze``, whose own group it stands for, or a variant such as ``maze_dfs``.
        tier: size of the set, for a name without it; ``full`` if it is left out there.

    Raises:
        UnknownNameError: if there is no such task or group, with the nearest names.
        HeptathlonError: for a tier beside a name that has one.

    Example:
        >>> whole_name("maze_dfs", "lite"), whole_name("sort"), whole_name("heptathlon_maze_smoke")
        ('heptathlon_maze_dfs_lite', 'heptathlon_sort', 'heptathlon_maze_smoke')
    """
    whole = name if name.startswith("heptathlon") else task_name(name, tier or "full")
    if tier and whole == name:
        raise HeptathlonError(
            f"{name} is the name of a task in one tier; leave the tier {tier!r} out, or give the "
            "name without prefix and tier, such as 'maze'."
        )
    if whole not in groups() and not is_leaf(whole):
        raise UnknownNameError("task or group", whole, [*groups(), *leaves()])
    return whole


def asked(name: str, tier: str = "") -> list[str]:
    """Return the leaf tasks that a name stands for, in their order; see :func:`whole_name`.

    Raises:
        UnknownNameError: if there is no such task or group, with the nearest names.
        HeptathlonError: for a tier beside a name that has one.
    """
    whole = whole_name(name, tier)
    return leaves_of(whole) if whole in groups() else [whole]


def leaf(task: str) -> Leaf:
    """Return a leaf task by its name, which may be that of a prompt form of one.

    Raises:
        UnknownNameError: if there is no such task, with the nearest names.
    """
    if task in leaves():
        return leaves()[task]
    form = _form_of(task)
    if form is None:
        raise UnknownNameError("heptathlon task", task, leaves())
    base = leaves()[form.base]
    return base._replace(
        row=base.row.model_copy(update={"name": f"{base.row.name}_form{form.number}"})
    )


def is_leaf(task: str) -> bool:
    """Tell whether there is a leaf task, or a prompt form of one, by this name."""
    return task in leaves() or _form_of(task) is not None


def _form_of(task: str) -> prompt_forms.Named | None:
    """Return which prompt form of which task a name is; None if it is none."""
    form = prompt_forms.named(task)
    return form if form is not None and has_forms(form.base) else None


@cache
def has_forms(task: str) -> bool:
    """Tell whether a task has prompt forms: a fresh one whose likelihoods choose a right option."""
    if task not in leaves() or leaves()[task].row.edition != "fresh":
        return False
    told = definition(task)
    metrics = {one["metric"] for one in told.get("metric_list", ())}
    return told.get("output_type") == "multiple_choice" and not metrics.isdisjoint(
        prompt_forms.HITS
    )


def forms_of_task(task: str) -> list[str]:
    """Return the names of a task's prompt forms; none if it has none."""
    if not has_forms(task):
        return []
    family, row, tier = leaves()[task]
    numbers = range(1, prompt_forms.COUNT + 1)
    return [task_name(f"{family}_{row.name}_form{number}", tier) for number in numbers]


def task_data(task: str) -> TaskData:
    """Return what a leaf task asks.

    Raises:
        UnknownNameError: if there is no such task, with the nearest names.
    """
    name, row, tier = leaf(task)
    variant = f"{name}_{row.name}"
    return TaskData(task, FAMILIES[name], variant, row.edition, tier, row.config, row.where)


@cache
def read_form(path: Path) -> dict[str, Any]:
    """Return a form with its includes merged the way lm-eval merges them; functions as text."""
    # The loader subclasses SafeLoader and builds plain values only.
    data: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    included = data.pop("include", [])
    merged: dict[str, Any] = {}
    for name in [included] if isinstance(included, str) else included:
        merged |= read_form((path.parent / name).resolve())
    return merged | data


def own_settings(task: str) -> dict[str, Any]:
    """Return what a leaf task says beside its form; ``include`` names that.

    Raises:
        UnknownNameError: if there is no such task.
    """
    family, row, tier = leaf(task)
    asked = {"config": row.config}
    if row.edition != "fresh":
        asked["edition"] = row.edition
    asked |= row.where
    if tier != "full":
        asked["tier"] = tier
    own: dict[str, Any] = {"include": f"_{row.form}.yaml", "task": task, "dataset_kwargs": asked}
    own |= row.in_place_of_the_form()
    form = read_form(forms_of(family)[row.form])
    told = form | own
    if not told.get("fewshot_split") or told.get("doc_to_image"):
        # Without a split of its own lm-eval takes worked examples from what is asked, and it shows
        # no picture of an example.
        own["num_fewshot"] = 0
    if tier in row.tokens:
        own["generation_kwargs"] = form["generation_kwargs"] | {"max_gen_toks": row.tokens[tier]}
    if task not in leaves():
        own |= prompt_forms.settings(task)
    return own | {"metadata": {"version": FAMILIES[family].version, **row.metadata}}


@cache
def definition(task: str) -> dict[str, Any]:
    """Return all that lm-eval is told of a leaf task, with functions by their names as text.

    Raises:
        UnknownNameError: if there is no such task.
    """
    family, row, _ = leaf(task)
    told = read_form(forms_of(family)[row.form]) | own_settings(task)
    del told["include"]
    return told


def group_definition(group: str) -> dict[str, Any]:
    """Return all that lm-eval is told of a group.

    Raises:
        UnknownNameError: if there is no such group, with the nearest names.
    """
    if group not in groups():
        raise UnknownNameError("heptathlon group", group, groups())
    return groups()[group]


def function(name: str) -> Callable[..., Any]:
    """Return a function that a task's definition names.

    Raises:
        TypeError: if it is none of this package, or of a plug-in that brings a family.
    """
    packages = {"heptathlon", *(family.package for family in FAMILIES.values() if family.package)}
    if not any(name.startswith(f"{package}.") for package in packages):
        raise TypeError(f"{name!r} is not a function of this package or of a plug-in")
    module, _, attribute = name.rpartition(".")
    found: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return found


def is_generated(task: str) -> bool:
    """Tell whether a leaf task is answered by a text, and not by likelihoods of options.

    Raises:
        UnknownNameError: if there is no such task.
    """
    return str(definition(task).get("output_type")) == "generate_until"


def prompt_of(task: str, doc: Mapping[str, Any]) -> str:
    """Return a document's prompt without worked examples, by the function that the task names.

    Raises:
        UnknownNameError: if there is no such task.
    """
    return str(function(str(definition(task)["doc_to_text"]))(doc))


def choices_of(task: str, doc: Mapping[str, Any]) -> list[str]:
    """Return the options of a multiple-choice document, by the function that the task names.

    Raises:
        UnknownNameError: if there is no such task.
        TypeError: if the task's options are not given by a function of this package.
    """
    choices: list[str] = function(str(definition(task).get("doc_to_choice")))(doc)
    return choices


def named_option(options: Sequence[str], index: int) -> str:
    """Return the option at an index; a negative one says that none of them is right."""
    return options[index] if index >= 0 else "(none of these)"


def target_delimiter(task: str) -> str:
    """Return what lm-eval puts between a task's prompt and its answer."""
    return str(definition(task).get("target_delimiter", " "))


def sibling(data: TaskData, variant: str) -> str:
    """Return the name of another variant of the same family in the same tier."""
    return task_name(variant, data.tier)
