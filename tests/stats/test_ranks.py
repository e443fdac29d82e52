"""Holm's correction and ranges of ranks against their definitions."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heptathlon.scorers import stats
from heptathlon.scorers.stats import Interval, RankRange
from heptathlon.scorers.stats.ranks import ranges_of


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


def test_ranges_from_pairs_by_hand():
    """0 above 1, 2 above 0, and 1 not told from 2."""
    found = ranges_of(
        np.array([True, True, False]),
        np.array([0, 0, 1]),
        np.array([1, 2, 2]),
        np.array([True, False, True]),
        3,
    )
    assert [str(r) for r in found] == ["2", "2-3", "1-2"]


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
