"""The continual scorer: published figures, peers' definitions, holes, splits, files, intervals.

Long because one matrix with holes, worked by hand, serves all formulas.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from heptathlon.errors import HeptathlonError
from heptathlon.scorers import continual
from heptathlon.scorers.continual import Figure, Matrix, References, TaskScores, measure

GOLDEN = [[0.90, 0.20, 0.10, 0.15], [0.80, 0.85, 0.20, 0.10], [0.95, 0.70, 0.80, 0.25],
          [0.60, 0.75, 0.50, 0.70]]  # fmt: skip
POSITIVE = [[0.5, 0, 0], [0.6, 0.5, 0], [0.7, 0.6, 0.5]]


def values(figures: dict[str, Figure]) -> dict[str, float | None]:
    return {name: figure.value for name, figure in figures.items()}


def test_golden_matrix():
    """The same matrix, worked by hand under every definition."""
    found = values(measure(Matrix.of(GOLDEN, base=[0.1] * 4)))
    assert found["acc_last"] == found["mfn"] == pytest.approx(0.6375)
    assert found["acc_learn"] == found["mft"] == pytest.approx(0.8125)
    assert found["acc_anytime"] == found["maa"] == pytest.approx(0.7948, abs=5e-5)
    assert found["acc_all_pairs"] == pytest.approx(0.7550)
    assert found["bwt_gem"] == pytest.approx(-0.2333, abs=5e-5)
    assert found["bwt_over_t"] == pytest.approx(-0.1750)
    assert found["bwt_all_pairs"] == pytest.approx(-0.1500)
    assert found["fm_chaudhry"] == found["fm_incl_last"] == pytest.approx(0.25)
    assert found["fm_first_last"] == pytest.approx(0.2333, abs=5e-5)
    assert found["fwt"] == pytest.approx(0.1167, abs=5e-5)
    assert found["fwt_without_b"] == pytest.approx(0.2167, abs=5e-5)
    # min over later rows: .60, .70, .50
    assert found["min_acc"] == pytest.approx(0.6)
    assert found["wc_acc"] == pytest.approx(0.70 / 4 + 0.75 * 0.6)
    assert found["stability"] == pytest.approx(1 - (0.3 / 0.9 + 0.1 / 0.85 + 0.3 / 0.8) / 4)


def test_learning_that_helps_older_tasks():
    """Whether the last row is in the maximum decides the sign of forgetting."""
    found = values(measure(Matrix.of(POSITIVE)))
    assert found["bwt_gem"] == pytest.approx(0.15)
    assert found["fm_chaudhry"] == pytest.approx(-0.10)
    assert found["fm_incl_last"] == 0.0


# --- peers' definitions, written anew as their releases compute them ------------------------------


def avalanche_forgetting(r):
    """Avalanche 0.6.0: first recorded less last recorded, of each task but the last."""
    return sum(r[j][j] - r[-1][j] for j in range(len(r) - 1)) / (len(r) - 1)


def mammoth(r):
    """Mammoth: rows padded with zeros to a square, the maximum over all rows."""
    n = len(r)
    square = [[r[i][j] if j <= i else 0.0 for j in range(n)] for i in range(n)]
    lost = [max(row[j] for row in square) - square[-1][j] for j in range(n - 1)]
    gained = [square[-1][j] - square[j][j] for j in range(n - 1)]
    return sum(gained) / (n - 1), sum(lost) / (n - 1)


def continuum(r):
    """Continuum 1.2.7 as its loops run, which is not what its docstrings say.

    Backward transfer leaves out every pair of neighbours and still divides by T (T - 1) / 2;
    forward transfer averages the scores below the diagonal; forgetting leaves out the last two
    tasks and row T - 1. (Run here on this very matrix: -0.0583, 0.7167, 0.1333.)
    """
    n = len(r)
    pairs = n * (n - 1) / 2
    accuracy = sum(r[i][j] for i in range(n) for j in range(i + 1)) / (n * (n + 1) / 2)
    bwt = sum(r[i][j] - r[j][j] for i in range(1, n) for j in range(i - 1)) / pairs
    fwt = sum(r[i][j] for i in range(n) for j in range(i)) / pairs
    lost = [max(r[k][j] for k in range(j, n - 2)) - r[-1][j] for j in range(n - 2)]
    return accuracy, bwt, fwt, sum(lost) / (n - 1)


squares = st.integers(2, 6).flatmap(
    lambda n: arrays(np.float64, (n, n), elements=st.floats(0, 1, width=16))
)


@given(squares)
@settings(max_examples=100, deadline=None)
def test_agrees_with_peers_where_they_define_the_same(r):
    found = values(measure(Matrix.of(r)))
    bwt, forgetting = mammoth(r)
    assert found["bwt_gem"] == pytest.approx(bwt)
    assert found["fm_incl_last"] == pytest.approx(forgetting)
    assert found["fm_first_last"] == pytest.approx(avalanche_forgetting(r))
    assert found["acc_all_pairs"] == pytest.approx(continuum(r)[0])


def test_where_peers_differ():
    found = values(measure(Matrix.of(GOLDEN, base=[0.1] * 4)))
    accuracy, bwt, fwt, forgetting = continuum(GOLDEN)
    assert accuracy == pytest.approx(0.7550)
    assert (bwt, fwt, forgetting) == pytest.approx((-0.0583, 0.7167, 0.1333), abs=5e-5)
    assert found["bwt_all_pairs"] == pytest.approx(-0.15), "what Continuum's source describes"
    # Mammoth and Chaudhry part where the last checkpoint is the best.
    assert mammoth(POSITIVE)[1] == 0.0
    # Micro means weigh tasks by their size: another number from the same matrix.
    sizes = np.array([100, 100, 100, 2000])
    assert np.average(GOLDEN[-1], weights=sizes) == pytest.approx(0.6891, abs=5e-5)


@given(squares)
@settings(max_examples=50, deadline=None)
def test_relations_between_figures(r):
    found = values(measure(Matrix.of(r)))
    n = len(r)
    assert found["bwt_over_t"] == pytest.approx(found["bwt_gem"] * (n - 1) / n)
    assert found["fm_incl_last"] >= found["fm_chaudhry"] - 1e-12
    assert found["fm_incl_last"] >= found["fm_first_last"] - 1e-12
    assert found["fm_incl_last"] >= 0
    same = values(measure(Matrix.of(np.tile(r[0], (n, 1)))))
    assert same["bwt_gem"] == same["fm_incl_last"] == pytest.approx(0)


# --- what is missing -----------------------------------------------------------------------------


def test_a_hole_is_null_with_a_reason_and_never_zero():
    table = np.array(GOLDEN)
    table[2, 0] = np.nan
    found = measure(Matrix.of(table, tasks=["a", "b", "c", "d"]))
    assert found["bwt_gem"].value == pytest.approx(-0.2333, abs=5e-5), "does not need that cell"
    for name in ("acc_anytime", "fm_chaudhry", "bwt_all_pairs", "min_acc", "acc_all_pairs"):
        assert found[name].value is None
        assert found[name].reason == "missing: a after c"
    assert found["fwt"].value is None
    assert found["fwt"].reason.startswith("missing: b base")
    assert found["intransigence"].reason == "needs the score of a model tuned on a alone"


def test_every_value_or_a_reason():
    empty = Matrix.of(np.full((3, 3), np.nan))
    for figure in [*measure(empty).values(), *measure(Matrix.of([[0.5]])).values()]:
        assert (figure.value is None) == bool(figure.reason)
    assert measure(Matrix.of([[0.5]]))["bwt_gem"].reason == "needs at least 2 tasks"
    assert measure(Matrix.of([[0.0]]))["stability"].value is None


def test_the_lower_triangle_is_enough_where_the_papers_have_no_more():
    """SEFE and CoIN evaluate only the tasks learned so far."""
    table = np.where(np.tri(4, dtype=bool), GOLDEN, np.nan)
    found = measure(Matrix.of(table))
    full = measure(Matrix.of(GOLDEN))
    for name in ("mft", "mfn", "maa", "bwt_gem", "fm_chaudhry", "wc_acc", "stability"):
        assert found[name] == full[name]
    assert found["fwt_without_b"].value is None


# --- references ----------------------------------------------------------------------------------


def test_references():
    given_ = References(
        alone={"1": 0.95, "2": 0.9, "3": 0.9, "4": 0.8},
        guess=dict.fromkeys("1234", 0.1),
        general={"mmlu": (0.62, 0.60), "bbh": (0.40, 0.36)},
        safety={"refusal": (0.9, 0.95)},
    )
    found = measure(Matrix.of(GOLDEN), given_)
    assert found["intransigence"].value == pytest.approx((0.05 + 0.05 + 0.1 + 0.1) / 4)
    assert found["plasticity"].value == pytest.approx(
        (0.9 / 0.95 + 0.85 / 0.9 + 0.8 / 0.9 + 0.7 / 0.8) / 4
    )
    assert found["fwt"].value == pytest.approx(0.1167, abs=5e-5), "blind guessing is GEM's b"
    assert found["delta_general"].value == pytest.approx(-0.03)
    assert found["delta_safety"].value == pytest.approx(0.05)
    assert found["delta_instruction"].value is None
    assert found["f1_avg"].value == pytest.approx(2 * 0.48 * 0.6375 / (0.48 + 0.6375))


def test_f1_avg_as_published():
    assert continual.harmonic_mean(60.7155, 74.0817).value == pytest.approx(66.74, abs=5e-3)
    assert continual.harmonic_mean(0, 0).value == 0.0
    assert continual.harmonic_mean(-1, 2).value is None


def test_micro_means_weigh_tasks_by_their_documents():
    """PILOT's A-bar and A_B: stages of all documents seen, which differ where sizes differ."""
    sizes = {"1": 100, "2": 100, "3": 100, "4": 2000}
    found = values(measure(Matrix.of(GOLDEN), References(sizes=sizes)))
    assert found["a_b"] == pytest.approx(0.6891, abs=5e-5)
    stages = [np.average(GOLDEN[t][: t + 1], weights=[*sizes.values()][: t + 1]) for t in range(4)]
    assert found["a_bar"] == pytest.approx(np.mean(stages))
    alike = values(measure(Matrix.of(GOLDEN), References(sizes=dict.fromkeys("1234", 7))))
    assert alike["a_bar"] == pytest.approx(alike["maa"])
    assert alike["a_b"] == pytest.approx(alike["mfn"])
    assert measure(Matrix.of(GOLDEN))["a_b"].reason == "needs the number of test documents of 1"
    assert measure(Matrix.of([[1, 1], [math.nan, 1]]), References(sizes={"1": 1, "2": 1}))[
        "a_bar"].reason == "missing: 1 after 2"  # fmt: skip


