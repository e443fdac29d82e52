"""The scorecard: everything recomputed from samples, and what is refused."""

import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats as scipy_stats

from heptathlon import cli, families
from heptathlon.errors import HeptathlonError
from heptathlon.families import Headline
from heptathlon.running import runs
from heptathlon.scorers.verdict import Row, Statistic, Verdict
from heptathlon.scoring import scorecard
from heptathlon.scoring.cards import FamilyCard
from tests.forge import player_run, write_samples

TASK = "heptathlon_maze_dfs_smoke"


@pytest.fixture(scope="module")
def greedy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return player_run("greedy", tmp_path_factory.mktemp("greedy"))


@pytest.fixture
def copy(greedy: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    for file in greedy.iterdir():
        if file.suffix != ".html":
            (folder / file.name).write_bytes(file.read_bytes())
    return folder


def card_of(folder: Path) -> FamilyCard:
    card, _ = scorecard.score_run(runs.read_run(folder))
    return card.families["maze"]


def rows_of(folder: Path, task: str = TASK) -> tuple[Path, list[dict[str, Any]]]:
    (file,) = folder.glob(f"samples_{task}_*.jsonl")
    return file, [json.loads(line) for line in file.read_text().splitlines()]


def test_a_trivial_player_has_no_skill_and_the_oracle_all(greedy: Path, tmp_path: Path):
    card = card_of(greedy)
    assert card.bar is not None
    assert card.bar.player == "roomy"
    assert card.bar.draws >= 8, "measured once, and not on these mazes"
    assert card.skill.low is not None
    assert card.skill.high is not None
    assert card.skill.low < card.skill.high < 0, "who only goes nearer is misled in every maze"
    assert card.points.value == max(0, 1000 * card.skill.value)
    best = card_of(player_run("oracle", tmp_path))
    assert (best.headline.value, best.skill.value) == (1.0, 1.0)
    assert best.headline.low is not None
    assert best.headline.low < 1, "eighty right answers do not make a certain one"
    assert best.complete
    assert best.bar == card.bar
    assert best.points.value == 1000


def test_the_headline_is_the_mean_of_the_samples(greedy: Path):
    card = card_of(greedy)
    values = [
        row["optimal"]
        for topology in ("dfs", "wilson", "wilson_loops", "cells")
        for row in rows_of(greedy, f"heptathlon_maze_{topology}_smoke")[1]
    ]
    assert card.headline.value == pytest.approx(np.mean(values))
    assert card.headline.n == len(values) == card.expected
    by_topology = {s.level: s for s in card.strata if s.field == "topology"}
    assert sum(s.n for s in by_topology.values()) == len(values)
    assert by_topology["dfs"].value == pytest.approx(
        np.mean([row["optimal"] for row in rows_of(greedy)[1]])
    )


def test_logged_figures_are_not_believed(copy: Path):
    file, rows = rows_of(copy)
    write_samples(file, [row | {"optimal": 1.0} for row in rows])
    assert card_of(copy).headline == card_of_headline(copy)


def card_of_headline(folder: Path) -> Any:
    """Return the headline after every logged figure was set to 0."""
    file, rows = rows_of(folder)
    write_samples(file, [row | {"optimal": 0.0} for row in rows])
    return card_of(folder).headline


def test_a_part_of_the_set_is_marked(copy: Path):
    file, rows = rows_of(copy)
    write_samples(file, rows[:-1])
    card = card_of(copy)
    assert not card.complete
    assert card.headline.n == card.expected - 1


def change_document(rows: list[dict[str, Any]]) -> None:
    rows[2]["doc"]["solution"] = "U"


def repeat(rows: list[dict[str, Any]]) -> None:
    rows[1] = rows[0]


def invent(rows: list[dict[str, Any]]) -> None:
    rows[0]["doc"]["item_id"] = "0" * 32


def drop_item_id(rows: list[dict[str, Any]]) -> None:
    del rows[0]["doc"]["item_id"]


def other_season(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["doc"]["season"] = "2026.l"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (change_document, "document was changed"),
        (repeat, "answered twice"),
        (invent, "another version, season or salt"),
        (drop_item_id, "None is not in"),
        (other_season, r"did you mean '2026\.1'"),
        (list.clear, "holds no sample"),
    ],
)
def test_samples_that_are_not_the_published_ones(
    copy: Path, change: Callable[[list[dict[str, Any]]], None], says: str
):
    file, rows = rows_of(copy)
    change(rows)
    write_samples(file, rows)
    with pytest.raises(HeptathlonError, match=says):
        card_of(copy)


def test_samples_of_another_version(copy: Path):
    (file,) = copy.glob("results_*.json")
    results = json.loads(file.read_text())
    results["versions"][TASK] = 0
    file.write_text(json.dumps(results))
    with pytest.raises(HeptathlonError, match="was run at version 0, but this is version"):
        card_of(copy)


def test_a_run_without_samples(copy: Path, capsys: pytest.CaptureFixture[str]):
    for file in copy.glob("samples_*"):
        file.unlink()
    with pytest.raises(HeptathlonError, match="run again with --log_samples"):
        card_of(copy)
    assert not list(copy.glob("scorecard.json"))


