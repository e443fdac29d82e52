"""The house's rules, held by reading the imports: arrows run down, no circle, no long file."""

import ast
import graphlib
import re

import pytest

from tests import imports

MAX_LINES = 400
REASON = "Long because"
"""Begins the sentence in a long module's docstring that says why it is one."""


def test_arrows_run_down():
    assert imports.wrong_ways(imports.imports()) == []


def test_no_circle():
    graphlib.TopologicalSorter(imports.imports()).prepare()


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("studies.rows", "pages.report"),
        ("tasks.maze.judge", "scoring.judging"),
        ("builders.maze.build", "scorers.maze"),
        ("scorers.maze", "builders.maze"),
        ("files", "models.search"),
        ("files", "scorers.stats"),
        ("pages.report", "leaderboard.board"),
        ("leaderboard.board", "cli.board"),
    ],
)
def test_a_wrong_way_is_seen(name: str, other: str):
    found = imports.imports()
    planted = f"heptathlon.{name}"
    found[planted] = {*found.get(planted, ()), f"heptathlon.{other}"}
    (said,) = imports.wrong_ways(found)
    assert said.startswith(planted)


def test_a_circle_is_seen():
    found = imports.imports()
    found["heptathlon.studies.files"] = {"heptathlon.studies.kinds"}
    with pytest.raises(graphlib.CycleError, match=r"studies\.files"):
        graphlib.TopologicalSorter(found).prepare()


def test_the_page_is_true():
    """Its picture is that of the imports, it tells of every room, and what it names is there."""
    told = imports.PAGE.read_text(encoding="utf-8")
    assert imports.page() == told, "python -m tests.imports draws it anew"
    assert imports.drawing() in told
    named = re.findall(r"`([^`\s]+)`", told)
    rooms = {name.rstrip("/").removeprefix("heptathlon/") for name in named}
    assert {*imports.WAY, *imports.BESIDE} - {"face", "demo"} <= rooms
    paths = [name for name in named if "/" in name and "<" not in name]
    assert paths
    missing = [name for name in paths if not (imports.ROOT / name).exists()]
    assert missing == []


def test_a_long_module_says_why():
    long = []
    tests = {
        f.relative_to(imports.ROOT).as_posix(): f for f in (imports.ROOT / "tests").rglob("*.py")
    }
    for name, file in (imports.modules() | tests).items():
        text = file.read_text(encoding="utf-8")
        says = ast.get_docstring(ast.parse(text)) or ""
        if text.count("\n") > MAX_LINES and REASON not in " ".join(says.split()):
            long.append(name)
    assert long == []
