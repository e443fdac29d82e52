"""Levels that are sought: which rung is asked next, what a run says, and how it goes on."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from scipy import stats as scipy_stats

from heptathlon.bars import Mark
from heptathlon.errors import HeptathlonError
from heptathlon.leaderboard import submit
from heptathlon.running import adapting, runner, runs, stopped
from heptathlon.running.adapting import Rungs
from heptathlon.running.stopping import Document
from heptathlon.scorers.stats import adaptive
from heptathlon.scoring import compare, playing, scorecard
from heptathlon.scoring.sequential import NEAR_THE_LEVEL
from heptathlon.tasks import catalog

PLACES = np.log([3.0, 4, 5, 7, 10, 15, 20, 30])
LOW, HIGH = np.full(8, 0.1), np.full(8, 0.97)
TASK = "heptathlon_verbalizer_pairs_lite"
OTHER = "heptathlon_verbalizer_neutral_smoke"


def known(answers: list[tuple[int, int, int]]) -> adaptive.Curves:
    curves = adaptive.Curves(PLACES, LOW, HIGH)
    for rung, right, count in answers:
        curves.answered(rung, right, count)
    return curves


ANSWERS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 6)).map(lambda one: (*one, 6)), max_size=6
)


@settings(max_examples=40, deadline=None)
@given(answers=ANSWERS)
def test_the_level_is_bayes_s_by_hand(answers):
    step = (PLACES[-1] - PLACES[0]) / 7
    at, steep, top = np.meshgrid(
        np.linspace(PLACES[0] - step, PLACES[-1] + step, adaptive.PLACES),
        np.array(adaptive.STEEP) / step,
        adaptive.TOPS,
    )
    mass = np.ones(at.shape)
    for rung, right, count in answers:
        share = top * special.expit(-steep * (PLACES[rung] - at))
        p = np.clip(0.1 + 0.87 * share, adaptive.RARE, 1 - adaptive.RARE)
        mass = mass * scipy_stats.binom.pmf(right, count, p)
    # The curve is half of the way up where its share of the top is 1 / (2 top).
    levels = at - special.logit(np.where(top < 1, 1 / (2 * top), 0.5)) / steep
    assert np.allclose(top * special.expit(-steep * (levels - at)), 0.5)
    levels = np.clip(levels, PLACES[0], PLACES[-1])
    weights = mass / mass.sum()
    mean = float((weights * levels).sum())
    sd = math.sqrt(float((weights * (levels - mean) ** 2).sum()))
    assert known(answers).level == pytest.approx((mean, sd), rel=1e-6, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(answers=ANSWERS, rung=st.integers(0, 7))
def test_a_gain_is_the_variance_that_one_more_answer_takes_away(answers, rung):
    """An answer is right or wrong, so that what is known after it is a straight line of it."""
    before = known(answers)
    expected = np.tensordot(before._share(), before._figures, axes=3)[rung]
    after = [known([*answers, (rung, right, 1)]).level[1] ** 2 for right in (0, 1)]
    left = (1 - expected) * after[0] + expected * after[1]
    assert before.gains()[rung] == pytest.approx(before.level[1] ** 2 - left, abs=1e-9)


def rungs_of(places: np.ndarray, units: int, costs: list[float]) -> Rungs:
    family = catalog.task_data("heptathlon_maze_dfs_lite").family
    mark = {"player": "x", "bar_se": 0.0, "ceiling_se": 0.0, "n": 9}
    marks = [Mark(bar=0.1, ceiling=0.97, **mark) for _ in places]
    rungs = [float(x) for x in np.exp(places).round()]
    documents = [[[Document("", 0, {})] for _ in range(units)] for _ in places]
    found = Rungs(family.ladder, marks, rungs, documents, (0.0, 1.0))
    found.costs = costs
    return found


def sought(rng: np.random.Generator, truth: float) -> Rungs:
    rungs = rungs_of(PLACES, 200, [1.0] * 8)
    for rung, units in rungs.rounds():
        chance = 0.1 + 0.87 * special.expit(-5 * (PLACES[rung] - truth))
        rungs.take(rung, [{0: float(rng.random() < chance)} for _ in units])
    return rungs


def test_levels_are_found_without_bias_and_near_them_is_asked_most():
    rng = np.random.default_rng(7)
    errors, asked = [], np.zeros(8)
    for truth in rng.uniform(PLACES[1], PLACES[-2], 120):
        rungs = sought(rng, truth)
        errors.append(rungs.curves.level[0] - truth)
        asked += rungs.asked
    assert abs(np.mean(errors)) < 3 * np.std(errors) / math.sqrt(len(errors))
    assert np.mean(np.abs(errors) < math.log(1.1)) > 0.75
    assert asked.sum() / 120 < 0.1 * 8 * 200
    rungs = sought(rng, PLACES[2])
    assert sum(rungs.asked[1:5]) > 0.9 * sum(rungs.asked)


def test_no_more_is_asked_than_a_part_of_all():
    rng = np.random.default_rng(3)
    rungs = rungs_of(PLACES, 30, [1.0] * 7 + [4.0])
    for rung, units in rungs.rounds():
        before = rungs.spent
        rungs.take(rung, [{0: float(rng.random() < 0.6)} for _ in units])
        assert before < adapting.MOST
    assert not rungs.known
    assert adapting.MOST <= rungs.spent < adapting.MOST + 24 / 330


def test_a_level_needs_its_rungs_and_clusters():
    rungs = rungs_of(PLACES, 6, [1.0] * 8)
    for rung, units in rungs.rounds():
        rungs.take(rung, [{0: 1.0} for _ in units])
    assert sum(map(bool, rungs.asked)) >= 3
    assert sum(rungs.asked) >= 20
    assert rungs.asked[-1] > 0, "nothing but the hardest rung tells who has them all"


# --- a run ---------------------------------------------------------------------------------------


def ask(folder: Path, player: str, *flags: str, tasks: str = TASK) -> Path:
    named = ["--model", "heptathlon", "--model_args", f"player={player}"]
    (path,) = runner.run([*named, "--tasks", tasks, "--output_path", str(folder), *flags])
    return path.parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ask(tmp_path_factory.mktemp("adaptive"), "oracle", "--adaptive")


def test_the_card_has_a_level_and_no_headline(folder: Path):
    run = runs.read_run(folder)
    card, scored = scorecard.score_run(run)
    family = card.families["verbalizer"]
    assert not family.complete
    assert family.stopped is not None
    assert family.stopped.adaptive
    assert (family.headline.value, family.headline.reason) == (None, NEAR_THE_LEVEL)
    assert family.points.value is None
    assert card.total is None
    assert family.level is not None
    assert family.level.beyond == "harder"
    assert 20 <= len(scored) < 0.4 * family.expected
    found = compare.compare(card, scored, card, scored).families["verbalizer"]
    assert (found.verdict, found.difference.reason) == (None, NEAR_THE_LEVEL)


def test_within_a_rung_the_first_clusters_of_the_order_are_asked(folder: Path):
    run = runs.read_run(folder)
    data = catalog.task_data(TASK)
    every = playing.documents(data, "2026.1")
    for rung in {one.doc["rung"] for one in run.samples[TASK]}:
        labels = {doc["cluster_id"] for doc in every if doc["rung"] == rung}
        order = stopped.order(data, "2026.1", labels)
        asked = {one.doc["cluster_id"] for one in run.samples[TASK] if one.doc["rung"] == rung}
        assert asked == set(order[: len(asked)])


def test_it_cannot_be_submitted_and_goes_on_to_the_whole(folder: Path, tmp_path: Path):
    with pytest.raises(HeptathlonError, match="stopped before it had asked everything"):
        submit.prepare(folder, tmp_path / "out")
    (journal,) = (folder.parent / ".journal").iterdir()
    whole = runs.read_run(ask(folder.parent, "oracle"))
    assert not journal.exists(), "nothing is left to ask"
    family = scorecard.score_run(whole)[0].families["verbalizer"]
    assert family.complete
    assert family.stopped is None


def test_what_has_no_level_is_refused(tmp_path: Path):
    for flags, tasks, says in (
        (["--adaptive", "--limit", "3"], TASK, "leave one of the two out"),
        (["--adaptive", "--precision", "0.1"], TASK, "looks for a level"),
        (["--adaptive"], OTHER, "none of these is one"),
        (["--adaptive"], "heptathlon_students_choice_smoke", "no mean over documents"),
        (["--adaptive"], "heptathlon_facts_guess_smoke", "is on no ladder"),
    ):
        with pytest.raises(HeptathlonError, match=says):
            ask(tmp_path, "random", *flags, tasks=tasks)


def test_a_record_that_no_run_writes_is_refused():
    with pytest.raises(HeptathlonError, match="is not as heptathlon run writes it"):
        stopped.of_results({"stopped": {"adaptive": "perhaps", "tasks": ["x"]}}, "r.json")
