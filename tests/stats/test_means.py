"""Intervals of a mean against hand-worked answers, SciPy, plain loops and simulated truth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from heptathlon.scorers import stats
from tests.stats.drawn import BITS, clustered, exchangeable, loop_variance, satterthwaite


class TestWilson:
    @given(st.integers(1, 500), st.data(), st.floats(0.5, 0.999))
    def test_as_scipy(self, n, data, level):
        k = data.draw(st.integers(0, n))
        ours = stats.wilson(k, n, level)
        theirs = scipy_stats.binomtest(k, n).proportion_ci(level, method="wilson")
        assert ours.value == k / n
        assert ours.low == pytest.approx(theirs.low, abs=1e-12)
        assert ours.high == pytest.approx(theirs.high, abs=1e-12)
        assert 0 <= ours.low <= ours.value <= ours.high <= 1

    def test_all_wrong_is_not_a_certain_nothing(self):
        interval = stats.wilson(0, 10)
        assert interval.low == 0
        # z**2 / (n + z**2) with z = 1.959964
        assert interval.high == pytest.approx(3.841459 / 13.841459, abs=1e-6)

    def test_no_items(self):
        interval = stats.wilson(0, 0)
        assert (interval.value, interval.low, interval.high) == (None, None, None)
        assert interval.reason == "there are no items"

    @pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5), (2.5, 5), (0, -1)])
    def test_refuses_impossible_counts(self, k, n):
        with pytest.raises(ValueError, match="successes"):
            stats.wilson(k, n)


class TestClusteredMean:
    def test_worked_by_hand_with_equal_clusters(self):
        """Residual sums 1, -1, 0, shares 1/3: variance 2 / (2/3) / 36 = 1/12; t(2) = 4.302653."""
        values, labels = [1, 1, 0, 0, 1, 0], list("aabbcc")
        plain = stats.clustered_mean(values, labels, bounds=stats.UNBOUNDED)
        assert plain.method == "clustered-t"
        assert (plain.n, plain.clusters, plain.value) == (6, 3, 0.5)
        assert plain.high - 0.5 == pytest.approx(4.302653 / math.sqrt(12), abs=1e-6)
        # Effective sample size 0.25 * 12 = 3; Wilson's half width for it and the same t.
        rates = stats.clustered_mean(values, labels)
        q = 4.302653**2 / 3
        half = math.sqrt(0.25 * q + q**2 / 4) / (1 + q)
        assert rates.method == "clustered-wilson"
        assert (rates.low, rates.high) == pytest.approx((0.5 - half, 0.5 + half), abs=1e-6)

    def test_worked_by_hand_with_unequal_clusters(self):
        """Residual sums 1.5, -3, 1.5 with shares 1/6, 1/3, 1/2: variance 20.7 / 36, df 1 / 0.6."""
        interval = stats.clustered_mean([3, 0, 0, 2, 2, 2], list("abbccc"))
        half = scipy_stats.t.ppf(0.975, 1 / 0.6) * math.sqrt(20.7 / 36)
        assert interval.method == "clustered-t"
        assert interval.value == 1.5
        assert interval.high == pytest.approx(1.5 + half)

    @given(clustered(st.floats(-50, 50)), st.floats(0.5, 0.99))
    def test_as_a_plain_loop(self, sample, level):
        values, labels = sample
        variance = loop_variance(values, labels)
        ours = stats.clustered_mean(values, labels, level, bounds=stats.UNBOUNDED)
        if ours.method == "none":
            assert math.sqrt(variance) <= 1e-9
            return
        half = scipy_stats.t.ppf((1 + level) / 2, satterthwaite(labels)) * math.sqrt(variance)
        assert ours.low == pytest.approx(values.mean() - half, rel=1e-6, abs=1e-6)
        assert ours.high == pytest.approx(values.mean() + half, rel=1e-6, abs=1e-6)

    @given(st.lists(st.floats(-9, 9), min_size=2, max_size=40))
    def test_singletons_as_student(self, values):
        ours = stats.clustered_mean(values, range(len(values)), bounds=stats.UNBOUNDED)
        if ours.low is None:
            assert np.ptp(values) <= 1e-9
            return
        theirs = scipy_stats.ttest_1samp(values, 0).confidence_interval(0.95)
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)

    @given(clustered())
    def test_rates_stay_rates_and_hold_their_mean(self, sample):
        ours = stats.clustered_mean(*sample)
        assert 0 <= ours.low <= ours.value <= ours.high <= 1
        assert ours.low < ours.high

    @given(clustered(), st.floats(-5, 5), st.floats(0.1, 10))
    def test_bounds_scale_with_the_figures(self, sample, shift, factor):
        values, labels = sample
        one = stats.clustered_mean(values, labels, bounds=(-0.5, 1.5))
        other = stats.clustered_mean(
            shift + factor * values, labels, bounds=(shift - factor / 2, shift + 1.5 * factor)
        )
        assert other.low == pytest.approx(shift + factor * one.low, abs=1e-6)
        assert other.high == pytest.approx(shift + factor * one.high, abs=1e-6)

    @given(clustered(), st.permutations(range(6)), st.randoms(use_true_random=False))
    def test_neither_order_nor_names_matter(self, sample, names, random):
        values, labels = sample
        order = list(range(len(values)))
        random.shuffle(order)
        renamed = np.array([f"c{names[label]}" for label in labels])
        one, other = (
            stats.clustered_mean(values, labels),
            stats.clustered_mean(values[order], renamed[order]),
        )
        assert other.low == pytest.approx(one.low, abs=1e-9)
        assert other.high == pytest.approx(one.high, abs=1e-9)

    @pytest.mark.parametrize("value", [0.0, 1.0, 0.25])
    @pytest.mark.parametrize("copies", [1, 7])
    def test_no_spread_gets_a_bound_from_the_number_of_clusters(self, value, copies):
        """However many items repeat it, ten clusters that agree are ten observations."""
        labels = np.repeat(np.arange(10), copies)
        interval = stats.clustered_mean(np.full(labels.size, value), labels)
        unseen = stats.wilson(0, 10).high
        assert interval.method == "wilson-on-clusters"
        assert interval.low == pytest.approx(value * (1 - unseen))
        assert interval.high == pytest.approx(value + unseen * (1 - value))

    def test_no_spread_between_clusters_despite_spread_between_items(self):
        """One right and one wrong in each: a standard error of 0 that the items hide."""
        interval = stats.clustered_mean([1, 0] * 8, np.repeat(np.arange(8), 2))
        assert interval.method == "wilson-on-clusters"
        assert 0.3 < interval.low < 0.5 < interval.high < 0.7

    def test_a_dominant_cluster_counts_as_few(self):
        labels = np.array([0] * 97 + [1, 2, 3])
        lopsided = stats.clustered_mean(np.zeros(100), labels)
        even = stats.clustered_mean(np.zeros(100), np.arange(100) % 4)
        assert lopsided.high > even.high

    def test_icc_one_equals_one_item_a_cluster(self):
        """Repeating every item five times in its cluster adds nothing."""
        values = np.random.default_rng(5).random(30)
        once = stats.clustered_mean(values, np.arange(30))
        often = stats.clustered_mean(np.repeat(values, 5), np.repeat(np.arange(30), 5))
        assert (often.low, often.high) == pytest.approx((once.low, once.high))

    def test_covers_what_the_naive_interval_misses(self):
        rng = np.random.default_rng(11)
        ours = naive = 0
        for _ in range(1000):
            values, labels = exchangeable(rng, 40, 5, icc=0.5, share=0.7)
            interval = stats.mean_interval(values, labels)
            ours += interval.low <= 0.7 <= interval.high
            interval = stats.mean_interval(values)
            naive += interval.low <= 0.7 <= interval.high
        assert 930 <= ours <= 975
        assert naive < 850


class TestMeanInterval:
    @given(st.lists(BITS, min_size=1, max_size=50))
    def test_wilson_for_independent_bits(self, bits):
        expected = stats.wilson(sum(bits), len(bits))
        assert stats.mean_interval(bits) == expected
        assert stats.mean_interval(bits, [f"item-{i}" for i in range(len(bits))]) == expected

    @pytest.mark.parametrize(
        ("values", "clusters", "method"),
        [
            ([1, 0, 1, 1], [0, 0, 1, 1], "clustered-wilson"),
            ([1, 0.5, 1, 1], [0, 1, 2, 3], "clustered-wilson"),
            ([1, 0.5, -1, 1], [0, 1, 2, 3], "clustered-t"),
            ([0, 0, 0, 0], [0, 0, 1, 1], "wilson-on-clusters"),
        ],
    )
    def test_picks_the_method(self, values, clusters, method):
        assert stats.mean_interval(values, clusters).method == method

    @pytest.mark.parametrize(
        ("values", "clusters", "value", "reason"),
        [
            ([], [], None, "there are no items"),
            ([0.5], [0], 0.5, "one item"),
            ([0.5, 1.0, 0.0], ["x", "x", "x"], 0.5, "one cluster"),
            ([1.0, 1.0], ["x", "x"], 1.0, "one cluster"),
            ([7.0, 7.0], [0, 1], 7.0, "spread is unknown"),
        ],
    )
    def test_says_why_there_is_none(self, values, clusters, value, reason):
        interval = stats.mean_interval(values, clusters)
        assert (interval.value, interval.low, interval.high) == (value, None, None)
        assert reason in interval.reason
        assert interval.method == "none"

    def test_one_bit_is_wilson(self):
        assert stats.mean_interval([1]) == stats.wilson(1, 1)

    @pytest.mark.parametrize(
        "call",
        [
            lambda: stats.mean_interval([1.0, math.nan]),
            lambda: stats.mean_interval([1.0, math.inf], [0, 1]),
            lambda: stats.mean_interval([[1.0, 0.0]]),
            lambda: stats.mean_interval([1.0, 0.0], [0]),
            lambda: stats.mean_interval([1.0, 0.0], [0.0, math.nan]),
            lambda: stats.mean_interval([1.0, 2.0], bounds=(0, 1)),
            lambda: stats.mean_interval([1.0, 1.0], bounds=(1, 1)),
            lambda: stats.mean_interval([1.0, 0.0], level=1.0),
            lambda: stats.mean_interval([0.5, 0.1], level=95),
            lambda: stats.paired([1.0, 0.0], [1.0]),
            lambda: stats.paired([1.0, 0.0], [1.0, math.nan]),
            lambda: stats.skill([1.0], [1.0, 0.0], [0, 1], 1.0, seed=0),
            lambda: stats.skill([1.0, 0.0], [1.0, 0.0], [0, 1], math.inf, seed=0),
            lambda: stats.cluster_bootstrap([1.0, 0.0], [0, 1], resamples=10, seed=0),
            lambda: stats.cluster_bootstrap([1.0], [0], lambda v, w: 0.0, strata=[0], seed=0),
            lambda: stats.holm([0.5, 1.5]),
            lambda: stats.holm([0.5, math.nan]),
            lambda: stats.minimal_detectable_difference([1.0], [0.0], [0], power=0),
            lambda: stats.planned_detectable_difference(0.0, 10),
            lambda: stats.planned_detectable_difference(1.0, 10, cluster_size=5, icc=-0.5),
        ],
    )
    def test_refuses_what_has_no_meaning(self, call):
        with pytest.raises(ValueError, match=r"\w{3}"):
            call()
