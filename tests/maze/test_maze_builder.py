"""The maze builder: generators against theory, records against an independent recomputation.

Long because the independent recomputation of mazes serves every test here.
"""

import itertools
import json
import math
import os
import subprocess
from collections import Counter, defaultdict
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from sklearn.ensemble import RandomForestClassifier

from heptathlon.builders import maze
from heptathlon.builders.maze import fresh, generators, paper, questions
from heptathlon.builders.maze.fresh import BINS, GENERATORS, SERVED_SHARE, STARTS
from heptathlon.builders.maze.questions import (
    SHORTEST_CYCLE,
    legal_and_not,
    next_move,
    place_gold,
    random_shortest,
    unsolvable_twin,
)
from heptathlon.builders.maze.records import (
    ASKED_SIZES,
    FRESH_TOPOLOGIES,
    LENGTH_BINS,
    SIZES,
    WORDINGS,
)
from heptathlon.builders.maze.symmetry import canonical, images
from heptathlon.builders.maze.task import Task, bin_label
from heptathlon.errors import HeptathlonError, UnknownNameError
from heptathlon.grid import Grid
from heptathlon.records import content_id
from heptathlon.seeding import Stream
from tests.salts import salt as salt_of

SEASON = "2026.1"
STEP = {"U": (-1, 0), "D": (1, 0), "L": (0, -1), "R": (0, 1)}
BACK = {"U": "D", "D": "U", "L": "R", "R": "L"}
TOO_RARE = 1e-3
"""Significance of the tests on drawn data; every stream is fixed, so what passes stays so."""

Doc = dict[str, Any]


def edges_of(text: str, side: int) -> set[tuple[tuple[int, int], tuple[int, int]]]:
    """Return the openings, read from each cell's own mask; both sides must agree."""
    out: dict[tuple[tuple[int, int], tuple[int, int]], int] = Counter()
    for at, c in enumerate(text):
        row, column = divmod(at, side)
        mask = 0 if c == "#" else int(c, 16)
        for bit, (down, right) in zip((1, 2, 4, 8), STEP.values(), strict=True):
            if mask & bit:
                other = (row + down, column + right)
                assert 0 <= other[0] < side
                assert 0 <= other[1] < side
                out[min((row, column), other), max((row, column), other)] += 1
    assert set(out.values()) <= {2}, "an opening is open from both sides"
    return set(out)


def graph_of(text: str, side: int) -> nx.Graph:
    graph = nx.Graph(edges_of(text, side))
    graph.add_nodes_from(divmod(at, side) for at, c in enumerate(text) if c != "#")
    return graph


def walk(start: tuple[int, int], moves: str) -> list[tuple[int, int]]:
    cells = [tuple(start)]
    for m in moves:
        cells.append((cells[-1][0] + STEP[m][0], cells[-1][1] + STEP[m][1]))
    return cells


# --- generators --------------------------------------------------------------------------------


def spanning_trees(side: int) -> int:
    """Kirchhoff: the number of spanning trees is any cofactor of the Laplacian."""
    laplacian = nx.laplacian_matrix(nx.grid_2d_graph(side, side)).toarray()
    return round(np.linalg.det(laplacian[1:, 1:].astype(float)))


def test_wilson_is_uniform_over_all_spanning_trees():
    trees = spanning_trees(3)
    assert trees == 192
    draws = 60 * trees
    counts = Counter(generators.wilson(3, Stream("w", i)).text for i in range(draws))
    assert len(counts) == trees
    assert scipy_stats.chisquare(list(counts.values())).pvalue > TOO_RARE


def exact_dfs(side: int) -> dict[frozenset[Any], Fraction]:
    """Return every tree's probability under the recursive backtracker, by enumeration."""
    cells = list(itertools.product(range(side), repeat=2))
    found: dict[frozenset[Any], Fraction] = defaultdict(Fraction)

    def go(stack: tuple[Any, ...], seen: frozenset[Any], tree: frozenset[Any], p: Fraction) -> None:
        if len(seen) == len(cells):
            found[tree] += p
            return
        row, column = stack[-1]
        new = [
            c
            for c in ((row + d, column + r) for d, r in STEP.values())
            if c in cells and c not in seen
        ]
        if not new:
            go(stack[:-1], seen, tree, p)
        for c in new:
            edge = (min(stack[-1], c), max(stack[-1], c))
            go((*stack, c), seen | {c}, tree | {edge}, p / len(new))

    for root in cells:
        go((root,), frozenset([root]), frozenset(), Fraction(1, len(cells)))
    return found


def test_dfs_draws_each_tree_as_often_as_the_backtracker():
    exact = exact_dfs(3)
    assert sum(exact.values()) == 1
    draws = 12_000
    counts = Counter(
        frozenset(edges_of(generators.dfs(3, Stream("d", i)).text, 3)) for i in range(draws)
    )
    assert set(counts) <= set(exact)
    expected = np.array([float(p) * draws for p in exact.values()])
    assert expected.min() > 5, "chi-square needs some of each"
    observed = [counts[tree] for tree in exact]
    assert scipy_stats.chisquare(observed, expected).pvalue > TOO_RARE
    uniform = [draws / len(exact)] * len(exact)
    assert scipy_stats.chisquare(observed, uniform).pvalue < TOO_RARE, "it is not uniform"


