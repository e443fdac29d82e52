"""``heptathlon run``: lm-eval's flags and results, without its start-up cost and silent losses."""

import hashlib
import json
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from heptathlon import models
from heptathlon.errors import HeptathlonError
from heptathlon.files import canonical_json, folder_stamp
from heptathlon.models import pairs, window
from heptathlon.running import (
    adapting,
    evaluating,
    glance,
    noise,
    preflight,
    settings,
    sidecar,
    stopped,
    stopping,
    twins,
)
from heptathlon.running.broken import Guard
from heptathlon.running.identity import MANNERS, address
from heptathlon.running.saving import Staging
from heptathlon.running.stopped import Stopped
from heptathlon.tasks import catalog
from heptathlon.version import __version__

logger = logging.getLogger("heptathlon")


def run(arguments: Sequence[str], *, brief: bool = False) -> list[Path]:
    """Evaluate a model and return the results files that were written and read back.

    Args:
        arguments: the flags of ``lm_eval run``.
        brief: print no figures.

    Raises:
        HeptathlonError: if a task is unknown, the model cannot be asked, the output folder cannot
            be written, or a file that should have been saved is missing or incomplete. Tasks that
            were finished are saved all the same.
        SystemExit: 2 for wrong usage.
    """
    noise.prepare()
    noise.hush()
    config, wanted = settings.read(arguments)
    manager = settings.manager_of(config)
    models.register()
    loaded = manager.load(config.tasks)
    if wanted.generated:
        loaded = _generated(loaded, manager)
    tasks: dict[str, Any] = dict(loaded["tasks"])
    if wanted.stops:
        tasks = _of_headlines(tasks)
        if wanted.adaptive:
            adapting.refuse_without_ladder(list(tasks))
        loaded = {**loaded, "groups": {}}
    preflight.refuse_blind(config, tasks)
    preflight.refuse_silent(config, tasks)
    preflight.warn_of_examples(config, tasks)
    lm = preflight.create(config)
    preflight.refuse_unanswerable(lm, config, tasks)
    evaluating.prepare(lm, tasks, config)
    if _keep_within_window(lm, tasks, config, skip=wanted.skip):
        evaluating.prepare(lm, tasks, config)
    preflight.warn_of_tokens(lm, tasks.values())
    pairs.attach(lm)
    journal = _attach_journal(lm, config)
    record = None
    if wanted.stops:
        record, tasks = _ask_enough(lm, tasks, config, journal, wanted)
    results = Run(lm, config, manager, tasks, loaded["groups"], journal, record).results()
    if results is None:
        return []
    path, merged = results
    if not brief:
        show = glance.tables if noise.wanted() else glance.show
        show(merged, config)
    return [path]


def run_name(
    model: str,
    name: str,
    tier: str,
    model_args: Mapping[str, Any],
    out: Path,
    flags: Sequence[str],
) -> Path:
    """Evaluate a class of models on what a name stands for, and return the run's folder.

    Args:
        model: lm-eval's name of the class.
        name: what is asked; see :func:`heptathlon.tasks.catalog.whole_name`.
        tier: size of the set, where the name does not say it.
        model_args: the class's arguments.
        out: folder of runs.
        flags: further flags of ``heptathlon run``.

    Raises:
        UnknownNameError: if there is no such name.
        HeptathlonError: as :func:`run`.
    """
    tasks = catalog.whole_name(name, tier)
    arguments = ["--model", model, "--tasks", tasks, "--output_path", str(out), *flags]
    if model_args:
        arguments += ["--model_args", json.dumps(dict(model_args))]
    (path,) = run(arguments, brief=True)
    return path.parent


