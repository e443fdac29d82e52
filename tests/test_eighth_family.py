"""A family of somebody else's: installed beside the suite, which changes by no line for it."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "eighth_family"
KINDS = {".py", ".yaml", ".md", ".toml"}
MOST_LINES = 280
"""Code, table, card and tests together."""
COMMANDS = """
import sys
from heptathlon import cli
for line in sys.argv[1:]:
    sys.argv = ["heptathlon", *line.split()]
    try:
        cli.main()
    except SystemExit as stop:
        if stop.code:
            raise
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the example as its author's users would."""
    folder = tmp_path_factory.mktemp("eighth")
    source = shutil.copytree(
        EXAMPLE, folder / "source", ignore=shutil.ignore_patterns("build", "*.egg-info")
    )
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--target", str(folder / "site"), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "site"


def python(site: Path, *arguments: str) -> str:
    """Run Python with the example installed; return what it prints."""
    path = os.pathsep.join([str(ROOT), str(site)])
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_it_is_small():
    files = [p for p in EXAMPLE.rglob("*") if p.suffix in KINDS and "build" not in p.parts]
    assert sum(p.read_text(encoding="utf-8").count("\n") for p in files) < MOST_LINES
    for part in (ROOT / "heptathlon", ROOT / "tests" / "snapshots", ROOT / "tests" / "digests"):
        found = [p for p in part.rglob("*needle*") if "longcontext" not in p.name]
        assert not found, "the suite keeps nothing of it"


def test_the_page_on_it_is_true():
    """One page, whose files, modules and figures are there."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert page.count("\n") < 100
    lines = int(re.search(r"It is (\d+) lines in all", page)[1])
    files = [p for p in EXAMPLE.rglob("*") if p.suffix in KINDS and "build" not in p.parts]
    assert lines == sum(p.read_text(encoding="utf-8").count("\n") for p in files)
    named = re.findall(r"`([\w<>]+(?:/[\w<>.]+)+/?)`", page)
    assert len(named) > 12
    for path in named:
        there = path.replace("<family>", "mllm_ct")
        assert (ROOT / there).exists() or path.endswith("pages/families/<family>.py"), path
    for module in re.findall(r"python -m ([\w.]+)", page):
        assert importlib.util.find_spec(module), module
    for name in re.findall(r"`(\w+\.(?:py|md|yaml))`", page.split("Optional:")[0]):
        assert (EXAMPLE / "needle" / name).is_file(), name


def test_it_runs_is_scored_reported_and_stands_on_a_board(site: Path, tmp_path: Path):
    run = tmp_path / "run"
    folder = run / "heptathlon__first"
    python(
        site, "-c", COMMANDS,
        f"run --model heptathlon --model_args player=first --tasks heptathlon_needle_smoke "
        f"--output_path {run}",
        f"score {folder}",
        f"submit prepare {folder} --out {tmp_path / 'submission'}",
        f"submit validate {tmp_path / 'submission'}",
        f"leaderboard build {tmp_path / 'submission'} --out {tmp_path / 'board'}",
    )  # fmt: skip
    card = json.loads((folder / "scorecard.json").read_text())["families"]["needle"]
    assert card["headline"]["metric"] == "acc"
    assert card["headline"]["value"] == 0.25
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "Needle in a text" in report
    assert "say the word (generated)" in report
    board = json.loads((tmp_path / "board" / "data.json").read_text(encoding="utf-8"))["boards"]
    (stands,) = [one for one in board if "needle" in one["families"]]
    assert [row["name"] for row in stands["rows"]] == ["first"]
    page = (tmp_path / "board" / "family-needle.html").read_text(encoding="utf-8")
    assert "no total counts it" in page


def test_it_is_listed_as_an_exhibition(site: Path):
    rows = json.loads(python(site, "-c", COMMANDS, "ls --json"))["families"]
    (needle,) = [row for row in rows if row["name"] == "needle"]
    assert needle["role"] == "exhibition"
    assert "heptathlon_needle_lite" in needle["tasks"]


def test_its_own_tests_pass_and_the_suites_contracts_hold(site: Path):
    said = python(
        site, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider",
        "-k", "needle and not longcontext",
        str(EXAMPLE / "test_needle.py"), "tests/test_contracts.py", "tests/test_publish.py",
    )  # fmt: skip
    passed = int(said.strip().splitlines()[-1].split(" passed")[0].split()[-1])
    assert passed >= 20, said
    assert "failed" not in said
