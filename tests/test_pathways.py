"""Routes through experts: planted ones with known answers."""

import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr
from scipy.stats import t as student

from heptathlon.scorers import pathways, stats
from heptathlon.studies.kinds.pathways import Passage, _agreements
from heptathlon.studies.trained import Estimate

# --- planted routes ------------------------------------------------------------------------------


def test_routes_worked_by_hand():
    one = pathways.path([[0.1, 0.5, 0.3, 0.1], [0.75, 0.1, 0.1, 0.05]])
    other = pathways.path([[0.2, 0.5, 0.2, 0.1], [0.1, 0.1, 0.1, 0.7]])
    assert [pathways.as_text(r) for r in (one, other)] == ["1,2-0", "1,0-3"]
    assert pathways.edits("1,2-0", "1,0-3") == 2
    assert sum(pathways.edits(a, b) for a, b in zip(one, other, strict=True)) == 2
    assert pathways.edit_distance(one, other) == (1 / 2 + 1) / 2
    # The fault of text: another expert costs 1 or 2 by its digits.
    assert (pathways.edits("63", "7"), pathways.edits("63", "13"), pathways.edits([63], [7])) == (
        2, 1, 1,
    )  # fmt: skip


def test_consistency_worked_by_hand():
    root = np.sqrt(0.5)
    same = np.eye(2)
    for mixed, printed, turn in (
        (((1, 0), (root, root), (0, 1)), 0.0, 1 - root),
        (((1, 0), (1, 0), (0, 1)), 0.5, 0.5),
    ):
        cosines = pathways.turns(mixed, [same] * 3)
        assert pathways.consistency(cosines) == pytest.approx(printed, abs=1e-6)
        assert 1 - cosines.mean() == pytest.approx(turn)
    # Its faults: a constant cosine gives 0 whatever it is, and of negative ones the rougher path
    # has the lower figure.
    for cosine in (0.1, 0.9):
        assert pathways.consistency([cosine] * 3) == pytest.approx(0, abs=1e-6)
    assert pathways.consistency([-0.1, -0.9]) < pathways.consistency([-0.1, -0.2])


