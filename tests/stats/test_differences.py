"""Rows paired on the same items: as the t test inside the bounds, and honest at the bounds."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.scorers import stats
from heptathlon.scorers.stats import Event, RankRange


def event_of(rows, labels, bar=0.0, ceiling=1.0):
    """Return the event of rows of figures on the same items."""
    found = [stats.influence(row, labels) for row in rows]
    room = ceiling - bar
    return Event(
        np.array([(f.value - bar) / room for f in found]),
        np.stack([f.parts / room for f in found]),
        found[0].shares,
        found[0].df,
    )


def one(events, i=0, j=1):
    found = stats.point_differences(events, np.array([i]), np.array([j]))
    return (float(x[0]) for x in (found.value, found.low, found.high, found.p_value))


@given(st.integers(0, 10_000), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_inside_the_bounds_it_is_the_paired_t_test(seed, size):
    rng = np.random.default_rng(seed)
    labels = np.arange(60) // size
    rows = 0.5 + 0.1 * rng.normal(size=(2, 60)) + [[0.02], [0.0]]
    value, low, high, p = one([event_of(rows, labels)])
    expected = stats.paired(rows[0], rows[1], labels)
    assert value == pytest.approx(1000 * expected.difference.value)
    assert p == pytest.approx(expected.p_value, rel=0.02, abs=1e-6)
    assert (low, high) == pytest.approx(
        (1000 * expected.difference.low, 1000 * expected.difference.high), abs=0.2
    )


def test_the_scale_of_bar_and_ceiling_changes_points_and_not_the_verdict():
    rng = np.random.default_rng(0)
    rows = rng.random((2, 200)) * 0.2 + [[0.4], [0.38]]
    labels = np.arange(200)
    plain, scaled = one([event_of(rows, labels)]), one([event_of(rows, labels, 0.25, 0.75)])
    value, _, _, p = plain
    double, _, _, same = scaled
    assert double == pytest.approx(2 * value)
    assert same == pytest.approx(p)


def test_rows_below_the_bar_are_alike():
    """One is far worse than the other, and neither has a point."""
    rng = np.random.default_rng(1)
    rows = rng.random((2, 300)) * 0.1 + [[0.3], [0.0]]
    value, low, high, p = one([event_of(rows, np.arange(300), bar=0.6)])
    assert (value, low, high, p) == (0.0, 0.0, 0.0, 1.0)


def test_what_lies_below_the_bar_adds_no_noise_to_other_events():
    """An event in which both are hopeless must not hide a difference in another."""
    rng = np.random.default_rng(2)
    labels = np.arange(100)
    clear = event_of(rng.random((2, 100)) * 0.1 + [[0.6], [0.5]], labels)
    hopeless = event_of(rng.normal(size=(2, 100)) - 40, labels)
    value, low, high, p = one([clear, hopeless])
    alone = stats.point_differences([clear], np.array([0]), np.array([1]))
    assert value == pytest.approx(alone.value[0] / 2)
    assert p == pytest.approx(alone.p_value[0])
    assert high - low == pytest.approx((alone.high[0] - alone.low[0]) / 2)


def test_few_differing_clusters_are_no_proof():
    """Five items for one and none for the other: a coin does that in one of 16 tries."""
    a, b = np.zeros(400), np.zeros(400)
    a[:5] = 1
    *_, p = one([event_of([a, b], np.arange(400), bar=-0.5)])
    assert p == 2.0**-4


def test_rows_that_lack_an_event_are_compared_in_the_others():
    rng = np.random.default_rng(3)
    labels = np.arange(100)
    both = event_of(rng.random((2, 100)) * 0.1 + [[0.6], [0.5]], labels)
    lacking = event_of(rng.random((2, 100)), labels)
    skills = lacking.skills.copy()
    skills[1] = np.nan
    half = Event(skills, lacking.parts * [[1.0], [0.0]], lacking.shares, lacking.df)
    found = stats.point_differences([both, half], np.array([0]), np.array([1]))
    alone = stats.point_differences([both], np.array([0]), np.array([1]))
    assert found.events.tolist() == [1]
    assert found.value == pytest.approx(alone.value)
    nothing = stats.point_differences([half], np.array([0]), np.array([1]))
    assert nothing.p_value.tolist() == [1.0]
    assert np.isnan(nothing.value).all()


def simulated(rng, skills, events=3, items=60, shared=0.6):
    """Return events in which rows of known skill answer the same items, of shared difficulty."""
    made = []
    labels = np.arange(items)
    for e in range(events):
        hard = rng.normal(size=items)
        rows = [
            s[e] + 0.4 * (shared * hard + (1 - shared**2) ** 0.5 * rng.normal(size=items))
            for s in skills
        ]
        made.append(event_of(rows, labels))
    return made


@pytest.mark.parametrize(
    "skills",
    [
        ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        ((0.0, 0.5, 0.0), (0.0, 0.5, 0.0)),
        ((0.02, -0.5, 0.9), (-0.3, 0.0, 0.9)),
        ((-1.0, -0.05, 1.0), (0.05, 0.05, 0.98)),
    ],
)
def test_intervals_hold_the_difference_of_points(skills):
    """In the middle, at the bar, at the ceiling, and with one row on either side."""
    rng = np.random.default_rng(6)
    truth = np.mean([stats.held(a) - stats.held(b) for a, b in zip(*skills, strict=True)])
    runs = 400
    kept = wrong = 0
    for _ in range(runs):
        _, low, high, p = one(simulated(rng, skills))
        kept += low - 1e-9 <= truth <= high + 1e-9
        wrong += p < 0.05
    assert kept / runs > 0.93
    if truth == 0:
        assert wrong / runs < 0.08


@given(st.integers(0, 999))
@settings(max_examples=15, deadline=None)
def test_ranks_as_compared_one_by_one(seed):
    rng = np.random.default_rng(seed)
    skills = [(s, s, s) for s in rng.random(5)]
    events = simulated(rng, skills)
    pairs = list(itertools.combinations(range(5), 2))
    found = [tuple(one(events, i, j)) for i, j in pairs]
    adjusted = stats.holm([p for *_, p in found])
    best, worst = [1] * 5, [5] * 5
    for (i, j), (value, *_), p in zip(pairs, found, adjusted, strict=True):
        if p < 0.05:
            winner, loser = (i, j) if value > 0 else (j, i)
            best[loser] += 1
            worst[winner] -= 1
    expected = [RankRange(b, w) for b, w in zip(best, worst, strict=True)]
    assert stats.point_rank_ranges(events) == expected


def test_no_rows_and_no_events():
    assert stats.point_rank_ranges([]) == []
    nothing = stats.point_differences([], np.array([], dtype=int), np.array([], dtype=int))
    assert nothing.value.size == 0
