"""The best correlation that noisy human scores allow, against what is known by construction."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from heptathlon.builders.memorability import reliability
from heptathlon.seeding import Stream


def test_split_halves_find_a_known_reliability():
    """Binomial scores of beta-distributed items: the true values' correlation is known."""
    rng = np.random.default_rng(1)
    true = rng.beta(4, 2, size=3_000)
    right = rng.binomial(40, true)
    found = reliability.split_half(((right, 40 - right),), Stream("halves"))
    assert found.ceiling == pytest.approx(scipy_stats.spearmanr(true, right).statistic, abs=0.01)
    # Of beta-binomial scores the reliability is n / (n + alpha + beta).
    assert found.whole == pytest.approx(40 / 46, abs=0.02)
    assert found.whole == pytest.approx(2 * found.halves / (1 + found.halves))


def test_scores_without_any_signal_have_a_low_ceiling():
    rng = np.random.default_rng(2)
    right = rng.binomial(40, 0.7, size=3_000)
    drawn = [
        float(scipy_stats.spearmanr(half, right - half).statistic)
        for half in [reliability._right_in_half(right, 40 - right, right * 0 + 20, Stream("h"))]
    ]
    assert abs(drawn[0]) < 0.06


def test_halves_are_of_the_right_size():
    """Half of the trials, drawn without replacement: the hypergeometric mean and variance."""
    right, wrong = np.full(20_000, 30), np.full(20_000, 10)
    drawn = reliability._right_in_half(right, wrong, np.full(20_000, 20), Stream("h"))
    law = scipy_stats.hypergeom(40, 30, 20)
    assert drawn.mean() == pytest.approx(law.mean(), abs=0.05)
    assert drawn.var() == pytest.approx(law.var(), rel=0.05)


def test_few_raters_are_recognised():
    """Scores drawn from a known model: the ceiling's interval holds the true correlation."""
    rng = np.random.default_rng(3)
    true = rng.beta(2.0, 1.2, size=1_500)
    raters = rng.integers(2, 6, size=true.size)
    recalled = rng.binomial(raters, true)
    labels = [reliability.lambda_label(int(k), int(n)) for k, n in zip(recalled, raters,
                                                                       strict=True)]  # fmt: skip
    found = reliability.fit_few_raters(labels)
    rho = scipy_stats.spearmanr(true, labels).statistic
    assert found.low < rho < found.high
    assert found.ceiling == pytest.approx(rho, abs=0.1)
    assert found.mean_raters == pytest.approx(raters.mean(), abs=0.6)
    with pytest.raises(ValueError, match="no share"):
        reliability.fit_few_raters([0, 99, 98])
