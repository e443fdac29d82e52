"""The command line: one JSON document or one sentence, and the exit codes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from heptathlon import families
from heptathlon.builders import store
from heptathlon.tasks.derived import include_path
from tests.command import call


def test_ls(monkeypatch, capsys):
    assert call(monkeypatch, "ls", "--json") == 0
    rows = json.loads(capsys.readouterr().out)["families"]
    assert [r["name"] for r in rows] == list(families.FAMILIES)
    keys = "name title paper headline chance human ceiling editions tasks version role"
    assert all(set(r) == set(keys.split()) for r in rows)
    assert call(monkeypatch, "ls") == 0
    assert all(name in capsys.readouterr().out for name in ("maze",))


def test_path(monkeypatch, capsys):
    assert call(monkeypatch, "path") == 0
    assert Path(capsys.readouterr().out.strip()) == include_path()


def test_build(monkeypatch, capsys, tmp_path: Path):
    assert call(monkeypatch, "build", "maze", "--tier", "smoke", "--out", tmp_path) == 0
    folder = tmp_path / store.SetName("maze", tier="smoke").folder
    assert {p.name for p in folder.iterdir() if p.is_file()} == {"manifest.json", "README.md"}
    assert store.read_manifest(folder).digest in capsys.readouterr().out


def test_show_prints_what_a_model_sees(monkeypatch, capsys):
    assert call(monkeypatch, "show", "maze", "-n", "2") == 0
    printed = capsys.readouterr().out
    assert printed.count(", item ") == 2
    assert printed.count("gold: ANSWER:") == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["build", "mase"], "did you mean 'maze'"),
        (["build", "maze", "--tier", "smok"], "did you mean 'smoke'"),
        (["build", "maze", "--season", "2025.1"], "2026.1"),
        (["build", "maze", "--edition", "papr"], "did you mean 'paper'"),
        (["show", "maze", "--task", "heptathlon_maze_dfz"], "heptathlon_maze_dfs"),
        (["score", "no/such/folder"], "no such run folder"),
        (["compare", "no/such", "other"], "no such run folder"),
        (["run", "--tasks", "heptathlon_mase", "--model", "heptathlon"], "heptathlon_maze"),
    ],
)
def test_refused_with_a_sentence(monkeypatch, capsys, arguments, says, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    assert call(monkeypatch, *arguments) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    lines = [line for line in printed.err.splitlines() if line.startswith("heptathlon: ")]
    assert len(lines) == 1, printed.err
    assert says in lines[0]


@pytest.mark.parametrize("arguments", [["no-such-command"], ["build"], ["show", "maze", "-n", "0"]])
def test_wrong_usage(monkeypatch, arguments):
    assert call(monkeypatch, *arguments) == 2


def test_an_interrupt_leaves_nothing_half_built(tmp_path: Path):
    command = [sys.executable, "-m", "heptathlon", "build", "maze", "--out", str(tmp_path)]
    # A suite that a shell runs in the background ignores interrupts, and so would its children.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ.copy())
    signal.signal(signal.SIGINT, handler)
    parts = tmp_path / f"{store.SetName('maze').folder}.parts"
    deadline = time.monotonic() + 60
    while not parts.is_dir() and time.monotonic() < deadline:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130, errors
    assert "Traceback" not in errors
    assert not (tmp_path / store.SetName("maze").folder).exists()
