"""Statistics against hand-worked answers, SciPy, plain loops and simulated truth."""

import doctest
import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from heptathlon.scorers import stats
from heptathlon.scorers.stats import Interval, RankRange

RATES = st.floats(0, 1)
BITS = st.integers(0, 1)


@st.composite
def clustered(draw, elements=RATES, min_size=2):
    """Draw values with cluster labels, of which there are at least two."""
    values = draw(st.lists(elements, min_size=min_size, max_size=30))
    labels = draw(st.lists(st.integers(0, 5), min_size=len(values), max_size=len(values)))
    labels[:2] = [0, 1]
    return np.array(values, dtype=float), np.array(labels)


def exchangeable(rng, clusters, size, icc, share=0.5):
    """Return 0/1 figures whose items equal their cluster's with the square root of the ICC."""
    own = rng.random((clusters, size)) < share
    common = rng.random((clusters, 1)) < share
    values = np.where(rng.random((clusters, size)) < math.sqrt(icc), common, own)
    return values.ravel().astype(float), np.repeat(np.arange(clusters), size)


def loop_variance(values, labels):
    """CR2 variance of the mean, term by term, as Miller's double sum within clusters."""
    n, mean, total = len(values), sum(values) / len(values), 0.0
    for label in set(labels.tolist()):
        inside = [v - mean for v, g in zip(values, labels, strict=True) if g == label]
        pairs = sum(x * y for x in inside for y in inside)
        total += pairs / (1 - len(inside) / n)
    return total / n**2


def satterthwaite(labels):
    """Degrees of freedom of the CR2 variance, from its matrix form for independent items."""
    _, sizes = np.unique(labels, return_counts=True)
    n = sizes.sum()
    into_sums = np.repeat(np.eye(len(sizes)), sizes, axis=1)
    residual_sums = into_sums @ (np.eye(n) - np.full((n, n), 1 / n))
    covariance = residual_sums @ residual_sums.T
    product = covariance / (1 - sizes / n)[:, None]
    return np.trace(product) ** 2 / np.trace(product @ product)


def test_examples_in_docstrings():
    assert doctest.testmod(stats).failed == 0
    assert doctest.testmod(stats).attempted >= 3


class TestInterval:
    @pytest.mark.parametrize(
        "fields",
        [
            (0.5, 0.1, None, 3, 3, "wilson", "half an interval"),
            (0.5, None, None, 3, 3, "wilson", ""),
            (None, None, None, 0, 0, "none", ""),
            (0.5, 0.1, 0.9, 3, 3, "wilson", "a reason for nothing"),
            (math.nan, 0.1, 0.9, 3, 3, "wilson", ""),
            (0.5, 0.1, math.inf, 3, 3, "wilson", ""),
        ],
    )
    def test_refuses_what_does_not_fit_together(self, fields):
        with pytest.raises(ValueError, match=r"interval|reason"):
            Interval(*fields)


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
            lambda: stats.paired_rank_ranges([1.0, 0.0]),
        ],
    )
    def test_refuses_what_has_no_meaning(self, call):
        with pytest.raises(ValueError, match=r"\w{3}"):
            call()


def plain_bootstrap(values, labels, statistic, resamples, seed):
    """The cluster bootstrap as a textbook has it: draw clusters, put their items together."""
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    drawn = []
    for _ in range(resamples):
        picked = rng.integers(0, len(members), size=len(members))
        drawn.append(statistic(np.concatenate([values[members[i]] for i in picked])))
    return np.array(drawn)


def expanded(drawn, df, level):
    """Hesterberg's expanded percentiles of a bootstrap distribution."""
    t = scipy_stats.t.ppf((1 + level) / 2, df)
    tail = scipy_stats.norm.cdf(-t * math.sqrt((df + 1) / df))
    return np.quantile(drawn, [tail, 1 - tail])


