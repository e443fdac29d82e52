"""``heptathlon run``: lm-eval's flags and results, without its start-up cost and silent losses."""

import argparse
import hashlib
import json
import logging
import math
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import heptathlon
from heptathlon import models
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.families import family_of_task
from heptathlon.files import canonical_json, folder_stamp, sha256_file
from heptathlon.models import window
from heptathlon.parts import find_part
from heptathlon.running.runs import read_results, read_samples
from heptathlon.tasks.derived import include_path

DEFAULT_OUTPUT = "runs"

logger = logging.getLogger("heptathlon")


def parser() -> argparse.ArgumentParser:
    """Return lm-eval's own parser of ``run`` under this command's name."""
    from lm_eval._cli.run import Run

    top = argparse.ArgumentParser(prog="heptathlon")
    commands = top.add_subparsers(dest="command")
    Run.create(commands)
    run: argparse.ArgumentParser = commands.choices["run"]
    run.add_argument(
        window.FLAG,
        action="store_true",
        help="Leave out prompts that do not fit into the model's window, instead of refusing them.",
    )
    run.epilog = (
        "The flags are lm-eval's. Samples are always logged, --output_path is "
        f"{DEFAULT_OUTPUT!r} unless given, and only the suite's tasks (and those below "
        "--include_path) are indexed."
    )
    return top


def run(arguments: Sequence[str], *, brief: bool = False) -> list[Path]:
    """Evaluate a model and return the results files that were written and read back.

    Args:
        arguments: the flags of ``lm_eval run``.
        brief: leave out lm-eval's tables and its log below warnings.

    Raises:
        HeptathlonError: if a task is unknown, the output folder cannot be written, or a file
            that should have been saved is missing or incomplete.
        SystemExit: 2 for wrong usage.
    """
    # Hashing every image of every sample twice takes minutes; our records identify themselves.
    os.environ.setdefault("LMEVAL_HASHMM", "0")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from lm_eval.utils import setup_logging

    setup_logging()
    silence_advice()
    if brief:
        logging.getLogger("lm_eval").setLevel(logging.WARNING)
    namespace = parser().parse_args(["run", *arguments])
    namespace.log_samples = True
    namespace.output_path = namespace.output_path or _configured_output(namespace)
    skip = vars(namespace).pop("skip_too_long")
    config = _configure(namespace)
    _check_writable(Path(config.output_path))
    with _suite_tasks_only():
        manager = _resolve_tasks(config)
    models.register()
    loaded = manager.load(config.tasks)
    _refuse_blind_model(config, loaded["tasks"])
    parts = _split_by_modality(loaded, config.tasks)
    lm = _create_model(config)
    _keep_within_window(lm, loaded["tasks"], config, skip=skip)
    _warn_of_tokens(lm, (task for part in parts for task in _leaves(part)))
    journal = _attach_journal(lm, config)
    written: list[Path] = []
    for part in parts:
        results, tracker = _evaluate(lm, config, part, manager)
        if results is not None:
            written.append(_save(results, tracker, config))
            if not brief:
                _print(results, config)
    if written:
        journal.delete()
    return written


def silence_advice() -> None:
    """Drop lm-eval's advice on ``--metadata``, which it repeats for every task of the suite."""
    logging.getLogger("lm_eval.api.task").addFilter(_no_advice)


def _no_advice(record: logging.LogRecord) -> bool:
    return "Custom kwargs can be passed to `--metadata`" not in str(record.msg)


def _configured_output(namespace: argparse.Namespace) -> str:
    """Return the output path of a ``--config`` file, or the default."""
    if namespace.config:
        import yaml

        configured = yaml.safe_load(Path(namespace.config).read_text(encoding="utf-8"))
        if isinstance(configured, dict) and configured.get("output_path"):
            return str(configured["output_path"])
    return DEFAULT_OUTPUT


