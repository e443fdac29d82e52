"""Star graphs: built as described, read as the mazes' tokens are, and known players on them."""

import itertools
from collections import Counter
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heptathlon.builders import store
from heptathlon.builders.maze import star
from heptathlon.scorers import maze as scorer
from heptathlon.seeding import Stream
from heptathlon.tasks.maze import prompts
from heptathlon.tasks.maze.baselines import PLAYERS


@pytest.fixture(scope="module")
def docs() -> list[dict[str, Any]]:
    return store.read_docs(store.ensure(store.SetName("maze", "paper", "lite")), "star")


def test_graphs_are_stars_of_their_shape(docs: list[dict[str, Any]]):
    shapes = Counter()
    for doc in docs:
        listed, _, ends = doc["given"].removesuffix("=").partition("/")
        edges = [tuple(map(int, edge.split(","))) for edge in listed.split("|")]
        assert edges == [tuple(edge) for edge in doc["edges"]]
        first, last = map(int, ends.split(","))
        graph = nx.DiGraph(edges)
        arms, length = doc["arms"], doc["size"]
        assert graph.number_of_nodes() == 1 + arms * (length - 1)
        assert max(graph.nodes) < star.NODES
        assert nx.is_arborescence(graph)
        assert graph.out_degree(first) == arms
        assert all(degree <= 1 for node, degree in graph.out_degree if node != first)
        path = nx.shortest_path(graph, first, last)
        assert ",".join(map(str, path)) == doc["continuation"]
        assert len(path) == length
        assert graph.out_degree(last) == 0
        shapes[arms, length] += 1
    assert shapes == dict.fromkeys(star.SHAPES, 40)
    assert len({doc["given"] for doc in docs}) == len(docs)


def test_no_place_in_the_list_and_no_number_tells_the_arm():
    """Whether the right arm's first edge is the first of the arms', or has the least node."""
    place, least = [], []
    for number in range(4_000):
        path, edges = star.draw(2, 5, Stream("star", number))
        begins = [b for a, b in edges if a == path[0]]
        place.append(begins.index(path[1]))
        least.append(min(begins) == path[1])
    assert sum(place) / len(place) == pytest.approx(0.5, abs=0.03)
    assert sum(least) / len(least) == pytest.approx(0.5, abs=0.03)


DOC = {
    "form": "star", "topology": "star_2_3", "size": 3, "arms": 2,
    "edges": [[7, 4], [1, 9], [1, 7], [9, 3]], "given": "7,4|1,9|1,7|9,3/1,4=",
    "continuation": "1,7,4",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "exact", "token_acc", "valid", "right_arm", "outcome"),
    [
        ("1,7,4", 1, 1, 1, 1, "optimal"),
        (" 1, 7, 4\n", 1, 1, 1, 1, "optimal"),
        ("=1,7,4", 1, 1, 1, 1, "optimal"),
        ("The path is this.\nANSWER: 1,7,4", 1, 1, 1, 1, "optimal"),
        ("First I follow the arm back.\n1,7,4", 1, 1, 1, 1, "optimal"),
        ("1,7,4,9", 1, 1, 0, 1, "optimal"),
        ("1,9,3", 0, 1 / 3, 0, 0, "wrong_arm"),
        ("1,7", 0, 2 / 3, 0, 1, "stops_short"),
        ("1", 0, 1 / 3, 0, 0, "stops_short"),
        ("1,4", 0, 1 / 3, 0, 0, "jump"),
        ("7,4", 0, 0, 0, 0, "stops_short"),
        ("1,9,7,4,3", 0, 1 / 3, 0, 0, "jump"),
    ],
)
def test_answers(
    text: str, exact: float, token_acc: float, valid: float, right_arm: float, outcome: str
):
    found = scorer.verdict(DOC, [text])
    expected = (exact, pytest.approx(token_acc), valid, right_arm)
    assert tuple(found.metrics.values()) == expected
    if outcome != "stops_short" or text != "7,4":
        assert found.outcome == outcome
    assert not found.invalid


@pytest.mark.parametrize("text", ["", "<think>1,7,4", "no path", "seven"])
def test_nothing_earns_nothing(text: str):
    found = scorer.verdict(DOC, [text])
    assert found.invalid
    assert not any(found.metrics.values())


@given(st.text(alphabet="0123456789,|/= \nANSWER:-", max_size=60))
def test_any_text_gets_a_verdict(text: str):
    found = scorer.verdict(DOC, [text])
    assert set(found.metrics) == set(scorer.METRICS["star"])
    if found.metrics["exact"]:
        assert found.metrics["right_arm"] == found.metrics["token_acc"] == 1


def test_players(docs: list[dict[str, Any]]):
    def score(name: str, metric: str, arms: int) -> float:
        asked = [d for d in docs if d["arms"] == arms]
        found = [scorer.verdict(d, [PLAYERS[name].answer(d)]).metrics[metric] for d in asked]
        return sum(found) / len(found)

    assert score("oracle", "exact", 2) == score("random_shortest", "exact", 5) == 1
    assert score("constant", "exact", 2) == 0
    assert score("random", "right_arm", 2) == pytest.approx(1 / 2, abs=0.17)
    assert score("random", "right_arm", 5) == pytest.approx(1 / 5, abs=0.2)
    for doc, name in itertools.product(docs[:20], PLAYERS):
        assert not scorer.verdict(doc, [PLAYERS[name].answer(doc)]).invalid


def test_prompts(docs: list[dict[str, Any]]):
    doc = docs[0]
    assert prompts.star(doc).endswith(f"\n\n{doc['given']}")
    hidden = {**doc, "continuation": "x", "arms": 0, "size": 0, "topology": "t"}
    assert prompts.star(hidden) == prompts.star(doc)
    assert prompts.mlmu_tokens(doc) == doc["given"]
