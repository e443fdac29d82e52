"""Events that need likelihoods, answered in words: a headline, a bar and a place of their own."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from heptathlon.cli import tables
from heptathlon.facts import SAID, set_edition
from heptathlon.families import FAMILIES, of_role
from heptathlon.leaderboard import board, export, submit, validate
from heptathlon.leaderboard.rows import rows_of
from heptathlon.running import runs
from heptathlon.scoring import compare, playing, scorecard, skills
from heptathlon.scoring.figures import estimate
from heptathlon.tasks import catalog
from tests import forge

NEED = [name for name, family in FAMILIES.items() if family.said]
TASKS = "heptathlon_sort_say_smoke,heptathlon_maze_smoke"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of one event that is answered in words for want of likelihoods, and one more."""
    return forge.player_run("random", tmp_path_factory.mktemp("said") / "run", TASKS)


def test_every_scored_event_can_be_answered_in_words():
    for name, family in of_role("scored").items():
        headline = family.headline_of(SAID)
        for variant in headline.variants:
            assert catalog.is_generated(f"heptathlon_{variant}"), f"{name}: {variant}"
        assert headline.metric == family.headline.metric
    assert set_edition(SAID) == "fresh"


@pytest.mark.parametrize("name", NEED)
def test_the_documents_are_those_of_the_headline(name: str):
    family = FAMILIES[name]
    asked = [
        {
            str(catalog.prompt_of(one.task.task, one.sample.doc) and one.sample.doc["item_id"])
            for one in playing.unanswered(family, edition, "smoke", "2026.1")
            if one.variant in family.headline_of(edition).variants
        }
        for edition in ("fresh", SAID)
    ]
    assert asked[0] == asked[1] != set()


@pytest.mark.parametrize("name", NEED)
def test_the_oracle_reaches_the_ceiling_in_words(name: str):
    family = FAMILIES[name]
    asked = playing.unanswered(family, SAID, "smoke", "2026.1")
    headline = family.headline_of(SAID)
    played = playing.play_all(family, headline, asked)
    oracle = next(one for one in played if one.score.player == "oracle")
    bar = skills.bar_of(family, SAID, "smoke", oracle.scored, played)
    figure = estimate(headline.metric, oracle.scored)
    skill = skills.skill_of(figure, oracle.scored, bar, played)
    assert bar is not None
    assert bar.draws > 0
    assert skill.value is not None
    assert max(skill.value, skill.high or 0.0) > 0.99
    assert bar.ceiling <= skills.ceiling_of(family, [one.row for one in oracle.scored]) + 0.05


def test_the_card_says_so_and_the_total_counts_both(run: Path):
    card, _ = scorecard.score_run(runs.read_run(run))
    assert {name: one.edition for name, one in card.families.items()} == {
        "maze": "fresh",
        "sort": SAID,
    }
    assert all(one.complete for one in card.families.values())
    assert card.total is not None
    assert (card.total.edition, sorted(card.total.events)) == (SAID, ["maze", "sort"])


def test_likelihoods_come_first(tmp_path: Path):
    """Whoever answers the headline by likelihood is ranked by it, whatever else was written."""
    both = "heptathlon_sort_smoke,heptathlon_sort_say_smoke"
    card, _ = scorecard.score_run(runs.read_run(forge.player_run("random", tmp_path / "run", both)))
    assert [one.edition for one in card.families.values()] == ["fresh"]
    assert card.families["sort"].complete
    assert card.total is not None
    assert card.total.edition == "fresh"


def test_it_stands_in_a_division_of_its_own(run: Path, tmp_path: Path):
    folder = submit.prepare(run, tmp_path / "submissions" / "one")
    case = validate.examine(folder)
    assert case.report.findings == []
    rows = {row.division.edition: row for row, _ in rows_of(case)}
    assert rows["fresh"].scores.keys() == {"maze"}
    assert rows[SAID].scores.keys() == {"maze", "sort"}
    assert rows[SAID].scores["maze"] == rows["fresh"].scores["maze"]
    assert rows[SAID].slug != rows["fresh"].slug
    out = tmp_path / "site"
    board.build([folder], out)
    boards = json.loads((out / "data.json").read_text())["boards"]
    divisions = {one["edition"] for one in boards}
    assert divisions == {"fresh", SAID}
    assert "all answered in words" in (out / "index.html").read_text()


@pytest.mark.parametrize("edition", ["fresh", "paper"])
def test_no_row_passes_for_one_with_likelihoods(run: Path, tmp_path: Path, edition: str):
    folder = submit.prepare(run, tmp_path / "one")
    forge.enveloped(folder, lambda data: data["claims"]["sort"].update(edition=edition))
    checks = {one.check for one in validate.validate(folder).findings}
    assert checks == {"claims_follow"}


def test_half_of_it_is_not_taken(tmp_path: Path):
    run = forge.player_run("random", tmp_path / "run", "heptathlon_students_several_say_smoke")
    card, _ = scorecard.score_run(runs.read_run(run))
    assert not card.families["students"].complete


def test_two_such_runs_are_compared(run: Path, tmp_path: Path):
    other = forge.player_run("oracle", tmp_path / "run", TASKS)
    found = compare.compare(
        *scorecard.score_run(runs.read_run(other)), *scorecard.score_run(runs.read_run(run))
    )
    assert {one.edition for one in found.families.values()} == {"fresh", SAID}


def test_it_is_not_given_out_as_the_data_set_s_own_figure(run: Path):
    """The Hub's leaderboards know one figure of a data set: that of its own headline."""
    read = runs.read_run(run)
    card, _ = scorecard.score_run(read)
    text = export.eval_results(read, card, "org/model", "org")
    assert "maze" in text
    assert "sort" not in text


def test_a_missing_interval_is_said_below_the_table(run: Path):
    """In a cell its reason would leave no room for the families' names."""
    card, _ = scorecard.score_run(runs.read_run(run))
    sort = card.families["sort"]
    bare = sort.headline.model_copy(update={"low": None, "high": None, "reason": "all are equal"})
    changed = sort.model_copy(update={"headline": bare})
    card = card.model_copy(update={"families": {**card.families, "sort": changed}})
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(tables.scorecard(card))
    text = console.export_text()
    assert "said smoke" in text
    assert "(no interval)" in text
    assert "sort: acc_both has no interval: all are equal" in tables.remarks(card)
