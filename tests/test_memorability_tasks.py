"""The memorability tasks as lm-eval loads them, the prompts as a model sees them, the players."""

from typing import Any

import numpy as np
import pytest
from lm_eval.tasks import TaskManager

from heptathlon import families
from heptathlon.builders import memorability as builder
from heptathlon.builders import sources, store
from heptathlon.scorers import memorability as scorer
from heptathlon.scorers.verdict import Row, Verdict
from heptathlon.tasks import catalog
from heptathlon.tasks.memorability import prompts
from heptathlon.tasks.memorability.baselines import PLAYERS
from heptathlon.tasks.players import CHOSEN, PASSED_OVER, Player
from tests.shown import SNAPSHOTS, rendered, snapshot

FAMILY = families.family("memorability")
TEXT_SETS = ("words", "sentences", "slogans")
LATER = ("lite", "full")
FRESH = {"world": FAMILY.tiers, "world_ll": FAMILY.tiers, "pairs": FAMILY.tiers,
         "world_dev": LATER, "world_ll_dev": LATER}  # fmt: skip
RANKED = ("smoke", *LATER)
PAPER = (
    dict.fromkeys(("lambda", "lambda_ll", "lambda_shots", "ads"), RANKED)
    | {f"{name}{reading}": RANKED for name in TEXT_SETS
       for reading in ("", "_ll", "_surprisal", "_pairs")}
    | {f"{name}{reading}_dev": LATER for name in TEXT_SETS
       for reading in ("", "_ll", "_surprisal")}
    | {"quotes": ("long",)}
)  # fmt: skip
LEAVES = sorted(
    families.task_name(f"memorability_{variant}", tier)
    for variant, tiers in {**FRESH, **PAPER}.items()
    for tier in tiers
)
FRESH_SMOKE = [families.task_name(f"memorability_{v}", "smoke") for v in FRESH if "dev" not in v]
PAPER_FRESH_SMOKE = [
    families.task_name(f"memorability_{v}", "smoke") for v in FRESH if "dev" not in v
]
PAPER_SMOKE = [
    families.task_name(f"memorability_{v}", "smoke") for v, t in PAPER.items() if t == RANKED
]
WITH_SOURCES = pytest.mark.skipif(
    not sources.available(*builder.SOURCES), reason="HEPTATHLON_SOURCES holds no source files"
)
SMOKE = [*FRESH_SMOKE, *(pytest.param(task, marks=WITH_SOURCES) for task in PAPER_SMOKE)]
SMOKE_ITEMS = (80, 120)
SMOKE_PROMPT_CHARS = 2_100
"""Of a fresh smoke prompt: plain English has more than four characters a token."""


def load(manager: TaskManager, task: str) -> Any:
    return manager.load([task])["tasks"][task]


def test_the_leaves_are_all_there():
    found = [t for t in catalog.leaves() if t.startswith("heptathlon_memorability")]
    assert sorted(found) == LEAVES


@pytest.mark.parametrize("task", LEAVES)
def test_each_yaml_says_what_its_name_says(task: str):
    data = catalog.task_data(task)
    settings = catalog.definition(task)
    stem = data.variant.removeprefix("memorability_")
    assert families.task_name(data.variant, data.tier) == task
    assert data.edition == ("fresh" if stem in FRESH else "paper")
    assert data.tier in FAMILY.tiers_of(data.edition)
    config = stem.removesuffix("_dev").removesuffix("_ll").removesuffix("_surprisal")
    assert data.config == config
    assert config in builder.configs(data.edition)
    if config in {"world", *TEXT_SETS}:
        assert data.where == {"part": "dev" if stem.endswith("_dev") else "test"}
    else:
        assert data.where == {}
    assert settings["metadata"]["version"] == FAMILY.version
    assert all(m["aggregation"] == "mean" for m in settings["metric_list"])


