"""The verbalizer tasks as lm-eval loads them, the prompts as a model sees them, and the players.

Long because one set is built and loaded for all tests.
"""

import re
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lm_eval.tasks import TaskManager

from heptathlon import families
from heptathlon.builders import store
from heptathlon.builders import verbalizer as builder
from heptathlon.builders.verbalizer import build, paper
from heptathlon.errors import HeptathlonError
from heptathlon.scorers import verbalizer as scorer
from heptathlon.scorers.stats import planned_detectable_difference
from heptathlon.scorers.verdict import Row
from heptathlon.tasks import catalog
from heptathlon.tasks.verbalizer import prompts
from heptathlon.tasks.verbalizer.baselines import PLAYERS

FAMILY = families.family("verbalizer")
GROUPS = {
    "fresh": ("pairs", "neutral", "pull", "channel"),
    "paper": ("natural", "neutral", "unnatural", "pull", "derangement", "channel"),
}


def groups(edition: str, tier: str) -> tuple[str, ...]:
    return tuple(g for g in GROUPS[edition] if tier != "smoke" or g != "pull")


LEAVES = sorted(
    families.task_name(f"verbalizer{'_paper' if edition == 'paper' else ''}_{group}", tier)
    for edition in FAMILY.editions
    for tier in FAMILY.tiers_of(edition)
    for group in (
        *groups(edition, tier),
        *("choice", *(["unnatural_cot"] if edition == "paper" else [])),
    )
)
SMOKE = [f"heptathlon_verbalizer_{g}_smoke" for g in (*groups("fresh", "smoke"), "choice")]
SMOKE_PROMPT_CHARS = 1_500
"""About 400 tokens of English."""


@pytest.fixture(scope="module")
def loaded(manager: TaskManager) -> dict[str, Any]:
    return manager.load(SMOKE)["tasks"]


def test_the_leaves_are_all_there():
    found = [t for t in catalog.leaves() if t.startswith("heptathlon_verbalizer")]
    assert sorted(found) == LEAVES


@pytest.mark.parametrize("task", LEAVES)
def test_each_yaml_says_what_its_name_says(task: str):
    data = catalog.task_data(task)
    settings = catalog.definition(task)
    assert families.task_name(data.variant, data.tier) == task
    assert data.edition == ("paper" if "paper" in task else "fresh")
    assert data.config in builder.configs(data.edition)
    assert data.tier in FAMILY.tiers_of(data.edition)
    group = data.variant.removeprefix("verbalizer_").removeprefix("paper_")
    group = group.removesuffix("_cot")
    assert data.where == ({} if group == "choice" else {"group": group})
    assert settings["metadata"]["version"] == FAMILY.version
    listed = tuple(m["metric"] for m in settings["metric_list"])
    assert listed == (scorer.CHOSEN if group == "choice" else scorer.GENERATED)


@pytest.mark.parametrize("task", SMOKE)
def test_each_task_loads_and_scores_in_lm_eval(task: str, loaded: dict[str, Any]):
    one = loaded[task]
    listed = [m["metric"] for m in one.config.metric_list]
    docs = list(one.test_docs())
    assert docs
    for doc in docs:
        assert "\n\n" in one.doc_to_text(doc)
        assert one.doc_to_text(doc).endswith("\nAnswer:")
        if one.OUTPUT_TYPE == "multiple_choice":
            gold, k = one.doc_to_target(doc), len(one.doc_to_choice(doc))
            assert one.doc_to_choice(doc)[gold] == prompts.target(doc)
            right = [(0.0 if i == gold else -9.0, False) for i in range(k)]
            responses = [right, right + [(-3.0, False)] * k, [(-1.0, False)] * k]
        else:
            responses = [[one.doc_to_target(doc)], [""], [" ".join(doc["words"])]]
        scores = [one.process_results(doc, r) for r in responses]
        assert all(list(s) == listed for s in scores)
        assert scores[0]["acc"] == 1.0
        if one.OUTPUT_TYPE != "multiple_choice":
            assert scores[1]["acc"] == scores[2]["acc"] == 0.0


@pytest.mark.parametrize("task", SMOKE)
def test_lm_eval_asks_for_the_words_alone_as_well(task: str, loaded: dict[str, Any]):
    one = loaded[task]
    doc = one.test_docs()[0]
    made = one.construct_requests(doc, ctx="…", doc_id=0, metadata=(task, 0, 1))
    if one.OUTPUT_TYPE == "multiple_choice":
        k = doc["classes"]
        assert [r.args for r in made] == [
            (context, f" {word}") for context in ("…", "") for word in doc["words"]
        ]
        assert len(made) == 2 * k


