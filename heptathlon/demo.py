"""``heptathlon demo``: from nothing to a leaderboard with a real language model on it."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from datasets import disable_progress_bars

from heptathlon.builders import store
from heptathlon.families import FAMILIES, task_name
from heptathlon.files import dump_json, write_text_atomic
from heptathlon.leaderboard import board, submit
from heptathlon.models.encoder_arguments import NAME as ENCODER
from heptathlon.pages.report import write_report
from heptathlon.running import runner, runs, weights
from heptathlon.scoring import scorecard
from heptathlon.tasks import catalog
from heptathlon.tasks.players import STANDARD

Say = Callable[[str], None]

MODELS = ("smollm2",)
"""What runs if nothing else is asked for."""
PLAYERS = STANDARD
"""The scripted players that every event has. Of the others, more than a hundred, a report shows
all; as rows of a board of their own they would take longer than the model."""
BATCH_SIZE = 16


def run_demo(out: Path, say: Say, models: Sequence[str] = MODELS) -> Path:
    """Build, run, score and rank; return the leaderboard's page.

    Work that a former demo in the same folder finished is used again.

    Args:
        out: folder for runs, submissions and the site.
        say: prints one line of progress.
        models: words of :data:`.weights.MODELS`.

    Raises:
        HeptathlonError: if a model cannot be had.
    """
    wanted = weights.chosen(models)
    started = time.monotonic()

    def step(text: str) -> None:
        say(f"[{time.monotonic() - started:5.0f} s] {text}")

    disable_progress_bars()
    for family in FAMILIES:
        folder = store.ensure(store.SetName(family, tier="smoke"))
        step(f"data: {folder.name}")
    submissions = [_player(out, name, step) for name in PLAYERS]
    submissions += [_model(out, weights.model(word), step) for word in wanted]
    step("leaderboard: writing the site")
    return board.build(submissions, out / "site")


def _player(out: Path, name: str, say: Say) -> Path:
    flags = ["--model", "heptathlon", "--model_args", f"player={name}"]
    tasks = ",".join(task_name(family, "smoke") for family in FAMILIES)
    return _run(out, f"player-{name}", name, flags, say, tasks)


def _model(out: Path, model: weights.Weights, say: Say) -> Path:
    folder = weights.fetch(model, say)
    arguments = f"pretrained={folder},{model.arguments or f'dtype={weights.dtype_of_cpu()}'}"
    flags = ["--model", model.backend, "--model_args", arguments, *model.flags]
    flags += ["--device", "cpu", "--batch_size", str(BATCH_SIZE)]
    return _run(out, model.stem.lower(), model.name, flags, say, ",".join(tasks_of(model)))


def tasks_of(model: weights.Weights) -> list[str]:
    """Return the smoke groups that a model can answer: all, or those without generation."""
    groups = [task_name(f, "smoke") for f in FAMILIES]
    if model.backend != ENCODER:
        return groups
    return [
        group
        for group in groups
        if all(
            catalog.definition(task).get("output_type") == "multiple_choice"
            for task in catalog.leaves_of(group)
        )
    ]


def _run(
    out: Path,
    slug: str,
    model_name: str,
    flags: list[str],
    say: Say,
    tasks: str,
) -> Path:
    """Run and score one model or player unless its submission is there; return that."""
    submission = out / "submissions" / slug
    if (submission / submit.ENVELOPE).is_file():
        say(f"{slug}: done before")
        return submission
    say(f"{slug}: running {tasks}")
    folder = out / "runs" / slug
    arguments = ["--tasks", tasks, "--output_path", str(folder), *flags]
    runner.run(arguments, brief=True)
    run = runs.read_run(folder)
    card, scored = scorecard.score_run(run)
    write_text_atomic(folder / "scorecard.json", dump_json(card.model_dump()))
    write_report(card, scored, folder / "report.html")
    return submit.prepare(run.folder, submission, model_name=model_name)
