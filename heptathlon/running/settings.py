"""The flags of ``heptathlon run``: lm-eval's own and a few more, and what of them is refused."""

import argparse
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cache, partial
from pathlib import Path
from typing import Any

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.models import window
from heptathlon.private import refuse_secrets
from heptathlon.running import forms
from heptathlon.running.replaced import replaced
from heptathlon.tasks import catalog, prompt_forms
from heptathlon.tasks.derived import include_path

DEFAULT_OUTPUT = "runs"
GENERATED = "--generated"
EXAMPLE = (
    "heptathlon run --model heptathlon-hf --model_args pretrained=Qwen/Qwen3-0.6B "
    "--tasks heptathlon_smoke --apply_chat_template --batch_size 16"
)
LISTS = frozenset({"list", "groups", "subtasks", "tags"})
"""Words that ``lm_eval run --tasks`` answers with lists of names."""


def parser() -> argparse.ArgumentParser:
    """Return lm-eval's own parser of ``run`` under this command's name."""
    from lm_eval._cli.run import Run

    top = argparse.ArgumentParser(prog="heptathlon")
    commands = top.add_subparsers(dest="command")
    Run.create(commands)
    run: argparse.ArgumentParser = commands.choices["run"]
    run.usage = "heptathlon run --model <model> --tasks <task>,<task> --model_args <arg=value>,…"
    run.description = "Evaluate a model on the suite's tasks; heptathlon ls names them."
    run.add_argument(
        window.FLAG,
        action="store_true",
        help="Leave out prompts that do not fit into the model's window, instead of refusing them.",
    )
    run.add_argument(
        GENERATED,
        action="store_true",
        help="Ask the generated twin of a likelihood task in its place, and leave out tasks that "
        "have none: for servers that tell no log-probabilities.",
    )
    run.add_argument(
        forms.FLAG,
        default="",
        metavar="all|1,2,…",
        help="Ask prompt forms of likelihood tasks in their place: the same 200 questions in each "
        f"of {prompt_forms.COUNT}, to see how far a score is one of the prompt.",
    )
    run.add_argument(
        "--precision",
        type=float,
        help="Stop when the headline is known to this half-width, such as 0.02, at every moment.",
    )
    run.add_argument(
        "--versus",
        type=Path,
        metavar="RUN",
        help="Stop when it is known whether the model is better than that of a run, or within "
        "--precision (0.05 unless given) of it.",
    )
    run.add_argument(
        "--adaptive",
        action="store_true",
        help="Look for the level of each event, and for no headline: rungs near the estimate are "
        "asked next, until it is known to a tenth.",
    )
    run.epilog = (
        "The flags are lm-eval's. Samples are always logged, --output_path is "
        f"{DEFAULT_OUTPUT!r} unless given, and only the suite's tasks (and those below "
        f"--include_path) are indexed. Example: {EXAMPLE}"
    )
    return top


class Wanted(argparse.Namespace):
    """What the suite's own flags say.

    Attributes:
        skip: leave out prompts that do not fit.
        generated: ask generated twins in place of likelihood tasks.
        form: prompt forms to ask in place of likelihood tasks; empty for the published prompts.
        precision: half-width of the headline at which to stop; None to ask everything.
        versus: run to be compared with, until that is decided.
        adaptive: ask rungs near the level, until that is known.
    """

    skip: bool
    generated: bool
    form: str
    precision: float | None
    versus: Path | None
    adaptive: bool

    @property
    def stops(self) -> bool:
        """Whether the run may end before everything was asked."""
        return self.precision is not None or self.versus is not None or self.adaptive


def read(arguments: Sequence[str]) -> tuple[Any, Wanted]:
    """Return lm-eval's configuration of a run, and what the suite's own flags say.

    Raises:
        HeptathlonError: for flags that make no run, or would lose one.
        SystemExit: 2 for wrong usage.
    """
    namespace = parser().parse_args(["run", *arguments])
    namespace.log_samples = True
    configured = _configured(namespace)
    namespace.output_path = namespace.output_path or configured.get("output_path", DEFAULT_OUTPUT)
    # A blank after a comma is no part of a name, and after the last one there is none.
    given_tasks = [namespace.tasks] if isinstance(namespace.tasks, str) else namespace.tasks or []
    names = [name.strip() for text in given_tasks for name in str(text).split(",")]
    namespace.tasks = [name for name in names if name]
    if LISTS & set(namespace.tasks):
        print("\n".join(_lists()))
        raise SystemExit(0)
    given = vars(namespace)
    wanted = Wanted(
        skip=given.pop("skip_too_long"),
        generated=given.pop("generated"),
        form=given.pop("form"),
        precision=given.pop("precision"),
        versus=given.pop("versus"),
        adaptive=given.pop("adaptive"),
    )
    if wanted.form and wanted.generated:
        raise HeptathlonError(
            f"run: {forms.FLAG} asks likelihood tasks and {GENERATED} none; leave one of them out."
        )
    config = _configure(namespace)
    _refuse(config)
    _refuse_stops(config, wanted)
    forms.ask_in_forms(config, wanted.form)
    _check_writable(Path(config.output_path))
    return config, wanted


