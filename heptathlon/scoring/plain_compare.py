"""Two runs of any of lm-eval's tasks on the same documents: paired, with intervals and tests."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.harmless import label
from heptathlon.running.identity import differences, in_words
from heptathlon.scorers import stats
from heptathlon.scoring.cards import ModelCard
from heptathlon.scoring.compare import LEVEL, POWER, holm, judged
from heptathlon.scoring.compare_words import sentence_of
from heptathlon.scoring.comparison import Difference
from heptathlon.scoring.figures import as_estimate
from heptathlon.scoring.plain import Figure, Key, PlainRun, PlainTask

BY_SIZE: Literal["by size"] = "by size"
EQUALLY: Literal["equally"] = "equally"


class TaskDifference(Difference):
    """The difference on one metric of one task, or of one group of tasks.

    Attributes:
        task: lm-eval's name.
        metric: the metric, with its filter unless that is ``none``.
        higher_is_better: as the task says; the verdict goes by it.
        shared: documents that both runs answered and whose figures are numbers.
        only_a: documents that the first run alone answered.
        only_b: documents that the second run alone answered.
        clusters: independent clusters among the shared ones.
        weights: how a group's tasks are weighted; empty for a task.
        detectable: true difference that a comparison like this one finds four times in five.
        sentence: the finding in plain words.
    """

    task: str
    metric: str
    higher_is_better: bool
    shared: int
    only_a: int
    only_b: int
    clusters: int
    weights: Literal["", "by size", "equally"]
    detectable: float | None = Field(allow_inf_nan=False)
    sentence: str


class PlainComparison(BaseModel):
    """Two runs of any tasks, compared on what lm-eval logged.

    Attributes:
        a: who answered the first run.
        b: who answered the second.
        cluster: field of the documents that clusters were made by; empty if each is its own.
        tasks: the comparison of each task.
        groups: that of each group.
        warnings: what makes the two runs less comparable than they look, and what was left out.
        says: where the figures come from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    a: ModelCard
    b: ModelCard
    cluster: str
    tasks: dict[str, TaskDifference]
    groups: dict[str, TaskDifference]
    warnings: list[str]
    says: str = "Figures are those that lm-eval logged for each document; nothing was scored again."


def compare(a: PlainRun, b: PlainRun, cluster: str = "", metric: str = "") -> PlainComparison:
    """Compare two runs task by task on the documents that both answered.

    Args:
        a: the first run.
        b: the second.
        cluster: the field that both were read with.
        metric: which metric to compare; the first that a task logs if empty.

    Raises:
        HeptathlonError: if they have no task, no document or not the metric in common.
    """
    names = [name for name in a.tasks if name in b.tasks]
    if not names:
        raise HeptathlonError(
            f"The two runs have no task in common: A has {_listed(a.tasks)}, "
            f"B {_listed(b.tasks)}; run both on the same tasks."
        )
    warnings = _warnings(a, b)
    found: dict[str, TaskDifference] = {}
    used: dict[str, _Pair] = {}
    for name in names:
        mine, other = a.tasks[name], b.tasks[name]
        if mine.version != other.version:
            warnings.append(
                f"{name}: left out, because A was asked version {mine.version}, "
                f"B version {other.version}."
            )
            continue
        pair = _Pair.of(mine, other, metric, warnings)
        if pair is not None:
            used[name] = pair
            found[name] = pair.compared()
    if not found:
        why = " ".join(warnings) or "No document's hash is in both."
        raise HeptathlonError(f"The two runs share no document that can be compared. {why}")
    groups = _groups(a, b, used, warnings)
    return PlainComparison(
        a=a.model,
        b=b.model,
        cluster=cluster,
        tasks=_after_holm(found, "tasks"),
        groups=_after_holm(groups, "groups"),
        warnings=warnings,
    )


