"""Formulas of unlearning: vectors worked by hand, and published formulas on random input."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.scorers import forgetting as f

LOSSES = st.lists(st.floats(0.01, 8), min_size=2, max_size=6)


def one(value: float) -> np.ndarray:
    return np.array([value])


def test_vectors():
    ratios = [f.truth_ratio(1.0, [1.5, 2.5], name) for name in f.TRUTH_RATIOS]
    assert ratios == pytest.approx([0.3679, 0.4148, 0.7311], abs=1e-4)
    assert f.forget_truth([0.5, 2]) == 0.5
    assert f.kept_truth([0.5, 2]) == 0.25
    found = f.forget_quality([1, 2, 3], [4, 5, 6])
    assert (found.distance, found.p_value, found.floor) == (1, pytest.approx(0.1), 0.1)
    assert f.forget_quality([1, 2, 3], [1, 2, 3]).p_value == 1
    assert f.least_p(40, 40) == pytest.approx(1.86e-23, rel=0.01)
    assert f.least_p(400, 400) == pytest.approx(1.06e-239, rel=0.01)
    assert f.utility([0.9, 0.6, 0.3]) == pytest.approx(0.4909, abs=1e-4)
    assert f.utility([*[0.6] * 8, 0.01]) == pytest.approx(0.0794, abs=1e-4)
    assert f.utility([0.5, 0]) == 0
    assert f.privacy_leak(1 / 9, 0.5) == pytest.approx(-77.78, abs=0.01)
    assert f.extraction_strength([True, False, True, True]) == 0.5
    assert f.extraction_strength([False] * 4) == 0
    assert f.extraction_strength([]) == 0


def test_shares_of_a_way():
    share = f.removed_share(one(0.9), one(0.2), np.array([0.4, 0.2, 0.0]))
    assert share == pytest.approx([0.714, 1, 1.286], abs=1e-3)
    assert f.folded(share) == pytest.approx([0.714, 1, 0.714], abs=1e-3)
    assert f.recovered(one(0.65), one(0.3), one(0.55)) == pytest.approx([0.714], abs=1e-3)
    assert f.forget_ratio(one(0.9), one(0.6), 0.5) == pytest.approx([0.75])
    assert f.regained(one(0.9), one(0.2), one(0.6), one(0.25)) == pytest.approx([0.5])
    assert np.isnan(f.removed_share(one(0.5), one(0.5), one(0.4))).all()
    assert [f.equivalent(*ends) for ends in ((-0.05, 0.05), (-0.06, 0), (None, 1))] == [
        True, False, None,
    ]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(right=st.floats(0.01, 8), wrong=LOSSES)
def test_truth_ratios_as_open_unlearning_computes_them(right: float, wrong: list[float]):
    """From its formulas: exp of the mean loss, the mean of the exps, and right over both."""
    mean = sum(wrong) / len(wrong)
    assert f.truth_ratio(right, wrong) == pytest.approx(math.exp(-mean) / math.exp(-right))
    arithmetic = sum(math.exp(-w) for w in wrong) / len(wrong) / math.exp(-right)
    assert f.truth_ratio(right, wrong, "arithmetic") == pytest.approx(arithmetic)
    share = math.exp(-right) / (math.exp(-right) + math.exp(-mean))
    assert f.truth_ratio(right, wrong, "right_share") == pytest.approx(share)


@settings(max_examples=60, deadline=None)
@given(share=st.floats(-3, 3), wider=st.floats(0, 1))
def test_an_overshoot_costs_what_a_shortfall_does(share: float, wider: float):
    low, high = f.folded(np.array([1 - wider, 1 + wider]))
    assert low == pytest.approx(high)
    assert 0 <= f.folded(np.array([share]))[0] <= 1
