"""The retrieval tasks as lm-eval loads them, the prompts as a model sees them, and the players."""

import math
from typing import Any

import pytest
from lm_eval.tasks import TaskManager

from heptathlon import families
from heptathlon.builders import rarb as builder
from heptathlon.builders import store
from heptathlon.builders.rarb import paper
from heptathlon.builders.rarb.published import published_tasks
from heptathlon.scorers import rarb as scorer
from heptathlon.scorers.verdict import Row, Verdict
from heptathlon.tasks import catalog
from heptathlon.tasks.players import Player
from heptathlon.tasks.rarb import prompts
from heptathlon.tasks.rarb.baselines import PLAYERS

RARB = families.family("rarb")
FRESH = (
    *("rank", "rank_inst", "choose", "judge", "retrieve", "retrieve_inst"),
    *("rank_say", "choose_say", "judge_say"),
)
SMOKE = [f"heptathlon_rarb_{v}_smoke" for v in FRESH]
SMOKE_ITEMS = (50, 80)
"""Fewer than other families have: each asks for the likelihood of eight or 24 documents."""
SMOKE_PROMPT_CHARS = 3_000
"""Of a smoke prompt with its longest option: one of eight steps has 600 tokens."""


def leaves() -> list[str]:
    out = [f"heptathlon_rarb_{v}{t}" for v in FRESH for t in ("", "_lite", "_smoke")]
    for task in published_tasks().values():
        for inst in ("", "_inst"):
            for form in ("mcr", "mcr_judge") if task.choices else ():
                out.append(f"heptathlon_rarb_{task.name}_{form}{inst}")
                if task.name in paper.LITE:
                    out.append(f"heptathlon_rarb_{task.name}_{form}{inst}_lite")
            out.append(f"heptathlon_rarb_{task.name}_retrieve{inst}")
    for inst in ("", "_inst"):
        out.append(f"heptathlon_rarb_rerank{inst}")
        out += [
            f"heptathlon_rarb_csts_{level}_{form}{inst}{tier}"
            for level in ("easy", "hard")
            for form in ("mcr", "mcr_judge")
            for tier in ("", "_lite")
        ]
    return sorted(out)


@pytest.fixture(scope="module")
def loaded(manager: TaskManager) -> dict[str, Any]:
    """Return every smoke task of the family, loaded by lm-eval with its documents."""
    return manager.load(SMOKE)["tasks"]


def docs_of(config: str, tier: str = "smoke") -> list[dict[str, Any]]:
    return store.read_docs(store.ensure(store.SetName("rarb", tier=tier)), config)


def test_the_leaves_are_all_there():
    found = [t for t in catalog.leaves() if t.startswith("heptathlon_rarb")]
    assert sorted(found) == leaves()
    retrieval = [t for t in found if "_retrieve" in t and "rarb_retrieve" not in t]
    assert len(retrieval) == 2 * 17, "all published tasks, with and without instruction"


@pytest.mark.parametrize("task", leaves())
def test_each_yaml_says_what_its_name_says(task: str):
    data = catalog.task_data(task)
    settings = catalog.definition(task)
    assert families.task_name(data.variant, data.tier) == task
    assert data.config in builder.configs(data.edition)
    assert data.tier in RARB.tiers_of(data.edition)
    assert settings["metadata"]["version"] == RARB.version
    known = scorer.WRITTEN if data.variant.endswith("_say") else scorer.METRICS
    assert [m["metric"] for m in settings["metric_list"]] == list(known[data.config])
    asked_with = settings["doc_to_text"].endswith("with_instruction")
    assert asked_with == data.variant.endswith(prompts.WITH_INSTRUCTION)
    if data.edition == "paper":
        name = data.variant.removeprefix("rarb_").removesuffix("_inst")
        assert data.where == {"kind": name.removesuffix(f"_{data.config}")}
    else:
        assert data.where == {}