class _Pair:
    """One metric of one task in two runs, on the documents of both."""

    def __init__(self, task: PlainTask, a: Figure, b: Figure, shared: Sequence[Key]) -> None:
        self.task, self.a, self.b, self.shared = task.name, a, b, shared
        self.x = np.array([a.values[key] for key in shared])
        self.y = np.array([b.values[key] for key in shared])
        self.clusters = [task.clusters.get(key, f"{key[0]} {key[1]}") for key in shared]
        self.are_named = bool(task.clusters)

    @classmethod
    def of(
        cls, mine: PlainTask, other: PlainTask, metric: str, warnings: list[str]
    ) -> "_Pair | None":
        """Return the pair; None, with a warning, if there is nothing to compare.

        Raises:
            UnknownNameError: if neither task logs the metric that was asked for.
        """
        having = [
            key
            for key, one in mine.figures.items()
            if key in other.figures and one.values and other.figures[key].values
        ]
        if metric:
            named = [key for key in having if metric in (key[0], mine.figures[key].name)]
            if not named:
                known = [mine.figures[key].name for key in having]
                raise UnknownNameError(f"metric of {mine.name}", metric, known)
            having = named
        if not having:
            warnings.append(
                f"{mine.name}: left out, because no metric is a number for each document in both."
            )
            return None
        a, b = mine.figures[having[0]], other.figures[having[0]]
        shared = sorted(a.values.keys() & b.values.keys())
        if not shared:
            warnings.append(
                f"{mine.name}: left out, because no document's hash is in both runs; lm-eval's "
                "hash of a document with a picture differs from run to run."
            )
            return None
        for who, one in (("A", a), ("B", b)):
            if one.broken:
                warnings.append(
                    f"{mine.name}: {one.broken:,} documents of {who} have no number for "
                    f"{one.name}; they are left out."
                )
            if not one.is_mean and one.logged is not None:
                warnings.append(
                    f"{mine.name}: what lm-eval reports as {one.name} of {who} ({one.logged:.4f}) "
                    "is not the mean of its documents' figures; compared is that mean."
                )
        changed = sum(mine.prompts[key] != other.prompts[key] for key in shared)
        if changed:
            warnings.append(
                f"{mine.name}: {changed:,} of {len(shared):,} shared documents were asked with "
                "another prompt, as with another template or other worked examples."
            )
        return cls(mine, a, b, shared)

    @property
    def is_higher_better(self) -> bool:
        """Whether more is better; yes if the task does not say."""
        return self.a.higher_is_better is not False

    def labels(self) -> list[str]:
        """Return each document's cluster among several tasks: its hash, if none was asked for."""
        return self.clusters if self.are_named else [digest for digest, _ in self.shared]

    def compared(self) -> TaskDifference:
        """Return the comparison before the correction for the number of tasks."""
        result = stats.paired(self.x, self.y, self.clusters, LEVEL)
        detectable = stats.minimal_detectable_difference(
            self.x, self.y, self.clusters, power=POWER, level=LEVEL
        )
        return TaskDifference(
            **_figures(self.a.name, result),
            task=self.task,
            metric=self.a.name,
            higher_is_better=self.is_higher_better,
            shared=len(self.shared),
            only_a=len(self.a.values) - len(self.shared),
            only_b=len(self.b.values) - len(self.shared),
            clusters=result.difference.clusters,
            weights="",
            detectable=detectable.value,
            sentence="",
        )


def _groups(
    a: PlainRun, b: PlainRun, pairs: Mapping[str, _Pair], warnings: list[str]
) -> dict[str, TaskDifference]:
    """Compare the groups of which both runs have all tasks, weighted as lm-eval weighted them."""
    out: dict[str, TaskDifference] = {}
    for name, (leaves, logged) in a.groups.items():
        if name not in b.groups or set(b.groups[name][0]) != set(leaves):
            continue
        if any(leaf not in pairs for leaf in leaves):
            warnings.append(f"{name}: left out, because not all of its tasks can be compared.")
            continue
        of = [pairs[leaf] for leaf in leaves]
        names = {(one.a.metric, one.a.filter) for one in of}
        figure = logged.get(",".join(names.pop())) if len(names) == 1 else None
        weights = _weights(figure, of)
        if weights is None:
            warnings.append(
                f"{name}: left out, because its logged figure is no mean of its tasks' figures."
            )
            continue
        out[name] = _group(name, of, weights)
    return out