def sapt(r):
    """SAPT's forgetting: the best of all earlier rows, what was not learned yet counting as is."""
    n = len(r)
    return sum(max(r[t][j] for t in range(n - 1)) - r[-1][j] for j in range(n - 1)) / (n - 1)


@given(squares)
@settings(max_examples=100, deadline=None)
def test_forgetting_over_all_earlier_rows(r):
    found = values(measure(Matrix.of(r, base=[0.0] * len(r))))
    assert found["fm_any_earlier"] == pytest.approx(sapt(r))
    assert found["fm_any_earlier"] >= found["fm_chaudhry"] - 1e-12
    assert found["fm_any_or_base"] == pytest.approx(found["fm_any_earlier"])
    known = values(measure(Matrix.of(r, base=[1.0] * len(r))))
    assert known["fm_any_or_base"] == pytest.approx(1 - np.mean(r[-1][:-1]))
    triangle = measure(Matrix.of(np.where(np.tri(len(r), dtype=bool), r, np.nan)))
    if len(r) > 2:
        assert triangle["fm_any_earlier"].value is None, "needs the cells before a task is learned"


def test_the_two_that_are_called_fwt():
    given_ = References(alone={"1": 0.95, "2": 0.9, "3": 0.9, "4": 0.8})
    found = values(measure(Matrix.of(GOLDEN, base=[0.1] * 4), given_))
    assert found["fwt"] == pytest.approx(0.1167, abs=5e-5)
    assert found["fwt_single"] == pytest.approx(-found["intransigence"]) == pytest.approx(-0.075)