def unbalanced(rng, clusters):
    labels = np.repeat(np.arange(clusters), rng.integers(1, 8, size=clusters))
    return (rng.random(clusters)[labels] + rng.random(labels.size)) / 2, labels


class TestClusterBootstrap:
    @pytest.mark.parametrize("kind", ["continuous", "few clusters", "binary", "balanced binary"])
    @pytest.mark.parametrize("level", [0.5, 0.9])
    def test_as_a_plain_loop_in_distribution(self, kind, level):
        """Continuous figures are gathered, 0/1 ones counted: both must be the same bootstrap."""
        rng = np.random.default_rng(3)
        if kind == "continuous":
            values, labels = unbalanced(rng, 40)
        elif kind == "few clusters":
            values, labels = unbalanced(rng, 9)
        elif kind == "binary":
            values, labels = unbalanced(rng, 900)
            values = np.round(values)
        else:
            values, labels = exchangeable(rng, 400, 3, icc=0.4)
        ours = stats.cluster_bootstrap(values, labels, seed=1, level=level)
        plain = plain_bootstrap(values, labels, np.mean, 3000, seed=2)
        low, high = expanded(plain, satterthwaite_of_sizes(labels), level)
        assert ours.method == "cluster-bootstrap"
        # Four standard errors of a 2.5 % quantile from 3,000 resamples; the others' are less.
        slack = 4 * plain.std() * 2.7 / math.sqrt(3000)
        assert ours.low == pytest.approx(low, abs=slack)
        assert ours.high == pytest.approx(high, abs=slack)

    def test_counting_and_gathering_agree(self):
        """A tiny unlike dust on every item turns the one path into the other."""
        rng = np.random.default_rng(8)
        values, labels = exchangeable(rng, 500, 4, icc=0.6)
        counted = stats.cluster_bootstrap(values, labels, seed=0, resamples=20_000)
        gathered = stats.cluster_bootstrap(
            values + 1e-9 * rng.random(values.size), labels, seed=0, resamples=20_000
        )
        assert counted.low == pytest.approx(gathered.low, abs=0.002)
        assert counted.high == pytest.approx(gathered.high, abs=0.002)

    def test_general_path_agrees_with_the_mean(self):
        values, labels = unbalanced(np.random.default_rng(4), 60)

        def mean(y, weights):
            return np.average(y, weights=weights)

        general = stats.cluster_bootstrap(values, labels, mean, resamples=4000, seed=1)
        special = stats.cluster_bootstrap(values, labels, resamples=4000, seed=2)
        assert general.value == pytest.approx(special.value)
        width = special.high - special.low
        assert general.low == pytest.approx(special.low, abs=width / 15)
        assert general.high == pytest.approx(special.high, abs=width / 15)

    def test_agrees_with_the_analytic_interval(self):
        values, labels = unbalanced(np.random.default_rng(6), 300)
        boot = stats.cluster_bootstrap(values, labels, seed=3)
        analytic = stats.clustered_mean(values, labels)
        width = analytic.high - analytic.low
        assert boot.high - boot.low == pytest.approx(width, rel=0.05)

    def test_the_seed_decides(self):
        values, labels = unbalanced(np.random.default_rng(7), 50)
        state = np.random.get_state()[1].tolist()
        runs = [stats.cluster_bootstrap(values, labels, seed=s) for s in (1, 1, 2)]
        assert runs[0] == runs[1] != runs[2]
        assert np.random.get_state()[1].tolist() == state

    def test_item_bootstrap_would_be_too_narrow(self):
        """The planted fault: forgetting the clusters."""
        values, labels = exchangeable(np.random.default_rng(9), 200, 10, icc=0.5)
        by_cluster = stats.cluster_bootstrap(values, labels, seed=0)
        by_item = stats.cluster_bootstrap(values, np.arange(values.size), seed=0)
        design_effect = ((by_cluster.high - by_cluster.low) / (by_item.high - by_item.low)) ** 2
        assert design_effect == pytest.approx(1 + 9 * 0.5, rel=0.3)

    def test_strata_weigh_the_same(self):
        values = np.array([1.0, 1, 1, 1, 1, 1, 0, 1, 0, 0])
        strata = ["big"] * 6 + ["small"] * 4
        macro = stats.cluster_bootstrap(values, np.arange(10), strata=strata, seed=0)
        assert macro.value == pytest.approx((1 + 0.25) / 2)
        # Only the small stratum varies: its mean's bootstrap spread, halved.
        assert 0.5 <= macro.low < macro.value < macro.high <= 1

    def test_strata_as_a_plain_loop(self):
        rng = np.random.default_rng(10)
        values, labels = unbalanced(rng, 60)
        strata = rng.integers(0, 3, size=values.size)
        rows = np.stack([values, strata], axis=1)

        def macro(sample):
            return np.mean([sample[sample[:, 1] == s, 0].mean() for s in range(3)])

        ours = stats.cluster_bootstrap(values, labels, strata=strata, seed=0)
        plain = plain_bootstrap(rows, labels, macro, 3000, seed=1)
        low, high = expanded(plain, satterthwaite_of_sizes(labels), 0.95)
        assert ours.value == pytest.approx(macro(rows))
        assert (ours.low, ours.high) == pytest.approx((low, high), abs=plain.std() / 5)

    def test_undefined_resamples_widen_and_never_vanish(self):
        """Undefined in a third of the resamples: no percentile of 95 % is left."""
        values = np.array([1.0, 0, 0, 0, 0, 0])

        def share_of_hits(y, weights):
            hits = (y * weights).sum()
            return None if hits == 0 else float(hits / weights.sum())

        interval = stats.cluster_bootstrap(values, np.arange(6), share_of_hits, seed=0)
        assert interval.value == pytest.approx(1 / 6)
        assert interval.low is None
        undefined = int(interval.reason.split()[2])
        assert undefined / 10_000 == pytest.approx((5 / 6) ** 6, abs=0.02)

    @pytest.mark.parametrize(
        ("values", "labels", "value", "reason"),
        [
            ([], [], None, "no items"),
            ([1.0, 0.0], [4, 4], 0.5, "one cluster"),
            ([3.0, 3.0, 3.0], [0, 1, 2], 3.0, "spread is unknown"),
        ],
    )
    @pytest.mark.parametrize(
        "statistic", [None, lambda y, w: float((y * w).sum() / w.sum()) if w.size else None]
    )
    def test_says_why_there_is_none(self, values, labels, value, reason, statistic):
        interval = stats.cluster_bootstrap(values, labels, statistic, seed=0)
        assert (interval.value, interval.low) == (value, None)
        assert reason in interval.reason

    def test_no_spread_gets_the_analytic_bound(self):
        zeros, labels = np.zeros(12), np.arange(12) // 2
        bound = stats.clustered_mean(zeros, labels)
        assert stats.cluster_bootstrap(zeros, labels, seed=0) == bound
        assert bound.high > 0.3
        # Two strata of unequal size: their clusters weigh unequally, so fewer count.
        macro = stats.cluster_bootstrap(zeros, np.arange(12), strata=[0] * 2 + [1] * 10, seed=0)
        assert macro.high > stats.wilson(0, 12).high


