"""The cluster bootstrap against a plain loop and against what is known of a mean."""

import math

import numpy as np
import pytest
from scipy import stats as scipy_stats

from heptathlon.scorers import stats
from tests.stats.drawn import exchangeable, satterthwaite_of_sizes, unbalanced


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
