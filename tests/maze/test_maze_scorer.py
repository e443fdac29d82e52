"""The maze scorer: known answers by hand, properties for any text, and networkx beside it.

Long because one table of known answers and one reading of networkx serve all tests.
"""

import math
import time
from collections import Counter
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.builders import store
from heptathlon.builders.maze.symmetry import images
from heptathlon.grid import BIT, OPPOSITE, Grid
from heptathlon.scorers import maze
from heptathlon.scorers.maze import METRICS, process_results, verdict
from heptathlon.scorers.reading import CutShort, Unread
from heptathlon.scorers.verdict import Row
from heptathlon.tasks.maze import prompts


def carve(side: int, *edges: tuple[int, int]) -> str:
    """Return a maze in which exactly these pairs of neighbouring cells are joined."""
    letter = {-side: "U", side: "D", -1: "L", 1: "R"}
    masks = [0] * side**2
    for a, b in edges:
        move = letter[b - a]
        masks[a] |= BIT[move]
        masks[b] |= BIT[OPPOSITE[move]]
    return "".join("0123456789abcdef"[m] for m in masks)


def document(**fields: Any) -> dict[str, Any]:
    """Return a ``path`` document on a 3 x 3 ring with a dead end inside.

    ::

        0 - 1 - 2        start 0, goal 8: two shortest paths of 4 moves,
        |       |        R R D D and D D R R; from 3 a dead end leads to 4.
        3 - 4   5
        |       |
        6 - 7 - 8
    """
    ring = [(0, 1), (1, 2), (2, 5), (5, 8), (0, 3), (3, 6), (6, 7), (7, 8), (3, 4)]
    doc = {
        "item_id": "0" * 32, "form": "path", "topology": "wilson_loops", "size": 3,
        "open": carve(3, *ring), "start": [0, 0], "goal": [2, 2], "shortest": 4,
        "solution": "DDRR", "solvable": True, "twin_id": "", "wording": 0,
    }  # fmt: skip
    return doc | fields


ZERO = dict.fromkeys(METRICS["path"], 0.0)


def path_metrics(doc: dict[str, Any], text: str) -> tuple[str, dict[str, float]]:
    found = verdict(doc, [text])
    return found.outcome, found.metrics


@pytest.mark.parametrize(
    ("moves", "outcome", "metrics"),
    [
        ("D D R R", "optimal", dict.fromkeys(METRICS["path"], 1.0)),
        ("R R D D", "optimal", dict.fromkeys(METRICS["path"], 1.0) | {"exact": 0.0}),
        # Into the dead end and out again: 6 moves; the first one comes closer, the second does not.
        ("D R L D R R", "suboptimal", {"valid": 1.0, "spl": 4 / 6, "legal_prefix": 1.0,
                                       "opt_prefix": 1 / 4, "progress": 1.0, "reach": 1.0}),
        # R R, then up and out of the grid: the walk ends two steps from the goal.
        ("R R U", "out_of_bounds", {"legal_prefix": 2 / 3, "opt_prefix": 2 / 4, "progress": 2 / 4}),
        ("U", "out_of_bounds", {}),
        # From 1 there is no way down to 4.
        ("R D D R", "wall", {"legal_prefix": 1 / 4, "opt_prefix": 1 / 4, "progress": 1 / 4}),
        ("D D R", "stops_short", {"legal_prefix": 1.0, "opt_prefix": 3 / 4, "progress": 3 / 4}),
        # In the dead end the goal is as far as it was at the start.
        ("D R", "stops_short", {"legal_prefix": 1.0, "opt_prefix": 1 / 4}),
        ("D D R R L", "overshoots", {"legal_prefix": 1.0, "opt_prefix": 1.0, "progress": 3 / 4,
                                     "reach": 1.0}),
        ("D D R R R", "out_of_bounds", {"legal_prefix": 4 / 5, "opt_prefix": 1.0, "progress": 1.0,
                                        "reach": 1.0}),
        ("R L R L", "loop", {"legal_prefix": 1.0, "opt_prefix": 1 / 4}),
        ("R L " * 18 + "R", "too_long", {}),
    ],
)  # fmt: skip
def test_each_outcome_by_hand(moves: str, outcome: str, metrics: dict[str, float]):
    found = verdict(document(), [f"ANSWER: {moves}"])
    assert found.outcome == outcome
    assert found.metrics == pytest.approx(ZERO | metrics)
    assert not found.invalid
    if outcome != "too_long":
        assert found.answer == " ".join(moves.split())


