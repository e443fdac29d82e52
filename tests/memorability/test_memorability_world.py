"""The world: its exact Bayes answer, and that no words of the examples tell about the others."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, DotProduct

from heptathlon.builders.memorability import bayes, world
from heptathlon.builders.memorability.world_words import FEATURES
from heptathlon.seeding import Stream


def towns(n: int, k: int, panel: int) -> list[world.Town]:
    return [world.draw_town(Stream("t", i), k, panel) for i in range(n)]


def attributes_of(text: str) -> list[int]:
    """Read an advertisement's features back from its words alone."""
    parts = [part for piece in text.rstrip(".").split(": ") for part in piece.split(", ")]
    parts = [part.removeprefix("sells ") for part in parts[1:]]
    out = []
    for levels in FEATURES:
        (found,) = {i for i, ways in enumerate(levels) for way in ways if way in parts}
        out.append(2 * found - 1)
    return out


def test_one_example_by_hand():
    """One feature, one example: the posterior mean is the prior's share of the variance."""
    prior = bayes.Prior(Fraction(50), Fraction(25), Fraction(25))
    (same, other) = bayes.posterior_means([(1,)], [80], [(1,), (-1,)], prior, Fraction(50))
    # cov = 25 + 25 with itself, 25 - 25 with its opposite; variance 50 + 50.
    assert same == 50 + Fraction(50, 100) * 30
    assert other == 50


def test_the_bayes_answer_is_scikit_learns():
    """The same posterior mean as a Gaussian process with a linear kernel, told from the prompt."""
    for k, panel in ((8, 4), (24, 25)):
        for town in towns(5, k, panel):
            kernel = ConstantKernel(world.LEVEL_SD**2, "fixed") + ConstantKernel(
                world.EFFECT_SD**2, "fixed"
            ) * DotProduct(0.0, "fixed")
            noise = world.RATER_SD**2 / panel + 1 / 12
            process = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None)
            shown = [attributes_of(ad.text) for ad in town.examples]
            process.fit(shown, [ad.score - world.LEVEL_MEAN for ad in town.examples])
            asked = [attributes_of(ad.text) for ad in town.asked]
            expected = world.LEVEL_MEAN + process.predict(asked)
            assert [float(b) for b in town.bayes()] == pytest.approx(expected.tolist(), abs=1e-6)


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(0, 10**6))
def test_solve_is_exact(n: int, seed: int):
    rng = np.random.default_rng(seed)
    root = rng.integers(-3, 4, size=(n, n)).tolist()
    matrix = [
        [Fraction(sum(a * b for a, b in zip(x, y, strict=True))) + (i == j) for j, y in
         enumerate(root)]
        for i, x in enumerate(root)
    ]  # fmt: skip
    right = [Fraction(int(v)) for v in rng.integers(-9, 10, size=n)]
    solution = bayes.solve(matrix, right)
    assert [sum(a * x for a, x in zip(row, solution, strict=True)) for row in matrix] == right


def test_more_examples_and_more_raters_help():
    reached = {
        (k, panel): np.mean(
            [world.list_record(Stream("t", i), "2026.1", k, panel).reachable for i in range(60)]
        )
        for k in world.SHOTS
        for panel in world.PANELS
    }
    assert reached[8, 4] < min(reached[8, 25], reached[24, 4])
    assert max(reached[8, 25], reached[24, 4]) < reached[24, 25]


def test_scores_are_as_told():
    """Hardly any score falls off the scale, and its noise is what the prompt says it is."""
    ads = [ad for town in towns(100, 24, 4) for ad in town.examples]
    assert np.mean([ad.score in {0, 99} for ad in ads]) < 0.02
    off = [ad.score - ad.value for ad in ads if 0 < ad.score < 99]
    assert np.std(off) == pytest.approx(world.RATER_SD / 2, rel=0.05)


def test_gaussian_draws():
    stream = Stream("normal")
    drawn = [world.normal(stream, 3, 2) for _ in range(4_000)]
    assert scipy_stats.kstest(drawn, scipy_stats.norm(3, 2).cdf).pvalue > 0.001


def test_no_phrase_of_an_example_stands_in_what_is_asked():
    for town in towns(20, 24, 4):

        def phrases(ads: tuple[world.Ad, ...]) -> set[str]:
            return {
                part.removeprefix("sells ").rstrip(".")
                for ad in ads
                for piece in ad.text.split(": ")
                for part in piece.split(", ")
            }

        assert not phrases(town.examples) & phrases(town.asked)
        assert len({ad.attributes for ad in town.asked}) == len(town.asked)
        for ad in (*town.examples, *town.asked):
            assert attributes_of(ad.text) == list(ad.attributes)


def test_the_best_are_those_of_the_rule():
    record = world.list_record(Stream("r"), "2026.1", 8, 25)
    values = sorted(record.measured, reverse=True)
    assert sorted((record.measured[i] for i in record.best), reverse=True) == values[: world.TAKE]
    assert record.reachable == len({*record.best} & {*record.knowing}) / world.TAKE