@pytest.mark.parametrize("text", ['{"doc": NaN}', '{"doc": 1e999}', '{"a": 1, "a": 2}', "[]", "{"])
def test_samples_that_are_no_json(copy: Path, text: str):
    file, _ = rows_of(copy)
    file.write_text(text + "\n")
    with pytest.raises(HeptathlonError, match=f"{file.name}, line 1"):
        card_of(copy)


def test_a_multiple_choice_headline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Players choose there instead of writing."""
    headline = Headline(metric="acc", variants=("maze_next_move",), says="…")
    maze = families.FAMILIES["maze"].model_copy(update={"headline": headline})
    monkeypatch.setitem(families.FAMILIES, "maze", maze)
    folder = player_run("greedy", tmp_path, "heptathlon_maze_next_move_smoke")
    card = card_of(folder)
    scores = {p.player: p.value for p in card.players}
    assert scores["oracle"] == 1.0
    assert card.headline.value == scores["greedy"]
    assert card.bar is not None
    assert card.bar.draws == 0, "no reference draw of such a headline was measured"
    assert card.bar.player not in ("oracle", "random_shortest")


def spearman(values: np.ndarray, weights: np.ndarray) -> float:
    repeated = np.repeat(values, weights.astype(int), axis=0)
    if len(repeated) < 3 or not np.ptp(repeated, axis=0).all():
        return math.nan
    return float(scipy_stats.spearmanr(repeated).statistic)


@pytest.fixture
def correlating(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Give the maze scorer a statistic, a look across documents, and a ceiling of its own."""
    real = scorecard.scorer_of("maze")

    def across(rows: list[Row]) -> list[Verdict]:
        return [
            replace(
                r.verdict,
                metrics={"said": float(len(r.verdict.answer)), "asked": float(r.doc["shortest"])},
            )
            for r in rows
        ]

    scorer = SimpleNamespace(
        verdict=real.verdict,
        across=across,
        ceiling=lambda rows: 0.9,
        STATISTICS={"rho": Statistic(("said", "asked"), spearman, "rank correlation")},
    )
    monkeypatch.setitem(sys.modules, "heptathlon.scorers.maze", scorer)
    scorecard.scorer_of.cache_clear()
    headline = Headline(metric="rho", variants=("maze_dfs",), says="…")
    maze = families.FAMILIES["maze"].model_copy(update={"headline": headline})
    monkeypatch.setitem(families.FAMILIES, "maze", maze)
    yield scorer
    scorecard.scorer_of.cache_clear()


def test_a_headline_that_is_no_mean(greedy: Path, correlating: SimpleNamespace):
    run = runs.read_run(greedy)
    run = runs.Run(run.folder, run.results, run.results_files, {TASK: run.samples[TASK]},
                   run.samples_files)  # fmt: skip
    card, scored = scorecard.score_run(run)
    maze = card.families["maze"]
    said = [len(one.verdict.answer) for one in scored]
    asked = [one.sample.doc["shortest"] for one in scored]
    expected = scipy_stats.spearmanr(said, asked).statistic
    assert maze.headline.value == pytest.approx(expected)
    assert maze.headline.low is not None
    assert maze.headline.high is not None
    assert maze.headline.low <= expected <= maze.headline.high
    scores = {p.player: p.value for p in maze.players}
    assert scores["constant"] is None, "a constant has no rank correlation"
    assert maze.players[-1].player == "constant"
    bar = maze.bar
    assert bar is not None
    assert bar.ceiling == 0.9
    assert maze.skill.value == pytest.approx((expected - bar.value) / (0.9 - bar.value))
    assert "rho" in maze.forms[0].metrics


def test_a_statistic_without_an_honest_interval_says_so(greedy: Path, correlating: SimpleNamespace):
    why = "its resamples miss the truth"
    correlating.STATISTICS["rho"] = replace(correlating.STATISTICS["rho"], no_interval=why)
    run = runs.read_run(greedy)
    run = runs.Run(run.folder, run.results, run.results_files, {TASK: run.samples[TASK]},
                   run.samples_files)  # fmt: skip
    card, scored = scorecard.score_run(run)
    found = card.families["maze"].headline
    assert found.value is not None
    assert (found.low, found.high, found.reason) == (None, None, why)
    assert found.n == len(scored)
    correlating.STATISTICS["rho"] = replace(
        correlating.STATISTICS["rho"], compute=lambda values, weights: math.nan
    )
    found = scorecard.score_run(run)[0].families["maze"].headline
    assert (found.value, found.reason) == (None, "it is not defined on these documents")


def test_the_command_prints_one_document(copy: Path, capsys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.argv", ["heptathlon", "score", str(copy), "--json"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 0
    printed = json.loads(capsys.readouterr().out)
    maze = printed["families"]["maze"]
    assert set(maze["headline"]) >= {"metric", "value", "low", "high", "n"}
    assert set(maze["skill"]) >= {"value", "low", "high"}
    assert "invalid_rate" in maze
    assert isinstance(maze["strata"], list)
    assert json.loads((copy / "scorecard.json").read_text()) == printed
    assert (copy / "report.html").read_text().startswith("<!doctype html>")