def test_the_longest_walk_is_exactly_the_cap():
    longest = "R L " * 18
    assert verdict(document(), [f"ANSWER: {longest}"]).outcome == "loop"
    assert verdict(document(), [f"ANSWER: {longest} R"]).outcome == "too_long"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("", "no_answer"),
        ("ANSWER:", "unreadable"),
        ("ANSWER: I do not know", "unreadable"),
        ("I would go down twice and then right twice.", "unreadable"),
        ("ANSWER: U, D, L or R", "several"),
        ("ANSWER: D D R R or R R D D", "several"),
        ("ANSWER: D2 R2", "several"),
        ("ANSWER: 4", "unreadable"),
        ("ANSWER: (0,0) D D R R", "unreadable"),
        ("ANSWER: N S L R", "unreadable"),
        ("ANSWER: DOWN, down, R, right", "several"),
        ("Down\nDown\nRight\nRight", "several"),
        ("<think>D D R R", "truncated"),
        ("<think>Perhaps ANSWER: D D R R, but no", "truncated"),
        ("<think>ANSWER: D D R R</think>", "no_answer"),
        ("<think>ANSWER: D D R R</think>I am not sure.", "unreadable"),
    ],
)
def test_what_is_no_answer(text: str, outcome: str):
    found = verdict(document(), [text])
    assert (found.outcome, found.metrics, found.answer) == (outcome, ZERO, "")
    assert found.invalid


@pytest.mark.parametrize("text", ["NONE", "No path.", "there is no path", "Impossible!"])
def test_no_path_is_wrong_where_there_is_one(text: str):
    found = verdict(document(), [f"ANSWER: {text}"])
    assert (found.outcome, found.metrics, found.answer) == ("wrong_none", ZERO, "NONE")


