"""What goes wrong while a run is saved, and what it prints next: nothing lost, nothing half."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from heptathlon.errors import HeptathlonError
from heptathlon.running import evaluating, runner, runs, saving
from heptathlon.running.journal import Journal
from heptathlon.scoring import scorecard
from tests.command import call

TASK = "heptathlon_maze_dfs_smoke"
CHOICES = "heptathlon_maze_next_move_smoke"
BOTH = f"{TASK},{CHOICES}"


def flags(player: str, folder: Path, tasks: str = TASK) -> list[str]:
    named = ["--model", "heptathlon", "--model_args", f"player={player}"]
    return [*named, "--tasks", tasks, "--limit", "3", "--output_path", str(folder)]


def run(folder: Path, tasks: str = TASK, player: str = "greedy") -> Path:
    (written,) = runner.run(flags(player, folder, tasks), brief=True)
    return written


def fill(monkeypatch: pytest.MonkeyPatch, name: str, after: int, folders: str) -> None:
    """Let the disk below some folders be full after so many writes of files of a name."""
    opened = Path.open
    written: list[Path] = []

    def limited(path: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        if "r" not in mode and name in path.name and folders in str(path):
            written.append(path)
            if len(written) > after:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return opened(path, mode, *args, **options)

    monkeypatch.setattr(Path, "open", limited)


def test_what_a_full_disk_does_not_hold_is_put_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The second task's file is the one for which there is no room."""
    out = tmp_path / "out"
    monkeypatch.setattr(saving.tempfile, "tempdir", str(tmp_path))
    with monkeypatch.context() as patch:
        fill(patch, "samples_", 1, "/out/")
        says = r"samples_\S+: No space left .*they were put into"
        with pytest.raises(HeptathlonError, match=says) as caught:
            run(out, BOTH)
    assert [p.name for p in out.iterdir()] == [".journal"], "nothing under its name, nothing empty"
    (rescue,) = tmp_path.glob("heptathlon-rescue-*")
    assert str(rescue) in str(caught.value)
    found = runs.read_run(rescue)
    assert {task: len(ones) for task, ones in found.samples.items()} == {TASK: 3, CHOICES: 3}
    scorecard.score_run(found)


def test_a_disk_that_is_full_everywhere_keeps_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        patch.setattr(saving.tempfile, "tempdir", str(tmp_path))
        fill(patch, "samples_", 0, "")
        with pytest.raises(HeptathlonError, match=r"nor in a temporary folder .*make room.*3 answ"):
            run(tmp_path / "out")
    assert not list((tmp_path / "out").rglob("samples_*"))
    (journal,) = (tmp_path / "out" / ".journal").iterdir()
    assert len(Journal(journal)) == 3
    assert len(runs.read_run(run(tmp_path / "out").parent).samples[TASK]) == 3


def test_a_journal_without_room_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    fill(monkeypatch, "rank0.jsonl", 0, "")
    with pytest.raises(HeptathlonError, match=r"rank0.jsonl: answers cannot be kept there \(No sp"):
        run(tmp_path / "out")


def test_an_interrupt_while_files_are_saved_leaves_none_under_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(saving, "read_results", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [".journal"]


def test_an_interrupt_between_two_names_waits_for_the_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    replace = Path.replace

    def replaced(path: Path, target: Path) -> Path:
        signal.raise_signal(signal.SIGINT)
        return replace(path, target)

    # A shell's background jobs are started with interrupts ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(Path, "replace", replaced)
    try:
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, BOTH)
    finally:
        signal.signal(signal.SIGINT, before)
    assert sorted(runs.read_run(tmp_path).samples) == sorted([TASK, CHOICES])


