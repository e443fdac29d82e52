"""Any of lm-eval's tasks as it was logged: the figures of each document, not computed again.

A document is known by the hash that lm-eval logs of it, so that two runs with another order,
another limit or another version of a file are held together by what they were asked.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heptathlon.errors import HeptathlonError
from heptathlon.running.identity import Identity
from heptathlon.running.runs import (
    ANY_SAMPLES,
    RESULTS_NAME,
    Recorded,
    date_of,
    find_run_folder,
    newest_whole,
    read_recorded,
    read_rows,
    refuse_mixed,
)
from heptathlon.scoring.cards import ModelCard
from heptathlon.scoring.scorecard import model_card

Key = tuple[str, int]
"""A document's hash, and how many documents of this hash came before it in the task."""
MAX_NAME = 120


@dataclass
class Figure:
    """One metric of one task under one of its filters.

    Attributes:
        metric: its name.
        filter: which of the task's filters read the answers; ``none`` for most.
        values: the logged figure of each document.
        broken: documents whose figure is no number, or none that is finite.
        logged: the task's figure, as the results file has it; None if it has none.
        higher_is_better: as the task says; None if it does not.
    """

    metric: str
    filter: str
    values: dict[Key, float] = field(default_factory=dict)
    broken: int = 0
    logged: float | None = None
    higher_is_better: bool | None = None

    @property
    def name(self) -> str:
        """The metric as lm-eval names it: with its filter, unless that is ``none``."""
        return self.metric if self.filter == "none" else f"{self.metric},{self.filter}"

    @property
    def is_mean(self) -> bool:
        """Whether the task's own figure is the mean of what was logged for its documents."""
        if self.logged is None or not self.values:
            return False
        mean = math.fsum(self.values.values()) / len(self.values)
        return math.isclose(self.logged, mean, rel_tol=1e-6, abs_tol=1e-9)


