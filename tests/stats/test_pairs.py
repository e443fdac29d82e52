"""Two models on the same items against SciPy and simulated ties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from heptathlon.scorers import stats
from tests.stats.drawn import BITS, clustered, exchangeable


class TestPaired:
    @given(st.lists(st.tuples(st.floats(2, 9), st.floats(2, 9)), min_size=3, max_size=40))
    def test_as_scipy(self, pairs):
        a, b = np.array(pairs).T
        ours = stats.paired(a, b)
        if ours.standard_error is None or ours.standard_error < 1e-6:
            return
        theirs = scipy_stats.ttest_rel(a, b)
        differing = int((a != b).sum())
        expected = max(theirs.pvalue, 2.0 ** (1 - differing))
        assert ours.test == "clustered-t"
        assert ours.p_value == pytest.approx(min(1, expected), abs=1e-9)
        interval = theirs.confidence_interval(0.95)
        if ours.p_value < 0.05:
            assert ours.difference.low == pytest.approx(interval.low, abs=1e-9)
            assert ours.difference.high == pytest.approx(interval.high, abs=1e-9)

    @given(st.lists(st.tuples(BITS, BITS), min_size=2, max_size=60))
    def test_bits_as_exact_mcnemar(self, pairs):
        a, b = np.array(pairs).T
        ours = stats.paired(a, b)
        up, down = int((a > b).sum()), int((a < b).sum())
        assert (ours.a_better, ours.b_better, ours.equal) == (up, down, len(a) - up - down)
        expected = scipy_stats.binomtest(up, up + down).pvalue if up + down else 1.0
        assert ours.test == "mcnemar-exact"
        assert ours.p_value == pytest.approx(expected)

    @pytest.mark.parametrize(("up", "p", "verdict"), [(5, 0.0625, "tie"), (6, 0.03125, "a")])
    def test_mcnemar_worked_by_hand(self, up, p, verdict):
        """Five of five discordant items could be a coin's; six of six hardly: 2 / 2**6."""
        a, b = np.zeros(40), np.zeros(40)
        a[:up] = 1
        result = stats.paired(a, b)
        assert result.p_value == pytest.approx(p)
        assert result.verdict == verdict
        assert result.direction == "a"
        assert (result.difference.low <= 0) == (verdict == "tie")

    @given(clustered(st.integers(0, 8).map(lambda k: k / 8)), st.integers(0, 99))
    def test_verdict_interval_and_sides_agree(self, sample, seed):
        a, labels = sample
        b = np.random.default_rng(seed).permutation(a)
        one, other = stats.paired(a, b, labels), stats.paired(b, a, labels)
        assert one.p_value == other.p_value
        assert one.difference.value == pytest.approx(-other.difference.value)
        assert one.difference.low == pytest.approx(-other.difference.high)
        assert {one.verdict, other.verdict} in ({"tie"}, {"a", "b"})
        assert (one.difference.low <= 0 <= one.difference.high) == (one.verdict == "tie")
        assert -1 <= one.difference.low <= one.difference.value <= one.difference.high <= 1

    def test_no_surer_than_the_signs_of_the_clusters(self):
        """Five clusters of two hundred differ, all one way: Student's t alone says p = 0.026."""
        a, labels = np.zeros(1000), np.repeat(np.arange(200), 5)
        b = a.copy()
        a[labels < 5] = 1
        result = stats.paired(a, b, labels)
        assert 2 * scipy_stats.t.sf(result.difference.value / result.standard_error, 199) < 0.03
        assert result.p_value == pytest.approx(2 / 2**5)
        assert result.verdict == "tie"
        assert result.difference.low <= 0

    def test_agreeing_everywhere_is_a_tie_with_a_bound(self):
        result = stats.paired([1, 0, 1, 0] * 5, [1, 0, 1, 0] * 5)
        unseen = stats.wilson(0, 20).high
        assert (result.verdict, result.p_value, result.direction) == ("tie", 1.0, None)
        assert result.difference.high == pytest.approx(unseen)
        assert result.difference.low == pytest.approx(-unseen)

    def test_differing_everywhere(self):
        result = stats.paired([1.0] * 12, [0.0] * 12, np.arange(12) // 2)
        assert (result.verdict, result.p_value) == ("a", 2 / 2**6)
        assert 0 < result.difference.low < result.difference.high == 1

    @pytest.mark.parametrize(
        ("a", "labels", "reason"), [([], [], "no items"), ([1.0, 0.5], [0, 0], "one cluster")]
    )
    def test_no_test_no_verdict(self, a, labels, reason):
        result = stats.paired(a, a, labels)
        assert (result.p_value, result.verdict, result.test) == (None, None, "none")
        assert reason in result.difference.reason

    def test_finds_what_two_intervals_hide(self):
        rng = np.random.default_rng(1)
        hard = rng.random(220)
        a, b = (hard < 0.58).astype(float), (hard < 0.52).astype(float)
        one, other = stats.mean_interval(a), stats.mean_interval(b)
        assert one.low < other.high
        assert stats.paired(a, b).verdict == "a"

    def test_true_ties_are_seldom_told_apart(self):
        """Two models alike on average, unlike by cluster: 50 clusters of 10, ICC 0.7."""
        rng = np.random.default_rng(12)
        ours = naive = 0
        for _ in range(500):
            a, labels = exchangeable(rng, 50, 10, icc=0.7)
            b, _ = exchangeable(rng, 50, 10, icc=0.7)
            ours += stats.paired(a, b, labels).verdict != "tie"
            naive += stats.paired(a, b).verdict != "tie"
        assert 8 <= ours <= 45
        assert naive > 150