def test_finished_tasks_are_saved_after_an_interrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    asked: list[str] = []
    evaluate = evaluating.evaluate

    def interrupted(lm: Any, config: Any, task: Any, *more: Any) -> Any:
        asked.append(str(task.config.task))
        if len(asked) == 2:
            raise KeyboardInterrupt
        return evaluate(lm, config, task, *more)

    monkeypatch.setattr(evaluating, "evaluate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, BOTH)
    found = runs.read_run(tmp_path)
    assert list(found.samples) == [TASK]
    assert list(found.results[-1]["results"]) == [TASK]
    assert "interrupted: 1 of 2 tasks are saved in" in caplog.text


def test_a_task_that_fails_takes_no_other_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    evaluate = evaluating.evaluate

    def failing(lm: Any, config: Any, task: Any, *more: Any) -> Any:
        if str(task.config.task) == TASK:
            raise RuntimeError("out of memory")
        return evaluate(lm, config, task, *more)

    monkeypatch.setattr(evaluating, "evaluate", failing)
    says = f"{TASK} failed: RuntimeError: out of mem.*1 of 2 tasks are saved"
    with pytest.raises(HeptathlonError, match=says):
        run(tmp_path, BOTH)
    assert list(runs.read_run(tmp_path).samples) == [CHOICES]


def test_the_results_of_a_group_are_lm_evals(tmp_path: Path):
    """Tasks asked one by one, and its figures over all of them."""
    group = "heptathlon_maze_smoke"
    found = runs.read_results(run(tmp_path, group))
    leaves = found["group_subtasks"][group]
    own = [found["results"][leaf].get("optimal,none") for leaf in leaves]
    known = [value for value in own if value is not None]
    assert len(known) > 1
    mean = sum(known) / len(known)
    assert found["groups"][group]["optimal,none"] == pytest.approx(mean)
    assert found["results"][group]["optimal,none"] == pytest.approx(mean)
    for part in ("task_hashes", "configs", "n-samples"):
        assert set(found[part]) == set(leaves)
    assert found["model_name"] == "heptathlon/greedy"


@pytest.mark.parametrize("more", [["--predict_only"], ["--output_path", "X.json"]])
def test_what_is_printed_next_works(
    more: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
):
    monkeypatch.chdir(tmp_path)
    # A blank and a comma too many are no names of tasks.
    assert call(monkeypatch, "run", *flags("oracle", tmp_path, f" {TASK}, "), *more) == 0
    folder = capsys.readouterr().err.split("next: heptathlon score ")[1].strip()
    assert call(monkeypatch, "score", folder, "--json") == 0
    card = json.loads(capsys.readouterr().out)
    headline = card["families"]["maze"]["headline"]
    assert (headline["value"], headline["n"]) == (1.0, 3)


def test_a_console_without_arrows_shows_a_finished_run(tmp_path: Path):
    command = [sys.executable, "-m", "heptathlon", "ls"]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    table = "import heptathlon.cli as c; c.app = lambda: print('↑±'); c.main()"
    environment["PYTHONIOENCODING"] = "cp1252"
    done = subprocess.run(
        [sys.executable, "-c", table], capture_output=True, env=environment, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "?±".encode("cp1252"))


def test_a_model_without_a_chat_template_is_refused(tiny_model: Path, tmp_path: Path):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    tokenizer.chat_template = None
    AutoModelForCausalLM.from_pretrained(tiny_model).save_pretrained(tmp_path / "m")
    tokenizer.save_pretrained(tmp_path / "m")
    told = ["--model", "hf", "--model_args", f"pretrained={tmp_path / 'm'}", "--device", "cpu"]
    told += ["--tasks", TASK, "--output_path", str(tmp_path / "out")]
    with pytest.raises(HeptathlonError, match="no chat template; leave --apply_chat_template out"):
        runner.run([*told, "--apply_chat_template"], brief=True)


def test_what_plain_lm_eval_and_editors_write_is_read(tmp_path: Path):
    """NaN among its results, a mark of the byte order before the text, settings as text."""
    written = run(tmp_path)
    data = json.loads(written.read_text())
    data["results"][TASK]["optimal,none"] = float("nan")
    data["config"]["gen_kwargs"] = "temperature=0.6,top_p=0.95"
    data["config"]["model_args"] = 'player=greedy,x={"a": 1, "b": [2, 3]},y=z'
    written.write_text("\ufeff" + json.dumps(data))
    (samples,) = written.parent.glob("samples_*")
    samples.write_text("\ufeff" + samples.read_text())
    card, _ = scorecard.score_run(runs.read_run(written.parent))
    assert card.settings.gen_kwargs == {"temperature": "0.6", "top_p": "0.95"}
    assert card.model.args == {"player": "greedy", "x": '{"a": 1, "b": [2, 3]}', "y": "z"}
    config = tmp_path / "run.yaml"
    config.write_text(f"\ufefftasks: [{TASK}]\noutput_path: {tmp_path / 'c'}\nlimit: 1\n")
    told = ["--model", "heptathlon", "--model_args", "player=greedy", "--config", str(config)]
    runner.run(told, brief=True)
    assert len(runs.read_run(tmp_path / "c").samples[TASK]) == 1


def test_likelihoods_that_plain_lm_eval_logged_as_no_number_are_broken(tmp_path: Path):
    written = run(tmp_path, CHOICES)
    (samples,) = written.parent.glob("samples_*")
    rows = [json.loads(line) for line in samples.read_text().splitlines()]
    rows[1]["filtered_resps"][0] = ["nan", "False"]
    rows[1] |= dict.fromkeys(rows[1]["metrics"], float("nan"))
    samples.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = runs.read_run(written.parent)
    assert [s.broken for s in found.samples[CHOICES]] == ["", "log-likelihood nan", ""]
    card, scored = scorecard.score_run(found)
    assert len(scored) == 2
    assert card.broken == {CHOICES: "1 of 3 documents is broken (log-likelihood nan: 1)"}


def test_no_bare_nan_is_written():
    tidy = saving.without_nan({"a": [float("nan"), 1.5], "b": (float("inf"),), "c": "NaN"})
    assert tidy == {"a": [None, 1.5], "b": [None], "c": "NaN"}
