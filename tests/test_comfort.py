"""What a person meets at a terminal: names that are seen, few lines, help, and where things lie."""

import io
import json
import logging
import re
import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import typer
from rich.console import Console

from heptathlon import cli, environment, families
from heptathlon.cli import examples, tables, terminal
from heptathlon.errors import UnknownNameError
from heptathlon.pages import docs
from heptathlon.running import noise, runner
from heptathlon.scorers import stats
from heptathlon.scoring.cards import Estimate
from heptathlon.scoring.compare import _test_of_interval
from heptathlon.tasks import catalog
from heptathlon.version import __version__
from tests.command import call

PACKAGE = Path(cli.__file__).parents[1]


def test_version(monkeypatch, capsys):
    assert call(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"heptathlon {__version__}\n"


def commands(group: Any, before: str = "") -> dict[str, Any]:
    out = {}
    for name, command in group.commands.items():
        nested = hasattr(command, "commands")
        out |= commands(command, f"{name} ") if nested else {before + name: command}
    return out


def test_every_command_ends_its_help_with_an_example_that_it_takes():
    found = commands(typer.main.get_command(cli.app))
    assert found.keys() == examples.EXAMPLES.keys()
    for name, command in found.items():
        example = examples.EXAMPLES[name]
        assert f"Example: {example}" == command.epilog
        if not example.startswith("heptathlon "):
            continue
        words = shlex.split(example)[1 + len(name.split()) :]
        with command.make_context(name, words) as context:
            assert name == "run" or not context.args


def test_every_variable_is_on_the_page():
    text = "".join(p.read_text(encoding="utf-8") for p in PACKAGE.rglob("*.py"))
    for folder in ("builders", "tasks", "scorers", "leaderboard", "../benchmarks", "../tests"):
        text += "".join(p.read_text("utf-8") for p in (PACKAGE / folder).rglob("*.py"))
    read = set(re.findall(r"\bHEPTATHLON_[A-Z_]*[A-Z]\b", text.replace("HEPTATHLON_FACTS_", "")))
    named = {one.name for one in environment.VARIABLES}
    assert {name for name in named if name.startswith("HEPTATHLON")} == read
    # Secret is what holds a key, a token or the salt.
    secret = {one.name for one in environment.VARIABLES if one.secret}
    assert secret == {name for name in named if re.search("KEY|TOKEN|SALT", name)}
    assert docs.ROOT.joinpath("docs/environment.md").read_text("utf-8") == environment.page()


def test_doctor_shows_no_secret_and_finds_what_is_missing(monkeypatch, capsys, tmp_path: Path):
    monkeypatch.setenv("HEPTATHLON_API_KEY", "sk-very-secret")
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path / "none"))
    assert call(monkeypatch, "doctor", "--json") == 0
    printed = capsys.readouterr().out
    assert "very-secret" not in printed
    told = json.loads(printed)
    assert told["versions"]["heptathlon"] == __version__
    assert told["variables"]["HEPTATHLON_API_KEY"] == "set, and not shown"
    assert told["missing"]["hf"] == []
    assert any("vllm" in one for one in told["missing"]["vllm"])
    assert call(monkeypatch, "doctor") == 0
    printed = capsys.readouterr().out
    assert "no such folder" in printed
    assert "very-secret" not in printed


@pytest.mark.parametrize("family", families.FAMILIES)
def test_ls_lists_variants_groups_and_players(family: str, monkeypatch, capsys):
    from heptathlon.tasks import catalog
    from heptathlon.tasks.players import players_of

    monkeypatch.setenv("COLUMNS", "80")
    assert call(monkeypatch, "ls", family) == 0
    printed = capsys.readouterr().out
    rows = catalog.table_of(families.FAMILIES[family])
    assert all(
        re.search(rf"^ {family}_{one.name} ", printed, re.MULTILINE) for one in rows.variants
    )
    assert all(f" {name} " in printed for name in players_of(family))
    assert all(f"{family}_{one.name} (" in printed for one in rows.groups if one.name)


def a_card() -> SimpleNamespace:
    wide = Estimate(
        metric="gap_closed", value=-0.4, low=-1.7, high=0.1, n=9999, clusters=9, method="t"
    )
    cards = {
        name: SimpleNamespace(
            family=name,
            edition="paper",
            tier="smoke",
            season="2026.1",
            complete=False,
            headline=wide,
            skill=wide,
            bar=SimpleNamespace(player="nearest_neighbour", value=-0.1),
            points=SimpleNamespace(value=1000.0, low=900.0, high=1000.0),
            invalid_rate=SimpleNamespace(value=0.25),
            stopped=None,
        )
        for name in families.FAMILIES
    }
    return SimpleNamespace(model=SimpleNamespace(name="m"), total=None, families=cards)


@pytest.mark.parametrize("width", [80, 100])
def test_a_scorecard_shows_every_family_s_name_and_figures(width: int):
    page = io.StringIO()
    Console(file=page, width=width).print(tables.scorecard(a_card()))
    printed = page.getvalue()
    assert "…" not in printed
    assert max(map(len, printed.splitlines())) <= width
    for name in families.FAMILIES:
        assert re.search(rf"^{name} +gap_closed -0.400 ", printed, re.MULTILINE), printed


