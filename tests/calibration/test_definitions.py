"""The figures of confidence against scikit-learn, and against published formulas derived again."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics
from sklearn.isotonic import IsotonicRegression

from heptathlon.scorers import calibration as c


@st.composite
def drawn(draw, fewest=2, most=60):
    """Confidences on a coarse grid, so that many are equal, with outcomes of both kinds."""
    n = draw(st.integers(fewest, most))
    p = draw(hnp.arrays(float, n, elements=st.integers(0, 12).map(lambda i: i / 12)))
    y = draw(hnp.arrays(float, n, elements=st.sampled_from([0.0, 1.0])))
    return p, y


@given(drawn())
@settings(max_examples=60, deadline=None)
def test_scikit_learn_agrees(sample):
    p, y = sample
    found = c.answers(p, y)
    assert c.brier(found).value == pytest.approx(metrics.brier_score_loss(y, p))
    cut = np.clip(p, 1e-4, 1 - 1e-4)
    assert c.log_loss(found).value == pytest.approx(metrics.log_loss(y, cut, labels=[0, 1]))
    if 0 < y.mean() < 1:
        assert c.auroc(found).value == pytest.approx(metrics.roc_auc_score(y, p))
    iso = IsotonicRegression().fit_transform(p, y)
    parts = c.corp(found, seed=1, redraws=1)
    assert parts.unc - parts.dsc == pytest.approx(np.mean((iso - y) ** 2))
    assert parts.mcb - parts.dsc + parts.unc == pytest.approx(metrics.brier_score_loss(y, p))
    assert parts.mcb > -1e-12
    assert parts.dsc > -1e-12


def generalised_curve(p, y):
    """Coverages and generalised risks at the distinct thresholds, as fd-shifts defines them."""
    levels = np.unique(p)[::-1]
    coverages = [0.0] + [np.mean(p >= t) for t in levels]
    risks = [0.0] + [np.mean((p >= t) * (1 - y)) for t in levels]
    return coverages, risks


@given(drawn())
@settings(max_examples=60, deadline=None)
def test_augrc_is_the_published_area(sample):
    p, y = sample
    found = c.answers(p, y)
    coverages, risks = generalised_curve(p, y)
    area = np.trapezoid(risks, coverages)
    assert c.augrc(found).value == pytest.approx(area)
    assert c.selective(found).value == pytest.approx(1 - 2 * area)
    acc = y.mean()
    if 0 < acc < 1:
        auroc = metrics.roc_auc_score(y, p)
        assert area == pytest.approx((1 - auroc) * acc * (1 - acc) + (1 - acc) ** 2 / 2)


@given(drawn(most=6))
@settings(max_examples=25, deadline=None)
def test_aurc_is_the_mean_over_all_orders_of_equals(sample):
    p, y = sample
    orders = [
        order
        for order in itertools.permutations(range(p.size))
        if all(p[a] >= p[b] for a, b in itertools.pairwise(order))
    ]
    areas = [np.mean(np.cumsum(1 - y[list(o)]) / np.arange(1, p.size + 1)) for o in orders]
    assert c.aurc(c.answers(p, y)).value == pytest.approx(np.mean(areas))
    kept = (p.size + 1) // 2
    accuracies = [y[list(o)][:kept].mean() for o in orders]
    assert c.accuracy_at(c.answers(p, y), kept / p.size) == pytest.approx(np.mean(accuracies))


@given(hnp.arrays(float, 80, elements=st.floats(0, 1), unique=True), st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_calibration_errors_are_the_published_ones(p, seed):
    y = (np.random.default_rng(seed).random(80) < p).astype(float)
    order = np.argsort(p)
    bins = np.array_split(order, 4)
    ece = sum(len(b) / 80 * abs(p[b].mean() - y[b].mean()) for b in bins)
    squared = sum(
        len(b)
        / 80
        * ((p[b].mean() - y[b].mean()) ** 2 - y[b].mean() * (1 - y[b].mean()) / (len(b) - 1))
        for b in bins
    )
    found = c.answers(p, y)
    assert c.calibration_error(found, seed=1, redraws=10).value == pytest.approx(ece)
    assert c.squared_error(found).value == pytest.approx(squared)


def figure(name, p, y, clusters=None):
    return getattr(c, name)(c.answers(p, y, clusters)).value


@pytest.mark.parametrize("name", ["auroc", "aurc", "selective", "augrc"])
def test_intervals_are_near_a_jackknife_s(name):
    # An independent way to the same standard error: leave each cluster out and compute anew.
    rng = np.random.default_rng(3)
    clusters = np.repeat(np.arange(60), 5)
    p = rng.random(300)
    y = (rng.random(300) < p).astype(float)
    found = getattr(c, name)(c.answers(p, y, clusters))
    left = [
        figure(name, p[clusters != g], y[clusters != g], clusters[clusters != g]) for g in range(60)
    ]
    se = np.sqrt(59 / 60 * np.sum((np.array(left) - np.mean(left)) ** 2))
    assert (found.high - found.low) / 2 / 2.0 == pytest.approx(se, rel=0.05)


@given(drawn(fewest=4, most=20), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_no_order_and_no_split_into_clusters_moves_a_figure(sample, random):
    p, y = sample
    order = list(range(p.size))
    random.shuffle(order)
    for name in ("over", "brier", "log_loss", "auroc", "aurc", "augrc", "selective"):
        value = figure(name, p, y)
        shuffled = figure(name, p[order], y[order], np.arange(p.size) // 3)
        assert (value is None) == (shuffled is None)
        if value is not None:
            assert shuffled == pytest.approx(value)


def test_equal_answers_are_shared():
    # A tie of two options, one of them right, is what is expected of drawing one of them.
    tie = c.answers([0.5, 0.8, 0.4], [0.5, 1, 0])
    twice = c.answers([0.5, 0.5, 0.8, 0.8, 0.4, 0.4], [1, 0, 1, 1, 0, 0])
    for name in ("over", "brier", "log_loss", "augrc", "selective"):
        assert getattr(c, name)(tie).value == pytest.approx(getattr(c, name)(twice).value)