@pytest.mark.parametrize("task", SMOKE)
def test_few_shot_examples_are_other_items(task: str, loaded: dict[str, Any]):
    one = loaded[task]
    one.set_fewshot_seed(0)
    doc = one.test_docs()[0]
    context = one.fewshot_context(doc, num_fewshot=2)
    assert context.endswith(one.doc_to_text(doc))
    few = list(one.fewshot_docs())
    assert {d["form"] for d in few} == {"neutral"}
    assert not {d["cluster_id"] for d in few} & {d["cluster_id"] for d in one.test_docs()}


@pytest.mark.parametrize("tier", FAMILY.tiers)
def test_groups(tier: str, manager: TaskManager):
    group = catalog.group_definition(families.task_name("verbalizer", tier))
    assert sorted(group["task"]) == sorted(
        families.task_name(f"verbalizer_{g}", tier) for g in groups("fresh", tier)
    )
    suite = "heptathlon" if tier == "full" else f"heptathlon_{tier}"
    assert group["group"] in catalog.group_definition(suite)["task"]
    if tier == "smoke":
        tasks = manager.load([group["group"]])["tasks"]
        docs = [(one, doc) for one in tasks.values() for doc in one.test_docs()]
        assert 80 <= len(docs) <= 120
        assert max(len(one.doc_to_text(doc)) for one, doc in docs) <= SMOKE_PROMPT_CHARS


def test_first_items_of_each_dataset():
    """``--metadata '{"items": 2}'`` reaches the builder as a keyword."""
    two = builder.dataset(tier="smoke", group="pairs", items="2")["test"]
    assert two.num_rows == 2 * 2 * len(build.shards("fresh", "smoke")), "two sides an item"
    whole = builder.dataset(tier="smoke", group="pairs")["test"]
    assert set(two["item_id"]) < set(whole["item_id"])


def test_more_items_than_there_are_is_said(caplog: pytest.LogCaptureFixture):
    whole = builder.dataset(tier="smoke", group="pairs")["test"]
    assert not caplog.messages
    many = builder.dataset(tier="smoke", group="pairs", items=1_000)["test"]
    assert many.num_rows == whole.num_rows
    assert "1000 items of each dataset are asked for, and the set has fewer: " in caplog.text
    with pytest.raises(HeptathlonError, match="items is 'all'; give a whole number"):
        builder.dataset(tier="smoke", items="all")


# --- prompts -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lite() -> list[dict[str, Any]]:
    folder = store.ensure(store.SetName("verbalizer", tier="lite"))
    return store.read_docs(folder, build.CONFIG)


def test_every_prompt_says_what_it_must(lite: list[dict[str, Any]]):
    for doc in lite:
        text = prompts.text(doc)
        asked = "\n".join(prompts.input_lines(doc["inputs"]))
        assert text.count(asked) == 1
        stated = doc["channel"] != "demonstrations"
        for condition, word in zip(doc["conditions"], doc["words"], strict=True):
            assert (condition in text) == stated
            assert (f'"{word}"' in text) == stated
        assert text.count(prompts.ANSWER) == len(doc["demos"]) + 1
        if doc["demos"]:
            shown = re.findall(r"^Answer: (.+)$", text, re.MULTILINE)
            assert shown == [d["word"] for d in doc["demos"]]
        position = text.find(asked)
        mapping = text.find(f'"{doc["words"][0]}"')
        if doc["place"] == "after":
            assert position < mapping
        elif stated:
            assert mapping < position


def test_the_mapping_is_stated_in_the_order_of_the_document(lite: list[dict[str, Any]]):
    for doc in lite:
        if doc["channel"] != "demonstrations":
            text = prompts.instruction(doc)
            places = [text.find(doc["conditions"][i]) for i in doc["order"]]
            assert places == sorted(places)


def test_wordings_are_all_used(lite: list[dict[str, Any]]):
    assert {doc["wording"] for doc in lite} == set(range(len(prompts.WORDINGS)))
    assert len(prompts.WORDINGS) == build.WORDINGS


def test_reasoning_is_invited_before_the_word(lite: list[dict[str, Any]]):
    stated = [doc for doc in lite if doc["form"] == "unnatural"]
    for doc in stated:
        text = prompts.text_cot(doc)
        assert text.endswith(f"\n{prompts.REASONING}")
        assert prompts.REASON in text
        assert "nothing else" not in text
        assert "only output" not in text
        assert "\n".join(prompts.input_lines(doc["inputs"])) in text
        for condition, word in zip(doc["conditions"], doc["words"], strict=True):
            assert condition in text
            assert f'"{word}"' in text
        said = f"The condition holds, so not the other.\nAnswer: {prompts.target(doc)}"
        assert scorer.verdict(doc, [said]).metrics["acc"] == 1.0


