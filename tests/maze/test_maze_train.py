"""Mazes to train on: of the paper's distributions, and never a test's."""

import itertools
import json
from pathlib import Path

import networkx as nx
import pytest

from heptathlon.builders import store
from heptathlon.builders.maze import paper, train
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.seeding import Stream
from heptathlon.tasks.maze import prompts
from tests.command import call

SEASON = "2026.1"


def walls(given: str) -> frozenset[frozenset[str]]:
    """Return the openings that a DFS prompt lists."""
    words = given.split("<ADJLIST_END>")[0].split()[1:]
    return frozenset(frozenset(pair) for pair in zip(words[::3], words[1::3], strict=True))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return list(train.sequences("mlmu_dfs", 5, 300, SEASON))


def test_no_walls_of_a_test_are_trained_on(rows: list[dict[str, str]]):
    folder = store.ensure(store.SetName("maze", "paper", "lite"))
    asked = {walls(d["given"]) for d in store.read_docs(folder, "mlmu_dfs") if d["size"] == 5}
    assert len(asked) > 30
    assert not asked & {walls(row["given"]) for row in rows}
    assert len({row["given"] for row in rows}) == len(rows)


def test_what_is_kept_out_would_have_been_drawn(monkeypatch: pytest.MonkeyPatch):
    free = list(train.sequences("mlmu_dfs", 5, 20, SEASON))
    taken = set()
    for number in range(20):
        stream = Stream("maze", train.VERSION, SEASON, "train", "mlmu_dfs", 5, number)
        taken.add(paper.dfs_item(5, stream)[0].text)
    monkeypatch.setattr(train, "asked", lambda *of: frozenset(taken))
    kept = list(train.sequences("mlmu_dfs", 5, 20, SEASON))
    assert not {walls(r["given"]) for r in kept} & {walls(r["given"]) for r in free}


def test_a_larger_set_begins_as_a_smaller_one(rows: list[dict[str, str]]):
    assert list(train.sequences("mlmu_dfs", 5, 40, SEASON)) == rows[:40]


def test_a_sequence_is_what_the_task_asks_and_its_answer(rows: list[dict[str, str]]):
    from heptathlon.scorers import maze as scorer

    folder = store.ensure(store.SetName("maze", "paper", "smoke"))
    doc = next(d for d in store.read_docs(folder, "mlmu_dfs") if d["size"] == 5)
    assert prompts.mlmu_tokens(doc).endswith("<PATH_START>")
    for row in rows[:50]:
        assert row["given"].endswith("<PATH_START>")
        cells = [tuple(map(int, w[1:-1].split(","))) for w in row["continuation"].split()[:-1]]
        openings = walls(row["given"])
        names = row["continuation"].split()
        assert all(frozenset(pair) in openings for pair in itertools.pairwise(names[:-1]))
        assert f"<ORIGIN_START> {names[0]} <ORIGIN_END>" in row["given"]
        assert f"<TARGET_START> {names[-2]} <TARGET_END>" in row["given"]
        assert len(set(cells)) == len(cells)
    said = scorer.verdict(doc, [doc["continuation"]])
    assert said.metrics["exact"] == 1.0


def test_astar_sequences_are_shortest_plans():
    for row in train.sequences("mlmu_astar", 10, 8, SEASON):
        words = row["given"].split()
        side = 10
        blocked = {
            int(words[i + 1]) + side * int(words[i + 2])
            for i, word in enumerate(words)
            if word == "wall"
        }
        graph = nx.grid_2d_graph(side, side)
        graph.remove_nodes_from([(c % side, c // side) for c in blocked])
        plan = row["continuation"].split()
        cells = [(int(x), int(y)) for x, y in zip(plan[1::3], plan[2::3], strict=True)]
        assert all(graph.has_edge(*pair) for pair in itertools.pairwise(cells))
        shortest = nx.shortest_path_length(graph, cells[0], cells[-1])
        assert len(cells) - 1 == shortest >= side - 1


def test_the_command_writes_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    flags = ["build", "maze", "--edition", "paper", "--train", "7", "--side", "5"]
    assert call(monkeypatch, *flags, "--out", tmp_path) == 0
    (folder,) = tmp_path.iterdir()
    assert [p.name for p in folder.iterdir()] == ["mlmu_dfs-05"], "A* mazes have no such side"
    lines = (folder / "mlmu_dfs-05" / train.FILE).read_text().splitlines()
    note = json.loads((folder / "mlmu_dfs-05" / train.NOTE).read_text())
    assert len(lines) == note["mazes"] == 7
    assert note["canary"].startswith("heptathlon:canary")
    capsys.readouterr()
    for wrong, says in (
        (["build", "maze", "--train", "7"], "has no training part"),
        (["build", "sort", "--edition", "paper", "--train", "7"], "has no training part"),
        ([*flags[:-1], "6"], "side of maze's paper edition"),
    ):
        assert call(monkeypatch, *wrong, "--out", tmp_path / "none") == 1
        assert says in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_side_may_be_exhausted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(train, "asked", lambda *of: frozenset())
    monkeypatch.setattr(train, "MAX_DRAWS", 40)
    with pytest.raises(HeptathlonError, match="ask for fewer with --train"):
        list(train.sequences("mlmu_dfs", 2, 100, SEASON))
    with pytest.raises(UnknownNameError):
        train.write(1, sides=[7])
