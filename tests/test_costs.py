"""What the tiers cost: of the documents of today, and what counting again gives."""

import json
from pathlib import Path

import pytest

from benchmarks import cost
from heptathlon import costs
from heptathlon.builders.store import SetName
from heptathlon.families import FAMILIES
from heptathlon.pages import docs
from heptathlon.scoring import skills

OWN = [family for family in FAMILIES.values() if not family.package]
NOT_COUNTED = {("longcontext", "full")}
"""Texts of a hundred thousand words by the thousand."""
QUICK = ("mllm_ct", "unlearn", "verbalizer")
"""Events whose smoke tier is counted again in a moment; of the others the digest must do."""
DIGESTS = Path(__file__).with_name("digests")


@pytest.mark.parametrize("family", OWN, ids=lambda family: family.name)
def test_every_tier_was_counted_on_the_documents_of_today(family):
    found = costs.costs().events[family.name]
    assert list(found) == [t for t in family.tiers if (family.name, t) not in NOT_COUNTED]
    known = json.loads((DIGESTS / f"{family.name}.json").read_text())
    for tier, one in found.items():
        assert one.digest == known[SetName(family.name, tier=tier).folder], (
            f"the data changed: python -m benchmarks.cost {family.name}"
        )
        assert one.longest < one.distinct <= one.prompt


@pytest.mark.parametrize("name", QUICK)
def test_counting_again_gives_the_same(name: str):
    pytest.importorskip("bpe_openai")
    assert (
        cost.counted(FAMILIES[name], "smoke", cost.Counter()) == costs.costs().events[name]["smoke"]
    )


def test_cards_tell_how_lite_stands_for_full():
    """By hand: two players swapped of four, and a tenth apart twice."""
    of = {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4, "e": None}
    other = {"a": 0.1, "b": 0.3, "c": 0.2, "d": 0.4, "e": 0.5}
    family = FAMILIES["maze"]
    lite, full = (skills.measured_of(family, "fresh", t, family.headline) for t in ("lite", "full"))
    by_tier = {
        "lite": lite.model_copy(update={"players": of}),
        "full": full.model_copy(update={"players": other}),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(skills, "measured_of", lambda _f, _e, tier, _h: by_tier[tier])
        text = "\n".join(docs._lite_for_full(family))
    assert "Of 4 scripted players" in text
    assert "rank correlation of 0.80" in text
    assert "0.0500 apart" in text


def test_cards_and_readme_print_them():
    maze = costs.costs().events["maze"]
    for text in (docs.task_card(FAMILIES["maze"]), docs.costs_table()):
        for one in maze.values():
            assert costs.in_words(one.prompt) in text
    readme = (docs.ROOT / "README.md").read_text(encoding="utf-8")
    assert f"`{costs.costs().tokenizer}`" in readme
