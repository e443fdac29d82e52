"""What holds of every figure whatever."""

import doctest
import importlib
import pkgutil
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.scorers import stats
from heptathlon.scorers.stats import Interval
from tests.stats.drawn import clustered

MODULES = [
    importlib.import_module(f"{stats.__name__}.{m.name}")
    for m in pkgutil.iter_modules(stats.__path__)
]


def test_examples_in_docstrings():
    results = [doctest.testmod(module) for module in MODULES]
    assert sum(r.failed for r in results) == 0
    assert sum(r.attempted for r in results) >= 3


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