def _weights(figure: float | None, pairs: Sequence[_Pair]) -> Literal["by size", "equally"] | None:
    """Tell from a group's logged figure how its tasks are weighted; None if neither way."""
    if figure is None:
        return None
    values = [list(pair.a.values.values()) for pair in pairs]
    means = [math.fsum(one) / len(one) for one in values]
    together = math.fsum(map(math.fsum, values)) / sum(map(len, values))
    if math.isclose(figure, together, rel_tol=1e-6, abs_tol=1e-9):
        return BY_SIZE
    alone = math.fsum(means) / len(means)
    return EQUALLY if math.isclose(figure, alone, rel_tol=1e-6, abs_tol=1e-9) else None


def _group(
    name: str, pairs: Sequence[_Pair], weights: Literal["by size", "equally"]
) -> TaskDifference:
    """Compare a group: the weighted mean of its tasks' differences.

    Each document counts by its task's weight. The spread between tasks counts as well, though the
    tasks are not drawn: the interval is a little too wide rather than too narrow. A document, or a
    cluster, that two of the tasks ask is one.
    """
    sizes = [len(pair.shared) for pair in pairs]
    total = sum(sizes)
    scales = [total / (len(pairs) * n) if weights == EQUALLY else 1.0 for n in sizes]
    x, y = (
        np.concatenate([getattr(pair, side) * k for pair, k in zip(pairs, scales, strict=True)])
        for side in "xy"
    )
    clusters = [one for pair in pairs for one in pair.labels()]
    result = stats.paired(x, y, clusters, LEVEL)
    detectable = stats.minimal_detectable_difference(x, y, clusters, power=POWER, level=LEVEL)
    first = pairs[0]
    return TaskDifference(
        **_figures(first.a.name, result),
        task=name,
        metric=first.a.name,
        higher_is_better=first.is_higher_better,
        shared=total,
        only_a=sum(len(pair.a.values) for pair in pairs) - total,
        only_b=sum(len(pair.b.values) for pair in pairs) - total,
        clusters=result.difference.clusters,
        weights=weights,
        detectable=detectable.value,
        sentence="",
    )


def _figures(metric: str, result: stats.PairedResult) -> dict[str, Any]:
    """Return the fields of a difference before the correction for the number of comparisons."""
    return {
        "a": result.a,
        "b": result.b,
        "difference": as_estimate(metric, result.difference),
        "p_value": result.p_value,
        "p_adjusted": result.p_value,
        "test": result.test,
        "verdict": None,
        "a_better": result.a_better,
        "b_better": result.b_better,
        "equal": result.equal,
    }


def _after_holm(found: Mapping[str, TaskDifference], what: str) -> dict[str, TaskDifference]:
    adjusted = holm([one.p_value for one in found.values()])
    out = {}
    for (name, one), p in zip(found.items(), adjusted, strict=True):
        sure = judged(one, p)
        if not one.higher_is_better and sure.verdict in ("a", "b"):
            sure = sure.model_copy(update={"verdict": "b" if sure.verdict == "a" else "a"})
        detectable = stats.Detectable(one.detectable, None, None, "paired", "")
        said = sentence_of(name, sure, detectable, len(found), what)
        out[name] = sure.model_copy(update={"sentence": said})
    return out


def _warnings(a: PlainRun, b: PlainRun) -> list[str]:
    out = []
    if found := differences(a.identity.settings, b.identity.settings):
        out.append(f"The two were asked in different ways: {label(in_words(found), 400)}.")
    shots = [n for n in a.tasks if n in b.tasks and a.tasks[n].shots != b.tasks[n].shots]
    if shots:
        out.append(
            f"The numbers of worked examples differ in {_listed(shots)}: A "
            f"{a.tasks[shots[0]].shots}, B {b.tasks[shots[0]].shots} in the first."
        )
    for who, mine, other in (("A", a, b), ("B", b, a)):
        if lone := [name for name in mine.tasks if name not in other.tasks]:
            out.append(f"Left out, because only {who} was asked: {_listed(lone)}.")
    return out


def _listed(names: Sequence[str] | Mapping[str, object]) -> str:
    shown = list(names)
    return label(", ".join(shown[:5])) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")