def test_every_formula_says_where_it_is_from():
    says, sources = continual.says(), continual.sources()
    given_ = References(alone=dict.fromkeys("1234", 1.0))
    assert says.keys() == sources.keys() == measure(Matrix.of(GOLDEN), given_).keys()
    assert all(says.values())
    assert all(sources.values())
    from_memory = {name for name, source in sources.items() if source == continual.MEMORY}
    assert {"fm_chaudhry", "min_acc", "wc_acc", "intransigence"} <= from_memory
    assert not {"bwt_gem", "fm_any_earlier", "a_bar", "fwt_single", "f1_avg"} & from_memory
    assert sources["stability"] == sources["plasticity"] == continual.OWN


def test_the_area_over_memory_is_the_raw_one():
    """MEMO's budgets, and its curve as read off the survey's figure against its printed 10.85."""
    start = continual.megabytes(463_504, 2_000, 3 * 32 * 32)
    end = continual.megabytes(10 * 463_504, 2_000, 3 * 32 * 32)
    assert (start, end) == pytest.approx((7.627, 23.541), abs=1e-3)
    assert continual.megabytes(11_176_512, 2_000, 3 * 224 * 224) == pytest.approx(329.7, abs=0.05)
    points, curve = [7.6, 12.4, 16.0, 19.8, 23.5], [0.545, 0.69, 0.703, 0.717, 0.721]
    assert continual.memory_area(points, curve).value == pytest.approx(10.83, abs=5e-3)
    assert continual.memory_auc(points, curve).value == pytest.approx(0.681, abs=5e-4)
    small = continual.memory_area([1, 2, 4], [0.2, 0.4, 0.6]).value
    assert small == pytest.approx(1.3)
    assert continual.memory_auc([1, 2, 4], [0.2, 0.4, 0.6]).value == pytest.approx(1.3 / 3)
    both = {"a": ([1, 4], [0.2, 0.6]), "b": ([4, 2, 1], [0.6, 0.4, 0.2])}
    assert continual.memory_areas(both)["b"].value == pytest.approx(1.3)
    with pytest.raises(HeptathlonError, match="'c' is over 1 to 5 MB and 'a' over 1 to 4"):
        continual.memory_areas({**both, "c": ([1, 5], [0, 0])})