def test_mlmu_dfs_never_begins_in_the_last_row_or_column():
    roots = set()
    for i in range(300):
        made = generators.mlmu_dfs(4, Stream("m", i))
        assert made.parent is not None
        roots |= {cell for cell, up in enumerate(made.parent) if cell == up}
    assert roots == {4 * row + column for row in range(3) for column in range(3)}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["dfs", "wilson"]), st.integers(2, 12), st.integers())
def test_perfect_mazes_are_trees(name: str, side: int, key: int):
    made = GENERATORS[name](side, Stream("tree", key))
    graph = graph_of(made.text, side)
    assert graph.number_of_nodes() == side * side
    assert graph.number_of_edges() == side * side - 1
    assert nx.is_tree(graph)
    assert made.parent is not None
    for start, goal in itertools.islice(itertools.permutations(range(side * side), 2), 40):
        path = [divmod(c, side) for c in generators.tree_path(made.parent, start, goal)]
        assert path == nx.shortest_path(graph, divmod(start, side), divmod(goal, side))


def test_loops_open_a_tenth_of_the_closed_edges():
    side, mazes = 10, 300
    closed = 2 * side * (side - 1) - (side * side - 1)
    opened = [
        len(edges_of(generators.wilson_loops(side, Stream("l", i)).text, side)) - side * side + 1
        for i in range(mazes)
    ]
    rate = sum(opened) / (closed * mazes)
    error = math.sqrt(0.1 * 0.9 / (closed * mazes))
    assert abs(rate - 0.1) < 4 * error
    # Independent edges: the number a maze has the binomial's variance, too.
    assert np.var(opened) == pytest.approx(closed * 0.09, rel=0.35)
    assert edges_of(generators.wilson_loops(5, Stream("l"), rate=1.0).text, 5) == edges_of(
        Grid(5, "".join(f"{m:x}" for m in full_masks(5))).cells, 5
    )


def full_masks(side: int) -> list[int]:
    return [
        (row > 0) + 2 * (row < side - 1) + 4 * (column > 0) + 8 * (column < side - 1)
        for row in range(side)
        for column in range(side)
    ]


def test_cells_block_three_to_five_tenths_evenly():
    side, mazes = 10, 3_000
    walls = [generators.cells(side, Stream("c", i)).text for i in range(mazes)]
    counts = Counter(text.count("#") for text in walls)
    assert set(counts) == set(range(30, 51))
    assert scipy_stats.chisquare(list(counts.values())).pvalue > TOO_RARE
    by_cell = np.array([[c == "#" for c in text] for text in walls]).sum(axis=0)
    spread = (by_cell - mazes * 0.4) / math.sqrt(mazes * 0.24)
    assert np.abs(spread).max() < 4.5
    assert np.var(spread) == pytest.approx(1, abs=0.5)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 12), st.integers())
def test_free_neighbours_are_joined(side: int, key: int):
    text = generators.cells(side, Stream("joined", key)).text
    free = {divmod(at, side) for at, c in enumerate(text) if c != "#"}
    joined = {(a, b) for a in free for b in ((a[0] + 1, a[1]), (a[0], a[1] + 1)) if b in free}
    assert edges_of(text, side) == joined


@pytest.mark.parametrize("make", [*GENERATORS.values(), generators.mlmu_dfs])
def test_a_generator_refuses_a_size_it_cannot_serve(make: Any):
    for side in (1, 0, -3):
        with pytest.raises(HeptathlonError, match="size no generator can serve"):
            make(side, Stream("small"))


@pytest.mark.parametrize("name", FRESH_TOPOLOGIES)
def test_a_generator_is_a_function_of_its_stream(name: str):
    one, again, other = (GENERATORS[name](9, Stream("same", k)).text for k in (1, 1, 2))
    assert one == again != other


def test_the_bins_are_those_that_the_rule_names():
    """Half of a bin's lengths are long enough, and a tenth of the mazes serve it."""
    mazes = 40
    for topology, size in itertools.product(FRESH_TOPOLOGIES, SIZES):
        lows = [max(low, size - 1) for low, _ in LENGTH_BINS]
        served = Counter[int]()
        for i in range(mazes):
            stream = Stream("served", topology, size, i)
            task, lengths = Task(GENERATORS[topology](size, stream), 0, 0), set[int]()
            for _ in range(STARTS):
                task = task.between(stream.below(size * size), 0)
                lengths.update(task.from_start)
            for b, (_, high) in enumerate(LENGTH_BINS):
                served[b] += any(lows[b] <= n <= high for n in lengths)
        for b, (low, high) in enumerate(LENGTH_BINS):
            if size not in BINS[topology]:
                continue
            long_enough = 2 * (high - lows[b] + 1) >= high - low + 1
            # Two standard errors of a share of one tenth in so few mazes.
            margin = 2 * math.sqrt(SERVED_SHARE * (1 - SERVED_SHARE) / mazes)
            if b in BINS[topology][size]:
                assert long_enough
                assert served[b] / mazes > SERVED_SHARE - margin
            else:
                assert not long_enough or served[b] / mazes < SERVED_SHARE + margin


