"""An interval that says what it is, and what it lacks."""

import math

import pytest

from heptathlon.scorers.stats import Interval


class TestInterval:
    @pytest.mark.parametrize(
        "fields",
        [
            (0.5, 0.1, None, 3, 3, "wilson", "half an interval"),
            (0.5, None, None, 3, 3, "wilson", ""),
            (None, None, None, 0, 0, "none", ""),
            (0.5, 0.1, 0.9, 3, 3, "wilson", "a reason for nothing"),
            (math.nan, 0.1, 0.9, 3, 3, "wilson", ""),
            (0.5, 0.1, math.inf, 3, 3, "wilson", ""),
        ],
    )
    def test_refuses_what_does_not_fit_together(self, fields):
        with pytest.raises(ValueError, match=r"interval|reason"):
            Interval(*fields)
