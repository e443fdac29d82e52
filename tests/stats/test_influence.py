"""Clusters' parts in a figure against SciPy's jackknife, the CR2 variance and simulated spread."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import stats as scipy_stats

from heptathlon.scorers import stats
from tests.stats.drawn import clustered, loop_variance, satterthwaite, unbalanced


def weighted_ratio(values, weights):
    below = float(weights @ values[:, 1])
    return float(weights @ values[:, 0]) / below if below else math.nan


@given(clustered())
@settings(max_examples=60, deadline=None)
def test_a_mean_has_the_cr2_variance(sample):
    values, labels = sample
    found = stats.influence(values, labels)
    assert found.value == pytest.approx(values.mean())
    assert found.standard_error**2 == pytest.approx(loop_variance(values, labels), abs=1e-15)
    assert found.df == pytest.approx(satterthwaite(labels))
    assert found.shares.sum() == pytest.approx(1)
    assert found.clusters.tolist() == [str(label) for label in np.unique(labels)]


@given(clustered())
@settings(max_examples=40, deadline=None)
def test_a_mean_as_a_statistic_is_the_same(sample):
    """The closed form for means and the general one are two ways to one answer."""
    values, labels = sample
    plain = stats.influence(values, labels)
    general = stats.influence(values, labels, lambda y, w: float(w @ y) / float(w.sum()))
    assert general.parts == pytest.approx(plain.parts, abs=1e-12)


def test_a_ratio_has_the_jackknife_variance_of_its_definition():
    rng = np.random.default_rng(1)
    values = rng.random((30, 2)) + 0.1
    labels = np.arange(30)
    found = stats.influence(values, labels, weighted_ratio)
    left_out = [
        np.delete(values, i, 0)[:, 0].sum() / np.delete(values, i, 0)[:, 1].sum() for i in labels
    ]
    expected = (29 / 30) * sum((x - found.value) ** 2 for x in left_out)
    assert found.standard_error**2 == pytest.approx(expected)


def spearman(values, weights):
    """The rank correlation of values without ties, in a fiftieth of SciPy's time."""
    kept = np.repeat(values, weights, axis=0)
    n = len(kept)
    apart = np.diff(kept.argsort(axis=0).argsort(axis=0))
    return 1 - 6 * float(np.sum(apart**2)) / (n * (n**2 - 1))


def test_covariance_of_two_correlations_as_simulated():
    """Two predictions of the same scores: spread of their difference over fresh samples."""
    rng = np.random.default_rng(2)

    def sample():
        truth = rng.normal(size=80)
        shared = rng.normal(size=80)
        own = rng.normal(size=(2, 80))
        return truth, truth + shared + 0.3 * own[0], truth + shared + 0.3 * own[1]

    differences, errors, unpaired = [], [], []
    for _ in range(300):
        truth, x, y = sample()
        one, two = (
            stats.influence(np.stack([p, truth], axis=1), np.arange(80), spearman) for p in (x, y)
        )
        differences.append(one.value - two.value)
        errors.append(np.sum((one.parts - two.parts) ** 2))
        unpaired.append(one.standard_error**2 + two.standard_error**2)
    assert np.mean(errors) == pytest.approx(np.var(differences), rel=0.2)
    assert np.mean(unpaired) > 3 * np.mean(errors)
    expected = scipy_stats.spearmanr(truth, x).statistic
    assert spearman(np.stack([truth, x], axis=1), np.ones(80, int)) == pytest.approx(expected)


def test_nothing_where_a_figure_hangs_on_one_cluster():
    values = np.array([[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    assert stats.influence(values, [0, 1, 2], weighted_ratio) is None
    assert stats.influence([1.0, 0.0], [0, 0]) is None
    assert stats.influence([], []) is None
    assert stats.influence(values, [0, 1, 2], lambda y, w: None) is None


@pytest.mark.parametrize("bad", [[1.0, math.nan], [[1.0], [2.0]]])
def test_what_is_no_figure_an_item(bad):
    with pytest.raises(ValueError, match="must"):
        stats.influence(bad, [0, 1])


def test_unequal_clusters_count_by_their_items():
    values, labels = unbalanced(np.random.default_rng(3), 12)
    found = stats.influence(values, labels)
    assert found.shares == pytest.approx(np.bincount(labels) / labels.size)