# --- players -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def played(lite: list[dict[str, Any]]) -> dict[tuple[str, str], list[Row]]:
    """Every player's rows on the lite tier, by player and reading, after the look across."""
    out = {}
    for name, player in PLAYERS.items():
        for reading in ("generated", "chosen"):
            rows = []
            for doc in lite:
                if reading == "generated":
                    responses: list[Any] = [player.answer(doc)]
                else:
                    responses = player.likelihoods(doc, prompts.options(doc))
                rows.append(Row("v", doc, scorer.verdict(doc, responses)))
            verdicts = scorer.across(rows)
            out[name, reading] = [
                row._replace(verdict=v) for row, v in zip(rows, verdicts, strict=True)
            ]
    return out


def accuracy(rows: list[Row], *forms: str, classes: int = 0) -> float:
    values = [
        scorer._accuracy(row)
        for row in rows
        if row.doc["form"] in forms and classes in (0, row.doc["classes"])
    ]
    return sum(values) / len(values)


def joint(rows: list[Row], *forms: str) -> float:
    """Return the headline, or that of some forms."""
    values = [r.verdict.metrics["joint"] for r in rows
              if r.doc["group"] == "pairs" and (not forms or r.doc["form"] in forms)]  # fmt: skip
    return sum(values) / len(values)


HEADLINE = ("unnatural", "derangement")
READINGS = ("generated", "chosen")


@pytest.mark.parametrize("reading", READINGS)
def test_the_oracle_is_right_everywhere(played, reading):
    rows = played["oracle", reading]
    assert accuracy(rows, *scorer.FORMS) == 1.0
    assert joint(rows) == FAMILY.ceiling


@pytest.mark.parametrize("reading", READINGS)
def test_prior_only_is_never_at_chance_by_luck(played, reading):
    rows = played["prior_only", reading]
    assert accuracy(rows, "natural", "congruent") == 1.0
    for form in ("neutral", "unnatural", "same_field", "antonym", "derangement", "both", "after",
                 "demonstrations"):  # fmt: skip
        assert accuracy(rows, form) == 0.0
    assert joint(rows, "unnatural") == -1.0
    assert -1.0 < joint(rows, "derangement") < 0.0
    captured = [r.verdict.metrics["uncaptured"] for r in rows if r.doc["form"] in HEADLINE]
    assert not any(captured)


@pytest.mark.parametrize("reading", READINGS)
def test_who_is_contrary_throughout_knows_nothing(played, reading):
    """Two classes exchanged are all right so, and the headline is not taken in."""
    rows = played["contrary", reading]
    assert accuracy(rows, "unnatural") == 1.0
    assert joint(rows, "unnatural") == -1.0
    assert joint(rows, "derangement") < 0.0


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("player", ["first_word", "last_word"])
def test_places_alone_are_chance(played, player, reading):
    rows = played[player, reading]
    for form in ("natural", "neutral", "unnatural", "antonym"):
        assert accuracy(rows, form, classes=2) == 0.5
    assert joint(rows) < -0.2


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("player", ["random", "mapping_only"])
def test_guessing_is_about_chance(played, player, reading):
    rows = played[player, reading]
    for k in FAMILY.ladder.rungs:
        # Five standard errors of a share of the rows, were all of them of their own.
        count = sum(r.doc["classes"] == k for r in rows)
        assert abs(accuracy(rows, *scorer.FORMS, classes=k) - 1 / k) < 2.5 / count**0.5
    assert joint(rows) < -0.2


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("player", ["constant", "kept_guess"])
def test_a_class_that_is_kept_obeys_and_earns_nothing(played, player, reading):
    rows = played[player, reading]
    known = [r for r in rows if r.doc["form"] in HEADLINE and r.verdict.metrics["known"]]
    values = [[r.verdict.metrics[c] for c in ("known", "obeyed")] for r in known]
    obedience = scorer.STATISTICS["obedience"].compute(np.array(values), np.ones(len(values)))
    assert obedience == 1.0, "why a conditional figure is no headline"
    assert abs(joint(rows) - FAMILY.chance) < (0.01 if player == "constant" else 0.15)


def test_the_headline_has_enough_items_on_each_rung(lite: list[dict[str, Any]]):
    for rung in FAMILY.ladder.rungs:
        docs = [d for d in lite if d["rung"] == rung and d["group"] == "pairs"]
        assert len({d["cluster_id"] for d in docs}) >= 24
        assert {d["classes"] for d in docs} == {rung}


