"""The memorability tasks as lm-eval loads them, and the prompts as a model sees them."""

from typing import Any

import pytest
from lm_eval.tasks import TaskManager

from heptathlon import families
from heptathlon.builders import memorability as builder
from heptathlon.builders import sources, store
from heptathlon.tasks import catalog
from heptathlon.tasks.memorability import law_prompts, prompts
from heptathlon.tasks.players import CHOSEN, PASSED_OVER
from tests.shown import SNAPSHOTS, rendered, snapshot

FAMILY = families.family("memorability")
TEXT_SETS = ("words", "phrases", "sentences", "slogans")
LATER = ("lite", "full")
RANKED = ("smoke", *LATER)
FRESH = {f"{name}{end}": RANKED for name in ("lists", "laws", "recital", "world")
         for end in ("", "_say")} | {"practice": LATER}  # fmt: skip
PAPER = (
    dict.fromkeys(("lambda", "lambda_ll", "lambda_shots", "lambda_frames", "ads"), RANKED)
    | {f"{name}{reading}": RANKED for name in TEXT_SETS
       for reading in ("", "_ll", "_surprisal", "_pairs")}
    | {f"{name}{reading}_dev": LATER for name in TEXT_SETS
       for reading in ("", "_ll", "_surprisal")}
    | dict.fromkeys(("lambda_dev", "lambda_ll_dev"), LATER)
    | dict.fromkeys(("quotes", "ads_official"), ("long",))
)  # fmt: skip
LEAVES = sorted(
    families.task_name(f"memorability_{variant}", tier)
    for variant, tiers in {**FRESH, **PAPER}.items()
    for tier in tiers
)
FRESH_SMOKE = [families.task_name(f"memorability_{v}", "smoke") for v in FRESH if v != "practice"]
SHIPPED_SMOKE = [
    families.task_name(f"memorability_{v}", "smoke")
    for v, t in PAPER.items()
    if t == RANKED and v != "lambda_frames"
]
WITH_SOURCES = pytest.mark.skipif(
    not sources.available(*builder.SOURCES), reason="HEPTATHLON_SOURCES holds no source files"
)
SMOKE = [*FRESH_SMOKE, *(pytest.param(task, marks=WITH_SOURCES) for task in SHIPPED_SMOKE)]
SMOKE_ITEMS = (50, 110)
SMOKE_PROMPT_CHARS = 5_000
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
    config = stem
    for end in ("_dev", "_ll", "_surprisal", "_say", "_frames"):
        config = config.removesuffix(end)
    assert data.config == config
    assert config in builder.configs(data.edition)
    if config in {"lambda", *TEXT_SETS}:
        assert data.where == {"part": "practice" if stem.endswith("_dev") else "test"}
    else:
        assert data.where == {}
    assert settings["metadata"]["version"] == FAMILY.version
    assert all(m["aggregation"] == "mean" for m in settings["metric_list"])


GOLD_METRIC = {"list": "overlap", "law": "acc", "recital": "acc", "pair": "acc"}


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
        likelihood = one.OUTPUT_TYPE == "multiple_choice"
        if likelihood:
            options = one.doc_to_choice(doc)
            right = doc["best"] if doc["form"] == "list" else [one.doc_to_target(doc)]
            responses = [[CHOSEN if i in right else PASSED_OVER for i in range(len(options))]]
            responses += [[PASSED_OVER] * len(options)]
        else:
            responses = [[one.doc_to_target(doc)], [""], ["99"]]
        assert bool(prompt) != ("surprisal" in task)
        scores = [one.process_results(doc, r) for r in responses]
        assert all(sorted(s) == sorted(listed) for s in scores)
        if metric := GOLD_METRIC.get(doc["form"]):
            assert scores[0][metric] == 1.0, "the gold answer earns everything"
            assert scores[1][metric] == (0.0 if not likelihood or doc["form"] == "list"
                                         else 1 / len(options))  # fmt: skip
        elif doc["form"] == "ad":
            assert [s["complete"] for s in scores] == [1.0, 0.0, 0.0]
        elif not likelihood:
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
    written = catalog.group_definition(families.task_name("memorability_say", tier))["task"]
    assert all(catalog.definition(t)["output_type"] == "generate_until" for t in written)
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
    "neutral": 50.0, "frequency": None, "ceiling": 0.8, "brand_mean": None,
    "season": "2026.1", "item_id": "0" * 32, "brand": "Acme",
}  # fmt: skip
INVENTED_PAIR = {
    "form": "pair", "k": 0, "shots": [], "first": "one item", "second": "another item", "gold": 1,
    "pair_id": "p", "frequency": None, "season": "2026.1", "item_id": "0" * 32,
}  # fmt: skip
INVENTED_AD = {"form": "ad", "set": "lambda", "brand": "Acme", "title": "Acme sings", "seconds": 30,
               "order": "", "reference": ""}  # fmt: skip


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
    """Nothing but the items, the examples and the question goes into a prompt."""
    spoilt = {"best": [0], "measured": [], "knowing": [1], "reachable": 0.1, "gap": 1, "gold": 0,
              "part": "practice", "contaminated": False}  # fmt: skip
    asked = {
        "list": (prompts.listed, prompts.list_say),
        "law": (law_prompts.law, law_prompts.law_say),
        "recital": (prompts.recital, prompts.recital_say),
    }
    for config in ("lists", "world", "laws", "recital"):
        for doc in docs_of(config):
            for prompt in asked[doc["form"]]:
                assert prompt(doc) == prompt({**doc, **spoilt})
    assert prompts.ad(INVENTED_AD) == prompts.ad({**INVENTED_AD, "item": "x"})


def test_three_wordings_ask_the_same():
    for doc in (docs_of("lists")[0], docs_of("world")[0]):
        worded = [prompts.listed({**doc, "wording": w}) for w in range(3)]
        assert len(set(worded)) == 3
        for w, prompt in enumerate(worded):
            assert prompt.startswith(prompts.list_heading({**doc, "wording": w}))
            assert all(f"\n- {item}\n" in prompt for item in doc["items"])
            assert str(doc["take"]) in prompt
            assert str(len(doc["items"])) in prompt


def test_options_cover_the_scale():
    assert [prompts.option_of(v) for v in (0, 9.9, 10.1, 55, 99)] == [0, 0, 1, 5, 9]
    assert prompts.OPTIONS == ("05", "15", "25", "35", "45", "55", "65", "75", "85", "95")


if __name__ == "__main__":
    # `python -m tests.test_memorability_tasks` writes those of the human sets.
    for name, text in prompts_of_human_sets().items():
        (SNAPSHOTS / f"heptathlon_memorability_{name}.txt").write_text(text, encoding="utf-8")