def _configure(namespace: argparse.Namespace) -> Any:
    from lm_eval.config.evaluate_config import EvaluatorConfig

    try:
        config = EvaluatorConfig.from_cli(namespace)
    except (ValueError, TypeError, OSError) as error:
        raise HeptathlonError(f"run: {error}") from None
    if not config.tasks:
        raise HeptathlonError("run: no task is named; give --tasks, such as heptathlon_smoke.")
    if config.use_cache or config.cache_requests:
        raise HeptathlonError(
            "run: --use_cache and --cache_requests can return another model's answers or an older "
            "prompt; leave them out, because an interrupted run resumes by itself."
        )
    paths = [include_path(), *([Path(config.include_path)] if config.include_path else [])]
    # Whoever comes from plain lm_eval names the suite's own folder, which is there anyway.
    config.include_path = [str(p) for p in dict.fromkeys(path.resolve() for path in paths)]
    return config


def _check_writable(output: Path) -> None:
    """Fail before the model is loaded, not after an hour of generation."""
    folder = output.parent if output.suffix == ".json" else output
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise HeptathlonError(
            f"{folder}: results cannot be written there ({error.strerror}); "
            "choose another --output_path."
        ) from None


def _suite_tasks_only() -> AbstractContextManager[None]:
    """Let lm-eval resolve task names without indexing its own 14,000 YAML files."""
    import lm_eval.tasks

    manager = partial(lm_eval.tasks.TaskManager, include_defaults=False)
    return _replaced(lm_eval.tasks, "TaskManager", manager)


def _one_look_at_the_machine() -> AbstractContextManager[None]:
    """Let lm-eval describe the machine once a process: each look runs pip and lscpu."""
    import lm_eval.evaluator

    return _replaced(lm_eval.evaluator, "add_env_info", lambda r: r.update(_environment()))


@contextmanager
def _replaced(module: Any, name: str, stand_in: Any) -> Iterator[None]:
    """Put something else in the place of what a module calls by a name."""
    original = getattr(module, name)
    setattr(module, name, stand_in)
    try:
        yield
    finally:
        setattr(module, name, original)


@cache
def _environment() -> dict[str, Any]:
    from lm_eval.loggers.utils import add_env_info

    storage: dict[str, Any] = {}
    add_env_info(storage)
    return storage


def _resolve_tasks(config: Any) -> Any:
    wanted = config.tasks
    try:
        return config.process_tasks(config.metadata)
    except ValueError:
        from lm_eval.tasks import TaskManager

        manager = TaskManager(include_path=config.include_path)
        names = [n for t in wanted for n in str(t).split(",")]
        for name in names:
            if not name.endswith(".yaml") and not manager.match_tasks([name]):
                raise UnknownNameError("task", name, manager.all_tasks) from None
        raise


def _keep_within_window(lm: Any, tasks: dict[str, Any], config: Any, *, skip: bool) -> None:
    """Refuse prompts that would be cut, or leave them out where the flag says so."""
    chosen = window.fitting(lm, tasks, config, skip=skip)
    if chosen is not None:
        left = {name: len(ids) for name, ids in chosen.items()}
        logger.warning("prompts too long for the model are left out; asked are: %s", left)
        config.samples, config.limit = chosen, None


def _split_by_modality(loaded: Any, names: Sequence[Any]) -> list[list[Any]]:
    """Return the tasks of one call, or of two if text and image tasks are mixed.

    In one call with image tasks, lm-eval drops the images silently or crashes.
    """
    leaves = loaded["tasks"]
    images = [t for t in leaves.values() if getattr(t, "MULTIMODAL", False)]
    if images and len(images) < len(leaves):
        return [[t for t in leaves.values() if t not in images], images]
    # Objects instead of names, so that data sets are not built a second time.
    named = [loaded["groups"].get(n) or leaves.get(n) for n in names if isinstance(n, str)]
    if all(named) and len(named) == len(names):
        return [named]
    return [list(leaves.values())]


def _model_class(config: Any) -> Any:
    from lm_eval.api.registry import get_model

    try:
        return get_model(config.model)
    except ValueError:
        import lm_eval.models

        known = [*models.NAMES, *lm_eval.models.MODEL_MAPPING]
        raise UnknownNameError("model class", config.model, known) from None