@pytest.mark.parametrize("task", SMOKE)
def test_each_task_loads_and_scores_in_lm_eval(task: str, manager: TaskManager):
    """Every document renders, and gets every metric of the task's list, for any response."""
    one = load(manager, task)
    listed = [m["metric"] for m in one.config.metric_list]
    assert FAMILY.version == one.VERSION
    docs = list(one.test_docs())
    assert docs
    for doc in docs:
        prompt = one.doc_to_text(doc)
        if one.OUTPUT_TYPE == "multiple_choice":
            options = one.doc_to_choice(doc)
            gold = one.doc_to_target(doc)
            responses = [[CHOSEN if i == gold else PASSED_OVER for i in range(len(options))]]
            responses += [[PASSED_OVER] * len(options)]
        else:
            responses = [[one.doc_to_target(doc)], [""], ["99"]]
        if "surprisal" in task:
            assert prompt == ""
            assert options == [doc["text"]]
        elif doc["form"] == "ad":
            assert prompt.startswith(prompts.AD_HEADING)
        else:
            headings = prompts.PAIR_HEADINGS if doc["form"] == "pair" else prompts.HEADINGS
            assert headings[doc["set"]] in prompt
        scores = [one.process_results(doc, r) for r in responses]
        assert all(sorted(s) == sorted(listed) for s in scores)
        if doc["form"] == "pair":
            assert scores[0]["acc"] == 1.0
        elif doc["form"] == "ad":
            assert [s["complete"] for s in scores] == [1.0, 0.0, 0.0]
        elif one.OUTPUT_TYPE == "generate_until":
            assert scores[0]["closeness"] > 1 - 0.51 / 99, "the target is the score, rounded"
            assert scores[1]["closeness"] == 0.0


@pytest.mark.parametrize("task", SMOKE)
def test_few_shot_examples_teach_the_format(task: str, manager: TaskManager):
    one = load(manager, task)
    if not one.config.fewshot_split:
        return
    one.set_fewshot_seed(0)
    doc = one.test_docs()[0]
    context = one.fewshot_context(doc, num_fewshot=2)
    assert context.endswith(one.doc_to_text(doc))
    heading = one.doc_to_text(doc).split("\n")[0].split(". ")[0]
    assert context.count(heading) == 3
    few = list(one.fewshot_docs())
    assert not {d["item"] for d in few} & {d["item"] for d in one.test_docs()}
    if one.OUTPUT_TYPE == "generate_until":
        # What a base model writes after its answer is not its answer.
        invented = f" {one.doc_to_target(doc)}\n\n{one.doc_to_text(few[0])} 12"
        assert one.process_results(doc, [invented])["closeness"] > 0.99


@pytest.mark.parametrize("tier", ["full", "lite", "smoke"])
def test_groups(tier: str, manager: TaskManager):
    group = catalog.group_definition(families.task_name("memorability", tier))
    leaves = group["task"]
    headline = [families.task_name(v, tier) for v in FAMILY.headline.variants]
    assert leaves[: len(headline)] == headline
    assert set(leaves) <= set(LEAVES)
    suite = "heptathlon" if tier == "full" else f"heptathlon_{tier}"
    assert group["group"] in catalog.group_definition(suite)["task"]
    assert group["metadata"]["version"] == FAMILY.version
    if tier == "smoke":
        tasks = manager.load([group["group"]])["tasks"]
        assert sorted(tasks) == sorted(leaves)
        docs = [(one, doc) for one in tasks.values() for doc in one.test_docs()]
        assert SMOKE_ITEMS[0] <= len(docs) <= SMOKE_ITEMS[1]
        assert max(len(one.doc_to_text(doc)) for one, doc in docs) <= SMOKE_PROMPT_CHARS


# --- prompts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("task", FRESH_SMOKE)
def test_prompt_snapshot(task: str):
    """A prompt changes only with the version; `python -m tests.shown` writes these."""
    assert rendered(task) == snapshot(task).read_text(encoding="utf-8")