@pytest.mark.parametrize("task", SMOKE)
def test_each_task_loads_and_scores_in_lm_eval(task: str, loaded: dict[str, Any]):
    one = loaded[task]
    listed = [m["metric"] for m in one.config.metric_list]
    assert RARB.version == one.VERSION
    docs = list(one.test_docs())
    assert docs
    for doc in docs:
        assert doc["query"] in one.doc_to_text(doc)
        if one.OUTPUT_TYPE == "multiple_choice":
            options = one.doc_to_choice(doc)
            gold = one.doc_to_target(doc)
            right = [(0.0, True) if i == gold else (-1.0, False) for i in range(len(options))]
            responses: list[Any] = [right, [(-1.0, False)] * len(options)]
        else:
            responses = [[one.doc_to_target(doc)], [""], ["ANSWER: 1"]]
        if doc["form"] == "judge" and one.OUTPUT_TYPE != "multiple_choice":
            responses[-1] = ["ANSWER: perhaps"]
        scores = [one.process_results(doc, r) for r in responses]
        assert all(list(s) == listed for s in scores)
        top = "acc" if "acc" in listed else "ndcg_10"
        assert scores[0][top] == float(doc.get("gold", 0) >= 0), "the target earns all there is"


@pytest.mark.parametrize("task", ["heptathlon_rarb_rank_smoke", "heptathlon_rarb_rank_say_smoke"])
def test_few_shot_examples_teach_the_format(task: str, loaded: dict[str, Any]):
    one = loaded[task]
    one.set_fewshot_seed(0)
    doc = one.test_docs()[0]
    context = one.fewshot_context(doc, num_fewshot=2)
    few = list(one.fewshot_docs())
    assert all(d["query"] in context for d in few[:2])
    assert context.endswith(one.doc_to_text(doc))
    assert not {d["query"] for d in few} & {d["query"] for d in one.test_docs()}
    if one.OUTPUT_TYPE == "multiple_choice":
        assert few[0]["candidates"][few[0]["gold"]] in context


@pytest.mark.parametrize("tier", ["full", "lite", "smoke"])
def test_groups(tier: str, manager: TaskManager):
    group = catalog.group_definition(families.task_name("rarb", tier))
    headline = [families.task_name(v, tier) for v in RARB.headline.variants]
    assert group["task"][: len(headline)] == headline
    assert set(group["task"]) <= set(leaves())
    suite = "heptathlon" if tier == "full" else f"heptathlon_{tier}"
    assert group["group"] in catalog.group_definition(suite)["task"]
    if tier == "smoke":
        tasks = manager.load([group["group"]])["tasks"]
        docs = [(one, doc) for one in tasks.values() for doc in one.test_docs()]
        assert SMOKE_ITEMS[0] <= len(docs) <= SMOKE_ITEMS[1]
        longest = max(
            len(one.doc_to_text(d)) + max(map(len, one.doc_to_choice(d))) for one, d in docs
        )
        assert longest <= SMOKE_PROMPT_CHARS


def test_the_paper_edition_has_a_column_with_and_one_without_instruction():
    for name in ("mcr", "mcr_inst", "mcr_judge", "mcr_judge_inst", "retrieval", "retrieval_inst"):
        group = catalog.group_definition(f"heptathlon_rarb_{name}")
        assert len(group["task"]) == (17 if "retrieval" in name else 14)
        assert all(t.endswith("_inst") == name.endswith("_inst") for t in group["task"])
    assert RARB.paper_headline is not None
    assert all(not v.endswith("_inst") for v in RARB.paper_headline.variants)


# --- prompts -------------------------------------------------------------------------------------


def test_a_prompt_does_not_tell_the_answer():
    spoilt = {
        "gold": 3, "faults": ["x"] * 24, "candidate_ids": ["y"] * 24, "steps": 9, "topic": "t",
        "nearest": "n", "right": None, "fault": "f", "gold_ids": ["g"], "hard_ids": ["h"],
    }  # fmt: skip
    for config, ask in (
        ("rank", prompts.query), ("rank", prompts.query_with_instruction),
        ("rank", prompts.listwise), ("choose", prompts.choice), ("judge", prompts.judge),
        ("judge", prompts.judge_say), ("retrieve", prompts.query),
    ):  # fmt: skip
        for doc in docs_of(config)[:10]:
            changed = {k: spoilt.get(k, v) for k, v in doc.items()}
            assert ask(changed) == ask(doc)