# --- symmetry ----------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(FRESH_TOPOLOGIES), st.integers(2, 8), st.integers(), st.data())
def test_images_are_the_same_maze_turned(name: str, side: int, key: int, data: Any):
    text = GENERATORS[name](side, Stream("turn", key)).text
    start, goal = (data.draw(st.integers(0, side * side - 1)) for _ in range(2))
    before = Grid(side, text).distances(start)
    forms = images(side, text, start, goal)
    assert len(forms) == 8
    own = canonical(side, text, start, goal)
    for image, a, b in forms:
        edges_of(image, side)
        after = Grid(side, image).distances(a)
        assert sorted(after) == sorted(before)
        assert after[b] == before[goal]
        assert canonical(side, image, a, b) == canonical(side, image, b, a) == own


def test_different_tasks_have_different_forms():
    """Of all tasks in a maze without symmetry, only an exchange of the ends is no new task."""
    text = generators.wilson(4, Stream("asymmetric", 3)).text
    assert len({image for image, _, _ in images(4, text, 0, 0)}) == 8
    forms = {canonical(4, text, a, b) for a, b in itertools.combinations(range(16), 2)}
    assert len(forms) == math.comb(16, 2)


# --- whole sets --------------------------------------------------------------------------------

Set = dict[tuple[str, str], list[Doc]]


def build(edition: str, tier: str, shards: list[str] | None = None, salt: str = "") -> Set:
    out: Set = {}
    for shard in shards or maze.shards(edition, tier):
        for key, records in maze.generate(edition, tier, shard, SEASON, salt).items():
            out.setdefault(key, []).extend(record.model_dump() for record in records)
    return out


@pytest.fixture(scope="module")
def lite() -> Set:
    return build("fresh", "lite")


@pytest.fixture(scope="module")
def smoke() -> Set:
    return build("fresh", "smoke")


def cells_of(docs: list[Doc]) -> Counter[tuple[str, int]]:
    return Counter((d["topology"], d["size"]) for d in docs)


def form_of(doc: Doc) -> tuple[str, int, int]:
    start, goal = (doc[k][0] * doc["size"] + doc[k][1] for k in ("start", "goal"))
    return canonical(doc["size"], doc["open"], start, goal)


def test_quotas(lite: Set, smoke: Set):
    assert cells_of(lite["path", "test"]) == {(t, s): 24 for t in FRESH_TOPOLOGIES for s in BINS[t]}
    for config in ("next_move", "verify_path"):
        assert cells_of(lite[config, "test"]) == {
            (t, s): 24 for t in FRESH_TOPOLOGIES for s in ASKED_SIZES
        }
    assert cells_of(lite["nosol", "test"]) == {("wilson", s): 24 for s in ASKED_SIZES}
    assert Counter(d["size"] for d in smoke["path", "test"]) == {3: 18, 4: 18, 5: 24, 7: 24}
    assert sum(len(docs) for (_, split), docs in smoke.items() if split == "test") == 184
    assert max(d["shortest"] or 0 for docs in smoke.values() for d in docs) <= LENGTH_BINS[1][1]


def test_bins_are_filled_equally(lite: Set):
    for config in ("path", "next_move", "verify_path"):
        by_cell = defaultdict[Any, Counter[str]](Counter)
        for d in lite[config, "test"]:
            by_cell[d["topology"], d["size"]][d["length_bin"]] += 1
        for (topology, size), counts in by_cell.items():
            labels = {bin_label(LENGTH_BINS[b][0]) for b in BINS[topology][size]}
            assert set(counts) == labels
            assert max(counts.values()) - min(counts.values()) <= 1


def test_wordings_are_balanced(lite: Set, smoke: Set):
    """In every cell and bin, so that no wording has the easier mazes."""
    for made in (lite, smoke):
        for fields in (("topology", "size"), ("topology", "size", "length_bin"), ("size",)):
            groups = defaultdict[Any, Counter[int]](Counter)
            for d in made["path", "test"]:
                groups[tuple(d[f] for f in fields)][d["wording"]] += 1
            for counts in groups.values():
                seen = [counts[w] for w in range(WORDINGS)]
                assert max(seen) - min(seen) <= (2 if len(fields) < 3 else 1), (fields, counts)
    firsts = {
        next(d["wording"] for d in lite["path", "test"] if (d["topology"], d["size"]) == cell)
        for cell in cells_of(lite["path", "test"])
    }
    assert firsts == set(range(WORDINGS)), "where the turns begin is drawn"


def myopic(graph: nx.Graph, start: Any, goal: Any, ahead: int, stream: Stream) -> int:
    """Return the moves of a walk that sees so far and no farther; 0 where it is stuck.

    Written beside :meth:`Grid.look_ahead`, on a graph and whole paths.
    """
    here, left = start, nx.Graph(graph)
    for moves in range(graph.number_of_nodes()):
        if here == goal:
            return moves
        ways = nx.single_source_shortest_path(left, here, cutoff=ahead)
        del ways[here]
        if not ways:
            return 0
        away = {c: abs(c[0] - goal[0]) + abs(c[1] - goal[1]) for c in ways}
        best = sorted(c for c in ways if away[c] == min(away.values()))
        step = ways[stream.choice(best)][1]
        left.remove_node(here)
        here = step
    return 0


