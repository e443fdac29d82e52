"""The figures of confidence against a vector that was worked by hand."""

import math

import numpy as np
import pytest

from heptathlon.scorers import calibration as c

P = [0.95, 0.9, 0.8, 0.7, 0.6, 0.55, 0.3, 0.2]
Y = [1, 1, 0, 1, 1, 0, 0, 0]


@pytest.fixture
def eight() -> c.Answers:
    return c.answers(P, Y)


def test_means(eight):
    assert c.over(eight).value == pytest.approx(0.125)
    assert c.brier(eight).value == pytest.approx(0.166875)
    assert c.log_loss(eight).value == pytest.approx(0.501490, abs=1e-6)


@pytest.mark.parametrize(("bins", "ece"), [(2, 0.125), (4, 0.1625)])
def test_calibration_error(eight, bins, ece):
    found = c.calibration_error(eight, bins, seed=1)
    assert found.value == pytest.approx(ece)
    assert found.bins == bins
    assert 0 < found.null_mean < found.null_95


def test_squared_error(eight):
    # Bins' gaps -.1625 and -.0875: .01703125 before the noise of 4 answers each is taken off.
    assert c.squared_error(eight, 2).value == pytest.approx(-0.04546875)


def test_corp_sums_to_the_brier_score(eight):
    parts = c.corp(eight, seed=1)
    assert parts.unc == 0.25
    # Pool adjacent violators by hand: 0 0 0 | 2/3 three times | 1 1.
    assert parts.unc - parts.dsc == pytest.approx(3 * (2 / 9) / 8)
    assert parts.mcb - parts.dsc + parts.unc == pytest.approx(0.166875)


def test_ranking_and_coverage(eight):
    assert c.auroc(eight).value == pytest.approx(0.875)
    assert c.aurc(eight).value == pytest.approx(0.255655, abs=1e-6)
    assert c.augrc(eight).value == pytest.approx(0.15625)
    assert c.selective(eight).value == pytest.approx(0.6875)
    assert [c.accuracy_at(eight, x) for x in (1.0, 0.5, 0.1, 0.0)] == [0.5, 0.75, 1.0, None]


def test_a_confidence_that_says_nothing():
    flat = c.answers([0.5] * 8, Y)
    assert c.auroc(flat).value == pytest.approx(0.5)
    assert c.aurc(flat).value == pytest.approx(0.5)
    assert c.augrc(flat).value == pytest.approx(0.25)
    assert c.selective(flat).value == pytest.approx(0.5)
    assert c.accuracy_at(flat, 0.5) == pytest.approx(0.5)


def test_a_perfect_ranking():
    best = c.answers(np.linspace(0.9, 0.1, 200), [1] * 100 + [0] * 100)
    assert c.auroc(best).value == 1
    assert c.selective(best).value == pytest.approx(1 - 0.25)
    assert c.aurc(best).value == pytest.approx(0.5 + 0.5 * math.log(0.5), abs=0.003)


@pytest.mark.parametrize(("y", "why"), [(1, "all answers are right"), (0, "all answers are wrong")])
def test_one_class_of_outcome_has_no_ranking(y, why):
    found = c.auroc(c.answers([0.2, 0.9], [y, y]))
    assert found.value is None
    assert found.reason.startswith(why)
    assert c.selective(c.answers([0.2, 0.9], [y, y])).value == y


def test_few_errors_leave_a_wide_interval():
    # One wrong answer of four hundred says nothing of how other wrong answers rank.
    p = np.linspace(0.99, 0.5, 400)
    one = c.auroc(c.answers(p, [1] * 399 + [0]))
    assert one.value == 1
    assert one.low is None
    assert one.reason
    three = c.auroc(c.answers(p, [1] * 397 + [0] * 3))
    assert three.value == 1
    assert three.low < 0.6


def test_nothing_at_all():
    none = c.answers([], [])
    for figure in (c.over, c.brier, c.auroc, c.aurc, c.augrc, c.selective, c.squared_error):
        assert figure(none).value is None
    assert c.corp(none, seed=1) is None
    assert c.calibration_error(none, seed=1).reason


def test_few_or_equal_confidences_make_no_bins():
    assert "fewer than 40" in c.squared_error(c.answers(P, Y)).reason
    flat = c.answers([0.7] * 100, [1] * 70 + [0] * 30)
    assert "the same" in c.squared_error(flat).reason
    assert "the same" in c.calibration_error(flat, seed=1).reason


@pytest.mark.parametrize(
    ("p", "y"), [([1.2], [1]), ([0.5], [2]), ([0.5, 0.6], [1]), ([math.nan], [1])]
)
def test_what_is_no_answer_is_refused(p, y):
    with pytest.raises(ValueError, match=r"out of|outcomes|finite"):
        c.answers(p, y)


def test_choices():
    choice = c.choice_of([math.log(0.2), math.log(0.6), -math.inf], 1)
    assert choice.p == pytest.approx(0.75)
    assert choice.right == 1
    assert c.choice_of([-1.0, -1.0, -2.0], 0).right == 0.5
    assert c.choice_of([-1.0, -2.0], -1).right == 0
    nothing = c.choice_of([-math.inf] * 4, 2)
    assert (nothing.p, nothing.right) == (0.25, 0.25)
    # By the byte the longer option is the likelier one.
    assert c.choice_of([-4.0, -5.0], 1, [2, 10]).right == 1
    with pytest.raises(ValueError, match="two options"):
        c.choice_of([0.0], 0)


def test_a_temperature_repairs_scale_alone():
    rng = np.random.default_rng(5)
    logits = rng.normal(size=(4_000, 4))
    chance = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    gold = (chance.cumsum(axis=1) > rng.random((4_000, 1))).argmax(axis=1)
    choices = [c.choice_of(row * 3, int(g)) for row, g in zip(logits, gold, strict=True)]
    labels = [str(i // 2) for i in range(4_000)]
    second = c.halves(labels)
    assert sum(second) == 2_000
    assert all(second[i] == second[i + 1] for i in range(0, 4_000, 2))
    found = c.tempered(choices, second)
    assert found.temperatures == pytest.approx((3, 3), abs=0.25)
    right = [choice.right for choice in choices]
    before = c.answers([choice.p for choice in choices], right, labels)
    after = c.answers(found.p, right, labels)
    assert c.over(before).low > 0.2
    assert abs(c.over(after).value) < 0.02
    assert not c.calibration_error(after, seed=1).shown
    assert c.calibration_error(before, seed=1).shown


def test_no_temperature_without_two_halves():
    assert c.tempered([c.choice_of([0.0, -1.0], 0)] * 2, c.halves(["a", "a"])) is None