INVENTED = {
    "form": "score", "k": 0, "shots": [], "text": "an item", "human": 63.2, "raters": "some",
    "neutral": 50.0, "frequency": None, "ceiling": 0.8, "bayes": None, "brand_mean": None,
    "season": "2026.1", "item_id": "0" * 32, "brand": "Acme",
}  # fmt: skip
INVENTED_PAIR = {
    "form": "pair", "k": 0, "shots": [], "first": "one item", "second": "another item", "gold": 1,
    "pair_id": "p", "frequency": None, "bayes": None, "season": "2026.1", "item_id": "0" * 32,
}  # fmt: skip
INVENTED_AD = {"form": "ad", "set": "lambda", "brand": "Acme", "title": "Acme sings", "seconds": 30}


def prompts_of_human_sets() -> dict[str, str]:
    """Return the prompts of the paper edition, about invented items: no published row is kept."""
    out = {}
    for name in ("lambda", *TEXT_SETS):
        doc = {**INVENTED, "set": name}
        out[name] = f"{prompts.score(doc)}\n\n[gold] {prompts.score_target(doc)}\n"
    for name in (*TEXT_SETS, "quotes"):
        doc = {**INVENTED_PAIR, "set": name}
        gold = prompts.pair_options(doc)[prompts.pair_gold(doc)]
        out["quotes" if name == "quotes" else f"{name}_pairs"] = (
            f"{prompts.pair(doc)}\n\n[gold] {gold}\n"
        )
    out["ads"] = f"{prompts.ad(INVENTED_AD)}\n\n[gold]\n{prompts.ad_target(INVENTED_AD)}\n"
    return out


@pytest.mark.parametrize("name", sorted(prompts_of_human_sets()))
def test_prompt_snapshot_of_human_sets(name: str):
    file = SNAPSHOTS / f"heptathlon_memorability_{name}.txt"
    assert prompts_of_human_sets()[name] == file.read_text(encoding="utf-8")


def docs_of(config: str, tier: str = "smoke", edition: str = "fresh") -> list[dict[str, Any]]:
    return store.read_docs(store.ensure(store.SetName("memorability", edition, tier)), config)


def test_a_prompt_does_not_tell_the_answer():
    """Nothing but the examples, the item and the question goes into a prompt."""
    spoilt = {"human": 1.0, "bayes": None, "neutral": 2.0, "brand_mean": 3.0, "frequency": 4.0}
    for doc in docs_of("world"):
        assert prompts.score(doc) == prompts.score({**doc, **spoilt})
    for doc in docs_of("pairs"):
        assert prompts.pair(doc) == prompts.pair({**doc, "gold": 1 - doc["gold"], "bayes": None})
    assert prompts.ad(INVENTED_AD) == prompts.ad({**INVENTED_AD, "item": "x"})


def test_options_cover_the_scale():
    assert [prompts.option_of(v) for v in (0, 9.9, 10.1, 55, 99)] == [0, 0, 1, 5, 9]
    assert prompts.OPTIONS == ("05", "15", "25", "35", "45", "55", "65", "75", "85", "95")


# --- players -----------------------------------------------------------------------------------


def play(player: Player, doc: dict[str, Any]) -> Verdict:
    if doc["form"] == "pair":
        return scorer.verdict(doc, player.likelihoods(doc, prompts.pair_options(doc)))
    return scorer.verdict(doc, [player.answer(doc)])


def rho_of(player: Player, docs: list[dict[str, Any]]) -> float:
    metrics = [play(player, doc).metrics for doc in docs]
    values = np.array([(m["predicted"], m["human"]) for m in metrics])
    return scorer.spearman(values, np.ones(len(values)))


