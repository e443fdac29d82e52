"""Confidence sequences against worked values, plain products, and simulated optional stopping."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.scorers import stats
from heptathlon.scorers.stats import sequences


def capital(sums, sizes, largest, mean):
    """Multiply the capital of each bet cluster by cluster; return the mean over bets after each."""
    out = []
    for bet in sequences.bets():
        held, course = 1.0, []
        for total, count in zip(sums, sizes, strict=True):
            held *= 1 + bet / (mean * largest) * (total - mean * count)
            course.append(held)
        out.append(course)
    return np.mean(out, axis=0)


@st.composite
def courses(draw):
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=12))
    sums = [draw(st.floats(0, size)) for size in sizes]
    return sums, sizes


class TestBetting:
    @settings(max_examples=60, deadline=None)
    @given(courses(), st.floats(0.02, 0.98))
    def test_the_capital_is_the_plain_product(self, course, mean):
        sums, sizes = course
        ours = np.exp(sequences.log_capital(sums, sizes, 4, mean))
        assert ours == pytest.approx(capital(sums, sizes, 4, mean), rel=1e-9)

    @settings(max_examples=40, deadline=None)
    @given(courses(), st.floats(0.02, 0.98))
    def test_the_interval_holds_the_means_that_the_p_value_does_not_refuse(self, course, mean):
        sums, sizes = course
        found = stats.betting(sums, sizes, 4, level=0.8)
        p = stats.p_of_sequence(sums, sizes, 4, mean)
        if abs(p - 0.2) > 1e-6 and min(abs(mean - found.low), abs(mean - found.high)) > 1e-9:
            assert (found.low < mean < found.high) == (p > 0.2)

    @settings(max_examples=40, deadline=None)
    @given(courses())
    def test_it_is_the_same_upside_down_and_on_another_scale(self, course):
        sums, sizes = np.array(course[0]), np.array(course[1])
        found = stats.betting(sums, sizes, 4)
        turned = stats.betting(sizes - sums, sizes, 4)
        wide = stats.betting(2 * sums - sizes, sizes, 4, bounds=(-1, 1))
        assert (turned.low, turned.high) == pytest.approx((1 - found.high, 1 - found.low))
        assert (wide.low, wide.high) == pytest.approx((2 * found.low - 1, 2 * found.high - 1))

    def test_known_answer(self):
        """All right, one item a cluster: the capital is the mean of (1 + c (1/m - 1))^n."""
        found = stats.betting([1.0] * 40, [1] * 40, 1)
        c = sequences.bets()
        at = np.mean((1 + c * (1 / found.low - 1)) ** 40)
        assert at == pytest.approx(40, rel=1e-9)
        assert (found.value, found.high, found.n, found.clusters) == (1.0, 1.0, 40, 40)

    def test_it_only_narrows(self):
        y = (np.random.default_rng(3).random(150) < 0.4).astype(float)
        courses = [stats.betting(y[:n], np.ones(n), 1) for n in range(1, 151, 7)]
        assert all(a.low <= b.low and b.high <= a.high for a, b in zip(courses, courses[1:]))  # noqa: B905, RUF007

    @pytest.mark.parametrize("size", [1, 3])
    def test_whoever_looks_all_the_time_is_wrong_no_more_often_than_promised(self, size):
        """Fixed intervals, looked at all the time, miss the truth in a third of these."""
        rng = np.random.default_rng(size)
        wrong = naive = 0
        for _ in range(200):
            shares = rng.beta(1.2, 0.8, 400)
            y = rng.binomial(size, shares)
            sizes = np.full(400, size)
            p = stats.p_of_sequence(y, sizes, size, 0.6)
            wrong += p < 0.05
            n = np.arange(20, 401)
            means = np.cumsum(y)[19:] / (size * n)
            spread = np.sqrt(np.cumsum((y / size - 0.6) ** 2)[19:]) / n
            naive += bool((np.abs(means - 0.6) > 1.96 * spread).any())
        assert wrong / 200 <= 0.05 < 0.2 < naive / 200

    def test_unequal_clusters_whose_size_goes_with_the_figure(self):
        """Large clusters are easy: the mean over items is not the mean of clusters' means."""
        rng = np.random.default_rng(0)
        sizes = rng.choice([1, 4], size=2_000)
        sums = np.where(sizes == 4, 4.0, 0.0)
        found = stats.betting(sums, sizes, 4)
        assert found.low < 0.8 < found.high
        assert found.high - found.low < 0.15

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            (([1.0], [1, 1], 1), "sum and a size"),
            (([2.0], [1], 1), "out of the bounds"),
            (([1.0], [2], 1), "larger than the largest"),
            (([1.0], [1], 1, (0, math.inf)), "finite bounds"),
        ],
    )
    def test_what_is_refused(self, given, says):
        sums, sizes, largest, *bounds = given
        with pytest.raises(ValueError, match=says):
            stats.betting(sums, sizes, largest, bounds=bounds[0] if bounds else (0, 1))

    def test_nothing_asked_says_nothing(self):
        found = stats.betting([], [], 1, bounds=(-1, 1))
        assert (found.value, found.low, found.high, found.n) == (None, -1, 1, 0)


class TestNormalMixture:
    def test_crossing_is_as_rare_as_promised(self):
        """A Brownian motion crosses it with the very probability; a walk of steps a little less."""
        rng = np.random.default_rng(1)
        walks = np.abs(np.cumsum(rng.normal(size=(2_000, 2_000)), axis=1))
        edge = stats.normal_mixture(np.arange(1, 2_001), 0.9, stats.best_rho(200, 0.9))
        crossed = (walks > edge).any(axis=1).mean()
        assert 0.05 < crossed < 0.1

    @pytest.mark.parametrize(
        ("variance", "level", "there", "later"),
        [
            (10, 0.95, 9.59817358421, 19.7776063948),
            (1_000, 0.95, 95.9817358421, 197.776063948),
            (100, 0.9, 27.6393857257, 57.2238196594),
            (10_000, 0.99, 357.162997087, 730.657530298),
        ],
    )
    def test_tabulated(self, variance, level, there, later):
        """By the authors' own ``confseq`` (its C++ header), at a variance and at four times it."""
        rho = stats.best_rho(variance, level)
        found = stats.normal_mixture([variance, 4 * variance], level, rho)
        assert found == pytest.approx([there, later], rel=1e-11)