def satterthwaite_of_sizes(labels):
    """As :func:`satterthwaite`, for many items: the sums' covariance needs only the sizes."""
    _, sizes = np.unique(labels, return_counts=True)
    n = sizes.sum()
    covariance = np.diag(sizes.astype(float)) - np.outer(sizes, sizes) / n
    product = covariance / (1 - sizes / n)[:, None]
    return np.trace(product) ** 2 / np.trace(product @ product)


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

    def test_one_cluster_has_a_value_only(self):
        interval = stats.skill([1, 0, 1, 1], [0, 0, 0, 1], ["m"] * 4, 1.0, seed=0)
        assert interval.value == pytest.approx(2 / 3)
        assert interval.low is None
        assert "one cluster" in interval.reason

    def test_worse_than_trivial_is_negative(self):
        interval = stats.skill([0, 0, 0, 1] * 10, [1, 1, 0, 0] * 10, range(40), 1.0, seed=0)
        assert interval.value == pytest.approx(-0.5)


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


class TestDetectable:
    def test_found_with_the_power_promised(self):
        rng = np.random.default_rng(3)
        labels = np.repeat(np.arange(30), 4)
        noise = rng.normal(size=30)[labels] + rng.normal(size=120)
        promised = stats.minimal_detectable_difference(noise, np.zeros(120), labels, power=0.8)
        truth = stats.planned_detectable_difference(
            math.sqrt(2), 30, cluster_size=4, icc=0.5, power=0.8
        )
        assert promised.value == pytest.approx(truth.value, rel=0.35)
        found = 0
        for _ in range(1500):
            values = rng.normal(size=30)[labels] + rng.normal(size=120) + truth.value
            found += stats.paired(values, np.zeros(120), labels).verdict == "a"
        assert found / 1500 == pytest.approx(0.8, abs=0.04)

    def test_normal_quantiles_for_many_items(self):
        """(1.959964 + 0.841621) * sd / sqrt(n), Miller's rule for one answer an item."""
        result = stats.planned_detectable_difference(0.5, 10**6)
        assert result.value == pytest.approx((1.959964 + 0.841621) * 0.5 / 1000, rel=1e-5)
        unpaired = stats.planned_detectable_difference(0.5, 10**6, design="unpaired")
        assert unpaired.value == pytest.approx(result.value * math.sqrt(2), rel=1e-5)

    def test_unpaired_has_welchs_degrees_of_freedom(self):
        rng = np.random.default_rng(4)
        a, b = rng.normal(size=12), 3 * rng.normal(size=30)
        result = stats.minimal_detectable_difference(a, b, range(12), b_clusters=range(30))
        theirs = scipy_stats.ttest_ind(a, b, equal_var=False)
        assert result.design == "unpaired"
        assert result.df == pytest.approx(theirs.df)
        assert (a.mean() - b.mean()) / result.standard_error == pytest.approx(theirs.statistic)

    def test_pairing_helps_where_models_agree(self):
        rng = np.random.default_rng(5)
        hard = rng.random(300)
        a, b = (hard < 0.5).astype(float), (hard + rng.normal(0, 0.05, 300) < 0.5).astype(float)
        labels = np.arange(300)
        pairs = stats.minimal_detectable_difference(a, b, labels)
        apart = stats.minimal_detectable_difference(a, b, labels, b_clusters=labels)
        assert pairs.value < 0.6 * apart.value

    @pytest.mark.parametrize(
        "result",
        [
            stats.minimal_detectable_difference([], [], []),
            stats.minimal_detectable_difference([1, 0], [0, 0], [0, 0]),
            stats.minimal_detectable_difference([1, 0, 1], [1, 0, 1], [0, 1, 2]),
            stats.minimal_detectable_difference([1, 1], [0, 1], [0, 1], b_clusters=[0, 1]),
            stats.minimal_detectable_difference([1, 0], [0], [0, 1], b_clusters=[0]),
        ],
    )
    def test_unknown_with_a_reason(self, result):
        assert result.value is None
        assert result.reason


