"""Eight prompt forms of what is asked by likelihoods: design, prompts, figures and runs."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heptathlon.cli import forms as cli_forms
from heptathlon.errors import HeptathlonError
from heptathlon.leaderboard import submit
from heptathlon.pages import report
from heptathlon.running import runner, runs
from heptathlon.running.runs import Run, Sample
from heptathlon.scorers import prompt_forms as formulas
from heptathlon.scorers.hooks import scorer_of
from heptathlon.scoring import prompt_forms as scoring
from heptathlon.scoring import scorecard
from heptathlon.scoring.samples import documents
from heptathlon.tasks import catalog, prompt_forms
from heptathlon.tasks.prompt_forms.design import ALIASES, FACTORS, FORMS
from heptathlon.tasks.prompt_forms.items import SOLVED, TooFewError, items_of
from heptathlon.tasks.prompt_forms.question import Question
from heptathlon.tasks.prompt_forms.words import answers, labels, render
from tests.made_runs import run_of
from tests.parsed import Page

SEASON = "2026.1"
NAMES = [factor.name for factor in FACTORS]
WITH_FORMS = [
    task
    for task, leaf in catalog.leaves().items()
    if leaf.tier == "smoke" and catalog.has_forms(task)
]
FORCED = "heptathlon_icl_forced_lite"


# --- the design ----------------------------------------------------------------------------------


def _signs() -> dict[str, np.ndarray]:
    columns = np.where(np.array([form.levels for form in FORMS]), 1, -1).T
    return dict(zip(NAMES, columns, strict=True))


def test_every_factor_is_balanced_and_no_two_go_together():
    signs = _signs()
    assert len({form.levels for form in FORMS}) == prompt_forms.COUNT
    for column in signs.values():
        assert column.sum() == 0
    for one, other in itertools.combinations(NAMES, 2):
        assert signs[one] @ signs[other] == 0


def test_the_aliases_are_all_that_the_design_has():
    signs = _signs()
    for name in NAMES:
        others = itertools.combinations([n for n in NAMES if n != name], 2)
        found = [f"{a} x {b}" for a, b in others if abs(signs[a] * signs[b] @ signs[name]) == 8]
        assert list(ALIASES[name]) == found


# --- the prompts ---------------------------------------------------------------------------------


def test_all_families_that_ask_by_likelihood_have_forms():
    families = {catalog.leaf(task).family for task in WITH_FORMS}
    assert families >= {
        "abstain", "facts", "icl", "longcontext", "maze", "memorability", "rarb", "sort",
        "students", "unlearn", "verbalizer",
    }  # fmt: skip
    assert not any(catalog.leaf(t).row.edition != "fresh" for t in WITH_FORMS)


@pytest.mark.parametrize("task", WITH_FORMS)
def test_each_form_asks_the_same_question_and_the_scorer_reads_it(task: str):
    docs = documents(catalog.task_data(task), SEASON)
    try:
        items = items_of(task, SEASON)
    except TooFewError:
        assert len({doc["cluster_id"] for doc in docs}) < 2 * SOLVED
        return
    chosen = [doc for doc in docs if doc["item_id"] in items.chosen]
    assert chosen
    scorer: Any = scorer_of(catalog.leaf(task).family)
    for doc in chosen[:3]:
        published = catalog.prompt_of(task, doc)
        gold = catalog.function(str(catalog.definition(task)["doc_to_target"]))(doc)
        prompts = set()
        for name in catalog.forms_of_task(task):
            prompt, options = catalog.prompt_of(name, doc), catalog.choices_of(name, doc)
            assert prompt == prompt.strip()
            assert len(set(options)) == len(options) == len(catalog.choices_of(task, doc))
            prompts.add(prompt)
            logs = [(0.0, True) if i == gold else (-9.0, False) for i in range(len(options))]
            metrics = scorer.verdict(doc, logs).metrics
            assert next(metrics[hit] for hit in prompt_forms.HITS if hit in metrics) == 1
            if "QUESTION -" in prompt:
                assert prompt.count("QUESTION -") in (1, 1 + SOLVED)
        assert len(prompts) == prompt_forms.COUNT
        assert published not in prompts


def test_what_is_shown_as_solved_is_not_asked():
    docs = documents(catalog.task_data(FORCED), SEASON)
    items = items_of(FORCED, SEASON)
    assert len(docs) > prompt_forms.ITEMS == len(items.chosen)
    assert len(items.solved) == SOLVED
    texts = {one.text for one in items.solved}
    for doc in docs:
        if doc["item_id"] in items.chosen:
            name = catalog.forms_of_task(FORCED)[0]
            assert not any(f"Question: {text}\n" in catalog.prompt_of(name, doc) for text in texts)


def test_labels_do_not_begin_one_another():
    assert labels(12, FORMS[1])[:2] == ["01", "02"]
    assert labels(3, FORMS[1]) == ["1", "2", "3"]
    assert labels(24, FORMS[0])[-1] == "X"
    with pytest.raises(ValueError, match="more than there are letters"):
        labels(27, FORMS[0])


def test_a_form_is_worded_as_its_factors_say():
    question = Question("Which?", ("salt", "sand"), 1)
    solved = (Question("Who?", ("Ann", "Bo"), 0),)
    first, last = (render(question, FORMS[i], SEASON, solved) for i in (0, 5))
    assert first.endswith("Question: Which?\nA) salt\nB) sand\nAnswer:")
    assert "Who?" not in first
    assert last.startswith("QUESTION - Which?\nOPTIONS - 1 - salt; 2 - sand\n")
    shown = render(question, FORMS[6], SEASON, solved)
    assert answers(question, FORMS[6]) == ["salt", "sand"]
    assert shown.startswith("Question: Who?\nOptions: A) Ann; B) Bo\n")
    assert " Ann\n\nQuestion: Which?" in shown


# --- the figures ---------------------------------------------------------------------------------


def test_the_known_answer():
    found = formulas.answered([[1, 1, 1], [1, 0, 0], [1, 1, 0], [0, 0, 0]], list("abcd"))
    apart = formulas.spread(found, seed=1)
    assert found.means == pytest.approx([0.75, 0.5, 0.25])
    assert apart.q == pytest.approx(3)
    assert apart.sigma == pytest.approx(1 / 6)
    assert apart.range == pytest.approx(0.5)
    shares = [figure(found).value for figure in (formulas.always, formulas.ever, formulas.flips)]
    assert shares == [0.25, 0.75, 0.5]


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 12), st.integers(2, 8), st.integers(0, 10**6))
def test_sigma_and_q_are_those_of_a_two_way_table(n: int, k: int, seed: int):
    y = np.random.default_rng(seed).integers(0, 2, size=(n, k)).astype(float)
    apart = formulas.spread(formulas.answered(y, [str(i) for i in range(n)]), seed=0, redraws=50)
    # Sums of squares by least squares on dummies, one block after the other.
    rows, columns = np.repeat(np.eye(n), k, axis=0), np.tile(np.eye(k), (n, 1))

    def left(design: np.ndarray) -> float:
        return float(((y.ravel() - design @ np.linalg.lstsq(design, y.ravel())[0]) ** 2).sum())

    by_form, rest = left(rows) - left(np.hstack([rows, columns])), left(np.hstack([rows, columns]))
    squared = (by_form / (k - 1) - rest / ((n - 1) * (k - 1))) / n
    assert apart.sigma == pytest.approx(max(0.0, squared) ** 0.5, abs=1e-6)
    totals, right = y.sum(axis=0), y.sum(axis=1)
    below = k * right.sum() - (right**2).sum()
    if below:
        wanted = k * (k - 1) * ((totals - totals.mean()) ** 2).sum() / below
        assert apart.q == pytest.approx(wanted, abs=1e-6)
    else:
        assert apart.q is None


def test_equal_forms_differ_by_what_is_said_beside_the_range():
    rng = np.random.default_rng(3)
    y = (rng.random((400, 8)) < 0.5).astype(float)
    apart = formulas.spread(formulas.answered(y, [str(i) for i in range(400)]), seed=1)
    assert apart.range_null == pytest.approx(2.85 * (0.25 / 400) ** 0.5, rel=0.05)
    assert apart.p > 0.05
    assert apart.sigma < apart.sigma_null_95 * 1.5


def test_questions_that_go_alike_in_a_cluster_make_no_finding():
    """Copies of one question in a cluster are no further evidence of a difference."""
    rng = np.random.default_rng(5)
    hits = 0
    for seed in range(60):
        y = np.repeat((rng.random((15, 8)) < 0.5).astype(float), 8, axis=0)
        labels_ = [str(i // 8) for i in range(120)]
        hits += formulas.spread(formulas.answered(y, labels_), seed=seed, redraws=200).p <= 0.05
    assert hits <= 9


def test_a_planted_effect_is_found_at_its_factor_alone():
    rng = np.random.default_rng(7)
    levels = {name: [form.levels[i] for form in FORMS] for i, name in enumerate(NAMES)}
    rate = 0.4 + 0.3 * np.array(levels["labels"])
    y = (rng.random((300, 8)) < rate).astype(float)
    effects = formulas.effects(formulas.answered(y, [str(i) for i in range(300)]), levels)
    found = [name for name, one in effects.items() if one.low > 0 or one.high < 0]
    assert found == ["labels"]
    assert effects["labels"].value == pytest.approx(0.3, abs=0.05)
    assert formulas.spread(formulas.answered(y, list(map(str, range(300)))), seed=1).p < 0.01
    with pytest.raises(ValueError, match="one of its levels"):
        formulas.effects(formulas.answered(y, list(map(str, range(300)))), {"x": [True] * 8})


def test_the_interval_for_forms_like_these_is_the_wider_one():
    rng = np.random.default_rng(9)
    y = (rng.random((200, 8)) < np.linspace(0.2, 0.9, 8)).astype(float)
    found = formulas.answered(y, [str(i) for i in range(200)])
    one, both = formulas.mean(found), formulas.mean_two_ways(found)
    assert one.value == both.value
    assert both.low < one.low < one.high < both.high


def test_order_of_models_between_forms():
    with pytest.raises(ValueError, match="three models"):
        formulas.agreement([[0.1, 0.2], [0.2, 0.3]])
    found = formulas.agreement([[0.1, 0.1, 0.3], [0.2, 0.2, 0.2], [0.3, 0.3, 0.1]])
    assert (found.mean, found.lowest, found.pairs) == (pytest.approx(-1 / 3), -1, 3)
    assert formulas.agreement([[0.1, 0.1]] * 3).mean is None


@pytest.mark.parametrize("y", [[[1]], [[1, 2]], [1, 0], np.empty((0, 3)), [[0, float("nan")]]])
def test_what_is_no_table_of_outcomes_is_refused(y: Any):
    with pytest.raises(ValueError, match=r"form|out of 0"):
        formulas.answered(y, ["a"] * len(y))


# --- runs ----------------------------------------------------------------------------------------


def made(skill: dict[int, float], limit: dict[int, int] | None = None) -> Run:
    """Return a run of one who is right in a form with a probability."""
    rng = np.random.default_rng(1)
    samples: dict[str, list[Sample]] = {}
    asked = sorted(items_of(FORCED, SEASON).chosen)
    docs = {doc["item_id"]: doc for doc in documents(catalog.task_data(FORCED), SEASON)}
    for number, rate in skill.items():
        task = catalog.forms_of_task(FORCED)[number - 1] if number else FORCED
        for i, item in enumerate(asked[: (limit or {}).get(number)]):
            gold = docs[item]["gold"] if rng.random() < rate else 1 - docs[item]["gold"]
            logs = [(-0.1, True) if at == gold else (-2.0, False) for at in range(2)]
            samples.setdefault(task, []).append(Sample(task, i, docs[item], "", logs, {}))
    return run_of(samples)


def test_the_card_and_the_page_show_the_forms_apart_from_the_headline():
    rates = {0: 1.0, **{k: 0.9 if k > 4 else 0.5 for k in range(1, 9)}}
    card, scored = scorecard.score_run(made(rates))
    family = card.families["icl"]
    (one,) = family.prompt_forms
    assert one.variant == "icl_forced"
    assert [row.number for row in one.forms] == list(range(1, 9))
    alone = scorecard.score_run(made({0: 1.0}))[0].families["icl"]
    assert (family.headline, family.skill) == (alone.headline, alone.skill)
    assert {s.variant for s in scored} == {"icl_forced"}
    assert [c.variants for c in family.confidence] == [["icl_forced"]]
    assert {f.variant for f in family.forms} == {"icl_forced"}
    assert one.sigma > one.sigma_null_95
    assert one.p < 0.01
    assert one.effects["shape"].low > 0.2
    assert one.range > one.range_null_95
    assert one.always.value < one.mean.value < one.ever.value
    assert one.ensemble.value > max(row.accuracy.value for row in one.forms[:4])
    text = Page(report.render_report(card, scored)).text
    assert "How far the answers are the prompt's" in text
    assert "of equal forms" in text


def test_forms_that_were_not_asked_the_same_count_by_what_is_common():
    card, _ = scorecard.score_run(made({1: 0.5, 2: 0.5}, {2: 40}))
    (one,) = card.families["icl"].prompt_forms
    assert one.n == 40
    assert one.left_out == len(items_of(FORCED, SEASON).chosen) - 40
    assert not one.effects
    assert "2 of 8 forms" in one.effects_reason
    assert card.families["icl"].headline.value is None
    (alone,) = scorecard.score_run(made({1: 0.5}))[0].families.values()
    assert alone.prompt_forms == []


def test_models_are_compared_on_the_same_forms_only():
    cards = [
        scorecard.score_run(made({1: rate, 2: rate}))[0].families["icl"].prompt_forms[0]
        for rate in (0.2, 0.5, 0.9)
    ]
    assert scoring.agreement(cards).mean == 1
    assert scoring.agreement(cards[:2]) is None
    other = scorecard.score_run(made({1: 0.5, 3: 0.5}))[0].families["icl"].prompt_forms[0]
    with pytest.raises(HeptathlonError, match="not asked the same"):
        scoring.agreement([*cards, other])


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run two forms, and the published prompt, into one folder."""
    out = tmp_path_factory.mktemp("forms")
    model = ["--model", "heptathlon", "--model_args", "player=random", "--output_path", str(out)]
    tasks = ["--tasks", "heptathlon_icl_forced_smoke"]
    runner.run([*model, *tasks, "--form", "2,7"], brief=True)
    (path,) = runner.run([*model, *tasks], brief=True)
    return path.parent