def _lists() -> Iterator[str]:
    """Yield a line a group; the hundreds of leaf tasks are listed family by family."""
    for group in catalog.groups():
        yield f"{group:48} {len(catalog.leaves_of(group)):4} tasks"
    yield "heptathlon ls FAMILY lists its variants; a task is heptathlon_VARIANT[_TIER]."


def _configured(namespace: argparse.Namespace) -> dict[str, Any]:
    """Return what a ``--config`` file says, if there is one."""
    if not namespace.config:
        return {}
    import yaml

    path = Path(namespace.config)
    try:
        # Editors of some systems put a byte-order mark before the text.
        configured = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise HeptathlonError(f"{path}: cannot be read ({error.strerror}).") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        said = " ".join(str(error).split())[:200]
        raise HeptathlonError(f"{path}: no YAML ({said}).") from None
    return configured if isinstance(configured, dict) else {}


def _configure(namespace: argparse.Namespace) -> Any:
    from lm_eval.config.evaluate_config import EvaluatorConfig

    try:
        config = EvaluatorConfig.from_cli(namespace)
    except (ValueError, TypeError, OSError) as error:
        raise HeptathlonError(f"run: {error}") from None
    paths = [include_path(), *([Path(config.include_path)] if config.include_path else [])]
    # Whoever comes from plain lm_eval names the suite's own folder, which is there anyway.
    config.include_path = [str(p) for p in dict.fromkeys(path.resolve() for path in paths)]
    return config


def _refuse(config: Any) -> None:
    if not config.tasks:
        raise HeptathlonError("run: no task is named; give --tasks, such as heptathlon_smoke.")
    if config.use_cache or config.cache_requests:
        raise HeptathlonError(
            "run: --use_cache and --cache_requests can return another model's answers or an older "
            "prompt; leave them out, because an interrupted run resumes by itself."
        )
    if config.limit is not None and config.limit <= 0:
        raise HeptathlonError(
            f"run: --limit {config.limit:g} leaves no document to ask; give a number above 0, or "
            "leave it out."
        )
    recorded = ("model_args", "gen_kwargs", "metadata", "system_instruction")
    refuse_secrets({name: getattr(config, name) for name in recorded}, "run")


def _refuse_stops(config: Any, wanted: Wanted) -> None:
    if wanted.precision is not None and not 0 < wanted.precision < 1:
        raise HeptathlonError(
            f"run: --precision {wanted.precision:g} is no half-width of a headline; give a number "
            "between 0 and 1, such as 0.02."
        )
    if wanted.stops and (config.limit is not None or config.samples):
        raise HeptathlonError(
            "run: --limit and --samples choose the documents, and so do --precision, --versus and "
            "--adaptive; leave one of the two out."
        )
    if wanted.adaptive and (wanted.precision is not None or wanted.versus is not None):
        raise HeptathlonError(
            "run: --adaptive looks for a level, and --precision and --versus for a headline; leave "
            "one of the two out."
        )


def _check_writable(output: Path) -> None:
    """Fail before the model is loaded, not after an hour of generation."""
    folder = folder_of(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise HeptathlonError(
            f"{folder}: results cannot be written there ({error.strerror}); "
            "choose another --output_path."
        ) from None


def folder_of(output: Path) -> Path:
    """Return the folder of an ``--output_path``, which may name a ``.json`` file."""
    return output.parent if output.suffix == ".json" else output


def manager_of(config: Any) -> Any:
    """Return lm-eval's manager of the tasks, after it has resolved the names of a run.

    Raises:
        UnknownNameError: for a task that is not there, with the nearest names.
    """
    wanted = config.tasks
    with _suite_tasks_only(), _indexed_once():
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


def _suite_tasks_only() -> AbstractContextManager[None]:
    """Let lm-eval resolve task names without indexing its own 14,000 YAML files."""
    import lm_eval.tasks

    manager = partial(lm_eval.tasks.TaskManager, include_defaults=False)
    return replaced(lm_eval.tasks, "TaskManager", manager)


def _indexed_once() -> AbstractContextManager[None]:
    """Let several runs of one process share the index of the suite's own tasks.

    Their folder is named by its content, so that an index of it does not go out of date.
    """
    import lm_eval.tasks.manager as module

    original = module.TaskIndex

    def build(paths: Iterable[Path]) -> dict[str, Any]:
        folders = tuple(paths)
        own = folders == (include_path().resolve(),)
        found: dict[str, Any] = _index(folders[0]) if own else original.build(folders)
        return dict(found)

    return replaced(module, "TaskIndex", type("Index", (original,), {"build": staticmethod(build)}))


@cache
def _index(folder: Path) -> dict[str, Any]:
    from lm_eval.tasks._index import TaskIndex

    found: dict[str, Any] = TaskIndex.build([folder])
    return found


def home_of_the_journal(config: Any) -> Path:
    """Return the folder that holds the journals of a run's output."""
    return folder_of(Path(config.output_path)) / ".journal"