def _refuse_blind_model(config: Any, tasks: Mapping[str, Any]) -> None:
    """Refuse to ask a model class that cannot see about pictures, before weights are loaded."""
    seen = [name for name, task in tasks.items() if getattr(task, "MULTIMODAL", False)]
    if seen and not getattr(_model_class(config), "MULTIMODAL", False):
        more = f" and {len(seen) - 1} more tasks" if len(seen) > 1 else ""
        raise HeptathlonError(
            f"run: {seen[0]}{more} show pictures, and the model class {config.model!r} takes text "
            "only; use one that sees, such as hf-multimodal, or leave these tasks out."
        )


def _create_model(config: Any) -> Any:
    return _model_class(config).create_from_arg_obj(
        config.model_args,
        {
            "batch_size": config.batch_size,
            "max_batch_size": config.max_batch_size,
            "device": config.device,
        },
    )


def _leaves(part: Iterable[Any]) -> Iterator[Any]:
    """Yield the tasks of a part, those in its groups included."""
    for one in part:
        if hasattr(one, "test_docs"):
            yield one
        else:
            yield from _leaves(one.values() if isinstance(one, dict) else one)


def _warn_of_tokens(lm: Any, tasks: Iterable[Any]) -> None:
    """Warn where a family says that the model's tokenizer makes its answers hard to tell apart.

    A family that cares has a part ``tokens`` with ``warnings(docs, encode)``. Back ends without a
    tokenizer of their own are not asked.
    """
    # In this order: a class that loads its tokenizer when asked for it need not have one.
    if not hasattr(lm, "tok_encode") or getattr(lm, "tokenizer", None) is None:
        return
    encode = partial(lm.tok_encode, add_special_tokens=False)
    said: set[str] = set()
    for task in tasks:
        name = str(task.config.task)
        if not name.startswith("heptathlon_"):
            continue
        tokens = find_part(family_of_task(name), "tokens")
        for sentence in tokens.warnings(task.test_docs(), encode) if tokens else ():
            if sentence not in said:
                said.add(sentence)
                logger.warning("%s: %s", name, sentence)


def _attach_journal(lm: Any, config: Any) -> Any:
    from heptathlon.running.journal import Journal

    output = Path(config.output_path)
    folder = (output.parent if output.suffix == ".json" else output) / ".journal"
    rank = lm.rank or int(os.environ.get("LOCAL_RANK", "0"))
    journal = Journal(folder / f"{_fingerprint(lm, config)}-rank{rank}.jsonl")
    if len(journal):
        logger.warning("resuming: %d responses are known from an interrupted run", len(journal))
    journal.attach(lm)
    return journal


def _fingerprint(lm: Any, config: Any) -> str:
    """Return a hash of everything that can change a response and is not in the request."""
    import lm_eval

    info = lm.get_model_info() if hasattr(lm, "get_model_info") else {}
    parts = {
        "model": config.model,
        "model_args": {k: str(v) for k, v in config.model_args.items()},
        "info": {k: str(v) for k, v in info.items()},
        "weights": _weights_of(config.model_args),
        "seed": [str(s) for s in config.seed or []],
        "versions": [heptathlon.__version__, lm_eval.__version__],
    }
    return hashlib.sha256(canonical_json(parts).encode()).hexdigest()[:32]


def _weights_of(model_args: dict[str, Any]) -> list[str]:
    """Return name, size and time of a local model's files, so that new weights start anew."""
    out = []
    for key in ("pretrained", "peft", "delta", "model", "path"):
        folder = Path(str(model_args.get(key, "")))
        if model_args.get(key) and folder.is_dir():
            out += [f"{key}/{stamp}" for stamp in folder_stamp(folder)]
    return out


