"""What a run prints when it is done: lm-eval's figures of the headlines, for a glance.

Scores, with intervals over clusters, are the scorecard's.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from heptathlon.families import FAMILIES, family_of_task
from heptathlon.tasks import catalog


def show(results: Mapping[str, Any], config: Any) -> None:
    """Print a line a task, or with ``LMEVAL_LOG_LEVEL=INFO`` lm-eval's own tables."""
    if config.show_config:
        print(json.dumps(results, indent=2, default=str))
    print("\n".join(lines(results)))


def tables(results: Mapping[str, Any], config: Any) -> None:
    """Print lm-eval's own tables: every metric of every task and group."""
    from lm_eval.utils import make_table

    print(f"{config.model} ({config.model_args}), limit: {config.limit}")
    print(make_table(results))
    if results.get("groups"):
        print(make_table(results, "groups"))


def lines(results: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line a task: its documents, and its headline or first metric with standard error."""
    tasks = list(results["n-samples"])
    width = max(map(len, tasks))
    for task in tasks:
        documents = results["n-samples"][task]["effective"]
        yield f"{task:{width}}  {documents:6,}  {_figure(task, results['results'][task])}"


def _figure(task: str, found: Mapping[str, Any]) -> str:
    metrics = {
        key.partition(",")[0]: value
        for key, value in found.items()
        if isinstance(value, int | float)
    }
    errors = {name: metrics.pop(name) for name in list(metrics) if name.endswith("_stderr")}
    metrics.pop("sample_len", None)
    wanted = [name for name in (*_headlines(task), "acc", *metrics) if name in metrics]
    if not wanted:
        return "no figure"
    name = wanted[0]
    error = errors.get(f"{name}_stderr")
    return f"{name} {metrics[name]:.3f}" + (f" ± {error:.3f}" if error is not None else "")


def _headlines(task: str) -> list[str]:
    """Return the metrics that tell most of a task: its family's headline, then its group's."""
    if task not in catalog.leaves():
        return []
    family = family_of_task(task)
    own = catalog.groups().get(catalog.sibling(catalog.task_data(task), family.name), {})
    averaged = [one["metric"] for one in own.get("aggregate_metric_list", ())]
    return [FAMILIES[family.name].headline.metric, *averaged]
