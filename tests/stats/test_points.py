"""Skill and points by hand, and their coverage with bars that were estimated."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heptathlon.scorers import stats
from heptathlon.scorers.stats import Anchors, Interval

NUMBERS = st.floats(-5, 5)


def interval(low, value, high):
    return Interval(value, low, high, 10, 5, "wilson")


def test_skill_by_hand():
    """Half way from .2 to 1; a twentieth of the headline is a sixteenth of the way."""
    found = stats.skill_between(interval(0.55, 0.6, 0.65), Anchors(0.2, 1.0))
    assert (found.low, found.value, found.high) == pytest.approx((0.4375, 0.5, 0.5625))
    assert (found.n, found.clusters) == (10, 5)


def test_errors_of_bar_and_ceiling_widen_by_their_share():
    """At the ceiling only the ceiling's error counts, at the bar only the bar's."""
    anchors = Anchors(0.2, 1.0, bar_se=0.04, ceiling_se=0.02)
    at_bar = stats.skill_between(interval(0.2, 0.2, 0.2), anchors)
    at_top = stats.skill_between(interval(1.0, 1.0, 1.0), anchors)
    z = 1.959964
    assert at_bar.high - at_bar.value == pytest.approx(z * 0.05, rel=1e-5)
    assert at_top.value - at_top.low == pytest.approx(z * 0.025, rel=1e-5)
    few = stats.skill_between(interval(0.2, 0.2, 0.2), Anchors(0.2, 1.0, 0.04, 0.02, df=3))
    assert few.high - few.value == pytest.approx(3.182446 * 0.05, rel=1e-5)


@pytest.mark.parametrize(
    ("bar", "ceiling", "error"), [(1.0, 1.0, 0), (0.9, 1.0, 0.06), (1.2, 1, 0)]
)
def test_no_skill_without_room(bar, ceiling, error):
    found = stats.skill_between(interval(0.1, 0.2, 0.3), Anchors(bar, ceiling, error))
    assert found.value is None
    assert "cannot be told from the ceiling" in found.reason


def test_room_of_two_errors_is_none_and_more_is_some():
    """At two standard errors a bar cannot be told from its ceiling, beyond them it can."""
    assert Anchors(0.0, 0.5, 0.25).reached
    assert not Anchors(0.0, 0.5001, 0.25).reached
    assert Anchors(0.0, 1.0, 0.3, 0.4).reached
    assert not Anchors(0.0, 1.001, 0.3, 0.4).reached


def test_what_the_headline_lacks_the_skill_lacks():
    nothing = Interval(None, None, None, 0, 0, "none", "there are no items")
    assert stats.skill_between(nothing, Anchors(0, 1)) == nothing
    single = Interval(0.5, None, None, 1, 1, "none", "one item shows no spread")
    found = stats.skill_between(single, Anchors(0, 1))
    assert (found.value, found.low, found.reason) == (0.5, None, single.reason)


@pytest.mark.parametrize(
    "values", [(math.nan, 1), (0, math.inf), (0, 1, -0.1), (0, 1, 0, -0.1), (0, 1, 0, 0, 0)]
)
def test_anchors_that_are_none(values):
    with pytest.raises(ValueError, match="must be finite"):
        Anchors(*values)


@given(NUMBERS, st.floats(0, 2), st.floats(0, 2))
def test_points_are_held(value, below, above):
    skill = interval(value - below, value, value + above)
    found = stats.points_of(skill)
    assert 0 <= found.low <= found.value <= found.high <= 1000
    assert found.value == 1000 * min(1, max(0, value))


def test_mean_of_points_by_hand():
    """Distances 60 and 80 below, none above: a 3-4-5 triangle over two events."""
    one, two = interval(440.0, 500.0, 500.0), interval(20.0, 100.0, 100.0)
    found = stats.mean_of_points([one, two])
    assert (found.low, found.value, found.high) == (250.0, 300.0, 300.0)


def test_mean_of_points_has_both_sides():
    """Distances 30 and 40 above, 60 and 80 below, each side for itself."""
    one, two = interval(440.0, 500.0, 530.0), interval(20.0, 100.0, 140.0)
    found = stats.mean_of_points([one, two])
    assert (found.low, found.value, found.high) == (250.0, 300.0, 325.0)
    # An event whose points are surely 0 adds nothing to either side.
    nought = stats.mean_of_points([one, two, interval(0.0, 0.0, 0.0)])
    assert (nought.low, nought.high) == pytest.approx((200 - 100 / 3, 200 + 50 / 3))


def test_no_mean_without_every_event():
    one = interval(1.0, 2.0, 3.0)
    lacks = Interval(None, None, None, 0, 0, "none", "no bar")
    assert stats.mean_of_points([one, lacks]).reason == "no bar"
    assert stats.mean_of_points([]).value is None
    half = Interval(4.0, None, None, 1, 1, "none", "one item")
    found = stats.mean_of_points([one, half])
    assert (found.value, found.low, found.reason) == (3.0, None, "one item")


def test_skill_covers_with_an_estimated_bar():
    """A bar as uncertain as the headline: the interval must know of both."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(800):
        headline = stats.mean_interval((rng.random(150) < 0.5).astype(float))
        draws = [(rng.random(100) < 0.2).mean() for _ in range(8)]
        anchors = Anchors(float(np.mean(draws)), 1.0, float(np.std(draws, ddof=1) / 8**0.5), df=7)
        found = stats.skill_between(headline, anchors)
        held += found.low <= 0.375 <= found.high
    assert 0.935 < held / 800 < 0.975
