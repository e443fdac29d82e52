"""Picks from lists: what is read, what they are worth, and what a lot would give."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.scorers import memorability as scorer
from heptathlon.scorers.verdict import Verdict
from tests.memorability.test_memorability_scorer import list_doc


@pytest.mark.parametrize(
    ("response", "overlap", "outcome"),
    [
        ("ANSWER: A, F", 1.0, "picked"),
        ("answer: f and a", 1.0, "picked"),
        ("**ANSWER:** A; F", 1.0, "picked"),
        ("ANSWER: A F", 1.0, "picked"),
        ("ANSWER: pi, red hot chilli peppers", 1.0, "picked"),
        ("ANSWER: A (pi), F (red hot chilli peppers)", 1.0, "picked"),
        ("A. pi\nF. red hot chilli peppers", 1.0, "picked"),
        ("- A\n- F", 1.0, "picked"),
        ("ANSWER:\n- A\n- F", 1.0, "picked"),
        ("A, F\n\nBoth are short, and few words mean the same.", 1.0, "picked"),
        ("<think>A and B, or rather G.</think>ANSWER: A, F", 1.0, "picked"),
        ("ANSWER: A, B", (1 - 0.5) / 1.5, "picked"),
        ("ANSWER: B, C", -0.5 / 1.5, "picked"),
        ("ANSWER: A", (1 - 0.25) / 1.5, "too_few"),
        ("ANSWER: G, a yen", -0.25 / 1.5, "too_few"),
        ("ANSWER: A, B, C, D, E, F, G, H", 0.0, "too_many"),
        ("ANSWER: A, F, B", 0.0, "too_many"),
        ("ANSWER: A, Z", 0.0, "unreadable"),
        ("A word that nobody forgets", 0.0, "unreadable"),
        ("I cannot say.", 0.0, "unreadable"),
        ("A. pi\nB. act\nC. yen\nD. wre", 0.0, "several"),
        ("I would take these:\nA, F", 1.0, "picked"),
        ("", 0.0, "no_answer"),
        ("<think>It may be A or F", 0.0, "truncated"),
    ],
)
def test_what_is_picked(response: str, overlap: float, outcome: str):
    found = scorer.verdict(list_doc(), [response])
    assert found.outcome == outcome
    assert found.metrics["overlap"] == pytest.approx(overlap)
    assert found.invalid == (
        outcome in {"too_many", "several", "unreadable", "no_answer", "truncated"}
    )


def test_the_likeliest_items_are_picked():
    logs = [(-1.0, True), (-3.0, False), (-2.5, False), *[(-9.0, False)] * 2, (-2.0, False),
            *[(-math.inf, False)] * 2]  # fmt: skip
    assert scorer.verdict(list_doc(), logs) == Verdict(
        {"overlap": 1.0, "named": 1.0}, "picked", "AF"
    )
    flat = scorer.verdict(list_doc(), [(-1.0, True)] * 8)
    assert (flat.metrics["overlap"], flat.outcome) == (0.0, "undecided")
    # One is sure, three are level for the other place: one of them is among the best.
    level = [(0.0, True), *[(-1.0, False)] * 2, *[(-2.0, False)] * 2, (-1.0, False),
             *[(-2.0, False)] * 2]  # fmt: skip
    found = scorer.verdict(list_doc(), level).metrics["overlap"]
    assert found == pytest.approx((1 + 1 / 3 - 0.5) / 1.5)
    with pytest.raises(ValueError, match="a list has 8 options, and 7 responses came"):
        scorer.verdict(list_doc(), flat_responses := [(0.0, True)] * 7)
    assert len(flat_responses) == 7


@settings(deadline=None)
@given(
    st.integers(2, 24).flatmap(
        lambda n: st.tuples(
            st.lists(st.integers(-4, 0), min_size=n, max_size=n), st.integers(1, n - 1), st.just(n)
        )
    ),
    st.randoms(use_true_random=False),
)
def test_ties_are_worth_what_a_lot_would_give(drawn, random):
    """The mean over all ways to break ties, each a hard choice of so many items."""
    logs, take, n = drawn
    best = sorted(random.sample(range(n), take))
    doc = list_doc(items=[f"i{i}" for i in range(n)], take=take, best=best)
    found = scorer.verdict(doc, [(float(v), False) for v in logs]).metrics["named"]
    edge = sorted(logs)[-take]
    sure = {i for i, v in enumerate(logs) if v > edge}
    level = [i for i, v in enumerate(logs) if v == edge]
    expected = len(sure & {*best}) + (take - len(sure)) * len({*level} & {*best}) / len(level)
    assert found == pytest.approx(expected / take)
    assert -1 <= scorer.verdict(doc, [(float(v), False) for v in logs]).metrics["overlap"] <= 1


def test_guessing_any_number_of_items_is_worth_nothing():
    rng = np.random.default_rng(4)
    for count in (1, 2):
        earned = [
            scorer.verdict(
                list_doc(),
                ["ANSWER: " + ", ".join("ABCDEFGH"[i] for i in rng.choice(8, count, False))],
            ).metrics["overlap"]
            for _ in range(3_000)
        ]
        assert abs(np.mean(earned)) < 3 * np.std(earned) / 3_000**0.5