SPELLINGS = [
    "D D R R", "DDRR", "ddrr", "D, D, R, R", "D,D,R,R", "D-D-R-R", "D -> D -> R -> R",
    "D → D → R → R", "down down right right", "Down, Down, Right, Right.",
    "DOWN, down, RIGHT, right",
    "Move down, move down, then right, and right", "south south east east", "S S E E", "SSEE",
    "↓ ↓ → →", "↓↓→→", "⬇️⬇️➡️➡️", "v v > >", "vv>>", '["D", "D", "R", "R"]',
    '["down", "down", "right", "right"]', '{"path": ["D","D","R","R"]}', "[D, D, R, R]",
    "`D D R R`", "D D R R (4 moves)", "D D R R (optimal).", "\\text{D D R R}",
    "\\downarrow \\downarrow \\rightarrow \\rightarrow", "D|D|R|R",
    "(0,0) (1,0) (2,0) (2,1) (2,2)", "(1,0) (2,0) (2,1) (2,2)",
    "(0, 0) -> (1, 0) -> (2, 0) -> (2, 1) -> (2, 2)", "(0,0)→(1,0)→(2,0)→(2,1)→(2,2)",
    "[[0,0],[1,0],[2,0],[2,1],[2,2]]", "[(1, 0), (2, 0), (2, 1), (2, 2)]",
    '{"path": [[0, 0], [1, 0], [2, 0], [2, 1], [2, 2]]}',
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("frame", ["ANSWER: {}", "<answer>{}</answer>", "**ANSWER:** {}\n", "{}"])
def test_every_spelling_of_a_path(spelling: str, frame: str):
    found = verdict(document(), ["<think>ANSWER: U</think>\n" + frame.replace("{}", spelling)])
    assert (found.outcome, found.answer) == ("optimal", "D D R R")


@pytest.mark.parametrize(
    ("cells", "outcome", "answer"),
    [
        ("(2,2) (2,1) (2,0) (1,0) (0,0)", "wrong_start", "L L U U"),
        ("(1,1) (2,1) (2,2)", "wrong_start", "D R"),
        ("(0,0) (2,0) (2,2)", "jump", "? ?"),
        ("(0,0) (1,0) (1,0) (2,0)", "jump", "D ? D"),
        ("(0,0) (-1,0)", "out_of_bounds", "U"),
        ("(0,0) (0,1) (1,1)", "wall", "R D"),
        ("(0,0)", "stops_short", ""),
    ],
)
def test_lists_of_cells(cells: str, outcome: str, answer: str):
    found = verdict(document(), [f"ANSWER: {cells}"])
    assert (found.outcome, found.answer) == (outcome, answer)
    if outcome == "wrong_start":
        assert found.metrics == ZERO


# --- path_or_none ------------------------------------------------------------------------------


def pair() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a solvable document and its twin, in which cell 8 is cut off."""
    ring = [(0, 1), (1, 2), (2, 5), (0, 3), (3, 6), (6, 7), (3, 4)]
    whole = document(form="path_or_none", item_id="a" * 32, twin_id="b" * 32)
    apart = whole | {
        "item_id": "b" * 32, "twin_id": "a" * 32, "open": carve(3, *ring), "solvable": False,
        "solution": "", "shortest": None,
    }  # fmt: skip
    return whole, apart


@pytest.mark.parametrize(
    ("text", "whole", "apart"),
    [
        ("ANSWER: NONE", ("wrong_none", 0, 0), ("right_none", 1, 1)),
        ("ANSWER: R R D D", ("optimal", 1, 1), ("missed_none", 0, 0)),
        ("ANSWER: D R L D R R", ("suboptimal", 0, 1), ("missed_none", 0, 0)),
        ("ANSWER: U", ("out_of_bounds", 0, 1), ("missed_none", 0, 0)),
        ("ANSWER: NONE or R R D D", ("unreadable", 0, 0), ("unreadable", 0, 0)),
        ("", ("no_answer", 0, 0), ("no_answer", 0, 0)),
        ("<think>none", ("truncated", 0, 0), ("truncated", 0, 0)),
    ],
)
def test_path_or_none(text: str, whole: tuple[str, int, int], apart: tuple[str, int, int]):
    for doc, (outcome, solved, detects) in zip(pair(), (whole, apart), strict=True):
        found = verdict(doc, [text])
        assert found.outcome == outcome
        assert found.metrics == {"solved": solved, "detects": detects}


@pytest.mark.parametrize(
    ("answers", "twins"),
    [
        (("R R D D", "NONE"), 1.0),
        (("U", "NONE"), 1.0),
        (("NONE", "NONE"), 0.0),
        (("R R D D", "R R D D"), 0.0),
        (("NONE", "R R D D"), 0.0),
        (("", "NONE"), 0.0),
    ],
)
def test_twins_are_both_detected_or_not(answers: tuple[str, str], twins: float):
    rows = [
        Row("maze_nosol", doc, verdict(doc, [f"ANSWER: {text}"]))
        for doc, text in zip(pair(), answers, strict=True)
    ]
    assert [v.metrics["twins"] for v in maze.across(rows)] == [twins, twins]
    assert [v.metrics for v in maze.across(rows[:1])] == [rows[0].verdict.metrics]


def test_across_leaves_other_forms_alone():
    row = Row("maze_dfs", document(), verdict(document(), ["ANSWER: U"]))
    assert maze.across([row]) == [row.verdict]


# --- likelihoods -------------------------------------------------------------------------------


def choice(options: str, gold: int, values: list[float]) -> tuple[str, dict[str, float]]:
    doc = {"form": "next_move", "options": options, "gold": gold}
    found = verdict(doc, [(v, False) for v in values])
    return found.outcome, found.metrics


def test_likelihoods_by_hand():
    third, log2 = 1 / 3, math.log(2)
    assert choice("UDL", 1, [-2.0, -1.0, -3.0])[0] == "right"
    assert choice("UDL", 0, [-2.0, -1.0, -3.0])[0] == "wrong"
    # Twice, once and once as likely: half of the probability is on the first.
    outcome, metrics = choice("UDL", 0, [-1.0, -1.0 - log2, -1.0 - log2])
    assert outcome == "right"
    assert metrics == pytest.approx({"acc": 1.0, "above_chance": 1.0, "p_gold": 0.5})
    outcome, metrics = choice("UDL", 2, [-1.0, -1.0, -1.0])
    assert outcome == "tie"
    assert metrics == pytest.approx({"acc": third, "above_chance": 0.0, "p_gold": third})
    outcome, metrics = choice("UDLR", 0, [-1.0, -1.0, -9.0, -9.0])
    assert (outcome, metrics["acc"]) == ("tie", 0.5)
    assert choice("UD", 0, [-1.0, -2.0])[1]["above_chance"] == 1.0
    assert choice("UD", 0, [-2.0, -1.0])[1]["above_chance"] == -1.0


@pytest.mark.parametrize(("valid", "gold"), [(True, 0), (False, 1)])
def test_verify_path(valid: bool, gold: int):
    doc = {"form": "verify_path", "valid": valid}
    assert prompts.verify_path_options(doc)[gold] == ("yes" if valid else "no")
    assert prompts.verify_path_gold(doc) == gold
    right = verdict(doc, [(-1.0 - (i != gold), False) for i in range(2)])
    assert (right.outcome, right.answer) == ("right", "yes" if valid else "no")
    tie = verdict(doc, [(-1.0, False), (-1.0, False)])
    assert (tie.outcome, tie.metrics["acc"]) == ("tie", 0.5)


@given(
    st.lists(
        st.floats(allow_nan=False) | st.sampled_from([-math.inf, 0.0, -1e308]),
        min_size=2,
        max_size=4,
    ),
    st.data(),
)
def test_likelihoods_are_always_finite_and_share_one(values: list[float], data: st.DataObject):
    options = "UDLR"[: len(values)]
    found = [choice(options, gold, values)[1] for gold in range(len(values))]
    assert all(math.isfinite(v) for metrics in found for v in metrics.values())
    assert sum(m["acc"] for m in found) == pytest.approx(1.0)
    assert sum(m["p_gold"] for m in found) == pytest.approx(1.0)
    assert sum(m["above_chance"] for m in found) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("text", "outcome", "acc"),
    [
        ("ANSWER: L", "right", 1.0),
        ("L", "right", 1.0),
        ("ANSWER: left (L)", "right", 1.0),
        ("<think>U or L? L.</think>\nANSWER: L", "right", 1.0),
        ("ANSWER: U", "wrong", 0.0),
        ("ANSWER: R", "wrong", 0.0),
        ("ANSWER: U L", "several", 0.0),
        ("U\nD\nL", "several", 0.0),
        ("I would go along the wall.", "unreadable", 0.0),
        ("", "no_answer", 0.0),
    ],
)
def test_a_move_in_writing(text: str, outcome: str, acc: float):
    """R is none of the moves that are open, and so no right one."""
    found = verdict({"form": "next_move", "options": "UDL", "gold": 2}, [text])
    assert (found.outcome, found.metrics["acc"]) == (outcome, acc)
    above = 1.0 if acc else 0.0 if found.invalid else -0.5
    assert found.metrics["above_chance"] == pytest.approx(above)


@pytest.mark.parametrize(
    ("text", "outcome", "acc"),
    [
        ("ANSWER: yes", "right", 1.0),
        ("Yes.", "right", 1.0),
        ("ANSWER: no", "wrong", 0.0),
        ("ANSWER: yes or no", "several", 0.0),
        ("ANSWER: U", "unreadable", 0.0),
    ],
)
def test_a_verdict_in_writing(text: str, outcome: str, acc: float):
    found = verdict({"form": "verify_path", "valid": True}, [text])
    assert (found.outcome, found.metrics["acc"]) == (outcome, acc)


def test_broken_machinery_raises():
    with pytest.raises(ValueError, match="as many log-likelihoods"):
        choice("UD", 0, [-1.0])
    with pytest.raises(ValueError, match="log-likelihoods"):
        choice("UD", 0, [-1.0, math.nan])
    with pytest.raises(ValueError, match="one text"):
        verdict(document(), [(-1.0, False), (-2.0, True)])
    with pytest.raises(KeyError, match="paths"):
        verdict(document(form="paths"), ["ANSWER: U"])


# --- the paper's tokens --------------------------------------------------------------------------


def paper(kind: str) -> dict[str, Any]:
    target = {
        "mlmu_dfs": "(0,0) (1,0) (2,0) (2,1) (2,2) <PATH_END>",
        "mlmu_astar": "plan 0 0 plan 0 1 plan 0 2 plan 1 2 plan 2 2",
    }[kind]
    return document(form="mlmu", topology=kind, continuation=target, given="… <PATH_START>")


@pytest.mark.parametrize("kind", ["mlmu_dfs", "mlmu_astar"])
def test_the_papers_gold(kind: str):
    doc = paper(kind)
    gold = doc["continuation"]
    for text in (
        gold,
        f" {gold}\n\nContinue the sequence of tokens",
        f"<think>(0,0) plan 1 1</think>Here it is:\n{gold}",
        f"ANSWER: {gold}",
        f"… <PATH_START> {gold}",
        gold.replace(",", ", "),
        gold.replace(") (", ") -> ("),
    ):
        found = verdict(doc, [text])
        assert found.outcome == "optimal", text
        assert found.metrics == dict.fromkeys(METRICS["mlmu"], 1.0), text


@pytest.mark.parametrize(
    ("kind", "text", "outcome", "metrics"),
    [
        # The other shortest path: optimal, but not the gold one; 2 of 6 tokens agree in place
        # with (0,0) (0,1) (0,2) (1,2) (2,2) <PATH_END>, besides the last cell.
        ("mlmu_dfs", "(0,0) (0,1) (0,2) (1,2) (2,2) <PATH_END>", "optimal",
         {"exact": 0, "token_acc": 3 / 6, "optimal": 1}),
        # Beyond the gold end nothing is compared.
        ("mlmu_dfs", "(0,0) (1,0) (2,0) (2,1) (2,2) <PATH_END> (2,1)", "optimal",
         {"exact": 1, "token_acc": 1, "optimal": 1}),
        ("mlmu_astar", "plan 0 0 plan 0 1 plan 0 2 plan 1 2 plan 2 2 plan 1 2", "overshoots",
         {"exact": 1, "token_acc": 1, "optimal": 0}),
        # Without its last token the path is good, but not exact.
        ("mlmu_dfs", "(0,0) (1,0) (2,0) (2,1) (2,2)", "optimal",
         {"exact": 0, "token_acc": 5 / 6, "optimal": 1}),
        ("mlmu_dfs", "(1,0) (2,0) (2,1) (2,2) <PATH_END>", "optimal",
         {"exact": 0, "token_acc": 0, "optimal": 1}),
        ("mlmu_dfs", "(0,0) <PATH_END>", "stops_short", {"exact": 0, "token_acc": 1 / 6}),
        ("mlmu_dfs", "(2,2) (2,1) <PATH_END>", "wrong_start", {"exact": 0, "token_acc": 0}),
        ("mlmu_dfs", "D D R R", "optimal", {"exact": 0, "token_acc": 0, "optimal": 1}),
        ("mlmu_astar", "plan 0 0 plan 0 1 plan 0", "stops_short", {"token_acc": 8 / 15}),
        ("mlmu_astar", "plan 0 0 plan 1 1", "jump", {"token_acc": 5 / 15}),
        ("mlmu_dfs", "", "no_answer", {"exact": 0, "token_acc": 0}),
        ("mlmu_dfs", "<PATH_END>", "unreadable", {"exact": 0, "token_acc": 0}),
        ("mlmu_dfs", "<think>(0,0)", "truncated", {"exact": 0, "token_acc": 0}),
    ],
)  # fmt: skip
def test_the_papers_metrics_by_hand(kind: str, text: str, outcome: str, metrics: dict[str, float]):
    found = verdict(paper(kind), [text])
    assert found.outcome == outcome
    for name, value in metrics.items():
        assert found.metrics[name] == pytest.approx(value), name
    assert found.invalid == (outcome in set(Unread))


def test_a_cut_path_of_the_papers_is_truncated():
    """Of a reply that the limit is known to have cut, what reaches the cut is no whole path."""
    doc = paper("mlmu_astar")
    for text in ("plan 0 0 plan 0 1 plan 0", "plan 0 0 plan 0 1 plan 0 2 plan 1 2 plan 2 2 pl"):
        assert verdict(doc, [CutShort(text)]).outcome == "truncated"
    assert verdict(doc, [CutShort(f"{doc['continuation']}\n\nContinue the")]).outcome == "optimal"
    dfs = paper("mlmu_dfs")
    assert verdict(dfs, [CutShort(f"{dfs['continuation']} (0,0) (1,")]).outcome == "optimal"
    assert verdict(document(), [CutShort("ANSWER: D D R")]).outcome == "truncated"


# --- the sets ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def smoke() -> Path:
    return store.ensure(store.SetName("maze", tier="smoke"))


@pytest.fixture(scope="module")
def mazes(smoke: Path) -> list[dict[str, Any]]:
    return store.read_docs(smoke, "path")


def as_graph(doc: dict[str, Any]) -> nx.Graph:
    """Return the maze as a graph, read from the record's text without :class:`Grid`."""
    graph = nx.Graph()
    n = doc["size"]
    for i, c in enumerate(doc["open"]):
        mask = 0 if c == "#" else int(c, 16)
        graph.add_node(divmod(i, n))
        if mask & 2:
            graph.add_edge(divmod(i, n), divmod(i + n, n))
        if mask & 8:
            graph.add_edge(divmod(i, n), divmod(i + 1, n))
    return graph


def letters(cells: list[tuple[int, int]]) -> str:
    step = {(-1, 0): "U", (1, 0): "D", (0, -1): "L", (0, 1): "R"}
    return " ".join(step[b[0] - a[0], b[1] - a[1]] for a, b in pairwise(cells))


def test_every_shortest_path_is_optimal(mazes: list[dict[str, Any]]):
    several = 0
    for doc in mazes:
        graph = as_graph(doc)
        ends = tuple(doc["start"]), tuple(doc["goal"])
        paths = list(nx.all_shortest_paths(graph, *ends))
        assert len(paths) == doc["n_shortest"]
        several += len(paths) > 1
        for path in paths:
            moves = letters(path)
            for text in (moves, " ".join(f"({r},{c})" for r, c in path)):
                found = verdict(doc, [f"ANSWER: {text}"])
                assert (found.outcome, found.metrics["optimal"]) == ("optimal", 1.0)
                assert found.metrics["exact"] == (moves.replace(" ", "") == doc["solution"])
    assert several > 5


def test_longer_simple_paths_are_valid_and_not_optimal(mazes: list[dict[str, Any]]):
    seen = 0
    for doc in mazes:
        graph = as_graph(doc)
        ends = tuple(doc["start"]), tuple(doc["goal"])
        for path in islice(nx.all_simple_paths(graph, *ends, cutoff=doc["shortest"] + 6), 20):
            found = verdict(doc, [f"ANSWER: {letters(path)}"]).metrics
            length = len(path) - 1
            assert found["valid"] == 1.0
            assert found["optimal"] == (length == doc["shortest"])
            assert found["spl"] == pytest.approx(doc["shortest"] / length)
            seen += length > doc["shortest"]
    assert seen > 20


def test_a_move_after_the_goal_kills_valid(mazes: list[dict[str, Any]]):
    for doc in mazes:
        for move in "UDLR":
            found = verdict(doc, [f"ANSWER: {' '.join(doc['solution'])} {move}"])
            assert found.metrics["valid"] == found.metrics["optimal"] == 0.0
            assert found.metrics["reach"] == 1.0
            assert found.outcome in {"overshoots", "wall", "out_of_bounds"}


@given(data=st.data())
@settings(max_examples=60)
def test_the_score_does_not_depend_on_the_orientation(
    data: st.DataObject, mazes: list[dict[str, Any]]
):
    doc = data.draw(st.sampled_from(mazes))
    n = doc["size"]
    ends = [row * n + column for row, column in (doc["start"], doc["goal"])]
    moves = data.draw(
        st.text("UDLR", max_size=12).map(lambda t: doc["solution"][: len(t)] + t)
        | st.text("UDLR", min_size=1, max_size=30)
    )
    steps = {"U": -n, "D": n, "L": -1, "R": 1}
    seen = []
    for index, (text, start, goal) in enumerate(images(n, doc["open"], *ends)):
        # Where the symmetry sends each move: send a cell of a 3 x 3 grid and look where it goes.
        turned = {m: _turned(m, index) for m in steps}
        image = doc | {"open": text, "start": divmod(start, n), "goal": divmod(goal, n)}
        image["solution"] = "".join(turned[m] for m in doc["solution"])
        found = verdict(image, [f"ANSWER: {' '.join(turned[m] for m in moves)}"])
        seen.append((found.outcome, found.metrics))
    assert all(other == seen[0] for other in seen)


def _turned(move: str, index: int) -> str:
    """Return the image of a move under a symmetry, found by sending a one-way maze through it."""
    cells = "".join(str(BIT[move]) if i == 4 else "0" for i in range(9))
    image, _, _ = images(3, cells, 4, 4)[index]
    return next(m for m, bit in BIT.items() if image[4] == str(bit))


def test_blind_answers_earn_nothing():
    """No fixed answer may solve one maze in twenty; the best ones are the commonest solutions."""
    docs = store.read_docs(store.ensure(store.SetName("maze", tier="lite")), "path")
    commonest = [text for text, _ in Counter(d["solution"] for d in docs).most_common(30)]
    brute_force = ["UDLR" * 25, "RRDDLLUU" * 12, "U", "R D L U", "LURD" * 100]
    for moves in [*commonest, *brute_force]:
        share = sum(verdict(d, [f"ANSWER: {moves}"]).metrics["optimal"] for d in docs) / len(docs)
        assert share < 0.05, moves
    for text in ("", "ANSWER: U D L R", "ANSWER: NONE", "ANSWER: yes", "U, D, L, R", "I see."):
        assert not any(verdict(d, [text]).metrics["optimal"] for d in docs), text


def test_listing_every_option_earns_nothing(mazes: list[dict[str, Any]]):
    for doc in mazes:
        paths = nx.all_shortest_paths(as_graph(doc), tuple(doc["start"]), tuple(doc["goal"]))
        options = [letters(p) for p in paths]
        options += ["NONE", "U D L R"]
        for joined in (" or ".join(options), " / ".join(options), ", ".join(options)):
            assert not any(verdict(doc, [f"ANSWER: {joined}"]).metrics[m] for m in ("valid", "spl"))


ALPHABET = [
    "ANSWER:", "U", "D", "L", "R", " ", "\n", "(0,0)", "(0,1)", "[1,0]", "->", "→", "plan 0 0",
    "<PATH_END>", "<PATH_START>", "NONE", "<think>", "</think>", "\\boxed{", "}", "up", "(", ")",
    "9", "-", "<answer>", "</answer>", "v", ">",
]  # fmt: skip


@given(st.lists(st.sampled_from(ALPHABET) | st.text(max_size=4), max_size=25).map("".join))
@settings(max_examples=300)
def test_any_text_gets_a_verdict(text: str):
    for doc in (document(), *pair(), paper("mlmu_dfs"), paper("mlmu_astar")):
        found = verdict(doc, [text])
        assert tuple(found.metrics) == METRICS[doc["form"]]
        assert all(0.0 <= value <= 1.0 for value in found.metrics.values())
        assert found.metrics == process_results(doc, [text])
        assert found.outcome
        if found.invalid:
            assert found.answer == ""
            assert found.outcome in set(Unread)
            assert not any(found.metrics.values()) or doc["form"] == "mlmu"
        if found.metrics.get("optimal"):
            assert found.metrics["valid"] == found.metrics["spl"] == found.metrics["reach"] == 1.0


HOSTILE = [
    "U", "(", ")", "[", "{", "(0,", "(0,0)", "[0,0],", "(0,0", "( 0 ", "->", "-", "=>", "→", "v",
    "\\", "\\text{", "plan ", "plan 0 ", "<PATH_START>", "(0,0) ->", ", ", "9", "up ", "no path ",
    "ANSWER: (", "\ufe0f", "(a)", "to ", "then(", "U(",
]  # fmt: skip


@pytest.mark.parametrize("fragment", HOSTILE)
def test_hostile_text_takes_bounded_time(fragment: str):
    body = fragment * (100_000 // len(fragment))
    begin = time.process_time()
    for doc in (document(), pair()[0], paper("mlmu_dfs"), paper("mlmu_astar")):
        for text in (body, f"ANSWER: {body}", f"ANSWER: {body}!"):
            assert not verdict(doc, [text]).metrics.get("valid")
    assert time.process_time() - begin < 6.0


def test_grid_and_drawing_agree(mazes: list[dict[str, Any]]):
    """A drawing shows exactly the openings of the maze, and its walls."""
    kinds = set()
    for doc in mazes:
        grid = Grid(doc["size"], doc["open"])
        rows = prompts.ascii_rows(grid, {})
        whole_cells = "#" in doc["open"]
        assert prompts.has_wall_cells(grid) == whole_cells
        kinds.add(whole_cells)
        drawn = nx.Graph()
        places = {(r, c) for r, row in enumerate(rows) for c, g in enumerate(row) if g != "#"}
        for r, c in places:
            drawn.add_edges_from(((r, c), o) for o in ((r + 1, c), (r, c + 1)) if o in places)
        for cell in range(doc["size"] ** 2):
            row, column = divmod(cell, doc["size"])
            at = (row + 1, column + 1) if whole_cells else (2 * row + 1, 2 * column + 1)
            assert (at in places) == (not grid.is_wall(cell))
            if at in places:
                assert rows[at[0]][at[1]] == "o"
                assert len(grid.links[cell]) == (drawn.degree(at) if at in drawn else 0)
    assert kinds == {True, False}