def test_memory_auc():
    found = continual.memory_auc([7.6, 12.4, 16.0, 19.8, 23.5], [50, 50, 50, 50, 50])
    assert found.value == pytest.approx(50)
    # Two trapezoids: (1 + 3) / 2 * 1 and (3 + 5) / 2 * 3 over a range of 4.
    assert continual.memory_auc([5, 1, 2], [5, 1, 3]).value == pytest.approx(14 / 4)
    assert continual.memory_auc([1], [5]).value is None
    assert continual.memory_auc([1, 1], [5, 6]).value is None
    with pytest.raises(ValueError, match="one accuracy a budget"):
        continual.memory_auc([1, 2], [5])
    with pytest.raises(ValueError, match="not finite"):
        continual.memory_auc([1, math.inf], [5, 6])


def test_orders():
    a, b = measure(Matrix.of(GOLDEN)), measure(Matrix.of(GOLDEN[::-1]))
    found = continual.average_orders([a, b])
    assert found["bwt_gem"].value == pytest.approx((a["bwt_gem"].value + b["bwt_gem"].value) / 2)
    hole = np.array(GOLDEN)
    hole[3, 1] = np.nan
    found = continual.average_orders([a, measure(Matrix.of(hole))])
    assert found["acc_last"] == Figure(None, "order 2: missing: 2 after 4")
    with pytest.raises(ValueError, match="no order"):
        continual.average_orders([])


