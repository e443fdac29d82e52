"""Detectable differences against the power that simulation finds."""

import math

import numpy as np
import pytest
from scipy import stats as scipy_stats

from heptathlon.scorers import stats


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
