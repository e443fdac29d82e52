"""Studies: several runs scored together, such as a base model and its checkpoints over time.

A study file (YAML) names the runs and its kind. A kind is a small class that knows which runs a
study has and how to score them together; ``KINDS`` lists them. Runs are made one checkpoint at a
time, each in a folder of its own with a journal of its own, so that no checkpoint can see another's
answers and an interrupted study goes on where it stopped.
"""

import gc
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.files import canonical_json, read_text_limited
from heptathlon.running import runs
from heptathlon.running.runs import Run
from heptathlon.scoring import judging, scorecard
from heptathlon.scoring.judging import Judge, Opinion
from heptathlon.scoring.scorecard import ScoredSample
from heptathlon.tasks import catalog

MAX_STUDY_BYTES = 2**20


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Checkpoint(_Closed):
    """One row of a study.

    Attributes:
        name: its name, which is also the name of its folder.
        after: the task that it was tuned on last; None for the base model.
        model_args: lm-eval's model arguments, added to the study's own.
        run: folder of a run that was made before; the study's own folder for it if left out.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    after: str | None = None
    model_args: dict[str, str | int | float | bool] = {}
    run: Path | None = None


class References(_Closed):
    """Scores from elsewhere that some figures need; see ``scorers/continual.py``.

    Attributes:
        alone: score on each task of a model tuned on it alone.
        guess: score of blind guessing by task.
        general: [base, last] score of each general benchmark; likewise the other two.
    """

    alone: dict[str, float] = {}
    guess: dict[str, float] = {}
    general: dict[str, tuple[float, float]] = {}
    instruction: dict[str, tuple[float, float]] = {}
    safety: dict[str, tuple[float, float]] = {}


class Study(_Closed):
    """A study file.

    Attributes:
        study: its title.
        kind: one of ``KINDS``.
        model: lm-eval's model class.
        model_args: model arguments of every checkpoint.
        flags: further flags of ``heptathlon run``, the same for every checkpoint.
        tasks: lm-eval names of the tasks, in the order in which they were learned.
        checkpoints: the base model, where there is one, and the checkpoints.
        references: scores from elsewhere.
        output: folder below which the runs are made, relative to the study file.
    """

    study: str
    kind: str
    model: str = "hf"
    model_args: dict[str, str | int | float | bool] = {}
    flags: tuple[str, ...] = ()
    tasks: tuple[str, ...] = Field(min_length=1)
    checkpoints: tuple[Checkpoint, ...] = Field(min_length=1)
    references: References = References()
    output: Path = Path("runs")


class Kind(Protocol):
    """What a kind of study offers."""

    name: ClassVar[str]

    def check(self, study: Study) -> None:
        """Refuse a study whose runs are not what the kind needs."""

    def score(self, study: Study, rows: "Sequence[Row]") -> Any:
        """Score the study's runs together and return its card, a pydantic model."""


@dataclass(frozen=True)
class Row:
    """A checkpoint's scored run.

    Attributes:
        checkpoint: the row of the study file.
        scored: samples of each of the study's tasks that the run has, in order of item.
        settings: what each task was asked with, by task; equal for two comparable cells.
        judged: who judged a task's answers, and its opinions by item, where somebody did.
    """

    checkpoint: Checkpoint
    scored: dict[str, list[ScoredSample]]
    settings: dict[str, dict[str, str]]
    judged: Mapping[str, tuple[Judge, dict[str, Opinion]]]


def read_study(path: Path) -> Study:
    """Read a study file and check everything that can be checked before a model is loaded.

    Raises:
        HeptathlonError: naming what is wrong with the file.
        UnknownNameError: for an unknown kind or task, with the nearest names.
    """
    try:
        data = yaml.safe_load(read_text_limited(path, max_bytes=MAX_STUDY_BYTES))
    except yaml.YAMLError as error:
        raise HeptathlonError(f"{path}: not valid YAML ({' '.join(str(error).split())}).") from None
    if not isinstance(data, dict):
        raise HeptathlonError(f"{path}: holds no study; see docs for its keys.")
    try:
        study = Study.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise HeptathlonError(f"{path}: {where}: {first['msg']}.") from None
    for task in study.tasks:
        catalog.task_data(task)
    for what, names in (
        ("task", study.tasks),
        ("checkpoint", [c.name for c in study.checkpoints]),
    ):
        twice = next((n for i, n in enumerate(names) if n in names[:i]), None)
        if twice:
            raise HeptathlonError(f"{path}: the {what} {twice!r} has two rows; keep one.")
    kind_of(study).check(study)
    base = path.parent
    return study.model_copy(
        update={
            "output": base / study.output,
            "checkpoints": tuple(
                c.model_copy(update={"run": base / c.run}) if c.run else c
                for c in study.checkpoints
            ),
        }
    )