class TestHolm:
    def test_worked_by_hand(self):
        adjusted = stats.holm([0.01, 0.04, 0.03, 0.005])
        assert adjusted.tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])

    @given(st.lists(st.floats(0, 1), max_size=6))
    def test_as_closed_testing_with_bonferroni(self, p):
        """The principle behind it: the largest Bonferroni p-value of all sets with the p-value."""
        indices = range(len(p))
        sets = [s for k in indices for s in itertools.combinations(indices, k + 1)]
        expected = [
            min(1.0, max(len(s) * min(p[j] for j in s) for s in sets if i in s)) for i in indices
        ]
        assert stats.holm(p).tolist() == pytest.approx(expected)


def interval(low, high):
    return Interval((low + high) / 2, low, high, 9, 9, "wilson")


class TestRanks:
    def test_worked_by_hand(self):
        rows = [interval(0.8, 0.9), interval(0.7, 0.85), interval(0.5, 0.75), interval(0.1, 0.2)]
        assert [str(r) for r in stats.rank_ranges(rows)] == ["1-2", "1-3", "2-3", "4"]

    @given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
    def test_as_counted_pair_by_pair(self, ends):
        rows = [interval(min(e), max(e)) for e in ends]
        expected = [
            RankRange(
                1 + sum(other.low > row.high for other in rows),
                len(rows) - sum(other.high < row.low for other in rows),
            )
            for row in rows
        ]
        assert stats.rank_ranges(rows) == expected

    def test_no_interval_may_be_anywhere(self):
        unknown = Interval(0.5, None, None, 1, 1, "none", "one item")
        rows = [interval(0.8, 0.9), unknown, interval(0.1, 0.2)]
        assert [str(r) for r in stats.rank_ranges(rows)] == ["1-2", "1-3", "2-3"]

    def test_ten_thousand_rows(self):
        rows = [interval(i, i + 10.5) for i in range(10_000)]
        ranges = stats.rank_ranges(rows)
        assert ranges[0] == RankRange(9990, 10_000)
        assert ranges[5000] == RankRange(4990, 5010)

    @given(st.integers(0, 999))
    @settings(max_examples=25, deadline=None)
    def test_pairs_as_compared_one_by_one(self, seed):
        rng = np.random.default_rng(seed)
        hard = rng.random(40)
        y = (hard + rng.normal(0, 0.1, (5, 40)) < rng.random((5, 1))).astype(float)
        y[0] = rng.random(40) if seed % 2 else y[0]
        labels = np.arange(40) // (2 if seed % 3 else 1)
        pairs = list(itertools.combinations(range(5), 2))
        results = [stats.paired(y[i], y[j], labels) for i, j in pairs]
        adjusted = stats.holm([r.p_value for r in results])
        best, worst = [1] * 5, [5] * 5
        for (i, j), result, p in zip(pairs, results, adjusted, strict=True):
            if p < 0.05:
                winner, loser = (i, j) if result.direction == "a" else (j, i)
                best[loser] += 1
                worst[winner] -= 1
        expected = [RankRange(b, w) for b, w in zip(best, worst, strict=True)]
        assert stats.paired_rank_ranges(y, labels) == expected

    def test_one_cluster_tells_nothing_apart(self):
        assert stats.paired_rank_ranges(np.eye(3), [0, 0, 0]) == [RankRange(1, 3)] * 3
        assert stats.paired_rank_ranges(np.empty((0, 4))) == []


@pytest.mark.parametrize(
    "call",
    [
        lambda y, g: stats.mean_interval(y, g),
        lambda y, g: stats.cluster_bootstrap(y, g, seed=0, resamples=200),
        lambda y, g: stats.paired(y, y[::-1], g).difference,
        lambda y, g: stats.skill(y, y[::-1], g, 1.0, seed=0, resamples=200),
    ],
)
@given(sample=clustered(st.sampled_from([0.0, 0.5, 1.0]), min_size=2))
@settings(max_examples=40, deadline=None)
def test_never_a_certain_nothing(call: Callable[..., Interval], sample):
    """No figure whatever comes with an interval of no width, and none comes without its reason."""
    result = call(*sample)
    if result.low is None or result.high is None:
        assert result.reason
    else:
        assert result.low < result.high
        assert result.low <= result.value <= result.high
