"""The students tasks: names, prompts and their snapshots, few-shot examples, the players."""

import math
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from lm_eval.tasks import TaskManager

from heptathlon import families
from heptathlon.builders import sources, store, students
from heptathlon.models.player import PlayerLM
from heptathlon.scorers import students as scorer
from heptathlon.scorers.verdict import Row, Verdict
from heptathlon.tasks import catalog
from heptathlon.tasks.players import Player
from heptathlon.tasks.students import prompts, twin_prompts
from heptathlon.tasks.students.baselines import PLAYERS
from tests.shown import SNAPSHOTS

STUDENTS = families.FAMILIES["students"]
TWINNED = ["students_choice", "students_peers", "students_several"]
SAID = [f"{name}_say" for name in TWINNED]
POPULATION = ["students_population", "students_hidden", "students_added", "students_removed",
              "students_new_question", "students_new_student"]  # fmt: skip
FRESH = TWINNED + POPULATION
PAPER = ["students_option", "students_option_new", "students_answer", "students_answer_new"]
TIERS = ("full", "lite", "smoke")
LEAVES = sorted(families.task_name(v, t) for v in FRESH + SAID + PAPER for t in TIERS)
SMOKE = [families.task_name(v, "smoke") for v in POPULATION]
SMOKE_TWINS = [families.task_name(v, "smoke") for v in TWINNED + SAID]
SMOKE_PAPER = [families.task_name(v, "smoke") for v in PAPER]
SMOKE_ITEMS = (80, 120)
SMOKE_PROMPT_CHARS = 1_400
"""Of a smoke prompt in the group: digits and letters of exercises cost three characters a token."""


@pytest.fixture(scope="module")
def loaded(manager: TaskManager) -> dict[str, Any]:
    return manager.load(SMOKE + SMOKE_TWINS)["tasks"]


def docs_of(config: str, tier: str = "smoke", edition: str = "fresh") -> list[dict[str, Any]]:
    return store.read_docs(store.ensure(store.SetName("students", edition, tier)), config)


def need_sources() -> None:
    if not sources.available(*students.SOURCES):
        pytest.skip("the paper edition's files are not in a mirror")


def test_the_leaves_are_all_there():
    found = [t for t in catalog.leaves() if t.startswith("heptathlon_students")]
    assert sorted(found) == LEAVES


@pytest.mark.parametrize("task", LEAVES)
def test_each_yaml_says_what_its_name_says(task: str):
    data = catalog.task_data(task)
    settings = catalog.definition(task)
    assert families.task_name(data.variant, data.tier) == task
    assert data.edition == ("paper" if data.variant in PAPER else "fresh")
    assert data.variant.removesuffix("_say") == f"students_{data.config}"
    assert data.config in students.configs(data.edition)
    assert settings["metadata"]["version"] == STUDENTS.version
    assert [m["metric"] for m in settings["metric_list"]] == list(scorer.METRICS["choice"])
    assert all(m["aggregation"] == "mean" for m in settings["metric_list"])


def check_task(one: Any) -> None:
    listed = [m["metric"] for m in one.config.metric_list]
    docs = list(one.test_docs())
    assert docs
    for doc in docs:
        assert one.doc_to_text(doc).startswith(prompts.HEADINGS[doc["form"]])
        options, gold = one.doc_to_choice(doc), one.doc_to_target(doc)
        right = [(0.0, True) if i == gold else (-20.0, False) for i in range(len(options))]
        scores = one.process_results(doc, right)
        assert list(scores) == listed == list(scorer.METRICS[doc["form"]])
        assert scores["acc"] == 1.0
        assert scores["log_score"] == pytest.approx(0.0, abs=1e-6)
        assert one.process_results(doc, right[::-1])["brier"] <= 1


@pytest.mark.parametrize("task", SMOKE)
def test_each_task_loads_and_scores_in_lm_eval(task: str, loaded: dict[str, Any]):
    check_task(loaded[task])


@pytest.mark.parametrize("task", SMOKE_TWINS)
def test_each_twins_task_loads_and_scores_in_lm_eval(task: str, loaded: dict[str, Any]):
    one = loaded[task]
    for doc in one.test_docs():
        assert one.doc_to_text(doc).startswith(
            twin_prompts.HEADINGS[doc["wording"]]
            if doc["form"] == "twin"
            else twin_prompts.SEVERAL_HEADINGS[doc["wording"]]
        )
        if task.endswith("_say_smoke"):
            scores = one.process_results(doc, [one.doc_to_target(doc)])
        else:
            options, gold = one.doc_to_choice(doc), one.doc_to_target(doc)
            assert len(options) == (2 if doc["form"] == "several" else 4)
            right = [(0.0, True) if i == gold else (-20.0, False) for i in range(len(options))]
            scores = one.process_results(doc, right)
        assert list(scores) == [m["metric"] for m in one.config.metric_list]
        assert scores["acc"] == 1.0