def kind_of(study: Study) -> Kind:
    """Return the kind of a study.

    Raises:
        UnknownNameError: with the nearest names.
    """
    # The kinds need this module's types.
    from heptathlon.studies.continual import ContinualKind

    kinds: dict[str, type[Kind]] = {ContinualKind.name: ContinualKind}
    if study.kind not in kinds:
        raise UnknownNameError("kind of study", study.kind, kinds)
    return kinds[study.kind]()


def run_study(study: Study, say: Any = print) -> list[Path]:
    """Run every checkpoint that was not run to its end before; return their folders.

    Args:
        study: the study.
        say: prints one line of progress.

    Raises:
        HeptathlonError: see :func:`heptathlon.running.runner.run`.
    """
    from heptathlon.running import runner

    folders = []
    for checkpoint in study.checkpoints:
        folder = checkpoint.run or study.output / checkpoint.name
        folders.append(folder)
        if checkpoint.run or _is_complete(study, folder):
            say(f"{checkpoint.name}: done before")
            continue
        say(f"{checkpoint.name}: running {len(study.tasks)} tasks")
        arguments = {**study.model_args, **checkpoint.model_args}
        runner.run(
            [
                *("--model", study.model),
                *("--model_args", ",".join(f"{k}={v}" for k, v in arguments.items())),
                *("--tasks", ",".join(study.tasks)),
                *("--output_path", str(folder)),
                *study.flags,
            ]
        )
        # One model at a time: the last one's weights go before the next one's come.
        gc.collect()
    return folders


def _is_complete(study: Study, folder: Path) -> bool:
    """Tell whether a folder holds a run of all of the study's tasks."""
    if not folder.is_dir():
        return False
    try:
        run = runs.read_run(folder)
    except HeptathlonError:
        return False
    return all(run.samples.get(task) for task in study.tasks)


def score_study(study: Study) -> Any:
    """Read the study's runs, refuse what cannot be compared, and score them together.

    Raises:
        HeptathlonError: if a run is missing or damaged, or two cells are not comparable.
    """
    rows = [_read_row(study, checkpoint) for checkpoint in study.checkpoints]
    refuse_incomparable(study, rows)
    return kind_of(study).score(study, rows)


def _read_row(study: Study, checkpoint: Checkpoint) -> Row:
    folder = checkpoint.run or study.output / checkpoint.name
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
    return Row(checkpoint, scored, settings, opinions)


def _item(one: ScoredSample) -> str:
    return str(one.sample.doc["item_id"])


def _settings(run: Run, task: str, scored: Sequence[ScoredSample]) -> dict[str, str]:
    """Return everything in which two cells of one task must agree, as text by its name."""
    results = next(r for r in reversed(run.results) if task in r["versions"])
    config: Mapping[str, Any] = results["configs"].get(task) or {}
    chosen = {str(k): str(v) for k, v in (results["config"].get("gen_kwargs") or {}).items()}
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


def refuse_incomparable(study: Study, rows: Sequence[Row]) -> None:
    """Refuse cells of one task that were not asked in the same way.

    Raises:
        HeptathlonError: naming the task, the two checkpoints and what differs.
    """
    for task in study.tasks:
        asked = [row for row in rows if task in row.settings]
        for row in asked[1:]:
            mine, first = row.settings[task], asked[0].settings[task]
            what = next((key for key in SETTINGS if mine[key] != first[key]), None)
            if what:
                values = f" ({first[what]} and {mine[what]})" * SETTINGS[what]
                raise HeptathlonError(
                    f"{task}: {asked[0].checkpoint.name} and {row.checkpoint.name} cannot be "
                    f"compared, because their {what} differ{values}; run both in the same way."
                )
