"""The facts and recall tasks as lm-eval loads them, their prompts, and players in the runner."""

from pathlib import Path

import pytest

from heptathlon import families
from heptathlon.running import runner, runs
from heptathlon.running.runs import find_run_folder
from heptathlon.scoring import scorecard
from heptathlon.tasks import catalog
from heptathlon.tasks.facts import prompts
from heptathlon.tasks.facts import table as facts_table
from heptathlon.tasks.recall import table as recall_table
from tests.shown import rendered, snapshot

TABLES = {"facts": facts_table.TABLE, "recall": recall_table.TABLE}
FRESH = [
    task for task in catalog.leaves()
    if task.endswith("_smoke") and catalog.task_data(task).family.name in TABLES
    and catalog.task_data(task).edition == "fresh"
]  # fmt: skip
MAX_SMOKE_CHARS = 6_500


def cards(player: str, family: str, folder: Path) -> dict[str, scorecard.FamilyCard]:
    runner.run(["--model", "heptathlon", "--model_args", f"player={player}", "--tasks",
                f"heptathlon_{family}_smoke", "--output_path", str(folder)])  # fmt: skip
    run = runs.read_run(find_run_folder(folder))
    card, _ = scorecard.score_run(run)
    return dict(card.families)


def test_every_variant_is_a_task_in_its_tiers():
    for name, table in TABLES.items():
        known = {task for task in catalog.leaves() if catalog.task_data(task).family.name == name}
        wanted = {families.task_name(f"{name}_{v.name}", tier) for v in table.variants
                  for tier in v.tiers}  # fmt: skip
        assert known == wanted
        headline = families.family(name).headline
        assert set(headline.variants) <= {f"{name}_{v.name}" for v in table.variants}


@pytest.mark.parametrize("task", FRESH)
def test_prompts_are_as_they_were(task: str):
    shown = rendered(task)
    assert shown == snapshot(task).read_text(encoding="utf-8")
    assert len(shown) < MAX_SMOKE_CHARS


def test_a_traps_beginnings_end_with_the_whole():
    doc = {"form": "trap", "options": ("a", "b", "c"), "answer": "a b c", "documents": ()}
    assert prompts.beginnings(doc) == ["a", "a b", "a b c"]
    assert prompts.options(doc) == ["a b c"]
    assert prompts.prompt(doc) == prompts.INSCRIPTION


def test_players_through_the_runner(tmp_path: Path):
    found = {p: cards(p, "facts", tmp_path / p)["facts"] for p in ("search", "name_bias")}
    assert found["search"].headline.value == 1
    assert found["name_bias"].headline.value == 0
    assert found["name_bias"].headline.n == 32
    strata = {(s.field, s.level): s.value for s in found["name_bias"].strata}
    assert strata["exposures", "1"] == 0
    lost = cards("last_value", "recall", tmp_path / "r")["recall"]
    looked = cards("yearbook", "recall", tmp_path / "y")["recall"]
    assert (lost.headline.value, looked.headline.value) == (0, 1)


def test_a_model_is_asked_and_scored(tmp_path: Path, tiny_model: Path):
    tasks = ",".join(f"heptathlon_facts_{t}_smoke" for t in ("recognition", "traps", "extraction"))
    runner.run(["--model", "heptathlon-hf", "--model_args", f"pretrained={tiny_model}", "--tasks",
                tasks, "--limit", "3", "--device", "cpu", "--output_path",
                str(tmp_path)])  # fmt: skip
    run = runs.read_run(find_run_folder(tmp_path))
    assert {len(samples) for samples in run.samples.values()} == {3}