class Run:
    """A run whose model, tasks and journal are there.

    Args:
        lm: the model.
        config: lm-eval's configuration of the run.
        manager: lm-eval's manager of tasks.
        tasks: leaf tasks by name, with their requests.
        groups: lm-eval's groups by name.
        journal: keeps every answer.
        record: what is to be recorded of a run that stopped; None for a whole one.
    """

    def __init__(
        self,
        lm: Any,
        config: Any,
        manager: Any,
        tasks: Mapping[str, Any],
        groups: Mapping[str, Any],
        journal: Any,
        record: Stopped | None = None,
    ) -> None:
        self._lm, self._config, self._manager = lm, config, manager
        self._tasks, self._groups, self._journal = tasks, groups, journal
        self._record = record
        self._parts: list[dict[str, Any]] = []
        self._samples: dict[str, Any] = {}
        self._broken: dict[str, str] = {}
        self._tracker = evaluating.tracker_of(config)
        self._staging: Staging | None = None

    def results(self) -> tuple[Path, dict[str, Any]] | None:
        """Ask, score and save all tasks; return the results file and what is in it.

        None on the further ranks of a run on several devices.

        Raises:
            HeptathlonError: if a task could not be finished; those that were are saved.
        """
        ahead = self._ask_ahead()
        said = logging.getLogger("lm_eval.evaluator")
        level = said.level
        if hasattr(self._lm, "server"):
            # Its advice on chat templates is for models that apply one here.
            said.setLevel(logging.ERROR)
        progress = noise.Progress(len(self._tasks))
        halted, failed = ahead, dict[str, str]()
        try:
            for number, (name, task) in enumerate(self._tasks.items(), start=1):
                if halted is not None and not (
                    ahead is not None and self._journal.knows(task.instances)
                ):
                    continue
                try:
                    self._do(name, task)
                    progress.say(number, name)
                except (HeptathlonError, KeyboardInterrupt) as error:
                    halted = error
                except Exception as error:
                    if self._lm.world_size > 1:
                        raise
                    logger.error("%s: %s", name, error, exc_info=error)
                    words = " ".join(str(error).split())[:200]
                    failed[name] = f"{type(error).__name__}: {words}"
                # What it says of a call is the same for every task.
                said.setLevel(logging.ERROR)
            path = self._save()
        finally:
            said.setLevel(level)
            if self._staging is not None:
                self._staging.discard()
        self._tell(path, halted, failed)
        return path

    def _ask_ahead(self) -> BaseException | None:
        """Ask all questions together, where a model takes them so; return what stopped it."""
        if not getattr(self._lm, "asks_ahead", False):
            return None
        try:
            evaluating.ask_ahead(self._lm, self._tasks)
        except (HeptathlonError, KeyboardInterrupt) as error:
            return error
        finally:
            self._journal.rewind()
        return None

    def _do(self, name: str, task: Any) -> None:
        guard = Guard(task)
        results = evaluating.evaluate(self._lm, self._config, task, self._manager, self._tracker)
        if results is None:
            return
        if self._staging is None:
            self._staging = Staging(Path(self._config.output_path), self._tracker)
        samples = results.pop("samples")[name]
        guard.mark(samples)
        if said := guard.words():
            self._broken[name] = said
        numbers = dict(enumerate(sorted((self._config.samples or {}).get(name, ()))))
        self._staging.add(name, samples, sidecar.lines_of(name, task.instances, numbers))
        if self._config.wandb_args or self._config.trackio_args:
            self._samples[name] = samples
        self._parts.append(results)
        task._instances = None

    def _save(self) -> tuple[Path, dict[str, Any]] | None:
        if self._staging is None or not self._parts:
            return None
        merged = evaluating.merged(self._parts, self._groups)
        if self._record is not None:
            merged[stopped.KEY] = self._record.model_dump(mode="json")
        if self._samples:
            _log_elsewhere(merged, self._samples, self._config)
        return self._staging.publish(merged, sidecar.run_line(self._lm)), merged

    def _tell(
        self,
        path: tuple[Path, dict[str, Any]] | None,
        halted: BaseException | None,
        failed: Mapping[str, str],
    ) -> None:
        """Say what is missing; delete the journal if nothing is."""
        for name, said in self._broken.items():
            logger.warning("incomplete: %s: %s", name, said)
        if self._broken and halted is None and not failed:
            logger.warning(
                "the run is incomplete; the same command asks the broken ones again, and no others"
            )
        if halted is None and not failed:
            if path is not None and not self._broken:
                if self._record is None:
                    self._journal.delete()
                else:
                    logger.warning("stopped: the same command without that flag asks the rest")
            return
        done = f"{len(self._parts)} of {len(self._tasks)} tasks are saved"
        where = f" in {path[0]}" if path else ""
        kept = f"{len(self._journal):,} answers are kept in {self._journal.path.parent}"
        goes_on = f"{done}{where}; {kept}, and the same command goes on from there."
        if isinstance(halted, HeptathlonError):
            raise HeptathlonError(f"{str(halted).rstrip('.')}. {goes_on}") from None
        if halted is not None:
            logger.warning("interrupted: %s", goes_on)
            raise halted
        name, said = next(iter(failed.items()))
        more = f" (and {len(failed) - 1} more tasks)" if len(failed) > 1 else ""
        raise HeptathlonError(f"{name}{more} failed: {said}. {goes_on}")


