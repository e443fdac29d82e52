"""Levels by hand, beside SciPy's and scikit-learn's fits, and what they hold by simulation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

from heptathlon.scorers import stats
from heptathlon.scorers.stats import falling
from heptathlon.scorers.stats.levels import FEWEST_CLUSTERS, Level

RUNGS = (2.0, 3.0, 4.0, 6.0, 8.0)
FREE = [stats.Anchors(0.0, 1.0)] * len(RUNGS)
SKILLS = st.lists(st.floats(-0.3, 1.2), min_size=4, max_size=7)
X = np.arange(4.0)


def share(place, middle, width, floor, top):
    return floor + (top - floor) * expit((middle - np.asarray(place)) / width)


def items(shares, per, seed=None, rungs=RUNGS):
    """Return figures, clusters and rungs: as many right as the shares say, or drawn by them."""
    on = np.repeat(rungs, per)
    if seed is None:
        y = np.concatenate([np.arange(per) < round(s * per) for s in shares]).astype(float)
    else:
        y = (np.random.default_rng(seed).random(on.size) < np.repeat(shares, per)).astype(float)
    return y, np.arange(on.size), on


def level(shares, per=40, seed=None, **how) -> Level:
    y, clusters, on = items(shares, per, seed)
    return stats.level_on(y, clusters, on, RUNGS, FREE, seed=1, resamples=200, **how)


# --- the two curves ------------------------------------------------------------------------------


@given(SKILLS, st.data())
@settings(max_examples=60, deadline=None)
def test_the_falling_fit_is_scikit_learns(skills, data):
    n = len(skills)
    weights = np.array(data.draw(st.lists(st.floats(0.1, 9), min_size=n, max_size=n)))
    ours = falling.falling_means(np.array([skills]), weights[None, :])[0]
    theirs = IsotonicRegression(increasing=False).fit_transform(
        np.arange(n), skills, sample_weight=weights
    )
    assert ours == pytest.approx(theirs, abs=1e-9)


@given(SKILLS)
@settings(max_examples=15, deadline=None)
def test_the_logistic_fit_is_as_good_as_scipys(skills):
    """From many starts SciPy finds no curve that fits better by more than the grid is coarse."""
    y = np.array(skills)
    x = np.arange(float(y.size))
    w = np.ones_like(y)
    found = falling.logistic_crossings(x, y[None, :], w[None, :], 0.0)
    ours = float(((falling.logistic(x, found.curves[0]) - y) ** 2).sum())
    low = min(0.0, float(y.min()))
    bounds = ([x[0] - x[-1], 0.01, low - 1e-9, 0.5], [2 * x[-1], x[-1], 0.5 + 1e-9, 1.0])
    best = math.inf
    for middle in x[:-1] + 0.5:
        for width in (0.05, 0.5, 2.0):
            start = [middle, width, (low + 0.5) / 2, 0.75]
            fit = least_squares(lambda p: share(x, *p) - y, start, bounds=bounds, max_nfev=60)
            best = min(best, float((fit.fun**2).sum()))
    assert ours <= best + 0.01


def test_a_curve_without_noise_is_found_again():
    """Middle 4.5, lapses of a tenth: the half is crossed at 4.5 - ln(.9 / .5 - 1) * -1 = 4.277."""
    x = np.array(RUNGS)
    exact = share(x, 4.5, 1.0, 0.0, 0.9)
    grid = falling.logistic_crossings(x, exact[None, :], np.ones((1, x.size)), 0.0)
    curve, crossing = falling.polished(x, exact, np.ones(x.size), grid.curves[0])
    assert crossing == pytest.approx(4.5 + math.log(0.9 / 0.5 - 1), abs=1e-3)
    assert curve == pytest.approx([4.5, 1.0, 0.0, 0.9], abs=1e-2)
    assert grid.best[0] == pytest.approx(crossing, abs=0.15), "the grid alone is nearly as good"


@pytest.mark.parametrize(
    ("figures", "where"),
    [
        ([1.0, 0.75, 0.25, 0.0], 1.5),
        ([1.0, 1.0, 0.6, 0.1], 2.2),
        ([1.0, 0.5, 0.5, 0.0], 1.5),  # the middle of the stretch that lies on the half
        ([0.4, 0.3, 0.2, 0.1], -math.inf),
        ([0.9, 0.8, 0.7, 0.6], math.inf),
    ],
)
def test_where_straight_lines_cross_the_half(figures, where):
    assert falling.crossings_of(X, np.array([figures]))[0] == pytest.approx(where)


# --- levels --------------------------------------------------------------------------------------


def test_a_level_by_hand():
    """All right up to 4, none from 6 on: the level lies between, wherever; so says the interval."""
    found = level([1, 1, 1, 0, 0])
    assert 4 <= found.value <= 6
    assert found.easy <= 4.2
    assert found.hard >= 5.8
    assert (found.top, found.floor) == (pytest.approx(1, abs=1e-6), pytest.approx(0, abs=1e-6))
    assert [r.skill for r in found.rungs] == [1, 1, 1, 0, 0]
    assert (found.n, found.clusters) == (200, 200)


def test_beyond_the_ladder_nothing_is_extrapolated():
    easy, hard = level([0.2, 0.1, 0, 0, 0]), level([1, 1, 0.95, 0.95, 0.9])
    assert (easy.value, easy.beyond, easy.easy, easy.falling) == (2, "easier", None, None)
    assert (hard.value, hard.beyond, hard.hard, hard.falling) == (8, "harder", None, None)


def test_the_bar_of_each_rung_is_its_own():
    """What is half right is half of the way where the bar is 0, and at the bar where it is .5."""
    y, clusters, on = items([1, 1, 0.5, 0.5, 0.5], 40)
    anchors = [stats.Anchors(bar, 1.0) for bar in (0, 0, 0, 0.5, 0.5)]
    found = stats.level_on(y, clusters, on, RUNGS, anchors, seed=1, resamples=200)
    assert [r.skill for r in found.rungs] == [1, 1, 0.5, 0, 0]
    assert found.value == pytest.approx(4, abs=0.4)


def test_a_ladder_that_falls_is_the_same_ladder():
    y, clusters, on = items([0.95, 0.9, 0.6, 0.2, 0.05], 40)
    up = stats.level_on(y, clusters, on, RUNGS, FREE, seed=1, resamples=200)
    down = stats.level_on(y, clusters, -on, [-r for r in RUNGS], FREE, seed=1, resamples=200)
    assert (down.value, down.easy, down.hard) == pytest.approx((-up.value, -up.easy, -up.hard))


def test_equal_ratios_are_equal_steps():
    shares = [0.95, 0.9, 0.6, 0.2, 0.05]
    y, clusters, on = items(shares, 40)
    logs = [math.log(r) for r in RUNGS]
    plain = stats.level_on(y, clusters, np.log(on), logs, FREE, seed=1, resamples=200)
    found = level(shares, log=True)
    assert (found.value, found.easy) == pytest.approx((math.exp(plain.value), math.exp(plain.easy)))


def test_a_statistic_that_is_the_mean_gives_the_same_level():
    y, clusters, on = items([0.95, 0.9, 0.6, 0.2, 0.05], 12)
    mean = stats.level_on(y, clusters, on, RUNGS, FREE, seed=1, resamples=100)
    other = stats.level_on(
        y, clusters, on, RUNGS, FREE, lambda v, w: float((v * w).sum() / w.sum()), seed=1,
        resamples=100,
    )  # fmt: skip
    assert (mean.value, mean.easy, mean.hard) == pytest.approx(
        (other.value, other.easy, other.hard)
    )


def test_lapses_on_easy_rungs_do_not_move_the_level():
    """METR's fault: a slope that must explain the lapses bends, and the level moves with it."""
    whole = level(share(RUNGS, 5, 0.4, 0, 1), 200)
    lapsing = level(share(RUNGS, 5, 0.4, 0, 0.85), 200)
    true = 5 + 0.4 * math.log(0.85 / 0.5 - 1)
    assert lapsing.value == pytest.approx(true, abs=0.35)
    assert abs(lapsing.value - whole.value) < 0.45
    assert lapsing.top == pytest.approx(0.85, abs=0.04)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: level([1, 1, 0.5, 0, 0], per=FEWEST_CLUSTERS // 5 - 1), "too few for a level"),
        (lambda: level([0.1, 0.1, 0.1, 0.9, 0.9], per=4), "do not say where"),
        (
            lambda: stats.level_on(
                *items([1, 0], 30, rungs=(2.0, 3.0)), RUNGS, FREE, seed=1, resamples=100
            ),
            "3 rungs",
        ),
        (
            lambda: stats.level_on(
                *items([1, 1, 0.5, 0, 0], 30), RUNGS, [stats.Anchors(1.0, 1.0)] * 5, seed=1,
                resamples=100,
            ),
            "3 rungs",
        ),
    ],
)  # fmt: skip
def test_no_level_says_why(call, reason):
    found = call()
    assert found.value is found.easy is found.hard is None
    assert reason in found.reason