def _evaluate(lm: Any, config: Any, tasks: list[Any], manager: Any) -> tuple[Any, Any]:
    """Run one call of lm-eval and return its results and the tracker that will save them."""
    from lm_eval import simple_evaluate
    from lm_eval.loggers import EvaluationTracker

    config.hf_hub_log_args["output_path"] = config.output_path
    if token := os.environ.get("HF_TOKEN"):
        config.hf_hub_log_args["token"] = token
    tracker = EvaluationTracker(**config.hf_hub_log_args)
    seeds = config.seed or [None] * 4
    with _one_look_at_the_machine():
        results = simple_evaluate(
            model=lm,
            model_args=config.model_args,
            tasks=tasks,
            num_fewshot=config.num_fewshot,
            batch_size=config.batch_size,
            max_batch_size=config.max_batch_size,
            device=config.device,
            limit=config.limit,
            samples=_sorted_samples(config.samples),
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
        tracker.general_config_tracker.model_source = config.model
        if config.model == "heptathlon":
            tracker.general_config_tracker.model_name = f"heptathlon/{lm.player}"
            tracker.general_config_tracker.model_name_sanitized = f"heptathlon__{lm.player}"
    return results, tracker


def _sorted_samples(samples: Any) -> Any:
    """Sort the indices of ``--samples``: lm-eval mislabels documents in any other order."""
    if not isinstance(samples, dict):
        return samples
    return {task: sorted(indices) for task, indices in samples.items()}


def _save(results: Any, tracker: Any, config: Any) -> Path:
    """Save through lm-eval's tracker, then read everything back.

    The tracker turns a failed save into a warning; here it is an error, and what could not be
    saved is put where it can be found.
    """
    samples = results.pop("samples")
    expected = {task: len(rows) for task, rows in samples.items()}
    results = without_nan(results)
    _log_elsewhere(results, samples, config)
    tracker.save_results_aggregated(results=results, samples=samples)
    try:
        for task in results["configs"]:
            tracker.save_results_samples(task_name=task, samples=samples[task])
        path = _read_back(tracker, config, expected)
    except (HeptathlonError, OSError, AttributeError) as error:
        rescue = _rescue(results, samples)
        raise HeptathlonError(
            f"{config.output_path}: the results could not be saved ({error}); "
            f"they were put into {rescue} instead."
        ) from None
    if tracker.push_results_to_hub or tracker.push_samples_to_hub:
        tracker.recreate_metadata_card()
    return path


def _read_back(tracker: Any, config: Any, expected: dict[str, int]) -> Path:
    """Return the results file after checking it and every samples file beside it."""
    output = Path(config.output_path)
    if output.suffix == ".json":
        folder, path = output.parent, output.with_name(f"{output.stem}_{tracker.date_id}.json")
    else:
        folder = output / str(tracker.general_config_tracker.model_name_sanitized)
        path = folder / f"results_{tracker.date_id}.json"
    read_results(path)
    for task, count in expected.items():
        file = folder / f"samples_{task}_{tracker.date_id}.jsonl"
        if not file.is_file():
            raise HeptathlonError(f"{file} is missing")
        if task.startswith("heptathlon_"):
            found = sum(1 for _ in read_samples(file, task))
            if found != count:
                raise HeptathlonError(f"{file} holds {found} of {count} samples")
    logger.info("%s written and read back (sha256 %s)", path, sha256_file(path)[:16])
    return path


def _rescue(results: Any, samples: Any) -> Path:
    """Write results and samples into a fresh temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="heptathlon-rescue-"))
    (folder / "results.json").write_text(json.dumps(results, default=str), encoding="utf-8")
    for task, rows in samples.items():
        lines = (json.dumps(row, default=str) + "\n" for row in rows)
        (folder / f"samples_{task}.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


def without_nan(value: Any) -> Any:
    """Return a copy in which NaN and infinities are None: JSON has no word for them."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {k: without_nan(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(v) for v in value]
    return value


def _log_elsewhere(results: Any, samples: Any, config: Any) -> None:
    """Send results to Weights & Biases or Trackio where the flags ask for it."""
    from lm_eval import loggers

    wanted = []
    if config.wandb_args:
        wanted.append(loggers.WandbLogger(config.wandb_args, config.wandb_config_args))
    if config.trackio_args:
        wanted.append(loggers.TrackioLogger(config.trackio_args))
    for tracker in wanted:
        tracker.post_init({**results, "samples": samples})
        tracker.log_eval_result()
        tracker.log_eval_samples(samples)


def _print(results: Any, config: Any) -> None:
    from lm_eval.utils import make_table

    if config.show_config:
        print(json.dumps(results, indent=2, default=str))
    print(f"{config.model} ({config.model_args}), limit: {config.limit}")
    print(make_table(results))
    if results.get("groups"):
        print(make_table(results, "groups"))