@pytest.mark.parametrize("task", SMOKE_PAPER)
def test_each_paper_task_loads_and_scores_in_lm_eval(task: str, manager: TaskManager):
    need_sources()
    check_task(manager.load([task])["tasks"][task])


@pytest.mark.parametrize("task", SMOKE)
def test_few_shot_examples_teach_the_format(task: str, loaded: dict[str, Any]):
    one = loaded[task]
    one.set_fewshot_seed(0)
    doc = one.test_docs()[0]
    context = one.fewshot_context(doc, num_fewshot=2)
    assert context.count(prompts.HEADINGS["choice"]) == 3
    assert context.endswith(one.doc_to_text(doc))
    few = list(one.fewshot_docs())
    assert not {d["cluster_id"] for d in few} & {d["cluster_id"] for d in one.test_docs()}


@pytest.mark.parametrize("tier", TIERS)
def test_groups(tier: str, manager: TaskManager):
    group = catalog.group_definition(families.task_name("students", tier))
    leaves = group["task"]
    assert leaves[0] == families.task_name(STUDENTS.headline.variants[0], tier)
    assert set(leaves) <= set(LEAVES)
    suite = "heptathlon" if tier == "full" else f"heptathlon_{tier}"
    assert group["group"] in catalog.group_definition(suite)["task"]
    if tier == "smoke":
        tasks = manager.load([group["group"]])["tasks"]
        docs = [(one, doc) for one in tasks.values() for doc in one.test_docs()]
        assert SMOKE_ITEMS[0] <= len(docs) <= SMOKE_ITEMS[1]
        assert max(len(one.doc_to_text(doc)) for one, doc in docs) <= SMOKE_PROMPT_CHARS


# --- prompts -----------------------------------------------------------------------------------


PAPER_DOC: dict[str, Any] = {
    "form": "option", "option": 1, "past_total": 30, "past_right": 12, "key_shown": True,
    "past": [
        {"question": "a question on Place Value (34 % of other students are right)",
         "options": [], "key": 3, "chosen": 2},
        {"question": "What is 2 + 0?", "options": ["2", "0"], "key": 0, "chosen": 0},
    ],
    "question": "a question on Surds. Its right option is B. No other student's answer to it is "
    "known.", "options": ["A", "B", "C"],
}  # fmt: skip


def test_prompt_of_real_answers():
    """Real rows may not stand in a snapshot, so the paper edition's prompt is a made-up one."""
    text = f"{prompts.option(PAPER_DOC)}\n\n{prompts.choice(PAPER_DOC | {'form': 'choice'})}\n"
    assert text == (SNAPSHOTS / "heptathlon_students_real.txt").read_text(encoding="utf-8")


def test_a_prompt_does_not_tell_the_answer():
    """Nothing that only the gold or the oracle knows goes into a prompt."""
    spoilt = {
        "chosen": 0, "top": [], "base": [], "forecasts": {}, "mastery": "high", "carries": [],
        "ask_id": "x", "half": 1, "misconceptions": "few", "slips": "rare", "rotation": 3,
        "cluster_id": "y", "item_id": "z", "bearing": "one", "history": "9", "area": "q",
    }  # fmt: skip
    for config in ("population", "hidden", "added", "removed", "new_question", "new_student"):
        for doc in docs_of(config):
            assert prompts.choice(doc) == prompts.choice({**doc, **spoilt})
            bugs = {c for p in doc["past"] for c in p["carries"]} - {"", "key"}
            assert not any(bug in prompts.choice(doc) for bug in bugs if "_" in bug)
            assert prompts.choice({**doc, "key": 0}) == prompts.choice({**doc, "key": 1})


def test_hidden_keys_are_hidden():
    for doc in docs_of("hidden"):
        assert "right:" not in prompts.choice(doc)
        assert prompts.choice({**doc, "past": [{**p, "key": 0} for p in doc["past"]]}) == (
            prompts.choice(doc)
        )
    assert all("right:" in prompts.choice(doc) for doc in docs_of("population"))


def test_prompts_show_the_whole_past():
    for doc in docs_of("population", "lite"):
        text = prompts.choice(doc)
        assert len(re.findall(r"^Question \d+:", text, re.MULTILINE)) == len(doc["past"]) + 1
        assert len(re.findall(r"^Chosen: [A-D] ", text, re.MULTILINE)) == len(doc["past"])
        assert text.endswith("Chosen:")


# --- players -----------------------------------------------------------------------------------