def test_the_mazes_mislead(lite: Set):
    """Going nearer to the goal solves next to none of them, half a side of foresight included."""
    solved, before = Counter[int](), Counter[int]()
    docs = lite["path", "test"][::3]
    for i, d in enumerate(docs):
        graph = graph_of(d["open"], d["size"])
        start, goal = tuple(d["start"]), tuple(d["goal"])
        for ahead in (1, (d["size"] + 1) // 2):
            walked = myopic(graph, start, goal, ahead, Stream("myopic", i, ahead))
            solved[min(ahead, 2)] += walked == d["shortest"]
        # The same mazes with another goal: what was not chosen to mislead does not.
        away = Grid(d["size"], d["open"]).distances(start[0] * d["size"] + start[1])
        far = [c for c, n in enumerate(away) if n >= d["size"] - 1]
        other = Stream("plain", i).choice(far)
        ahead = (d["size"] + 1) // 2
        walked = myopic(graph, start, divmod(other, d["size"]), ahead, Stream("again", i))
        before[2] += walked == away[other]
    assert max(solved.values()) <= 0.04 * len(docs)
    assert before[2] > 0.25 * len(docs), "else the test would notice nothing"


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(FRESH_TOPOLOGIES), st.integers(4, 9), st.integers(1, 12), st.integers())
def test_looking_ahead_as_networkx_does(name: str, side: int, ahead: int, key: int):
    """Where nothing is left to lot, both walks are the same."""
    stream = Stream("ahead", name, side, key)
    grid = Grid(side, GENERATORS[name](side, stream).text)
    start, goal = stream.sample([c for c in range(side * side) if not grid.is_wall(c)], 2)
    walked = grid.look_ahead(start, goal, ahead, min)
    assert all(b in grid.links[a] for a, b in itertools.pairwise(walked))
    assert len(set(walked)) == len(walked)

    class First(Stream):
        def choice(self, items: Any) -> Any:
            return items[0]

    moves = myopic(graph_of(grid.cells, side), divmod(start, side), divmod(goal, side), ahead,
                   First("first"))  # fmt: skip
    if name in {"dfs", "wilson"}:
        assert moves == (len(walked) - 1 if walked[-1] == goal else 0)
    elif ahead == 1:
        assert (moves > 0) == (walked[-1] == goal)


def test_a_smaller_tier_is_a_part_of_a_larger_one(lite: Set, smoke: Set):
    full = build("fresh", "full", ["size-05"])
    assert set(cells_of(full["path", "test"]).values()) == {120}
    for config in maze.configs("fresh"):
        larger = [d["item_id"] for d in full[config, "test"]]
        part = [d for d in lite[config, "test"] if d["size"] == 5]
        ids = {d["item_id"] for d in part}
        assert [i for i in larger if i in ids] == [d["item_id"] for d in part], "in order, too"
        assert {d["item_id"] for d in smoke[config, "test"]} < {
            d["item_id"] for d in lite[config, "test"]
        }
    few = [(c, "fewshot") for c in maze.configs("fresh")]
    assert [lite[k] for k in few] == [smoke[k] for k in few]


def test_a_shard_does_not_depend_on_the_others(lite: Set):
    """So an interrupted build can go on anywhere, and gives the same set."""
    backwards = build("fresh", "lite", ["size-10", "size-05", "fewshot"])
    for (config, split), docs in backwards.items():
        kept = lite[config, split]
        for size in (10, 5):
            assert [d for d in docs if d["size"] == size] == [d for d in kept if d["size"] == size]


def test_seasons_and_salts_share_nothing(smoke: Set):
    one = {form_of(d) for docs in smoke.values() for d in docs if d["size"] == 7}
    for season, salt in (("2026.2", ""), (SEASON, salt_of("pepper"))):
        made = maze.generate("fresh", "smoke", "size-07", season, salt)
        other = {form_of(r.model_dump()) for records in made.values() for r in records}
        assert not one & other


def test_no_task_occurs_twice(lite: Set):
    """Under the symmetries, in any topology, form or split, but for the paired forms."""
    least = [(d["open"], d["start"], d["goal"]) for d in lite["path", "test"] if d["size"] == 3]
    assert len(set(least)) == len(least) > 0, "of side 3 there are too few but for their turns"
    forms = Counter(
        form_of(d) for split in ("test", "fewshot") for d in lite["path", split] if d["size"] > 3
    )
    forms.update(form_of(d) for split in ("test", "fewshot") for d in lite["nosol", split])
    assert max(forms.values()) == 1
    shown = {split: {form_of(d) for (_, s), docs in lite.items() if s == split for d in docs}
             for split in ("test", "fewshot")}  # fmt: skip
    assert not shown["test"] & shown["fewshot"]
    for config, least in (("next_move", 0.98), ("verify_path", 0.9)):
        own = [form_of(d) for d in lite[config, "test"]]
        assert len(set(own)) == len(own)
        assert sum(f in forms for f in own) >= least * len(own), "asked about the mazes of path"
        nosol = {form_of(d) for d in lite["nosol", "test"]}
        assert not nosol & set(own)


def test_ids_follow_from_the_content(lite: Set):
    ids = [d["item_id"] for docs in lite.values() for d in docs]
    assert len(set(ids)) == len(ids)
    for (config, _), docs in lite.items():
        for d in docs:
            fields = {k: v for k, v in d.items() if k != "item_id"}
            if config == "nosol":
                del fields["twin_id"]
            assert d["item_id"] == content_id("maze", fields)