@dataclass
class PlainTask:
    """One task of a run.

    Attributes:
        name: lm-eval's name.
        version: as the task's config says.
        shots: worked examples before each document.
        figures: its metrics by (metric, filter), in the order of the file.
        clusters: the document's value of the field that was asked for; empty if none was.
        prompts: hash of each document's prompt.
    """

    name: str
    version: str
    shots: str
    figures: dict[tuple[str, str], Figure] = field(default_factory=dict)
    clusters: dict[Key, str] = field(default_factory=dict)
    prompts: dict[Key, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PlainRun:
    """A folder of lm-eval's, of whatever tasks.

    Attributes:
        folder: where it lies.
        model: who answered.
        identity: who answered, and how it was asked, in the newest of its files.
        tasks: its tasks by name.
        groups: the tasks of each group, and the group's logged figures by metric and filter.
    """

    folder: Path
    model: ModelCard
    identity: Identity
    tasks: dict[str, PlainTask]
    groups: dict[str, tuple[list[str], dict[str, float]]]


def read(path: Path, cluster: str = "") -> PlainRun:
    """Read a folder that lm-eval wrote with ``--log_samples``.

    Args:
        path: the folder, or one of its results files.
        cluster: field of the documents whose equal values make a cluster; none if empty.

    Raises:
        HeptathlonError: if a file is missing or broken, or documents lack the field.
    """
    folder = find_run_folder(path)
    recorded = read_recorded(folder, only=path if path.is_file() else None, any_task=True)
    chosen = newest_whole(folder, recorded)
    refuse_mixed(folder, chosen)
    used = [one for one in recorded if one in chosen.values()]
    return PlainRun(
        folder=folder,
        model=model_card(used[-1].results),
        identity=used[-1].identity,
        tasks={task: _task(task, chosen[task], cluster) for task in sorted(chosen)},
        groups=_groups(used, chosen),
    )


def is_plain(path: Path) -> bool:
    """Tell by its files' names whether a run has samples of other tasks than the suite's alone."""
    dates = None if path.is_dir() else {date_of(path, RESULTS_NAME)}
    found = [ANY_SAMPLES.match(file.name) for file in find_run_folder(path).iterdir()]
    tasks = {one[1] for one in found if one and (dates is None or (one[2] or "") in dates)}
    return bool(tasks) and not any(task.startswith("heptathlon_") for task in tasks)


def _task(name: str, recorded: Recorded, cluster: str) -> PlainTask:
    results = recorded.results
    task = PlainTask(
        name=name,
        version=str(results["versions"].get(name)),
        shots=str(results["n-shot"].get(name)),
    )
    better = results.get("higher_is_better")
    directions = better.get(name) if isinstance(better, dict) else None
    rows: list[tuple[str, dict[str, Any]]] = list(read_rows(recorded.samples[name]))
    rows.sort(key=lambda row: _part(row[1], "doc_id", int, row[0]))
    seen: Counter[tuple[str, str]] = Counter()
    for where, row in rows:
        chain = str(row.get("filter") or "none")
        digest = _part(row, "doc_hash", str, where)
        key = (digest, seen[chain, digest])
        seen[chain, digest] += 1
        task.prompts[key] = str(row.get("prompt_hash"))
        if cluster:
            task.clusters[key] = _cluster(row, cluster, where)
        for metric in _part(row, "metrics", list, where):
            if not isinstance(metric, str):
                raise HeptathlonError(f"{where}: 'metrics' holds something that is no name.")
            one = task.figures.setdefault((metric, chain), Figure(metric, chain))
            value = row.get(metric)
            if isinstance(value, int | float) and math.isfinite(value):
                one.values[key] = float(value)
            else:
                one.broken += 1
    figures = results["results"].get(name)
    for (metric, chain), one in task.figures.items():
        logged = figures.get(f"{metric},{chain}") if isinstance(figures, dict) else None
        if isinstance(logged, int | float) and math.isfinite(logged):
            one.logged = float(logged)
        said = directions.get(metric) if isinstance(directions, dict) else None
        one.higher_is_better = said if isinstance(said, bool) else None
    return task


def _part(row: Mapping[str, Any], key: str, kind: type, where: str) -> Any:
    value = row.get(key)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise HeptathlonError(
            f"{where}: the field {key!r} is missing or no {kind.__name__}; compare takes what "
            "lm-eval 0.4.3 or newer logs with --log_samples."
        )
    return value


def _cluster(row: Mapping[str, Any], name: str, where: str) -> str:
    doc = _part(row, "doc", dict, where)
    if name not in doc:
        known = ", ".join(str(key)[:MAX_NAME] for key in sorted(doc)[:12])
        raise HeptathlonError(
            f"{where}: the document has no field {name!r} to cluster by; it has {known}."
        )
    return repr(doc[name])


def _groups(
    used: Sequence[Recorded], chosen: Mapping[str, Recorded]
) -> dict[str, tuple[list[str], dict[str, float]]]:
    """Return the groups of which all tasks are of one results file, and their logged figures."""
    out: dict[str, tuple[list[str], dict[str, float]]] = {}
    for one in used:
        below, logged = one.results.get("group_subtasks"), one.results.get("groups")
        if not isinstance(below, dict) or not isinstance(logged, dict):
            continue
        for name in logged:
            leaves = _leaves(name, below, set())
            if not leaves or any(chosen.get(leaf) is not one for leaf in leaves):
                continue
            figures = logged[name] if isinstance(logged[name], dict) else {}
            numbers = {
                key: float(value)
                for key, value in figures.items()
                if isinstance(value, int | float) and math.isfinite(value)
            }
            out[name] = (leaves, numbers)
    return out


def _leaves(name: str, below: Mapping[str, Any], seen: set[str]) -> list[str]:
    """Return the tasks of a group, those of its sub-groups too, each once."""
    if name in seen:
        return []
    seen.add(name)
    children = below.get(name)
    if not isinstance(children, list) or not children:
        return [name]
    found = [leaf for child in children for leaf in _leaves(str(child), below, seen)]
    return list(dict.fromkeys(found))
