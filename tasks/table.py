"""The type of a family's table of tasks, from which lm-eval's YAML is derived.

A family's folder holds a few hand-written forms (``_say.yaml``: how something is answered) and one
``table.py`` with a ``TABLE``: which rows of which set are asked in which form and sizes, and by
which functions and metrics where the form leaves these to the row.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Self, TypedDict

from pydantic import BaseModel, ConfigDict, Field, model_validator

from heptathlon.families import Tier, task_name

NAME = r"^[a-z][a-z0-9_]*$"
Function = Annotated[str, Field(pattern=r"^[a-z_]\w*(\.[a-z_]\w*)+$")]
"""Full name of a function of a document, such as ``heptathlon.tasks.maze.prompts.path_open``."""
MAIN: tuple[Tier, ...] = ("full", "lite", "smoke")
"""The sizes that every family has."""
FUNCTIONS = ("doc_to_text", "doc_to_target", "doc_to_choice", "doc_to_image")
"""lm-eval's settings that name a function of a document."""


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(TypedDict, total=False):
    """What rows that are asked alike share: ``Variant(..., **LIST)``; the fields are a row's."""

    doc_to_text: str
    doc_to_target: str
    doc_to_choice: str
    doc_to_image: str
    metrics: tuple[str, ...]
    lower: tuple[str, ...]


class Variant(_Closed):
    """One variant of a family's question, which is a task in each of its tiers.

    Attributes:
        name: what stands after the family in the tasks' names, such as ``dfs``.
        form: how it is asked: ``say`` for the file ``_say.yaml`` beside the table.
        config: config of the data set.
        edition: edition of the data set.
        where: record fields by which the config is filtered.
        tiers: sizes in which there is a task.
        tokens: budget for an answer in the tiers where it is not the form's.
        doc_to_text: function of the prompt, where it is not the form's.
        doc_to_target: function of the right answer, or of its index, where it is not the form's.
        doc_to_choice: function of the options, where it is not the form's.
        doc_to_image: function of the pictures, where it is not the form's.
        metrics: the scorer's metrics of the answer, where they are not the form's.
        lower: those of the metrics of which less is better.
        examples: whether the config has worked examples apart, in its split ``fewshot``, where
            the form does not say so of all its configs.
        metadata: what the data set and the task class are told, beside the version.
    """

    name: str = Field(pattern=NAME)
    form: str = Field(pattern=NAME)
    config: str
    edition: str = "fresh"
    where: Mapping[str, str] = {}
    tiers: tuple[Tier, ...] = Field(default=MAIN, min_length=1)
    tokens: Mapping[Tier, int] = {}
    doc_to_text: Function | None = None
    doc_to_target: Function | None = None
    doc_to_choice: Function | None = None
    doc_to_image: Function | None = None
    metrics: tuple[Annotated[str, Field(pattern=r"^[a-z]\w*$")], ...] = ()
    lower: tuple[str, ...] = ()
    examples: bool = False
    metadata: Mapping[str, Any] = {}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if unknown := set(self.tokens) - set(self.tiers):
            raise ValueError(f"{self.name}: tokens are set for {sorted(unknown)}, no tier of it")
        if taken := {"config", "edition", "tier"} & self.where.keys():
            raise ValueError(f"{self.name}: {sorted(taken)} are fields of the row itself")
        if "version" in self.metadata:
            raise ValueError(f"{self.name}: the version is the family's")
        if len(set(self.metrics)) < len(self.metrics):
            raise ValueError(f"{self.name}: a metric stands twice in {self.metrics}")
        if strangers := set(self.lower) - set(self.metrics):
            raise ValueError(f"{self.name}: {sorted(strangers)} are no metrics of the row")
        return self

    def in_place_of_the_form(self) -> dict[str, Any]:
        """Return those of lm-eval's settings that the row says itself, in every tier."""
        told: dict[str, Any] = {
            name: function for name in FUNCTIONS if (function := getattr(self, name))
        }
        if self.metrics:
            told["metric_list"] = [
                {"metric": one, "aggregation": "mean", "higher_is_better": one not in self.lower}
                for one in self.metrics
            ]
        if self.examples:
            told |= {"fewshot_split": "fewshot", "fewshot_config": {"sampler": "first_n"}}
        return told

    def unsaid(self, form: Mapping[str, Any]) -> str:
        """Return a setting that its tasks need and neither it nor its form says; else nothing."""
        needed = ["doc_to_text", "doc_to_target", "metric_list"]
        if form.get("output_type") == "multiple_choice":
            needed.append("doc_to_choice")
        if self.tokens:
            needed.append("generation_kwargs")
        told = {**form, **self.in_place_of_the_form()}
        return next((name for name in needed if not told.get(name)), "")


class Group(_Closed):
    """Tasks under one name. In each tier it holds those members that the tier has.

    Attributes:
        name: what stands after the family in the groups' names; nothing for the family's own.
        members: names of variants, in their order.
        smoke: the members in the smoke tier, where not all that have one belong to it.
        tiers: sizes in which there is a group.
        metric: what lm-eval averages over the members, for a glance; scores are the scorecard's.
        by_size: whether a member counts by its number of documents.
    """

    name: str = Field(default="", pattern=rf"^$|{NAME}")
    members: tuple[str, ...]
    smoke: tuple[str, ...] | None = None
    tiers: tuple[Tier, ...] = MAIN
    metric: str | None = None
    by_size: bool = True


class Table(_Closed):
    """All tasks and groups of a family; what contradicts itself is refused when it is loaded.

    Attributes:
        variants: the tasks.
        groups: the groups, the family's own among them.
    """

    variants: tuple[Variant, ...]
    groups: tuple[Group, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = Counter(task_name(one.name, tier) for one in self.variants for tier in one.tiers)
        names.update(task_name(one.name, tier) for one in self.groups for tier in one.tiers)
        if twice := [name for name, count in names.items() if count > 1]:
            raise ValueError(f"names that stand twice: {', '.join(twice)}")
        known = {one.name for one in self.variants}
        for group in self.groups:
            if strangers := {*group.members, *(group.smoke or ())} - known:
                raise ValueError(f"group {group.name!r}: no variants: {sorted(strangers)}")
            if empty := [tier for tier in group.tiers if not self.members(group, tier)]:
                raise ValueError(f"group {group.name!r}: no member has the tiers {empty}")
        if not any(not group.name and set(MAIN) <= set(group.tiers) for group in self.groups):
            raise ValueError(f"the family's own group must have the tiers {', '.join(MAIN)}")
        return self

    def members(self, group: Group, tier: Tier) -> list[str]:
        """Return the variants that a group holds in a tier, in its order."""
        having = {one.name for one in self.variants if tier in one.tiers}
        chosen = group.smoke if tier == "smoke" and group.smoke is not None else group.members
        return [name for name in chosen if name in having]