def test_facts_against_networkx(lite: Set):
    for (config, _), docs in lite.items():
        for d in docs[:: 3 if config in {"path", "nosol"} else 11]:
            graph = graph_of(d["open"], d["size"])
            start, goal = tuple(d["start"]), tuple(d["goal"])
            assert d["dead_ends"] == sum(degree == 1 for _, degree in graph.degree)
            assert d["manhattan"] == abs(start[0] - goal[0]) + abs(start[1] - goal[1])
            if not nx.has_path(graph, start, goal):
                assert (d["shortest"], d["n_shortest"], d["solution"]) == (None, 0, "")
                assert d["decisions"] == 0
                continue
            assert d["shortest"] == nx.shortest_path_length(graph, start, goal)
            assert d["shortest"] >= d["size"] - 1
            assert d["length_bin"] == bin_label(d["shortest"])
            path = walk(start, d["solution"])
            assert path[-1] == goal
            assert len(path) - 1 == d["shortest"]
            assert all(graph.has_edge(a, b) for a, b in itertools.pairwise(path))
            before = [None, *path]
            assert d["decisions"] == sum(
                len(set(graph[cell]) - {last}) >= 2
                for last, cell in zip(before, path[:-1], strict=False)
            )
            assert d["n_shortest"] == shortest_walks(graph, start, goal, d["shortest"])


def shortest_walks(graph: nx.Graph, start: Any, goal: Any, length: int) -> int:
    """Count walks of the shortest length, all of which are shortest paths: a power of A."""
    order = list(graph)
    adjacency = nx.to_scipy_sparse_array(graph, nodelist=order, dtype=np.int64)
    ways = np.zeros(len(order), dtype=np.int64)
    ways[order.index(start)] = 1
    for _ in range(length):
        ways = adjacency @ ways
        ways = np.minimum(ways, 2**60)
    return int(ways[order.index(goal)])


def test_next_move(lite: Set):
    docs = lite["next_move", "test"]
    for d in docs:
        grid = Grid(d["size"], d["open"])
        here = d["cell"][0] * d["size"] + d["cell"][1]
        goal = d["goal"][0] * d["size"] + d["goal"][1]
        start = d["start"][0] * d["size"] + d["start"][1]
        away = grid.distances(goal)
        assert sorted(d["options"]) == sorted(grid.open_moves(here))
        assert away[start] == grid.distances(start)[here] + away[here], "on a shortest path"
        nearer = [away[here + grid.step[m]] < away[here] for m in d["options"]]
        assert [i for i, yes in enumerate(nearer) if yes] == [d["gold"]]
        assert len(d["options"]) - (here != start) >= 2, "a decision"


def test_the_next_move_is_not_given_away(lite: Set):
    docs = lite["next_move", "test"]
    for size in ASKED_SIZES:
        places = Counter(
            (d["topology"], len(d["options"]), d["gold"]) for d in docs if d["size"] == size
        )
        for topology, k in {(t, k) for t, k, _ in places}:
            seen = [places[topology, k, place] for place in range(k)]
            assert max(seen) - min(seen) <= 1
    chance = sum(1 / len(d["options"]) for d in docs)
    for letter in "UDLR":
        # Wherever a letter is offered, it is right as often as any.
        offered = [len(d["options"]) for d in docs if letter in d["options"]]
        right = sum(d["options"][d["gold"]] == letter for d in docs)
        expected = sum(1 / k for k in offered)
        assert abs(right - expected) < 3.3 * math.sqrt(expected)
    nearest = 0.0
    for d in docs:
        far = [
            abs(d["cell"][0] + STEP[m][0] - d["goal"][0])
            + abs(d["cell"][1] + STEP[m][1] - d["goal"][1])
            for m in d["options"]
        ]
        nearest += (far[d["gold"]] == min(far)) / far.count(min(far))
    assert nearest / len(docs) < 0.52
    assert chance / len(docs) < 0.36


@given(st.permutations("UDLR"), st.integers(2, 4), st.data())
def test_place_gold(letters: list[str], k: int, data: Any):
    gold, others = letters[0], "".join(letters[1:k])
    place = data.draw(st.integers(0, k - 1))
    options = place_gold(gold, others, place, Stream("place"))
    assert options[place] == gold
    assert sorted(options) == sorted(gold + others)


def test_verify_path_is_legal_or_breaks_one_wall(lite: Set):
    docs = lite["verify_path", "test"]
    for level in ("topology", "size"):
        for value in {d[level] for d in docs}:
            of = [d["valid"] for d in docs if d[level] == value]
            assert 2 * sum(of) == len(of)
    for cell in {(d["topology"], d["size"], d["length_bin"]) for d in docs}:
        of = [d["valid"] for d in docs if (d["topology"], d["size"], d["length_bin"]) == cell]
        assert abs(2 * sum(of) - len(of)) <= 1
    for d in docs:
        side, cells = d["size"], walk(d["start"], d["proposed"])
        assert cells[-1] == tuple(d["goal"])
        assert len(cells) - 1 == d["shortest"]
        assert len(set(cells)) == len(cells), "no cell twice"
        assert all(0 <= x < side for cell in cells for x in cell)
        edges = edges_of(d["open"], side)
        broken = [
            i
            for i, (a, b) in enumerate(itertools.pairwise(cells))
            if (min(a, b), max(a, b)) not in edges
        ]
        in_walls = [i for i, (r, c) in enumerate(cells) if d["open"][r * side + c] == "#"]
        if d["valid"]:
            assert not broken
        elif in_walls:
            assert broken == [in_walls[0] - 1, in_walls[0]]
        else:
            assert len(broken) == 1
        if d["topology"] == "cells":
            assert touches(cells) == 0


