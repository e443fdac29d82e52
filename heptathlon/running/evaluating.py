"""Asking and scoring one task after the other, and the results of all of them as lm-eval has them.

lm-eval asks all tasks, then scores all, then saves: whatever goes wrong at the end takes everything
with it. Here each task is a call of its own, and done when it is done. Group figures are lm-eval's,
computed from those of the tasks.
"""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from heptathlon.models.window import count
from heptathlon.running import noise

BY_TASK = ("results", "configs", "versions", "n-shot", "higher_is_better", "n-samples")
"""Parts of lm-eval's results that have an entry for each task."""

logger = logging.getLogger("heptathlon")


def prepare(lm: Any, tasks: Mapping[str, Any], config: Any) -> None:
    """Give tasks the settings of a run, and build their requests, once.

    lm-eval does the first when it is called, which is after prompts are to be measured, and the
    second whenever it is.
    """
    seed = (config.seed or [None] * 4)[3]
    for name, task in tasks.items():
        if config.gen_kwargs and task.get_config("output_type") == "generate_until":
            task.set_config(key="generation_kwargs", value=dict(config.gen_kwargs), update=True)
        shots = task.get_config("num_fewshot")
        if config.num_fewshot is not None and shots != 0:
            task.set_config(key="num_fewshot", value=config.num_fewshot)
        elif shots is None:
            task.set_config(key="num_fewshot", value=0)
        task.set_fewshot_seed(seed=seed)
        _build_once(task)
        samples = _samples(config)
        with noise.without_bars():
            task.build_all_requests(
                limit=count(task, config.limit) if samples is None else None,
                samples=samples.get(name) if samples is not None else None,
                rank=lm.rank,
                world_size=lm.world_size,
                system_instruction=config.system_instruction,
                apply_chat_template=bool(config.apply_chat_template),
                fewshot_as_multiturn=bool(config.fewshot_as_multiturn),
                chat_template=lm.apply_chat_template if config.apply_chat_template else None,
                tokenizer_name=getattr(lm, "tokenizer_name", "")
                if config.apply_chat_template
                else "",
            )


def _build_once(task: Any) -> None:
    """Let a task keep the requests that it has, when they are asked for again."""
    build: Callable[..., None] = task.build_all_requests
    built: list[tuple[Any, ...]] = []

    def once(**options: Any) -> None:
        asked = tuple(options.get(name) for name in ("limit", "samples", "rank", "world_size"))
        if built != [asked]:
            build(**options)
            built[:] = [asked]

    task.build_all_requests = once


def _samples(config: Any) -> dict[str, list[int]] | None:
    """Return the indices of ``--samples`` in order: lm-eval mislabels documents in any other."""
    if not isinstance(config.samples, dict):
        return None
    return {task: sorted(indices) for task, indices in config.samples.items()}


def ask_ahead(lm: Any, tasks: Mapping[str, Any]) -> None:
    """Ask the questions of all tasks together; the answers stay in the journal.

    A server answers many at once, and the last ones of each task would wait for each other.
    """
    kinds: dict[str, list[Any]] = {}
    for task in tasks.values():
        for request in task.instances:
            kinds.setdefault(request.request_type, []).extend([request] * (request.repeats or 1))
    for kind, requests in kinds.items():
        getattr(lm, kind)(requests)


def tracker_of(config: Any) -> Any:
    """Return lm-eval's tracker of a run, which writes nothing by itself."""
    from lm_eval.loggers import EvaluationTracker

    options = {**config.hf_hub_log_args, "output_path": None}
    if token := os.environ.get("HF_TOKEN"):
        options["token"] = token
    return EvaluationTracker(**options)


def evaluate(lm: Any, config: Any, task: Any, manager: Any, tracker: Any) -> Any:
    """Run one call of lm-eval and return its results; None on further ranks."""
    from lm_eval import simple_evaluate

    general = tracker.general_config_tracker
    name, path_name = general.model_name, general.model_name_sanitized
    seeds = config.seed or [None] * 4
    if isinstance(getattr(lm, "batch_sizes", None), dict):
        # Found for the prompts of another task, which may have been shorter.
        lm.batch_sizes.clear()
    with noise.one_look_at_the_machine():
        results = simple_evaluate(
            model=lm,
            model_args=config.model_args,
            tasks=[task],
            num_fewshot=config.num_fewshot,
            batch_size=config.batch_size,
            max_batch_size=config.max_batch_size,
            device=config.device,
            limit=config.limit,
            samples=_samples(config),
            check_integrity=config.check_integrity,
            write_out=config.write_out,
            log_samples=True,
            evaluation_tracker=tracker,
            system_instruction=config.system_instruction,
            apply_chat_template=config.apply_chat_template,
            fewshot_as_multiturn=bool(config.fewshot_as_multiturn),
            gen_kwargs=config.gen_kwargs or None,
            task_manager=manager,
            predict_only=config.predict_only,
            random_seed=seeds[0],
            numpy_random_seed=seeds[1],
            torch_random_seed=seeds[2],
            fewshot_random_seed=seeds[3],
            confirm_run_unsafe_code=config.confirm_run_unsafe_code,
            metadata=config.metadata,
        )
    if results is not None:
        # lm-eval was given the model as an object and would record only its class.
        results["config"]["model"] = config.model
        general.model_source = config.model
        if name is not None:
            # Without a name among its arguments, a model is given another one in each call.
            general.model_name, general.model_name_sanitized = name, path_name
        if config.model == "heptathlon":
            general.model_name = f"heptathlon/{lm.player}"
            general.model_name_sanitized = f"heptathlon__{lm.player}"
    return results


def merged(parts: Sequence[Mapping[str, Any]], groups: Mapping[str, Any]) -> dict[str, Any]:
    """Return the results of several tasks as one call of lm-eval would have.

    Args:
        parts: results of a task each, without samples.
        groups: lm-eval's groups by name; those of which no task is there are left out.
    """
    from lm_eval.evaluator_utils import EvalAcc, aggregate_groups

    first = parts[0]
    found = EvalAcc(
        groups=_with_tasks(groups, {name for part in parts for name in part["results"]})
    )
    for part in parts:
        found.metrics.update(part["results"])
        found.configs.update(part["configs"])
        found.versions.update(part["versions"])
        found.num_fewshot.update(part["n-shot"])
        found.higher_is_better.update(part["higher_is_better"])
        found.n_samples.update(part["n-samples"])
    together = dict(aggregate_groups(found)._to_eval_results())
    alone = {"results", "groups", "group_subtasks", "samples", *BY_TASK}
    return together | {key: value for key, value in first.items() if key not in alone}


def _with_tasks(groups: Mapping[str, Any], tasks: set[str]) -> dict[str, Any]:
    return {
        name: group
        for name, group in groups.items()
        if tasks & {one.task_name for one in group.get_all_tasks()}
    }