def play(player: Player, docs: list[dict[str, Any]]) -> list[Verdict]:
    rows = []
    for doc in docs:
        options = getattr(prompts, f"{doc['form']}_options")(doc)
        given = player.likelihoods(doc, options)
        assert all(math.isfinite(x) and x <= 0 for x, _ in given)
        assert player.choose(doc, options) == max(range(len(given)), key=lambda i: given[i][0])
        rows.append(Row("v", doc, scorer.verdict(doc, given)))
    return scorer.across(rows)


def statistic(name: str, verdicts: list[Verdict]) -> float:
    columns = scorer.STATISTICS[name].columns
    values = np.array([[v.metrics[c] for c in columns] for v in verdicts])
    return scorer.STATISTICS[name].compute(values, np.ones(len(verdicts)))


@pytest.mark.parametrize("config", [v.removeprefix("students_") for v in POPULATION])
def test_every_player_forecasts_every_variant(config: str):
    docs = docs_of(config)
    for player in PLAYERS.values():
        verdicts = play(player, docs)
        assert play(player, docs) == verdicts, "a player is a pure function"
        assert not any(v.invalid for v in verdicts)
        if player.name != "constant":
            assert all(v.metrics["agreement"] == pytest.approx(1, abs=1e-3) for v in verdicts)
        assert all(player.answer(d) in prompts.LETTERS[: len(d["options"])] for d in docs)
        gap = statistic("gap_closed", verdicts)
        assert gap == pytest.approx(1) if player.oracle else gap < 1


def test_what_each_player_may_reach():
    """The order that a sceptic expects, with room between what is blind and what looks."""
    docs = docs_of("population", "full")
    gap = {name: statistic("gap_closed", play(p, docs)) for name, p in PLAYERS.items()}
    assert gap["uniform"] == pytest.approx(-1.0, abs=0.25)
    assert -0.15 < gap["popularity"] < 0, "the blind ceiling is 0 and fitted popularity is near it"
    for looking in ("mastery", "tracing", "rasch", "neighbours", "repeat_the_bug"):
        assert 0.1 < gap[looking] < 0.85
    wrong = {name: statistic("acc_when_wrong", play(PLAYERS[name], docs))
             for name in ("popularity", "tracing", "repeat_the_bug", "oracle")}  # fmt: skip
    assert wrong["tracing"] == wrong["popularity"], "mastery says nothing of which error"
    assert wrong["popularity"] + 0.1 < wrong["repeat_the_bug"] < wrong["oracle"]


@pytest.mark.parametrize("config", [v.removeprefix("students_") for v in PAPER])
def test_players_on_real_answers(config: str):
    need_sources()
    docs = docs_of(config, "lite", edition="paper")
    verdicts = {name: play(player, docs) for name, player in PLAYERS.items()}
    assert statistic("gap_closed", verdicts["popularity"]) == pytest.approx(0, abs=1e-3)
    assert statistic("gap_closed", verdicts["rasch"]) == pytest.approx(1, abs=2e-2)
    rows = [Row("v", d, v) for d, v in zip(docs, verdicts["oracle"], strict=True)]
    assert statistic("gap_closed", verdicts["oracle"]) == pytest.approx(scorer.ceiling(rows), 1e-2)


def test_the_last_bug_is_repeated():
    past = [{"topic": "t", "chosen": 1, "carries": ["key", "left_to_right", "", ""]}]
    doc = {"form": "choice", "topic": "t", "past": past, "key": 0, "options": list("wxyz"),
           "carries": ["key", "", "left_to_right", ""],
           "forecasts": {"mastery": [0.4, 0.2, 0.2, 0.2]}}  # fmt: skip
    player = PLAYERS["repeat_the_bug"]
    assert player.choose(doc, ["A", "B", "C", "D"]) == 2
    assert player.choose({**doc, "carries": ["key", "", "", ""]}, ["A", "B", "C", "D"]) == 0
    assert player.choose({**doc, "topic": "other"}, ["A", "B", "C", "D"]) == 0


def test_lm_eval_gets_a_players_own_likelihoods():
    docs = docs_of("population")[:3]
    task = "heptathlon_students_population_smoke"
    requests = [
        SimpleNamespace(task_name=task, doc_id=i, doc=doc, args=("", f" {letter}"))
        for i, doc in enumerate(docs)
        for letter in "ABCD"
    ]
    answered = PlayerLM(player="tracing").loglikelihood(requests)
    for i, doc in enumerate(docs):
        chances = [math.exp(value) for value, _ in answered[4 * i : 4 * i + 4]]
        assert chances == pytest.approx(doc["forecasts"]["tracing"])


if __name__ == "__main__":
    # `python -m tests.students.test_students_tasks` writes that of real students.
    both = f"{prompts.option(PAPER_DOC)}\n\n{prompts.choice(PAPER_DOC | {'form': 'choice'})}\n"
    (SNAPSHOTS / "heptathlon_students_real.txt").write_text(both, encoding="utf-8")