def test_spread_over_orders():
    a, b, c = (measure(Matrix.of(r)) for r in (GOLDEN, GOLDEN[::-1], np.eye(4)))
    found = continual.spread_of_orders([a, b, c])["acc_last"]
    known = [one["acc_last"].value for one in (a, b, c)]
    assert (found.orders, found.least, found.most) == (3, min(known), max(known))
    assert (found.mean, found.sd) == pytest.approx((np.mean(known), np.std(known, ddof=1)))
    alone = continual.spread_of_orders([a])["bwt_gem"]
    assert (alone.mean, alone.sd) == (a["bwt_gem"].value, None)
    hole = np.array(GOLDEN)
    hole[3, 1] = np.nan
    lacking = continual.spread_of_orders([a, measure(Matrix.of(hole))])["acc_last"]
    assert (lacking.mean, lacking.sd, lacking.orders) == (None, None, 1)
    assert lacking.reason == "order 2: missing: 2 after 4"


def test_curves():
    stages = continual.by_stage(Matrix.of(GOLDEN))
    assert stages["acc"] == pytest.approx([0.9, 0.825, 2.45 / 3, 0.6375])
    assert stages["fm"][0] is None
    assert stages["fm"][1:] == pytest.approx([0.1, 0.075, 0.25])
    gaps = continual.by_interval(Matrix.of(GOLDEN))
    assert gaps == pytest.approx([0.8125, (0.8 + 0.7 + 0.5) / 3, (0.95 + 0.75) / 2, 0.6])
    holes = continual.by_interval(Matrix.of([[1.0, 0], [math.nan, 0.5]]))
    assert holes == [0.75, None]


# --- superficial and essential --------------------------------------------------------------------


def test_planted_losses_are_told_apart():
    """Two tasks lose 0.35 of knowledge; the strict score loses 0.175 more by format."""
    knowledge = np.array([[0.8, 0.1, 0.1], [0.6, 0.9, 0.1], [0.45, 0.55, 0.7]])
    format_kept = np.array([[1, 1, 1], [0.9, 1, 1], [0.5, 0.7727272727272727, 1]])
    found = continual.split_forgetting(Matrix.of(knowledge * format_kept), Matrix.of(knowledge))
    assert found["bwt_essential"].value == pytest.approx(-0.35)
    assert found["bwt_superficial"].value == pytest.approx(-(0.225 + 0.125) / 2)
    assert found["bwt_strict"].value == pytest.approx(-0.525)
    hole = continual.split_forgetting(Matrix.of([[1, 1], [np.nan, 1]]), Matrix.of([[1, 1], [1, 1]]))
    assert hole["bwt_superficial"] == Figure(None, "missing: 1 after 2")
    with pytest.raises(ValueError, match="different tasks"):
        continual.split_forgetting(Matrix.of([[1]]), Matrix.of([[1]], tasks=["x"]))


# --- intervals -----------------------------------------------------------------------------------


def test_intervals_are_paired_across_checkpoints():
    """What the checkpoints have in common cancels in their differences."""
    rng = np.random.default_rng(0)
    before = (rng.random(400) < 0.5).astype(float)
    steady = np.stack([before, before, before])
    scores = [TaskScores(steady, np.arange(400)), TaskScores(steady, np.arange(400))]
    matrix = continual.matrix_of(["a", "b"], scores)
    rows = continual.resampled_rows(scores, resamples=500, seed=1)
    assert rows.shape == (500, 3, 2)
    found = continual.with_intervals(measure(matrix), matrix.tasks, rows)
    assert found["bwt_gem"] == Figure(0.0), "identical answers show no spread, so no interval"
    # One document in twenty is lost by all: paired, the loss is known far better than the score.
    lost = before * (np.arange(400) % 20 > 0)
    drop = [TaskScores(np.stack([before, before, lost]), np.arange(400)), scores[1]]
    rows_ = continual.resampled_rows(drop, resamples=500, seed=1)
    change = continual.with_intervals(
        measure(continual.matrix_of(["a", "b"], drop)), matrix.tasks, rows_
    )["bwt_gem"]
    assert change.low < change.value < change.high < 0
    assert change.high - change.low < 0.05
    assert 0.03 < found["acc_last"].high - found["acc_last"].low < 0.10
    assert found["acc_last"].low < found["acc_last"].value < found["acc_last"].high
    again = continual.resampled_rows(scores, resamples=500, seed=1)
    assert (again == rows).all()