def test_a_run_asks_forms_and_keeps_them_apart(asked: Path, capsys: pytest.CaptureFixture[str]):
    run = runs.read_run(asked)
    assert sorted(run.samples) == [
        "heptathlon_icl_forced_form2_smoke",
        "heptathlon_icl_forced_form7_smoke",
        "heptathlon_icl_forced_smoke",
    ]
    two, seven = (run.samples[f"heptathlon_icl_forced_form{k}_smoke"] for k in (2, 7))
    items = items_of("heptathlon_icl_forced_smoke", SEASON)
    for ones in (two, seven):
        assert {one.doc["item_id"] for one in ones} == items.chosen
    assert two[0].prompt == catalog.prompt_of(two[0].task, two[0].doc)
    assert two[0].prompt.count("Question: ") == 1 + SOLVED
    card, _ = scorecard.score_run(run)
    (one,) = card.families["icl"].prompt_forms
    assert one.sigma == 0  # a player reads the record, which no form changes
    assert card.families["icl"].complete
    cli_forms.forms([asked])
    assert "Cochran" in capsys.readouterr().out
    with pytest.raises(HeptathlonError, match="than the published one"):
        submit._needed_files(run)


def test_runs_without_forms_make_no_table(asked: Path):
    published = max(asked.glob("results_*.json"), key=lambda p: p.name)
    with pytest.raises(HeptathlonError, match="run it with --form all"):
        cli_forms.forms([published])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["heptathlon_icl_forced_smoke", "--form", "9"], "'9' is no prompt form"),
        (["heptathlon_icl_forced_smoke", "--form", "1,"], "is no prompt form"),
        (["heptathlon_icl_linear_smoke", "--form", "all"], "has no prompt forms"),
        (["heptathlon_rarb_judge_smoke", "--form", "all"], "take a larger tier"),
        (["heptathlon_icl_forced_smoke", "--form", "1", "--generated"], "leave one of them out"),
        (["heptathlon_icl_linear_form1_smoke"], "heptathlon_icl_linear_form1_smoke"),
        (["heptathlon_icl_forced_form9_smoke"], "heptathlon_icl_forced_form9_smoke"),
    ],
)
def test_what_makes_no_run_is_refused(more: list[str], said: str, tmp_path: Path):
    model = ["--model", "heptathlon", "--model_args", "player=random"]
    with pytest.raises(HeptathlonError, match=said):
        runner.run([*model, "--output_path", str(tmp_path), "--tasks", *more], brief=True)
