"""The benchmarks of the numbers themselves: faults that are planted, and shares of the total."""

import ast

import numpy as np
import pytest

from benchmarks import mutants, total


def test_a_fault_changes_what_it_says_and_nothing_else():
    faults = list(mutants.faults_of("stats.points"))
    assert len({fault.key for fault in faults}) == len(faults) > 50
    border = next(f for f in faults if f.says.startswith("self.room <= max"))
    assert " -> self.room < max" in border.says
    there = {}
    exec(mutants.planted(border), there)
    kind = there["Anchors"]
    # At the very border the sound module says that the bar cannot be told from the ceiling.
    assert not kind(0.0, 0.5, 0.25).reached
    assert kind(0.0, 0.4, 0.25).reached
    assert there["held"](0.25) == 250


def test_every_fault_can_be_planted_and_types_are_left_alone():
    sound = ast.unparse(ast.parse(mutants.source_of("stats.interval").read_text("utf-8")))
    for fault in mutants.faults_of("stats.interval"):
        assert mutants.planted(fault)
        assert fault.says.split(" -> ")[0] in sound
    tree = ast.parse("def f(x: Literal[1]) -> Literal[2]:\n    return x + 3\n")
    skipped = mutants._annotations(tree)
    left = [n for at, n in enumerate(ast.walk(tree)) if at not in skipped]
    assert [n.value for n in left if isinstance(n, ast.Constant)] == [3]


def test_a_fault_is_noticed_and_a_sound_module_is_not(tmp_path):
    """In processes of their own: nothing is loaded here, and the tree is not touched."""
    fault = next(f for f in mutants.faults_of("stats.points") if f.says == "1000.0 -> 2000.0")
    test = tmp_path / "test_points_alone.py"
    # Loaded here already, it must be loaded anew there.
    test.write_text(
        "import importlib, sys\n"
        "sys.modules.pop('heptathlon.scorers.stats.points', None)\n"
        "held = importlib.import_module('heptathlon.scorers.stats.points').held\n"
        "def test_held():\n    assert held(0.25) == 250\n"
    )
    tests = [str(test), "--noconftest", f"--rootdir={tmp_path}"]
    assert mutants.outcome(None, tests) == mutants.SURVIVED
    assert mutants.outcome(fault, tests) == mutants.NOTICED


def test_shares_are_those_of_the_variance():
    rng = np.random.default_rng(5)
    figures = rng.normal(0, [10, 1, 1], (200, 3))
    found = total.shares(figures)
    assert found.sum() == pytest.approx(1)
    # By the definition: covariance with the total over the total's variance.
    mean = figures.mean(axis=1)
    assert found[0] == pytest.approx(np.cov(figures[:, 0] / 3, mean)[0, 1] / mean.var(ddof=1))
    alone = figures * [1, 0, 0]
    assert total.shares(alone) == pytest.approx([1, 0, 0])


@pytest.mark.parametrize("tier", total.TIERS)
def test_no_event_makes_a_third_of_the_total_where_the_field_is_measured(tier: str):
    events = total.events_of(tier)
    rng = np.random.default_rng(1)
    drawn = np.array([total.shares(total.field_of(rng, events, 40)) for _ in range(100)])
    assert drawn.shape == (100, 7)
    assert drawn.max() < total.LIMIT