def touches(cells: list[tuple[int, int]]) -> int:
    at = set(cells)
    return sum(((r + 1, c) in at) + ((r, c + 1) in at) for r, c in cells) - len(cells) + 1


def looks(side: int, cells: list[tuple[int, int]]) -> list[float]:
    """What a sceptic would read off a proposed path without looking at its maze."""
    moves = "".join(
        next(m for m, step in STEP.items() if (b[0] - a[0], b[1] - a[1]) == step)
        for a, b in itertools.pairwise(cells)
    )
    threes = list(zip(moves, moves[1:], moves[2:], strict=False))
    runs = [len(list(group)) for _, group in itertools.groupby(moves)]
    (r0, c0), (r1, c1) = cells[0], cells[-1]
    return [
        len(moves), side, len(runs), sum(a == BACK[c] for a, _, c in threes),
        sum(a == c != b for a, b, c in threes), touches(cells), max(runs), runs[0], runs[-1],
        float(np.std(runs)), len(runs) / len(moves), abs(r0 - r1) + abs(c0 - c1),
        sum(r in {0, side - 1} or c in {0, side - 1} for r, c in cells),
        sum(abs(2 * r - side + 1) + abs(2 * c - side + 1) for r, c in cells) / len(cells),
        len({r for r, _ in cells}), len({c for _, c in cells}), *(moves.count(m) for m in STEP),
    ]  # fmt: skip


def tasks_of(topology: str, side: int, low: int, high: int, count: int) -> list[Task]:
    """Return tasks with a path of ``low`` to ``high`` moves."""
    found: list[Task] = []
    for i in itertools.count():
        stream = Stream("tasks", topology, side, i)
        task = Task(GENERATORS[topology](side, stream), 0, 0)
        start = stream.below(side * side)
        task = task.between(start, start)
        if goals := [cell for cell, d in enumerate(task.from_start) if low <= d <= high]:
            found.append(task.between(start, stream.choice(goals)))
        if len(found) == count:
            return found
    raise AssertionError


def unmatched(task: Task, stream: Stream) -> tuple[list[int], list[int]] | None:
    """Return a legal path and any that breaks one wall: what would be shown without matching."""
    crossings = questions._crossings(task)
    if not crossings:
        return None
    first, *middle, last = stream.choice(crossings)
    before = random_shortest(Task(task.maze, first, task.start), stream)[::-1]
    return random_shortest(task, stream), [
        *before, *middle, *random_shortest(Task(task.maze, last, task.goal), stream)
    ]  # fmt: skip


def told_apart(pair_of: Any, tasks: list[Task]) -> float:
    """Return how often a classifier trained on half of the tasks is right on the other half."""
    rows, legal = [], []
    for i, task in enumerate(tasks):
        pair = pair_of(task, Stream("pair", i))
        for path, is_legal in zip(pair or (), (True, False), strict=False):
            side = task.grid.side
            rows.append(looks(side, [divmod(cell, side) for cell in path]))
            legal.append(is_legal)
    half = len(rows) // 4 * 2
    forest = RandomForestClassifier(100, min_samples_leaf=5, random_state=0)
    forest.fit(rows[:half], legal[:half])
    return float(forest.score(rows[half:], legal[half:]))


def test_a_path_is_not_judged_by_its_looks():
    """Small mazes with wall cells are where a path that breaks a wall looks oddest."""
    tasks = tasks_of("cells", 5, 4, 15, 1_600)
    matched, plain = told_apart(legal_and_not, tasks), told_apart(unmatched, tasks)
    # Two strings of each of 800 tasks: a standard error of 0.013 about one half.
    assert matched < 0.55
    assert plain > 0.60, "else the test would notice nothing"


def test_the_next_move_favours_no_axis():
    """The canonical path goes up and down first; a cell chosen on it would turn to the sides."""
    right = expected = variance = 0.0
    for i, task in enumerate(tasks_of("cells", 8, 8, 40, 900)):
        asked = next_move(task, Stream("axis", i))
        if asked is not None:
            sideways = sum(m in "LR" for m in asked[1]) / len(asked[1])
            right += asked[1][0] in "LR"
            expected += sideways
            variance += sideways * (1 - sideways)
    assert abs(right - expected) < 3.5 * math.sqrt(variance)


