"""A study's runs: made one at a time, read back, scored, and refused where they do not compare.

Each run has a folder of its own with a journal of its own, so that no checkpoint can see another's
answers and an interrupted study goes on where it stopped.
"""

import gc
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from heptathlon.errors import HeptathlonError
from heptathlon.files import canonical_json
from heptathlon.running import runs
from heptathlon.running.arguments import as_mapping
from heptathlon.running.runs import Run
from heptathlon.running.sweeps import cells, spread
from heptathlon.scoring import judging, scorecard
from heptathlon.scoring.judging import Judge, Opinion
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.studies.files import Member, Study

Say = Callable[[str], object]
M = TypeVar("M", bound=Member)


@dataclass(frozen=True)
class Row(Generic[M]):
    """One of a study's runs, scored.

    Attributes:
        member: what the study file says of it.
        scored: samples of each of the study's tasks that the run has, in order of item.
        settings: what each task was asked with, by task; equal for two comparable cells.
        judged: who judged a task's answers, and its opinions by item, where somebody did.
    """

    member: M
    scored: dict[str, list[ScoredSample]]
    settings: dict[str, dict[str, str]]
    judged: Mapping[str, tuple[Judge, dict[str, Opinion]]]


def make(study: Study, say: Say, ray: str = "") -> list[Path]:
    """Make every run of a study that was not made to its end before; return their folders.

    A run is a cell of a sweep: it is made once, and goes on where it stopped.

    Args:
        study: the study.
        say: prints one line of progress.
        ray: address of a Ray cluster; one after the other in this process if empty.

    Raises:
        HeptathlonError: see :func:`heptathlon.running.runner.run`; on a cluster, if a run failed.
    """
    left = []
    for member in study.members:
        if member.run or cells.saved(study.folder_of(member), study.tasks):
            say(f"{member.name}: done before")
        else:
            left.append(_cell(study, member))
    for cell in left:
        # A run that is not whole any more is made again.
        (cell.folder / cells.DONE).unlink(missing_ok=True)
    if ray and left:
        came = spread.run(left, say, ray=ray, together=False)
        if failed := [name for name, one in came.items() if not one.ok]:
            log = study.output / failed[0] / cells.LOG
            raise HeptathlonError(
                f"{failed[0]}: failed ({came[failed[0]].said}); {log} tells more, and the same "
                "command goes on from there."
            )
    for cell in left if not ray else ():
        say(f"{cell.name}: running {len(study.tasks)} tasks")
        cells.prepare(cell)
        cells.run_here(cell.folder)
        # One model at a time: the last one's weights go before the next one's come.
        gc.collect()
    return [study.folder_of(member) for member in study.members]


def _cell(study: Study, member: Member) -> cells.Cell:
    return cells.Cell(
        name=member.name,
        folder=study.folder_of(member).resolve(),
        model=study.model,
        model_args={**study.model_args, **member.model_args},
        tasks=study.tasks,
        flags=(*study.flags, *member.flags),
        cpus=study.cpus,
        gpus=study.gpus,
    )


def read(study: Study, member: M) -> Row[M]:
    """Read one of a study's runs and score the study's tasks in it.

    Raises:
        HeptathlonError: if the run is missing or damaged, or has none of the tasks.
    """
    folder = study.folder_of(member)
    run = runs.read_run(folder)
    asked = {task: samples for task, samples in run.samples.items() if task in study.tasks}
    if not asked:
        raise HeptathlonError(f"{folder}: has none of the study's tasks ({study.tasks[0]}, …).")
    part = Run(run.folder, run.results, run.results_files, asked, run.samples_files)
    judged, _ = scorecard.score_samples(part)
    scored: dict[str, list[ScoredSample]] = {}
    for one in judged:
        scored.setdefault(one.task.task, []).append(one)
    for ones in scored.values():
        ones.sort(key=_item)
    settings = {task: _settings(run, task, scored[task]) for task in scored}
    opinions = {task: found for task in scored if (found := judging.read_opinions(run, task))}
    return Row(member, scored, settings, opinions)


def _item(one: ScoredSample) -> str:
    return str(one.sample.doc["item_id"])


def _settings(run: Run, task: str, scored: Sequence[ScoredSample]) -> dict[str, str]:
    """Return everything in which two cells of one task must agree, as text by its name."""
    results = next(r for r in reversed(run.results) if task in r["versions"])
    config: Mapping[str, Any] = results["configs"].get(task) or {}
    chosen = as_mapping(results["config"].get("gen_kwargs"))
    return {
        "items": _hash([_item(one) for one in scored]),
        "prompts": _hash([one.sample.prompt for one in scored]),
        "number of samples": str(len(scored)),
        "version": str(results["versions"][task]),
        "worked examples": str(results["n-shot"].get(task)),
        "generation settings": canonical_json([config.get("generation_kwargs") or {}, chosen]),
        "chat template": str(results.get("chat_template_sha")),
        "system instruction": str(results.get("system_instruction_sha")),
        "version of lm-eval": str(results.get("lm_eval_version")),
    }


def _hash(parts: Sequence[str]) -> str:
    return hashlib.sha256(canonical_json(list(parts)).encode()).hexdigest()[:16]


SETTINGS: dict[str, bool] = {
    "number of samples": True,
    "items": False,
    "generation settings": True,
    "chat template": False,
    "system instruction": False,
    "worked examples": True,
    "version": True,
    "version of lm-eval": True,
    "prompts": False,
}
"""What two cells must agree in, causes before what follows from them; whether it says something to
a person (the others are hashes)."""


def refuse_incomparable(
    study: Study, rows: Sequence[Row[Any]], may_differ: Collection[str] = ()
) -> None:
    """Refuse cells of one task that were not asked in the same way.

    Args:
        study: the study.
        rows: its runs.
        may_differ: what of ``SETTINGS`` need not be the same.

    Raises:
        HeptathlonError: naming the task, the two runs and what differs.
    """
    held = [key for key in SETTINGS if key not in may_differ]
    for task in study.tasks:
        asked = [row for row in rows if task in row.settings]
        for row in asked[1:]:
            mine, first = row.settings[task], asked[0].settings[task]
            what = next((key for key in held if mine[key] != first[key]), None)
            if what:
                values = f" ({first[what]} and {mine[what]})" * SETTINGS[what]
                raise HeptathlonError(
                    f"{task}: {asked[0].member.name} and {row.member.name} cannot be "
                    f"compared, because their {what} differ{values}; run both in the same way."
                )