def _generated(loaded: Mapping[str, Any], manager: Any) -> dict[str, Any]:
    """Return generated tasks in place of likelihood tasks, and say which have no such form."""
    names, left = twins.generated(loaded["tasks"])
    if left:
        logger.warning("tasks without a generated form are left out: %s", ", ".join(left))
    kept = {name: task for name, task in loaded["tasks"].items() if name in names}
    more = manager.load([name for name in names if name not in kept])["tasks"]
    tasks = kept | more
    groups = {} if left or more else loaded["groups"]
    return {"tasks": {name: tasks[name] for name in names}, "groups": groups}


def _of_headlines(tasks: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tasks of headlines, and say how many others a run that stops leaves out."""
    kept = stopping.headlines(list(tasks))
    if len(kept) < len(tasks):
        logger.warning("only headlines are asked: %d tasks are left out", len(tasks) - len(kept))
    return {name: tasks[name] for name in kept}


def _ask_enough(
    lm: Any, tasks: dict[str, Any], config: Any, journal: Any, wanted: settings.Wanted
) -> tuple[Stopped | None, dict[str, Any]]:
    """Ask until enough is known; return what is to be recorded, and the tasks that were asked.

    Raises:
        HeptathlonError: as the model does, and then the answers so far are kept.
    """
    try:
        if wanted.adaptive:
            chosen = adapting.ask(lm, tasks, config.samples)
        else:
            goal = stopping.Goal(wanted.precision, wanted.versus)
            chosen = stopping.ask(lm, tasks, goal, config.samples)
    except (HeptathlonError, KeyboardInterrupt) as error:
        if not len(journal):
            raise
        kept = f"{len(journal):,} answers are kept, and the same command goes on from there"
        if isinstance(error, HeptathlonError):
            raise HeptathlonError(
                f"{str(error).rstrip('.')}. {kept[0].upper()}{kept[1:]}."
            ) from None
        logger.warning("interrupted: %s", kept)
        raise
    journal.rewind()
    if chosen.record is None:
        return None, tasks
    config.samples, config.limit = chosen.samples, None
    asked = {name: tasks[name] for name in chosen.samples}
    evaluating.prepare(lm, asked, config)
    return chosen.record, asked


def _keep_within_window(lm: Any, tasks: dict[str, Any], config: Any, *, skip: bool) -> bool:
    """Refuse prompts that would be cut, or leave them out where the flag says so.

    Returns:
        Whether any are left out, so that the requests have to be built anew.
    """
    chosen = window.fitting(lm, tasks, config, skip=skip, parts=_parts(tasks))
    if chosen is None:
        return False
    left = {name: len(ids) for name, ids in chosen.items()}
    logger.warning("prompts too long for the model are left out; asked are: %s", left)
    config.samples, config.limit = {**(config.samples or {}), **chosen}, None
    return True


def _parts(names: Iterable[str]) -> dict[str, str]:
    """Return the field of which each task's headline needs every value, where there is one."""
    known = catalog.leaves()
    of = {name: catalog.task_data(name) for name in names if name in known}
    return {name: data.family.headline_of(data.edition).whole for name, data in of.items()}


def _attach_journal(lm: Any, config: Any) -> Any:
    from heptathlon.running.journal import Journal

    rank = lm.rank or int(os.environ.get("LOCAL_RANK", "0"))
    folder = settings.home_of_the_journal(config)
    journal = Journal(folder / f"{fingerprint(lm, config)}-rank{rank}.jsonl")
    if len(journal):
        logger.warning("resuming: %d responses are known from an interrupted run", len(journal))
    journal.attach(lm)
    return journal


def fingerprint(lm: Any, config: Any) -> str:
    """Return a hash of everything that can change a response and is not in the request."""
    import lm_eval

    info = lm.get_model_info() if hasattr(lm, "get_model_info") else {}
    parts = {
        "model": config.model,
        # A server that was started again may have another port.
        "model_args": {
            k: address(str(v)) if k == "base_url" else str(v)
            for k, v in config.model_args.items()
            if k not in MANNERS
        },
        "info": {k: str(v) for k, v in info.items()},
        "weights": _weights_of(config.model_args),
        "seed": [str(s) for s in config.seed or []],
        "versions": [__version__, lm_eval.__version__],
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


def _log_elsewhere(results: Any, samples: Any, config: Any) -> None:
    """Send results to Weights & Biases or Trackio where the flags ask for it."""
    from lm_eval import loggers

    wanted: list[Any] = []
    if config.wandb_args:
        wanted.append(loggers.WandbLogger(config.wandb_args, config.wandb_config_args))
    if config.trackio_args:
        wanted.append(loggers.TrackioLogger(config.trackio_args))
    for tracker in wanted:
        tracker.post_init({**results, "samples": samples})
        tracker.log_eval_result()
        tracker.log_eval_samples(samples)