def test_twins_differ_in_nothing_but_the_answer(lite: Set):
    by_id = {d["item_id"]: d for d in lite["nosol", "test"]}
    assert sum(d["solvable"] for d in by_id.values()) * 2 == len(by_id)
    for d in by_id.values():
        twin = by_id[d["twin_id"]]
        assert twin["twin_id"] == d["item_id"]
        assert twin["solvable"] is not d["solvable"]
        for same in ("cluster_id", "start", "goal", "size", "length_bin", "manhattan", "dead_ends"):
            assert d[same] == twin[same]
        if not d["solvable"]:
            continue
        side = d["size"]
        whole, apart = (graph_of(x["open"], side) for x in (d, twin))
        assert nx.is_tree(whole)
        assert sorted(k for _, k in whole.degree) == sorted(k for _, k in apart.degree)
        shut = set(map(frozenset, whole.edges)) - set(map(frozenset, apart.edges))
        assert len(shut) == 1
        path = walk(d["start"], d["solution"])
        assert shut <= {frozenset(pair) for pair in itertools.pairwise(path)}
        parts = list(nx.connected_components(apart))
        assert len(parts) == 2
        assert min(map(len, parts)) >= side
        assert not nx.has_path(apart, tuple(d["start"]), tuple(d["goal"]))
        (loop,) = nx.cycle_basis(apart)
        assert len(loop) >= SHORTEST_CYCLE


def test_a_twin_that_does_not_exist():
    """A 2 x 2 tree has no part of two cells with an edge left to open in a long loop."""
    assert unsolvable_twin(Task(generators.wilson(2, Stream("two")), 0, 3), Stream("none")) is None


# --- bad input ---------------------------------------------------------------------------------


def test_unknown_names_get_a_sentence():
    with pytest.raises(UnknownNameError, match=r"no edition of maze 'frsh'; did you mean 'fresh'"):
        maze.configs("frsh")
    with pytest.raises(UnknownNameError, match="did you mean 'paper'"):
        maze.shards("papr", "lite")
    with pytest.raises(UnknownNameError, match="no tier of maze 'ful'; did you mean 'full'"):
        maze.shards("fresh", "ful")
    with pytest.raises(UnknownNameError, match="tier of maze's paper edition 'long'"):
        maze.shards("paper", "long")
    with pytest.raises(UnknownNameError, match="shard of maze's tier 'lite' 'fewshots'"):
        maze.generate("fresh", "lite", "fewshots", SEASON, "")


@pytest.mark.parametrize(
    ("edition", "tier", "shard", "says"),
    [
        (
            "fresh",
            "lite",
            "size-06",
            "6; tier 'lite' of maze has the sizes 3, 4, 5, 7, 10, 15, 20, 30",
        ),
        ("fresh", "smoke", "size-30", "30; tier 'smoke' of maze has the sizes 3, 4, 5, 7"),
        ("paper", "smoke", "dfs-30", "30; tier 'smoke' of maze has the sizes 5, 10"),
    ],
)
def test_a_size_no_shard_serves(edition: str, tier: str, shard: str, says: str):
    with pytest.raises(HeptathlonError, match=f"A size no generator can serve: {says}"):
        maze.generate(edition, tier, shard, SEASON, "")


def test_a_bin_no_maze_serves(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fresh, "MAX_DRAWS", 3)
    monkeypatch.setitem(BINS["dfs"], 5, (5,))
    with pytest.raises(
        HeptathlonError, match="3 mazes 'dfs' of side 5 gave no new item for 'path'"
    ):
        maze.generate("fresh", "lite", "size-05", SEASON, "")


# --- paper edition -----------------------------------------------------------------------------


def test_paper_items():
    made = build("paper", "smoke")
    stars = {split: len(made.pop(("star", split))) for split in ("test", "fewshot")}
    assert stars == {"test": 15, "fewshot": 3}
    assert {k: len(v) for k, v in made.items()} == {
        ("mlmu_dfs", "test"): 40,
        ("mlmu_dfs", "fewshot"): 4,
        ("mlmu_astar", "test"): 20,
        ("mlmu_astar", "fewshot"): 4,
    }
    for (config, _), docs in made.items():
        for d in docs:
            side = d["size"]
            graph = graph_of(d["open"], side)
            path = walk(d["start"], d["solution"])
            assert len(path) - 1 == d["shortest"]
            assert d["shortest"] == nx.shortest_path_length(graph, path[0], path[-1])
            assert all(graph.has_edge(a, b) for a, b in itertools.pairwise(path))
            if config == "mlmu_dfs":
                listed = d["given"].split("<ADJLIST_END>")[0].split()[1:]
                assert listed[2::3] == [";"] * (side * side - 1)
                named = {
                    frozenset([parsed(a), parsed(b)])
                    for a, b in zip(listed[::3], listed[1::3], strict=True)
                }
                assert named == set(map(frozenset, graph.edges))
                assert d["continuation"].split() == [
                    *(f"({r},{c})" for r, c in path), "<PATH_END>"
                ]  # fmt: skip
            else:
                assert d["shortest"] >= side - 1
                assert d["continuation"] == " ".join(f"plan {c} {r}" for r, c in path)
                assert d["given"].count("wall") == d["open"].count("#")


def parsed(token: str) -> tuple[int, int]:
    row, column = token.strip("()").split(",")
    return int(row), int(column)


def test_paper_sets_repeat_nothing_and_tiers_nest():
    few = build("paper", "smoke", ["dfs-05"])
    more = build("paper", "lite", ["dfs-05"])
    ids = [d["item_id"] for d in more["mlmu_dfs", "test"]]
    assert [d["item_id"] for d in few["mlmu_dfs", "test"]] == ids[:20]
    tasks = [(d["open"], d["start"], d["goal"]) for docs in more.values() for d in docs]
    assert len(set(tasks)) == len(tasks)


