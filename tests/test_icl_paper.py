"""The paper edition of icl: drawn as published, seen and unseen queries apart."""

import itertools
import math
from collections import Counter
from typing import Any

import numpy as np
import pytest

from heptathlon.builders.icl import build, paper
from heptathlon.scorers import icl
from heptathlon.seeding import Stream
from heptathlon.tasks.icl import prompts
from heptathlon.tasks.players import players_of

SEASON = "2026.1"
Doc = dict[str, Any]


def bools(tier: str = "smoke") -> list[Doc]:
    made = build.generate("paper", tier, "bool", SEASON, "")["bool", "test"]
    return [record.model_dump(mode="json") for record in made]


def test_published_queries_are_drawn_as_published_and_say_whether_they_were_seen():
    rows = bools("lite")
    assert Counter(doc["shown"] for doc in rows) == dict.fromkeys(range(5, 51, 5), 20)
    for doc in rows:
        assert (doc["query"] in doc["inputs"]) == (doc["seen"] == "seen") == (doc["near"] == 0)
    # Without the inputs that are made true a query is repeated with 1 - (31/32)^n.
    share = {n: np.mean([d["seen"] == "seen" for d in rows if d["shown"] == n]) for n in (5, 50)}
    assert share[5] < 0.45
    assert share[50] > 0.6
    assert {len(set(one["inputs"])) < one["shown"] for one in rows if one["shown"] == 50} == {True}
    text = prompts.published(rows[0])
    assert text.startswith("You are given some examples")
    assert text.endswith(f"\nInput: {' '.join(rows[0]['query'])}\nLabel:")
    assert text.count("\nLabel: ") == rows[0]["shown"]


def test_the_published_posterior_is_that_of_many_draws():
    """By drawing functions and inputs again and again, and keeping those that give the examples."""
    stream, inputs, query = Stream("icl", "test bool"), ("01", "11"), "10"
    hits: Counter[bool] = Counter()
    with pytest.MonkeyPatch.context() as patch:
        two = tuple("".join(bits) for bits in itertools.product("01", repeat=2))
        places = {text: n for n, text in enumerate(two)}
        for name, value in (("BITS", 2), ("INPUTS", two), ("PLACE", places)):
            patch.setattr(paper, name, value)
        paper._functions.cache_clear()
        for _ in range(60_000):
            function = tuple(stream.choice(paper.LITERALS) for _ in range(2))
            drawn = tuple(paper._input(function, stream) for _ in range(3))
            if drawn == (*inputs, query) and [paper.holds(function, t) for t in inputs] == [0, 1]:
                hits[paper.holds(function, query)] += 1
        found = float(paper.belief(inputs, [False, True], query))
    paper._functions.cache_clear()
    share = hits[True] / hits.total()
    assert found == pytest.approx(share, abs=4 * math.sqrt(0.25 / hits.total()))
    # Examples alone leave 1 and 11: 1/2 unless who makes inputs true is thought of.
    assert abs(found - 0.5) > 0.02


def test_looking_up_is_right_where_a_query_was_seen_and_nowhere_else():
    rows = bools("lite")
    look = players_of("icl")["memoriser"]
    found = [icl.verdict(doc, [look.answer(doc)]) for doc in rows]
    values = np.array([[v.metrics["right"], v.metrics["seen"]] for v in found])
    ones = np.ones(len(values))
    assert icl.STATISTICS["right_seen"].compute(values, ones) == 1
    assert icl.STATISTICS["right_unseen"].compute(values, ones) < 0.75
    assert math.isnan(icl.STATISTICS["right_seen"].compute(values * [1, 0], ones))
    exact = players_of("icl")["bayes"]
    assert np.mean([icl.verdict(d, [exact.answer(d)]).metrics["right"] for d in rows]) > 0.95


def test_a_published_answer_is_read_and_an_unreadable_one_is_wrong_not_guessed():
    doc = bools()[0] | {"gold": 1, "seen": "seen"}
    for text, right, outcome in (
        (" 1", 1, "right"), ("0", 0, "wrong"), ("Label: 1", 1, "right"),
        ("1\n\nInput: 0 1 1 0 0\nLabel: 0", 1, "right"),
        ("I think that the label is 1.", 1, "right"), ("0 or 1", 0, "several"),
        ("", 0, "no_answer"),
    ):  # fmt: skip
        found = icl.verdict(doc, [text])
        assert (found.metrics, found.outcome) == ({"right": right, "seen": 1.0}, outcome), text