@given(st.text("abc", max_size=9), st.text("abc", max_size=9))
def test_edits_are_levenshteins(a: str, b: str):
    @cache
    def brute(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        swap = brute(i - 1, j - 1) + (a[i - 1] != b[j - 1])
        return min(brute(i - 1, j) + 1, brute(i, j - 1) + 1, swap)

    assert pathways.edits(a, b) == brute(len(a), len(b))
    assert pathways.edits(list(a), list(b)) == pathways.edits(a, b)


def random_routes(texts: int, layers: int, experts: int, scale: float, seed: int = 0) -> Any:
    logits = scale * np.random.default_rng(seed).normal(size=(texts, layers, experts))
    shares = np.exp(logits)
    return shares / shares.sum(axis=2, keepdims=True)


def of(shares: Any, groups: Any = None, cosines: Any = None) -> dict[str, stats.Interval]:
    count, layers, _ = shares.shape
    if cosines is None:
        cosines = np.full((count, layers - 1), 0.5)
    groups = groups or [""] * count
    return pathways.measure(pathways.Routes(shares, cosines, np.ones((count, layers)), groups))


def test_relabelled_routes_are_those_of_every_relabelling():
    """The overlap of relabelled routes is exact; their edits are drawn."""
    one, other, third = random_routes(3, 1, 4, 1.0)[:, 0]
    orders = list(itertools.permutations(range(4)))
    null = [
        np.mean([1 - np.minimum(a, b[list(order)]).sum() for order in orders])
        for a, b in ((one, other), (one, third), (other, third))
    ]
    seen = [1 - np.minimum(a, b).sum() for a, b in ((one, other), (one, third), (other, third))]
    found = of(np.stack([one, other, third])[:, None])
    assert found["overlap"].value == pytest.approx(np.mean(seen))
    assert found["overlap_excess"].value == pytest.approx(np.mean(null) - np.mean(seen))
    exact = np.mean([pathways.edits((0, 1), order[:3]) / 3 for order in orders])
    assert pathways.unrelated_edits(((0, 1),), ((2, 0, 1),), 4) == pytest.approx(exact, abs=0.04)


def test_sharper_routers_share_nothing_but_move_the_published_distance():
    found = [of(random_routes(8, 6, 64, scale)) for scale in (0.5, 1.0, 2.0, 4.0)]
    strings = [one["string_distance"].value for one in found]
    assert strings[0] > 1.4 * strings[1] > 3 * strings[2] > 6 * strings[3]
    for one in found:
        assert one["edit_excess"].value == pytest.approx(0, abs=0.03)
        assert one["overlap_excess"].value == pytest.approx(0, abs=0.02)
        assert one["overlap_excess"].low < 0.005
    kept = [one["kept"].value for one in found]
    assert kept == sorted(kept, reverse=True)


def test_shared_routes_are_found_and_groups_told_apart():
    """Two groups, each with a route of its own: all is shared within and nothing between."""
    shares = np.zeros((6, 2, 8))
    for text in range(6):
        shares[text, :, (text % 2) * 3] = 1
    found = of(shares, ["a", "b"] * 3)
    assert (found["edit"].value, found["overlap"].value, found["overlap_between"].value) == (
        0,
        0,
        1,
    )
    # One expert of eight: relabelled, they meet in 1 of 8.
    assert found["overlap_excess"].value == pytest.approx(7 / 8)
    assert found["edit_excess"].value == pytest.approx(7 / 8, abs=0.05)
    assert (found["spread"].value, found["kept"].value) == (0, 1)
    with pytest.raises(ValueError, match="'b' has 2 items; three"):
        of(shares, ["a", "b", "a", "b", "a", "c"])


def test_one_layer_has_nothing_that_follows():
    found = of(random_routes(3, 1, 4, 1.0))
    assert found["consistency"].value is found["turn"].value is None
    assert "one layer" in found["turn"].reason
    assert "one group" in found["overlap_between"].reason


def test_means_over_pairs_leave_out_one_item_at_a_time():
    rng = np.random.default_rng(3)
    figures = rng.random((9, 9))
    figures += figures.T
    groups = {"a": [0, 2, 4, 6], "b": [1, 3, 5, 7, 8]}

    def mean(at: Any) -> float:
        return float(np.mean([figures[i, j] for i, j in itertools.combinations(at, 2)]))

    found = stats.pairwise(figures, groups)
    assert found.value == pytest.approx(np.mean([mean(at) for at in groups.values()]))
    variance = 0.0
    for at in groups.values():
        without = [mean([i for i in at if i != one]) for one in at]
        variance += (len(at) - 1) * float(np.var(without)) / 4
    reach = student.ppf(0.975, 7) * np.sqrt(variance)
    assert (found.low, found.high) == pytest.approx((found.value - reach, found.value + reach))
    with pytest.raises(ValueError, match="has 2 items"):
        stats.pairwise(figures, {"a": [0, 1]})
    assert stats.pairwise(np.ones((3, 3)), {"a": [0, 1, 2]}).low is None


@given(st.integers(5, 24), st.integers(0, 2**32 - 1))
def test_what_the_step_leaves_is_the_correlation_of_residuals(n: int, seed: int):
    rng = np.random.default_rng(seed)
    step = np.arange(n)
    x, y = step + n * rng.normal(size=n), -step + n * rng.normal(size=n)
    found = pathways.agreement(x, y, step)
    assert found.rank == pytest.approx(spearmanr(x, y).statistic)
    design = np.column_stack([np.ones(n), rankdata(step)])
    left = [r - design @ np.linalg.lstsq(design, r, rcond=None)[0] for r in map(rankdata, (x, y))]
    if found.given_step is None:
        assert min(np.linalg.norm(one) for one in left) < 0.1
        return
    assert found.given_step == pytest.approx(np.corrcoef(*left)[0, 1], abs=1e-6)
    assert (found.p_value is None) == (n < 15)
    if found.p_value is not None:
        # The test of one slope beside the step's in least squares.
        whole = np.column_stack([design, rankdata(x)])
        slopes, rest, *_ = np.linalg.lstsq(whole, rankdata(y), rcond=None)
        error = np.sqrt(rest[0] / (n - 3) * np.linalg.inv(whole.T @ whole)[2, 2])
        p_value = 2 * student.sf(abs(slopes[2] / error), n - 3)
        assert found.p_value == pytest.approx(p_value, rel=1e-4, abs=1e-9)


def test_two_trends_agree_and_nothing_is_left_of_it():
    found = pathways.agreement([5, 4, 3, 2, 1], [0.1, 0.2, 0.4, 0.8, 0.9], range(5))
    assert found.rank == pytest.approx(-1)
    assert (found.given_step, found.p_value) == (None, None)
    assert "nothing is left" in found.reason
    assert pathways.agreement([1, 1, 1], [1, 2, 3], [1, 2, 3]).rank is None


def test_from_fifteen_checkpoints_on_there_are_p_values_held_for_their_number():
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=16)

    def figure(value: float) -> Estimate:
        return Estimate(value=float(value), reason="planted")

    passages = [
        Passage(
            name=str(n),
            step=n,
            figures={
                name: figure(-hidden[n] if name == "overlap" else rng.normal())
                for name in pathways.FIGURES
            },
            outcomes={"loss": figure(hidden[n])},
        )
        for n in range(16)
    ]
    found = {one.figure: one for one in _agreements(passages)}
    assert found["overlap"].rank == pytest.approx(-1)
    assert found["overlap"].p_value == pytest.approx(0, abs=1e-6)
    others = [one.p_value for name, one in found.items() if name != "overlap"]
    assert min(others) > 0.05
    assert {one.p_value is None for one in _agreements(passages[:14])} == {True}
