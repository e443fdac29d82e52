"""Ratios and skill against worked answers and simulated truth."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.scorers import stats
from tests.stats.drawn import BITS, clustered


class TestRatio:
    def test_value_and_scale(self):
        num, den = np.array([1.0, 2, 3, 6]), np.array([2.0, 4, 2, 4])
        one = stats.ratio(num, den, [0, 1, 2, 3], seed=0)
        ten = stats.ratio(10 * num, den, [0, 1, 2, 3], seed=0)
        assert one.value == 1.0
        assert (ten.low, ten.high) == pytest.approx((10 * one.low, 10 * one.high))

    def test_agrees_with_the_delta_method(self):
        rng = np.random.default_rng(2)
        den = rng.random(400) + 0.5
        num = den * 0.3 + rng.normal(0, 0.2, 400)
        interval = stats.ratio(num, den, np.arange(400), seed=0)
        se = (num - interval.value * den).std(ddof=1) / math.sqrt(400) / den.mean()
        assert interval.high - interval.low == pytest.approx(2 * 1.966 * se, rel=0.05)

    @pytest.mark.parametrize(
        ("num", "den", "value", "reason"),
        [
            ([1.0, 1.0], [1.0, -1.0], None, "sum to 0"),
            ([1.0, 2.0, 0.5], [0.0, 0.0, 1.0], 3.5, "undefined in"),
            ([1.0, 2.0], [2.0, 4.0], 0.5, "spread is unknown"),
            ([], [], None, "no items"),
        ],
    )
    def test_says_why_there_is_none(self, num, den, value, reason):
        interval = stats.ratio(num, den, range(len(num)), seed=0)
        assert (interval.value, interval.low) == (value, None)
        assert reason in interval.reason


class TestSkill:
    def test_worked_by_hand(self):
        """(0.75 - 0.25) / (1 - 0.25)."""
        interval = stats.skill([1, 1, 1, 0] * 5, [0, 0, 1, 0] * 5, range(20), 1.0, seed=0)
        assert interval.value == pytest.approx(2 / 3)
        assert interval.low < 2 / 3 < interval.high <= 1
        assert interval.method == "cluster-bootstrap"

    @given(clustered(BITS, min_size=12), st.integers(0, 99), st.floats(0.1, 9), st.floats(-5, 5))
    @settings(max_examples=30, deadline=None)
    def test_identities(self, sample, seed, factor, shift):
        score, labels = sample
        trivial = np.random.default_rng(seed).integers(0, 2, size=score.size).astype(float)

        def skill(s, t, ceiling):
            return stats.skill(s, t, labels, ceiling, resamples=200, seed=seed)

        if trivial.mean() == 1:
            assert skill(score, trivial, 1.0).value is None
            return
        of_itself, of_oracle = skill(trivial, trivial, 1.0), skill(np.ones(score.size), trivial, 1)
        if of_itself.value is not None:
            assert of_itself.value == 0
            assert of_itself.low == -of_itself.high < 0
        if of_oracle.value is not None:
            assert of_oracle.value == 1
            assert of_oracle.low < 1 == of_oracle.high
        one = skill(score, trivial, 1.0)
        other = skill(shift + factor * score, shift + factor * trivial, shift + factor)
        if one.method == "cluster-bootstrap":
            assert other.value == pytest.approx(one.value, abs=1e-6)
            assert other.low == pytest.approx(one.low, abs=1e-6)
            assert other.high == pytest.approx(one.high, abs=1e-6)
            assert one.value <= 1

    def test_pairs_the_resamples(self):
        """A model one item in ten better than a trivial one that varies much between clusters."""
        rng = np.random.default_rng(0)
        trivial = np.repeat(rng.random(200) < 0.5, 10).astype(float)
        gain = (trivial == 0) & (np.arange(2000) % 10 == 0)
        labels = np.repeat(np.arange(200), 10)
        interval = stats.skill(trivial + gain, trivial, labels, 1.0, seed=0)
        assert interval.value == pytest.approx(0.1)
        assert interval.high - interval.low < 0.35

    @pytest.mark.parametrize(
        ("score", "trivial", "reason"),
        [
            ([1, 0, 1, 1] * 5, [1] * 20, "reaches the ceiling"),
            ([1, 0, 1, 1] * 5, [1] * 19 + [0], "cannot be told from 0"),
            ([], [], "no items"),
        ],
    )
    def test_null_where_there_is_no_way_to_go(self, score, trivial, reason):
        interval = stats.skill(score, trivial, range(len(score)), 1.0, seed=0)
        assert (interval.value, interval.low, interval.high) == (None, None, None)
        assert reason in interval.reason

    def test_bound_of_a_gain_that_is_half_of_the_room_everywhere(self):
        """By hand: a cluster not seen moves the gain by -1 to .5, Wilson's share of it is .2775."""
        trivial = np.array([0.0, 0.5] * 5)
        interval = stats.skill((1 + trivial) / 2, trivial, range(10), 1.0, seed=0)
        unseen = 1.959964**2 / (10 + 1.959964**2)
        assert interval.value == pytest.approx(0.5)
        assert interval.low == pytest.approx(0.5 - unseen / 0.75, rel=1e-5)
        assert interval.high == pytest.approx(0.5 + unseen / 2 / 0.75, rel=1e-5)

    def test_one_cluster_has_a_value_only(self):
        interval = stats.skill([1, 0, 1, 1], [0, 0, 0, 1], ["m"] * 4, 1.0, seed=0)
        assert interval.value == pytest.approx(2 / 3)
        assert interval.low is None
        assert "one cluster" in interval.reason

    def test_worse_than_trivial_is_negative(self):
        interval = stats.skill([0, 0, 0, 1] * 10, [1, 1, 0, 0] * 10, range(40), 1.0, seed=0)
        assert interval.value == pytest.approx(-0.5)