# --- the card ------------------------------------------------------------------------------------


def card() -> str:
    return (resources.files("heptathlon.builders.verbalizer") / "card.md").read_text("utf-8")


def test_the_card_gives_the_detectable_difference(lite: list[dict[str, Any]]):
    full = store.read_docs(store.ensure(store.SetName("verbalizer")), build.CONFIG)
    for docs in (lite, full):
        rows = [d for d in docs if d["form"] in HEADLINE]
        clusters = len({d["cluster_id"] for d in rows})
        found = planned_detectable_difference(
            0.46, clusters, cluster_size=len(rows) / clusters, icc=0.5
        )
        text = " ".join(card().split())
        assert f"{100 * found.value:.1f} points" in text
        assert f"({clusters} items, {len(rows):,} prompts)" in text
        assert f"| {len(docs):,} |" in text


def test_the_card_names_every_player_form_and_caveat():
    text = " ".join(card().split())
    for name in PLAYERS:
        assert name.replace("_", " ") in text
    for form in scorer.FORMS:
        assert form in text
    assert "After Li et al." in text
    assert "wording ours" in text
    assert "nothing here claims to be an exact reproduction" in text


# --- the paper edition, whole --------------------------------------------------------------------


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sources_folder: Path) -> Path:
    """The real files that are here, and small ones of the same form for SNLI and QQP."""
    for source in set(paper.SOURCES) - {paper.SNLI, paper.QQP, paper.SICK}:
        link = tmp_path / source.repository / source.path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(sources_folder / source.repository / source.path)
    sick = paper.SICK_AS_PUBLISHED
    (tmp_path / sick.repository).mkdir()
    (tmp_path / sick.repository / sick.path).symlink_to(
        sources_folder / sick.repository / sick.path
    )
    count = 120
    for source, names in (
        (paper.SNLI, ("premise", "hypothesis")),
        (paper.QQP, ("question1", "question2")),
    ):
        path = tmp_path / source.repository / source.path
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = {n: [f"{n} number {i}" for i in range(count)] for n in names}
        labels = [i % (3 if source is paper.SNLI else 2) for i in range(count)]
        pq.write_table(pa.table({**columns, "label": labels}), path)
    monkeypatch.setenv("HEPTATHLON_SOURCES", str(tmp_path))
    return tmp_path


def test_the_paper_edition_builds_from_a_mirror(mirror: Path, tmp_path: Path):
    sick = paper.SICK_AS_PUBLISHED
    folder = store.ensure(store.SetName("verbalizer", "paper", "smoke"), out=tmp_path / "sets")
    manifest = store.read_manifest(folder)
    assert {s.path for s in manifest.sources} == {
        str(sick if s is paper.SICK else s) for s in paper.SOURCES
    }
    docs = store.read_docs(folder, build.CONFIG)
    assert len({d["dataset"] for d in docs}) == 13
    for doc in docs:
        assert prompts.text(doc).endswith("\nAnswer:")
        assert scorer.verdict(doc, [prompts.target(doc)]).metrics["strict"] == 1.0


def test_any_number_of_items_on_request(
    mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """More than a set holds: the same records as a larger set has, and never an unbalanced one."""
    monkeypatch.setenv("HEPTATHLON_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(build, "PAPER", {n: build.PAPER[n] for n in ("subj", "snli", "mrpc")})
    monkeypatch.setattr(build, "PAPER_QUOTA", {"smoke": 4, "full": 4, "long": 10})
    kwargs = {"edition": "paper", "group": "unnatural"}
    larger = builder.dataset(tier="long", **kwargs)
    asked = builder.dataset(items="10", **kwargs)
    for split in ("test", "fewshot"):
        assert asked[split].to_list() == larger[split].to_list()
        assert asked[split].features == larger[split].features
    assert "asked for" not in caplog.text
    monkeypatch.setattr(build, "PAPER", {"snli": build.PAPER["snli"]})
    every = builder.dataset(items=1_000_000, **kwargs)["test"]
    assert "asked for, and the set has fewer: snli " in caplog.text
    items = dict(zip(every["cluster_id"], every["gold"], strict=True))
    assert len(items) == build.balanced_items("snli") == 2 * (120 // 3 - 8 - 1)
    by_class = Counter(items.values())
    assert by_class[0] == by_class[1]
    with pytest.raises(HeptathlonError, match="nothing matches"):
        builder.dataset(items=11, edition="paper", group="none")