def test_a_missed_document_is_shown_as_such():
    assert catalog.named_option(["a", "b"], 1) == "b"
    assert catalog.named_option(["a", "b"], -1) == "(none of these)"


# --- players -------------------------------------------------------------------------------------


def play(player: Player, doc: dict[str, Any]) -> Verdict:
    if doc["form"] == "retrieve":
        return scorer.verdict(doc, [player.answer(doc)])
    judge = doc["form"] == "judge"
    options = prompts.judge_options(doc) if judge else doc["candidates"]
    return scorer.verdict(doc, player.likelihoods(doc, options))


def mean(name: str, config: str, metric: str, tier: str = "lite") -> float:
    docs = docs_of(config, tier)
    rows = [Row(f"rarb_{config}", d, play(PLAYERS[name], d)) for d in docs]
    found = scorer.across(rows)
    return sum(v.metrics[metric] for v in found) / len(found)


@pytest.mark.parametrize("name", PLAYERS)
@pytest.mark.parametrize("config", ["rank", "choose", "judge", "retrieve"])
def test_players_are_pure_and_read(name: str, config: str):
    docs = docs_of(config)[::7]
    found = [play(PLAYERS[name], doc) for doc in docs]
    assert [play(PLAYERS[name], doc) for doc in docs] == found
    assert not any(v.invalid for v in found)


@pytest.mark.parametrize("config", ["rank", "choose", "judge", "retrieve"])
def test_the_oracle_reaches_the_ceiling(config: str):
    docs = docs_of(config)
    rows = [Row(f"rarb_{config}", d, play(PLAYERS["oracle"], d)) for d in docs]
    metric = "acc" if config in {"choose", "judge"} else "ndcg_10"
    value = sum(row.verdict.metrics[metric] for row in rows) / len(rows)
    assert value == pytest.approx(scorer.ceiling(rows))


@pytest.mark.parametrize("name", PLAYERS)
@pytest.mark.parametrize("config", ["rank", "choose", "judge"])
def test_players_write_what_they_would_choose(name: str, config: str):
    for doc in docs_of(config)[:20]:
        found = scorer.verdict(doc, [PLAYERS[name].answer(doc)])
        assert not found.invalid
        if PLAYERS[name].oracle:
            assert found.metrics.get("acc", found.metrics.get("ndcg_10")) == 1.0


def test_guessing_earns_the_registrys_chance():
    for doc in docs_of("rank", "lite")[:20]:
        alike = scorer.verdict(doc, [(0.0, False)] * len(doc["candidates"])).metrics["ndcg_10"]
        assert alike == pytest.approx(RARB.chance, abs=1e-4)
    for name in ("constant", "random", "longest", "typical"):
        assert mean(name, "rank", "ndcg_10") == pytest.approx(RARB.chance, abs=0.06)
        assert mean(name, "choose", "above_chance") == pytest.approx(0, abs=0.06)


def test_no_player_without_reasoning_passes_the_near_misses():
    for name, player in PLAYERS.items():
        if not player.oracle:
            assert mean(name, "choose", "above_chance") == pytest.approx(0, abs=0.06), name
            assert mean(name, "rank", "hard_acc") == pytest.approx(1 / 8, abs=0.06), name


def test_matching_words_finds_the_eight_and_is_at_random_among_them():
    eight = sum(1 / math.log2(1 + rank) for rank in range(1, 9)) / 8
    for name in ("bm25", "eight_at_random", "nearest_number"):
        assert mean(name, "rank", "ndcg_10") == pytest.approx(eight, abs=0.03), name


def test_a_player_without_weights_tells_one_option_from_the_rest():
    one = Player("x", "x", lambda d: "", lambda d, o: 1)
    assert one.likelihoods({}, ["a", "b", "c"]) == [(-1.0, False), (0.0, True), (-1.0, False)]