def test_what_does_not_fall_has_no_level_or_a_wide_one():
    found = level([0.2, 0.9, 0.1, 0.9, 0.1], 20)
    assert found.value is None or found.easy is None or found.hard - found.easy > 2


@pytest.mark.parametrize(
    "broken",
    [
        lambda: stats.level_on([1.0], [0], [2.5], RUNGS, FREE, seed=1),
        lambda: stats.level_on([1.0], [0], [2.0, 3.0], RUNGS, FREE, seed=1),
        lambda: stats.level_on([1.0], [0], [2.0], RUNGS, FREE[:2], seed=1),
        lambda: stats.level_on([math.nan], [0], [2.0], RUNGS, FREE, seed=1),
        lambda: stats.level_on([1.0], [0], [2.0], RUNGS, FREE, seed=1, confidence=1.0),
    ],
)
def test_what_is_no_ladder(broken):
    with pytest.raises(ValueError, match=r"rung|finite|confidence"):
        broken()


def test_the_interval_holds_the_truth():
    """A cut of ``benchmarks/coverage.py``: of 25 samples at least 21 (P < 0.005 at 95 %)."""
    shares = share(RUNGS, 4.6, 0.8, 0.0, 0.95)
    true = 4.6 + 0.8 * math.log(0.95 / 0.5 - 1)
    held = 0
    for seed in range(25):
        found = level(shares, 12, seed)
        low = -math.inf if found.easy is None else found.easy
        high = math.inf if found.hard is None else found.hard
        held += found.value is not None and low <= true <= high
    assert held >= 21