@pytest.mark.parametrize("name", PLAYERS)
def test_every_player_answers_every_form(name: str):
    player = PLAYERS[name]
    for doc in (*docs_of("world")[:20], *docs_of("pairs"), {**INVENTED, "set": "lambda"},
                {**INVENTED_PAIR, "set": "quotes"}, INVENTED_AD):  # fmt: skip
        found = play(player, doc)
        assert play(player, doc) == found, "a player is a pure function"
        assert not found.invalid or doc["form"] == "ad"
        if doc["form"] == "score":
            said = float(player.answer(doc))
            assert player.choose(doc, prompts.score_options(doc)) == prompts.option_of(said)
            expected = scorer.verdict(doc, player.likelihoods(doc, prompts.score_options(doc)))
            held = min(95.0, max(5.0, said))
            assert expected.metrics["predicted"] == pytest.approx(held, abs=0.01)
            bare = scorer.verdict(doc, player.likelihoods(doc, prompts.bare_item(doc)))
            assert bare.metrics["predicted"] == pytest.approx(said, abs=0.01)


def test_oracles_are_right():
    docs, pairs = docs_of("world"), docs_of("pairs")
    rows = [Row("memorability_world", doc, Verdict({}, "")) for doc in docs]
    for told in ("oracle", "bayes"):
        assert rho_of(PLAYERS[told], docs) == pytest.approx(scorer.ceiling(rows))
    assert all(play(PLAYERS["oracle"], doc).metrics["acc"] == 1.0 for doc in pairs)
    assert play(PLAYERS["oracle"], INVENTED_AD).metrics["complete"] == 1.0
    assert {n for n, p in PLAYERS.items() if p.oracle} == {"bayes", "oracle"}


def test_what_each_player_may_reach():
    """The mean of the examples is the bar; nobody without the rule comes near the exact answer."""
    docs = [doc for doc in docs_of("world", "lite") if doc["part"] == "test"]
    of = {name: rho_of(player, docs) for name, player in PLAYERS.items()}
    assert of["constant"] == of["frequency"] == 0.0
    for name in ("random", "length", "tfidf_ridge"):
        assert abs(of[name]) < 0.15, name
    assert 0.1 < of["shot_mean"] < 0.4
    assert 0.1 < of["nearest_neighbour"] < 0.4
    assert of["brand_mean"] == of["shot_mean"], "every brand is new"
    assert FAMILY.ceiling == pytest.approx(of["bayes"], abs=0.05)


def test_guessing_is_worth_chance_in_pairs():
    docs = docs_of("pairs", "lite")
    for name in ("constant", "random", "shot_mean"):
        assert np.mean([play(PLAYERS[name], doc).metrics["acc"] for doc in docs]) == pytest.approx(
            0.5, abs=0.15
        )
    assert np.mean([play(PLAYERS["constant"], doc).metrics["acc"] for doc in docs]) == 0.5
    assert np.mean([play(PLAYERS["bayes"], doc).metrics["acc"] for doc in docs]) > 0.7


@WITH_SOURCES
def test_what_players_reach_on_the_human_sets():
    lambda_docs = docs_of("lambda", "full", "paper")
    assert rho_of(PLAYERS["brand_mean"], lambda_docs) == pytest.approx(0.335, abs=0.01)
    for name, least in (("words", 0.2), ("sentences", 0.35)):
        docs = [d for d in docs_of(name, "lite", "paper") if d["part"] == "test"]
        assert rho_of(PLAYERS["tfidf_ridge"], docs) > least
        assert rho_of(PLAYERS["frequency"], docs) > 0.2
        pairs = docs_of(f"{name}_pairs", "lite", "paper")
        assert np.mean([play(PLAYERS["tfidf_ridge"], d).metrics["acc"] for d in pairs]) > 0.6


if __name__ == "__main__":
    # `python -m tests.test_memorability_tasks` writes those of the human sets.
    for name, text in prompts_of_human_sets().items():
        (SNAPSHOTS / f"heptathlon_memorability_{name}.txt").write_text(text, encoding="utf-8")