def test_interval_of_a_mean_is_as_wide_as_theory_says():
    rng = np.random.default_rng(3)
    y = (rng.random(300) < 0.3).astype(float)
    scores = [TaskScores(np.stack([y, y]), np.arange(300))]
    rows = continual.resampled_rows(scores, resamples=4000, seed=5)
    low, high = continual.percentiles(continual.FORMULAS["acc_last"].compute(rows))
    assert high - low == pytest.approx(2 * 1.96 * y.std() / math.sqrt(300), rel=0.08)
    # Ten copies of each document under one cluster label add nothing.
    copied = [TaskScores(np.repeat(np.stack([y, y]), 10, 1), np.repeat(np.arange(300), 10))]
    rows = continual.resampled_rows(copied, resamples=4000, seed=5)
    again = continual.percentiles(continual.FORMULAS["acc_last"].compute(rows))
    assert again == pytest.approx((low, high))
    with pytest.raises(ValueError, match="two clusters"):
        continual.resampled_rows([TaskScores(np.ones((2, 3)), np.zeros(3))], resamples=9, seed=0)


# --- files ---------------------------------------------------------------------------------------

CSV = "after,art,ocr\nbase,0.1,\nart,0.9,0.2\nocr,0.5,0.8\n"
JSON = '{"tasks": ["art", "ocr"], "rows": {"base": {"art": 0.1}, "art": {"art": 0.9, "ocr": 0.2},' \
       ' "ocr": {"art": 0.5, "ocr": 0.8}}}'  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [("m.csv", CSV), ("m.json", JSON)])
def test_files(tmp_path, name: str, text: str):
    path = tmp_path / name
    path.write_text(text)
    matrix = continual.read_matrix(path)
    assert matrix.tasks == ("art", "ocr")
    assert matrix.scores.tolist() == [[0.9, 0.2], [0.5, 0.8]]
    assert matrix.base[0] == 0.1
    assert math.isnan(matrix.base[1])
    assert measure(matrix)["bwt_gem"].value == pytest.approx(-0.4)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("m.csv", CSV + "art,1,1\n", "'art' has two rows"),
        ("m.csv", CSV + "map,1,1\n", "'map' is neither 'base' nor a task"),
        ("m.csv", CSV + "x,1\n", "has 2 cells, not 3"),
        ("m.csv", "after,art\nart,high\n", "'high' is no number"),
        ("m.csv", "after,art\nart,nan\n", "not finite"),
        ("m.csv", "task,art\n", "first line must be"),
        ("m.csv", "after,art,art\n", "stands twice"),
        ("m.json", "{}", "'tasks' and 'rows'"),
        ("m.json", '{"tasks": [], "rows": {}}', "list of names"),
        ("m.json", '{"tasks": ["a"], "rows": []}', "map each checkpoint"),
        ("m.json", '{"tasks": ["a"], "rows": {"a": {"b": 1}}}', "'b' is scored"),
        ("m.json", '{"tasks": ["a"], "rows": {"a": {"a": true}}}', "True of a is no number"),
        ("m.json", '{"tasks": ["a"], "rows": {"a": {}, "a": {}}}', "stands twice"),
    ],
)
def test_bad_files(tmp_path, name: str, text: str, says: str):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(HeptathlonError, match=says):
        continual.read_matrix(path)


def test_shapes():
    for bad in ([[1, 2]], [[1, 2], [3, math.inf]]):
        with pytest.raises(ValueError, match=r"shape|infinite"):
            Matrix.of(bad)
    with pytest.raises(ValueError, match="same name"):
        Matrix.of([[1, 2], [3, 4]], tasks=["a", "a"])