@settings(max_examples=40, deadline=None)
@given(st.integers(4, 12), st.integers())
def test_astar_plans_are_shortest(side: int, key: int):
    drawn = paper.astar_item(side, Stream("astar", key))
    assert drawn is not None
    made, plan = drawn
    assert len(plan) - 1 == Grid(side, made.text).distances(plan[0])[plan[-1]]


def test_dfs_ends_are_uniform_over_ordered_pairs():
    pairs = Counter[tuple[int, int]]()
    for i in range(5_000):
        _, path = paper.dfs_item(3, Stream("ends", i))
        pairs[path[0], path[-1]] += 1
    assert len(pairs) == 9 * 8
    assert scipy_stats.chisquare(list(pairs.values())).pvalue > TOO_RARE


# --- beside maze-dataset -----------------------------------------------------------------------

PEER_CODE = """
import json, sys, warnings
warnings.simplefilter("ignore")
import numpy as np
from maze_dataset import LatticeMaze
from maze_dataset.generation.generators import LatticeMazeGenerators as g
answers, sys.stdout = sys.stdout, sys.stderr
side, count, ours = json.load(sys.stdin)
made = {}
for name, make in (("mlmu_dfs", g.gen_dfs), ("wilson", g.gen_wilson)):
    made[name] = []
    for _ in range(count):
        maze = make((side, side))
        path = maze.generate_random_path(endpoints_not_equal=True)
        made[name].append([maze.connection_list.tolist(), path.tolist()])
solved = [
    LatticeMaze(connection_list=np.array(open_, dtype=bool))
    .find_shortest_path(tuple(start), tuple(goal)).tolist()
    for open_, start, goal in ours
]
json.dump({"made": made, "solved": solved}, answers)
"""


def from_connections(down: list[list[bool]], right: list[list[bool]]) -> str:
    side = len(down)
    masks = np.zeros((side, side), dtype=int)
    opens_down, opens_right = np.array(down), np.array(right)
    # The last row of one and the last column of the other would lead out of the grid.
    assert not opens_down[-1].any()
    assert not opens_right[:, -1].any()
    masks += 2 * opens_down + 8 * opens_right
    masks[1:] += opens_down[:-1]
    masks[:, 1:] += 4 * opens_right[:, :-1]
    return "".join(f"{m:x}" for m in masks.ravel())


def to_connections(text: str, side: int) -> list[list[list[bool]]]:
    masks = np.array([0 if c == "#" else int(c, 16) for c in text]).reshape(side, side)
    return [(masks & bit > 0).tolist() for bit in (2, 8)]


def test_same_mazes_as_maze_dataset():
    """The same distributions and the same solutions, where its environment is there."""
    python = os.environ.get("HEPTATHLON_PEER_PYTHON")
    if not python:
        pytest.skip("HEPTATHLON_PEER_PYTHON names no Python with maze-dataset 1.4.2")
    side, count = 8, 200
    tasks = []
    for name, i in itertools.product(FRESH_TOPOLOGIES, range(25)):
        stream = Stream("peer", name, i)
        made = GENERATORS[name](side, stream)
        start = stream.choice([at for at, c in enumerate(made.text) if c != "#"])
        away = Grid(side, made.text).distances(start)
        goal = stream.choice([at for at, d in enumerate(away) if d >= 0])
        tasks.append((made.text, divmod(start, side), divmod(goal, side), away[goal]))
    asked = [(to_connections(text, side), start, goal) for text, start, goal, _ in tasks]
    done = subprocess.run(
        [python, "-c", PEER_CODE],
        input=json.dumps([side, count, asked]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout)
    for path, (_, start, goal, length) in zip(answer["solved"], tasks, strict=True):
        assert (tuple(path[0]), tuple(path[-1])) == (start, goal)
        assert len(path) - 1 == length
    for name, make in (("mlmu_dfs", generators.mlmu_dfs), ("wilson", generators.wilson)):
        theirs, ours = [], []
        for (down, right), path in answer["made"][name]:
            text = from_connections(down, right)
            graph = graph_of(text, side)
            assert nx.is_tree(graph)
            assert graph.number_of_edges() == side * side - 1
            cells = [tuple(cell) for cell in path]
            start, goal = (cells[k][0] * side + cells[k][1] for k in (0, -1))
            found = Grid(side, text).shortest_path(start, goal)
            assert walk(cells[0], found or "") == cells
            theirs.append([len(cells), *degrees(text)])
        for i in range(5 * count):
            stream = Stream("beside", name, i)
            made = make(side, stream)
            start, goal = stream.sample(range(side * side), 2)
            assert made.parent is not None
            length = len(generators.tree_path(made.parent, start, goal))
            ours.append([length, *degrees(made.text)])
        a, b = np.array(theirs), np.array(ours)
        error = np.sqrt(a.var(axis=0) / len(a) + b.var(axis=0) / len(b))
        assert (np.abs(a.mean(axis=0) - b.mean(axis=0)) < 4 * error).all(), name


def degrees(text: str) -> list[int]:
    """Return the number of dead ends, corridors and forks."""
    ways = [int(c, 16).bit_count() for c in text]
    return [ways.count(1), ways.count(2), ways.count(3) + ways.count(4)]