def test_a_run_in_a_log_says_little(monkeypatch, capfd, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    flags = ["--model", "heptathlon", "--model_args", "player=random", "--limit", "2"]
    # It is a folder of its own, and no repository.
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    noise._commit.cache_clear()
    assert call(monkeypatch, "run", *flags, "--tasks", "heptathlon_sort_smoke") == 0
    said = capfd.readouterr()
    lines = said.err.splitlines()
    assert not [line for line in lines if re.search("fatal|INFO|it/s|metadata", line)], said.err
    count = len(catalog.leaves_of("heptathlon_sort_smoke"))
    assert len([line for line in lines if "building" not in line]) <= count + 4
    last = rf"^\[{count} of {count}, \d+ s\] heptathlon_sort_\w+$"
    assert re.search(last, said.err, re.MULTILINE)
    figures = said.out.splitlines()
    assert len(figures) == count
    assert all(re.match(r"heptathlon_sort_\w+ +\d +\w+ -?\d\.\d{3}( ± |$)", one) for one in figures)


def test_lm_eval_s_own_words_can_be_had(monkeypatch, capfd, tmp_path: Path):
    monkeypatch.setenv("LMEVAL_LOG_LEVEL", "INFO")
    flags = ["--model", "heptathlon", "--model_args", "player=random", "--limit", "2"]
    flags += ["--tasks", "heptathlon_sort_told_smoke", "--output_path", str(tmp_path)]
    runner.run(flags)
    assert "|Version|Filter|n-shot|" in capfd.readouterr().out
    monkeypatch.setenv("LMEVAL_LOG_LEVEL", "WARNING")
    noise.hush()
    assert not noise.wanted()


def test_a_sentence_of_lm_eval_s_is_said_once():
    once = noise._New()
    record = logging.LogRecord("lm_eval", logging.WARNING, "", 0, "group %s is odd", ("a",), None)
    other = logging.LogRecord("lm_eval", logging.WARNING, "", 0, "group %s is odd", ("b",), None)
    assert [once.filter(one) for one in (record, record, other)] == [True, False, True]


def test_lists_of_tasks_are_short(monkeypatch, capsys):
    assert call(monkeypatch, "run", "--tasks", "list") == 0
    printed = capsys.readouterr().out
    assert "heptathlon_smoke " in printed
    assert len(printed) < 8_000


def test_a_player_that_an_event_lacks_is_refused_before_the_first_question(tmp_path: Path):
    flags = [
        "--model",
        "heptathlon",
        "--model_args",
        "player=greedy",
        "--output_path",
        str(tmp_path),
    ]
    tasks = "heptathlon_maze_dfs_smoke,heptathlon_sort_told_smoke"
    with pytest.raises(UnknownNameError, match="no player of sort 'greedy'"):
        runner.run([*flags, "--tasks", tasks])
    assert not list(tmp_path.rglob("*.json*"))


def test_show_saves_pictures_and_shows_variants(monkeypatch, capsys, tmp_path: Path):
    arguments = ("show", "maze_image", "-n", "1", "--pictures", tmp_path / "seen")
    assert call(monkeypatch, *arguments) == 0
    printed = capsys.readouterr().out
    (picture,) = (tmp_path / "seen").glob("*.png")
    assert str(picture) in printed
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert call(monkeypatch, "show", "sort_told", "-n", "2", "--num-fewshot", "1") == 0
    assert capsys.readouterr().out.count("gold:") == 2


def test_names_are_completed():
    assert terminal.complete_family("ma") == ["maze"]
    assert terminal.complete_name("maze_wil") == ["maze_wilson", "maze_wilson_loops"]


def test_no_power_is_promised_that_clusters_cannot_have():
    """Five clusters: p is at least .0625 in any two-sided test that knows only their signs."""
    labels = np.repeat(np.arange(5), 4)
    a, b = np.ones(20), np.linspace(0.0, 0.2, 20)
    result = stats.paired(a, b, labels)
    assert result.verdict == "tie"
    assert result.p_value == 0.0625
    found = stats.minimal_detectable_difference(a, b, labels)
    assert found.value is None
    assert found.reason == "5 clusters can show no difference at 95%, however large"
    six = np.repeat(np.arange(6), 4)
    a, b = np.ones(24), np.linspace(0.0, 0.2, 24)
    assert stats.paired(a, b, six).verdict == "a"
    assert stats.minimal_detectable_difference(a, b, six).value is not None
    assert stats.planned_detectable_difference(0.5, 5).value is None
    assert stats.planned_detectable_difference(0.5, 5, design="unpaired").value is not None
    interval = stats.Interval(0.5, 0.4, 0.6, 20, 5, "bootstrap")
    p, detectable = _test_of_interval(interval)
    assert p == 0.0625
    assert detectable.value is None
